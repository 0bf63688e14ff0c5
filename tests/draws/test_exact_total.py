"""A distribution that was computed: its quantiles, probabilities, shortest intervals and digest, against SciPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mcmort.draws import ExactTotal
from mcmort.errors import UsageError

_STEP = 0.01


def _of(truth: Any, low: float, high: float) -> ExactTotal:
    values = np.arange(low, high, _STEP)
    return ExactTotal(values, truth.cdf(values), float(truth.mean()), float(truth.std()), 1e-9)


_GAMMA = stats.gamma(4.0)
_FOUND = _of(_GAMMA, 0.0, 40.0)


def test_quantiles_and_probabilities_undo_each_other() -> None:
    """The distribution function of a quantile is its probability, both rise, and shapes are kept."""
    p = np.linspace(1e-6, 1.0 - 1e-6, 2001)
    assert np.allclose(_FOUND.cdf(_FOUND.quantile(p)), p, atol=1e-12)
    assert np.all(np.diff(_FOUND.quantile(p)) > 0.0)
    assert _FOUND.quantile(np.full((2, 3), 0.5)).shape == (2, 3)


def test_what_lies_between_cells_is_cubic() -> None:
    """Between values the error is that of a cubic with central slopes.

    It is at most a 62nd of the third derivative times the cubed distance: the slopes are wrong by a sixth of it, which
    counts for at most 0.0962 between two of them. In a quantile it counts divided by the density.
    """
    p = np.linspace(0.005, 0.995, 397)
    x = _GAMMA.ppf(p)
    fine = np.linspace(0.0, 40.0, 40_001)
    bound = 0.0162 * _STEP**3 * float(np.max(np.abs(np.gradient(np.gradient(_GAMMA.pdf(fine), fine), fine))))
    assert np.all(np.abs(_FOUND.cdf(x) - p) < bound)
    assert np.all(np.abs(_FOUND.quantile(p) - x) < 1.01 * bound / _GAMMA.pdf(x))


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.95])
def test_the_shortest_interval_has_equal_densities_at_its_ends(probability: float) -> None:
    """Nothing shorter holds as much, and of one peak the ends are equally likely (here to the grid of tails)."""
    low, high = _FOUND.shortest(probability)
    assert _GAMMA.cdf(high) - _GAMMA.cdf(low) == pytest.approx(probability, abs=1e-8)
    tails = np.linspace(1e-6, 1.0 - probability - 1e-6, 100_001)
    best = np.min(_GAMMA.ppf(tails + probability) - _GAMMA.ppf(tails))
    equal = _GAMMA.ppf(0.5 + 0.5 * probability) - _GAMMA.ppf(0.5 - 0.5 * probability)
    assert high - low == pytest.approx(best, rel=1e-5)
    assert high - low < 0.99 * equal


def test_a_gap_stays_empty() -> None:
    """Over a stretch without probability the distribution function is flat, and quantiles jump it."""
    values = np.arange(0.0, 10.0, _STEP)
    below = 0.5 * np.clip(values - 1.0, 0.0, 1.0) + 0.5 * np.clip(values - 8.0, 0.0, 1.0)
    found = ExactTotal(values, below, 5.0, 3.5, 1e-9)
    assert np.allclose(found.cdf([2.1, 5.0, 7.9]), 0.5, atol=1e-12)
    assert found.quantile(0.499) < 2.0
    assert found.quantile(0.501) > 8.0


def test_what_is_clipped_stays_clipped() -> None:
    """With a least value quantiles go no lower, and nothing lies below it."""
    clipped = replace(_of(stats.norm(1.0, 2.0), -15.0, 17.0), least=0.0)
    assert clipped.quantile(0.1) == 0.0
    assert clipped.cdf(-1e-9) == 0.0
    assert clipped.cdf(0.0) == pytest.approx(stats.norm.cdf(-0.5), abs=1e-9)


def test_the_digest_forgives_last_bits_and_nothing_else() -> None:
    """Noise of a Fourier transform changes no digest; a hundredth of a per cent does, and so does a shift."""
    noise = 1e-15 * np.random.default_rng(1).standard_normal(len(_FOUND.below))
    noisy = replace(_FOUND, below=np.maximum.accumulate(_FOUND.below + noise))
    assert noisy.digest() == _FOUND.digest()
    assert replace(_FOUND, values=1.0001 * _FOUND.values).digest() != _FOUND.digest()
    assert replace(_FOUND, values=_FOUND.values + 0.001).digest() != _FOUND.digest()


@pytest.mark.parametrize("p", [0.0, 1e-7, 1.0, float("nan")])
def test_quantiles_in_the_far_tails_are_refused(p: float) -> None:
    """Beyond one in a million rounding would speak, so no quantile is given there."""
    with pytest.raises(UsageError, match="probability outside"):
        _FOUND.quantile(p)
