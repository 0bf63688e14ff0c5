"""The table of families side by side, and the command that prints it."""

from __future__ import annotations

import pytest

import mcmort as mm
from mcmort.errors import DefinitionError
from mcmort.present.tables.families_table import families_tables
from mcmort.present.tables.formats import render
from tests.cases import case_of, component, count, point, ranged
from tests.cli.ran import runner


def test_each_printed_figure_has_a_table_with_the_family_used_marked() -> None:
    """A range shows every family with its interval and masses, one marked; a bound or formula has no table."""
    bound = count(low=5.0, reads="at-least", source="study-c")
    case = case_of(component("one", ranged(100, 400, best=150.0), point(150.0, source="study-b"), bound))
    first, second = families_tables(case, "one")
    used = [row for row in first.rows if row[0].endswith("*")]
    assert [row[0] for row in used] == ["metalog*"]
    assert used[0][3:] == ("5, 50, 95 %", "5, 50, 95 %")
    assert {row[0] for row in first.rows} >= {"lognormal", "gamma", "pert", "triangular", "uniform"}
    refused = next(row for row in first.rows if row[0] == "lognormal")
    assert "of its mass below 150" in refused[4]
    assert [row[0] for row in second.rows] == ["lognormal*"]
    assert max(len(line) for table in (first, second) for line in render(table, "text", 80).splitlines()) <= 80


def test_unknown_component_of_the_families_table_is_an_error() -> None:
    """A name that the case does not have is refused with what it has."""
    with pytest.raises(DefinitionError, match="no component or quantity"):
        families_tables(mm.load("ussr"), "campz")


def test_show_families_prints_tables_and_needs_a_component(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints one table for each figure; without a component it is wrong use."""
    run = runner(capsys)
    shown = run("show", "ussr", "famine-ukraine", "--families")
    assert shown.code == 0
    assert shown.out.count("95 % interval") >= 3
    assert "An asterisk marks the family that is used." in shown.out
    assert run("show", "ussr", "--families").code == 2
