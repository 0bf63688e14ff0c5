"""Summaries of draws: quantiles and intervals, each with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.suggestions import percent_hint
from mcmort.errors import UsageError
from mcmort.results.kept_values import KeptValues
from mcmort.totals import Values

__all__ = [
    "PROBABILITIES",
    "Interval",
    "Summary",
    "check_probabilities",
    "mean_of",
    "quantiles_of",
    "reported_probabilities",
    "sd_of",
    "share_at_least",
    "share_at_most",
    "summarise",
]

type Array = NDArray[np.float64]
Kind = Literal["equal-tailed", "highest-density"]

PROBABILITIES: Final = (0.5, 0.9, 0.95)
"""Intervals that every summary carries."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A credible interval.

    Attributes
    ----------
    probability : float
        Share of the distribution that it covers.
    kind : {"equal-tailed", "highest-density"}
        Equal probability in both tails, or the shortest.
    low, high : float
        Its ends.
    low_error, high_error : float
        Monte Carlo standard errors of its ends.
    """

    probability: float
    kind: Kind
    low: float
    high: float
    low_error: float
    high_error: float


@dataclass(frozen=True, slots=True)
class Summary:
    """Location, spread and intervals of a distribution.

    Attributes
    ----------
    draws : int
        Number of draws.
    median, mean, sd : float
        In the unit of the values.
    median_error, mean_error : float
        Monte Carlo standard errors.
    intervals : tuple of Interval
        Equal-tailed and highest-density, for each probability.
    """

    draws: int
    median: float
    median_error: float
    mean: float
    mean_error: float
    sd: float
    intervals: tuple[Interval, ...]

    def interval(self, probability: float = 0.95, kind: Kind = "equal-tailed") -> Interval:
        """Return one of the intervals."""
        for interval in self.intervals:
            if interval.kind == kind and abs(interval.probability - probability) < 1e-12:
                return interval
        raise KeyError(f"no {kind} interval of probability {probability:g}")


def check_probabilities(probabilities: Sequence[float], what: str = "an interval") -> None:
    """Refuse probabilities that are not between 0 and 1.

    Parameters
    ----------
    probabilities : sequence of float
        Of intervals or quantiles.
    what : str
        What they belong to, for the message.

    Raises
    ------
    UsageError
        With a hint where a percentage was given.
    """
    for probability in probabilities:
        if not isinstance(probability, Real):
            raise UsageError(f"{what} of probability {probability!r}; expected a number between 0 and 1, as 0.95")
        if not 0.0 < probability < 1.0:
            hint = percent_hint(probability)
            raise UsageError(f"{what} of probability {probability:g}; expected one between 0 and 1{hint}")


def reported_probabilities(interval: float) -> tuple[float, ...]:
    """Return the probabilities of the intervals of a report: those that every summary carries, and the one asked for.

    Raises
    ------
    UsageError
        If the one asked for is not between 0 and 1.
    """
    check_probabilities([interval])
    return tuple(sorted({*PROBABILITIES, interval}))


def mean_of(values: Values) -> float:
    """Return the mean of a distribution."""
    return float(values.mean()) if isinstance(values, np.ndarray) else values.mean


def sd_of(values: Values) -> float:
    """Return the standard deviation of a distribution, zero if it does not vary."""
    if isinstance(values, np.ndarray):
        return float(values.std(ddof=1)) if values.min() < values.max() else 0.0
    return values.sd if values.whole.low < values.whole.high else 0.0


def quantiles_of(values: Values, probabilities: Sequence[float] | Array) -> Array:
    """Return quantiles of a distribution, shape ``(n_probabilities,)``."""
    return np.quantile(values, probabilities) if isinstance(values, np.ndarray) else values.quantile(probabilities)


def share_at_most(values: Values, limit: float) -> float:
    """Return the share of a distribution that is at most a limit."""
    return float(np.mean(values <= limit) if isinstance(values, np.ndarray) else values.cdf(limit))


def share_at_least(values: Values, limit: float) -> float:
    """Return the share of a distribution that is at least a limit."""
    if isinstance(values, np.ndarray):
        return float(np.mean(values >= limit))
    return 1.0 - share_at_most(values, float(np.nextafter(limit, -np.inf)))


def summarise(
    values: Values, probabilities: Sequence[float] = PROBABILITIES, *, shortest: bool = True, chains: int = 1
) -> Summary:  # fmt: skip
    """Summarise draws, or a histogram of them.

    Parameters
    ----------
    values : ndarray, shape (n_draws,), or HistogramEstimate
        Draws that were kept, or their histogram.
    probabilities : sequence of float
        Of the intervals, each between 0 and 1.
    shortest : bool
        Whether highest-density intervals are wanted as well.
    chains : int
        Markov chains that follow one another in the draws, by which their errors are larger; 1 if they are independent.

    Returns
    -------
    Summary

    Raises
    ------
    UsageError
        If a probability is not between 0 and 1.
    """
    check_probabilities(probabilities)
    distribution = KeptValues(values, chains) if isinstance(values, np.ndarray) else values
    intervals = []
    for probability in probabilities:
        tails = ((1.0 - probability) / 2.0, (1.0 + probability) / 2.0)
        low, high = distribution.quantile(tails).tolist()
        errors = [distribution.quantile_error(tail) for tail in tails]
        intervals.append(Interval(probability, "equal-tailed", low, high, errors[0], errors[1]))
    for probability in probabilities if shortest else ():
        low, high = distribution.shortest(probability)
        intervals.append(
            Interval(probability, "highest-density", low, high, *distribution.shortest_errors(probability))
        )
    return Summary(
        distribution.draws,
        float(distribution.quantile(0.5)),
        distribution.quantile_error(0.5),
        distribution.mean,
        distribution.mean_error(),
        distribution.sd,
        tuple(intervals),
    )
