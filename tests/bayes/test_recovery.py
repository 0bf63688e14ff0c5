"""Recovery: what the engine makes of biased, copied and one-sided figures and of sums, against other ways there.

With normal tails and a heterogeneity that is certain, a case of points is a linear model of logarithms, whose posterior
is known in closed form. Where tails are heavy or figures are bounds or sums, the answers come from quadrature.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy import stats

from mcmort.bayes.backends import evaluate_model, program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.sample import sample
from mcmort.catalogue.case import Case
from mcmort.catalogue.vocabulary import BASES
from tests.cases import SOURCES, case_of, component, count, head, point

pytestmark = pytest.mark.slow

type Array = NDArray[np.float64]
type Table = dict[str, Any]

_CITED = {"source": "choice", "locator": "none"}
_CERTAIN = 1e-9
"""Log standard deviation of a heterogeneity that is as good as certain."""
_CHAINS, _DRAWS = 4, 2_000


def _case(
    *components: Table,
    claims: Sequence[Table] = (),
    tails: str = "normal",
    heterogeneity: float = _CERTAIN,
    bias: Mapping[str, Table] | None = None,
) -> Case:
    """Build a case; the spreads of its bases are those of `tests.cases.head`, 0.2 for synthesis."""
    table = head()
    table["spread"]["synthesis"] = {"log_sd": 0.2, **_CITED}
    biases = {basis: {**one, **_CITED} for basis, one in (bias or {}).items()}
    alike = {"scatter": 0.0, "common": 0.0}
    table["synthesis"] = {
        "tails": tails, "lineage": 0.5, "heterogeneity": heterogeneity, "bias": biases, **alike, **_CITED
    }  # fmt: skip
    return case_of(*components, head=table, claim=list(claims))


def _claim(id_: str, best: float, basis: str, source: str) -> Table:
    words = {"author": id_, "counts": "all", "locator": "p. 1", "include": [{"kind": "deaths"}]}
    return {"id": id_, "best": float(best), "basis": basis, "source": source, **words}


class _Drawn:
    """Draws from the posterior of a case, by column."""

    def __init__(self, case: Case, seed: int) -> None:
        self.evidence: Evidence = collect(case, BASES)
        chains = sample(program_of(self.evidence), seed, draws=_DRAWS, tune=500, chains=_CHAINS)
        assert not chains.stats["diverging"].any()
        self.kept = evaluate_model(self.evidence, chains.scores.reshape(_CHAINS * _DRAWS, -1)).kept

    def log(self, name: str) -> Array:
        """Return logarithms of a component's deaths, chain by chain."""
        return np.log(self.kept[f"all:{name}"]).reshape(_CHAINS, _DRAWS)

    def check(self, values: Array, mean: float, sd: float) -> None:
        """Hold mean and standard deviation to the exact ones, within four and a half of their Monte Carlo errors."""
        chains = values.reshape(_CHAINS, _DRAWS)
        for method, found, exact in (("mean", chains.mean(), mean), ("sd", chains.std(), sd)):
            error = float(array_stats.mcse(chains, method=method, chain_axis=0, draw_axis=1))
            assert error < 0.1 * sd
            assert found == pytest.approx(exact, abs=4.5 * error)


def _linear(evidence: Evidence) -> tuple[Array, Array, list[str]]:
    """Return posterior means and standard deviations of log deaths and biases in closed form.

    Of points of components with normal errors of known scale, each of a lineage of its own: then precision and mean
    follow from the normal equations (Gelman et al. 2013, Bayesian Data Analysis, section 14.8).
    """
    names = [*evidence.latents, *evidence.synthesis.bias]
    prior = [(one.log_median, one.log_sd) for one in evidence.latents.values()]
    prior += [(one.mean, one.sd) for one in evidence.synthesis.bias.values()]
    centre, precision = np.array([mean for mean, _ in prior]), np.diag([sd**-2.0 for _, sd in prior])
    moment = precision @ centre
    for datum in evidence.data:
        row = np.zeros(len(names))
        row[names.index(datum.column.partition(":")[2])] = 1.0
        if datum.basis in evidence.synthesis.bias:
            row[names.index(datum.basis)] = 1.0
        scale = math.hypot(evidence.case.head.spread[datum.basis].log_sd, datum.log_error)
        precision += datum.weight * np.outer(row, row) / scale**2
        moment += datum.weight * row * datum.log_value / scale**2
    covariance = np.linalg.inv(precision)
    return covariance @ moment, np.sqrt(np.diag(covariance)), names


_TRUE = {"one": 10_000.0, "two": 50_000.0, "three": 200_000.0, "four": 30_000.0}
_BIAS = 0.4


def _biased() -> list[Table]:
    """Return components with three biased syntheses each, all but the last with two demographic figures besides.

    The errors are normal ones at the quantiles of 0.2, 0.5 and 0.8, and average out as they would in the long run.
    """
    sources = iter(f"study-{letter}" for letter in "abcdefghij" * 3)
    found = []
    for name, deaths in _TRUE.items():
        errors = (-0.84, 0.0, 0.84)
        figures = [
            point(deaths * math.exp(_BIAS + 0.2 * error), basis="synthesis", lineage=f"{name}-{at}", id=f"s-{at}")
            for at, error in enumerate(errors)
        ]
        if name != "four":
            figures += [
                point(deaths * math.exp(0.2 * error), lineage=f"{name}-d{at}", id=f"d-{at}")
                for at, error in enumerate((-0.5, 0.5))
            ]
        found.append(component(name, *({**figure, "source": next(sources)} for figure in figures)))
    return found


def test_bias_of_basis_is_found_and_corrected(seed: int) -> None:
    """Syntheses half as high again are found where others have figures too, and corrected where nobody else has."""
    drawn = _Drawn(_case(*_biased(), bias={"synthesis": {"sd": 0.5}}), seed)
    mean, sd, names = _linear(drawn.evidence)
    for at, name in enumerate(names):
        drawn.check(drawn.log(name) if name in _TRUE else drawn.kept["bias:synthesis"], mean[at], sd[at])
    low, high = np.quantile(drawn.kept["bias:synthesis"], [0.05, 0.95])
    assert low < _BIAS < high
    assert low > 0.1
    low, high = np.quantile(drawn.log("four"), [0.05, 0.95])
    assert low < math.log(_TRUE["four"]) < high


def test_bias_without_prior_is_not_corrected(seed: int) -> None:
    """Negative control: without a prior of bias the component with syntheses alone stays too high."""
    drawn = _Drawn(_case(*_biased()), seed)
    mean, sd, names = _linear(drawn.evidence)
    drawn.check(drawn.log("four"), mean[names.index("four")], sd[names.index("four")])
    assert np.quantile(drawn.log("four"), 0.01) > math.log(_TRUE["four"])


_HIGH = math.exp(0.5)


def _copied(copies: int, lineage: str | None) -> Table:
    """Return a component with two independent figures of 10,000 and copies of one that is half as high again."""
    figures = [point(10_000, source="study-a"), point(10_000, source="study-b")]
    figures += [
        point(10_000 * _HIGH, source=SOURCES[3 + at], id=f"copy-{at}", lineage=lineage or f"line-{at}")
        for at in range(copies)
    ]
    return component("one", *figures)


@pytest.mark.parametrize("tails", ["normal", "heavy"])
def test_copies_weigh_as_one_figure(tails: str, seed: int) -> None:
    """A figure printed six times moves the posterior as if it were printed once, and less than two that agree."""
    once, six = (_Drawn(_case(_copied(copies, "line"), tails=tails), seed) for copies in (1, 6))
    sd = float(once.log("one").std())
    six.check(six.log("one"), float(once.log("one").mean()), sd)
    middle = math.log(10_000) + 0.25
    assert np.median(six.log("one")) < middle
    if tails == "normal":
        mean, sds, _ = _linear(six.evidence)
        six.check(six.log("one"), mean[0], sds[0])


def test_independent_figures_weigh_more_than_copies(seed: int) -> None:
    """Negative control: six lineages that say the same outweigh the two others, by the normal equations too."""
    drawn = _Drawn(_case(_copied(6, None)), seed)
    mean, sd, _ = _linear(drawn.evidence)
    drawn.check(drawn.log("one"), mean[0], sd[0])
    assert np.median(drawn.log("one")) > math.log(10_000) + 0.25


def _nodes(heterogeneity: float, spread: float) -> tuple[Array, Array]:
    """Return heterogeneities and weights of Gauss and Hermite's rule over their prior."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    return spread * np.exp(heterogeneity * nodes), weights / math.sqrt(2.0 * math.pi)


def _moments(grid: Array, density: Array) -> tuple[float, float]:
    weights = density / density.sum()
    mean = float(weights @ grid)
    return mean, math.sqrt(float(weights @ (grid - mean) ** 2))


@pytest.mark.parametrize(
    ("bound", "reads", "side"), [(14_000.0, "at-least", 1), (7_000.0, "at-most", -1)], ids=["at-least", "at-most"]
)
def test_bound_shifts_posterior_as_in_quadrature(bound: float, reads: str, side: int, seed: int) -> None:
    """A bound beyond the only figure moves the posterior its way: mean and spread are those of the integral."""
    heterogeneity = 0.5
    figure, end = point(10_000), {"low" if side > 0 else "high": bound, "reads": reads}
    claim = count(basis="assertion", **{**end, "source": "study-b"})
    drawn = _Drawn(_case(component("one", figure, claim), tails="heavy", heterogeneity=heterogeneity), seed)
    (latent,) = drawn.evidence.latents.values()
    grid = np.linspace(latent.log_median - 6.0 * latent.log_sd, latent.log_median + 6.0 * latent.log_sd, 4_001)
    density = stats.norm.pdf(grid, latent.log_median, latent.log_sd)
    tau, weights = _nodes(heterogeneity, 0.2)
    density *= stats.t.pdf((math.log(10_000) - grid[:, np.newaxis]) / tau, 4) / tau @ weights
    without = _moments(grid, density)
    tau, weights = _nodes(heterogeneity, 0.5)
    density *= stats.t.cdf(side * (grid[:, np.newaxis] - math.log(bound)) / tau, 4) @ weights
    mean, sd = _moments(grid, density)
    drawn.check(drawn.log("one"), mean, sd)
    assert side * (mean - without[0]) > 0.1 * without[1]


def test_claims_on_sum_identify_component_without_figures(seed: int) -> None:
    """With one component known and three authors on the sum, the other is the difference, by a double integral."""
    claims = [
        _claim(f"author-{at}", best, "demographic", f"study-{letter}")
        for at, (letter, best) in enumerate(zip("def", (38_000, 40_000, 43_000), strict=True))
    ]
    known = component("known", point(10_000, source="study-a"), point(11_000, source="study-b"))
    silent = component("silent", unknown={"all": "nobody speaks of it"})
    drawn = _Drawn(_case(known, silent, claims=claims, tails="heavy"), seed)
    latents = drawn.evidence.latents
    log_a = np.linspace(math.log(10_500) - 2.5, math.log(10_500) + 2.5, 1_201)
    log_b = np.linspace(math.log(30_000) - 9.0, math.log(30_000) + 3.0, 1_201)
    a, b = log_a[:, np.newaxis], log_b[np.newaxis, :]
    log_density = stats.norm.logpdf(a, latents["known"].log_median, latents["known"].log_sd)
    log_density = log_density + stats.norm.logpdf(b, latents["silent"].log_median, latents["silent"].log_sd)
    for best in (10_000, 11_000):
        log_density += stats.t.logpdf((math.log(best) - a) / 0.2, 4)
    for best in (38_000, 40_000, 43_000):
        log_density += stats.t.logpdf((math.log(best) - np.log(np.exp(a) + np.exp(b))) / 0.2, 4)
    density = np.exp(log_density - log_density.max())
    for name, grid, axis in (("known", log_a, 1), ("silent", log_b, 0)):
        mean, sd = _moments(grid, density.sum(axis=axis))
        drawn.check(drawn.log(name), mean, sd)
    low, high = np.quantile(drawn.kept["all:silent"], [0.05, 0.95])
    assert low < 40_000 - 10_500 < high
    assert drawn.log("silent").std() < 0.25 * latents["silent"].log_sd
    assert "known only through claims about sums" in drawn.evidence.statuses["silent"].notes
