"""OpenDocument spreadsheets: the same cells as a workbook, and the same refusals."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.errors import CaseError

HEADER: tuple[str, ...] = (
    "component",
    "label",
    "years",
    "territory",
    "counts",
    "facet:kind",
    "source",
    "locator",
    "low",
    "high",
    "basis",
)
ROW: tuple[str | float, ...] = (
    "x",
    "X",
    "1930-1935",
    "N",
    "Deaths",
    "deaths",
    "lee-1995",
    "p. 2",
    1000,
    2500.5,
    "survey",
)
_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("style", "style"), ("table", "table"), ("text", "text"))
)
STYLES = (
    '<style:style style:name="struck"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="raised"><style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="away"><style:table-properties table:display="false"/></style:style>'
)


def cell(value: str | float, more: str = "") -> str:
    """Return a cell as office programs write it."""
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string" {more}><text:p>{value}</text:p></table:table-cell>'
    typed = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {typed} {more}><text:p>{value}</text:p></table:table-cell>"


def sheet(rows: str, name: str = "Figures", style: str = "plain") -> str:
    """Return a sheet of rows."""
    return f'<table:table table:name="{name}" table:style-name="{style}">{rows}</table:table>'


def row(*cells: str, more: str = "") -> str:
    """Return a row of cells."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def document(path: Path, *sheets: str) -> Path:
    """Write an OpenDocument spreadsheet."""
    body = f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body>{''.join(sheets)}</office:body>"
    with ZipFile(path, "w") as package:
        package.writestr("content.xml", f"<office:document-content {_NAMES}>{body}</office:document-content>")
    return path


def test_cells_are_those_of_the_same_csv(tmp_path: Path) -> None:
    """Numbers, text, empty rows that stand for a million, and a hidden sheet in front give what the CSV gives."""
    rows = row(*map(cell, HEADER)) + row(*map(cell, ROW))
    rows += row('<table:table-cell table:number-columns-repeated="9"/>', more='table:number-rows-repeated="1048574"')
    path = document(tmp_path / "a.ods", sheet(row(cell("old")), "Old", "away"), sheet(rows))
    plain = tmp_path / "a.csv"
    plain.write_text("\n".join(",".join(map(str, line)) for line in (HEADER, ROW)) + "\n", encoding="utf-8")
    said: list[str] = []
    assert import_sheet(path, said.append) == import_sheet(plain)
    assert said == ["a.ods: only the sheet 'Figures' is read, not 'Old' (hidden)"]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (cell(1000, 'table:style-name="struck"'), "struck through"),
        (cell('1000<text:span text:style-name="raised">1</text:span>'), "raised or lowered"),
        (cell(1000).replace('"float"', '"percentage"'), "as a percentage"),
        (cell(1000).replace('"float"', '"currency"'), "as a currency"),
        (cell("1.000"), "1.000"),
        (cell("x").replace('"string"', '"date" office:date-value="2024-12-15"'), "2024-12-15"),
    ],
)
def test_formatting_that_changes_meaning_is_refused(tmp_path: Path, changed: str, found: str) -> None:
    """Marks, lines through, percentages, units and dates are refused as they are in a workbook."""
    cells = [*map(cell, ROW)]
    cells[8] = changed
    path = document(tmp_path / "a.ods", sheet(row(*map(cell, HEADER)) + row(*cells)))
    with pytest.raises(CaseError) as caught:
        import_sheet(path)
    (problem,) = caught.value.problems
    assert problem.key == "row 2 > low"
    assert found in problem.found


def test_values_in_hidden_rows_are_refused(tmp_path: Path) -> None:
    """A hidden row that holds something is a problem of the sheet."""
    rows = row(*map(cell, HEADER)) + row(*map(cell, ROW), more='table:visibility="collapse"')
    with pytest.raises(CaseError, match="rows that are hidden"):
        import_sheet(document(tmp_path / "a.ods", sheet(rows)))


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_file_that_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes) -> None:
    """A broken file is one problem."""
    path = tmp_path / "a.ods"
    path.write_bytes(content)
    with pytest.raises(CaseError, match="no OpenDocument spreadsheet"):
        import_sheet(path)
