"""What drives a total: leaving figures out against closed forms and another fit, powers against what cannot matter."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import mcmort as mm
from mcmort.bayes import Posterior
from mcmort.bayes.power_scaling import MOST_K, influence, sensitivity
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


def test_influence_is_quantiles_of_posterior_without_figure(seed: int) -> None:
    """For normal figures the quantiles without each are those of the closed form, within four Monte Carlo errors.

    Half of the 16,000 draws count at least: an end is known to 0.03 standard deviations, the median to 0.014.
    """
    posterior, draws = _normal(seed)
    found = {one.name: one for one in influence(posterior, draws)}
    assert found.keys() == _FIGURES.keys()
    for name, one in found.items():
        others = [value for other, value in _FIGURES.items() if other != name]
        precision = 1.0 + sum(1.0 / sd**2 for _, sd in others)
        exact = stats.norm(sum(value / sd**2 for value, sd in others) / precision, precision**-0.5)
        assert one.is_sure
        assert one.pareto_k <= MOST_K
        np.testing.assert_allclose(one.quantiles, exact.ppf([0.025, 0.5, 0.975]), atol=0.1)
        np.testing.assert_allclose(one.quantiles[1], exact.median(), atol=0.05)


def test_influences_are_sorted_by_move_of_median(seed: int) -> None:
    """The order is that of the moves; a figure with next to no information comes last."""
    posterior, draws = _normal(seed)
    found = influence(posterior, draws)
    moved = [abs(one.quantiles[1] - np.median(draws)) for one in found]
    assert moved == sorted(moved, reverse=True)
    assert found[-1].name == "far"


def test_influence_of_dominant_figure_is_unreliable(seed: int) -> None:
    """Where one precise figure determines all draws, leaving it out has a Pareto k above the threshold."""
    posterior, draws = _normal(seed)
    sharp = {"sharp": _log_density(draws, 3.0, 0.05)}
    assert not influence(replace(posterior, log_likelihood=sharp), draws)[0].is_sure


def test_influence_agrees_with_fit_without_source() -> None:
    """Without a source, median and limits by importance sampling are those of a fit without it."""
    posterior = _fit()
    values = posterior.columns["all:camps"]
    survey = next(one for one in influence(posterior, values) if one.name == "camps:study-c")
    assert survey.is_sure
    again = mm.fit(plain(), rng=2, store=False, draws=4000, without=frozenset({"study-c"})).columns["all:camps"]
    assert survey.quantiles == pytest.approx(np.quantile(again, [0.025, 0.5, 0.975]).tolist(), rel=0.1)
    assert abs(survey.quantiles[1] / np.median(values) - 1.0) > 0.02  # it does move


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
