"""Whether ranks are uniform: two tests, and the band in which the distribution function of uniform ranks stays.

The chi-square test sees where ranks heap up; the other is sharpest against a shift or a wrong width. It takes the
point at which the empirical distribution function is least likely, and knows how unlikely that is for uniform ranks.
Ranks are discrete, and both tests count them as such; the uniformity tests of ArviZ are for continuous values.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_RANKS", "chi_square", "distribution_test", "ecdf_band"]

type Array = NDArray[np.float64]
type Ranks = NDArray[np.int64]

_REPEATS: Final = 20_000
"""Simulated sets of uniform ranks: the standard error of a probability of 0.05 is 0.0015."""
_BINS: Final = 20
LEAST_RANKS: Final = 5
"""Fewest ranks to expect in a bin (Cochran 1954, Biometrics 10)."""


def chi_square(ranks: Ranks, draws: int) -> float:
    """Return the probability that uniform ranks fall into bins as unevenly as these.

    Parameters
    ----------
    ranks : ndarray of int64, shape (n_simulations,)
        Each from 0 to `draws`.
    draws : int
        Draws among which each was counted.

    Returns
    -------
    float
        Of Pearson's test with the most equal bins, up to twenty, in which five ranks are expected.
    """
    from scipy import stats

    size = draws + 1
    bins = max(count for count in range(1, _BINS + 1) if size % count == 0 and len(ranks) >= LEAST_RANKS * count)
    if bins == 1:
        return 1.0
    return float(stats.chisquare(np.bincount(ranks * bins // size, minlength=bins)).pvalue)


def distribution_test(ranks: Ranks, draws: int) -> float:
    """Return the probability that the distribution function of uniform ranks strays as far somewhere as that of these.

    Parameters
    ----------
    ranks : ndarray of int64, shape (n_simulations,)
        Each from 0 to `draws`.
    draws : int
        Draws among which each was counted.

    Returns
    -------
    float

    References
    ----------
    Säilynoja, T., Bürkner, P.-C., Vehtari, A. (2022). Graphical test for discrete uniformity and its applications in
    goodness-of-fit evaluation and multiple sample comparison. Statistics and Computing 32, 32.
    doi:10.1007/s11222-022-10090-6
    """
    own = _extremes(np.bincount(ranks, minlength=draws + 1)[np.newaxis])[0]
    return float((1 + np.count_nonzero(_uniform(len(ranks), draws) <= own)) / (1 + _REPEATS))


def ecdf_band(simulations: int, draws: int, probability: float = 0.95) -> tuple[Array, Array]:
    """Return the band that the distribution function of uniform ranks leaves nowhere, with a probability.

    Parameters
    ----------
    simulations, draws : int
        How many ranks, and among how many draws each was counted.
    probability : float
        That it stays within at all points together.

    Returns
    -------
    lower, upper : ndarray, shape (draws,)
        At the points 1, 2, ..., `draws` over ``draws + 1``; see `distribution_test`.
    """
    from scipy import stats

    level = float(np.quantile(_uniform(simulations, draws), 1.0 - probability))
    points = np.arange(1, draws + 1) / (draws + 1)
    lower = stats.binom.ppf(level / 2.0, simulations, points)
    upper = stats.binom.ppf(1.0 - level / 2.0, simulations, points)
    return np.asarray(lower / simulations), np.asarray(upper / simulations)


def _extremes(counts: Ranks) -> Array:
    """Return twice the smallest probability of a tail, over the points of a distribution function.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_sets, draws + 1)
        How often each rank occurs.

    Returns
    -------
    ndarray, shape (n_sets,)
    """
    below = np.cumsum(counts, axis=1)
    return 2.0 * np.min(
        _tails(int(below[0, -1]), counts.shape[1])[np.arange(counts.shape[1] - 1), below[:, :-1]], axis=1
    )


@cache
def _tails(simulations: int, size: int) -> Array:
    """Tabulate the smaller tail of the number of ranks below each point, shape ``(size - 1, simulations + 1)``."""
    from scipy.special import bdtr, bdtrc

    number = np.arange(simulations + 1.0)
    points = np.arange(1, size)[:, np.newaxis] / size
    at_least = np.concatenate([np.ones((size - 1, 1)), bdtrc(number[:-1], simulations, points)], axis=1)
    return np.asarray(np.minimum(bdtr(number, simulations, points), at_least))


@cache
def _uniform(simulations: int, draws: int) -> Array:
    """Simulate the least tails of uniform ranks, shape ``(_REPEATS,)``."""
    rng = np.random.default_rng([simulations, draws])
    size = draws + 1
    counts = rng.multinomial(simulations, np.full(size, 1.0 / size), size=_REPEATS)
    return np.concatenate([_extremes(part) for part in np.split(counts, 20)])
