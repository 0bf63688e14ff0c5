"""A case as a small program: instructions over registers that the kernel runs on blocks of draws.

Instruction ``i`` writes register ``i``, so an instruction only ever reads registers before it. Nothing in a plan
depends on the number of draws or on the seed, and nothing is compiled again for another case.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import QuantileTable

__all__ = ["Builder", "Op", "Plan"]


class Op(IntEnum):
    """What an instruction does; ``a`` and ``b`` are registers unless said otherwise."""

    UNIFORM = 0  # survival probability in (0, 1) from the stream
    NORMAL = 1  # standard normal score from the stream
    SURVIVAL = 2  # survival probability of the normal score a
    QUANTILE = 3  # value of table b at survival probability a
    FLOORED = 4  # value of table b at survival probability a, given that it is at least register c
    CONSTANT = 5  # the constant x
    ADD = 6
    SUBTRACT = 7
    MULTIPLY = 8
    DIVIDE = 9
    MINIMUM = 10
    MAXIMUM = 11
    ADD_SCALED = 12  # a + x * b


@dataclass(frozen=True)
class Plan:
    """Arrays of a program, with one entry for each instruction.

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
    outputs: dict[str, int]


class Builder:
    """Collects instructions into a `Plan`."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int, float, str]] = []
        self._tables: list[QuantileTable] = []
        self.outputs: dict[str, int] = {}

    def emit(self, op: Op, a: int = 0, b: int = 0, c: int = 0, x: float = 0.0, stream: str = "") -> int:
        """Add an instruction and return its register."""
        self._rows.append((int(op), a, b, c, x, stream))
        return len(self._rows) - 1

    def table(self, table: QuantileTable) -> int:
        """Add a table and return its index."""
        self._tables.append(table)
        return len(self._tables) - 1

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
            outputs=dict(sorted(self.outputs.items())),
        )
