"""Demographic balances beside a total: by how much the components of their scope miss what the formula says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

import mcmort as mm
from mcmort.analysis.balance_residuals import balance_residuals
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Balance
from mcmort.present.balance_text import balance_notes
from mcmort.sampler import Sampler, simulate
from tests.cases import case_of, component, definition, head, quantity, ranged

_N = 2_000
_KINDS = {"deaths": "Deaths", "emigration": "Persons who left"}


def _balance(**changes: Any) -> dict[str, Any]:
    """Return a balance over deaths and emigration of 1932 to 1939."""
    return {
        "id": "census", "label": "Short at the census", "formula": "expected - counted", "error": 1_000.0,
        "include": [{"kind": ["deaths", "emigration"]}], "years": [1932, 1939], "source": "choice", "locator": "none",
        **changes,
    }  # fmt: skip


def _case(*more: dict[str, Any], scale: float = 1.0, **changes: Any) -> Case:
    """Return a case whose population was short of 30,000 and whose components sum to about `scale` times 40,000."""
    definitions = {
        "loss": definition(include=[{"kind": ["deaths", "emigration"]}]),
        "deaths": definition(),
        "registered": definition(include=[{"kind": ["deaths", "emigration"]}], measure="registered"),
    }
    camps = component("camps", ranged(15e3 * scale, 25e3 * scale), years=[1932, 1939])
    flight = component(
        "flight", ranged(15e3 * scale, 25e3 * scale, source="study-b"), facets={"kind": "emigration"}, unit="persons"
    )  # fmt: skip
    return case_of(
        camps,
        flight,
        *more,
        head=head(facets={**head()["facets"], "kind": _KINDS}),
        quantity=[quantity("expected", ranged(128e3, 132e3)), quantity("counted", ranged(99e3, 101e3))],
        balance=[_balance(**changes)],
        definitions=definitions,
    )


def test_residual_is_the_formula_less_the_components_of_the_scope_on_every_draw() -> None:
    """The residual is that of the draws themselves: formula less components, cut to the years of the balance."""
    draws = simulate(_case(), _N, rng=1)
    total = mm.total(draws, "loss").total
    inside = np.asarray(mm.total(draws, "loss", years=(1932, 1939)).total.values)
    stated = draws.columns["quantity:expected"] - draws.columns["quantity:counted"]
    above, below = (np.asarray(half) for half in (total.balances["census"].above, total.balances["census"].below))
    np.testing.assert_allclose(above - below, stated - inside, rtol=1e-12, atol=1e-6)
    assert np.all((above == 0.0) | (below == 0.0))


def test_residual_summary_has_the_quantiles_of_the_residual() -> None:
    """Median and ends are those of the signed difference, also where its interval holds zero."""
    total = mm.total(simulate(_case(scale=0.8), _N, rng=1), "loss").total
    residual = np.asarray(total.balances["census"].above) - np.asarray(total.balances["census"].below)
    (found,) = balance_residuals(total, 0.9)
    assert found.low < 0.0 < found.high
    np.testing.assert_allclose(
        [found.low, found.median, found.high, found.mean], [*np.quantile(residual, [0.05, 0.5, 0.95]), residual.mean()]
    )


def test_residual_of_counted_draws_equals_that_of_kept_draws() -> None:
    """A sampler, which keeps no draw, gives the same residual in its one pass, to the resolution of its counts."""
    case = _case()
    (kept,) = balance_residuals(mm.total(simulate(case, _N, rng=1), "loss").total)
    (counted,) = balance_residuals(mm.total(Sampler(case, _N, rng=1), "loss").total)
    for end in ("low", "median", "high", "mean"):
        assert getattr(counted, end) == pytest.approx(getattr(kept, end), rel=1e-3)


def test_balance_is_left_out_where_the_total_does_not_hold_its_scope() -> None:
    """A total of fewer kinds or years, or of registered deaths, is not set beside a balance that counts more."""
    draws = simulate(_case(), _N, rng=1)
    assert not mm.total(draws, "deaths").total.balances
    assert not mm.total(draws, "loss", years=(1933, 1939)).total.balances
    assert set(mm.total(draws, "loss", years=(1932, 1939)).total.balances) == {"census"}
    with_register = component(
        "counted-dead", ranged(1e3, 2e3, measure="registered", basis="registered"), facets={"kind": "deaths"}
    )  # fmt: skip
    assert not mm.total(simulate(_case(with_register), _N, rng=1), "registered").total.balances


def test_balance_leaves_the_draws_of_components_as_they_were() -> None:
    """A balance is no evidence for the pooled engine: every column of a case without it stays bit for bit."""
    balanced, plain = _case(), _case(include=[{"kind": "emigration"}], formula="expected")
    first, second = (simulate(one, 200, rng=1).columns for one in (balanced, plain))
    for name in ("all:camps", "all:flight"):
        assert np.array_equal(first[name], second[name])


def test_residual_of_uniform_inputs_has_the_quantiles_of_a_triangle() -> None:
    """A formula uniform on 20 to 40 thousand less a component uniform on 10 to 30 is known in closed form."""
    uniform = {"reads": "extremes", "family": "uniform"}
    case = case_of(
        component("camps", ranged(10e3, 30e3, **uniform), years=[1932, 1939]),
        quantity=[quantity("expected", ranged(120e3, 140e3, **uniform))],
        balance=[_balance(formula="expected - 100_000", include=[{"kind": "deaths"}])],
    )
    (residual,) = balance_residuals(mm.total(Sampler(case, 2**16, rng=1, method="quasi"), "whole").total)
    triangle = stats.triang(0.5, loc=-10e3, scale=40e3)  # from -10 to 30 thousand, highest at 10
    np.testing.assert_allclose(
        [residual.low, residual.median, residual.high, residual.mean],
        [*triangle.ppf([0.025, 0.5, 0.975]), triangle.mean()],
        rtol=5e-3,
    )


@pytest.mark.parametrize(("scale", "words"), [(1.5, "exceed"), (0.2, "fall short of")])
def test_sentence_says_whether_components_sum_to_more_or_less(scale: float, words: str) -> None:
    """The direction stands in words, so that nobody has to guess what a sign means."""
    result = mm.total(simulate(_case(scale=scale), _N, rng=1), "loss")
    (sentence,) = balance_notes(result.total)
    assert f"Components {words} \N{LEFT DOUBLE QUOTATION MARK}Short at the census" in sentence
    assert sentence in " ".join(str(result).split())
    residual = result.document().balances[0]
    assert (residual.median < 0) == (words == "exceed")
    assert residual.error == 1_000.0


def test_sentence_counts_components_without_evidence() -> None:
    """A scope with an unknown part sums to less than it would, and says so."""
    unknown = component("nameless", facets={"kind": "deaths"})
    total = mm.total(simulate(_case(unknown), _N, rng=1), "loss").total
    (found,) = balance_residuals(total)
    assert found.unknown == ("nameless",)
    assert "1 component without evidence" in balance_notes(total)[0]


def test_balance_without_evidence_on_its_quantities_is_left_out() -> None:
    """Where a population of the formula has no admissible evidence there is nothing to compare with."""
    case = _case()
    draws = simulate(case, 200, rng=1, evidence=frozenset({"synthesis", "demographic"}))
    assert mm.total(draws, "loss").total.balances
    lacking = case_of(
        component("camps", ranged(1e3, 2e3)),
        quantity=[quantity("expected")],
        balance=[_balance(formula="expected", include=[{"kind": "deaths"}])],
    )
    assert not mm.total(simulate(lacking, 200, rng=1), "whole").total.balances


def test_balance_of_registered_deaths_is_refused() -> None:
    """A measure on a balance was read by nothing: a population lacks all who died, so it can only be all deaths."""
    table = {**_balance(), "measure": "registered"}
    with pytest.raises(ValidationError, match="registered or not"):
        Balance.model_validate(table)
    assert Balance.model_validate({**table, "measure": "all"}).measure == "all"


@pytest.mark.slow
def test_receipt_of_nets_with_a_balance_reproduces() -> None:
    """A balance takes dimensions of a net; the second run, which asks for totals alone, takes the same ones."""
    source = Sampler(mm.load("ussr"), 64, rng=1, method="quasi")
    report = mm.compare(source, ["demographic", "broad"])
    assert report.rows[0].total.balances
    assert mm.verify(report.receipt).agrees


@pytest.mark.slow
def test_demographic_losses_of_the_soviet_case_exceed_both_balances() -> None:
    """The pooled components sum to millions more than two censuses lack, which no total of the case said before."""
    report = mm.compare(Sampler(mm.load("ussr"), 20_000, rng=1))
    by_definition = {row.total.definition.id: balance_residuals(row.total) for row in report.rows}
    first, second = by_definition.pop("demographic")
    assert -6e6 < first.median < -1e6
    assert -10e6 < second.median < -3e6
    assert not any(by_definition.values())
    assert report.render("text", full=True).count("demographic: Components exceed") == 2
