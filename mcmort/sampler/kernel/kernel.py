"""The one kernel: runs any plan over blocks of draws, keeps columns and counts totals.

`mcmort.sampler.program.reference` does the same in plain NumPy, slowly and obviously; the two agree to the last bit.
The loops that take the time are in `mcmort.sampler.kernel.loops`; those for rare instructions are here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import BASE_BITS, SMALLEST, UPPER
from mcmort.sampler.kernel.arguments import Counted, Program
from mcmort.sampler.kernel.jit import bits_of, float_of, jit
from mcmort.sampler.kernel.loops import add_up, count, fill_hashed, fill_net, find_cells, look_up, look_up_scores
from mcmort.sampler.kernel.register_allocation import SUM
from mcmort.sampler.program.plan import Op

__all__ = ["run"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]

_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_BASE: Final = np.uint64(BASE_BITS)
_SMALLEST: Final = np.float64(SMALLEST)
_UPPER: Final = np.uint64(UPPER)

_UNIFORM: Final = int(Op.UNIFORM)
_DRAW: Final = int(Op.DRAW)
_SCORED: Final = int(Op.SCORED)
_LOOKED_UP: Final = int(Op.LOOKED_UP)
_SUBTRACT: Final = int(Op.SUBTRACT)
_MULTIPLY: Final = int(Op.MULTIPLY)
_DIVIDE: Final = int(Op.DIVIDE)
_MINIMUM: Final = int(Op.MINIMUM)
_MAXIMUM: Final = int(Op.MAXIMUM)
_SCALE: Final = int(Op.SCALE)
_SELECT: Final = int(Op.SELECT)
_SUM: Final = int(SUM)

(_OP, _TARGET, _A, _B, _C, _START, _COUNT, _GRAIN, _KEY, _ROW) = range(10)


@jit
def _knot(knots: Words, place: np.uint64) -> np.float64:
    """Return a knot of a packed table."""
    return float_of(knots[place] & _UPPER)


@jit
def _value_of(survival: np.float64, knots: Words, start: np.uint64, count: np.uint64, shift: np.uint64) -> np.float64:
    """Value of a table at a survival probability; the upper side stands after the lower."""
    is_lower = survival > 0.5
    w = max(1.0 - survival if is_lower else survival, _SMALLEST)
    place = bits_of(w) - _BASE
    cell = min(place >> shift, count - np.uint64(2))
    rest = np.float64(place - (cell << shift)) * float_of((np.uint64(1023) - shift) << np.uint64(52))
    at = start + cell + (_ZERO if is_lower else count)
    left = _knot(knots, at)
    return left + rest * (_knot(knots, at + _ONE) - left)


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
            registers[out + i] = x * registers[a + i]
    elif op == _MULTIPLY:
        for i in range(many):
            registers[out + i] = registers[a + i] * registers[b + i]
    elif op == _SUBTRACT:
        for i in range(many):
            registers[out + i] = registers[a + i] - registers[b + i]
    elif op == _DIVIDE:
        for i in range(many):
            registers[out + i] = registers[a + i] / registers[b + i]
    elif op == _MINIMUM:
        for i in range(many):  # unlike min, an undefined value stays undefined
            registers[out + i] = np.minimum(registers[a + i], registers[b + i])
    elif op == _MAXIMUM:
        for i in range(many):
            registers[out + i] = np.maximum(registers[a + i], registers[b + i])
    else:
        for i in range(many):
            registers[out + i] = x


@jit
def _step(registers: Floats, code: Words, at: int, x: float, knots: Words, many: np.uint64) -> None:
    """Carry out one of the instructions that are slow or rare."""
    op, out, a, b = code[at, _OP], code[at, _TARGET], code[at, _A], code[at, _B]
    if op == _LOOKED_UP:
        start, count, grain = code[at, _START], code[at, _COUNT], code[at, _GRAIN]
        for i in range(many):
            registers[out + i] = _value_of(registers[a + i], knots, start, count, grain)
    elif op == _SELECT:
        selector = code[at, _C]
        for i in range(many):
            registers[out + i] = registers[a + i] if registers[selector + i] < x else registers[b + i]
    elif op == _UNIFORM:
        for i in range(many):
            word = bits_of(registers[out + i])
            registers[out + i] = (np.float64(word >> np.uint64(12)) + 0.5) * 2.0**-52
    else:
        _combine(registers, op, out, a, b, x, many)


@jit
def run(
    program: Program,
    kept: Words,
    span: Ints,
    block: int,
    registers: Floats,
    places: Words,
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
    registers : ndarray, shape (n_registers * block,)
        Work space; the length of a register is that of a block.
    places : ndarray of uint64, shape (block,)
        Work space: where in a table or a tally the draws of a block fall.
    out_columns : ndarray, shape (n_columns, n_draws)
        Columns that are kept.
    counted : Counted
        HistogramResults, which are added to.
    """
    if block < 1:  # no loop over blocks then fails, and nothing is left that can: see `mcmort.cache.machine_code`
        return
    first, draws = span[0], span[1]
    code, x, knots = program.code, program.x, program.knots
    for begin in range(0, draws, block):
        many = np.uint64(min(block, draws - begin))
        start = np.uint64(first + begin)
        for at in range(code.shape[0]):
            op, out, a, b = code[at, _OP], code[at, _TARGET], code[at, _A], code[at, _B]
            if op in (_DRAW, _UNIFORM):
                if program.is_hashed:
                    fill_hashed(registers, out, many, code[at, _KEY], start)
                else:
                    fill_net(registers, out, many, start, code[at, _ROW], program.low, program.high)
            if op == _DRAW:
                look_up(registers, out, many, places, knots, code[at, _START], code[at, _COUNT], code[at, _GRAIN])
            elif op == _SCORED:
                look_up_scores(registers, out, many, places, a, knots, code[at, _START], float(code[at, _GRAIN]))
            elif op == _SUM:
                add_up(registers, out, many, a, x[at], program.terms, program.weights, b, code[at, _C])
            else:
                _step(registers, code, at, x[at], knots, many)
        for column in range(kept.shape[0]):
            source = kept[column]
            for i in range(many):
                out_columns[column, begin + np.int64(i)] = registers[source + i]
        for total in range(counted.registers.shape[0]):
            low, high = find_cells(registers, counted.registers[total], many, places)
            count(places, many, counted.counts, np.uint64(total))
            counted.low[total], counted.high[total] = min(counted.low[total], low), max(counted.high[total], high)
