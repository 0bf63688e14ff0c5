"""The stated error of a quantile of independent draws: 1.96 of it hold the exact quantile about 95 times in 100.

Only the order statistics between which quantiles are interpolated enter. Those of a uniform sample are partial sums of
gamma variates over their total (Devroye 1986, Non-Uniform Random Variate Generation, V.3), so a repeat costs six
variates, however many draws it stands for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.results.histogram import quantile_error

type Array = NDArray[np.float64]

_SHAPES = {"uniform": stats.uniform(), "gamma": stats.gamma(5.2), "lognormal": stats.lognorm(0.8)}
_PROBABILITIES = (0.025, 0.5, 0.975)
_LEAST, _MOST = 0.93, 0.955
"""Coverage asked of 1,000 draws and more; of a smooth density it tends to 95 % from below."""


def _samples(distribution: Any, ranks: Array, draws: int, repeats: int, seed: int) -> Array:
    """Return order statistics of samples, shape ``(repeats, n_ranks)``; ranks count from 0."""
    rng = np.random.default_rng([seed, draws, len(ranks)])
    sums = np.cumsum(
        rng.standard_gamma(np.diff(ranks, prepend=-1.0, append=float(draws)), (repeats, len(ranks) + 1)), 1
    )
    return np.asarray(distribution.ppf(sums[:, :-1] / sums[:, -1:]))


def _covered(distribution: Any, draws: int, probability: float, repeats: int, seed: int, deviations: float) -> float:
    """Return the share of samples whose quantile is at most 1.96 stated errors off; the rule uses some deviations."""
    step = deviations * math.sqrt(probability * (1.0 - probability) / draws)
    below = np.floor((probability + step * np.array([-1.0, 0.0, 1.0])) * (draws - 1))
    ranks = np.unique([below, below + 1.0])
    samples = _samples(distribution, ranks, draws, repeats, seed)
    truth, hits = float(distribution.ppf(probability)), 0
    for sample in samples:

        def quantile(wanted: Array, sample: Array = sample) -> Array:
            return np.interp((draws - 1) * np.asarray(wanted), ranks, sample)

        if deviations == 1.96:
            error = quantile_error(quantile, probability, draws)
        else:
            low, high = quantile(np.array([probability - step, probability + step]))
            error = (high - low) / (2.0 * deviations)
        hits += bool(abs(float(quantile(np.array(probability))) - truth) <= 1.96 * error)
    return hits / repeats


def _allowed(repeats: int) -> float:
    """Return three standard errors of a share near 95 %."""
    return 3.0 * math.sqrt(0.95 * 0.05 / repeats)


@pytest.mark.parametrize("probability", _PROBABILITIES)
@pytest.mark.parametrize("draws", [1_000, 4_000, 100_000])
def test_the_intervals_of_few_draws_cover_the_quantile(draws: int, probability: float, seed: int) -> None:
    """From 1,000 draws up 1.96 errors cover 93 to 95.5 %: in 4,000 repeats, give or take three errors of a share."""
    covered = _covered(_SHAPES["gamma"], draws, probability, 4_000, seed, 1.96)
    assert _LEAST - _allowed(4_000) <= covered <= _MOST + _allowed(4_000)


@pytest.mark.parametrize("probability", [0.025, 0.975])
def test_a_single_deviation_covers_too_little(probability: float, seed: int) -> None:
    """Negative control: half the distance of quantiles one deviation off (the rule of old) fails with 1,000 draws."""
    covered = _covered(_SHAPES["gamma"], 1_000, probability, 20_000, seed, 1.0)
    assert covered < _LEAST - _allowed(4_000)


@pytest.mark.statistical
@pytest.mark.parametrize("name", _SHAPES)
@pytest.mark.parametrize("probability", _PROBABILITIES)
@pytest.mark.parametrize("draws", [1_000, 4_000, 20_000, 100_000])
def test_the_intervals_of_few_draws_cover_the_quantile_at_length(
    name: str, draws: int, probability: float, seed: int
) -> None:
    """As above in 20,000 repeats for three shapes: a standard error of the coverage is 0.15 %."""
    covered = _covered(_SHAPES[name], draws, probability, 20_000, seed, 1.96)
    assert _LEAST - _allowed(20_000) <= covered <= _MOST + _allowed(20_000)


@pytest.mark.parametrize("probability", [0.001, 0.999])
def test_few_draws_give_an_error_within_their_range(probability: float) -> None:
    """Where the limits would leave the probabilities they are the extremes: the error is finite and above zero."""
    sample = np.sort(stats.norm.rvs(size=30, random_state=np.random.default_rng(1)))
    error = quantile_error(lambda wanted: np.quantile(sample, wanted), probability, 30)
    assert 0.0 < error <= float(sample[-1] - sample[0]) / 3.92
