"""The pages on the evidence: each statement of the founding texts leads to an entry that exists, or says why not."""

from __future__ import annotations

import pytest
from evidence_pages import known_statements, missing_entries, statements_page
from plausibility import judgements

from tests.shipped import case_named


def test_entry_of_each_statement_exists() -> None:
    """What a statement points to is in the case that it names."""
    assert missing_entries(known_statements()["statement"], case_named) == []


@pytest.mark.parametrize(
    "entry", ["ussr/claim/nobody", "ussr/quantity/census_1937:nobody", "ussr/component/conquest-1968"]
)
def test_entry_that_does_not_exist_is_found(entry: str) -> None:
    """Negative control: an unknown entry, an unknown estimate of a known one, and a claim called a component."""
    assert missing_entries([{"entry": [entry]}], case_named) == [entry]


def test_each_statement_has_an_entry_or_a_reason_and_a_number_of_its_own() -> None:
    """No statement is listed without saying where it went; the 49 numbered ones are all there."""
    statements = known_statements()["statement"]
    assert [one["number"] for one in statements if not one.get("entry") and not one.get("why")] == []
    numbers = [one["number"] for one in statements]
    assert len(set(numbers)) == len(numbers)
    assert {f"S{index:02}" for index in range(1, 50)} <= set(numbers)


def test_each_statement_is_on_the_page() -> None:
    """The page has a row for each."""
    page = statements_page()
    assert all(f"| {one['number']} | {one['says']} |" in page for one in known_statements()["statement"])


def test_each_judgement_of_an_interval_is_of_something_in_its_case() -> None:
    """Lines on wide intervals name components and definitions that exist."""
    assert [
        (case, kind, name)
        for case, told in judgements().items()
        for kind, name in told
        if name not in (case_named(case).components if kind == "component" else case_named(case).definitions)
    ] == []
