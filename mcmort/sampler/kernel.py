"""The one kernel: runs any plan over a block of draws.

`mcmort.sampler.twin` does the same in plain NumPy, slowly and obviously; the two agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from mcmort.elicit.table import BASE_BITS, SMALLEST
from mcmort.sampler.jit import jit
from mcmort.sampler.plan import Op
from mcmort.sampler.scores import LARGEST_SCORE, SCORE_STEPS
from mcmort.sampler.stream import GAMMA, MIX_1, MIX_2

__all__ = ["Program", "Tables", "run"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]

_GAMMA: Final = np.uint64(GAMMA)
_MIX_1: Final = np.uint64(MIX_1)
_MIX_2: Final = np.uint64(MIX_2)
_BASE: Final = np.uint64(BASE_BITS)
_ONE: Final = np.uint64(1)
_LARGEST: Final = float(LARGEST_SCORE)
_STEPS: Final = float(SCORE_STEPS)

_UNIFORM: Final = int(Op.UNIFORM)
_NORMAL: Final = int(Op.NORMAL)
_SURVIVAL: Final = int(Op.SURVIVAL)
_QUANTILE: Final = int(Op.QUANTILE)
_FLOORED: Final = int(Op.FLOORED)
_CONSTANT: Final = int(Op.CONSTANT)
_ADD: Final = int(Op.ADD)
_SUBTRACT: Final = int(Op.SUBTRACT)
_MULTIPLY: Final = int(Op.MULTIPLY)
_DIVIDE: Final = int(Op.DIVIDE)
_MINIMUM: Final = int(Op.MINIMUM)
_MAXIMUM: Final = int(Op.MAXIMUM)


def _typed_intrinsic(function: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """Register an intrinsic; inside compiled code it is called without the typing context."""
    return cast("Callable[[Any], Any]", intrinsic(function))


@_typed_intrinsic
def _bits(_typing: Any, value: Any) -> Any:
    """Return the bits of a float as an unsigned integer."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.uint64(types.float64), build


@_typed_intrinsic
def _float(_typing: Any, value: Any) -> Any:
    """Return the float that has the bits of an unsigned integer."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), build


class Program(NamedTuple):
    """The instructions of a plan, as `mcmort.sampler.plan` describes them, with the keys of their streams."""

    op: Ints
    a: Ints
    b: Ints
    c: Ints
    x: Floats
    keys: Words


class Tables(NamedTuple):
    """Everything that instructions look up.

    `knots` holds all tables in turn, each with its lower and then its upper side; `starts`, `counts` (knots
    on a side) and `resolutions` have one entry for each table; `normal` is the index of the normal scores and `scores`
    the survival function of the normal distribution.
    """

    knots: Floats
    starts: Words
    counts: Words
    resolutions: Words
    normal: int
    scores: Floats


@jit
def _uniform(key: np.uint64, index: np.uint64) -> float:
    z = key + (index + _ONE) * _GAMMA
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z = z ^ (z >> np.uint64(31))
    return float((np.float64(z >> np.uint64(12)) + 0.5) * 2.0**-52)


@jit
def _lookup(survival: float, tables: Tables, which: int) -> float:
    """Value of a table at a survival probability; the upper side stands after the lower."""
    count = tables.counts[which]
    start = tables.starts[which]
    w = survival
    if survival > 0.5:
        w = 1.0 - survival
    else:
        start = start + count
    w = max(w, SMALLEST)
    shift = np.uint64(52) - tables.resolutions[which]
    place = _bits(w) - _BASE
    cell = min(place >> shift, count - np.uint64(2))
    rest = np.float64(place - (cell << shift)) / np.float64(_ONE << shift)
    left = tables.knots[start + cell]
    return float(left + rest * (tables.knots[start + cell + _ONE] - left))


@jit
def _survival_of(value: float, tables: Tables, which: int) -> float:
    """Survival probability that a table gives to a value: the inverse of `_lookup`."""
    knots = tables.knots
    start = tables.starts[which]
    last = tables.counts[which] - _ONE
    upper = start + last + _ONE
    shift = np.uint64(52) - tables.resolutions[which]
    low, high = np.uint64(0), last
    if value >= knots[upper + last]:
        if value >= knots[upper]:
            return 0.0
        while high - low > _ONE:
            middle = (low + high) >> _ONE
            if knots[upper + middle] > value:
                low = middle
            else:
                high = middle
        rest = (knots[upper + low] - value) / (knots[upper + low] - knots[upper + high])
        w = _float(_BASE + (low << shift))
        return float(w + rest * (_float(_BASE + (high << shift)) - w))
    if value <= knots[start]:
        return 1.0
    while high - low > _ONE:
        middle = (low + high) >> _ONE
        if knots[start + middle] < value:
            low = middle
        else:
            high = middle
    rest = (value - knots[start + low]) / (knots[start + high] - knots[start + low])
    w = _float(_BASE + (low << shift))
    return float(1.0 - (w + rest * (_float(_BASE + (high << shift)) - w)))


@jit
def _survival_of_score(score: float, scores: Floats) -> float:
    place = min(abs(score), _LARGEST) * _STEPS
    cell = np.int64(place)
    tail = scores[cell] + (place - cell) * (scores[cell + 1] - scores[cell])
    survival = tail if score >= 0.0 else 1.0 - tail
    return float(min(max(survival, SMALLEST), 1.0 - SMALLEST))


@jit
def _step(program: Program, tables: Tables, at: int, first: int, count: int, registers: Floats) -> None:
    """Carry out one instruction on a block."""
    op = program.op[at]
    which = program.b[at]
    key = program.keys[at]
    x = program.x[at]
    out = registers[at]
    left = registers[program.a[at]]
    right = registers[program.b[at]]
    if op == _UNIFORM:
        for i in range(count):
            out[i] = _uniform(key, np.uint64(first + i))
    elif op == _NORMAL:
        for i in range(count):
            out[i] = _lookup(_uniform(key, np.uint64(first + i)), tables, tables.normal)
    elif op == _SURVIVAL:
        for i in range(count):
            out[i] = _survival_of_score(left[i], tables.scores)
    elif op == _QUANTILE:
        for i in range(count):
            out[i] = _lookup(left[i], tables, which)
    elif op == _FLOORED:
        floor = registers[program.c[at]]
        for i in range(count):
            above = _survival_of(floor[i], tables, which)
            out[i] = max(_lookup(left[i] * above, tables, which), floor[i])
    elif op == _CONSTANT:
        for i in range(count):
            out[i] = x
    elif op == _ADD:
        for i in range(count):
            out[i] = left[i] + right[i]
    elif op == _SUBTRACT:
        for i in range(count):
            out[i] = left[i] - right[i]
    elif op == _MULTIPLY:
        for i in range(count):
            out[i] = left[i] * right[i]
    elif op == _DIVIDE:
        for i in range(count):
            out[i] = left[i] / right[i]
    elif op == _MINIMUM:
        for i in range(count):
            out[i] = np.minimum(left[i], right[i])  # unlike min, an undefined value stays undefined
    elif op == _MAXIMUM:
        for i in range(count):
            out[i] = np.maximum(left[i], right[i])
    else:
        for i in range(count):
            out[i] = left[i] + x * right[i]


@jit
def run(program: Program, tables: Tables, kept: Ints, first: int, registers: Floats, out: Floats) -> None:
    """Run a plan and keep some of its registers.

    Parameters
    ----------
    program : Program
        The instructions.
    tables : Tables
        What they look up.
    kept : ndarray of int64, shape (n_columns,)
        Registers to keep.
    first : int
        Index of the first draw.
    registers : ndarray, shape (n_instructions, block)
        Work space.
    out : ndarray, shape (n_columns, n_draws)
        Result.
    """
    block = registers.shape[1]
    total = out.shape[1]
    for begin in range(0, total, block):
        count = min(block, total - begin)
        for at in range(program.op.shape[0]):
            _step(program, tables, at, first + begin, count, registers)
        for column in range(kept.shape[0]):
            source = registers[kept[column]]
            for i in range(count):
                out[column, begin + i] = source[i]
