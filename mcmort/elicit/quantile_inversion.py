"""Quantiles of a distribution that is given as cells between marks, by Newton's method inside the cells.

Nothing here depends on families or pools: the input is the probability on both sides of each mark, and a function for
the probability and the density inside a cell. Both tails keep their relative accuracy, since each is counted from its
own end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "Side", "quantiles"]

type Array = NDArray[np.float64]
type Places = NDArray[np.intp]
type Inside = Callable[[Array, Places], tuple[Array, Array]]

_LAST_STEP: Final = 1e-6
"""Relative step of Newton's method at which the search ends: the error is of the order of its square."""
_ROUNDING: Final = 4.0 * float(np.finfo(np.float64).eps)
"""Relative miss of a probability that counts as zero: in a gap it does not change, and only this ends the search."""
_WIDTH: Final = 1e-11
_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Side:
    """The probabilities counted from one end; marks and cells are numbered from that end too.

    Attributes
    ----------
    marks : ndarray, shape (n,)
        Values, from this end on, none negative.
    before, upto : ndarray, shape (n,)
        Probability on this side of each mark, without and with the mark itself, increasing.
    inside : callable
        From values and the cells that hold them (cell `i` follows mark `i`) to the probability on this side of the
        value and the density there.
    """

    marks: Array
    before: Array
    upto: Array
    inside: Inside


@dataclass(frozen=True, slots=True)
class Cells:
    """A distribution seen from below and from above."""

    lower: Side
    upper: Side


def quantiles(cells: Cells, u: Array) -> Array:
    """Return quantiles.

    Parameters
    ----------
    cells : Cells
        The distribution.
    u : ndarray, shape (n,)
        Probabilities.

    Returns
    -------
    ndarray, shape (n,)
        Values at which the distribution function equals `u`, to relative 1e-10; in a gap, some value inside; at a
        value with a probability of its own, that value.
    """
    is_lower = u <= 0.5
    result = np.empty_like(u)
    result[is_lower] = _from_one_end(cells.lower, u[is_lower])
    result[~is_lower] = _from_one_end(cells.upper, 1.0 - u[~is_lower])
    return result


def _from_one_end(side: Side, wanted: Array) -> Array:
    last = len(side.marks) - 1
    mark = np.minimum(np.searchsorted(side.upto, wanted), last)
    result = side.marks[mark]
    is_between = (mark > 0) & (wanted <= side.before[mark]) & (side.before[mark] > side.upto[mark - 1])
    open_ = np.flatnonzero(is_between)
    if len(open_):
        result[open_] = _between(side, mark[open_] - 1, wanted[open_])
    return result


def _logarithm(x: Array) -> Array:
    return np.log(np.maximum(x, np.finfo(np.float64).tiny))


def _between(side: Side, cell: Places, wanted: Array) -> Array:
    """Find the values inside cells by Newton's method in logarithms, or by bisection where that leaves the cell.

    In logarithms of value and probability a tail is nearly a straight line, whatever the family.
    """
    # SciPy's find_root took more than twice as long over the shipped cases, and gave other values inside gaps
    logs, target = _logarithm(side.marks), _logarithm(wanted)
    start, end = logs[cell], logs[cell + 1]
    p_start, p_end = _logarithm(side.upto[cell]), _logarithm(side.before[cell + 1])
    # the marks rise when counted from below and fall when counted from above
    sign = 1.0 if side.marks[-1] >= side.marks[0] else -1.0
    low, high = (start, end) if sign > 0 else (end, start)
    estimate = start + (end - start) * (target - p_start) / (p_end - p_start)
    result = np.empty_like(estimate)
    unfinished = np.arange(len(estimate))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(_STEPS):
            x = np.exp(estimate)
            probability, density = side.inside(x, cell)
            miss = sign * (target - np.log(probability))
            step = np.where(np.abs(miss) <= _ROUNDING, 0.0, miss * probability / (x * density))
            low, high = np.where(miss > 0.0, estimate, low), np.where(miss < 0.0, estimate, high)
            new = estimate + step
            is_newton = (new >= low - _LAST_STEP) & (new <= high + _LAST_STEP)
            estimate = np.where(is_newton, np.clip(new, low, high), 0.5 * (low + high))
            is_done = (is_newton & (np.abs(step) <= _LAST_STEP)) | (high - low <= _WIDTH)
            result[unfinished[is_done]] = estimate[is_done]
            if np.all(is_done):
                return np.exp(result)
            continuing = ~is_done
            unfinished, cell, target, estimate = (
                unfinished[continuing],
                cell[continuing],
                target[continuing],
                estimate[continuing],
            )
            low, high = low[continuing], high[continuing]
    result[unfinished] = estimate
    return np.exp(result)
