"""The tests of uniformity: against enumeration, against ArviZ's bands, and against ranks that are not uniform."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.bayes.calibration.rank_uniformity import chi_square, distribution_test, ecdf_band

pytestmark = pytest.mark.slow

_REPEATS = 20_000


def _least_tail(ranks: tuple[int, ...], draws: int) -> float:
    """Return twice the smallest tail over the points of the distribution function, by SciPy."""
    size, number = draws + 1, len(ranks)
    tails = []
    for point in range(1, size):
        below = sum(rank < point for rank in ranks)
        law = stats.binom(number, point / size)
        tails += [law.cdf(below), law.sf(below - 1)]
    return 2.0 * min(tails)


def test_probability_is_exact_over_all_sets_of_ranks() -> None:
    """With four ranks from 0 to 3 the probability is the share of all 256 sets that are as extreme."""
    draws, number = 3, 4
    all_sets = list(itertools.product(range(draws + 1), repeat=number))
    least = np.array([_least_tail(one, draws) for one in all_sets])
    for ranks in ((0, 0, 0, 0), (0, 0, 0, 1), (3, 2, 3, 3), (0, 1, 2, 3), (0, 0, 3, 3)):
        exact = float(np.mean(least <= _least_tail(ranks, draws) * (1.0 + 1e-12)))
        error = math.sqrt(exact * (1.0 - exact) / _REPEATS)
        assert distribution_test(np.array(ranks), draws) == pytest.approx(exact, abs=4.0 * error + 1.0 / _REPEATS)


def test_band_is_that_of_arviz() -> None:
    """Where there are as many ranks as points, the band has the width of ArviZ's, which simulates continuous values."""
    from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands

    number = 50
    points = np.arange(1, number) / number
    inner = simulate_confidence_bands(number, 1, points, 0.95, 2_000, np.random.default_rng(1))
    theirs = get_pointwise_confidence_band(inner, number, points)
    ours = ecdf_band(number, number - 1)
    for own, other in zip(
        ours, theirs, strict=True
    ):  # ends are counts: a quantile of a simulated level moves some by one
        assert np.max(np.abs(own - other)) <= 1.0 / number + 1e-12
        assert np.mean(np.abs(own - other) > 1e-12) < 0.2


def test_tests_and_band_have_their_level(seed: int) -> None:
    """Of 600 sets of uniform ranks each test rejects a twentieth, and the band loses as many, within three errors."""
    number, draws, sets = 80, 99, 600
    ranks = np.random.default_rng(seed).integers(draws + 1, size=(sets, number))
    error = math.sqrt(0.05 * 0.95 * (1.0 / sets + 1.0 / _REPEATS))  # of the share, and of the simulated level
    points = np.arange(1, draws + 1)
    functions = np.array([[np.mean(one < point) for point in points] for one in ranks])
    lower, upper = ecdf_band(number, draws)
    lost = np.mean(np.any((functions < lower - 1e-12) | (functions > upper + 1e-12), axis=1))
    assert lost == pytest.approx(0.05, abs=3.0 * error)
    for test in (chi_square, distribution_test):
        rejected = np.mean([test(one, draws) < 0.05 for one in ranks])
        assert rejected == pytest.approx(0.05, abs=3.0 * error)


def _ranks_of(law: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(100 * law).astype(np.int64)


@pytest.mark.parametrize(
    ("a", "b"), [(1.0, 1.5), (1.5, 1.0), (0.6, 0.6), (1.8, 1.8)], ids=["low", "high", "too narrow", "too wide"]
)
def test_shift_or_wrong_width_is_rejected(a: float, b: float, seed: int) -> None:
    """Posteriors that are shifted, too narrow or too wide give ranks that both tests reject at 1 in 1,000."""
    ranks = _ranks_of(np.random.default_rng(seed).beta(a, b, size=500))
    assert chi_square(ranks, 99) < 1e-3
    assert distribution_test(ranks, 99) < 1e-3


def test_chi_square_of_few_ranks_is_one() -> None:
    """Nine ranks do not fill two bins with five each: the chi-square test says nothing."""
    assert chi_square(np.zeros(9, dtype=np.int64), 99) == 1.0
    assert chi_square(np.zeros(10, dtype=np.int64), 99) < 1e-2
