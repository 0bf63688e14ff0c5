"""What the Bayesian engine conditions on: which figures are data, of what, and why the others are not."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from mcmort.bayes.evidence import Datum
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue import Case
from mcmort.catalogue.measured_errors.spreads import measured_spread
from mcmort.elicit.priors import elicit
from mcmort.errors import CaseError, EvidenceError, UsageError
from tests.bayes.small_cases import balance, claim, data_by_name, every_kind, figures
from tests.cases import component, count, point, quantity, ranged

Z90 = float(stats.norm.ppf(0.95))

TEN_DIGITS = 1e-9
"""The probabilities one standard deviation from the middle are written with ten digits."""


def _of(*components: dict[str, Any], **tables: Any) -> dict[str, Datum]:
    return data_by_name(collect(figures(*components, **tables)))


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
    assert [name for name in data_by_name(evidence) if name.startswith("claim:")] == ["claim:new"]
    assert evidence.rejected == {
        "claim:same-lineage": "its lineage is already used for one",
        "claim:same-source": "its lineage is already used for two",
    }
    account = data_by_name(evidence)["claim:new"].account
    assert account is not None
    assert sorted(account.terms) == ["one", "two"]


def test_claim_on_sum_is_data_where_parts_are_not_admitted() -> None:
    """Where the parts of a lineage are not admitted, its sum is data."""
    case = figures(
        component("one", ranged(100, 400, lineage="team", basis="assertion"), ranged(90, 200, source="study-b")),
        claim=[claim("sum", 300, 500, source="study-c", lineage="team")],
    )
    assert "claim:sum" in collect(case, frozenset({"demographic", "assertion"})).rejected
    assert "claim:sum" in data_by_name(collect(case, frozenset({"demographic"})))


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
    assert data_by_name(evidence)["claim:more"].side == "at-most"
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
    assert set(data_by_name(evidence)) == {"one:study-a", "one:new", "claim:new-total"}
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
            used = set(data_by_name(evidence)) | {f"balance:{name}" for name in evidence.balances}
            assert used | evidence.rejected.keys() == names
            assert not used & evidence.rejected.keys()


def test_bound_alone_is_rejected_with_reason() -> None:
    """A component that has only bounds has no distribution; its bounds are listed with that reason."""
    bound = component("one", count(low=50.0, reads="at-least"))
    evidence = collect(figures(bound, component("two", ranged(100, 400))))
    assert set(data_by_name(evidence)) == {"two:study-a"}
    assert "a bound alone" in evidence.rejected["one:study-a"]
    assert evidence.statuses["one"].unknown["all"] == "no admissible evidence touches it"


def test_assertions_are_left_out_unless_named() -> None:
    """By default the bases of the case are admitted, as by the other engine; a list of bases is taken as it is."""
    case = figures(component("one", ranged(100, 400), point(900.0, basis="assertion", source="study-b")))
    assert "assertion" not in case.head.evidence
    assert set(data_by_name(collect(case))) == {"one:study-a"}
    assert set(collect(case).admitted) == set(elicit(case).evidence)
    assert set(data_by_name(collect(case, frozenset({"demographic", "assertion"})))) == {"one:study-a", "one:study-b"}
    assert collect(case, frozenset({"demographic"})).admitted == ("demographic",)


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
    assert "claim:short" in data_by_name(evidence)
    assert collect(_balanced(), without=frozenset({"census"})).rejected["balance:short"] == "left out on request"
    assert collect(_balanced(), without=frozenset({"study-a"})).rejected["balance:short"] == (
        "a quantity of its formula has no admissible evidence"
    )


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
    with pytest.raises(EvidenceError, match=r"no evidence of small is left to condition on\. Hint: admit more bases"):
        collect(figures(component("one", ranged(100, 400))), bases)


def test_contradictory_bounds_are_refused_unless_left_out() -> None:
    """Bounds that exclude the whole pool are an error of the case, with file and key; without them it is fitted."""
    case = figures(
        component("one", ranged(100, 110), count(low=1e6, reads="at-least", source="study-b", basis="registered")),
    )
    with pytest.raises(CaseError, match="the evidence contradicts itself"):
        collect(case)
    assert set(data_by_name(collect(case, without=frozenset({"study-b"})))) == {"one:study-a"}
