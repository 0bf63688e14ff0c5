"""What the Bayesian engine knows of each input before it conditions: statuses, weak priors, defaults, pools."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mcmort.bayes.backends import evaluate_model
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue.measured_errors.spreads import MEASURED, measured_prior, shared_by_event
from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import CaseError
from tests.bayes.small_cases import claim, data_by_name, evidence_head, figures
from tests.cases import case_of, component, count, head, overlap, point, profile, quantity, ranged, share

Z90 = float(stats.norm.ppf(0.95))


def test_register_alone_stands_for_all_deaths_with_note() -> None:
    """With a register alone and no completeness, deaths are the register; with a cited completeness they are more."""
    register = point(90.0, basis="registered", measure="registered")
    alone, shared = (
        collect(figures(component("one", register, **more)))
        for more in ({}, {"completeness": share(0.4, 0.8)})
    )  # fmt: skip
    assert alone.statuses["one"].notes == (
        "registered only: no estimate of all deaths, so the registered count stands for them",
    )
    assert shared.statuses["one"].notes == ()
    for evidence, is_same in ((alone, True), (shared, False)):
        backend = evaluate_model(evidence, np.random.default_rng(1).standard_normal((50, len(evidence.parameters))))
        assert (backend.kept["all:one"] == backend.kept["registered:one"]).all() == is_same


def test_default_completeness_applies_to_components_with_both_measures() -> None:
    """The default completeness applies to components with a figure of all deaths; a cited one goes before it."""
    register = point(90.0, basis="registered", measure="registered", source="study-b")
    case = figures(
        component("both", register, ranged(100, 400)),
        component("alone", register),
        component("cited", register, ranged(100, 400), completeness=share(0.7)),
        head=evidence_head(completeness=share(0.1, 0.95)),
    )
    evidence = collect(case)
    assert [name for name in evidence.parameters if name.startswith("completeness")] == ["completeness:both"]
    assert evidence.curves["completeness:alone"] == 1.0
    assert evidence.curves["completeness:cited"] == 0.7


def test_component_known_only_through_sums_has_wide_prior() -> None:
    """A component that only a sum informs has a wide prior about an equal part of it; others are unknown."""
    case = figures(
        component("one", ranged(100, 400)),
        component("dark", facets={"category": "b"}),
        component("darker", facets={"category": "c"}),
        claim=[
            claim("large", 1000, 1000.1, source="study-b", include=[{"category": ["a", "b"]}]),
            claim("small", 600, 600.1, source="study-c", include=[{"category": ["a", "b"]}]),
        ],
    )
    evidence = collect(case)
    assert evidence.latents["dark"].log_sd == 2.0
    assert evidence.latents["dark"].log_median == pytest.approx(math.log(600.05 / 2.0), rel=1e-6)
    assert evidence.statuses["dark"].notes == ("known only through sums: claims of authors, or balances",)
    assert "darker" not in evidence.latents
    assert evidence.statuses["darker"].unknown["all"] == "no admissible evidence touches it"
    assert set(data_by_name(evidence)) == {"one:study-a", "claim:large", "claim:small"}


def test_expectation_of_claim_is_sum_under_its_definition(seed: int) -> None:
    """Years, shares, net of ordinary mortality and overlaps of a claim are those of the sum that a total takes."""
    case = figures(
        component("one", ranged(100, 400), ordinary=share(0.1), profile="p"),
        component("two", ranged(1000, 2000, source="study-b"), facets={"category": "b"}),
        profile=[profile("p", {year: 1.0 if year < 1935 else 4.0 for year in range(1930, 1940)})],
        overlap=[overlap("o", "one", "two", best=0.25)],
        claim=[
            claim("own", 200, 400, source="study-c", years=[1930, 1934], net=True,
                  share=[{"where": {"category": "b"}, **share(0.5)}]),
        ],
    )  # fmt: skip
    evidence = collect(case)
    backend = evaluate_model(evidence, np.random.default_rng(seed).standard_normal((100, len(evidence.parameters))))
    one = backend.kept["all:one"] * 0.9 * 5.0 / 25.0
    two = backend.kept["all:two"] * 0.5 * 0.5
    expected = one + two - np.minimum(0.25 * one, two)
    np.testing.assert_allclose(backend.kept["expected:claim:own"], np.log(expected), rtol=1e-12)


def test_formula_in_place_of_figure_is_carried_to_years_of_component() -> None:
    """A formula over other years is carried over by the annual series, as a figure is."""
    case = figures(
        component(
            "one",
            ranged(100, 400),
            count(formula="people * 0.1", source="study-b", years=[1933, 1933]),
            profile="p",
            years=[1932, 1934],
        ),
        quantity=[quantity("people", ranged(1000, 2000))],
        profile=[profile("p", {1932: 1.0, 1933: 2.0, 1934: 1.0})],
    )
    assert data_by_name(collect(case))["one:study-b"].log_value == pytest.approx(math.log(2.0))
    table = ranged(100, 400, years=[1933, 1933])
    figure = figures(component("one", table, profile="p", years=[1932, 1934]), profile=[
        profile("p", {1932: 1.0, 1933: 2.0, 1934: 1.0})])  # fmt: skip
    assert data_by_name(collect(figure))["one:study-a"].log_value == pytest.approx(math.log(400.0), rel=1e-9)


def test_source_left_out_is_not_in_pools_of_quantities() -> None:
    """A source that is left out is in no pool of a quantity either."""
    low, high = ranged(0.01, 0.02), ranged(0.2, 0.4, source="study-b", id="later", supersedes=["earlier"])
    case = figures(
        component("one", ranged(100, 400, source="study-c")),
        component("two", formula="people * rate", facets={"category": "b"}),
        quantity=[
            quantity("people", ranged(1000, 2000)),
            quantity("rate", low, high, point(0.3, source="study-b", id="earlier")),
        ],
    )
    both, without = (collect(case, without=out) for out in (frozenset[str](), frozenset({"study-b"})))
    assert [len(one.cited["quantity:rate"].members) for one in (both, without)] == [2, 1]  # type: ignore[attr-defined]
    assert collect(case, without=frozenset({"study-a"})).derived == ()


def test_weak_prior_spans_all_cited_ends() -> None:
    """Its middle is that of the cited ends, and its standard deviation the whole of their span, at least one."""
    wide = component("wide", ranged(100, 400), ranged(3000, 9000, source="study-b"))
    narrow = component("narrow", point(500.0), facets={"category": "b"})
    latents = collect(figures(wide, narrow)).latents
    pool = collect(figures(wide)).priors.components["wide"].all
    assert pool is not None
    ends = [*np.log(pool.ppf(np.array([0.05, 0.95]))), math.log(200.0) - math.log(2.0) / Z90]
    ends.append(math.log(math.sqrt(27e6)) + math.log(3.0) / 2.0 / Z90)
    assert latents["wide"].log_sd == pytest.approx(max(ends) - min(ends), rel=1e-6)
    assert latents["wide"].log_median == pytest.approx((max(ends) + min(ends)) / 2.0, rel=1e-6)
    assert latents["narrow"].log_sd == 1.0
    assert latents["narrow"].log_median == pytest.approx(math.log(500.0))


def test_case_without_priors_has_those_that_were_measured() -> None:
    """Spread and bias of a basis without either are the measured ones; a spread of the case's own stays."""
    table = head()
    del table["spread"]["demographic"]
    camps = component("one", ranged(100, 400), point(300.0, source="study-b", basis="survey"))
    evidence = collect(case_of(camps, head=table))
    measured = measured_prior("demographic", is_late=False)
    group = evidence.errors.groups["demographic, same year"]
    assert (group.spread, group.spread_log_sd) == (math.exp(measured.log_spread), measured.log_spread_sd)
    assert (group.bias, group.bias_sd, group.spread_source) == (measured.bias, measured.bias_sd, MEASURED)
    own = evidence.errors.groups["survey"]
    assert (own.spread, own.spread_log_sd) == (0.3, measured_prior("survey").log_spread_sd)
    assert (own.has_bias, own.spread_source) == (False, "choice")
    assert (evidence.errors.common, evidence.errors.scatter) == (shared_by_event(), 0.5)


def test_figures_without_spread_are_of_the_class_of_their_kind() -> None:
    """Without a spread of the basis, kind, interest and lag choose the class; a register as such is in none."""
    table = head()
    table["spread"] = {}
    camps = component(
        "one",
        ranged(100, 400, basis="registered", kind="name-list"),
        ranged(200, 400, source="study-b", basis="registered", measure="registered"),
        ranged(300, 900, source="study-c", basis="assertion", interest="high"),
    )  # fmt: skip
    evidence = collect(case_of(camps, head=table), BASES)
    groups = {datum.name: datum.group for datum in evidence.data}
    assert groups == {
        "one:study-a": "registered, name-list, same year",
        "one:study-b": "registered, of what was registered",
        "one:study-c": "assertion, high, same year",
    }
    assert not evidence.errors.groups["registered, of what was registered"].has_bias
    measured = measured_prior("assertion, high", is_late=False)
    assert evidence.errors.groups["assertion, high, same year"].bias == measured.bias > 0.0
    assert "completeness:one" in evidence.cited


def test_default_completeness_that_cannot_be_fitted_is_named_in_error() -> None:
    """A beta cannot have these ends; the message names the key."""
    register = point(90.0, basis="registered", measure="registered", source="study-b")
    case = figures(
        component("one", register, ranged(100, 400)), head=evidence_head(completeness=share(0.05, 0.99))
    )  # fmt: skip
    with pytest.raises(CaseError, match=r"case.toml: synthesis > completeness: found no member of the family beta"):
        collect(case)
