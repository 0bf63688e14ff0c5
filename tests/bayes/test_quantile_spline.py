"""Cited priors as curves: the distribution is the elicited one, and the curve is fit for a gradient."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy import interpolate, special, stats

from mcmort.bayes.quantile_spline import FIRST, PIECES, STEPS, QuantileSpline, soft_below, spline_of
from mcmort.elicit.families import Distribution, empirical
from mcmort.elicit.pool import Bound, Pool

LOGNORMAL = Distribution("lognormal", (8.0, 0.6))
FAMILIES = {
    "lognormal": LOGNORMAL,
    "narrow lognormal": Distribution("lognormal", (12.0, 0.01)),
    "gamma": Distribution("gamma", (5.2, 900.0)),
    "skewed gamma": Distribution("gamma", (0.8, 900.0)),
    "truncated normal": Distribution("truncated-normal", (900.0, 600.0)),
    "pert": Distribution("pert", (10.0, 20.0, 90.0)),
    "triangular": Distribution("triangular", (10.0, 20.0, 90.0)),
    "uniform": Distribution("uniform", (10.0, 90.0)),
    "uniform from zero": Distribution("uniform", (0.0, 1.0)),
    "beta": Distribution("beta", (4.0, 9.0)),
    "beta with two modes": Distribution("beta", (0.6, 0.7)),
    "metalog": Distribution("metalog", (8.0, 0.3, 0.1)),
    "logit metalog": Distribution("logit-metalog", (-1.0, 0.3, 0.1)),
    "empirical": empirical(np.sort(np.random.default_rng(1).lognormal(5.0, 0.5, 4000))),
}
WITH_ZEROS = empirical(np.concatenate([np.zeros(900), np.linspace(1.0, 50.0, 3100)]))
OTHER = Distribution("gamma", (9.0, 500.0))
POOLS = {
    "linear": Pool(((0.5, LOGNORMAL), (0.5, OTHER))),
    "two modes": Pool(((0.5, Distribution("lognormal", (6.0, 0.15))), (0.5, Distribution("lognormal", (7.0, 0.15))))),
    "log": Pool(((0.5, LOGNORMAL), (0.5, OTHER)), pooling="log"),
    "envelope": Pool(((0.5, LOGNORMAL), (0.5, OTHER)), pooling="envelope"),
    "bounded": Pool(((1.0, LOGNORMAL),), (Bound("at-least", 2000.0, 0.2), Bound("at-most", 9000.0, 0.3))),
}
PIECE = 1.0 / (STEPS * np.sqrt(2.0 * np.pi))
"""The largest probability of a piece. A monotone curve that is exact at its knots can be off by no more than that."""
KINKED = {"triangular": 5e-5, "envelope": 5e-4}
"""Largest relative error where a density has a kink; elsewhere it is 1e-5 (measured: 5.1e-6, 2.2e-5 and 2.6e-4)."""
STEEP = ("two modes", "empirical")
"""Where a density is next to nothing in its middle, quantiles are steep: only probabilities are close."""


def _curve(name: str) -> tuple[QuantileSpline, Distribution | Pool]:
    prior = FAMILIES[name] if name in FAMILIES else POOLS[name]
    return spline_of(prior), prior


ALL = [*FAMILIES, *POOLS]


@pytest.mark.parametrize("name", ALL)
def test_spline_at_knots_is_quantile_function(name: str) -> None:
    """At the knots to score 6 the curve is the quantile function, within rounding."""
    curve, prior = _curve(name)
    scores = FIRST + np.arange(PIECES + 1) / STEPS
    np.testing.assert_allclose(curve(scores), prior.ppf(special.ndtr(scores)), rtol=1e-13)


@pytest.mark.parametrize("name", [name for name in ALL if name not in STEEP])
def test_quantiles_between_knots_are_within_tolerance(name: str) -> None:
    """Between the knots to score 4 the relative error of a quantile is below 1e-5, with a kink below its own bound."""
    curve, prior = _curve(name)
    scores = np.linspace(-4.0, 4.0, 4001)
    error = np.abs(curve(scores) / prior.ppf(special.ndtr(scores)) - 1.0)
    assert np.max(error) <= KINKED.get(name, 1e-5)


@pytest.mark.parametrize("name", ALL)
def test_probabilities_between_knots_are_within_tolerance(name: str) -> None:
    """The probability below a curve is that of its score, to 5e-6; where it is steep, to half a piece, 0.0125."""
    curve, prior = _curve(name)
    scores = np.linspace(-4.0, 4.0, 4001)
    error = np.abs(prior.cdf(curve(scores)) - special.ndtr(scores))
    assert np.max(error) <= (PIECE / 2.0 if name in STEEP else KINKED.get(name, 5e-6))


def test_coarser_spline_is_detected() -> None:
    """Negative control: with one knot for each unit of score the bound of the uniform is broken."""
    prior = FAMILIES["uniform"]
    scores = np.arange(-6.0, 7.0)
    coarse = interpolate.PchipInterpolator(scores, np.log(prior.ppf(special.ndtr(scores))))
    at = np.linspace(-4.0, 4.0, 4001)
    assert np.max(np.abs(np.exp(coarse(at)) / prior.ppf(special.ndtr(at)) - 1.0)) > 1e-3


@pytest.mark.parametrize("name", ALL)
def test_spline_never_falls(name: str) -> None:
    """A curve never falls, inside or beyond its ends: a prior keeps its order."""
    curve, _ = _curve(name)
    values = curve(np.linspace(-9.0, 9.0, 20_001))
    assert (np.diff(values) >= -4e-16 * np.abs(values[1:])).all()
    assert np.isfinite(values).all()


@pytest.mark.parametrize("name", ALL)
def test_slopes_are_continuous(name: str) -> None:
    """From piece to piece, value and slope of a curve go on, within rounding; so they do beyond the ends."""
    curve, _ = _curve(name)
    c, h = curve.coefficients, 1.0 / STEPS
    right = c[:, 0] + h * (c[:, 1] + h * (c[:, 2] + h * c[:, 3]))
    slope = c[:, 1] + h * (2.0 * c[:, 2] + h * 3.0 * c[:, 3])
    size = np.max(np.abs(c[:, 0])) + 1e-300
    np.testing.assert_allclose(right[:-1], c[1:, 0], rtol=1e-12, atol=1e-13 * size)
    np.testing.assert_allclose(slope[:-1], c[1:, 1], rtol=1e-9, atol=1e-11 * size * STEPS)
    plain = QuantileSpline(c, is_log=False)
    for end, own in ((FIRST, c[0, 1]), (-FIRST, slope[-1])):
        beyond = plain(np.array([end, end * 1.5]))
        assert (beyond[1] - beyond[0]) / (end * 0.5) == pytest.approx(own, rel=1e-9, abs=1e-12 * size)


def test_spline_of_lognormal_is_linear() -> None:
    """On the logarithm a lognormal prior is m + s z, also beyond the table.

    A probability near one is a multiple of eps, so a score is off by up to eps / (2 density), 2e-8 at the last knot.
    """
    curve = spline_of(LOGNORMAL)
    assert curve.is_log
    scores = np.array([-20.0, -6.0, -3.3, 0.0, 1.7, 3.9, 6.0, 20.0])
    error = np.finfo(float).eps / stats.norm.pdf(np.clip(np.abs(scores) + 1.0 / STEPS, 0.0, 6.0))
    straight = 8.0 + 0.6 * scores
    assert (np.abs(np.log(curve(scores)) - straight) <= (1e-14 + error) * (1.0 + STEPS * np.abs(scores))).all()


def test_spline_of_prior_with_zero_is_not_logarithmic() -> None:
    """A prior that gives zero a probability keeps its zeros; one above zero never comes to it."""
    curve = spline_of(WITH_ZEROS)
    assert not curve.is_log
    assert curve(np.array([-6.0, -1.0]))[0] == 0.0
    assert (curve(np.linspace(-9.0, 9.0, 999)) >= 0.0).all()
    assert spline_of(FAMILIES["uniform from zero"]).is_log
    assert spline_of(FAMILIES["uniform from zero"])(np.array([-30.0]))[0] > 0.0


@pytest.mark.parametrize("name", ["beta", "beta with two modes", "logit metalog", "uniform from zero"])
def test_shares_within_table_stay_between_zero_and_one(name: str) -> None:
    """To score 6, either way, a share stays between 0 and 1."""
    values = _curve(name)[0](np.linspace(-6.0, 6.0, 20_001))
    assert values.min() >= 0.0
    assert values.max() <= 1.0


@pytest.mark.parametrize("tails", ["heavy", "normal"])
def test_share_keeps_what_is_cited_above_its_lowest_tenth_and_has_no_hard_low_end(
    tails: Literal["heavy", "normal"],
) -> None:
    """Of a range of 0.4 to 1 the quantiles above the lowest tenth stay; below, they fall past 0.4, and not to zero."""
    scores = np.linspace(-6.0, 6.0, 193)
    cited = Distribution("uniform", (0.4, 1.0)).ppf(stats.norm.cdf(scores))
    soft = soft_below(scores, cited, tails)
    np.testing.assert_array_equal(soft[scores >= -1.25], cited[scores >= -1.25])
    assert np.all(np.diff(soft[scores < 2.0]) > 0.0)
    assert 0.0 < soft[0] < soft[scores == -3.0][0] < 0.4


def test_normal_tail_of_a_logit_normal_share_is_its_own() -> None:
    """A share whose log odds are normal already has the tail that others get."""
    scores = np.linspace(-6.0, 6.0, 193)
    cited = special.expit(0.3 + 0.8 * scores)
    np.testing.assert_allclose(soft_below(scores, cited, "normal"), cited, rtol=1e-9)
