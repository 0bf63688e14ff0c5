"""OpenDocument sheets as people keep them: what they mean is read, or refused in one problem for one cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogue.small_sheets import NAMES, ROW, best_of, problems_of
from tests.catalogue.test_open_document import cell, document, row, sheet, shown


def ods_of(path: Path, best: str, more: str = "") -> Path:
    """Write an OpenDocument sheet of one estimate with a cell of its own."""
    cells = [cell(text) for text in ROW.split(",")]
    cells[9] = best
    return document(path, more + sheet(row(*map(cell, NAMES.split(","))) + row(*cells)))


def paragraph(inside: str) -> str:
    """Return a cell of text."""
    return f'<table:table-cell office:value-type="string"><text:p>{inside}</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("best", "found"),
    [
        (paragraph("10<text:line-break/>00"), "10\\n00"),
        (paragraph("100<text:note><text:note-citation>1</text:note-citation></text:note>"), "with a note"),
        (shown("12", "12.000"), "12.000"),
        (shown("0", ""), "which the sheet shows as ''"),
        ('<table:table-cell table:formula="of:=500*2"/>', "'=500*2', a formula without its value"),
    ],
)
def test_open_document_cell_that_shows_something_else_is_refused(best: str, found: str, tmp_path: Path) -> None:
    """Two lines were put together to one number, a mark to its digits; a formula without a value was left out."""
    (problem,) = problems_of(ods_of(tmp_path / "a.ods", best))
    assert found in problem


def test_how_a_text_is_spoken_is_no_part_of_it(tmp_path: Path) -> None:
    """Of 1000 with 2 above it as ruby text 10002 was read."""
    ruby = "<text:ruby><text:ruby-base>1000</text:ruby-base><text:ruby-text>2</text:ruby-text></text:ruby>"
    assert best_of(ods_of(tmp_path / "a.ods", paragraph(ruby))) == 1000


def test_record_of_changes_is_no_sheet(tmp_path: Path) -> None:
    """A table in the record of what was deleted was read in place of the sheet."""
    deleted = f"<table:tracked-changes><table:deletion>{sheet(row(cell('x')))}</table:deletion></table:tracked-changes>"
    assert best_of(ods_of(tmp_path / "a.ods", cell(1000), deleted)) == 1000


def test_folded_rows_and_merged_cells_of_open_documents_are_refused(tmp_path: Path) -> None:
    """Rows in a group that is folded were read; a name over three columns gave three problems."""
    cells = row(*(cell(text) for text in ROW.split(",")))
    group = f'<table:table-row-group table:display="false">{cells}</table:table-row-group>'
    (problem,) = problems_of(document(tmp_path / "a.ods", sheet(row(*map(cell, NAMES.split(","))) + group)))
    assert "row 2: found values in rows that are hidden" in problem
    names = [cell(name) for name in NAMES.split(",")]
    names[8] = names[8].replace("<table:table-cell", '<table:table-cell table:number-columns-spanned="3"')
    (problem,) = problems_of(document(tmp_path / "b.ods", sheet(row(*names) + cells)))
    assert "shown as one, among the names of the columns" in problem
