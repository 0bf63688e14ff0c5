"""Changes to a definition: what they may be, and what they make of it."""

from __future__ import annotations

from typing import Any

import pytest

from mcmort.definitions import DefinitionChanges, definition_of
from mcmort.errors import DefinitionError
from tests.cases import case_of, component, definition, ranged


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"measure": "some"}, "measure: Input should be 'registered' or 'all'"),
        ({"years": 1930}, "years: "),
        ({"until": 1930}, "until: Extra inputs are not permitted"),
        ({"include": ["category"]}, "include > 0: "),
        ({"exclude": [{"years": (1939, 1930)}]}, "exclude: "),
        ({"exclude": [{"years": "1930"}]}, "exclude: years"),
    ],
    ids=str,
)
def test_change_that_is_none_is_refused_by_name(given: dict[str, Any], words: str) -> None:
    """A value of the wrong kind, or a change that does not exist, is one line that names it."""
    with pytest.raises(DefinitionError) as caught:
        DefinitionChanges.checked(**given)
    assert f"no change of a definition: {words}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_single_value_of_a_facet_is_a_list_of_one() -> None:
    """``{"category": "a"}`` and ``{"category": ["a"]}`` are the same rule, and JSON writes the list."""
    one, other = (DefinitionChanges.checked(exclude=[{"category": value}]) for value in ("a", ["a"]))
    assert one == other
    assert one.model_dump(mode="json")["exclude"] == [{"category": ["a"]}]


def test_rule_may_hold_years_and_survives_json() -> None:
    """Years in a selector stay whole numbers through JSON, so that a receipt can make the total again."""
    case = case_of(component("one", ranged(100, 200)), definitions={"whole": definition()})
    changes = DefinitionChanges.checked(exclude=[{"category": "a", "years": (1930, 1932)}])
    again = DefinitionChanges.model_validate_json(changes.model_dump_json())
    assert again == changes
    assert definition_of(case, "whole", again).exclude[-1].years == (1930, 1932)


def test_no_change_leaves_a_definition_as_it_is() -> None:
    """Without changes, and with empty ones, the definition is that of the case."""
    case = case_of(component("one", ranged(100, 200)), definitions={"whole": definition(measure="registered")})
    assert definition_of(case, "whole") == case.definitions["whole"]
    assert definition_of(case, "whole", DefinitionChanges()) == case.definitions["whole"]
