"""The loops over draws in which the sampler spends its time: points, table lookups, sums, and counts.

`mcmort.sampler.kernel.kernel` calls them for one block of draws at a time; `mcmort.sampler.program.reference` says in
plain NumPy what the values are, to the last bit. Each loop is written so that the compiler can vectorise it: no branch,
and no conversion between integers and floats, which many processors do one number at a time. Indices are unsigned,
since a signed one is first tested for counting from the end of the array.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import BASE_BITS, LARGEST_SCORE, SMALLEST, UPPER
from mcmort.results.histogram import CELLS, FIRST_BITS, SHIFT
from mcmort.sampler.kernel.jit import bits_of, float_of, jit
from mcmort.sampler.random.sobol import DIGITS
from mcmort.sampler.random.streams import GAMMA, LOW, MIX_1, MIX_2

__all__ = ["add_up", "count", "fill_hashed", "fill_net", "find_cells", "look_up", "look_up_scores"]

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

_LOW_DIGITS: Final = np.uint64(LOW)
_RUN: Final = np.uint64(1 << LOW)
_HIGH_DIGITS: Final = np.uint64(DIGITS - LOW)
"""Of an index in a net: the digits whose points are looked up, the points that they make, and the other digits."""

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
"""Floats near this are whole numbers: added to one far smaller, it rounds that, which then stands in the last bits."""
_BITS_OF_ROUNDER: Final = np.float64(_ROUNDER).view(np.uint64)

_FIRST_CELL_BITS: Final = np.uint64(FIRST_BITS - (1 << SHIFT))
_IN_FIRST_CELL: Final = _FIRST_CELL_BITS.view(np.float64)
_IN_LAST_CELL: Final = np.uint64(FIRST_BITS + (CELLS - 2 << SHIFT)).view(np.float64)
"""Floats that lie in the first and in the last cell of a tally; those between find their cell by their bits."""
_NEGATIVE: Final = -np.uint64(FIRST_BITS).view(np.float64)
_SHIFT: Final = np.uint64(SHIFT)
_SIGN: Final = np.int64(63)
_LARGEST: Final = np.int64(0x7FFFFFFFFFFFFFFF)
_LEAST: Final = np.int64(-0x8000000000000000)


@jit
def fill_hashed(registers: Floats, out: np.uint64, many: np.uint64, key: np.uint64, first: np.uint64) -> None:
    """Fill a register with the bits of independent points: SplitMix64, as `mcmort.sampler.random.streams` has it."""
    state = key + first * _GAMMA
    for i in range(many):
        state += _GAMMA
        z = (state ^ (state >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        registers[out + i] = float_of(z ^ (z >> np.uint64(31)))


@jit
def fill_net(
    registers: Floats, out: np.uint64, many: np.uint64, first: np.uint64, row: np.uint64, low: Words, high: Words
) -> None:
    """Fill a register with the bits of points of a net; of a run of 2 to the `LOW` only what is looked up differs."""
    done = _ZERO
    while done < many:
        within, left = (first + done) & (_RUN - _ONE), (first + done) >> _LOW_DIGITS
        number, word = row * _HIGH_DIGITS, _ZERO
        while left:
            word ^= high[number] * (left & _ONE)
            left >>= _ONE
            number += _ONE
        size = min(many - done, _RUN - within)
        begin, to = (row << _LOW_DIGITS) + within, out + done
        for i in range(size):
            registers[to + i] = float_of(word ^ low[begin + i])
        done += size


@jit
def look_up(
    registers: Floats, out: np.uint64, many: np.uint64, places: Words,
    knots: Words, start: np.uint64, count: np.uint64, shift: np.uint64,
) -> None:  # fmt: skip
    """Replace the points in a register by the values of a quantile table.

    The lower side of the table stands at `start` and the upper one `count` after it. The highest bit of a point tells
    which side it falls on; with all bits inverted where that is set, the point is the distance from the nearer end.
    This is the value of `QuantileTable` to the last bit, with fewer steps since a point has 52 bits.
    """
    first = start + count - (_FIRST_KNOT >> shift)
    for i in range(many):
        point = bits_of(registers[out + i])
        is_lower = np.uint64(np.int64(point) >> np.int64(63))  # all bits or none
        distance = float_of(((point ^ is_lower) >> np.uint64(12)) | _BITS_OF_UNITS) - (2.0**52 - 0.5)
        knot = bits_of(max(distance, _SMALLEST))
        places[i] = first + (knot >> shift) - (is_lower & count)
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
        score = score if score > -LARGEST_SCORE else -LARGEST_SCORE  # also where undefined: every place is in the table
        score = score if score < LARGEST_SCORE else LARGEST_SCORE
        place = (score + LARGEST_SCORE) * steps
        below = (place - 0.5) + _ROUNDER  # rounded to the whole number of cells below
        places[i] = first + bits_of(below)
        registers[out + i] = place - (below - _ROUNDER)
    _interpolate(registers, out, many, places, knots)


@jit
def _interpolate(registers: Floats, out: np.uint64, many: np.uint64, places: Words, knots: Words) -> None:
    """Replace positions between two knots, from 0 to 1, by the values there.

    The knots are fetched in a loop of their own. That one is not vectorised, since for all the compiler knows an array
    that is written may overlap the table; in one loop with the arithmetic all of it would take three times as long.
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

    There is at least one term. The others are added by fours, and one by one where fewer are left: four terms in one
    pass over the register take 0.6 of the time of four passes.
    """
    term, weight = terms[begin], weights[begin]
    for i in range(many):
        registers[out + i] = x * registers[a + i] + weight * registers[term + i]
    at = begin + _ONE
    while at + _FOUR <= end:
        t0, t1, t2, t3 = terms[at], terms[at + _ONE], terms[at + _TWO], terms[at + _THREE]
        w0, w1, w2, w3 = weights[at], weights[at + _ONE], weights[at + _TWO], weights[at + _THREE]
        for i in range(many):
            total = registers[out + i] + w0 * registers[t0 + i]
            total = total + w1 * registers[t1 + i]
            total = total + w2 * registers[t2 + i]
            registers[out + i] = total + w3 * registers[t3 + i]
        at += _FOUR
    while at < end:
        term, weight = terms[at], weights[at]
        for i in range(many):
            registers[out + i] += weight * registers[term + i]
        at += _ONE


@jit
def find_cells(registers: Floats, begin: np.uint64, many: np.uint64, cells: Words) -> tuple[np.int64, np.int64]:
    """Find the cells of values, as `mcmort.results.histogram.cell_of` does; return the least and the largest value.

    These two are integers, ordered as floats are: the compiler may compare integers in any order, so the loop is
    vectorised. What is undefined is beyond the infinities.
    """
    low, high = _LARGEST, _LEAST
    for i in range(many):
        value = registers[begin + i]
        inside = value if value <= _IN_LAST_CELL else _IN_LAST_CELL  # the last where undefined
        inside = inside if inside >= _IN_FIRST_CELL else _IN_FIRST_CELL
        inside = _IN_LAST_CELL if value <= _NEGATIVE else inside
        cells[i] = (bits_of(inside) - _FIRST_CELL_BITS) >> _SHIFT
        bits = np.int64(bits_of(value))
        ordered = bits ^ ((bits >> _SIGN) & _LARGEST)
        low, high = min(low, ordered), max(high, ordered)
    return low, high


@jit
def count(cells: Words, many: np.uint64, counts: Counts, row: np.uint64) -> None:
    """Count values by their cells, in one row of the counts."""
    for i in range(many):
        counts[row, cells[i]] += np.int32(1)
