"""The loops in which the sampler spends its time, over vectors of draws.

They read and write whole vectors: a register has room for the rest of the last one, whose numbers mean nothing.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types

from mcmort.draws.tally import CELLS, FIRST_BITS, SHIFT
from mcmort.elicit.table import BASE_BITS, LARGEST_SCORE, SMALLEST
from mcmort.sampler.jit import typed
from mcmort.sampler.lanes import WIDTH, WORD, Lanes, across, counting, load, loop, pairs, spread, store, variable
from mcmort.sampler.stream import GAMMA, MIX_1, MIX_2

__all__ = ["LEAST", "MOST", "add_up", "count", "draw", "find", "score"]

_EXPONENT: Final = 0x433
"""First bits of 2 to the 52: with an integer below that in the mantissa, the float is the sum of the two, exactly."""
_WHOLE: Final = 1.5 * 2.0**52
"""Floats near this are whole numbers: added to one far smaller, it rounds that, which then stands in the last bits."""
_WHOLE_BITS: Final = 0x4338000000000000
_ONE: Final = 0x3FF0000000000000
"""Bits of 1: with an integer in the mantissa, the float is 1 and that many units of 2 to the minus 52, exactly."""
_MANTISSA: Final = (1 << 52) - 1
_SMALLEST: Final = BASE_BITS + (52 << 52)
"""Bits of the first knot's probability, in units of 2 to the minus 52."""
LEAST: Final = FIRST_BITS - (1 << SHIFT)
MOST: Final = FIRST_BITS + (CELLS - 2 << SHIFT)
"""Bits of floats that lie in the first and in the last cell; those between are their own limits."""


def _float(bits: int) -> float:
    """Return the float that has some bits."""
    return float(np.array(bits, dtype=np.uint64).view(np.float64))


def _data(context: Any, builder: Any, signature: Any, args: Any, at: int) -> Any:
    """Return the pointer of an array among the arguments."""
    return context.make_array(signature.args[at])(context, builder, args[at]).data


def _hashed(z: Lanes) -> Lanes:
    """SplitMix64, as in `mcmort.sampler.stream.uniforms`."""
    z = (z ^ (z >> 30)) * MIX_1
    z = (z ^ (z >> 27)) * MIX_2
    return z ^ (z >> 31)


def _count_one(builder: Any, counts: Any, row: Any, cells: Any, at: Any) -> None:
    """Count one value, whose cell stands at some place."""
    cell = builder.zext(builder.load(builder.gep(cells, [at])), WORD)
    place = builder.gep(counts, [builder.add(row, cell)])
    builder.store(builder.add(builder.load(place), ir.Constant(place.type.pointee, 1)), place)


@typed
def draw(
    _typing: Any, registers: Any, out: Any, many: Any, word: Any, is_hashed: Any, knots: Any, start: Any, count: Any,
    shift: Any, is_waiting: Any, cells: Any, waiting: Any, counts: Any, row: Any,
) -> Any:  # fmt: skip
    """Fill a register with values of a table at points of a stream.

    Independent draws are hashes, of which `word` is the first number; points of a net stand in the register already.
    The lower side of the table stands at `start` and the upper one `count` after it. Which of them a point falls on is
    told by its highest bit; inverted where that is set, it is the distance from the nearer end. This is the value of
    `QuantileTable` to the last bit, with fewer steps since a point has 52 bits.

    Where as many values are waiting as are drawn, and these fill whole vectors, their `cells` from `waiting` on are
    counted meanwhile, as by `count`: a draw keeps the vector units busy, and counting does not. Together they take 0.7
    to 0.85 of the time that they take one after the other.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, out, many, word, is_hashed, _, start, count, shift, is_waiting, _, waiting, _, row = args
        registers, knots, cells, counts = (_data(context, builder, signature, args, at) for at in (0, 5, 10, 12))
        # the number of the first knot is taken off where the table begins, not from each place: a thirtieth of the time
        first = builder.sub(start, builder.lshr(ir.Constant(WORD, _SMALLEST), shift))
        table = builder.gep(knots, [first])
        sides = spread(builder, count)
        shifts, rises = spread(builder, shift), spread(builder, builder.sub(ir.Constant(WORD, 52), shift))

        def fill(*, is_hashed: bool, is_counting: bool = False) -> None:
            z = variable(builder, counting(builder) * GAMMA + spread(builder, word))
            with loop(builder, many) as index:
                if is_hashed:
                    number = Lanes(builder, builder.load(z))
                    builder.store((number + GAMMA * WIDTH % 2**64).value, z)
                    point = _hashed(number)
                else:
                    point = load(builder, registers, builder.add(out, index)).bits()
                is_lower = point.negative()
                end = point.inverted_where(is_lower).shifted_in(_EXPONENT, 12).floats() - (2.0**52 - 0.5)
                knot = end.at_least(SMALLEST * 2.0**52).bits()
                rest = (((knot << rises) & _MANTISSA) | _ONE).floats() - 1.0
                place = (knot >> shifts) + sides.but_where(is_lower, 0)

                def meanwhile(part: range) -> None:
                    for lane in part:
                        at = builder.add(waiting, builder.add(index, ir.Constant(WORD, lane)))
                        _count_one(builder, counts, row, cells, at)

                left, right = pairs(builder, table, place, meanwhile if is_counting else None)
                store(builder, registers, builder.add(out, index), left + rest * (right - left))

        with builder.if_else(builder.trunc(is_hashed, ir.IntType(1))) as (hashed, plain):
            with hashed, builder.if_else(builder.trunc(is_waiting, ir.IntType(1))) as (some, none):
                with some:
                    fill(is_hashed=True, is_counting=True)
                with none:
                    fill(is_hashed=True)
            with plain:
                fill(is_hashed=False)
        return context.get_dummy_value()

    u, b = types.uint64, types.boolean
    return types.void(registers, u, u, u, b, knots, u, u, u, b, cells, u, counts, u), build


@typed
def score(_typing: Any, registers: Any, out: Any, many: Any, a: Any, knots: Any, start: Any, steps: Any) -> Any:
    """Fill a register with values of a score table at normal scores."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, out, many, a, _, start, steps = args
        registers, knots = (_data(context, builder, signature, args, at) for at in (0, 4))
        # bits of whole numbers are places in the table, once those of zero are taken off where it begins
        table = builder.gep(knots, [builder.sub(start, ir.Constant(WORD, _WHOLE_BITS))])
        units = spread(builder, steps)
        with loop(builder, many) as index:
            scores = load(builder, registers, builder.add(a, index))
            place = (scores.at_least(-LARGEST_SCORE).at_most(LARGEST_SCORE) + LARGEST_SCORE) * units
            below = (place - 0.5) + _WHOLE  # rounded to the whole number of cells below, without a jump
            rest = place - (below - _WHOLE)
            left, right = pairs(builder, table, below.bits())
            store(builder, registers, builder.add(out, index), left + rest * (right - left))
        return context.get_dummy_value()

    u, f = types.uint64, types.float64
    return types.void(registers, u, u, u, knots, u, f), build


@typed
def add_up(
    _typing: Any, registers: Any, out: Any, many: Any, a: Any, x: Any, terms: Any, weights: Any, begin: Any, end: Any
) -> Any:
    """Fill a register with ``x * a + weight * term + ...``, in the order of the terms.

    The sum stays in the processor until it is whole: one load a term, where adding two registers at a time took four.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, out, many, a, x, _, _, begin, end = args
        registers, terms, weights = (_data(context, builder, signature, args, at) for at in (0, 5, 6))
        factor = spread(builder, x)
        total = variable(builder, factor)
        with loop(builder, many) as index:
            first = load(builder, registers, builder.add(a, index))
            builder.store((factor * first).value, total)
            with loop(builder, end, 1, begin) as term:
                weight = spread(builder, builder.load(builder.gep(weights, [term])))
                register = builder.load(builder.gep(terms, [term]))
                part = weight * load(builder, registers, builder.add(register, index))
                builder.store((Lanes(builder, builder.load(total)) + part).value, total)
            store(builder, registers, builder.add(out, index), Lanes(builder, builder.load(total)))
        return context.get_dummy_value()

    u, f = types.uint64, types.float64
    return types.void(registers, u, u, u, f, terms, weights, u, u), build


@typed
def find(_typing: Any, registers: Any, begin: Any, many: Any, cells: Any, out: Any, ends: Any) -> Any:
    """Find the cells of values, which are those of `mcmort.draws.tally.cell_of`.

    They are left in `cells` from `out` on, and in `ends` the bits of the smallest and the largest value of whole
    vectors, as `LEAST` and `MOST` limit them. Floats are limited and compared, and cells have 32 bits: with integers of
    64 bits all this takes twice the time.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, begin, many, _, out, _ = args
        registers, cells, ends = (_data(context, builder, signature, args, at) for at in (0, 3, 5))
        least, most = (_float(one) for one in (LEAST, MOST))
        low, high = (variable(builder, spread(builder, ir.Constant(ir.DoubleType(), one))) for one in (most, least))
        with loop(builder, many) as index:
            values = load(builder, registers, builder.add(begin, index))
            negative = values.at_or_below(-_float(FIRST_BITS))
            limited = values.but_where(negative, most).at_most(most).at_least(least)  # most where undefined
            store(builder, cells, builder.add(out, index), (limited.upper_bits() - (LEAST >> 32)) >> (SHIFT - 32))
            builder.store(limited.at_most(Lanes(builder, builder.load(low))).value, low)
            builder.store(limited.at_least(Lanes(builder, builder.load(high))).value, high)
        for at, (end, name) in enumerate(((low, "umin"), (high, "umax"))):
            found = across(builder, name, Lanes(builder, builder.load(end)).bits())
            builder.store(found, builder.gep(ends, [ir.Constant(WORD, at)]))
        return context.get_dummy_value()

    u = types.uint64
    return types.void(registers, u, u, cells, u, ends), build


@typed
def count(_typing: Any, cells: Any, begin: Any, many: Any, counts: Any, row: Any) -> Any:
    """Count values whose cells stand from `begin` on, in the counts from `row` on."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, begin, many, _, row = args
        cells, counts = (_data(context, builder, signature, args, at) for at in (0, 3))
        with loop(builder, many, 1) as index:
            _count_one(builder, counts, row, cells, builder.add(begin, index))
        return context.get_dummy_value()

    u = types.uint64
    return types.void(cells, u, u, counts, u), build
