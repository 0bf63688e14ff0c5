"""The pieces of a highest-density region: where a distribution of several humps has its probability.

The region holds its probability on the shortest length: where the density exceeds some level. On an interval of it the
excess mass is its probability less the level times its length (Hartigan 1987, Journal of the American Statistical
Association 82; Müller and Sawitzki 1991, ibid. 86). A piece counts if its excess mass is at least `LEAST`, and a gap if
it lacks as much, so that what sampling noise adds or takes away makes no piece. No density is estimated and no width of
a kernel chosen: all that is needed are quantiles, of kept draws or of a histogram. `mcmort.analysis.schools` says which
evidence keeps the pieces apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.summary import quantiles_of
from mcmort.results.chains import effective_size
from mcmort.results.weighed_modes import WeighedMode
from mcmort.totals import Values

__all__ = ["LEAST", "PROBABILITY", "Piece", "median_between", "middles", "pieces_of"]

type Array = NDArray[np.float64]

PROBABILITY: Final = 0.95
"""Probability of the region."""
LEAST: Final = 0.02
"""Probability by which a piece must exceed what the level of the region gives to its length, and a gap fall short."""
_NOISE: Final = 2.8
"""Excess mass that noise makes, times the root of the number of draws: the range of a Brownian bridge, the limit of
the error of the distribution of draws, exceeds 2.8 with probability 1e-5 (Kuiper 1960). Of a uniform density, the worst
case, all of it would be mistaken for humps.
"""
_CELLS: Final = 4000
"""Cells of equal probability, between whose edges the pieces end."""
_ROUNDING: Final = 1e-9
"""Width, relative to the values, below which values differ by the rounding of arithmetic alone."""
_STRIDE: Final = 10
"""Cells that are looked at together in the search for humps."""
_STEPS: Final = 20
"""Bisections of the level."""
_SURE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a highest-density region.

    Attributes
    ----------
    low, high : float
        Its ends.
    probability : float
        Share of the distribution that lies in it.
    """

    low: float
    high: float
    probability: float


def pieces_of(values: Values, chains: int = 1) -> tuple[Piece, ...]:
    """Return the pieces of the highest-density region of 95 %.

    Parameters
    ----------
    values : ndarray, shape (n_draws,), or HistogramEstimate
        Draws that were kept, or their histogram.
    chains : int
        Markov chains that follow one another in the draws; 1 if they are independent.

    Returns
    -------
    tuple of Piece
        In ascending order. There is one where the region does not fall into pieces.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> draws = np.concatenate([rng.normal(10.0, 1.0, 30_000), rng.normal(20.0, 1.0, 20_000)])
    >>> [(round(piece.low), round(piece.high)) for piece in pieces_of(draws)]
    [(8, 12), (18, 22)]
    """
    probabilities = np.linspace(0.0, 1.0, _CELLS + 1)
    edges = _quantiles(values, probabilities)
    if edges[-1] - edges[0] <= _ROUNDING * np.abs(edges).max():
        return (Piece(float(edges[0]), float(edges[-1]), 1.0),)
    least = max(LEAST, _NOISE / math.sqrt(_effective_draws(values, chains)))
    few = slice(None, None, _STRIDE)

    def humps(level: float) -> list[tuple[int, int]]:
        return _rises(probabilities[few] - level * edges[few], least)

    highest = _highest_level(lambda level: _mass(humps(level), probabilities[few]), edges)
    found = humps(highest)
    if len(found) == 1:
        low, high = (_STRIDE * index for index in found[0])
        return (Piece(float(edges[low]), float(edges[high]), float(probabilities[high] - probabilities[low])),)
    inner = [(edges[few][left[1]], edges[few][right[0]]) for left, right in pairwise(found)]
    starts = np.searchsorted(edges, [0.5 * (low + high) for low, high in inner]).tolist()
    segments = list(pairwise([0, *starts, len(edges)]))

    def region(level: float) -> list[tuple[int, int]]:
        return [_steepest(probabilities - level * edges, *segment) for segment in segments]

    level = _highest_level(lambda level: _mass(region(level), probabilities), edges)
    return tuple(
        Piece(float(edges[low]), float(edges[high]), float(probabilities[high] - probabilities[low]))
        for low, high in region(level)
    )


def median_between(
    parts: Sequence[Piece] | Sequence[WeighedMode], values: Values, chains: int = 1
) -> tuple[float, float] | None:
    """Return where the median lies by other seeds, three Monte Carlo errors of its probability to either side.

    Where half of the draws lie on either side of a gap, the median of one seed lies in the piece below, that of the
    next in the piece above, and a standard error from one seed alone does not show.

    Parameters
    ----------
    parts : sequence of Piece or of WeighedMode
        With the gaps between them.
    values : ndarray, shape (n_draws,), or HistogramEstimate
        The distribution.
    chains : int
        Markov chains that follow one another in the draws; 1 if they are independent.

    Returns
    -------
    tuple of float or None
        None if that is within one of the parts.
    """
    step = _SURE * 0.5 / math.sqrt(_effective_draws(values, chains))
    low, high = quantiles_of(values, (max(0.5 - step, 0.0), min(0.5 + step, 1.0))).tolist()
    return None if any(part.low <= low and high <= part.high for part in parts) else (low, high)


def middles(pieces: Sequence[Piece]) -> Array:
    """Return the middles of the gaps between pieces, shape ``(n_pieces - 1,)``."""
    return np.array([0.5 * (left.high + right.low) for left, right in pairwise(pieces)])


def _effective_draws(values: Values, chains: int) -> float:
    if not isinstance(values, np.ndarray):
        return values.draws
    return len(values) if chains == 1 else min(effective_size(values, chains), len(values))


def _quantiles(values: Values, probabilities: Array) -> Array:
    """Return many quantiles; of kept draws by sorting them, which is quicker than to find each by itself."""
    if not isinstance(values, np.ndarray):
        return quantiles_of(values, probabilities)
    ordered = np.sort(values)
    return np.interp(probabilities * (len(ordered) - 1), np.arange(len(ordered)), ordered)


def _mass(intervals: Sequence[tuple[int, int]], probabilities: Array) -> float:
    return float(sum(probabilities[high] - probabilities[low] for low, high in intervals))


def _highest_level(mass: Callable[[float], float], edges: Array) -> float:
    """Return the highest level at which the region still holds its probability."""
    high = 1.0 / float(edges[-1] - edges[0])
    for _ in range(_STEPS):
        if mass(high) < PROBABILITY:
            break
        high *= 4.0
    low = 0.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if mass(middle) >= PROBABILITY else (low, middle)
    return low


def _rises(heights: Array, least: float) -> list[tuple[int, int]]:
    """Return first and last index of the rises of at least some height that falls of at least as much part."""
    rises, is_rising, low, high = list[tuple[int, int]](), False, 0, 0
    is_ascent = np.diff(heights) > 0.0
    turns = [0, *(np.flatnonzero(np.diff(is_ascent)) + 1).tolist(), len(heights) - 1]
    for index in turns:  # between them no height is the lowest or the highest
        height = heights[index]
        if is_rising and height > heights[high]:
            high = index
        elif is_rising and heights[high] - height >= least:
            rises.append((low, high))
            is_rising, low = False, index
        elif not is_rising and height <= heights[low]:
            low = index
        elif not is_rising and height - heights[low] >= least:
            is_rising, high = True, index
    return [*rises, (low, high)] if is_rising else rises


def _steepest(heights: Array, first: int, last: int) -> tuple[int, int]:
    """Return first and last index of the greatest rise within a segment that ends before `last`."""
    segment = heights[first:last]
    high = int(np.argmax(segment - np.minimum.accumulate(segment)))
    return first + int(np.argmin(segment[: high + 1])), first + high
