"""Values that were kept, one for each draw: quantiles, intervals, and the Monte Carlo errors of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.results.chains import effective_size
from mcmort.results.histogram import quantile_error

__all__ = ["KeptValues", "highest_density"]

type Array = NDArray[np.float64]

_BATCHES: Final = 20


def highest_density(ordered: Array, probability: float) -> tuple[float, float]:
    """Return the shortest interval that holds a share of the draws.

    Parameters
    ----------
    ordered : ndarray, shape (n_draws,)
        Sorted draws.
    probability : float
        Share to hold.

    Returns
    -------
    tuple of float
        Its ends.
    """
    n = len(ordered)
    inside = min(int(np.ceil(probability * n)), n)
    widths = ordered[inside - 1 :] - ordered[: n - inside + 1]
    first = int(np.argmin(widths))
    return float(ordered[first]), float(ordered[first + inside - 1])


class KeptValues:
    """Values that were kept, one for each draw, with the statistics that a `HistogramEstimate` offers.

    Parameters
    ----------
    values : ndarray, shape (n_draws,)
        The values.
    chains : int
        Markov chains that follow one another in them, by which errors are larger; 1 if they are independent.
    """

    def __init__(self, values: Array, chains: int = 1) -> None:
        self.values = values
        self.chains = chains
        self.ordered = np.sort(values)
        self.draws = len(values)
        self.mean = float(np.mean(self.ordered))
        self.sd = float(np.std(self.ordered, ddof=1)) if self.draws > 1 else 0.0

    def quantile(self, probability: float | Sequence[float] | Array) -> Array:
        """Return quantiles of the values."""
        return np.asarray(np.quantile(self.ordered, probability))

    def quantile_error(self, probability: float) -> float:
        """Return the Monte Carlo standard error of a quantile."""
        below = self.values <= self.quantile(probability)
        return quantile_error(self.quantile, probability, self._effective_draws(below))

    def _effective_draws(self, values: Array | NDArray[np.bool_]) -> float:
        """Return how many independent draws would estimate the mean of some values with the same error."""
        if self.chains == 1:
            return self.draws
        return min(effective_size(values.astype(np.float64), self.chains), self.draws)

    def mean_error(self) -> float:
        """Return the Monte Carlo standard error of the mean."""
        return self.sd / float(np.sqrt(self._effective_draws(self.values)))

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the ends of the shortest interval of a probability."""
        return highest_density(self.ordered, probability)

    def shortest_errors(self, probability: float) -> tuple[float, float]:
        """Return the Monte Carlo standard errors of these ends."""
        low, high = _batch_errors(self.values, probability)
        return low, high


def _batch_errors(values: Array, probability: float) -> list[float]:
    """Estimate the errors of a highest-density interval from batches of the draws, since there is no formula.

    The ends of the shortest interval converge with the cube root of the number of draws (Kim and Pollard 1990), so
    the spread between batches is divided by the cube root of their number.
    """
    if len(values) < 10 * _BATCHES:
        return [float("nan"), float("nan")]
    ends = [highest_density(np.sort(batch), probability) for batch in np.array_split(values, _BATCHES)]
    spread = np.std(np.array(ends), axis=0, ddof=1) / _BATCHES ** (1.0 / 3.0)
    return [float(spread[0]), float(spread[1])]
