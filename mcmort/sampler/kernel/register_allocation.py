"""Register allocation: from a plan to the instructions that its outputs need, over as few registers as possible."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import packed
from mcmort.sampler.program.plan import Op, Plan, operands

__all__ = ["MAX_TERMS", "SUM", "AllocatedPlan", "allocate_registers"]

SUM: Final = len(Op)
"""An operation of allocated plans alone: ``x * a`` plus terms, each a register times a weight, in their order, so that
no bit changes. The terms are those from ``b`` up to ``c`` in a list of all terms."""

MAX_TERMS: Final = 17
"""The most terms of a sum, which the kernel adds in five passes: one term, and four times four. Longer sums would
occupy more registers at a time, and save little."""

_ADDITIONS: Final = frozenset({int(Op.ADD), int(Op.ADD_SCALED)})
_LOOKED_UP: Final = frozenset({int(Op.DRAW), int(Op.LOOKED_UP), int(Op.SCORED)})

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]


@dataclass(frozen=True)
class AllocatedPlan:
    """A plan reduced to some of its outputs, with registers allocated.

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
        The instruction of the plan whose result it computes.
    kept : ndarray of int64, shape (n_outputs,)
        Register of each output.
    registers : int
        Number of registers.
    table_starts, table_sizes, table_resolutions : ndarray of uint64, shape (n_instructions,)
        Of the table that an instruction looks up: the index of its first knot; its number of knots on a side (of a
        score table: of cells); and the bits of a float below its resolution (of a score table: cells in a unit of
        score).
    knots : ndarray of uint64
        The tables one after another, of a quantile table the lower and then the upper side, as
        `mcmort.elicit.table.packed` packs them.
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
    table_starts: Words
    table_sizes: Words
    table_resolutions: Words
    knots: Words


def allocate_registers(plan: Plan, outputs: Sequence[str]) -> AllocatedPlan:
    """Reduce a plan to some outputs, and allocate registers to its instructions.

    Parameters
    ----------
    plan : Plan
        The plan.
    outputs : sequence of str
        Columns to compute, in this order.

    Returns
    -------
    AllocatedPlan
    """
    wanted = [plan.outputs[name] for name in outputs]
    instructions = _merge_additions(plan, wanted)
    registers = _registers_of(instructions, wanted)

    def register_of(values: Sequence[int]) -> Ints:
        return np.array([registers.get(value, 0) for value in values], dtype=np.int64)

    rows = list(instructions.values())
    layout = _TableLayout(plan)
    tables = np.array([layout.locate(row) for row in rows], dtype=np.uint64).reshape(-1, 3)
    ends = np.cumsum([0, *(len(row.terms) for row in rows)])
    is_sum = np.array([row.op == SUM for row in rows], dtype=bool)
    return AllocatedPlan(
        op=np.array([row.op for row in rows], dtype=np.int64),
        target=register_of(list(instructions)),
        a=register_of([row.a for row in rows]),
        b=np.where(is_sum, ends[:-1], register_of([row.b for row in rows])),
        c=np.where(is_sum, ends[1:], register_of([row.c for row in rows])),
        x=np.array([row.x for row in rows], dtype=np.float64),
        terms=register_of([term for row in rows for term in row.terms]),
        weights=np.array([weight for row in rows for weight in row.weights], dtype=np.float64),
        streams=tuple(plan.streams[index] for index in instructions),
        origins=tuple(instructions),
        kept=register_of(wanted),
        registers=max(registers.values(), default=-1) + 1,
        table_starts=tables[:, 0].copy(),
        table_sizes=tables[:, 1].copy(),
        table_resolutions=tables[:, 2].copy(),
        knots=np.concatenate([*layout.sides, np.zeros(1, np.uint64)]),
    )


@dataclass(frozen=True, slots=True)
class _Instruction:
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
        """Return the values that it reads, each named by the instruction of the plan that computes it."""
        return (self.a, *self.terms) if self.op == SUM else operands(self.op, self.a, self.b, self.c)


def _merge_additions(plan: Plan, wanted: Sequence[int]) -> dict[int, _Instruction]:
    """Return the instructions that some values need; consecutive additions that nothing else reads become one sum."""
    rows = {index: _Instruction(*plan.rows[index][:5]) for index in plan.needed(wanted)}
    readers = Counter(value for row in rows.values() for value in row.reads)
    readers.update(wanted)
    for index, row in rows.items():
        if row.op in _ADDITIONS:
            weight = row.x if row.op == Op.ADD_SCALED else 1.0
            rows[index] = _Instruction(SUM, row.a, 0, 0, 1.0, (row.b,), (weight,))
    for index, row in list(rows.items()):
        inner = rows.get(row.a)
        if row.op != SUM or readers[row.a] != 1 or inner is None or inner.op not in (SUM, int(Op.SCALE)):
            continue
        if len(inner.terms) + len(row.terms) <= MAX_TERMS:
            del rows[row.a]
            rows[index] = _Instruction(
                SUM, inner.a, 0, 0, inner.x, inner.terms + row.terms, inner.weights + row.weights
            )
    return rows


def _registers_of(instructions: Mapping[int, _Instruction], wanted: Sequence[int]) -> dict[int, int]:
    """Return the register of each instruction's result: the lowest that is free, or a new one."""
    last_read = {value: index for index, row in instructions.items() for value in row.reads}
    last_read |= dict.fromkeys(wanted, -1)  # outputs are never free
    registers: dict[int, int] = {}
    free: list[int] = []
    used = 0
    for index, row in instructions.items():
        if free:
            registers[index] = heapq.heappop(free)
        else:
            registers[index] = used
            used += 1
        for value in set(row.reads):
            if last_read[value] == index:
                heapq.heappush(free, registers[value])
    return registers


class _TableLayout:
    """Stores the tables that are looked up one after another, each once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sides: list[Words] = []
        self.end = 0
        self._located: dict[tuple[bool, int], tuple[int, int, int]] = {}

    def locate(self, row: _Instruction) -> tuple[int, int, int]:
        """Return start, size and resolution of the table of an instruction; zeros if it has none."""
        if row.op not in _LOOKED_UP:
            return 0, 0, 0
        key = row.op == Op.SCORED, row.b
        if key not in self._located:
            start = self.end
            if row.op == Op.SCORED:
                scores = self.plan.score_tables[row.b]
                self._append(scores.values)
                self._located[key] = start, len(scores.values) - 1, scores.steps
            else:
                table = self.plan.tables[row.b]
                self._append(table.lower)
                self._append(table.upper)
                self._located[key] = start, len(table.lower), 52 - table.resolution
        return self._located[key]

    def _append(self, side: Floats) -> None:
        self.sides.append(packed(side))
        self.end += len(side)
