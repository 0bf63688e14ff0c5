"""Plain text fits the line: which columns give way, which are left out, and when rows become paragraphs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcmort.present.print_format import FILE_WIDTH, page_width
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.plain_text import to_text
from mcmort.present.tables.total_table import total_table
from tests.cli.ran import runner, small_folder
from tests.present.made import ussr_comparison, ussr_total

WIDTHS = (60, 80, 120, 160, 200)
OMITTED = "Shown only on a wider terminal or in a file: "


def _wide_table(*, is_optional: bool) -> Table:
    """Return a table whose columns need 91 columns of a line, 66 without the last."""
    columns = (
        Column("Name"),
        Column("Figure", is_number=True),
        Column("Extra", is_number=True, is_optional=is_optional),
    )
    return Table("Title", columns, (("n" * 4 + " name" * 7, "1,000,000 to 2,000,000", "3,000,000 to 4,000,000"),))


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["excess", "archival"])
def test_total_at_any_width_keeps_every_line_within_it(name: str, width: int) -> None:
    """Headline, table and notes of a whole total stay inside the line."""
    text = ussr_total(name).render("text", width)
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_comparison_at_any_width_keeps_every_line_within_it(width: int) -> None:
    """So does a comparison."""
    text = ussr_comparison().render("text", width)
    assert max(len(line) for line in text.splitlines()) <= width


def test_total_at_80_columns_keeps_intervals_whole_and_leaves_out_the_share() -> None:
    """Every interval and median of a component stands unbroken, and the missing column is named in a note."""
    result = ussr_total("excess")
    narrow, wide = (result.render("text", width, full=True) for width in (80, 120))
    head = next(line for line in narrow.splitlines() if "Component" in line)
    assert head.split() == ["Component", "Years", "95", "%", "interval", "Median"]
    assert f"{OMITTED}Share of mean." in narrow
    assert OMITTED not in wide
    *parts, _ = total_table(result.total, result.summary).rows
    assert len(parts) > 30
    for row in parts:
        assert row[3] in narrow
        assert row[4] in narrow


def test_optional_column_on_a_wide_line_is_printed() -> None:
    """Nothing is left out where everything fits, nor where a column must not be left out."""
    assert "3,000,000 to 4,000,000" in to_text(_wide_table(is_optional=True), 95)
    assert "3,000,000 to 4,000,000" in to_text(_wide_table(is_optional=False), 70)


def test_optional_column_on_a_narrow_line_is_named_in_a_note() -> None:
    """A note says what a wider line would show."""
    text = to_text(_wide_table(is_optional=True), 70)
    assert "3,000,000" not in text
    assert f"{OMITTED}Extra." in text


def test_table_of_too_many_columns_becomes_paragraphs_with_every_cell() -> None:
    """Where the longest words of all columns do not fit side by side, each row is a paragraph that lacks nothing."""
    columns = tuple(Column(f"Heading{index}") for index in range(12))
    text = to_text(Table("Title", columns, (tuple(f"cell-{index}" for index in range(12)),)), 60)
    assert max(len(line) for line in text.splitlines()) <= 60
    words = " ".join(text.split())
    assert "cell-0" in words
    assert all(f"Heading{index}: cell-{index}" in words for index in range(1, 12))


def test_page_width_without_terminal_is_that_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe a line has 120 columns; the variable COLUMNS says otherwise, from 60 to 200."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert page_width() == FILE_WIDTH == 120
    for columns, expected in (("80", 80), ("10", 60), ("150", 150), ("500", 200)):
        monkeypatch.setenv("COLUMNS", columns)
        assert page_width() == expected


def test_text_in_a_file_does_not_depend_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command prints for the width of the terminal, but writes a file as it would in any other terminal."""
    run, folder = runner(capsys), small_folder(tmp_path / "case")
    words = ("total", folder, "-d", "whole", "--draws", "1000")
    printed, written = {}, {}
    for columns in ("80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        printed[columns] = run(*words).out
        run(*words, "-o", tmp_path / columns)
        written[columns] = (tmp_path / columns).read_text()
    assert printed["80"] != printed["120"]
    assert max(len(line) for line in printed["80"].splitlines()) <= 80
    assert written["80"] == written["120"] == printed["120"]
