"""The one kernel: runs any plan over blocks of draws, keeps columns and counts totals.

`mcmort.sampler.twin` does the same in plain NumPy, slowly and obviously; the two agree to the last bit.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcmort.draws.tally import CELLS, FIRST_BITS, SHIFT
from mcmort.elicit.table import BASE_BITS, LARGEST_SCORE, SMALLEST
from mcmort.sampler.jit import bits_of, float_of, jit, look_up, store
from mcmort.sampler.plan import Op
from mcmort.sampler.stream import GAMMA, MIX_1, MIX_2

__all__ = ["Counted", "Program", "Tables", "run"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]

_GAMMA: Final = np.uint64(GAMMA)
_MIX_1: Final = np.uint64(MIX_1)
_MIX_2: Final = np.uint64(MIX_2)
_BASE: Final = np.uint64(BASE_BITS)
_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_MANTISSA: Final = np.uint64(52)
_WHOLE: Final = 2.0**52
_EXPONENT: Final = np.uint64(0x4330000000000000)
"""Bits of 2 to the 52: with an integer below that in the mantissa, the float is the sum of the two, exactly."""
_LARGEST: Final = float(LARGEST_SCORE)
_FIRST: Final = np.uint64(FIRST_BITS)
_SHIFT: Final = np.uint64(SHIFT)
_LAST_CELL: Final = np.uint64(CELLS - 1)
_MAGNITUDE: Final = np.int64(0x7FFFFFFFFFFFFFFF)

_UNIFORM: Final = int(Op.UNIFORM)
_DRAW: Final = int(Op.DRAW)
_SCORED: Final = int(Op.SCORED)
_FLOORED: Final = int(Op.FLOORED)
_CONSTANT: Final = int(Op.CONSTANT)
_ADD: Final = int(Op.ADD)
_SUBTRACT: Final = int(Op.SUBTRACT)
_MULTIPLY: Final = int(Op.MULTIPLY)
_DIVIDE: Final = int(Op.DIVIDE)
_MINIMUM: Final = int(Op.MINIMUM)
_MAXIMUM: Final = int(Op.MAXIMUM)
_SCALE: Final = int(Op.SCALE)


class Program(NamedTuple):
    """The instructions of an `mcmort.sampler.assemble.Assembly`, with the points of their streams.

    Point ``i`` of a stream is ``offsets + (i + 1) * steps``, hashed if `is_hashed`, else taken as it is (a lattice).
    """

    op: Ints
    target: Ints
    a: Ints
    b: Ints
    c: Ints
    x: Floats
    offsets: Words
    steps: Words
    is_hashed: bool


class Tables(NamedTuple):
    """Everything that instructions look up; see `mcmort.sampler.assemble.Assembly`."""

    knots: Floats
    starts: Words
    counts: Words
    resolutions: Words
    score_starts: Words
    score_steps: Floats


class Counted(NamedTuple):
    """Where totals are counted, each with its smallest and largest value as `_ordered` integers."""

    registers: Ints
    counts: NDArray[np.int32]
    low: Ints
    high: Ints


@jit
def _word(offset: np.uint64, step: np.uint64, index: np.uint64, is_hashed: bool) -> np.uint64:
    z = offset + (index + _ONE) * step
    if is_hashed:
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        z = z ^ (z >> np.uint64(31))
    return z


@jit
def _exact(integer: np.uint64) -> float:
    """Return an integer below 2 to the 52 as a float, by a way that is vectorised on any processor."""
    return float(float_of(integer | _EXPONENT) - _WHOLE)


@jit
def _uniform(word: np.uint64) -> float:
    return (_exact(word >> np.uint64(12)) + 0.5) * 2.0**-52


@jit
def _lookup(survival: float, knots: Floats, start: np.uint64, count: np.uint64, shift: np.uint64) -> float:
    """Value of a table at a survival probability; the upper side stands after the lower."""
    is_lower = survival > 0.5
    w = 1.0 - survival if is_lower else survival
    w = SMALLEST if w < SMALLEST else w
    place = bits_of(w) - _BASE
    cell = min(place >> shift, count - np.uint64(2))
    rest = _exact(place - (cell << shift)) * float_of((np.uint64(1023) - shift) << _MANTISSA)
    at = start + cell + (_ZERO if is_lower else count)
    left = look_up(knots, at)
    return float(left + rest * (look_up(knots, at + _ONE) - left))


@jit
def _scored(score: float, knots: Floats, start: np.uint64, steps: float, last: float) -> float:
    """Value of a score table at a normal score; `last` is the index of its last cell."""
    place = (min(max(score, -_LARGEST), _LARGEST) + _LARGEST) * steps
    rounded = min(max(place - 0.5, 0.0), last) + _WHOLE  # to the whole number of cells below, without a jump
    at = start + (bits_of(rounded) - _EXPONENT)
    left = look_up(knots, at)
    return float(left + (place - (rounded - _WHOLE)) * (look_up(knots, at + _ONE) - left))


@jit
def _survival_of(value: float, tables: Tables, which: int) -> float:
    """Survival probability that a table gives to a value: the inverse of `_lookup`."""
    knots = tables.knots
    start = tables.starts[which]
    last = tables.counts[which] - _ONE
    upper = start + last + _ONE
    shift = _MANTISSA - tables.resolutions[which]
    low, high = _ZERO, last
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
        w = float_of(_BASE + (low << shift))
        return float(w + rest * (float_of(_BASE + (high << shift)) - w))
    if value <= knots[start]:
        return 1.0
    while high - low > _ONE:
        middle = (low + high) >> _ONE
        if knots[start + middle] < value:
            low = middle
        else:
            high = middle
    rest = (value - knots[start + low]) / (knots[start + high] - knots[start + low])
    w = float_of(_BASE + (low << shift))
    return float(1.0 - (w + rest * (float_of(_BASE + (high << shift)) - w)))


@jit
def _draw(program: Program, tables: Tables, at: int, first: int, count: int, out: Floats) -> None:
    """Fill a block with values of a table at the points of a stream."""
    offset, step, which = program.offsets[at], program.steps[at], program.b[at]
    knots, start, knots_on_side = tables.knots, tables.starts[which], tables.counts[which]
    shift = _MANTISSA - tables.resolutions[which]
    begin = np.uint64(first)
    if program.is_hashed:
        for i in range(np.uint64(count)):
            survival = _uniform(_word(offset, step, begin + i, True))
            store(out, i, _lookup(survival, knots, start, knots_on_side, shift))
    else:
        for i in range(np.uint64(count)):
            survival = _uniform(_word(offset, step, begin + i, False))
            store(out, i, _lookup(survival, knots, start, knots_on_side, shift))


@jit
def _step(program: Program, tables: Tables, at: int, first: int, count: int, registers: Floats) -> None:
    """Carry out one instruction on a block."""
    op = program.op[at]
    which = program.b[at]
    x = program.x[at]
    out = registers[program.target[at]]
    left = registers[program.a[at]]
    if op == _DRAW:
        _draw(program, tables, at, first, count, out)
        return
    if op == _SCORED:
        start, steps = tables.score_starts[which], tables.score_steps[which]
        last = 2.0 * _LARGEST * steps - 1.0
        for i in range(np.uint64(count)):
            store(out, i, _scored(left[i], tables.knots, start, steps, last))
        return
    if op == _FLOORED:
        floor = registers[program.c[at]]
        shift = _MANTISSA - tables.resolutions[which]
        for i in range(count):
            above = _survival_of(floor[i], tables, which)
            value = _lookup(left[i] * above, tables.knots, tables.starts[which], tables.counts[which], shift)
            out[i] = max(value, floor[i])
        return
    right = registers[which]
    if op == _UNIFORM:
        offset, step = program.offsets[at], program.steps[at]
        for i in range(count):
            out[i] = _uniform(_word(offset, step, np.uint64(first + i), program.is_hashed))
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
    elif op == _SCALE:
        for i in range(count):
            out[i] = x * left[i]
    else:
        for i in range(count):
            out[i] = left[i] + x * right[i]


@jit
def _ordered(value: float) -> np.int64:
    """Return an integer that is ordered as floats are; what is undefined is beyond the infinities."""
    bits = np.int64(bits_of(value))
    return bits ^ ((bits >> np.int64(63)) & _MAGNITUDE)


@jit
def _count(values: Floats, count: int, cells: Words, counted: Counted, at: int) -> None:
    """Add a block of values to a tally.

    The extremes are found among integers: the compiler may reorder these, so the loop is vectorised (1 ns a draw).
    """
    low, high = counted.low[at], counted.high[at]
    for i in range(count):
        low = min(low, _ordered(values[i]))
        high = max(high, _ordered(values[i]))
    counted.low[at], counted.high[at] = low, high
    for i in range(count):
        value = values[i]
        cell = ((bits_of(value) - _FIRST) >> _SHIFT) + _ONE  # infinite and undefined values have the largest bits
        cells[i] = _ZERO if value < 2.0**-10 else min(cell, _LAST_CELL)
    row = counted.counts[at]
    for i in range(count):
        row[cells[i]] += 1


@jit
def run(
    program: Program,
    tables: Tables,
    kept: Ints,
    first: int,
    total: int,
    registers: Floats,
    cells: Words,
    out: Floats,
    counted: Counted,
) -> None:
    """Run a plan over draws `first` to `first + total`.

    Parameters
    ----------
    program : Program
        The instructions.
    tables : Tables
        What they look up.
    kept : ndarray of int64, shape (n_columns,)
        Registers to keep.
    first, total : int
        Index of the first draw, and how many.
    registers : ndarray, shape (n_registers, block)
        Work space.
    cells : ndarray of uint64, shape (block,)
        Work space.
    out : ndarray, shape (n_columns, total)
        Columns that are kept.
    counted : Counted
        Tallies, which are added to.
    """
    block = registers.shape[1]
    for begin in range(0, total, block):
        count = min(block, total - begin)
        for at in range(program.op.shape[0]):
            _step(program, tables, at, first + begin, count, registers)
        for column in range(kept.shape[0]):
            source = registers[kept[column]]
            for i in range(count):
                out[column, begin + i] = source[i]
        for at in range(counted.registers.shape[0]):
            _count(registers[counted.registers[at]], count, cells, counted, at)
