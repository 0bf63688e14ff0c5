"""What is left of draws that were not kept: how many fell into each of many narrow cells.

The cells are even within each octave, so that the cell of a value is read off the bits of its float: no logarithm.
Counts of disjoint sets of draws add up, in any order, to the counts of all of them; every figure that is printed
is a function of the counts and of the two extremes alone, so it does not depend on how the work was divided.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CELLS",
    "FIRST_BITS",
    "RESOLUTION",
    "SHIFT",
    "Figure",
    "Histogram",
    "HistogramEstimate",
    "cell_of",
    "cells_between",
    "edge_of",
    "figures_of",
    "merge",
    "quantile_error",
]

type Array = NDArray[np.float64]

RESOLUTION: Final = 12
"""Logarithm to base 2 of the cells in an octave: a quantile is known to 2 to the minus 12, 0.024 %, at worst."""
SHIFT: Final = 52 - RESOLUTION
_SMALLEST: Final = 2.0**-10
_OCTAVES: Final = 60
FIRST_BITS: Final = int(np.array(_SMALLEST).view(np.uint64))
_SUBSAMPLES: Final = 20
_STRIDE: Final = 256
"""Cells that are added up first on the way to a quantile: sums over all cells would take ten times as long."""
_FEW: Final = 32
"""Quantiles at once from which on arrays are faster than one at a time."""
_CONFIDENCE: Final = 1.96
_ALIKE: Final = 1e-12
_WIDER: Final = {8: 2.3646 / 1.9600}
"""Quantile of Student's t with one degree of freedom less than there are replicates, over that of the normal."""
CELLS: Final = (_OCTAVES << RESOLUTION) + 2
"""Cell 0 holds what is within 2 to the minus 10 of zero; the last all from 2 to the 50, the negative, the undefined."""


def quantile_error(quantile: Callable[[Array], Array], probability: float, draws: float) -> float:
    """Return the Monte Carlo error of a quantile of independent draws.

    The interval of 95 % goes from the quantile 1.96 binomial standard deviations of the probability below to the one as
    far above (Woodruff 1952, Journal of the American Statistical Association 47); the error is its length over 3.92.
    No density needs to be estimated. A single deviation on either side would do in the limit, but of 1,000 to 4,000
    draws its limits lie so few ranks apart that 1.96 errors cover 91 to 94 % in the outer tails, not 93 to 95 %.

    Parameters
    ----------
    quantile : callable
        From probabilities, shape ``(2,)``, to quantiles of the draws.
    probability : float
        Which quantile.
    draws : float
        How many independent ones there are, or would be as sure.

    Returns
    -------
    float
        A standard error, in the unit of the draws: 1.96 of it make an interval of 95 %.
    """
    step = _CONFIDENCE * math.sqrt(probability * (1.0 - probability) / draws)
    low, high = quantile(np.clip([probability - step, probability + step], 0.0, 1.0)).tolist()
    return float(high - low) / (2.0 * _CONFIDENCE)


def cell_of(value: float) -> int:
    """Return the cell of a value."""
    if abs(value) < _SMALLEST:
        return 0
    if not 0.0 < value < _SMALLEST * 2.0**_OCTAVES:
        return CELLS - 1
    half, power = math.frexp(value / _SMALLEST)
    return ((power - 1) << RESOLUTION) + int((2.0 * half - 1.0) * (1 << RESOLUTION)) + 1


def edge_of(cell: int) -> float:
    """Return the lower edge of a cell."""
    octave, within = divmod(cell - 1, 1 << RESOLUTION)
    return _SMALLEST * math.ldexp((1 << RESOLUTION) + within, octave - RESOLUTION) if cell else 0.0


def cells_between(low: float, high: float) -> tuple[int, int]:
    """Return the first cell that draws from a smallest to a largest one can be in, and the cell after the last."""
    if low > -_SMALLEST and high < math.inf:
        return cell_of(low), cell_of(high) + 1
    return 0, CELLS


@dataclass(frozen=True)
class Histogram:
    """Counts of draws in cells.

    Attributes
    ----------
    first : int
        Index of the first cell; see `CELLS`.
    counts : ndarray of int64 or int32, shape (n_cells,)
        Draws in each cell from there; the type has room for their sum.
    low, high : float
        The smallest and the largest draw.
    """

    first: int
    counts: NDArray[np.signedinteger]
    low: float
    high: float

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self._strides[-1]

    @property
    def undefined(self) -> int:
        """Number of draws that are infinite, undefined, negative by a thousandth or more, or beyond all bounds.

        A tally has no place for these, and none of its figures means anything where there are some.
        """
        return int(self.counts[-1]) if self.first + len(self.counts) == CELLS else 0

    @property
    def why_undefined(self) -> str:
        """What the undefined draws are: negative, if nothing worse can be among them, or too large, or undefined."""
        if not math.isfinite(self.low) or not math.isfinite(self.high):
            return "undefined"
        negative, large = self.low <= -_SMALLEST, self.high >= _SMALLEST * 2.0**_OCTAVES
        return {(True, False): "negative", (False, True): "larger than 10^15"}.get((negative, large), "undefined")

    @cached_property
    def edges(self) -> Array:
        """Edges of the cells, shape ``(n_cells + 1,)``, between the extremes."""
        return self._edge(np.arange(len(self.counts) + 1))

    @cached_property
    def _strides(self) -> list[int]:
        """Draws below the first cell of each stride, and all of them."""
        firsts = np.arange(0, len(self.counts), _STRIDE)
        sums = np.add.reduceat(self.counts, firsts, dtype=self.counts.dtype)  # four times as fast as into other ones
        return [0, *sums.cumsum().tolist()]

    @cached_property
    def cumulative(self) -> NDArray[np.int64]:
        """Draws below each edge, shape ``(n_cells + 1,)``."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    def _edge(self, index: NDArray[np.int64]) -> Array:
        """Return the lower edges of cells, counted from the first."""
        cells = index + self.first
        bits = (np.maximum(cells - 1, 0) << SHIFT) + FIRST_BITS
        return np.clip(np.where(cells == 0, 0.0, bits.view(np.float64)), self.low, self.high)

    def quantile(self, probability: float | Sequence[float] | Array) -> Array:
        """Return quantiles: within a cell, draws are taken as spread evenly.

        The result lies in the cell of the order statistic, so its relative distance from it is at most 2 to the minus
        `RESOLUTION`.
        """
        wanted = np.asarray(probability, dtype=np.float64) * self.draws
        if wanted.size > _FEW:
            return self._quantiles(wanted)
        found = np.array([self._quantile(one) for one in wanted.ravel().tolist()])
        return found.reshape(wanted.shape)

    def _quantiles(self, wanted: Array) -> Array:
        """Return the values below which so many draws lie, for many of them at once."""
        cell = np.minimum(self.cumulative[1:].searchsorted(wanted), len(self.counts) - 1)
        part = (wanted - self.cumulative[cell]) / np.maximum(self.counts[cell], 1)
        left, right = self._edge(cell), self._edge(cell + 1)
        found: Array = left + np.clip(part, 0.0, 1.0) * (right - left)
        return found

    def _quantile(self, wanted: float) -> float:
        """Return the value below which so many draws lie; for three of them it takes a third of the time of arrays."""
        stride = max(bisect_left(self._strides, wanted) - 1, 0)
        first, rest = stride * _STRIDE, wanted - self._strides[stride]
        near = self.counts[first : first + _STRIDE].cumsum()
        at = min(int(near.searchsorted(rest)), len(near) - 1)
        inside = self.counts.item(first + at)
        part = min(max((rest - (near.item(at) - inside)) / max(inside, 1), 0.0), 1.0)
        cell = self.first + first + at
        left, right = max(edge_of(cell), self.low), min(edge_of(cell + 1), self.high)
        return left + part * (right - left)

    def cdf(self, value: float | Array) -> Array:
        """Return the share of draws at most a value."""
        edges, cumulative = self.edges, self.cumulative
        value = np.asarray(value, dtype=np.float64)
        cell = np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(self.counts) - 1)
        width = edges[cell + 1] - edges[cell]
        part = np.where(width > 0.0, (value - edges[cell]) / np.where(width > 0.0, width, 1.0), 1.0)
        inside = (cumulative[cell] + np.clip(part, 0.0, 1.0) * self.counts[cell]) / self.draws
        return np.where(value < self.low, 0.0, np.where(value >= self.high, 1.0, inside))

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest interval that starts at a cell's edge and holds a share of the draws."""
        return _shortest(*self.filled, probability)

    @cached_property
    def filled(self) -> tuple[NDArray[np.signedinteger], Array, Array]:
        """The counts of the cells that hold draws, and their lower and upper edges."""
        cells = np.flatnonzero(self.counts)
        return self.counts[cells], self._edge(cells), self._edge(cells + 1)

    @cached_property
    def mean(self) -> float:
        """Mean, with the draws of a cell at its middle."""
        counts, left, right = self.filled
        return float(np.sum(counts * (0.5 * (left + right)))) / self.draws

    @cached_property
    def sd(self) -> float:
        """Standard deviation, likewise."""
        if self.draws < 2:
            return 0.0
        counts, left, right = self.filled
        squares = float(np.sum(counts * (0.5 * (left + right) - self.mean) ** 2))
        return float(np.sqrt(squares / (self.draws - 1)))

    def digest(self) -> str:
        """Return the SHA-256 of the counts and the extremes."""
        head = np.array([self.first, self.low.hex(), self.high.hex()], dtype="S32").tobytes()
        return hashlib.sha256(head + self.counts.astype("<i8").tobytes()).hexdigest()


def _shortest(counts: NDArray[np.signedinteger], left: Array, right: Array, probability: float) -> tuple[float, float]:
    """Return the shortest interval from a cell's lower edge that holds a share of the draws in some cells."""
    cumulative = np.concatenate([[0], np.cumsum(counts)])
    wanted = cumulative[:-1] + probability * cumulative[-1]
    wanted = wanted[wanted <= cumulative[-1]]
    cell = cumulative.searchsorted(wanted) - 1
    high = left[cell] + (wanted - cumulative[cell]) / counts[cell] * (right - left)[cell]
    best = int(np.argmin(high - left[: len(high)]))
    return float(left[best]), float(high[best])


def merge(tallies: Sequence[Histogram]) -> Histogram:
    """Return the tally of all the draws of several tallies, shape and order of which do not matter.

    The counts are of the type of the tallies', which must have room for the sum of all.
    """
    first = min(one.first for one in tallies)
    last = max(one.first + len(one.counts) for one in tallies)
    counts = np.zeros(last - first, dtype=np.result_type(*(one.counts for one in tallies)))
    for one in tallies:
        counts[one.first - first : one.first - first + len(one.counts)] += one.counts
    low = float(np.min([one.low for one in tallies]))  # unlike min, these keep what is undefined
    high = float(np.max([one.high for one in tallies]))
    return Histogram(first, counts, low, high)


type Figure = tuple[Literal["mean", "quantile", "shortest-low", "shortest-high"], float]
"""A figure of a tally: its kind, and the probability of a quantile or of a shortest interval."""


@dataclass(frozen=True)
class HistogramEstimate:
    """The tally of one column, with the same figures of each of several replicates of the run.

    Attributes
    ----------
    whole : Histogram
        Of all draws.
    figures : tuple of Figure
        What was computed of each replicate.
    replicates : ndarray, shape (n_replicates, n_figures)
        The figures of each replicate; none if they were not asked for.
    is_independent : bool
        Whether all draws are independent; else only the replicates are, each on a net of its own.

    Notes
    -----
    All errors are standard errors in the sense that 1.96 of them make an interval of 95 %: those that come from the
    spread of few replicates are widened by the quantile of Student's t.
    """

    whole: Histogram
    figures: tuple[Figure, ...]
    replicates: Array
    is_independent: bool

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.whole.draws

    @property
    def mean(self) -> float:
        """Mean of all draws."""
        return self.whole.mean

    @property
    def sd(self) -> float:
        """Standard deviation of all draws."""
        return self.whole.sd

    def quantile(self, probability: float | Sequence[float] | Array) -> Array:
        """Return quantiles of all draws; see `Histogram.quantile`."""
        return self.whole.quantile(probability)

    def cdf(self, value: float | Array) -> Array:
        """Return the share of all draws at most a value."""
        return self.whole.cdf(value)

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest interval that holds a share of all draws; see `Histogram.shortest`."""
        return self.whole.shortest(probability)

    def quantile_error(self, probability: float) -> float:
        """Return the Monte Carlo error of a quantile.

        Of independent draws it is that of `quantile_error`; of nets it comes from the spread of their quantiles.
        """
        if not self.is_independent:
            return self._spread(("quantile", probability)) / math.sqrt(len(self.replicates))
        return quantile_error(self.whole.quantile, probability, self.whole.draws)

    def mean_error(self) -> float:
        """Return the Monte Carlo error of the mean."""
        if not self.is_independent:
            return self._spread(("mean", 0.0)) / math.sqrt(len(self.replicates))
        return self.whole.sd / math.sqrt(self.whole.draws)

    def shortest_errors(self, probability: float) -> tuple[float, float]:
        """Return the Monte Carlo errors of the ends of a shortest interval.

        Of nets, from the spread of their intervals. Of independent draws, from subsamples of a twentieth of them:
        the ends converge with the cube root of the number of draws (Kim and Pollard 1990), for which subsampling is
        valid and the bootstrap is not (Politis, Romano and Wolf 1999, Subsampling).
        """
        if not self.is_independent:
            root = math.sqrt(max(len(self.replicates), 1))
            low, high = (self._spread((end, probability)) for end in ("shortest-low", "shortest-high"))
            return low / root, high / root
        if self.whole.draws < 10 * _SUBSAMPLES:
            return math.nan, math.nan
        rng = np.random.default_rng(0)  # the same tally has the same errors
        counts, left, right = self.whole.filled
        subsamples = rng.multinomial(self.whole.draws // _SUBSAMPLES, counts / self.whole.draws, size=_SUBSAMPLES)
        ends = [_shortest(one, left, right, probability) for one in subsamples]
        spread = np.std(np.array(ends), axis=0, ddof=1) / _SUBSAMPLES ** (1.0 / 3.0)
        return float(spread[0]), float(spread[1])

    def _spread(self, figure: Figure) -> float:
        """Return the standard deviation of a figure between replicates, widened; NaN if it was not computed.

        A probability typed by hand is that of a figure although the last digits of, say, (1 - 0.95) / 2 differ.
        """
        count, (kind, probability) = len(self.replicates), figure
        near = [at for at, one in enumerate(self.figures) if one[0] == kind and abs(one[1] - probability) < _ALIKE]
        if not near or count < 2:
            return float("nan")
        return float(np.std(self.replicates[:, near[0]], ddof=1)) * _WIDER.get(count, 1.0)


def figures_of(tally: Histogram, figures: Sequence[Figure]) -> Array:
    """Return figures of a tally, shape ``(n_figures,)``."""
    quantiles = [probability for kind, probability in figures if kind == "quantile"]
    found: dict[Figure, float] = {
        ("quantile", one): value for one, value in zip(quantiles, tally.quantile(quantiles).tolist(), strict=True)
    }
    for kind, probability in figures:
        if kind == "mean":
            found[kind, probability] = tally.mean
        elif kind != "quantile" and (kind, probability) not in found:
            ends = tally.shortest(probability)
            found["shortest-low", probability], found["shortest-high", probability] = ends
    return np.array([found[figure] for figure in figures])
