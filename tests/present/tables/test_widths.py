"""Every report at the widths that terminals have: no line is longer, and no cell is cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from rich.cells import cell_len

import mcmort as mm
from mcmort.api.printed import Printed
from mcmort.present.tables.columns import Table
from mcmort.present.texts.trace_text import trace_owner, trace_total
from tests.shipped import case_named, draws_of, priors_of

WIDTHS = (60, 80, 120, 160, 200)
CASES = {"ussr": ("archival", "broad", 20e6), "atlantic-slave-trade": ("crossing", "broad", 8e6)}


def _letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def _assert_fits(text: str, tables: Sequence[Table], width: int) -> None:
    assert max(map(cell_len, text.splitlines())) <= width
    cells = "".join(
        cell
        for table in tables
        for row in table.rows
        for column, cell in zip(table.columns, row, strict=True)
        if not column.is_optional
    )
    missing = _letters(cells) - _letters(text)
    assert not missing


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_reports_of_large_cases_fit_every_width_and_lose_no_cell(name: str) -> None:
    """Totals, comparisons, claims, bridges and locations: whole or short, each line fits and each cell is there."""
    draws = draws_of(name)
    start, end, figure = CASES[name]
    reports: list[Printed] = [
        mm.total(draws, end),
        mm.compare(draws),
        mm.claims(draws),
        mm.bridge(draws, start, end),
        mm.locate(draws, figure),
    ]
    for report in reports:
        for width in WIDTHS:
            _assert_fits(report.render("text", width, full=True), report.tables(whole=True), width)
            short = [table.shortened() for table in report.tables()]
            _assert_fits(report.render("text", width), short, width)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_traces_of_large_cases_fit_the_narrowest_and_the_widest_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way from a total to its evidence, and from a component, stays within the line."""
    case, priors = case_named(name), priors_of(name)
    result = mm.total(draws_of(name), CASES[name][1])
    largest = max(case.components.values(), key=lambda component: len(component.estimate)).id
    for width in (WIDTHS[0], WIDTHS[-1]):
        monkeypatch.setenv("COLUMNS", str(width))
        for text in (trace_total(result.total, result.summary, priors), trace_owner(priors, largest)):
            assert max(map(cell_len, text.splitlines())) <= width


@pytest.mark.slow
def test_short_bridge_shows_the_largest_steps_and_what_the_others_add() -> None:
    """A bridge with dozens of steps shows the largest; what it hides is said, and all of it is there on request."""
    report = mm.bridge(draws_of("ussr"), "getty-1993-total", "rummel-1990")
    short, whole = (report.render("text", 80, full=full) for full in (False, True))
    assert short.count("\n") < 0.75 * whole.count("\n")
    steps = sorted((abs(step.mean), step.label) for step in report.bridge.steps if step.component)
    assert " ".join(steps[-1][1].split()) in " ".join(short.split())
    assert f"the {len(steps) - 8} smaller steps, together" in " ".join(short.split())
    assert "Rummel 1990, as printed" in short
