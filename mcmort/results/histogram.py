"""Histograms of draws that are not kept: how many draws fell into each of many narrow bins.

The bins of an octave (from one power of two to the next) have equal widths, so that the bits of a float give its bin,
without a logarithm. Counts of disjoint sets of draws add up, in any order, to the counts of all draws. Every printed
statistic is a function of the counts and of the two extremes alone, so it does not depend on how the work was divided.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BINS",
    "FIRST_BITS",
    "NEAR_ZERO",
    "RESOLUTION",
    "SHIFT",
    "Histogram",
    "bin_of",
    "bins_between",
    "lower_edge",
    "merge",
    "mirrored",
    "quantile_error",
    "shortest_interval",
]

type Array = NDArray[np.float64]

RESOLUTION: Final = 12
"""Logarithm to base 2 of the bins in an octave: the relative error of a quantile is at most 2 to the minus 12, 0.024 %.
"""
SHIFT: Final = 52 - RESOLUTION
_SMALLEST: Final = 2.0**-10
NEAR_ZERO: Final = _SMALLEST
"""Values nearer to zero than this are zero: bin 0 does not tell them apart, and sums of floats are no more exact."""
_OCTAVES: Final = 60
FIRST_BITS: Final = int(np.array(_SMALLEST).view(np.uint64))
_STRIDE: Final = 256
"""Bins whose counts are added up in the first step to a quantile: sums over all bins would take ten times as long."""
_FEW: Final = 32
"""Quantiles at once from which on arrays are faster than one at a time."""
_CONFIDENCE: Final = 1.96
BINS: Final = (_OCTAVES << RESOLUTION) + 2
"""Bin 0 holds values within 2 to the minus 10 of zero; the last bin those from 2 to the 50, negative and undefined
ones. In the histogram of a signed variable bin ``-k`` mirrors bin ``k``.
"""


def quantile_error(quantile: Callable[[Array], Array], probability: float, draws: float) -> float:
    """Return the Monte Carlo error of a quantile of independent draws.

    The 95 % interval goes from the quantile at the probability less 1.96 of its binomial standard deviations to the
    quantile at the probability plus as many (Woodruff 1952, Journal of the American Statistical Association 47); the
    error is its length over 3.92. No density needs to be estimated. One deviation on either side would suffice in the
    limit, but of 1,000 to 4,000 draws its limits lie so few ranks apart that 1.96 errors cover 91 to 94 % in the outer
    tails, not 93 to 95 %.

    Parameters
    ----------
    quantile : callable
        From probabilities, shape ``(2,)``, to quantiles of the draws.
    probability : float
        Which quantile.
    draws : float
        Number of independent draws; of dependent draws, the effective sample size.

    Returns
    -------
    float
        A standard error, in the unit of the draws: 1.96 of it make an interval of 95 %.
    """
    step = _CONFIDENCE * math.sqrt(probability * (1.0 - probability) / draws)
    low, high = quantile(np.clip([probability - step, probability + step], 0.0, 1.0)).tolist()
    return float(high - low) / (2.0 * _CONFIDENCE)


def bin_of(value: float) -> int:
    """Return the bin of a value."""
    if abs(value) < _SMALLEST:
        return 0
    if not 0.0 < value < _SMALLEST * 2.0**_OCTAVES:
        return BINS - 1
    half, power = math.frexp(value / _SMALLEST)
    return ((power - 1) << RESOLUTION) + int((2.0 * half - 1.0) * (1 << RESOLUTION)) + 1


def lower_edge(index: int) -> float:
    """Return the lower edge of a bin."""
    octave, within = divmod(index - 1, 1 << RESOLUTION)
    return _SMALLEST * math.ldexp((1 << RESOLUTION) + within, octave - RESOLUTION) if index else 0.0


def bins_between(low: float, high: float) -> tuple[int, int]:
    """Return the first bin that draws between two extremes can fall into, and the bin after the last."""
    if low > -_SMALLEST and high < math.inf:
        return bin_of(low), bin_of(high) + 1
    return 0, BINS


@dataclass(frozen=True)
class Histogram:
    """Counts of draws in bins.

    Attributes
    ----------
    first : int
        Index of the first bin; see `BINS`.
    counts : ndarray of int64 or int32, shape (n_bins,)
        Draws in each bin from the first on; the type has room for their sum, unless it is `narrowed`.
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
        """Number of draws that are infinite, undefined, beyond bounds, or negative in a variable that is not signed.

        A histogram has no bins for these, and where there are some none of its statistics has a meaning.
        """
        return int(self.counts[-1]) if self.first + len(self.counts) == BINS else 0

    @property
    def why_undefined(self) -> str:
        """What the undefined draws are: "negative" or "larger than 10^15" if all of them must be, else "undefined"."""
        if not math.isfinite(self.low) or not math.isfinite(self.high):
            return "undefined"
        negative, large = self.low <= -_SMALLEST, self.high >= _SMALLEST * 2.0**_OCTAVES
        return {(True, False): "negative", (False, True): "larger than 10^15"}.get((negative, large), "undefined")

    @cached_property
    def edges(self) -> Array:
        """Edges of the bins, shape ``(n_bins + 1,)``, clipped to the extremes."""
        return self._edge(np.arange(len(self.counts) + 1))

    @cached_property
    def _strides(self) -> array[int]:
        """Draws below the first bin of each stride, and the number of all draws."""
        firsts = np.arange(0, len(self.counts), _STRIDE)
        # into the same type is four times as fast
        room = self.counts.dtype if self.counts.itemsize >= np.dtype(np.int32).itemsize else np.dtype(np.int64)
        sums = np.add.reduceat(self.counts, firsts, dtype=room)
        return array("q", [0, *sums.cumsum().tolist()])

    @cached_property
    def cumulative(self) -> NDArray[np.int64]:
        """Draws below each edge, shape ``(n_bins + 1,)``."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    def _edge(self, index: NDArray[np.int64]) -> Array:
        """Return the lower edges of bins, counted from the first."""
        bins = index + self.first
        if self.first < 0:
            magnitude: Array = ((np.where(bins > 0, bins - 1, -bins) << SHIFT) + FIRST_BITS).view(np.float64)
            return np.clip(np.where(bins > 0, magnitude, -magnitude), self.low, self.high)
        bits = (np.maximum(bins - 1, 0) << SHIFT) + FIRST_BITS
        return np.clip(np.where(bins == 0, 0.0, bits.view(np.float64)), self.low, self.high)

    def quantile(self, probability: float | Sequence[float] | Array) -> Array:
        """Return quantiles, with the draws of a bin spread evenly over it.

        The result lies in the bin of the order statistic, so its relative distance from it is at most 2 to the minus
        `RESOLUTION`.
        """
        wanted = np.asarray(probability, dtype=np.float64) * self.draws
        if wanted.size > _FEW:
            return self._quantiles(wanted)
        quantiles = np.array([self._quantile(draws) for draws in wanted.ravel().tolist()])
        return quantiles.reshape(wanted.shape)

    def _quantiles(self, wanted: Array) -> Array:
        """Return the values below which so many draws lie, for many of them at once."""
        index = np.minimum(self.cumulative[1:].searchsorted(wanted), len(self.counts) - 1)
        part = (wanted - self.cumulative[index]) / np.maximum(self.counts[index], 1)
        left, right = self._edge(index), self._edge(index + 1)
        return np.asarray(left + np.clip(part, 0.0, 1.0) * (right - left))

    def _quantile(self, wanted: float) -> float:
        """Return the value below which so many draws lie; for three quantiles this is three times as fast as arrays."""
        stride = max(bisect_left(self._strides, wanted) - 1, 0)
        first, rest = stride * _STRIDE, wanted - self._strides[stride]
        cumulative = self.counts[first : first + _STRIDE].cumsum()
        step = min(int(cumulative.searchsorted(rest)), len(cumulative) - 1)
        inside = self.counts.item(first + step)
        part = min(max((rest - (cumulative.item(step) - inside)) / max(inside, 1), 0.0), 1.0)
        index = self.first + first + step
        left, right = self._lower_edge(index), self._lower_edge(index + 1)
        left, right = max(left, self.low), min(right, self.high)
        return left + part * (right - left)

    def _lower_edge(self, index: int) -> float:
        """Return the lower edge of a bin; see `BINS`."""
        return -lower_edge(1 - index) if self.first < 0 and index <= 0 else lower_edge(index)

    def cdf(self, value: float | Array) -> Array:
        """Return the share of draws at most a value."""
        edges, cumulative = self.edges, self.cumulative
        value = np.asarray(value, dtype=np.float64)
        index = np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(self.counts) - 1)
        width = edges[index + 1] - edges[index]
        part = np.where(width > 0.0, (value - edges[index]) / np.where(width > 0.0, width, 1.0), 1.0)
        inside = (cumulative[index] + np.clip(part, 0.0, 1.0) * self.counts[index]) / self.draws
        return np.where(value < self.low, 0.0, np.where(value >= self.high, 1.0, inside))

    def share_between(self, above: float, below: float) -> float:
        """Return the share of draws that are more than one value and less than another.

        Draws at zero, or nearer to it than a bin can tell, are neither more nor less than zero.
        """
        low = NEAR_ZERO if abs(above) < NEAR_ZERO else above
        high = -NEAR_ZERO if abs(below) < NEAR_ZERO else below
        ends = np.clip([low, np.nextafter(high, -np.inf)], np.nextafter(self.low, -np.inf), self.high)
        at_most_low, below_high = self.cdf(ends).tolist()
        return float(max(below_high - at_most_low, 0.0))

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest interval that starts at a bin's edge and holds a share of the draws."""
        return shortest_interval(*self.filled, probability)

    @property
    def filled(self) -> tuple[NDArray[np.signedinteger], Array, Array]:
        """The counts of the bins that hold draws, and their lower and upper edges; too long to be kept."""
        bins = np.flatnonzero(self.counts)
        return self.counts[bins], self._edge(bins), self._edge(bins + 1)

    @cached_property
    def mean(self) -> float:
        """Mean, with the draws of a bin at its middle."""
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

    def narrowed(self) -> Histogram:
        """Return the same histogram in as little memory as it takes; the sum of its counts may exceed their type."""
        return replace(self, counts=self.counts.astype(np.min_scalar_type(-int(self.counts.max(initial=0)) - 1)))

    def digest(self) -> str:
        """Return the SHA-256 of the counts and the extremes."""
        head = np.array([self.first, self.low.hex(), self.high.hex()], dtype="S32").tobytes()
        return hashlib.sha256(head + self.counts.astype("<i8").tobytes()).hexdigest()


def shortest_interval(
    counts: NDArray[np.signedinteger], left: Array, right: Array, probability: float
) -> tuple[float, float]:
    """Return the shortest interval from a bin's lower edge that holds a share of the draws.

    Parameters
    ----------
    counts : ndarray of int, shape (n_bins,)
        Draws in each bin.
    left, right : ndarray, shape (n_bins,)
        Lower and upper edges of the bins.
    probability : float
        The share.

    Returns
    -------
    tuple of float
        Both ends.
    """
    cumulative = np.concatenate([[0], np.cumsum(counts)])
    wanted = cumulative[:-1] + probability * cumulative[-1]
    wanted = wanted[wanted <= cumulative[-1]]
    index = cumulative.searchsorted(wanted) - 1
    high = left[index] + (wanted - cumulative[index]) / counts[index] * (right - left)[index]
    best = int(np.argmin(high - left[: len(high)]))
    return float(left[best]), float(high[best])


def merge(histograms: Sequence[Histogram]) -> Histogram:
    """Return the histogram of the draws of several histograms together.

    The type of the histograms' counts must have room for the sum of all.
    """
    first = min(part.first for part in histograms)
    last = max(part.first + len(part.counts) for part in histograms)
    counts = np.zeros(last - first, dtype=np.result_type(*(part.counts for part in histograms)))
    for part in histograms:
        counts[part.first - first : part.first - first + len(part.counts)] += part.counts
    low = float(np.min([part.low for part in histograms]))  # unlike min and max, these keep NaN
    high = float(np.max([part.high for part in histograms]))
    return Histogram(first, counts, low, high)


def mirrored(above: Histogram, below: Histogram) -> Histogram:
    """Return the histogram of a signed variable from those of its two halves.

    Parameters
    ----------
    above, below : Histogram
        Of the same draws: of the variable where it is positive and of its negative where it is negative, else zero.

    Returns
    -------
    Histogram
        The bins of negative draws have negative indices.
    """
    if below.high <= 0.0:
        return above
    last = above.first + len(above.counts)
    first = -(below.first + len(below.counts) - 1)
    if below.undefined:  # what is undefined is in the last bin of both halves
        first = min(first + 1, 0)
    counts = np.zeros(last - first, dtype=above.counts.dtype)
    counts[above.first - first :] += above.counts
    negative = below.counts[max(1 - below.first, 0) : 1 - first - below.first]
    counts[: len(negative)] += negative[::-1]
    # each draw is in bin 0 of one of the halves, and of both if it is next to zero
    if last > 0:
        counts[-first] -= int(np.sum(negative))
    low, high = -below.high, above.high if above.high > 0.0 else -below.low
    return Histogram(first, counts, low, high)
