"""The kernel: runs any plan over blocks of draws, keeps columns and counts totals.

`mcmort.sampler.program.reference` is the reference implementation in plain NumPy; the two agree to the last bit. The
loops that take most of the time are in `mcmort.sampler.kernel.loops`; those for rare instructions are here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import BASE_BITS, SMALLEST, UPPER
from mcmort.sampler.kernel.arguments import HistogramBuffers, KernelInputs
from mcmort.sampler.kernel.jit import bits_of, float_of, jit
from mcmort.sampler.kernel.loops import (
    add_up,
    count,
    fill_digital_net,
    fill_independent,
    find_bins,
    look_up,
    look_up_scores,
)
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

(_OP, _TARGET, _A, _B, _C, _START, _SIZE, _RESOLUTION, _KEY, _ROW) = range(10)
"""Columns of `KernelInputs.code`."""


@jit
def _knot(knots: Words, place: np.uint64) -> np.float64:
    """Return a knot of a packed table."""
    return float_of(knots[place] & _UPPER)


@jit
def _value_of(survival: np.float64, knots: Words, start: np.uint64, size: np.uint64, shift: np.uint64) -> np.float64:
    """Return the value of a table at a survival probability; the upper side is stored after the lower."""
    is_lower = survival > 0.5
    w = max(1.0 - survival if is_lower else survival, _SMALLEST)
    place = bits_of(w) - _BASE
    cell = min(place >> shift, size - np.uint64(2))
    rest = np.float64(place - (cell << shift)) * float_of((np.uint64(1023) - shift) << np.uint64(52))
    index = start + cell + (_ZERO if is_lower else size)
    left = _knot(knots, index)
    return left + rest * (_knot(knots, index + _ONE) - left)


@jit
def _run_arithmetic(
    registers: Floats,
    op: int,
    out: np.uint64,
    a: np.uint64,
    b: np.uint64,
    x: float,
    many: np.uint64,
) -> None:
    """Carry out arithmetic on registers, but for additions, which are parts of sums."""
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
def _run_rare(registers: Floats, code: Words, index: int, x: float, knots: Words, many: np.uint64) -> None:
    """Carry out one of the instructions that are slow or rare."""
    op, out, a, b = code[index, _OP], code[index, _TARGET], code[index, _A], code[index, _B]
    if op == _LOOKED_UP:
        start, size, resolution = code[index, _START], code[index, _SIZE], code[index, _RESOLUTION]
        for i in range(many):
            registers[out + i] = _value_of(registers[a + i], knots, start, size, resolution)
    elif op == _SELECT:
        selector = code[index, _C]
        for i in range(many):
            registers[out + i] = registers[a + i] if registers[selector + i] < x else registers[b + i]
    elif op == _UNIFORM:
        for i in range(many):
            word = bits_of(registers[out + i])
            registers[out + i] = (np.float64(word >> np.uint64(12)) + 0.5) * 2.0**-52
    else:
        _run_arithmetic(registers, op, out, a, b, x, many)


@jit
def run(
    inputs: KernelInputs,
    kept: Words,
    span: Ints,
    registers: Floats,
    places: Words,
    out_columns: Floats,
    histograms: HistogramBuffers,
) -> None:
    """Run a plan over a span of draws.

    Parameters
    ----------
    inputs : KernelInputs
        The instructions and what they read.
    kept : ndarray of uint64, shape (n_columns,)
        Where the registers to keep begin.
    span : ndarray of int64, shape (3,)
        Index of the first draw, number of draws, and draws in a block.
    registers : ndarray, shape (n_registers * block,)
        Workspace; the length of a register is that of a block.
    places : ndarray of uint64, shape (block,)
        Workspace: the places in a table, or the bins of a histogram, in which the draws of a block fall.
    out_columns : ndarray, shape (n_columns, n_draws)
        Columns that are kept.
    histograms : HistogramBuffers
        Counts, which are added to.
    """
    first, draws, block = span[0], span[1], span[2]
    if block < 1:  # with this the loop below cannot raise, so the code can be stored: see `mcmort.cache.machine_code`
        return
    code, x, knots = inputs.code, inputs.x, inputs.knots
    is_independent = inputs.high.shape[0] == 0
    for begin in range(0, draws, block):
        many = np.uint64(min(block, draws - begin))
        start = np.uint64(first + begin)
        for index in range(code.shape[0]):
            op, out, a, b = code[index, _OP], code[index, _TARGET], code[index, _A], code[index, _B]
            table, size, resolution = code[index, _START], code[index, _SIZE], code[index, _RESOLUTION]
            if op in (_DRAW, _UNIFORM):
                if is_independent:
                    fill_independent(registers, out, many, code[index, _KEY], start)
                else:
                    fill_digital_net(registers, out, many, start, code[index, _ROW], inputs.low, inputs.high)
            if op == _DRAW:
                look_up(registers, out, many, places, knots, table, size, resolution)
            elif op == _SCORED:
                look_up_scores(registers, out, many, places, a, knots, table, float(resolution))
            elif op == _SUM:
                add_up(registers, out, many, a, x[index], inputs.terms, inputs.weights, b, code[index, _C])
            else:
                _run_rare(registers, code, index, x[index], knots, many)
        for column in range(kept.shape[0]):
            source = kept[column]
            for i in range(many):
                out_columns[column, begin + np.int64(i)] = registers[source + i]
        for total in range(histograms.registers.shape[0]):
            low, high = find_bins(registers, histograms.registers[total], many, places)
            count(places, many, histograms.counts, np.uint64(total))
            histograms.low[total] = min(histograms.low[total], low)
            histograms.high[total] = max(histograms.high[total], high)
