"""What may be negative, such as net migration, in the Bayesian engine; declared priors, and baselines in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from arviz_stats.base import array_stats
from scipy import stats

import mcmort as mm
from mcmort.api.fit_report import FitReport
from mcmort.bayes.backends import evaluate_model, evaluate_prior
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.predictive import independent
from mcmort.errors import CaseError
from tests.bayes.small_cases import balance, evidence_head, figures, with_negatives
from tests.cases import component, definition, point, quantity, ranged

_CHOSEN = {"source": "choice", "locator": "none"}
MINUS = "\N{MINUS SIGN}"
WHOLE = {"whole": definition(include=[{"category": "a"}])}


def _head(**changes: Any) -> dict[str, Any]:
    made = evidence_head(**{"tails": "normal", "lineage": 0.0, **changes})
    made["facets"]["kind"]["migration"] = {"label": "Net emigration", "signed": True}
    return made


def _standard_error(best: float, error: float, **words: Any) -> dict[str, Any]:
    return point(best, standard_error=error, reads="standard-error", **words)


def _migration(*estimates: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return component("migration", *estimates, facets={"kind": "migration"}, **changes)


def test_figure_of_what_may_be_negative_keeps_value_and_error_in_its_unit() -> None:
    """A range of -300,000 to 100,000 is -100,000 with the error of a normal range; a point of zero is a figure too."""
    data = {datum.name: datum for datum in collect(with_negatives()).data}
    one = data["migration:study-a"]
    assert one.log_value * one.unit == pytest.approx(-100e3, rel=1e-6)
    assert one.log_error * one.unit == pytest.approx(200e3 / stats.norm.ppf(0.95), rel=1e-6)
    case = figures(_migration(point(0.0), point(0.0, source="study-b")), head=_head(), definitions=WHOLE)
    assert [(datum.log_value, datum.unit) for datum in collect(case).data] == [(0.0, 1.0)] * 2


def test_posterior_of_net_migration_is_that_of_normal_theory(seed: int) -> None:
    """Two figures and a balance, with heterogeneities as good as none, give the precision-weighted mean."""
    tiny = {"heterogeneity": {"family": "half-normal", "scale": 1.0}, "mean": 0.0, "sd": 1e6, **_CHOSEN}
    case = figures(
        _migration(_standard_error(-60e3, 30e3), _standard_error(20e3, 40e3, source="study-b")),
        head=_head(prior={"migration": tiny}),
        quantity=[quantity("deficit", _standard_error(-30e3, 1.0, source="study-c"), signed=True)],
        balance=[balance("census", "deficit", include=[{"category": "a"}], error=50e3)],
        definitions=WHOLE,
    )
    posterior = mm.fit(case, rng=seed, draws=4000, store=False)
    values, errors = np.array([-60e3, 20e3, -30e3, 0.0]), np.array([30e3, 40e3, 50e3, 1e6])
    precision = (errors**-2).sum()
    mean, sd = (values / errors**2).sum() / precision, precision**-0.5
    draws = posterior.columns["all:migration"].reshape(4, -1)
    axes: dict[str, Any] = {"chain_axis": 0, "draw_axis": 1}
    assert abs(draws.mean() - mean) < 4.5 * array_stats.mcse(draws, method="mean", **axes)
    assert abs(draws.std() - sd) < 4.5 * array_stats.mcse(draws, method="sd", **axes)
    assert (draws < 0.0).mean() == pytest.approx(stats.norm.cdf(-mean / sd), abs=0.02)


@pytest.mark.slow
def test_fit_with_negatives_is_stored_and_told_on_its_own_scale() -> None:
    """Printed figures and what is expected of them are persons, also after the fit is read back from its file."""
    first, second = mm.fit(with_negatives()), mm.fit(with_negatives())
    assert first.units == second.units
    text = str(FitReport(second, "figures"))
    assert f"{MINUS}100,000" in text
    assert "Spread of figures: migration" in FitReport(second, "priors").render("markdown", full=True)
    total = mm.total(second, "whole")
    assert total.values.min() < 0.0


def test_relative_spread_of_basis_is_in_size_of_component(seed: int) -> None:
    """Without a declared heterogeneity, points scatter by their basis's share of the size of the component."""
    points = [point(value, source=f"study-{name}") for value, name in ((-3e4, "a"), (-5e4, "b"), (4e4, "c"))]
    evidence = collect(figures(_migration(*points), head=_head(), definitions=WHOLE))
    kept = evaluate_prior(evidence, independent(evidence, 20_000, seed)).kept
    scale = kept["scale:migration:study-a"] * evidence.data[0].unit
    size = np.sqrt((3e4**2 + 5e4**2 + 4e4**2) / 3.0)
    assert np.median(scale) == pytest.approx(0.2 * size, rel=0.01)


@pytest.mark.parametrize("column", ["deaths", "migration"])
def test_declared_priors_replace_weak_ones(column: str, seed: int) -> None:
    """Draws from the prior have the declared median, spread and heterogeneity, on the logarithm or in persons."""
    evidence = collect(with_negatives())
    kept = evaluate_prior(evidence, independent(evidence, 40_000, seed)).kept
    deaths, tau = kept[f"all:{column}"], kept[f"heterogeneity:{column}"]
    prior: Any = stats.norm(0, 5e5) if column == "migration" else stats.lognorm(1.5, scale=3e5)
    spread: Any = stats.halfcauchy(scale=5e4) if column == "migration" else stats.halfnorm(scale=0.3)
    assert stats.kstest(deaths, prior.cdf).pvalue > 1e-4
    assert stats.kstest(tau, spread.cdf).pvalue > 1e-4


def test_figures_with_a_baseline_have_declared_correlation(seed: int) -> None:
    """Replicates of two figures of one baseline correlate by 0.6, others not at all; none gets wider."""
    case = with_negatives(tails="normal", lineage=0.0, bias={})
    alone = with_negatives(tails="normal", lineage=0.0, bias={}, baseline={})
    made = []
    for one in (case, alone):
        evidence = collect(one)
        scores = np.random.default_rng(seed).standard_normal((40_000, len(evidence.parameters)))
        keep = [name.startswith("baseline:") for name in evidence.parameters]
        scores[:, ~np.array(keep)] = 0.3  # all but the baseline is as it is
        kept = evaluate_model(evidence, scores).kept
        rng = np.random.default_rng(seed + 1)
        made.append(
            {
                datum.name: kept[f"expected:{datum.name}"] + kept[f"scale:{datum.name}"] * rng.standard_normal(40_000)
                for datum in evidence.data
            }
        )
    shared, free = made
    names = ["migration:study-b", "deaths:study-f", "claim:lost", "deaths:study-g"]
    correlation = np.corrcoef([shared[name] for name in names])
    expected = np.full((4, 4), 0.6)
    expected[3, :], expected[:, 3] = 0.0, 0.0
    np.fill_diagonal(expected, 1.0)
    np.testing.assert_allclose(correlation, expected, atol=0.02)
    for name in names:
        assert shared[name].std() == pytest.approx(free[name].std(), rel=0.02)


def test_common_baseline_widens_mean_of_two_figures_by_theory(seed: int) -> None:
    """Of two figures with correlated errors the mean has the variance of generalised least squares."""
    tiny = {"heterogeneity": {"family": "half-normal", "scale": 1.0}, "mean": 0.0, "sd": 1e6, **_CHOSEN}
    shared = {"figures": ["migration:study-a", "migration:study-b"], "correlation": 0.7, **_CHOSEN}
    estimates = (_standard_error(-60e3, 30e3), _standard_error(20e3, 40e3, source="study-b"))
    case = figures(
        _migration(*estimates), head=_head(prior={"migration": tiny}, baseline={"one": shared}), definitions=WHOLE
    )
    errors = np.array([30e3, 40e3])
    covariance = np.diag(errors**2) + 0.7 * np.prod(errors) * (1 - np.eye(2))
    weight = np.linalg.inv(covariance)
    precision = weight.sum() + 1e-12
    mean, sd = float((weight @ [-60e3, 20e3]).sum() / precision), precision**-0.5
    draws = mm.fit(case, rng=seed, draws=4000, store=False).columns["all:migration"].reshape(4, -1)
    axes: dict[str, Any] = {"chain_axis": 0, "draw_axis": 1}
    assert abs(draws.mean() - mean) < 4.5 * array_stats.mcse(draws, method="mean", **axes)
    assert abs(draws.std() - sd) < 4.5 * array_stats.mcse(draws, method="sd", **axes)


@pytest.mark.parametrize(
    ("synthesis", "message"),
    [
        ({"prior": {"nobody": {"mean": 0, "sd": 1, **_CHOSEN}}}, "no component 'nobody'"),
        ({"prior": {"migration": {"median": 1, "log_sd": 1, **_CHOSEN}}}, "found median and log_sd"),
        ({"baseline": {"one": {"figures": ["migration:study-a", "x:y"], "correlation": 0.5, **_CHOSEN}}},
         "no figure 'x:y'"),
        ({"baseline": {name: {"figures": ["migration:study-a", "migration:study-b"], "correlation": 0.5, **_CHOSEN}
                       for name in ("one", "two")}}, "stands in 'one' too"),
    ],
)  # fmt: skip
def test_prior_or_baseline_that_fits_nothing_is_refused(synthesis: dict[str, Any], message: str) -> None:
    """Each is named with what is expected in its place."""
    with pytest.raises(CaseError, match=message):
        figures(_migration(ranged(-1e4, 5e4), point(1e4, source="study-b")), head=_head(**synthesis), definitions=WHOLE)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ({"median": 1.0}, "both of them, or neither"),
        ({}, "no prior"),
        ({"median": 1.0, "log_sd": 1.0, "mean": 0.0, "sd": 1.0}, "one of the two"),
    ],
)
def test_half_a_prior_is_refused(prior: dict[str, Any], message: str) -> None:
    """A prior with one number of two, with none, or with two kinds of them is an error of the record."""
    with pytest.raises(ValueError, match=message):
        figures(_migration(ranged(-1e4, 5e4)), head=_head(prior={"migration": {**prior, **_CHOSEN}}), definitions=WHOLE)
