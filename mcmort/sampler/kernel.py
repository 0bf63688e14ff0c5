"""The one kernel: runs any plan over blocks of draws, keeps columns and counts totals.

`mcmort.sampler.twin` does the same in plain NumPy, slowly and obviously; the two agree to the last bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.draws.tally import CELLS, FIRST_BITS, SHIFT
from mcmort.elicit.table import BASE_BITS, LARGEST_SCORE, SMALLEST
from mcmort.sampler.assemble import ADD_TWO
from mcmort.sampler.jit import bits_of, float_of, jit, load, look_up, store
from mcmort.sampler.plan import Op
from mcmort.sampler.program import Counted, Program
from mcmort.sampler.stream import GAMMA, MIX_1, MIX_2

__all__ = ["run"]

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
_ADD: Final = int(Op.ADD)
_SUBTRACT: Final = int(Op.SUBTRACT)
_MULTIPLY: Final = int(Op.MULTIPLY)
_DIVIDE: Final = int(Op.DIVIDE)
_MINIMUM: Final = int(Op.MINIMUM)
_MAXIMUM: Final = int(Op.MAXIMUM)
_SCALE: Final = int(Op.SCALE)
_ADD_SCALED: Final = int(Op.ADD_SCALED)
_ADD_TWO: Final = int(ADD_TWO)


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
def _survival_of(value: float, knots: Floats, start: np.uint64, count: np.uint64, shift: np.uint64) -> float:
    """Survival probability that a table gives to a value: the inverse of `_lookup`."""
    last = count - _ONE
    upper = start + count
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
def _draw(
    registers: Floats,
    out: np.uint64,
    many: np.uint64,
    first: np.uint64,
    offset: np.uint64,
    step: np.uint64,
    is_hashed: bool,
    knots: Floats,
    start: np.uint64,
    count: np.uint64,
    shift: np.uint64,
) -> None:
    """Fill a register with values of a table at the points of a stream."""
    if is_hashed:
        for i in range(many):
            survival = _uniform(_word(offset, step, first + i, True))
            store(registers, out + i, _lookup(survival, knots, start, count, shift))
    else:
        for i in range(many):
            survival = _uniform(_word(offset, step, first + i, False))
            store(registers, out + i, _lookup(survival, knots, start, count, shift))


@jit
def _combine(
    registers: Floats,
    op: int,
    out: np.uint64,
    a: np.uint64,
    b: np.uint64,
    c: np.uint64,
    x: float,
    y: float,
    many: np.uint64,
) -> None:
    """Carry out arithmetic on registers."""
    if op == _ADD_TWO:
        for i in range(many):
            first = load(registers, a + i) + x * load(registers, b + i)
            store(registers, out + i, first + y * load(registers, c + i))
    elif op == _ADD_SCALED:
        for i in range(many):
            store(registers, out + i, load(registers, a + i) + x * load(registers, b + i))
    elif op == _ADD:
        for i in range(many):
            store(registers, out + i, load(registers, a + i) + load(registers, b + i))
    elif op == _SCALE:
        for i in range(many):
            store(registers, out + i, x * load(registers, a + i))
    elif op == _MULTIPLY:
        for i in range(many):
            store(registers, out + i, load(registers, a + i) * load(registers, b + i))
    elif op == _SUBTRACT:
        for i in range(many):
            store(registers, out + i, load(registers, a + i) - load(registers, b + i))
    elif op == _DIVIDE:
        for i in range(many):
            store(registers, out + i, load(registers, a + i) / load(registers, b + i))
    elif op == _MINIMUM:
        for i in range(many):  # unlike min, an undefined value stays undefined
            store(registers, out + i, np.minimum(load(registers, a + i), load(registers, b + i)))
    elif op == _MAXIMUM:
        for i in range(many):
            store(registers, out + i, np.maximum(load(registers, a + i), load(registers, b + i)))
    else:
        for i in range(many):
            store(registers, out + i, x)


@jit
def _step(program: Program, at: int, first: np.uint64, many: np.uint64, registers: Floats) -> None:
    """Carry out one instruction on a block."""
    op, out, a = program.op[at], program.target[at], program.a[at]
    start, count, grain = program.starts[at], program.counts[at], program.grains[at]
    knots = program.knots
    if op == _DRAW:
        offset, step = program.offsets[at], program.steps[at]
        _draw(registers, out, many, first, offset, step, program.is_hashed, knots, start, count, grain)
    elif op == _SCORED:
        steps, last = float(grain), float(count - _ONE)
        for i in range(many):
            store(registers, out + i, _scored(load(registers, a + i), knots, start, steps, last))
    elif op == _FLOORED:
        floor = program.c[at]
        for i in range(many):
            least = load(registers, floor + i)
            above = _survival_of(least, knots, start, count, grain)
            value = _lookup(load(registers, a + i) * above, knots, start, count, grain)
            store(registers, out + i, max(value, least))
    elif op == _UNIFORM:
        offset, step = program.offsets[at], program.steps[at]
        for i in range(many):
            store(registers, out + i, _uniform(_word(offset, step, first + i, program.is_hashed)))
    else:
        _combine(registers, op, out, a, program.b[at], program.c[at], program.x[at], program.y[at], many)


@jit
def _ordered(value: float) -> np.int64:
    """Return an integer that is ordered as floats are; what is undefined is beyond the infinities."""
    bits = np.int64(bits_of(value))
    return bits ^ ((bits >> np.int64(63)) & _MAGNITUDE)


@jit
def _count(registers: Floats, begin: np.uint64, many: np.uint64, cells: Words, counted: Counted, at: int) -> None:
    """Add a block of values to a tally.

    The extremes are found among integers: the compiler may reorder these, so the loop is vectorised (1 ns a draw).
    """
    low, high = counted.low[at], counted.high[at]
    for i in range(many):
        value = load(registers, begin + i)
        low = min(low, _ordered(value))
        high = max(high, _ordered(value))
        cell = ((bits_of(value) - _FIRST) >> _SHIFT) + _ONE  # infinite and undefined values have the largest bits
        cells[i] = _ZERO if value < 2.0**-10 else min(cell, _LAST_CELL)
    counted.low[at], counted.high[at] = low, high
    row = counted.counts[at]
    for i in range(many):
        row[cells[i]] += 1


@jit
def run(
    program: Program,
    kept: Words,
    first: int,
    total: int,
    block: int,
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
    kept : ndarray of uint64, shape (n_columns,)
        Where the registers to keep begin.
    first, total : int
        Index of the first draw, and how many.
    block : int
        Draws in a block.
    registers : ndarray, shape (n_registers * block,)
        Work space.
    cells : ndarray of uint64, shape (block,)
        Work space.
    out : ndarray, shape (n_columns, total)
        Columns that are kept.
    counted : Counted
        Tallies, which are added to.
    """
    if block < 1:  # no loop over blocks then fails, and nothing is left that can: see `mcmort.machine.code`
        return
    for begin in range(0, total, block):
        many = np.uint64(min(block, total - begin))
        for at in range(program.op.shape[0]):
            _step(program, at, np.uint64(first + begin), many, registers)
        for column in range(kept.shape[0]):
            source = kept[column]
            for i in range(many):
                out[column, begin + np.int64(i)] = load(registers, source + i)
        for at in range(counted.registers.shape[0]):
            _count(registers, counted.registers[at], many, cells, counted, at)
