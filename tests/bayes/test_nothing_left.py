"""Why nothing is left to condition on, and what helps: said by the evidence that a case has."""

from __future__ import annotations

from typing import Any

import pytest

from mcmort.bayes import collect
from mcmort.catalogue import Case
from mcmort.errors import EvidenceError
from tests.bayes.small_cases import balance, claim, evidence_head, figures
from tests.cases import component, count, point, quantity

_USUAL = ["registered", "demographic", "survey", "synthesis"]


def _case(*components: dict[str, Any], **tables: Any) -> Case:
    return figures(*components, head=evidence_head() | {"evidence": _USUAL}, **tables)


def _refusal(case: Case, **options: Any) -> str:
    with pytest.raises(EvidenceError) as refused:
        collect(case, **options)
    return str(refused.value)


def test_formulas_of_quantities_alone_are_named_with_the_command_that_computes_them() -> None:
    """Quantities are priors, not figures of deaths, and the other engine gives what they give."""
    people = quantity("people", point(1e6)), quantity("loss", point(0.2))
    said = _refusal(_case(component("one", formula="people * loss"), quantity=people))
    assert "the deaths of one are computed from loss, people, which are taken as cited" in said
    assert "Hint: 'mcmort total " in said


def test_assertions_alone_are_counted_with_the_option_that_admits_them() -> None:
    """Two assertions are left out by default; with their basis there is evidence."""
    case = _case(component("one", point(1e4, basis="assertion"), point(2e4, basis="assertion", source="study-b")))
    said = _refusal(case)
    assert "2 figures are of basis assertion, which is not admitted" in said
    option = f"--evidence {','.join((*_USUAL, 'assertion'))}"
    assert said.endswith(f"Hint: admit more bases with {option}")
    assert len(collect(case, option.removeprefix("--evidence ").split(",")).data) == 2


def test_quantities_of_a_basis_that_is_left_out_are_told_with_it() -> None:
    """The figures behind a formula may be the ones that are not admitted; what the option gives is the next reason."""
    people = (quantity("people", point(1e6, basis="assertion")),)
    case = _case(component("one", formula="people * 0.1"), quantity=people)
    said = _refusal(case)
    assert "a quantity has figures of basis assertion alone, which is not admitted" in said
    assert "--evidence registered,demographic,survey,synthesis,assertion" in said


def test_claims_for_cross_checks_alone_are_no_evidence_and_others_are() -> None:
    """A claim about a sum places components that nothing else speaks of, unless it is only to be compared with."""
    parts = component("one"), component("two", facets={"category": "b"})
    said = _refusal(_case(*parts, claim=[claim("all", 1e5, 2e5, use="cross-check")]))
    assert "1 figure is not used (a cross-check only)" in said
    assert "Hint: add a figure of a component, a claim that is not for cross-checks alone, or a balance" in said
    assert sorted(collect(_case(*parts, claim=[claim("all", 1e5, 2e5)])).latents) == ["one", "two"]


def test_bounds_alone_are_told_as_such_and_a_balance_beside_them_is_evidence() -> None:
    """A bound makes no distribution; a balance is enough."""
    bound = component("one", count(low=1e4, reads="at-least"))
    assert "1 figure is not used (the component has no other figure, and a bound alone" in _refusal(_case(bound))
    people = (quantity("people", point(1e6)),)
    assert collect(_case(bound, quantity=people, balance=[balance("census", "people * 0.1")])).balances


def test_register_alone_is_evidence_and_leaving_it_out_is_told() -> None:
    """What is left out on request is counted, and the hint is to leave out less."""
    case = _case(component("one", point(9e3, basis="registered", measure="registered")))
    assert collect(case).statuses["one"].is_registered_only
    said = _refusal(case, without=("study-a",))
    assert "1 figure is not used (left out on request)" in said
    assert said.endswith("Hint: leave fewer sources out")
