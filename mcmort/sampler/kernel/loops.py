"""The loops over draws in which the sampler spends its time: points, table lookups, sums, and counts.

`mcmort.sampler.kernel.kernel` calls them for one block of draws at a time; `mcmort.sampler.program.reference` says in
plain NumPy what the values are, to the last bit. Each loop is written so that the compiler can vectorise it: no branch,
and no conversion between integers and floats, which many processors do one number at a time. Indices are unsigned,
since for a signed one Numba first tests whether it counts from the end of the array.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import BASE_BITS, LARGEST_SCORE, SMALLEST, UPPER
from mcmort.results.counter_based_random import GAMMA, MIX_1, MIX_2
from mcmort.results.histogram import BINS, FIRST_BITS, SHIFT
from mcmort.sampler.kernel.jit import bits_of, float_of, jit
from mcmort.sampler.random.sobol import DIGITS
from mcmort.sampler.random.streams import LOW_DIGITS

__all__ = ["add_up", "count", "fill_digital_net", "fill_independent", "find_bins", "look_up", "look_up_scores"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]
type Counts = NDArray[np.int32]

_GAMMA: Final = np.uint64(GAMMA)
_MIX_1: Final = np.uint64(MIX_1)
_MIX_2: Final = np.uint64(MIX_2)
_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)
_THREE: Final = np.uint64(3)
_FOUR: Final = np.uint64(4)

_LOW_DIGITS: Final = np.uint64(LOW_DIGITS)
_RUN: Final = np.uint64(1 << LOW_DIGITS)
_HIGH_DIGITS: Final = np.uint64(DIGITS - LOW_DIGITS)
"""Of an index in a digital net: the number of digits whose points are looked up, of these points, and of other digits.
"""

_MANTISSA: Final = np.uint64((1 << 52) - 1)
_BITS_OF_ONE: Final = np.uint64(0x3FF << 52)
"""With an integer in the mantissa, the float is 1 and that many units of 2 to the minus 52, exactly."""
_BITS_OF_UNITS: Final = np.uint64(0x433 << 52)
"""Bits of 2 to the 52: with an integer in the mantissa, the float is the sum of the two, exactly."""
_FIRST_KNOT: Final = np.uint64(BASE_BITS + (52 << 52))
"""Bits of the first knot's probability, in units of 2 to the minus 52."""
_SMALLEST: Final = np.float64(SMALLEST * 2.0**52)
_UPPER: Final = np.uint64(UPPER)

_ROUNDER: Final = 1.5 * 2.0**52
"""Floats near this are whole numbers: a far smaller number is rounded when this is added, and is then the last bits."""
_BITS_OF_ROUNDER: Final = np.float64(_ROUNDER).view(np.uint64)

_FIRST_BIN_BITS: Final = np.uint64(FIRST_BITS - (1 << SHIFT))
_IN_FIRST_BIN: Final = _FIRST_BIN_BITS.view(np.float64)
_IN_LAST_BIN: Final = np.uint64(FIRST_BITS + (BINS - 2 << SHIFT)).view(np.float64)
"""Floats that lie in the first and in the last bin of a histogram; between them a float's bits give its bin."""
_NEGATIVE: Final = -np.uint64(FIRST_BITS).view(np.float64)
_SHIFT: Final = np.uint64(SHIFT)
_SIGN: Final = np.int64(63)
_LARGEST: Final = np.int64(0x7FFFFFFFFFFFFFFF)
_LEAST: Final = np.int64(-0x8000000000000000)


@jit
def fill_independent(registers: Floats, out: np.uint64, many: np.uint64, key: np.uint64, first: np.uint64) -> None:
    """Fill a register with the bits of independent points: SplitMix64, as in `mcmort.results.counter_based_random`."""
    state = key + first * _GAMMA
    for i in range(many):
        state += _GAMMA
        z = (state ^ (state >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        registers[out + i] = float_of(z ^ (z >> np.uint64(31)))


@jit
def fill_digital_net(
    registers: Floats, out: np.uint64, many: np.uint64, first: np.uint64, row: np.uint64, low: Words, high: Words
) -> None:
    """Fill a register with the bits of points of a digital net.

    The points of each aligned run of 2 to the `LOW_DIGITS` differ only by the part that is looked up.
    """
    done = _ZERO
    while done < many:
        within, digits = (first + done) & (_RUN - _ONE), (first + done) >> _LOW_DIGITS
        number, word = row * _HIGH_DIGITS, _ZERO
        while digits:
            word ^= high[number] * (digits & _ONE)
            digits >>= _ONE
            number += _ONE
        size = min(many - done, _RUN - within)
        begin, to = (row << _LOW_DIGITS) + within, out + done
        for i in range(size):
            registers[to + i] = float_of(word ^ low[begin + i])
        done += size


@jit
def look_up(
    registers: Floats, out: np.uint64, many: np.uint64, places: Words,
    knots: Words, start: np.uint64, size: np.uint64, shift: np.uint64,
) -> None:  # fmt: skip
    """Replace the points in a register by the values of a quantile table.

    The lower side of the table begins at `start` and the upper one `size` after it. The highest bit of a point says on
    which side it falls; with all bits inverted where that is set, the point is the distance from the nearer end.
    The value is that of `QuantileTable` to the last bit, in fewer steps since a point has 52 bits.
    """
    first = start + size - (_FIRST_KNOT >> shift)
    for i in range(many):
        point = bits_of(registers[out + i])
        is_lower = np.uint64(np.int64(point) >> np.int64(63))  # all bits or none
        distance = float_of(((point ^ is_lower) >> np.uint64(12)) | _BITS_OF_UNITS) - (2.0**52 - 0.5)
        knot = bits_of(max(distance, _SMALLEST))
        places[i] = first + (knot >> shift) - (is_lower & size)
        registers[out + i] = float_of(((knot << (np.uint64(52) - shift)) & _MANTISSA) | _BITS_OF_ONE) - 1.0
    _interpolate(registers, out, many, places, knots)


@jit
def look_up_scores(
    registers: Floats, out: np.uint64, many: np.uint64, places: Words,
    a: np.uint64, knots: Words, start: np.uint64, steps: float,
) -> None:  # fmt: skip
    """Fill a register with the values of a score table at the normal scores in another register."""
    first = start - _BITS_OF_ROUNDER
    for i in range(many):
        score = registers[a + i]
        # a score that is undefined becomes the least, so that every place is in the table
        score = score if score > -LARGEST_SCORE else -LARGEST_SCORE
        score = score if score < LARGEST_SCORE else LARGEST_SCORE
        place = (score + LARGEST_SCORE) * steps
        below = (place - 0.5) + _ROUNDER  # rounded to the whole number of cells below
        places[i] = first + bits_of(below)
        registers[out + i] = place - (below - _ROUNDER)
    _interpolate(registers, out, many, places, knots)


@jit
def _interpolate(registers: Floats, out: np.uint64, many: np.uint64, places: Words, knots: Words) -> None:
    """Replace positions between two knots, from 0 to 1, by the values there.

    The knots are fetched in a loop of their own. That loop is not vectorised, since the compiler cannot exclude that
    the array which is written overlaps the table; a single loop with the arithmetic would take three times as long.
    """
    for i in range(many):
        places[i] = knots[places[i]]
    for i in range(many):
        left, right = float_of(places[i] & _UPPER), float_of(places[i] << np.uint64(32))
        registers[out + i] = left + registers[out + i] * (right - left)


@jit
def add_up(
    registers: Floats, out: np.uint64, many: np.uint64, a: np.uint64, x: float,
    terms: Words, weights: Floats, begin: np.uint64, end: np.uint64,
) -> None:  # fmt: skip
    """Fill a register with ``x * a + weight * term + ...``, in the order of the terms from `begin` up to `end`.

    There is at least one term. The others are added four at a time, and the last few one by one: four terms in one pass
    over the register take 0.6 of the time of four passes.
    """
    term, weight = terms[begin], weights[begin]
    for i in range(many):
        registers[out + i] = x * registers[a + i] + weight * registers[term + i]
    index = begin + _ONE
    while index + _FOUR <= end:
        t0, t1, t2, t3 = terms[index], terms[index + _ONE], terms[index + _TWO], terms[index + _THREE]
        w0, w1 = weights[index], weights[index + _ONE]
        w2, w3 = weights[index + _TWO], weights[index + _THREE]
        for i in range(many):
            total = registers[out + i] + w0 * registers[t0 + i]
            total = total + w1 * registers[t1 + i]
            total = total + w2 * registers[t2 + i]
            registers[out + i] = total + w3 * registers[t3 + i]
        index += _FOUR
    while index < end:
        term, weight = terms[index], weights[index]
        for i in range(many):
            registers[out + i] += weight * registers[term + i]
        index += _ONE


@jit
def find_bins(registers: Floats, begin: np.uint64, many: np.uint64, bins: Words) -> tuple[np.int64, np.int64]:
    """Find the bins of values, as `mcmort.results.histogram.bin_of` does; return the smallest and the largest value.

    These two are integers that are ordered as the floats are: the compiler may compare integers in any order, so it
    vectorises the loop. An undefined value (NaN) lies beyond the infinities.
    """
    low, high = _LARGEST, _LEAST
    for i in range(many):
        value = registers[begin + i]
        inside = value if value <= _IN_LAST_BIN else _IN_LAST_BIN  # the last bin where undefined
        inside = inside if inside >= _IN_FIRST_BIN else _IN_FIRST_BIN
        inside = _IN_LAST_BIN if value <= _NEGATIVE else inside
        bins[i] = (bits_of(inside) - _FIRST_BIN_BITS) >> _SHIFT
        bits = np.int64(bits_of(value))
        ordered = bits ^ ((bits >> _SIGN) & _LARGEST)
        low, high = min(low, ordered), max(high, ordered)
    return low, high


@jit
def count(bins: Words, many: np.uint64, counts: Counts, row: np.uint64) -> None:
    """Count values by their bins, in one row of the counts."""
    for i in range(many):
        counts[row, bins[i]] += np.int32(1)
