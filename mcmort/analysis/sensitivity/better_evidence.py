"""The value of better evidence: by how much an interval would be narrower on average if something were known.

Draws are sorted by what would be known and cut into slices of equal probability. The draws of a slice are those that
remain possible once its value is known, and the average width of their intervals is the expected width. What would be
known still varies within a slice: what a line fitted to the slice says of the total is taken off first, as in the
regression adjustment of Beaumont, Zhang and Balding (2002, Genetics 162). The expected width is compared with the
average of as many slices taken by chance, whose quantiles have the bias of as few draws.

Widths need no variance, so heavy tails do no harm, and it does not matter on what else the total depends, nor how.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.sensitivity.estimate import Estimate, mean_error

__all__ = ["fewest_draws", "narrowing"]

type Array = NDArray[np.float64]

_MOST_SLICES: Final = 50
_FEWEST_IN_TAIL: Final = 10
"""Draws of a slice beyond either end of its interval."""
_FEWEST_SLICES: Final = 4
_CHANCE: Final = 3.0
"""Standard errors of the slope of a line, up to which it may be chance."""


def fewest_draws(probability: float) -> int:
    """Return how many draws it takes to say how wide the intervals of slices are."""
    return math.ceil(_FEWEST_SLICES * _FEWEST_IN_TAIL / (0.5 * (1.0 - probability)) - 1e-9)


def narrowing(total: Array, known: Array, probability: float = 0.95, chains: int = 1) -> Estimate:
    """Return by what share the interval of a total would be narrower on average if something were known.

    Parameters
    ----------
    total : ndarray, shape (n_draws,)
        The total, which varies.
    known : ndarray, shape (n_draws,)
        What would be known, on the same draws.
    probability : float
        Of the equal-tailed interval.
    chains : int
        Markov chains that follow one another; 1 if the draws are independent.

    Returns
    -------
    Estimate
        Zero for what does not matter, one for what determines the total. It can be negative: on average the interval
        may be wider within the slices of a total of several humps.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> one, other = rng.normal(0.0, 4.0, 50_000), rng.normal(0.0, 3.0, 50_000)
    >>> found = narrowing(one + other, one)
    >>> abs(found.value - (1 - 3 / 5)) < 3 * found.error < 0.02
    True
    """
    if known.min() == known.max():
        return Estimate(0.0, 0.0)
    tail = 0.5 * (1.0 - probability)
    slices = max(1, min(_MOST_SLICES, int(len(total) * tail / _FEWEST_IN_TAIL + 1e-9)))
    size = len(total) // slices
    used = np.arange(slices * size) * len(total) // (slices * size)  # all draws, but for a remainder
    by_value = np.argsort(known, kind="stable")[used].reshape(slices, size)
    by_chance = used.reshape(size, slices).T
    inside, noise = _widths(_without_slope(total[by_value], known[by_value]), probability)
    outside, other_noise = _widths(total[by_chance], probability)
    width, expected = float(outside.mean()), float(inside.mean())
    by_draw = np.zeros(len(total))
    by_draw[by_value] = noise
    by_draw[by_chance] -= expected / width * other_noise
    return Estimate(1.0 - expected / width, mean_error(by_draw / width, chains))


def _without_slope(total: Array, known: Array) -> Array:
    """Take off what a line through each slice says, where it is more than chance: noise would widen the slice."""
    centred = known - known.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max(axis=1, keepdims=True)
    centred /= np.where(largest > 0.0, largest, 1.0)  # lest squares overflow
    square = (centred * centred).sum(axis=1, keepdims=True)
    slope = (centred * total).sum(axis=1, keepdims=True) / np.where(square > 0.0, square, 1.0)
    explained = slope * slope * square
    spread = total.var(axis=1, keepdims=True)  # the sum of squares over the number of draws
    return np.asarray(total - np.where(explained > _CHANCE**2 * spread, slope, 0.0) * centred)


def _widths(rows: Array, probability: float) -> tuple[Array, Array]:
    """Return the width of the interval of each row, and by how much each draw moves it, times their number.

    Of a quantile ``q`` a draw ``t`` moves it by ``(p - [t <= q]) / f(q)`` (Bahadur 1966); the density is that of the
    draws half a tail to either side.
    """
    ordered, tail = np.sort(rows, axis=1), 0.5 * (1.0 - probability)
    low, high = _quantile(ordered, tail), _quantile(ordered, 1.0 - tail)
    step = 0.5 * tail
    moves = []
    for quantile, at in ((low, tail), (high, 1.0 - tail)):
        spacing = (_quantile(ordered, at + step) - _quantile(ordered, at - step)) / (2.0 * step)
        moves.append((at - (rows <= quantile[:, None])) * spacing[:, None])
    return high - low, moves[1] - moves[0]


def _quantile(ordered: Array, probability: float) -> Array:
    """Return a quantile of each sorted row, free of bias in the median (Hyndman and Fan 1996, definition 8)."""
    count = ordered.shape[1]
    place = min(max(probability * (count + 1.0 / 3.0) - 2.0 / 3.0, 0.0), count - 1.0)
    below = math.floor(place)
    above = min(below + 1, count - 1)
    return np.asarray(ordered[:, below] + (place - below) * (ordered[:, above] - ordered[:, below]))
