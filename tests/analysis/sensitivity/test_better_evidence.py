"""By how much an interval would be narrower if something were known, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcmort.analysis.sensitivity.better_evidence import fewest_draws, narrowing

_SURE = 4.0


@pytest.mark.parametrize("probability", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_narrowing_of_normal_sum_agrees_with_closed_form(probability: float, correlation: float, seed: int) -> None:
    """Of a sum of normal parts it is one less the root of the share of the variance that is left, at any level."""
    covariance = [[4.0, correlation * 2.0], [correlation * 2.0, 1.0]]
    one, two = np.random.default_rng(seed).multivariate_normal([0.0, 0.0], covariance, 50_000).T
    left = math.sqrt((1.0 - correlation**2) / (5.0 + 4.0 * correlation))
    found = narrowing(one + two, one, probability)
    assert abs(found.value - (1.0 - left)) <= _SURE * found.error + 0.002  # the slices have ends
    assert found.error < 0.02


def test_narrowing_of_cauchy_sum_agrees_with_closed_form(seed: int) -> None:
    """Of a sum without a variance it is the share of the scale of what is known: tails do no harm.

    The total is Cauchy with the sum of the scales, and so is what is left once one part is known.
    """
    rng = np.random.default_rng(seed)
    one, two = 2.0 * rng.standard_cauchy(100_000), 3.0 * rng.standard_cauchy(100_000)
    found = narrowing(one + two, one)
    assert abs(found.value - 2.0 / 5.0) <= _SURE * found.error + 0.01
    assert found.error < 0.03


def test_narrowing_by_what_determines_the_total_is_whole_and_by_what_does_not_matter_nothing(seed: int) -> None:
    """Knowing the total leaves no width; what is independent of it, or constant, takes none away."""
    total, other = np.random.default_rng(seed).lognormal(size=(2, 50_000))
    assert narrowing(total, total).value == pytest.approx(1.0, abs=1e-9)
    assert narrowing(total, np.full(50_000, 2.0)) == (0.0, 0.0)
    found = narrowing(total, other)
    assert abs(found.value) <= _SURE * found.error < 0.03


@pytest.mark.slow
def test_error_of_narrowing_is_the_spread_between_seeds() -> None:
    """Over 60 seeds the standard deviation is the error, to within 40 per cent, and the mean is without bias."""
    found = []
    for seed in range(60):
        one, two = np.random.default_rng(seed).lognormal(sigma=0.5, size=(2, 10_000))
        found.append(narrowing(np.log(one) + np.log(two), one))
    estimates = np.array(found)
    assert estimates[:, 0].std(ddof=1) == pytest.approx(estimates[:, 1].mean(), rel=0.4)
    assert estimates[:, 0].mean() == pytest.approx(1.0 - math.sqrt(0.5), abs=0.006)


@pytest.mark.slow
def test_narrowing_by_what_does_not_matter_is_zero_on_average_of_skewed_totals() -> None:
    """Over 100 seeds the mean lies within four of its standard errors of zero: few draws in a slice make no bias."""
    found = [narrowing(*np.random.default_rng(seed).lognormal(size=(2, 5_000))).value for seed in range(100)]
    assert abs(np.mean(found)) <= _SURE * np.std(found, ddof=1) / 10.0


@pytest.mark.slow
def test_error_of_narrowing_counts_the_correlation_of_chains() -> None:
    """Of four chains with autocorrelation 0.9 the error is the spread between seeds, to within half of it."""
    found = []
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(size=(2, 4, 1_100))
        for step in range(1, 1_100):
            noise[..., step] = 0.9 * noise[..., step - 1] + math.sqrt(0.19) * noise[..., step]
        one, two = noise[..., 100:].reshape(2, -1)
        found.append(narrowing(one + two, one, chains=4))
    estimates = np.array(found)
    assert estimates[:, 0].std(ddof=1) == pytest.approx(estimates[:, 1].mean(), rel=0.5)


def test_fewest_draws_leave_ten_in_either_tail_of_four_slices() -> None:
    """An interval of 95 per cent takes 1,600 draws, one of 99 per cent 8,000."""
    assert [fewest_draws(probability) for probability in (0.5, 0.95, 0.99)] == [160, 1_600, 8_000]
