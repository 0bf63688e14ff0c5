"""A case as a small program: instructions over registers that the kernel runs on blocks of draws.

Instruction ``i`` writes register ``i``, so an instruction only ever reads registers before it. Nothing in a plan
depends on the number of draws or on the seed, and nothing is compiled again for another case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.operators import OPERATORS
from mcmort.elicit.table import QuantileTable, ScoreTable

__all__ = ["ARITHMETIC", "Builder", "Op", "Plan", "Register", "Row", "operands"]


class Op(IntEnum):
    """What an instruction does; ``a`` and ``b`` are registers unless said otherwise."""

    UNIFORM = 0  # survival probability in (0, 1) from the stream
    DRAW = 1  # value of table b at the uniform number of the stream
    SCORED = 2  # value of score table b at the normal score a
    LOOKED_UP = 3  # value of table b at the survival probability a
    CONSTANT = 4  # the constant x
    ADD = 5
    SUBTRACT = 6
    MULTIPLY = 7
    DIVIDE = 8
    MINIMUM = 9
    MAXIMUM = 10
    SCALE = 11  # x * a
    ADD_SCALED = 12  # a + x * b
    SELECT = 13  # a where c is below x, else b


ARITHMETIC: Final = {symbol: Op[operator.name.upper()] for symbol, operator in OPERATORS.items()}
"""The instruction for each operator of the formula language, by its symbol."""
_READS: Final[dict[int, str]] = {
    **dict.fromkeys(Op, "ab"),
    **dict.fromkeys((Op.UNIFORM, Op.DRAW, Op.CONSTANT), ""),
    **dict.fromkeys((Op.SCORED, Op.LOOKED_UP, Op.SCALE), "a"),
    Op.SELECT: "abc",
}


def operands(op: int, a: int, b: int, c: int) -> tuple[int, ...]:
    """Return the registers that an instruction reads."""
    match _READS[op]:
        case "ab":
            return a, b
        case "a":
            return (a,)
        case "abc":
            return a, b, c
        case _:
            return ()


type Row = tuple[int, int, int, int, float, str]


@dataclass(frozen=True, eq=False)
class Plan:
    """Arrays of a program, with one entry for each instruction; a plan equals only itself.

    Attributes
    ----------
    op, a, b, c : ndarray of int64, shape (n_instructions,)
        Operation and operands.
    x : ndarray of float64, shape (n_instructions,)
        Constants.
    streams : tuple of str
        Name of the random stream of an instruction, or "".
    tables : tuple of QuantileTable
        Referred to by index.
    score_tables : tuple of ScoreTable
        Referred to by index.
    outputs : dict of str to int
        Registers to keep, by column name, sorted.
    """

    op: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    c: NDArray[np.int64]
    x: NDArray[np.float64]
    streams: tuple[str, ...]
    tables: tuple[QuantileTable, ...]
    score_tables: tuple[ScoreTable, ...]
    outputs: dict[str, int]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The instructions one by one: operation, operands, constant and stream."""
        columns = (self.op.tolist(), self.a.tolist(), self.b.tolist(), self.c.tolist(), self.x.tolist())
        return tuple(zip(*columns, self.streams, strict=True))

    def needed(self, registers: Iterable[int]) -> list[int]:
        """Return the instructions on which some registers rest, themselves included.

        Each comes after those that it reads, and soon after: while a sum of many thousand inputs is computed, few of
        them wait in registers.
        """
        found: dict[int, None] = {}
        waiting: list[tuple[int, bool]] = [(at, False) for at in reversed(list(registers))]
        while waiting:
            at, is_read = waiting.pop()
            if is_read:
                found[at] = None
            elif at not in found:
                reads = operands(*self.rows[at][:4])
                waiting.append((at, True))
                waiting += [(read, False) for read in reversed(reads) if read not in found]
        return list(found)


class Builder:
    """Collects instructions into a `Plan`; the same instruction twice is one register."""

    def __init__(self, plan: Plan | None = None) -> None:
        """Start empty, or from a plan to be extended."""
        self._rows: list[Row] = []
        self._tables: list[QuantileTable] = []
        self._score_tables: list[ScoreTable] = []
        self.outputs: dict[str, int] = {}
        if plan is not None:
            self._rows = list(plan.rows)
            self._tables, self._score_tables = list(plan.tables), list(plan.score_tables)
            self.outputs = dict(plan.outputs)
        self._known = {row: at for at, row in enumerate(self._rows)}

    def emit(self, op: Op, a: int = 0, b: int = 0, c: int = 0, x: float = 0.0, stream: str = "") -> int:
        """Add an instruction, unless it is there, and return its register."""
        if op is Op.ADD and self._rows[b][0] == Op.SCALE:
            op, b, x = Op.ADD_SCALED, self._rows[b][1], self._rows[b][4]
        row = (int(op), a, b, c, x, stream)
        if row not in self._known:
            self._known[row] = len(self._rows)
            self._rows.append(row)
        return self._known[row]

    def table(self, table: QuantileTable) -> int:
        """Add a table and return its index."""
        self._tables.append(table)
        return len(self._tables) - 1

    def score_table(self, table: ScoreTable) -> int:
        """Add a score table and return its index."""
        self._score_tables.append(table)
        return len(self._score_tables) - 1

    def plan(self) -> Plan:
        """Return the finished plan."""
        op, a, b, c, x, streams = zip(*self._rows, strict=True) if self._rows else ((), (), (), (), (), ())
        return Plan(
            op=np.array(op, dtype=np.int64),
            a=np.array(a, dtype=np.int64),
            b=np.array(b, dtype=np.int64),
            c=np.array(c, dtype=np.int64),
            x=np.array(x, dtype=np.float64),
            streams=tuple(streams),
            tables=tuple(self._tables),
            score_tables=tuple(self._score_tables),
            outputs=dict(sorted(self.outputs.items())),
        )


@dataclass(frozen=True, slots=True)
class Register:
    """A register with the arithmetic of an array: a formula over columns becomes instructions by being evaluated."""

    build: Builder
    at: int

    def __add__(self, other: Register | float) -> Register:
        if isinstance(other, Register):
            return Register(self.build, self.build.emit(Op.ADD, self.at, other.at))
        return self if other == 0.0 else self + self._constant(other)

    def __sub__(self, other: Register | float) -> Register:
        if isinstance(other, Register):
            return Register(self.build, self.build.emit(Op.SUBTRACT, self.at, other.at))
        return self if other == 0.0 else self - self._constant(other)

    def __rsub__(self, other: float) -> Register:
        return self._constant(other) - self

    def __mul__(self, other: Register | float) -> Register:
        if isinstance(other, Register):
            return Register(self.build, self.build.emit(Op.MULTIPLY, self.at, other.at))
        return self if other == 1.0 else Register(self.build, self.build.emit(Op.SCALE, self.at, x=other))

    def __truediv__(self, other: Register) -> Register:
        return Register(self.build, self.build.emit(Op.DIVIDE, self.at, other.at))

    def __rtruediv__(self, other: float) -> Register:
        return self._constant(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def _constant(self, value: float) -> Register:
        return Register(self.build, self.build.emit(Op.CONSTANT, x=value))

    def at_least(self, other: Register | float) -> Register:
        """Return the larger of two registers, draw by draw."""
        right = other if isinstance(other, Register) else self._constant(other)
        return Register(self.build, self.build.emit(Op.MAXIMUM, self.at, right.at))
