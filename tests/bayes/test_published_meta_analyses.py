"""Special cases with published answers: two meta-analyses as the R package bayesmeta documents them.

    y_i ~ Normal(mu, sqrt(se_i^2 + tau^2)),  mu ~ Normal(m, s),  tau ~ half-normal or half-Cauchy

Eight schools (Rubin 1981, Journal of Educational Statistics 6): the data and what `print(schools.example.1)` gives
stand in the vignette "An introduction to meta-analysis using the bayesmeta package" of the package (version 3.4). Six
studies of transplanted children (Crins et al. 2014, Pediatric Transplantation 18), logarithms of odds ratios: data in
the same vignette, results on pages 21 and 22 of Roever (2020, Journal of Statistical Software 93(6)). Given tau, mu is
normal, so both are one-dimensional integrals, which quadrature does again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy import optimize, stats

import mcmort as mm
from mcmort.bayes import Posterior
from mcmort.catalogue import Case
from tests.bayes.small_cases import evidence_head, figures
from tests.cases import component, definition, point

type Array = NDArray[np.float64]
type Figures = dict[str, float]

LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)
_CHOSEN = {"source": "choice", "locator": "none"}


@dataclass(frozen=True)
class MetaAnalysis:
    """Data, priors, and the marginal posterior summary that was published."""

    y: Array
    se: Array
    mean: float
    sd: float
    family: str
    scale: float
    tau: Figures
    mu: Figures

    def case(self, *, is_signed: bool = True, million: float = 1e6) -> Case:
        """Return the case: effects that may be negative, or a count of a million whose logarithm they are added to."""
        prior: dict[str, Any] = {"mean": self.mean, "sd": self.sd}
        estimates = []
        for index, (y, se) in enumerate(zip(self.y.tolist(), self.se.tolist(), strict=True)):
            words = {"source": f"study-{'abcdefgh'[index]}", "id": f"e{index}", "basis": "survey"}
            if is_signed:
                estimates.append(point(y, standard_error=se, reads="standard-error", **words))
            else:
                ends = million * np.exp(y + se * stats.norm.ppf([0.05, 0.95]))
                estimates.append({**point(1.0, **words), "low": ends[0], "high": ends[1]})
                del estimates[-1]["best"]
        if not is_signed:
            prior = {"median": million * np.exp(self.mean), "log_sd": self.sd}
        prior["heterogeneity"] = {"family": self.family, "scale": self.scale}
        head = evidence_head(tails="normal", lineage=0.0, prior={"effect": {**prior, **_CHOSEN}})
        head["facets"]["kind"]["difference"] = {"label": "A difference", "signed": True}
        kind = {"category": "a", "kind": "difference" if is_signed else "deaths"}
        whole = {"whole": definition(include=[{"category": "a"}])}
        return figures(component("effect", *estimates, facets=kind), head=head, definitions=whole)

    def exact(self) -> tuple[Figures, Figures]:
        """Return mean, deviation, shortest 95 % interval and quantiles of tau and of mu by quadrature."""
        law = stats.halfnorm(scale=self.scale) if self.family == "half-normal" else stats.halfcauchy(scale=self.scale)
        edges = np.concatenate([[0.0], np.geomspace(1e-5, 400.0, 20_000) * self.scale])
        tau, width = (edges[1:] + edges[:-1]) / 2.0, np.diff(edges)
        variance = self.se[:, None] ** 2 + tau**2
        precision = (1.0 / variance).sum(0) + self.sd**-2
        middle = ((self.y[:, None] / variance).sum(0) + self.mean / self.sd**2) / precision
        log_weight = np.asarray(stats.norm.logpdf(self.y[:, None], middle, np.sqrt(variance))).sum(0)
        log_weight += stats.norm.logpdf(middle, self.mean, self.sd) - 0.5 * np.log(precision) + law.logpdf(tau)
        weight = np.exp(log_weight - log_weight.max()) * width
        weight /= weight.sum()
        cdf_tau = np.concatenate([[0.0], np.cumsum(weight)])
        thin = slice(None, None, 8)

        def cdf_mu(x: Array) -> Array:
            z = (np.atleast_1d(x)[:, None] - middle[thin]) * np.sqrt(precision[thin])
            return np.asarray((weight[thin] * stats.norm.cdf(z)).sum(1) / weight[thin].sum())

        center, spread = (
            float(weight @ middle),
            float(np.sqrt(weight @ (1 / precision + middle**2) - (weight @ middle) ** 2)),
        )
        grid = np.linspace(center - 12 * spread, center + 12 * spread, 4001)
        return (
            _told(float(weight @ tau), float(np.sqrt(weight @ tau**2 - (weight @ tau) ** 2)), edges, cdf_tau),
            _told(center, spread, grid, cdf_mu(grid)),
        )


def _told(mean: float, sd: float, x: Array, cdf: Array) -> Figures:
    """Return what is compared of a distribution, from its distribution function at some values."""
    keep = np.concatenate([[True], np.diff(cdf) > 0.0])

    def quantile(level: float) -> float:
        return float(np.interp(level, cdf[keep], x[keep]))

    low: float = optimize.minimize_scalar(
        lambda p: quantile(p + 0.95) - quantile(p), bounds=(0.0, 0.05), method="bounded"
    ).x
    low = 0.0 if quantile(0.95) - quantile(0.0) < quantile(low + 0.95) - quantile(low) else low
    ends = {"lower": quantile(low), "upper": quantile(low + 0.95)}
    return {"mean": mean, "sd": sd, **ends, **{f"{level}": quantile(level) for level in LEVELS}}


SCHOOLS = MetaAnalysis(
    np.array([28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16]),
    np.array([14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6]),
    0.0, 50.0, "half-cauchy", 25.0,
    tau={"0.5": 4.758539, "mean": 5.884511, "sd": 4.869904, "lower": 0.0, "upper": 15.165894},
    mu={"0.5": 7.962961, "mean": 7.985729, "sd": 4.995762, "lower": -1.823353, "upper": 17.824562},
)  # fmt: skip
CHILDREN = MetaAnalysis(
    np.array([-2.3097, -0.4595, -2.3026, -1.7579, -1.2585, -2.4179]),
    np.sqrt(np.array([0.3594, 0.3096, 0.7750, 0.2078, 0.4122, 2.3373])),
    0.0, 4.0, "half-normal", 0.5,
    tau={"0.5": 0.3445022, "mean": 0.3810562, "sd": 0.2593672, "lower": 0.0, "upper": 0.8607305},
    mu={"0.5": -1.5734823, "mean": -1.5764366, "sd": 0.3295298, "lower": -2.2312306, "upper": -0.9264079},
)  # fmt: skip
BOTH = pytest.mark.parametrize("published", [SCHOOLS, CHILDREN], ids=["eight-schools", "children"])


@pytest.mark.slow
@BOTH
def test_quadrature_reproduces_published_summary(published: MetaAnalysis) -> None:
    """The oracle gives every printed figure, to a four-hundredth of the deviation."""
    for exact, printed in zip(published.exact(), (published.tau, published.mu), strict=True):
        for name, value in printed.items():
            assert exact[name] == pytest.approx(value, abs=2.5e-3 * printed["sd"]), name


def _errors(posterior: Posterior, name: str, exact: Figures) -> dict[str, float]:
    """Return for each figure of a column how far its draws are off, in Monte Carlo standard errors."""
    values = {**posterior.columns, **posterior.others}[name].reshape(posterior.manifest.chains, -1)
    axes: dict[str, Any] = {"chain_axis": 0, "draw_axis": 1}
    found = {
        "mean": (values.mean() - exact["mean"]) / array_stats.mcse(values, method="mean", **axes),
        "sd": (values.std() - exact["sd"]) / array_stats.mcse(values, method="sd", **axes),
    }
    for level in LEVELS:
        error = array_stats.mcse(values, method="quantile", prob=level, **axes)
        found[f"{level}"] = (np.quantile(values, level) - exact[f"{level}"]) / error
    return {figure: float(error) for figure, error in found.items()}


@pytest.mark.slow
@BOTH
def test_engine_reproduces_published_meta_analysis(published: MetaAnalysis, seed: int) -> None:
    """Mean, deviation and quantiles of mu and tau are those of quadrature, and so the published ones."""
    posterior = mm.fit(published.case(), rng=seed, draws=5000, store=False)
    tau, mu = published.exact()
    for name, exact in (("all:effect", mu), ("heterogeneity:effect", tau)):
        for figure, error in _errors(posterior, name, exact).items():
            assert abs(error) < 4.5, (name, figure)
    mean = float(posterior.columns["all:effect"].mean())
    assert mean == pytest.approx(published.mu["mean"], abs=0.08 * published.mu["sd"])


@pytest.mark.slow
def test_engine_has_same_answer_on_logarithm_of_count(seed: int) -> None:
    """Odds ratios as a count of a million, whose logarithm has the same priors, give the same posterior."""
    posterior = mm.fit(CHILDREN.case(is_signed=False), rng=seed, draws=5000, store=False)
    tau, mu = CHILDREN.exact()
    posterior.columns["all:effect"][:] = np.log(posterior.columns["all:effect"] / 1e6)
    for name, exact in (("all:effect", mu), ("heterogeneity:effect", tau)):
        for figure, error in _errors(posterior, name, exact).items():
            assert abs(error) < 4.5, (name, figure)


@pytest.mark.slow
def test_other_prior_of_tau_is_detected(seed: int) -> None:
    """Negative control: with half the scale of the half-Cauchy the draws are outside the tolerance."""
    narrow = MetaAnalysis(**{**vars(SCHOOLS), "scale": 5.0})
    posterior = mm.fit(narrow.case(), rng=seed, draws=5000, store=False)
    assert max(map(abs, _errors(posterior, "heterogeneity:effect", SCHOOLS.exact()[0]).values())) > 4.5
