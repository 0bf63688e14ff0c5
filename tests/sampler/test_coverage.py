"""Whether the Monte Carlo errors of printed quantiles mean what they say: coverage of exact quantiles over many seeds.

The exact quantiles are those of `mcmort.bench.exact`, which convolves by FFT and shares no code with the sampler, on a
grid four times as fine as usual: they move by less than a relative 1e-5, a hundredth of the smallest error here.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.bench.engine import plan_of
from mcmort.bench.exact import exact
from mcmort.bench.task import PROBABILITIES, make_task
from mcmort.results import Method
from mcmort.results.histogram_estimate import Statistic
from mcmort.sampler.kernel.run import draw_histograms

pytestmark = pytest.mark.slow

_DRAWS = 20_000
_FEW = 1_000
_STATISTICS: list[Statistic] = [("quantile", probability) for probability in PROBABILITIES]


def _covered(
    repeats: int, method: Method, *, correlated: bool, factor: float = 1.96, draws: int = _DRAWS
) -> NDArray[np.float64]:  # fmt: skip
    """Return the share of seeds whose quantile plus or minus some errors holds the exact one, shape ``(3,)``."""
    task = make_task(12, correlated=correlated, definitions=1)
    truth = exact(task, 1 << 15, 0.15).quantiles[0]
    hits = np.zeros(len(PROBABILITIES))
    for seed in range(repeats):
        estimates = draw_histograms(
            plan_of(task), seed, draws, method=method, statistics={"T0": _STATISTICS}, threads=1
        )
        estimate = estimates["T0"]
        errors = np.array([estimate.quantile_error(probability) for probability in PROBABILITIES])
        hits += np.abs(estimate.whole.quantile(PROBABILITIES) - truth) <= factor * errors
    return hits / repeats


@pytest.mark.parametrize(("method", "correlated", "repeats"), [("plain", False, 200), ("quasi", True, 25)])
def test_intervals_of_quantiles_cover_the_exact_ones(method: Method, correlated: bool, repeats: int) -> None:
    """In few repeats 93 to 97 % of the intervals hold the exact quantile, give or take three errors of a share."""
    covered = _covered(repeats, method, correlated=correlated)
    allowed = 3.0 * math.sqrt(0.05 * 0.95 / repeats)
    assert np.all((covered >= 0.93 - allowed) & (covered <= min(0.97 + allowed, 1.0)))


def test_too_small_an_error_would_be_seen() -> None:
    """Negative control: half of the stated errors cover about 67 %, far below what is allowed above."""
    assert np.all(_covered(100, "plain", correlated=False, factor=0.98) < 0.93 - 3.0 * math.sqrt(0.05 * 0.95 / 100))


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["plain", "quasi"])
@pytest.mark.parametrize("correlated", [False, True])
def test_intervals_of_quantiles_cover_the_exact_ones_at_length(method: Method, correlated: bool) -> None:
    """Over 1,000 seeds, 1.96 errors about a quantile hold the exact one in 93 to 97 %: 12 lognormals, tied or not."""
    covered = _covered(1_000, method, correlated=correlated)
    assert np.all((covered >= 0.93) & (covered <= 0.97))


@pytest.mark.statistical
@pytest.mark.parametrize("correlated", [False, True])
def test_intervals_from_few_draws_cover_the_exact_quantiles_at_length(correlated: bool) -> None:
    """So do those from histograms of 1,000 independent draws, but for three errors of a share of 1,000 seeds."""
    covered = _covered(1_000, "plain", correlated=correlated, draws=_FEW)
    allowed = 3.0 * math.sqrt(0.05 * 0.95 / 1_000)
    assert np.all((covered >= 0.93 - allowed) & (covered <= 0.97))
