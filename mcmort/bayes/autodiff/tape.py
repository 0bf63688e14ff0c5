"""An autodiff tape: the log density of a model as a program of elementary operations, with its gradient.

It is run forward for the value and backward for the gradient. A tape is filled by evaluating the model over its
variables, as a plan of totals is filled by evaluating them over registers. The instructions are sorted into batches of
one operation whose operands are all known (Griewank and Walther 2008, *Evaluating derivatives*, chapters 3 and 4), so
that one compiled kernel runs any model and none is compiled again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.quantile_spline import PIECES

__all__ = ["Tape", "TapeOp", "TapeProgram", "Variable"]


class TapeOp(IntEnum):
    """What an instruction computes from the values ``a`` and ``b`` and the constant ``x``."""

    ADD_SCALED = 0  # a + x b: sums, differences, shifts and multiples in one operation, which makes batches larger
    MULTIPLY = 1
    DIVIDE = 2
    MINIMUM = 3
    MAXIMUM = 4
    EXP = 5
    LOG = 6
    NORM = 7  # sqrt(a^2 + x^2)
    NORMAL = 8  # log density at the residual a of a normal error of scale b
    NORMAL_ABOVE = 9  # log probability that it is above a
    STUDENT = 10  # log density at the residual a of a Student error with four degrees of freedom and scale b
    STUDENT_ABOVE = 11  # log probability that it is above a
    CURVE = 12  # value at a of the curve numbered x


@dataclass(frozen=True)
class TapeProgram:
    """A finished tape.

    Values are numbered: the parameters first, then the constants, then the results of the instructions in order.

    Attributes
    ----------
    parameters : tuple of str
        Names of the parameters.
    constants : ndarray, shape (n_constants,)
        Fixed values.
    op, start : ndarray of int64, shape (n_batches,) and (n_batches + 1,)
        Operation of each batch, and its first instruction.
    a, b : ndarray of uint64, shape (n_instructions,)
        Operands.
    x : ndarray, shape (n_instructions,)
        Constants of the instructions.
    terms : ndarray of int64, shape (n_terms,)
        Values whose sum is the log density.
    weights : ndarray, shape (n_terms,)
        What each is multiplied by.
    scores : ndarray of int64, shape (n_scores,)
        Values whose log densities under the standard normal are added to it.
    curves : ndarray, shape (n_curves, n_pieces, 4)
        Coefficients of the curves.
    """

    parameters: tuple[str, ...]
    constants: NDArray[np.float64]
    op: NDArray[np.int64]
    start: NDArray[np.int64]
    a: NDArray[np.uint64]
    b: NDArray[np.uint64]
    x: NDArray[np.float64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float64]
    scores: NDArray[np.int64]
    curves: NDArray[np.float64]

    @property
    def size(self) -> int:
        """How many values there are in all."""
        return len(self.parameters) + len(self.constants) + len(self.a)


class Tape:
    """Records the operations of a model; equal operations are recorded once."""

    def __init__(self) -> None:
        self.parameters: list[str] = []
        self.curves: list[NDArray[np.float64]] = []
        self.terms: list[tuple[Variable, float]] = []
        self.scores: list[Variable] = []
        self._rows: list[tuple[int, int, int, float]] = []  # op (or -1 a parameter, -2 a constant), a, b, x
        self._known: dict[tuple[int, int, int, float], int] = {}

    def parameter(self, name: str) -> Variable:
        """Add a parameter, on the whole real line."""
        self.parameters.append(name)
        return self._row((-1, len(self.parameters) - 1, 0, 0.0))

    def constant(self, value: float) -> Variable:
        """Return a constant."""
        return self._row((-2, 0, 0, float(value)))

    def emit(self, op: TapeOp, a: Variable, b: Variable | None = None, x: float = 0.0) -> Variable:
        """Add an operation, unless it is there."""
        return self._row((int(op), a.index, a.index if b is None else b.index, float(x)))

    def multiple(self, value: Variable) -> tuple[Variable, float]:
        """Return a value and the constant by which it is multiplied to give another; by 1, if that is no multiple."""
        op, a, b, x = self._rows[value.index]
        if op == TapeOp.ADD_SCALED and self._rows[a] == (-2, 0, 0, 0.0):
            return Variable(self, b), x
        return value, 1.0

    def curve(self, coefficients: NDArray[np.float64]) -> int:
        """Add the coefficients of a curve and return its number."""
        self.curves.append(coefficients)
        return len(self.curves) - 1

    def add(self, term: Variable, weight: float = 1.0) -> None:
        """Add a term to the log density."""
        self.terms.append((term, weight))

    def add_score(self, score: Variable) -> None:
        """Add the log density of the standard normal at a value."""
        self.scores.append(score)

    def _row(self, row: tuple[int, int, int, float]) -> Variable:
        if row not in self._known:
            self._known[row] = len(self._rows)
            self._rows.append(row)
        return Variable(self, self._known[row])

    def program(self) -> TapeProgram:
        """Return the finished program, without what no term depends on."""
        needed = self._needed()
        batches = self._batches(needed)
        work = [index for batch in batches for index in batch]
        constants = [index for index in needed if self._rows[index][0] == -2]
        place = {index: self._rows[index][1] for index in needed if self._rows[index][0] == -1}
        place |= {index: number for number, index in enumerate((*constants, *work), len(self.parameters))}
        return TapeProgram(
            parameters=tuple(self.parameters),
            constants=np.array([self._rows[index][3] for index in constants], dtype=np.float64),
            op=np.array([self._rows[batch[0]][0] for batch in batches], dtype=np.int64),
            start=np.cumsum([0, *(len(batch) for batch in batches)], dtype=np.uint64),
            a=np.array([place[self._rows[index][1]] for index in work], dtype=np.uint64),
            b=np.array([place[self._rows[index][2]] for index in work], dtype=np.uint64),
            x=np.array([self._rows[index][3] for index in work], dtype=np.float64),
            terms=np.array([place[term.index] for term, _ in self.terms], dtype=np.int64),
            weights=np.array([weight for _, weight in self.terms], dtype=np.float64),
            scores=np.array([place[score.index] for score in self.scores], dtype=np.int64),
            curves=np.array(self.curves, dtype=np.float64).reshape(len(self.curves), PIECES, 4),
        )

    def _batches(self, needed: list[int]) -> list[list[int]]:
        """Sort the instructions into batches: always the operation on which the longest chain of others depends.

        A batch takes in what becomes ready by it, as long as the operation is the same: this halves the number
        of loops.
        """
        rows, work = self._rows, [index for index in needed if self._rows[index][0] >= 0]
        readers: dict[int, list[int]] = {index: [] for index in needed}
        waiting: dict[int, int] = {}
        for index in work:
            operands = {operand for operand in rows[index][1:3] if rows[operand][0] >= 0}
            waiting[index] = len(operands)
            for operand in operands:
                readers[operand].append(index)
        height: dict[int, int] = {}  # changes of operation on the longest way to a term
        for index in reversed(work):
            height[index] = max(
                (height[reader] + (rows[reader][0] != rows[index][0]) for reader in readers[index]), default=0
            )
        ready: dict[int, list[int]] = {}
        for index in work:
            if waiting[index] == 0:
                ready.setdefault(rows[index][0], []).append(index)
        batches = []
        while ready:
            op = max(ready, key=lambda kind: (max(height[index] for index in ready[kind]), len(ready[kind]), kind))
            batch = ready.pop(op)
            for index in batch:  # it grows
                for reader in readers[index]:
                    waiting[reader] -= 1
                    if waiting[reader] == 0:
                        (batch if rows[reader][0] == op else ready.setdefault(rows[reader][0], [])).append(reader)
            batches.append(batch)
        return batches

    def _needed(self) -> list[int]:
        needed: set[int] = set()
        stack = [*(term.index for term, _ in self.terms), *(score.index for score in self.scores)]
        while stack:
            index = stack.pop()
            if index not in needed:
                needed.add(index)
                op, a, b, _ = self._rows[index]
                stack += [a, b] if op >= 0 else []
        return sorted(needed)


@dataclass(frozen=True, slots=True)
class Variable:
    """A value on a tape, with the arithmetic of a number."""

    tape: Tape
    index: int

    def _with(self, other: Variable | float) -> Variable:
        return other if isinstance(other, Variable) else self.tape.constant(other)

    def __add__(self, other: Variable | float) -> Variable:
        if isinstance(other, Variable):
            return self._plus(other, 1.0)
        return self if other == 0.0 else self.tape.constant(other)._plus(self, 1.0)

    def __sub__(self, other: Variable | float) -> Variable:
        return self._plus(other, -1.0) if isinstance(other, Variable) else self + -other

    def __rsub__(self, other: float) -> Variable:
        return self.tape.constant(other)._plus(self, -1.0)

    def __mul__(self, other: Variable | float) -> Variable:
        if isinstance(other, Variable):
            return self.tape.emit(TapeOp.MULTIPLY, self, other)
        return self if other == 1.0 else self.tape.emit(TapeOp.ADD_SCALED, self.tape.constant(0.0), self, other)

    def _plus(self, other: Variable, sign: float) -> Variable:
        """Return a sum; a multiple on its right is multiplied there, which changes no bit."""
        scaled, factor = self.tape.multiple(other)
        return self.tape.emit(TapeOp.ADD_SCALED, self, scaled, sign * factor)

    def __truediv__(self, other: Variable | float) -> Variable:
        return self.tape.emit(TapeOp.DIVIDE, self, other) if isinstance(other, Variable) else self * (1.0 / other)

    def __rtruediv__(self, other: float) -> Variable:
        return self.tape.emit(TapeOp.DIVIDE, self.tape.constant(other), self)

    def __neg__(self) -> Variable:
        return self * -1.0

    __radd__ = __add__
    __rmul__ = __mul__

    def at_least(self, other: Variable | float) -> Variable:
        """Return the larger of two values."""
        return self.tape.emit(TapeOp.MAXIMUM, self, self._with(other))

    def at_most(self, other: Variable | float) -> Variable:
        """Return the smaller of two values."""
        return self.tape.emit(TapeOp.MINIMUM, self, self._with(other))
