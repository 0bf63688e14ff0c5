"""From a plan to what the kernel reads: only the instructions that are needed, over as few registers as will do."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.sampler.plan import Op, Plan, operands

__all__ = ["Assembly", "assemble"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Assembly:
    """Flat arrays of a plan, for some of its outputs.

    Attributes
    ----------
    op, target, a, b, c : ndarray of int64, shape (n_instructions,)
        Operation, the register that it writes, and its operands. Registers are used again once nothing reads them, so
        that a block of draws stays in the cache; no instruction writes a register that it reads.
    x : ndarray of float64, shape (n_instructions,)
        Constants.
    streams : tuple of str
        Name of the random stream of an instruction, or "".
    kept : ndarray of int64, shape (n_outputs,)
        Register of each output.
    registers : int
        How many there are.
    knots : ndarray of float64
        All tables in turn, each with its lower and then its upper side, then all score tables.
    starts, counts, resolutions : ndarray of uint64, shape (n_tables,)
        Place, knots on a side, and resolution of a table.
    score_starts, score_steps : ndarray, shape (n_score_tables,)
        Place and knots in a unit of score.
    """

    op: Ints
    target: Ints
    a: Ints
    b: Ints
    c: Ints
    x: Floats
    streams: tuple[str, ...]
    kept: Ints
    registers: int
    knots: Floats
    starts: Words
    counts: Words
    resolutions: Words
    score_starts: Words
    score_steps: Floats


def assemble(plan: Plan, outputs: Sequence[str]) -> Assembly:
    """Assemble a plan.

    Parameters
    ----------
    plan : Plan
        The program.
    outputs : sequence of str
        Columns to compute, in this order.

    Returns
    -------
    Assembly
    """
    wanted = [plan.outputs[name] for name in outputs]
    order = plan.needed(wanted)
    reads = {at: operands(int(plan.op[at]), int(plan.a[at]), int(plan.b[at]), int(plan.c[at])) for at in order}
    last = {register: at for at in order for register in reads[at]}
    last |= dict.fromkeys(wanted, len(plan.op))
    place: dict[int, int] = {}
    free: list[int] = []
    used = 0
    for at in order:
        if free:
            place[at] = heapq.heappop(free)
        else:
            place[at] = used
            used += 1
        for register in set(reads[at]):
            if last[register] == at:
                heapq.heappush(free, place[register])

    def moved(operand: NDArray[np.int64], name: str) -> Ints:
        return np.array([_moved(plan, at, name, int(operand[at]), place) for at in order], dtype=np.int64)

    sides = [side for table in plan.tables for side in (table.lower, table.upper)]
    scores = [table.values for table in plan.score_tables]
    counts = np.array([len(table.lower) for table in plan.tables], dtype=np.uint64)
    ends = np.cumsum([0, *(len(values) for values in (*sides, *scores))])
    return Assembly(
        op=plan.op[order],
        target=np.array([place[at] for at in order], dtype=np.int64),
        a=moved(plan.a, "a"),
        b=moved(plan.b, "b"),
        c=moved(plan.c, "c"),
        x=plan.x[order],
        streams=tuple(plan.streams[at] for at in order),
        kept=np.array([place[register] for register in wanted], dtype=np.int64),
        registers=used,
        knots=np.concatenate([*sides, *scores, np.zeros(1)]),
        starts=ends[: len(sides) : 2].astype(np.uint64),
        counts=counts,
        resolutions=np.array([table.resolution for table in plan.tables], dtype=np.uint64),
        score_starts=ends[len(sides) : len(sides) + len(scores)].astype(np.uint64),
        score_steps=np.array([table.steps for table in plan.score_tables], dtype=np.float64),
    )


def _moved(plan: Plan, at: int, name: str, operand: int, place: dict[int, int]) -> int:
    """Return the place of an operand that is a register, and the index of a table as it is."""
    is_table = name == "b" and plan.op[at] in (Op.DRAW, Op.SCORED, Op.FLOORED)
    return operand if is_table else place.get(operand, 0)
