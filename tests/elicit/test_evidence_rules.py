"""How each measure of a component is known: the rule by itself, and what it makes of pooled figures."""

from __future__ import annotations

import itertools

import pytest

from mcmort.catalogue.vocabulary import Measure
from mcmort.elicit import elicit
from mcmort.elicit.evidence_rules import Grounds, Way, known_by, known_of, why_not_computable
from tests.cases import case_of, component, count, point, quantity, ranged, share

REGISTER = point(1e3, measure="registered", basis="registered", source="study-b")


@pytest.mark.parametrize(
    ("grounds", "ways"),
    [
        (Grounds(), (Way.UNKNOWN, Way.UNKNOWN)),
        (Grounds(all=True), (Way.FIGURES, Way.UNKNOWN)),
        (Grounds(registered=True), (Way.REGISTER_ALONE, Way.FIGURES)),
        (Grounds(all=True, registered=True), (Way.FIGURES, Way.FIGURES)),
        (Grounds(all=True, completeness=True), (Way.FIGURES, Way.FROM_ALL)),
        (Grounds(registered=True, completeness=True), (Way.FROM_REGISTER, Way.FIGURES)),
        (Grounds(formula="a", registered=True, completeness=True), (Way.FORMULA, Way.FIGURES)),
        (Grounds(formula="a", completeness=True), (Way.FORMULA, Way.FROM_ALL)),
        (Grounds(formula="a", gap="no a", completeness=True), (Way.UNKNOWN, Way.UNKNOWN)),
        (Grounds(formula="a", gap="no a", registered=True), (Way.UNKNOWN, Way.FIGURES)),
        (Grounds(sums=True), (Way.SUMS, Way.UNKNOWN)),
        (Grounds(sums=True, completeness=True), (Way.SUMS, Way.FROM_ALL)),
        (Grounds(completeness=True), (Way.UNKNOWN, Way.UNKNOWN)),
    ],
    ids=str,
)  # fmt: skip
def test_way_of_each_measure_follows_from_what_speaks_of_a_component(
    grounds: Grounds, ways: tuple[Way, Way]
) -> None:  # fmt: skip
    """The table in the head of the module, line by line."""
    known = known_by(grounds)
    assert (known.all, known.registered) == ways


def test_measure_is_unknown_with_a_reason_or_known_without_one_whatever_speaks() -> None:
    """Over all combinations: a reason for each unknown measure and no other; a floor only under evidence of its own."""
    flags = itertools.product((False, True), repeat=4)
    for (all_, registered, completeness, sums), (text, gap) in itertools.product(
        flags, ((None, ""), ("a", ""), ("a", "no a"))
    ):
        known = known_by(Grounds(all_, registered, completeness, text, gap, sums=sums, silence="silent"))
        assert ("all" in known.unknown) == (known.all is Way.UNKNOWN)
        assert ("registered" in known.unknown) == (known.registered is Way.UNKNOWN)
        assert all(known.unknown.values())
        assert not known.is_floored or (registered and known.all is not Way.REGISTER_ALONE)
        assert known.all is not Way.UNKNOWN or known.registered is not Way.FROM_ALL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prisons + 1", True),
        ("2 * prisons * rate", True),
        ("rate - prisons", False),
        ("rate / prisons", False),
        ("1 - (rate - prisons)", True),
        ("max(0, rate - max(prisons, rate))", False),
        ("min(rate, prisons)", True),
        ("rate", False),
        ("camps * rate", False),
        ("2 * march", True),
    ],
)
def test_formula_is_registered_only_where_it_grows_with_what_is(text: str, expected: bool) -> None:
    """A minimum makes a minimum of what grows with it, directly or through another formula, and of nothing else."""
    case = case_of(
        component("camps", ranged(1e3, 2e3)),
        component("prisons", REGISTER),
        component("march", formula="prisons * rate"),
        component("derived", formula=text),
        quantity=[quantity("rate", ranged(0.1, 0.2))],
    )
    known = known_of(elicit(case))
    assert known["derived"].is_registered_only is expected
    assert known["prisons"].is_registered_only
    assert not known["camps"].is_registered_only


def test_reason_of_the_case_comes_before_that_of_the_rule_and_after_a_gap_in_a_formula() -> None:
    """What a case says of an unknown measure is told, unless a formula says more exactly what is missing."""
    reasons: dict[Measure, str] = {"all": "nobody counted", "registered": "no office"}
    assert known_by(Grounds(silence="silent", reasons=reasons)).unknown == reasons
    gap = known_by(Grounds(formula="a", gap="no a", completeness=True, silence="silent", reasons=reasons))
    assert gap.unknown == {"all": "no a", "registered": "no a"}


def test_ways_of_a_case_follow_formulas_through_quantities_and_components() -> None:
    """A formula is computable when all that it names is, however deep; the first gap is the reason."""
    case = case_of(
        component("camps", ranged(1e3, 2e3), completeness=share(0.5, 0.9)),
        component("prisons", REGISTER),
        component("march", formula="camps * rate"),
        component("rumour", count(low=10.0, reads="at-least")),
        component("exile", formula="march + lost"),
        component("return", formula="exile * 0.5", completeness=share(0.5)),
        quantity=[
            quantity("rate", ranged(0.1, 0.2)),
            quantity("lost", formula="rate * hidden"),
            quantity("hidden", point(5.0, use="cross-check")),
        ],
    )
    priors = elicit(case)
    known = known_of(priors)
    assert {name: (one.all.name, one.registered.name) for name, one in known.items()} == {
        "camps": ("FIGURES", "FROM_ALL"),
        "prisons": ("REGISTER_ALONE", "FIGURES"),
        "march": ("FORMULA", "UNKNOWN"),
        "rumour": ("UNKNOWN", "UNKNOWN"),
        "exile": ("UNKNOWN", "UNKNOWN"),
        "return": ("UNKNOWN", "UNKNOWN"),
    }
    assert known["return"].unknown["registered"] == "the quantity hidden has no admissible evidence"
    assert known["rumour"].unknown["all"].startswith("only one-sided claims")
    assert why_not_computable("camps / rate", priors, lambda _: "") == ""
    assert why_not_computable("camps / rate", priors, lambda name: f"no {name}") == "no camps"
