"""Reports of the Python verbs: every form prints the same result, and wrong changes are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

import mcmort as mm
from mcmort.errors import DefinitionError, UsageError
from tests.present.made import floors, ussr_comparison, ussr_total


@pytest.mark.slow
def test_text_of_a_total_is_its_headline_and_table() -> None:
    """Text begins with the headline; the other forms hold the table alone, and printing means text."""
    report = ussr_total("broad")
    headline, _ = report.render("text").split("\n\n", 1)
    assert headline.split() == report.headline.split()
    assert str(report) == report.render("text")
    assert report.headline not in report.render("csv")
    assert json.loads(report.render("json")) == json.loads(report.to_json())


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_comparison_renders_each_definition_once_in_every_form(form: str) -> None:
    """Each definition has one row in each form of the table."""
    report = ussr_comparison()
    lines = [line.lstrip(" |*") for line in report.render(form).splitlines() if " does not know: " not in line]
    for row in report.rows:
        name = row.total.definition.id
        assert sum(line.startswith((f"{name} ", f"{name},")) for line in lines) == 1


def test_unknown_form_is_refused_with_those_there_are() -> None:
    """A form that does not exist is wrong use, with the list of forms."""
    with pytest.raises(UsageError, match="no format 'odt'; expected one of text, markdown, latex, csv, html"):
        ussr_total("broad").render("odt")


@pytest.mark.parametrize("change", [{"measure": "some"}, {"years": 1930}, {"include": ["category"]}], ids=str)
def test_total_with_wrong_change_is_refused_in_one_line(change: dict[str, Any]) -> None:
    """A keyword with a value of the wrong kind is an error of the definition, not one of a library."""
    with pytest.raises(DefinitionError, match=f"no change of a definition: {next(iter(change))}"):
        mm.total(floors(), "whole", **change)
