"""What the Bayesian engine conditions on: which figures are data, of what, and why the others are not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mcmort.bayes.backends import evaluate_model
from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue import Case
from mcmort.catalogue.measured_errors.spreads import MEASURED, measured_prior, measured_spread, shared_by_event
from mcmort.catalogue.vocabulary import BASES
from mcmort.elicit.priors import elicit
from mcmort.errors import CaseError, EvidenceError, UsageError
from tests.bayes.small_cases import balance, claim, every_kind, evidence_head, figures
from tests.cases import case_of, component, count, head, overlap, point, profile, quantity, ranged, share

Z90 = float(stats.norm.ppf(0.95))
TEN_DIGITS = 1e-9
"""The probabilities one standard deviation from the middle are written with ten digits."""


def _data(evidence: Evidence) -> dict[str, Datum]:
    return {one.name: one for one in evidence.data}


def _of(*components: dict[str, Any], **tables: Any) -> dict[str, Datum]:
    return _data(collect(figures(*components, **tables)))


def test_range_becomes_middle_and_standard_error() -> None:
    """Two ends read as nine tenths of a lognormal are its median, and its log standard deviation."""
    (datum,) = _of(component("one", ranged(100, 400))).values()
    assert (datum.name, datum.side, datum.column) == ("one:study-a", "point", "all:one")
    assert (datum.basis, datum.line, datum.source) == ("demographic", "study-a", "study-a")
    assert datum.log_value == pytest.approx(math.log(200.0), rel=TEN_DIGITS)
    assert datum.log_error == pytest.approx(math.log(2.0) / Z90, rel=TEN_DIGITS)


def test_point_has_no_error_of_its_own() -> None:
    """A bare point has the heterogeneity of its basis only, so its spread is not counted twice."""
    (datum,) = _of(component("one", point(120.0))).values()
    assert (datum.log_value, datum.log_error) == (math.log(120.0), 0.0)


def test_most_that_a_speaker_holds_possible_is_a_bound_as_soft_as_such_figures_are_uncertain() -> None:
    """A figure of "up to" bounds from above, with the measured spread of its basis beside the heterogeneity."""
    data = _of(component("one", ranged(100, 400), count(high=900.0, reads="up-to", source="study-c")))
    most = data["one:study-c"]
    assert (most.side, most.log_value) == ("at-most", math.log(900.0))
    assert most.log_error == measured_spread("demographic").log_sd


def test_bounds_become_one_sided_data() -> None:
    """At least and at most enter as bounds at the figure printed."""
    data = _of(
        component(
            "one",
            ranged(100, 400),
            count(low=60.0, reads="at-least", source="study-b"),
            count(high=900.0, reads="at-most", source="study-c"),
        )
    )
    assert (data["one:study-b"].side, data["one:study-b"].log_value) == ("at-least", math.log(60.0))
    assert (data["one:study-c"].side, data["one:study-c"].log_value) == ("at-most", math.log(900.0))


def test_copies_of_lineage_with_one_target_weigh_one_together() -> None:
    """Two copies of a register weigh a half each; another measure, component, side or lineage is another thing."""
    register = {"basis": "registered", "measure": "registered", "lineage": "register"}
    data = _of(
        component(
            "one",
            point(90.0, id="first", **register),
            point(95.0, id="second", **register),
            ranged(100, 400, id="all", lineage="register"),
            count(low=50.0, reads="at-least", id="least", lineage="register"),
            ranged(120, 300, source="study-b"),
        ),
        component("two", point(40.0, id="third", **register)),
    )
    weights = {name: one.weight for name, one in data.items()}
    assert weights == {
        "one:first": 0.5, "one:second": 0.5, "one:all": 1.0, "one:least": 1.0, "one:study-b": 1.0, "two:third": 1.0,
    }  # fmt: skip


def test_claims_of_lineage_share_weight_only_over_same_scope() -> None:
    """Two totals of one lineage over the same scope weigh a half each; a third over other years weighs one."""
    data = _of(
        component("one", ranged(100, 400)),
        component("two", ranged(100, 400)),
        claim=[
            claim("a", 300, 500, source="study-b", lineage="team"),
            claim("b", 350, 550, source="study-c", lineage="team", definition="whole", include=[]),
            claim("c", 150, 250, source="study-d", lineage="team", years=[1930, 1934]),
            claim("d", 150, 250, source="study-e", lineage="team", net=True),
        ],
    )
    assert [data[f"claim:{name}"].weight for name in "abcd"] == [0.5, 0.5, 1.0, 1.0]


def test_lineage_with_several_targets_has_effect() -> None:
    """Figures of one lineage with several targets err together; copies of one target share no effect."""
    evidence = collect(
        figures(
            component("one", point(90.0, lineage="wide"), point(80.0, source="study-b", id="x", lineage="narrow")),
            component("two", point(90.0, lineage="wide"), ranged(50, 80, source="study-b")),
            component("three", point(9.0, id="p", lineage="narrow-2"), point(8.0, id="q", lineage="narrow-2")),
        )
    )
    assert evidence.lines == ("wide",)
    assert "lineage:wide" in evidence.parameters
    assert not any("narrow" in name for name in evidence.parameters)


def test_claim_on_sum_is_data_unless_lineage_is_used_for_parts() -> None:
    """The sum of an author whose parts are data is rejected; another author's sum is data."""
    case = figures(
        component("one", ranged(100, 400, lineage="team")),
        component("two", ranged(100, 400, source="study-b")),
        claim=[
            claim("same-source", 300, 500, source="study-b"),
            claim("same-lineage", 300, 500, source="study-c", lineage="team"),
            claim("new", 300, 500, source="study-d"),
        ],
    )
    evidence = collect(case)
    assert [name for name in _data(evidence) if name.startswith("claim:")] == ["claim:new"]
    assert evidence.rejected == {
        "claim:same-lineage": "its lineage is already used for one",
        "claim:same-source": "its lineage is already used for two",
    }
    account = _data(evidence)["claim:new"].account
    assert account is not None
    assert sorted(account.terms) == ["one", "two"]


def test_claim_on_sum_is_data_where_parts_are_not_admitted() -> None:
    """Where the parts of a lineage are not admitted, its sum is data."""
    case = figures(
        component("one", ranged(100, 400, lineage="team", basis="assertion"), ranged(90, 200, source="study-b")),
        claim=[claim("sum", 300, 500, source="study-c", lineage="team")],
    )
    assert "claim:sum" in collect(case, frozenset({"demographic", "assertion"})).rejected
    assert "claim:sum" in _data(collect(case, frozenset({"demographic"})))


def test_claim_beyond_case_is_upper_bound() -> None:
    """A figure that also counts deaths beyond the case bounds it from above; its "at least" is not used."""
    reads = {"low": 300.0, "high": None, "reads": "at-least"}
    evidence = collect(
        figures(
            component("one", ranged(100, 400)),
            claim=[
                claim("more", 300, 500, source="study-b", beyond="a war elsewhere"),
                {**claim("least", 300, 500, source="study-c", beyond="a war elsewhere"), **reads},
            ],
        )
    )
    assert _data(evidence)["claim:more"].side == "at-most"
    assert evidence.rejected == {"claim:least": "at least so many, of more than the case holds: it bounds nothing here"}


def test_unused_figures_are_listed_with_reason() -> None:
    """A zero, a retired figure, a cross-check, a basis not admitted, a request: each is listed, none is data."""
    case = figures(
        component(
            "one",
            ranged(100, 400),
            point(0.0, source="study-b"),
            point(110.0, source="study-c", id="old"),
            point(120.0, source="study-c", id="new", supersedes=["old"]),
            point(130.0, source="study-d", use="cross-check"),
            point(140.0, source="study-e", basis="testimony"),
            point(150.0, source="study-f"),
            point(160.0, source="study-g", lineage="school"),
        ),
        claim=[
            claim("old-total", 200, 300, source="study-h"),
            claim("new-total", 200, 300, source="study-h", supersedes=["old-total"]),
            claim("testimony", 200, 300, source="study-i", basis="testimony"),
            claim("asked", 200, 300, source="study-f"),
        ],
    )
    evidence = collect(case, without=frozenset({"study-f", "school"}))
    assert set(_data(evidence)) == {"one:study-a", "one:new", "claim:new-total"}
    assert evidence.rejected == {
        "claim:asked": "left out on request",
        "claim:testimony": "basis testimony is not admitted",
        "claim:old-total": "superseded by new-total",
        "one:old": "superseded by new",
        "one:study-b": "a figure of zero has no logarithm",
        "one:study-d": "a cross-check only",
        "one:study-e": "basis testimony is not admitted",
        "one:study-f": "left out on request",
        "one:study-g": "left out on request",
    }
    assert evidence.without == ("school", "study-f")


def test_every_figure_is_data_or_rejected() -> None:
    """No figure gets lost: each estimate, claim and balance is conditioned on, or listed with the reason."""
    case = every_kind()
    names = {f"{one.id}:{estimate.name}" for one in case.components.values() for estimate in one.estimate}
    names |= {f"claim:{name}" for name in case.claims} | {f"balance:{name}" for name in case.balances}
    for bases in (None, frozenset({"registered"}), frozenset({"synthesis", "survey"}), frozenset({"demographic"})):
        for without in (frozenset[str](), frozenset({"study-a", "school"})):
            evidence = collect(case, bases, without)
            used = set(_data(evidence)) | {f"balance:{name}" for name in evidence.balances}
            assert used | evidence.rejected.keys() == names
            assert not used & evidence.rejected.keys()


def test_bound_alone_is_rejected_with_reason() -> None:
    """A component that has only bounds has no distribution; its bounds are listed with that reason."""
    bound = component("one", count(low=50.0, reads="at-least"))
    evidence = collect(figures(bound, component("two", ranged(100, 400))))
    assert set(_data(evidence)) == {"two:study-a"}
    assert "a bound alone" in evidence.rejected["one:study-a"]
    assert evidence.statuses["one"].unknown["all"] == "no admissible evidence touches it"


def test_assertions_are_left_out_unless_named() -> None:
    """By default the bases of the case are admitted, as by the other engine; a list of bases is taken as it is."""
    case = figures(component("one", ranged(100, 400), point(900.0, basis="assertion", source="study-b")))
    assert "assertion" not in case.head.evidence
    assert set(_data(collect(case))) == {"one:study-a"}
    assert set(collect(case).admitted) == set(elicit(case).evidence)
    assert set(_data(collect(case, frozenset({"demographic", "assertion"})))) == {"one:study-a", "one:study-b"}
    assert collect(case, frozenset({"demographic"})).admitted == ("demographic",)


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
    assert set(_data(evidence)) == {"one:study-a", "claim:large", "claim:small"}


def test_claim_over_unknown_component_is_rejected() -> None:
    """A registered total over a component without a register is not used, with that reason."""
    evidence = collect(
        figures(
            component("one", point(90.0, basis="registered", measure="registered")),
            component("two", ranged(100, 400)),
            claim=[claim("both", 200, 400, source="study-b", measure="registered")],
        )
    )
    assert evidence.rejected == {"claim:both": "it counts what nothing is known of: two"}


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
    assert _data(collect(case))["one:study-b"].log_value == pytest.approx(math.log(2.0))
    table = ranged(100, 400, years=[1933, 1933])
    figure = figures(component("one", table, profile="p", years=[1932, 1934]), profile=[
        profile("p", {1932: 1.0, 1933: 2.0, 1934: 1.0})])  # fmt: skip
    assert _data(collect(figure))["one:study-a"].log_value == pytest.approx(math.log(400.0), rel=TEN_DIGITS)


def _balanced(**changes: Any) -> Case:
    """Return a case with a balance, a formula estimate and a claim of its lineage."""
    return figures(
        component(
            "one", ranged(100e3, 400e3), count(formula="expected - counted", source="study-b", lineage="census")
        ),
        quantity=[quantity("expected", ranged(2.1e6, 2.2e6)), quantity("counted", ranged(1.8e6, 1.9e6))],
        claim=[claim("short", 200e3, 300e3, source="study-c", lineage="census", basis="survey")],
        balance=[balance("short", "expected - counted", **{"lineage": "census", **changes})],
    )  # fmt: skip


def test_figures_of_lineage_of_balance_are_rejected() -> None:
    """Estimates and claims of the lineage of a balance are rejected."""
    evidence = collect(_balanced())
    assert list(evidence.balances) == ["short"]
    assert evidence.rejected == {"claim:short": "already used by a balance", "one:study-b": "already used by a balance"}


def test_unused_balance_does_not_reject_claims_of_its_lineage() -> None:
    """Where the balance is not admitted, claims of its lineage are data."""
    quantities = ranged(2.1e6, 2.2e6, basis="survey"), ranged(1.8e6, 1.9e6, basis="survey")
    case = figures(
        component("one", ranged(100e3, 400e3, basis="survey")),
        quantity=[quantity("expected", quantities[0]), quantity("counted", quantities[1])],
        claim=[claim("short", 200e3, 300e3, source="study-c", lineage="census", basis="survey")],
        balance=[balance("short", "expected - counted", lineage="census")],
    )
    evidence = collect(case, frozenset({"survey"}))
    assert evidence.rejected == {"balance:short": "basis demographic is not admitted"}
    assert "claim:short" in _data(evidence)
    assert collect(_balanced(), without=frozenset({"census"})).rejected["balance:short"] == "left out on request"
    assert collect(_balanced(), without=frozenset({"study-a"})).rejected["balance:short"] == (
        "a quantity of its formula has no admissible evidence"
    )


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


def test_unknown_basis_source_or_lineage_is_refused() -> None:
    """A basis, source or lineage that is not there is refused, and named."""
    case = figures(component("one", ranged(100, 400, lineage="team")))
    with pytest.raises(UsageError, match="no basis 'rumour'; expected some of registered"):
        collect(case, frozenset({"rumour"}))
    with pytest.raises(UsageError, match="small has no source or lineage 'nobody'"):
        collect(case, without=frozenset({"nobody"}))
    with pytest.raises(EvidenceError, match="no evidence of small is left"):
        collect(case, without=frozenset({"team"}))


@pytest.mark.parametrize("bases", [frozenset({"exhumation"}), frozenset[str]()])
def test_standard_without_any_point_is_refused(bases: frozenset[str]) -> None:
    """Without figures, or with a bound alone, there is nothing to condition on."""
    with pytest.raises(EvidenceError, match=r"1 figure is of basis demographic, .* Hint: admit more bases"):
        collect(figures(component("one", ranged(100, 400))), bases)


def test_contradictory_bounds_are_refused_unless_left_out() -> None:
    """Bounds that exclude the whole pool are an error of the case, with file and key; without them it is fitted."""
    case = figures(
        component("one", ranged(100, 110), count(low=1e6, reads="at-least", source="study-b", basis="registered")),
    )
    with pytest.raises(CaseError, match="the evidence contradicts itself"):
        collect(case)
    assert set(_data(collect(case, without=frozenset({"study-b"})))) == {"one:study-a"}
