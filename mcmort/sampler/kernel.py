"""The one kernel: runs any plan over blocks of draws, keeps columns and counts totals.

`mcmort.sampler.twin` does the same in plain NumPy, slowly and obviously; the two agree to the last bit. The loops that
take the time are in `mcmort.sampler.vectors`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.draws.tally import CELLS
from mcmort.elicit.table import BASE_BITS, SMALLEST, UPPER
from mcmort.sampler.assemble import PADDING, SUM
from mcmort.sampler.jit import bits_of, float_of, jit, load, store
from mcmort.sampler.plan import Op
from mcmort.sampler.program import Counted, Program
from mcmort.sampler.sobol import DIGITS
from mcmort.sampler.stream import GAMMA, LOW, MIX_1, MIX_2
from mcmort.sampler.vectors import LEAST, MOST, add_up, count, draw, find, score

__all__ = ["run"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]
type Halves = NDArray[np.uint32]

_GAMMA: Final = np.uint64(GAMMA)
_MIX_1: Final = np.uint64(MIX_1)
_MIX_2: Final = np.uint64(MIX_2)
_BASE: Final = np.uint64(BASE_BITS)
_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_LOW: Final = np.uint64(LOW)
_RUN: Final = np.uint64(1 << LOW)
_IN_RUN: Final = np.uint64((1 << LOW) - 1)
_HIGH: Final = np.uint64(DIGITS - LOW)
"""Points that are looked up for each stream of a net, and the digits of an index beyond these."""
_MANTISSA: Final = np.uint64(52)
_WHOLE: Final = 2.0**52
_EXPONENT: Final = np.uint64(0x4330000000000000)
"""Bits of 2 to the 52: with an integer below that in the mantissa, the float is the sum of the two, exactly."""
_CELLS: Final = np.uint64(CELLS)
_LEAST: Final = np.int64(LEAST)
_MOST: Final = np.int64(MOST)
_PADDING: Final = np.uint64(PADDING)
_UPPER: Final = np.uint64(UPPER)
_MAGNITUDE: Final = np.int64(0x7FFFFFFFFFFFFFFF)

_UNIFORM: Final = int(Op.UNIFORM)
_DRAW: Final = int(Op.DRAW)
_SCORED: Final = int(Op.SCORED)
_FLOORED: Final = int(Op.FLOORED)
_SUBTRACT: Final = int(Op.SUBTRACT)
_MULTIPLY: Final = int(Op.MULTIPLY)
_DIVIDE: Final = int(Op.DIVIDE)
_MINIMUM: Final = int(Op.MINIMUM)
_MAXIMUM: Final = int(Op.MAXIMUM)
_SCALE: Final = int(Op.SCALE)
_SUM: Final = int(SUM)

(_OP, _TARGET, _A, _B, _C, _START, _COUNT, _GRAIN, _KEY, _ROW) = range(10)


@jit
def _word(key: np.uint64, index: np.uint64) -> np.uint64:
    z = key + (index + _ONE) * _GAMMA
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@jit
def _net(
    registers: Floats, out: np.uint64, many: np.uint64, first: np.uint64, row: np.uint64, low: Words, high: Words
) -> None:
    """Fill a register with the bits of points of a net; of a run of 2 to the `LOW` only what is looked up differs."""
    done = _ZERO
    while done < many:
        within, left = (first + done) & _IN_RUN, (first + done) >> _LOW
        number, word = row * _HIGH, _ZERO
        while left:
            word ^= high[number] * (left & _ONE)
            left >>= _ONE
            number += _ONE
        size = min(many - done, _RUN - within)
        at, to = (row << _LOW) + within, out + done
        for i in range(size):
            store(registers, to + i, float_of(word ^ load(low, at + i)))
        done += size


@jit
def _exact(integer: np.uint64) -> float:
    """Return an integer below 2 to the 52 as a float, by a way that is vectorised on any processor."""
    return float(float_of(integer | _EXPONENT) - _WHOLE)


@jit
def _uniform(word: np.uint64) -> float:
    return (_exact(word >> np.uint64(12)) + 0.5) * 2.0**-52


@jit
def _knot(knots: Words, at: np.uint64) -> float:
    """Return a knot of a packed table."""
    return float(float_of(load(knots, at) & _UPPER))


@jit
def _lookup(survival: float, knots: Words, start: np.uint64, count: np.uint64, shift: np.uint64) -> float:
    """Value of a table at a survival probability; the upper side stands after the lower."""
    is_lower = survival > 0.5
    w = 1.0 - survival if is_lower else survival
    w = SMALLEST if w < SMALLEST else w
    place = bits_of(w) - _BASE
    cell = min(place >> shift, count - np.uint64(2))
    rest = _exact(place - (cell << shift)) * float_of((np.uint64(1023) - shift) << _MANTISSA)
    at = start + cell + (_ZERO if is_lower else count)
    left = _knot(knots, at)
    return float(left + rest * (_knot(knots, at + _ONE) - left))


@jit
def _survival_of(value: float, knots: Words, start: np.uint64, count: np.uint64, shift: np.uint64) -> float:
    """Survival probability that a table gives to a value: the inverse of `_lookup`."""
    last = count - _ONE
    upper = start + count
    low, high = _ZERO, last
    if value >= _knot(knots, upper + last):
        if value >= _knot(knots, upper):
            return 0.0
        while high - low > _ONE:
            middle = (low + high) >> _ONE
            if _knot(knots, upper + middle) > value:
                low = middle
            else:
                high = middle
        left, right = _knot(knots, upper + low), _knot(knots, upper + high)
        rest = (left - value) / (left - right)
        w = float_of(_BASE + (low << shift))
        return float(w + rest * (float_of(_BASE + (high << shift)) - w))
    if value <= _knot(knots, start):
        return 1.0
    while high - low > _ONE:
        middle = (low + high) >> _ONE
        if _knot(knots, start + middle) < value:
            low = middle
        else:
            high = middle
    left, right = _knot(knots, start + low), _knot(knots, start + high)
    rest = (value - left) / (right - left)
    w = float_of(_BASE + (low << shift))
    return float(1.0 - (w + rest * (float_of(_BASE + (high << shift)) - w)))


@jit
def _combine(
    registers: Floats,
    op: int,
    out: np.uint64,
    a: np.uint64,
    b: np.uint64,
    x: float,
    many: np.uint64,
) -> None:
    """Carry out arithmetic on registers; additions are parts of sums."""
    if op == _SCALE:
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
def _step(
    registers: Floats, code: Words, at: int, x: float, is_hashed: bool, knots: Words, first: np.uint64, many: np.uint64
) -> None:
    """Carry out one of the instructions that are slow or rare."""
    op, out, a, b = code[at, _OP], code[at, _TARGET], code[at, _A], code[at, _B]
    if op == _FLOORED:
        floor, start, count, grain = code[at, _C], code[at, _START], code[at, _COUNT], code[at, _GRAIN]
        for i in range(many):
            least = load(registers, floor + i)
            above = _survival_of(least, knots, start, count, grain)
            value = _lookup(load(registers, a + i) * above, knots, start, count, grain)
            store(registers, out + i, max(value, least))
    elif op == _UNIFORM:
        key = code[at, _KEY]
        for i in range(many):
            word = _word(key, first + i) if is_hashed else bits_of(load(registers, out + i))
            store(registers, out + i, _uniform(word))
    else:
        _combine(registers, op, out, a, b, x, many)


@jit
def _ordered(value: float) -> np.int64:
    """Return an integer that is ordered as floats are; what is undefined is beyond the infinities."""
    bits = np.int64(bits_of(value))
    return bits ^ ((bits >> np.int64(63)) & _MAGNITUDE)


@jit
def _widen(registers: Floats, begin: np.uint64, many: np.uint64, counted: Counted, at: int) -> None:
    """Move the extremes of a tally to those of a block, unless its ends lie between them.

    They are found among integers: the compiler may reorder these, so the loop is vectorised.
    """
    low, high = np.int64(counted.ends[0]), np.int64(counted.ends[1])
    if counted.low[at] <= low and high <= counted.high[at] and low != _LEAST and high != _MOST:
        return
    low, high = counted.low[at], counted.high[at]
    for i in range(many):
        value = _ordered(load(registers, begin + i))
        low, high = min(low, value), max(high, value)
    counted.low[at], counted.high[at] = low, high


@jit
def _count(cells: Halves, length: np.uint64, held: np.uint64, waiting: np.uint64, counted: Counted) -> None:
    """Count what is waiting: `held` values of each of the first so many totals."""
    for at in range(waiting):
        count(cells, at * length, held, counted.counts, at * _CELLS)


@jit
def run(
    program: Program,
    kept: Words,
    span: Ints,
    block: int,
    registers: Floats,
    cells: Halves,
    out_columns: Floats,
    counted: Counted,
) -> None:
    """Run a plan over a span of draws.

    Parameters
    ----------
    program : Program
        The instructions.
    kept : ndarray of uint64, shape (n_columns,)
        Where the registers to keep begin.
    span : ndarray of int64, shape (2,)
        Index of the first draw, and how many.
    block : int
        Draws in a block.
    registers : ndarray, shape (n_registers * length,)
        Work space; the length of a register is that of a block, rounded up to whole vectors.
    cells : ndarray of uint32, shape (n_counted * length,)
        Work space: the values of a block wait here to be counted while the next is drawn.
    out_columns : ndarray, shape (n_columns, total)
        Columns that are kept.
    counted : Counted
        Tallies, which are added to.
    """
    if block < 1:  # no loop over blocks then fails, and nothing is left that can: see `mcmort.machine.code`
        return
    first, total = span[0], span[1]
    code, x, knots, is_hashed = program.code, program.x, program.knots, program.is_hashed
    size = np.uint64(counted.registers.shape[0])
    length = np.uint64(-(-block // PADDING) * PADDING)
    waiting, held = _ZERO, _ZERO
    for begin in range(0, total, block):
        many = np.uint64(min(block, total - begin))
        start = np.uint64(first + begin)
        is_counting = is_hashed and held == many and many % _PADDING == _ZERO
        for at in range(code.shape[0]):
            op, out, a, b = code[at, _OP], code[at, _TARGET], code[at, _A], code[at, _B]
            if op in (_DRAW, _UNIFORM) and not is_hashed:
                _net(registers, out, many, start, code[at, _ROW], program.low, program.high)
            if op == _DRAW:
                word = code[at, _KEY] + (start + _ONE) * _GAMMA
                is_waiting = is_counting and waiting > _ZERO
                waiting -= np.uint64(is_waiting)
                draw(
                    registers, out, many, word, is_hashed, knots, code[at, _START], code[at, _COUNT], code[at, _GRAIN],
                    is_waiting, cells, waiting * length, counted.counts, waiting * _CELLS,
                )  # fmt: skip
            elif op == _SCORED:
                score(registers, out, many, a, knots, code[at, _START], float(code[at, _GRAIN]))
            elif op == _SUM:
                add_up(registers, out, many, a, x[at], program.terms, program.weights, b, code[at, _C])
            else:
                _step(registers, code, at, x[at], is_hashed, knots, start, many)
        _count(cells, length, held, waiting, counted)
        for column in range(kept.shape[0]):
            source = kept[column]
            for i in range(many):
                out_columns[column, begin + np.int64(i)] = load(registers, source + i)
        for at in range(counted.registers.shape[0]):
            source, found = counted.registers[at], np.uint64(at) * length
            find(registers, source, many, cells, found, counted.ends)
            _widen(registers, source, many, counted, at)
        waiting, held = size, many
    _count(cells, length, held, waiting, counted)
