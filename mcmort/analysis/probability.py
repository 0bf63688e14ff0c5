"""Probabilities of what a total may be, each with its Monte Carlo error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.summary import quantiles_of
from mcmort.errors import UsageError
from mcmort.results.chains import effective_size
from mcmort.results.histogram import NEAR_ZERO, Histogram
from mcmort.totals import Total, Values

__all__ = [
    "Probability",
    "check_thresholds",
    "probability_between",
    "probability_equal",
    "probability_of_more",
    "round_thresholds",
]

type Array = NDArray[np.float64]

_CONFIDENCE: Final = 1.96
_TAIL: Final = 0.05
_MOST: Final = 9
"""Most thresholds of a table."""
_SERIES: Final = (1.0, 2.0, 5.0)
_ORDERS: Final = 20.0
"""Ratio of the outer quantiles from which thresholds are spaced by ratio and no longer evenly."""
_OUTER: Final = (0.01, 0.99)


@dataclass(frozen=True, slots=True)
class Probability:
    """A probability as estimated from draws.

    Attributes
    ----------
    value : float
        Share of the draws.
    error : float
        Monte Carlo standard error, in the sense that 1.96 of it are half the width of the Monte Carlo interval.
    low, high : float
        A 95 % Monte Carlo interval (Wilson 1927, Journal of the American Statistical Association 22), which has a width
        even where none or all of the draws are counted. It says how sure the draws make the probability, not how sure
        the evidence makes it.
    """

    value: float
    error: float
    low: float
    high: float

    def __float__(self) -> float:
        return self.value


def check_thresholds(above: float | None, below: float | None) -> tuple[float, float]:
    """Return the ends of a range of totals, infinite where there is none.

    Raises
    ------
    UsageError
        If an end is no finite number, or nothing lies between them.
    """
    for name, value in (("above", above), ("below", below)):
        if value is None:
            continue
        is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value):
            raise UsageError(f"{name} is {value!r}; expected a finite number of deaths, such as 20e6")
    low, high = -math.inf if above is None else float(above), math.inf if below is None else float(below)
    if low >= high:
        raise UsageError(
            f"above is {low:,.10g} and below is {high:,.10g}; expected the first to be the smaller. Hint: both "
            "together ask for the probability between"
        )
    return low, high


def probability_between(
    values: Values, above: float = -math.inf, below: float = math.inf, *, chains: int = 1
) -> Probability:
    """Return the probability that a total is more than one number and less than another.

    Parameters
    ----------
    values : ndarray, shape (n_draws,), or HistogramEstimate
        The total.
    above, below : float
        The numbers. What equals one of them does not count; within a thousandth of a death of zero is zero.
    chains : int
        Markov chains that follow one another in the draws; 1 if they are independent.

    Returns
    -------
    Probability
        Of draws that were counted, exact to the width of a bin, 0.024 % of the threshold.
    """
    if isinstance(values, np.ndarray):
        low = NEAR_ZERO if abs(above) < NEAR_ZERO else above
        high = -NEAR_ZERO if abs(below) < NEAR_ZERO else below
        counted = (values >= low if low == NEAR_ZERO else values > low) & (
            values <= high if high == -NEAR_ZERO else values < high
        )
        return _of_draws(values, counted, chains)

    def share(histogram: Histogram) -> float:
        return histogram.share_between(above, below)

    value = share(values.whole)
    error = math.nan if values.is_independent else values.error_over_nets(share)
    return _wilson(value, values.draws, error)


def probability_equal(difference: Values, *, chains: int = 1) -> Probability:
    """Return the probability that a difference is zero, to a thousandth of a death."""
    if isinstance(difference, np.ndarray):
        return _of_draws(difference, np.abs(difference) < NEAR_ZERO, chains)

    def share(histogram: Histogram) -> float:
        other = histogram.share_between(0.0, math.inf) + histogram.share_between(-math.inf, 0.0)
        return max(1.0 - other, 0.0)

    error = math.nan if difference.is_independent else difference.error_over_nets(share)
    return _wilson(share(difference.whole), difference.draws, error)


def probability_of_more(first: Total, second: Total) -> Probability:
    """Return the probability that one total is more than another whose draws are independent of it.

    Parameters
    ----------
    first, second : Total
        Of two cases.

    Returns
    -------
    Probability
        Over all pairs of a draw of either (the statistic of Mann and Whitney 1947, Annals of Mathematical Statistics
        18), with the error of its two halves: the share of the second below a draw of the first, over the draws of the
        first, and the other way round.
    """
    own, other = first.values, second.values
    value = _share_below(own, other)
    variance = 0.0
    for one, beside, chains in ((own, other, first.chains), (other, own, second.chains)):
        if isinstance(one, np.ndarray):
            shares = _below(beside, one)
            variance += float(np.var(shares)) / _effective(shares, chains)
        elif one.is_independent:
            counts, left, right = one.whole.filled
            shares = _below(beside, 0.5 * (left + right))
            weights = counts / counts.sum()
            variance += float(np.sum(weights * (shares - np.sum(weights * shares)) ** 2)) / one.draws
        else:
            variance += one.error_over_nets(partial(_share_of_net_below, beside)) ** 2
    return _wilson(value, min(_draws(own), _draws(other)), math.sqrt(variance))


def round_thresholds(values: Values) -> tuple[float, ...]:
    """Choose round numbers at which a reader may want to know the probability that a total is more.

    Parameters
    ----------
    values : ndarray, shape (n_draws,), or HistogramEstimate
        The total.

    Returns
    -------
    tuple of float
        At most nine between the 1 and the 99 % quantile, in steps of 1, 2 or 5 times a power of ten; over several
        orders of magnitude they are themselves 1, 2 or 5 times a power of ten.
    """
    low, high = quantiles_of(values, _OUTER).tolist()
    if not high > low:
        return (low,)
    if low > 0.0 and high / low > _ORDERS:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for factors in (_SERIES, (1.0, 5.0), (1.0,)):
            found = tuple(
                factor * 10.0**power for power in powers for factor in factors if low <= factor * 10.0**power <= high
            )
            if len(found) <= _MOST:
                return found
    power = math.floor(math.log10((high - low) / _MOST))
    for step in (factor * 10.0**exponent for exponent in range(power, power + 2) for factor in _SERIES):
        first, last = math.ceil(low / step), math.floor(high / step)
        if last - first < _MOST:
            return tuple(index * step for index in range(first, last + 1))
    return ()  # pragma: no cover - a step of fifty times the smallest leaves fewer


def _draws(values: Values) -> int:
    return len(values) if isinstance(values, np.ndarray) else values.draws


def _of_draws(values: Array, counted: NDArray[np.bool_], chains: int) -> Probability:
    """Return the share of kept draws that are counted."""
    value = float(np.mean(counted))
    if chains == 1:
        return _wilson(value, len(values))
    if 0.0 < value < 1.0:
        return _wilson(value, _effective(counted.astype(np.float64), chains))
    # where all or none are counted, the tails of the chain say how many independent draws it is worth
    tails = [values <= np.quantile(values, _TAIL), values >= np.quantile(values, 1.0 - _TAIL)]
    return _wilson(value, min(_effective(tail.astype(np.float64), chains) for tail in tails))


def _effective(values: Array, chains: int) -> float:
    return len(values) if chains == 1 else min(effective_size(values, chains), len(values))


def _wilson(value: float, draws: float, error: float = math.nan) -> Probability:
    """Return a share with its Monte Carlo interval, of so many independent draws, or with an error found otherwise."""
    value = min(max(value, 0.0), 1.0)
    variance = value * (1.0 - value)
    if variance > 0.0 and not math.isnan(error):
        draws = variance / max(error, 1.0 / draws) ** 2
    z2 = _CONFIDENCE**2 / draws
    centre = (value + z2 / 2.0) / (1.0 + z2)
    half = math.sqrt(z2 * variance + z2 * z2 / 4.0) / (1.0 + z2)
    low = 0.0 if value == 0.0 else max(centre - half, 0.0)
    high = 1.0 if value == 1.0 else min(centre + half, 1.0)
    return Probability(value, half / _CONFIDENCE, low, high)


def _below(values: Values, points: Array) -> Array:
    """Return the share of a distribution that is less than each of some points."""
    if isinstance(values, np.ndarray):
        return np.searchsorted(np.sort(values), points, side="left") / len(values)
    return values.cdf(np.nextafter(points, -np.inf))


def _share_below(own: Values, other: Values) -> float:
    """Return the share of pairs in which the draw of the second is less than that of the first."""
    if isinstance(own, np.ndarray):
        return float(np.mean(_below(other, own)))
    return _share_of_net_below(other, own.whole)


def _share_of_net_below(other: Values, histogram: Histogram) -> float:
    counts, left, right = histogram.filled
    return float(np.sum(counts * _below(other, 0.5 * (left + right))) / histogram.draws)
