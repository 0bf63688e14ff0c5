"""What is known of each component: unknown is not zero, and every measure without evidence has a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcmort.errors import DefinitionError
from mcmort.results import Draws
from mcmort.sampler import simulate
from mcmort.totals import DefinitionChanges, total
from tests.cases import case_of, component, count, definition, point, quantity, ranged, share

_REGISTER = point(100, basis="registered", measure="registered", source="study-b")
_BOTH = {"whole": definition(), "counted": definition(measure="registered")}


def _draws(*components: dict[str, Any], **tables: Any) -> Draws:
    return simulate(case_of(*components, definitions=_BOTH, **tables), 50, rng=1)


_KNOWN = component("known", ranged(10, 20), _REGISTER)


@pytest.mark.parametrize(
    ("estimates", "reason"),
    [
        ([], "no estimate"),
        ([ranged(10, 20, use="cross-check")], "no admissible estimate (a cross-check only)"),
        (
            [ranged(10, 20, basis="assertion"), ranged(5, 9, use="cross-check", source="study-b")],
            "no admissible estimate (a cross-check only; basis assertion is not admitted)",
        ),
        ([count(low=10.0, reads="at-least")], "only one-sided claims, which bound a distribution but make none"),
        (
            [count(low=10.0, reads="at-least"), count(high=90.0, reads="at-most", source="study-b")],
            "only one-sided claims, which bound a distribution but make none",
        ),
    ],
)
def test_a_component_without_evidence_is_unknown(estimates: list[dict[str, Any]], reason: str) -> None:
    """Without an estimate that makes a distribution a component has no draws, and each measure says why."""
    draws = _draws(_KNOWN, component("dark", *estimates))
    assert draws.deaths("dark") is None
    assert draws.deaths("dark", "registered") is None
    assert dict(draws.statuses["dark"].unknown) == {
        "all": reason,
        "registered": "no admissible registered count, and no completeness of registration is cited",
    }
    found = total(draws, "whole")
    assert dict(found.unknown) == {"dark": reason}
    assert "dark" not in found.parts
    assert "dark" not in found.terms
    assert np.array_equal(
        found.values, total(draws, "whole", DefinitionChanges(exclude=[{"component": "dark"}])).values
    )


def test_a_component_may_be_unknown_under_one_measure() -> None:
    """All deaths may be known where the registered part is not, and the total of each measure says so."""
    draws = _draws(_KNOWN, component("grey", ranged(10, 20, source="study-c")))
    assert list(draws.statuses["grey"].unknown) == ["registered"]
    assert dict(total(draws, "whole").unknown) == {}
    assert list(total(draws, "counted").unknown) == ["grey"]
    assert list(total(draws, "counted").parts) == ["known"]


def test_a_case_may_say_why_something_is_unknown() -> None:
    """The reason that a case gives for a measure without evidence stands for the general one, measure by measure."""
    reasons = {"all": "the archive was burnt", "registered": "nobody counted"}
    draws = _draws(_KNOWN, component("dark", unknown=reasons), component("grey", ranged(1, 2), unknown=reasons))
    assert dict(draws.statuses["dark"].unknown) == reasons
    assert dict(draws.statuses["grey"].unknown) == {"registered": "nobody counted"}
    assert total(draws, "whole").unknown == {"dark": "the archive was burnt"}


def test_registered_counts_alone_stand_for_all_and_say_so() -> None:
    """With registered evidence alone all deaths equal the register on every draw, marked "registered only"."""
    draws = _draws(component("one", _REGISTER))
    assert np.array_equal(draws.columns["all:one"], draws.columns["registered:one"])
    (note,) = draws.statuses["one"].notes
    assert note.startswith("registered only: no estimate of all deaths")
    assert total(draws, "whole").notes == (f"one: {note}",)
    assert draws.statuses["one"].unknown == {}


@pytest.mark.parametrize(
    ("estimate", "note"),
    [
        (_REGISTER, "all deaths from the registered count and the cited completeness"),
        (ranged(10, 20), "registered part from all deaths and the cited completeness"),
    ],
)
def test_a_cited_completeness_leads_to_the_other_measure(estimate: dict[str, Any], note: str) -> None:
    """A fixed completeness of one half doubles or halves exactly, with a note, and nothing is unknown."""
    draws = _draws(component("one", estimate, completeness=share(0.5)))
    assert np.array_equal(draws.columns["registered:one"], 0.5 * draws.columns["all:one"])
    assert draws.statuses["one"].notes == (note,)
    assert draws.statuses["one"].unknown == {}


def test_completeness_alone_makes_nothing_known() -> None:
    """A completeness without any count leaves both measures unknown, and no note that says otherwise."""
    draws = _draws(_KNOWN, component("dark", completeness=share(0.5)))
    assert set(draws.statuses["dark"].unknown) == {"all", "registered"}
    assert draws.statuses["dark"].notes == ()


def test_completeness_of_a_formula_without_evidence_is_unknown() -> None:
    """A formula without evidence is unknown under both measures for the same reason, whatever completeness is cited."""
    dark = component("dark", formula="people", completeness=share(0.5))
    draws = _draws(_KNOWN, dark, quantity=[quantity("people")])
    reason = "the quantity people has no admissible evidence"
    assert dict(draws.statuses["dark"].unknown) == {"all": reason, "registered": reason}
    assert draws.statuses["dark"].notes == ()


@pytest.mark.parametrize(
    "estimates", [[], [ranged(1, 2, basis="assertion")], [count(low=10.0, reads="at-least")]], ids=str
)
def test_a_quantity_without_evidence_makes_its_formula_unknown(estimates: list[dict[str, Any]]) -> None:
    """A formula that names a quantity without evidence, directly or through another, is unknown, not zero."""
    people = quantity("people", *estimates)
    draws = _draws(
        _KNOWN,
        component("direct", formula="people * 2"),
        component("through", formula="twice + 1"),
        component("over", formula="direct + 1"),
        quantity=[people, quantity("twice", formula="2 * people")],
    )
    for name in ("direct", "through", "over"):
        assert draws.statuses[name].unknown["all"] == "the quantity people has no admissible evidence"
    assert not any(name.startswith("quantity:") for name in draws.columns)
    assert set(total(draws, "whole").unknown) == {"direct", "over", "through"}


def test_a_formula_over_an_unknown_component_is_unknown() -> None:
    """A residual whose minuend has no evidence is unknown for the reason of that component."""
    draws = _draws(_KNOWN, component("dark"), component("rest", formula="max(0, dark - known)"))
    assert draws.statuses["rest"].unknown["all"] == "no estimate"


def test_a_definition_of_unknown_components_is_an_error() -> None:
    """A total of nothing known is refused with the reasons: it is not zero."""
    draws = _draws(_KNOWN, component("dark", facets={"category": "b"}))
    with pytest.raises(DefinitionError, match=r"only for components without evidence: dark \(no estimate\)"):
        total(draws, "whole", DefinitionChanges(exclude=[{"category": "a"}]))
    with pytest.raises(DefinitionError, match="without registered evidence: dark"):
        total(draws, "counted", DefinitionChanges(exclude=[{"category": "a"}]))


def test_evidence_turns_the_unknown_known() -> None:
    """Negative control: the assertion that a caller admits makes the component known."""
    case = case_of(component("dark", ranged(10, 20, basis="assertion")))
    assert simulate(case, 50, rng=1, evidence=frozenset({"assertion"})).deaths("dark") is not None
    assert simulate(case, 50, rng=1).deaths("dark") is None


def test_sources_behind_a_component_are_named() -> None:
    """Sources of estimates, bounds, a completeness used and, through formulas, of what they name stand by measure."""
    bound = count(low=1.0, reads="at-least", source="study-c", measure="registered")
    draws = _draws(
        component("one", ranged(100, 200), _REGISTER, bound, ranged(1, 2, source="study-d", use="cross-check")),
        component("two", formula="one + double"),
        component("three", ranged(1, 2, source="study-f"), completeness=share(0.5)),
        quantity=[quantity("people", ranged(1, 2, source="study-e")), quantity("double", formula="2 * people")],
    )
    assert draws.statuses["one"].sources["registered"] == ("study-b", "study-c")
    assert draws.statuses["one"].sources["all"] == ("study-a", "study-b", "study-c")
    assert draws.statuses["two"].sources["all"] == ("study-a", "study-b", "study-c", "study-e")
    assert draws.statuses["three"].sources["all"] == ("study-f",)
    assert draws.statuses["three"].sources["registered"] == ("study-a", "study-f")  # the share is that of study-a


def test_formulas_and_carried_figures_leave_notes() -> None:
    """A derived component names its formula; an estimate of other years says how it was taken."""
    draws = _draws(component("one", ranged(10, 20, years=[1930, 1931])), component("two", formula="2 * one"))
    assert draws.statuses["two"].notes == ("computed as 2 * one",)
    (note,) = draws.statuses["one"].notes
    assert note.startswith("study-a: covers 1930-1931; taken as printed")


def test_a_fixed_share_keeps_its_digits() -> None:
    """A share without a range is the same on every draw, to the last digit, though a table would round it."""
    draws = _draws(component("one", ranged(10, 20), completeness=share(0.1)))
    assert np.array_equal(draws.columns["registered:one"], 0.1 * draws.columns["all:one"])
