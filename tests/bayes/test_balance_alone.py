"""A balance alone, or with bounds, is enough evidence: what it says of its components is that of quadrature."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy import special, stats

import mcmort as mm
from mcmort.analysis.conflict import nodes_of
from mcmort.api.fit_report import FitReport
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue import Case
from mcmort.errors import EvidenceError
from tests.bayes.small_cases import balance, evidence_head, figures
from tests.cases import component, count, point, quantity, ranged

type Array = NDArray[np.float64]

ERROR = 50e3
LOWEST = 420e3
SPREAD, H = 0.2, 0.35
LEVELS = (0.025, 0.5, 0.975)
BOUND = count(low=LOWEST, reads="at-least", source="study-b")
QUANTITIES = [
    quantity("expected", ranged(2.1e6, 2.3e6)),
    quantity("counted", ranged(1.7e6, 1.9e6, source="study-c")),
]


def _case(*components: dict[str, Any], formula: str = "expected - counted", spread: float = SPREAD) -> Case:
    return figures(*components, head=evidence_head({"demographic": spread}, heterogeneity=H),
                   quantity=QUANTITIES, balance=[balance("census", formula)])  # fmt: skip


def _exact(case: Case, *, is_bounded: bool) -> dict[float, float]:
    """Return quantiles of the deaths by sums over a grid: of deaths, the deficit of the censuses, and tau."""
    latent = collect(case).latents["dead"]
    levels = (np.arange(120) + 0.5) / 120
    pools = collect(case).cited
    expected, counted = (pools[f"quantity:{name}"].ppf(levels) for name in ("expected", "counted"))
    deficit = np.sort((expected[:, None] - counted[None, :]).ravel())[14::29]
    log_deaths = np.linspace(np.log(5e3), np.log(3e6), 2501)
    deaths = np.exp(log_deaths)
    weight = stats.norm.pdf(log_deaths, latent.log_median, latent.log_sd)
    weight *= np.array([stats.t.pdf((deficit - one) / ERROR, 4).mean() for one in deaths])
    if is_bounded:
        tau = SPREAD * np.exp(H * special.ndtri(levels))
        weight *= stats.t.sf((np.log(LOWEST) - log_deaths[:, None]) / tau, 4).mean(axis=1)
    below = np.cumsum(weight) / weight.sum()
    return {level: float(np.exp(np.interp(level, below, log_deaths))) for level in LEVELS}


@pytest.mark.parametrize("is_bounded", [False, True], ids=["alone", "with-a-bound"])
def test_balance_without_figures_gives_posterior_of_quadrature(is_bounded: bool, seed: int) -> None:
    """Median and 95 % ends of the deaths are those of quadrature, with and without a bound that binds."""
    case = _case(component("dead", *([BOUND] if is_bounded else [])))
    posterior = mm.fit(case, rng=seed, draws=2500, store=False)
    draws = posterior.columns["all:dead"].reshape(4, -1)
    for level, exact in _exact(case, is_bounded=is_bounded).items():
        error = array_stats.mcse(draws, chain_axis=0, draw_axis=1, method="quantile", prob=level)
        assert abs(np.quantile(draws, level) - exact) < 4.5 * error + 200.0, level


@pytest.mark.slow
def test_bound_moves_posterior_of_balance() -> None:
    """Negative control: the two answers of quadrature differ by far more than the tolerance above."""
    free, bounded = (_exact(_case(component("dead", BOUND)), is_bounded=it) for it in (False, True))
    assert bounded[0.5] - free[0.5] > 10e3


@pytest.mark.slow
def test_fit_to_balance_alone_is_stored_read_and_told() -> None:
    """Without any figure the fit is stored and found again, and its tables say what it was conditioned on."""
    case = _case(component("dead"))
    first, second = mm.fit(case), mm.fit(case)
    assert (first.columns["all:dead"] == second.columns["all:dead"]).all()
    assert first.observed == second.observed == {}
    assert first.fitted_to == {"balance:census"}
    assert second.statuses["dead"].notes == ("known only through sums: claims of authors, or balances",)
    text = str(FitReport(second))
    assert "Conditioned on 0 figures and 1 balance" in text


def test_component_without_figures_takes_what_balance_leaves() -> None:
    """Beside a component that is known, one that only the balance informs gets the rest of the deficit."""
    known = component("known", point(200e3, standard_error=5e3, reads="standard-error"))
    case = _case(known, component("rest"), formula="1000000", spread=0.02)
    assert collect(case).latents["rest"].log_sd == 2.0
    posterior = mm.fit(case, store=False)
    assert np.median(posterior.columns["all:rest"]) == pytest.approx(800e3, rel=0.03)


def test_balance_without_other_evidence_is_not_compared() -> None:
    """In the search for conflict it has no rest but the prior of its components, which are named as untested."""
    nodes, untested = nodes_of(collect(_case(component("dead", BOUND))))
    assert (nodes, untested) == ((), ("dead",))


def test_bound_without_balance_is_no_evidence() -> None:
    """A bound whose balance is left out is refused as before."""
    with pytest.raises(EvidenceError, match="no evidence of small is left"):
        collect(_case(component("dead", BOUND)), without=["choice"])


def test_negative_balance_has_prior_as_large_as_its_error() -> None:
    """A deficit below zero says that there were few deaths: the prior is about the error, and the fit stands."""
    case = _case(component("dead"), formula="counted - expected")
    assert collect(case).latents["dead"].log_median == pytest.approx(np.log(400e3), rel=0.01)
    posterior = mm.fit(case, store=False)
    assert np.quantile(posterior.columns["all:dead"], 0.975) < 300e3
    assert replace(collect(case), lean=0.3).leaning == ()


@pytest.mark.parametrize("deaths", [1.0, 2.0, 1e6])
def test_one_death_or_two_are_modelled_as_a_million_is(deaths: float, seed: int) -> None:
    """The posterior of a point is that of quadrature, in terms of the figure: nothing is cut off at one death."""
    case = figures(component("dead", point(deaths)), head=evidence_head({"demographic": SPREAD}, heterogeneity=H))
    latent = collect(case).latents["dead"]
    logs = np.linspace(-8.0, 8.0, 4001) + np.log(deaths)
    tau = SPREAD * np.exp(H * special.ndtri((np.arange(120) + 0.5) / 120))[:, None]
    weight = (stats.t.pdf((np.log(deaths) - logs) / tau, 4) / tau).mean(axis=0)
    weight *= stats.norm.pdf(logs, latent.log_median, latent.log_sd)
    expected = np.exp(np.interp(LEVELS, np.cumsum(weight) / weight.sum(), logs)) / deaths
    found = np.quantile(mm.fit(case, rng=seed, draws=2000, store=False).columns["all:dead"], LEVELS) / deaths
    np.testing.assert_allclose(found, expected, rtol=0.12)
    assert found[1] == pytest.approx(expected[1], rel=0.03)
