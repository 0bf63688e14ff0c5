"""A special case with a known answer: a random-effects meta-analysis of normal estimates with known standard errors.

    y_i ~ Normal(log theta, sqrt(se_i^2 + tau^2)),  log theta ~ Normal(m, s),  log tau ~ Normal(log t, h)

Given tau, log theta is normal (DerSimonian and Laird 1986, Controlled Clinical Trials 7; Gelman et al. 2013, Bayesian
Data Analysis, section 5.4), so the posterior is a one-dimensional integral over log tau, taken here by quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.sample import sample
from tests.bayes.small_cases import evidence_head, figures
from tests.cases import component, ranged

type Array = NDArray[np.float64]

Y = np.log(np.array([900.0, 1400.0, 1100.0, 2300.0, 700.0, 1250.0, 1600.0]))
SE = np.array([0.10, 0.15, 0.25, 0.20, 0.30, 0.08, 0.40])
MEDIAN_TAU, H = 0.2, 0.5
Z90 = stats.norm.ppf(0.95)
SCORES = np.linspace(-9.0, 9.0, 3601)
LEVELS = (0.025, 0.5, 0.975)


def _evidence() -> Evidence:
    """Return seven estimates, each of a source and lineage of its own, whose ranges are nine tenths of a lognormal."""
    estimates = [
        ranged(np.exp(y - Z90 * se), np.exp(y + Z90 * se), source=f"study-{letter}", id=f"e-{letter}")
        for y, se, letter in zip(Y, SE, "abcdefg", strict=True)
    ]
    head = evidence_head({"demographic": MEDIAN_TAU}, tails="normal", heterogeneity=H, lineage=0.0)
    return collect(figures(component("one", *estimates), head=head))


@dataclass(frozen=True)
class Exact:
    """The posterior by quadrature over the score of log tau.

    The integrand falls as a normal density, for which the trapezoidal rule converges geometrically (Trefethen and
    Weideman 2014, SIAM Review 56): steps of 0.005 are far more than enough.
    """

    m: float
    s: float
    h: float = H

    @property
    def tau(self) -> Array:
        """Values of tau on the grid."""
        return np.asarray(MEDIAN_TAU * np.exp(self.h * SCORES))

    def given(self) -> tuple[Array, Array, Array]:
        """Return the weight of each score of tau, and mean and standard deviation of log theta given it."""
        variance = SE[:, None] ** 2 + self.tau**2
        precision = (1.0 / variance).sum(0) + 1.0 / self.s**2
        mean = ((Y[:, None] / variance).sum(0) + self.m / self.s**2) / precision
        # the marginal likelihood: all densities at the mean, divided by that of log theta there
        log_weight = np.asarray(stats.norm.logpdf(Y[:, None], mean, np.sqrt(variance))).sum(0)
        log_weight += stats.norm.logpdf(mean, self.m, self.s) + stats.norm.logpdf(SCORES) - 0.5 * np.log(precision)
        weight = np.exp(log_weight - log_weight.max())
        return weight / integrate.trapezoid(weight, SCORES), mean, precision**-0.5

    def of_theta(self) -> dict[str, float]:
        """Return mean, standard deviation and quantiles of log theta."""
        weight, means, sds = self.given()

        def mean_of(values: Array) -> float:
            return float(integrate.trapezoid(weight * values, SCORES))

        mean = mean_of(means)
        found = {"mean": mean, "sd": mean_of(sds**2 + (means - mean) ** 2) ** 0.5}
        for level in LEVELS:

            def miss(x: float, level: float = level) -> float:
                return mean_of(np.asarray(stats.norm.cdf(x, means, sds))) - level

            found[f"{level}"] = float(optimize.brentq(miss, 5.0, 9.0, xtol=1e-10))
        return found

    def of_tau(self) -> dict[str, float]:
        """Return mean, standard deviation and quantiles of tau."""
        weight, _, _ = self.given()
        mean = float(integrate.trapezoid(weight * self.tau, SCORES))
        found = {"mean": mean, "sd": float(integrate.trapezoid(weight * (self.tau - mean) ** 2, SCORES) ** 0.5)}
        below = integrate.cumulative_simpson(weight, x=SCORES, initial=0.0)
        for level in LEVELS:
            found[f"{level}"] = float(MEDIAN_TAU * np.exp(self.h * np.interp(level, below, SCORES)))
        return found


def _errors(values: Array, exact: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Return for each figure of a distribution the error of the draws, and its Monte Carlo standard error."""
    from arviz_stats.base import array_stats

    found = {}
    for name, expected in exact.items():
        if name in ("mean", "sd"):
            own = values.mean() if name == "mean" else values.std()
            error = array_stats.mcse(values, chain_axis=0, draw_axis=1, method=name)
        else:
            own = np.quantile(values, float(name))
            error = array_stats.mcse(values, chain_axis=0, draw_axis=1, method="quantile", prob=float(name))
        found[name] = float(own - expected), float(error)
    return found


def _sampled(draws: int, seed: int) -> tuple[Evidence, dict[str, Array]]:
    evidence = _evidence()
    scores = sample(program_of(evidence), seed, draws=draws).scores
    by_name = dict(zip(evidence.parameters, np.moveaxis(scores, 2, 0), strict=True))
    latent = evidence.latents["one"]
    return evidence, {
        "log theta": latent.log_median + latent.log_sd * by_name["deaths:one"],
        "tau": MEDIAN_TAU * np.exp(H * by_name["tau:demographic"]),
    }


def _agrees(draws: int, most: float, seed: int) -> None:
    """Compare ten figures with quadrature: each within 4.5 standard errors, and these a small part of the deviation."""
    evidence, found = _sampled(draws, seed)
    assert set(evidence.parameters) == {"tau:demographic", "deaths:one"}
    latent = evidence.latents["one"]
    exact = Exact(latent.log_median, latent.log_sd)
    for name, of in (("log theta", exact.of_theta()), ("tau", exact.of_tau())):
        for figure, (error, mcse) in _errors(found[name], of).items():
            assert abs(error) < 4.5 * mcse, (name, figure)
            assert mcse < most * of["sd"], (name, figure)


def test_posterior_is_that_of_quadrature(seed: int) -> None:
    """Mean, deviation, median and 95 % limits of log theta and tau are those of the same model by quadrature."""
    _agrees(10_000, 0.04, seed)


@pytest.mark.statistical
def test_posterior_of_million_draws_agrees_to_three_digits(seed: int) -> None:
    """With a million draws they agree to three digits: a standard error is below 0.006 of the deviation."""
    _agrees(250_000, 0.006, seed)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["wider prior of tau", "no standard error"])
def test_wrong_model_is_detected(change: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a prior of tau half as wide again, or estimates without errors, are outside the tolerance."""
    evidence, found = _sampled(10_000, seed)
    latent = evidence.latents["one"]
    if change == "no standard error":
        monkeypatch.setattr(f"{__name__}.SE", np.full(7, 1e-6))
    exact = Exact(latent.log_median, latent.log_sd, 1.5 * H if change == "wider prior of tau" else H)
    errors = _errors(found["tau"], exact.of_tau())
    assert max(abs(error) / mcse for error, mcse in errors.values()) > 4.5


@pytest.mark.slow
def test_quadrature_agrees_with_fine_grid() -> None:
    """The oracle itself: its mean of log theta is that of a sum over a fine grid in two dimensions."""
    exact = Exact(7.0, 1.2)
    theta, score = np.linspace(2.0, 12.0, 3001)[:, None], np.linspace(-7.0, 7.0, 281)[None, :]
    variance = SE[:, None, None] ** 2 + (MEDIAN_TAU * np.exp(H * score)) ** 2
    log_joint = stats.norm.logpdf(theta, 7.0, 1.2) + stats.norm.logpdf(score)
    log_joint = log_joint + np.asarray(stats.norm.logpdf(Y[:, None, None], theta, np.sqrt(variance))).sum(0)
    weights = np.exp(log_joint - log_joint.max())
    weights /= weights.sum()
    mean = float((weights * theta).sum())
    sd = float(np.sqrt((weights * (theta - mean) ** 2).sum()))
    assert exact.of_theta()["mean"] == pytest.approx(mean, abs=1e-8)
    assert exact.of_theta()["sd"] == pytest.approx(sd, rel=1e-7)
    tau = MEDIAN_TAU * np.exp(H * score)
    assert exact.of_tau()["mean"] == pytest.approx(float((weights * tau).sum()), rel=1e-7)
