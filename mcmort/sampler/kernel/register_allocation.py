"""From a plan to what the kernel reads: only the instructions that are needed, over as few registers as will do."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import packed
from mcmort.sampler.program.plan import Op, Plan, operands

__all__ = ["MOST_TERMS", "SUM", "Assembly", "assemble"]

SUM: Final = len(Op)
"""An operation of assemblies alone: ``x * a`` plus terms, each a register times a weight, in their order, so that no
bit changes. The terms are those from ``b`` up to ``c`` in a list of all terms."""

MOST_TERMS: Final = 17
"""Terms of a sum at most, which the kernel adds in five passes: one, and four times four. More would hold as many
registers at a time, and save little."""

_ADDITIONS: Final = frozenset({int(Op.ADD), int(Op.ADD_SCALED)})
_LOOKED_UP: Final = frozenset({int(Op.DRAW), int(Op.LOOKED_UP), int(Op.SCORED)})

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
    terms : ndarray of int64, shape (n_terms,)
        Registers that are added up, sum by sum.
    weights : ndarray of float64, shape (n_terms,)
        Their weights.
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
    knots : ndarray of uint64
        The tables in turn, of a quantile table the lower and then the upper side, as `mcmort.elicit.table.packed`
        packs them.
    """

    op: Ints
    target: Ints
    a: Ints
    b: Ints
    c: Ints
    x: Floats
    terms: Ints
    weights: Floats
    streams: tuple[str, ...]
    origins: tuple[int, ...]
    kept: Ints
    registers: int
    starts: Words
    counts: Words
    grains: Words
    knots: Words


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
    rows = _summed(plan, wanted)
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

    def moved(operands: Sequence[int]) -> Ints:
        return np.array([place.get(register, 0) for register in operands], dtype=np.int64)

    tables = _Tables(plan)
    where = np.array([tables.of(row) for row in rows.values()], dtype=np.uint64).reshape(-1, 3)
    found = list(rows.values())
    ends = np.cumsum([0, *(len(row.terms) for row in found)])
    is_sum = np.array([row.op == SUM for row in found], dtype=bool)
    return Assembly(
        op=np.array([row.op for row in found], dtype=np.int64),
        target=np.array([place[at] for at in rows], dtype=np.int64),
        a=moved([row.a for row in found]),
        b=np.where(is_sum, ends[:-1], moved([row.b for row in found])),
        c=np.where(is_sum, ends[1:], moved([row.c for row in found])),
        x=np.array([row.x for row in found], dtype=np.float64),
        terms=moved([register for row in found for register in row.terms]),
        weights=np.array([weight for row in found for weight in row.weights], dtype=np.float64),
        streams=tuple(plan.streams[at] for at in rows),
        origins=tuple(rows),
        kept=np.array([place[register] for register in wanted], dtype=np.int64),
        registers=used,
        starts=where[:, 0].copy(),
        counts=where[:, 1].copy(),
        grains=where[:, 2].copy(),
        knots=np.concatenate([*tables.sides, np.zeros(1, np.uint64)]),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One instruction; of a sum, with its terms and their weights."""

    op: int
    a: int
    b: int
    c: int
    x: float
    terms: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def reads(self) -> tuple[int, ...]:
        """Return the registers that it reads."""
        return (self.a, *self.terms) if self.op == SUM else operands(self.op, self.a, self.b, self.c)


def _summed(plan: Plan, wanted: Sequence[int]) -> dict[int, _Row]:
    """Return the instructions that are needed; additions in a row become one where nothing else reads those between."""
    rows = {at: _Row(*plan.rows[at][:5]) for at in plan.needed(wanted)}
    readers = Counter(register for row in rows.values() for register in row.reads)
    readers.update(wanted)
    for at, row in rows.items():
        if row.op in _ADDITIONS:
            weight = row.x if row.op == Op.ADD_SCALED else 1.0
            rows[at] = _Row(SUM, row.a, 0, 0, 1.0, (row.b,), (weight,))
    for at, row in list(rows.items()):
        inner = rows.get(row.a)
        if row.op != SUM or readers[row.a] != 1 or inner is None or inner.op not in (SUM, int(Op.SCALE)):
            continue
        if len(inner.terms) + len(row.terms) <= MOST_TERMS:
            del rows[row.a]
            rows[at] = _Row(SUM, inner.a, 0, 0, inner.x, inner.terms + row.terms, inner.weights + row.weights)
    return rows


class _Tables:
    """Lays out the tables that are looked up, each once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sides: list[Words] = []
        self.end = 0
        self.known: dict[tuple[bool, int], tuple[int, int, int]] = {}

    def of(self, row: _Row) -> tuple[int, int, int]:
        """Return place, size and grain of the table of an instruction; zeros if it has none."""
        if row.op not in _LOOKED_UP:
            return 0, 0, 0
        which = row.b
        by_score = row.op == Op.SCORED
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
        self.sides.append(packed(side))
        self.end += len(side)
