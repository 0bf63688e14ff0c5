"""OpenDocument spreadsheets: the same cells as a workbook, and the same refusals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest

from mcmort.catalogue.reading.open_document import shows_number
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


def shown(value: str, text: str) -> str:
    """Return a number that its format shows as a text."""
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{text}</text:p></table:table-cell>'
    )


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
        (shown("1000000", "1 m"), "which the sheet shows as '1 m'"),
        (shown("1000", "1000 deaths"), "which the sheet shows as '1000 deaths'"),
        (shown("-1000", "1000"), "which the sheet shows as '1000'"),
        (cell(1000).replace("table-cell", "covered-table-cell"), "beneath a merged cell"),
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


def test_style_of_a_column_is_that_of_its_cells(tmp_path: Path) -> None:
    """Office programs name the style of a whole column once; a column struck through was read."""
    columns = (
        '<table:table-column table:number-columns-repeated="8"/>'
        '<table:table-column table:default-cell-style-name="of-struck"/>'
    )
    inherits = '<style:style style:name="of-struck" style:parent-style-name="struck"/>'
    cells = row(*map(cell, HEADER), more='table:default-cell-style-name="plain"') + row(*map(cell, ROW))
    path = document(tmp_path / "a.ods", sheet(columns + cells) + inherits)
    with pytest.raises(CaseError) as caught:
        import_sheet(path)
    assert [problem.key for problem in caught.value.problems] == ["row 2 > low"]


@pytest.mark.parametrize(
    ("text", "value", "is_shown"),
    [
        ("1,234.6", "1234.56", True),
        ("1.23E+03", "1234", True),
        ("(5)", "-5", True),
        ("1.2 k", "1234", False),
        ("", "0", True),
    ],
)
def test_number_is_compared_with_what_the_sheet_shows(text: str, value: str, is_shown: bool) -> None:
    """Grouping and rounding are no other number; thousands, units and lost signs are."""
    assert shows_number(text, Decimal(value)) == is_shown


def test_number_without_shown_text_is_read(tmp_path: Path) -> None:
    """A cell that holds a value alone was taken for an empty one."""
    cells = [*map(cell, ROW)]
    cells[8] = '<table:table-cell office:value-type="float" office:value="700"/>'
    path = document(tmp_path / "a.ods", sheet(row(*map(cell, HEADER)) + row(*cells)))
    assert "low = 700" in import_sheet(path)


@pytest.mark.parametrize("times", ["x", "9" * 5000])
def test_count_of_repeated_cells_that_is_no_number_is_refused(tmp_path: Path, times: str) -> None:
    """It ended in a traceback."""
    cells = row(*map(cell, HEADER)) + row(cell("x", f'table:number-columns-repeated="{times}"'))
    with pytest.raises(CaseError, match="no OpenDocument spreadsheet"):
        import_sheet(document(tmp_path / "a.ods", sheet(cells)))


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
