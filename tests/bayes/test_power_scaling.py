"""How strongly a total depends on prior and likelihood, against powers that cannot matter."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import mcmort as mm
from mcmort.bayes import Posterior
from mcmort.bayes.power_scaling import sensitivity
from tests.bayes.small_cases import plain

type Array = NDArray[np.float64]

_FIGURES = {"low": (-0.6, 1.5), "high": (0.7, 1.6), "far": (0.4, 4.0)}
"""Figures with normal errors about one number, whose prior is standard normal."""


@cache
def _fit() -> Posterior:
    return mm.fit(plain(), rng=1, store=False, draws=4000)


def _log_density(draws: Array, value: float, sd: float) -> Array:
    return np.asarray(stats.norm(draws, sd).logpdf(value))


def _normal(seed: int) -> tuple[Posterior, Array]:
    """Return independent draws of the number in place of a fit's, with the log likelihood of each figure."""
    precision = 1.0 + sum(1.0 / sd**2 for _, sd in _FIGURES.values())
    mean = sum(value / sd**2 for value, sd in _FIGURES.values()) / precision
    draws = np.random.default_rng(seed).normal(mean, precision**-0.5, 16_000)
    log_likelihood = {name: _log_density(draws, value, sd) for name, (value, sd) in _FIGURES.items()}
    return replace(_fit(), log_likelihood=log_likelihood, log_prior=stats.norm.logpdf(draws)), draws


@pytest.mark.slow
def test_constant_likelihood_or_prior_has_no_sensitivity(seed: int) -> None:
    """A likelihood or a prior that has nothing to do with the draws moves nothing; the other does."""
    posterior, draws = _normal(seed)
    flat = 1e-6 * np.random.default_rng(seed + 1).standard_normal(len(draws))
    only_prior = sensitivity(replace(posterior, log_likelihood={"flat": flat}), draws)
    assert only_prior.likelihood < 1e-4
    assert only_prior.prior > 0.01
    only_likelihood = sensitivity(replace(posterior, log_prior=flat), draws)
    assert only_likelihood.prior < 1e-4
    assert only_likelihood.likelihood > 0.01
