"""From a plan to what the kernel reads: only the instructions that are needed, over as few registers as will do."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.sampler.plan import Op, Plan, operands

__all__ = ["ADD_TWO", "Assembly", "assemble"]

ADD_TWO: Final = len(Op)
"""An operation of assemblies alone: (a + x * b) + y * c, in that order, so that no bit changes. It halves the time
that totals of many components take to add up."""

_ADDITIONS: Final = (Op.ADD, Op.ADD_SCALED)

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
    x, y : ndarray of float64, shape (n_instructions,)
        Constants.
    streams : tuple of str
        Name of the random stream of an instruction, or "".
    origins : tuple of int
        The instruction of the plan whose result it is.
    kept : ndarray of int64, shape (n_outputs,)
        Register of each output.
    registers : int
        How many there are.
    starts, counts, grains : ndarray of uint64, shape (n_instructions,)
        Of the table that an instruction looks up: its place among the knots, its knots on a side (of a score table:
        its cells), and the bits of a float below its resolution (of a score table: its cells in a unit of score).
    knots : ndarray of float64
        The tables in turn, of a quantile table the lower and then the upper side.
    """

    op: Ints
    target: Ints
    a: Ints
    b: Ints
    c: Ints
    x: Floats
    y: Floats
    streams: tuple[str, ...]
    origins: tuple[int, ...]
    kept: Ints
    registers: int
    starts: Words
    counts: Words
    grains: Words
    knots: Floats


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
    rows = _paired(plan, wanted)
    last = {register: at for at, row in rows.items() for register in row.reads}
    last |= dict.fromkeys(wanted, len(plan.op))
    place: dict[int, int] = {}
    free: list[int] = []
    used = 0
    for at, row in rows.items():
        if free:
            place[at] = heapq.heappop(free)
        else:
            place[at] = used
            used += 1
        for register in set(row.reads):
            if last[register] == at:
                heapq.heappush(free, place[register])

    def moved(operands: list[int]) -> Ints:
        return np.array([place.get(register, 0) for register in operands], dtype=np.int64)

    tables = _Tables(plan)
    where = np.array([tables.of(at) for at in rows], dtype=np.uint64).reshape(-1, 3)
    found = list(rows.values())
    return Assembly(
        op=np.array([row.op for row in found], dtype=np.int64),
        target=np.array([place[at] for at in rows], dtype=np.int64),
        a=moved([row.a for row in found]),
        b=moved([row.b for row in found]),
        c=moved([row.c for row in found]),
        x=np.array([row.x for row in found], dtype=np.float64),
        y=np.array([row.y for row in found], dtype=np.float64),
        streams=tuple(plan.streams[at] for at in rows),
        origins=tuple(rows),
        kept=np.array([place[register] for register in wanted], dtype=np.int64),
        registers=used,
        starts=where[:, 0].copy(),
        counts=where[:, 1].copy(),
        grains=where[:, 2].copy(),
        knots=np.concatenate([*tables.sides, np.zeros(1)]),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One instruction, with the registers that it reads."""

    op: int
    a: int
    b: int
    c: int
    x: float
    y: float
    reads: tuple[int, ...]


def _paired(plan: Plan, wanted: Sequence[int]) -> dict[int, _Row]:
    """Return the instructions that are needed; two additions in a row become one where nothing else reads the first."""
    columns = (plan.op.tolist(), plan.a.tolist(), plan.b.tolist(), plan.c.tolist(), plan.x.tolist())
    rows = {}
    for at in plan.needed(wanted):
        op, a, b, c, x = (column[at] for column in columns)
        rows[at] = _Row(op, a, b, c, x, 0.0, operands(op, a, b, c))
    readers = Counter(register for row in rows.values() for register in row.reads)
    readers.update(wanted)
    for at, row in list(rows.items()):
        if row.op in _ADDITIONS and readers[row.a] == 1 and rows[row.a].op in _ADDITIONS:
            first = rows.pop(row.a)
            x, y = (one.x if one.op == Op.ADD_SCALED else 1.0 for one in (first, row))
            rows[at] = _Row(ADD_TWO, first.a, first.b, row.b, x, y, (first.a, first.b, row.b))
    return rows


class _Tables:
    """Lays out the tables that are looked up, each once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sides: list[Floats] = []
        self.end = 0
        self.known: dict[tuple[bool, int], tuple[int, int, int]] = {}

    def of(self, at: int) -> tuple[int, int, int]:
        """Return place, size and grain of the table of an instruction; zeros if it has none."""
        op, which = self.plan.op[at], int(self.plan.b[at])
        if op not in (Op.DRAW, Op.FLOORED, Op.SCORED):
            return 0, 0, 0
        by_score = bool(op == Op.SCORED)
        if (by_score, which) not in self.known:
            start = self.end
            if by_score:
                scores = self.plan.score_tables[which]
                self._add(scores.values)
                self.known[by_score, which] = start, len(scores.values) - 1, scores.steps
            else:
                table = self.plan.tables[which]
                self._add(table.lower)
                self._add(table.upper)
                self.known[by_score, which] = start, len(table.lower), 52 - table.resolution
        return self.known[by_score, which]

    def _add(self, side: Floats) -> None:
        self.sides.append(side)
        self.end += len(side)
