"""Workbooks whose formatting changes what a cell means: refused, or said, and never dropped."""

from __future__ import annotations

import datetime as dt
import tomllib
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from mcmort.catalogue.reading.sheet_files import read_sheet
from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.catalogue.reading.workbook_cells import shows_plain_number
from mcmort.errors import CaseError
from tests.cli.ran import runner

HEADER = ["component", "label", "years", "territory", "counts", "facet:category", "source", "locator", "low", "best",
          "high", "reads", "basis", "note"]  # fmt: skip
ROW = ["north", "Northern camps", "1930-1935", "Nowhere", "Deaths.", "camps", "smith-1990", "p. 12", 1000, None, 2000,
       "range", "demographic", None]  # fmt: skip
LOW, LABEL, LOCATOR, NOTE = "I2", "B2", "H2", "N2"

type Change = Callable[[Worksheet], object]


def book_of(path: Path, change: Change) -> Path:
    """Write a workbook of one estimate after a change to its sheet."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (HEADER, ROW):
        sheet.append(row)
    change(sheet)
    book.save(path)
    return path


def problems_of(path: Path) -> list[str]:
    """Import a workbook that is to be refused, and return its problems without the name of the file."""
    with pytest.raises(CaseError) as caught:
        import_sheet(path)
    return [str(problem).removeprefix(f"{path.name}: ") for problem in caught.value.problems]


def put(place: str, value: Any, number_format: str | None = None, **font: Any) -> Change:
    """Return what writes a cell."""

    def change(sheet: Worksheet) -> None:
        cell = sheet[place]
        cell.value = value
        if number_format is not None:
            cell.number_format = number_format
        if font:
            cell.font = Font(**font)

    return change


def marked(plain: str, mark: str, **font: Any) -> CellRichText:
    """Return a text of which the end has a font of its own."""
    return CellRichText(plain, TextBlock(InlineFont(**font), mark))


def test_unchanged_workbook_is_imported(tmp_path: Path) -> None:
    """Negative control: the workbook of these tests, without a change, is read without a remark."""
    remarks: list[str] = []
    text = import_sheet(book_of(tmp_path / "a.xlsx", lambda _: None), remarks.append)
    assert tomllib.loads(text)["component"][0]["estimate"][0]["low"] == 1000
    assert remarks == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put(LOW, marked("12000", "1", vertAlign="superscript")), "low: found '120001' with '1' in superscript"),
        (put(LOW, marked("12000", "a", vertAlign="subscript")), "low: found '12000a' with 'a' in subscript"),
        (put(LABEL, marked("Camps", "2", vertAlign="superscript")), "label: found 'Camps2' with '2' in superscript"),
        (put(LOW, "12000¹"), "low: found '12000¹'"),
        (put(LOW, 5000, strike=True), "low: found '5000' struck through"),
        (put(LOW, marked("1000 ", "1500", strike=True)), "low: found '1500' struck through"),
        (put(LOCATOR, "p. 3", strike=True), "locator: found 'p. 3' struck through"),
    ],
    ids=["superscript", "subscript", "text", "unicode", "struck", "part-struck", "struck-text"],
)
def test_marks_and_lines_through_text_are_refused(change: Change, expected: str, tmp_path: Path) -> None:
    """A figure of 12000 with footnote 1 was read as 120001, and one that is struck through as one that counts."""
    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", change))
    assert problem.startswith(f"row 2 > {expected}; expected ")
    assert ". Hint: " in problem


@pytest.mark.parametrize(
    ("value", "number_format"),
    [(0.12, "0%"), (12.5, '#,##0.0 "million"'), (12, '0 "thousand"'), (12000, "#,##0,"), (500, '"$"#,##0'),
     (500, "[$€-407] #,##0"), (0, '#,##0;-#,##0;"-"'), (0.5, "# ?/?"), (2000, "[>=1000]0,;0"), (1, '"yes";"no"'),
     (-500, "0;0"), (-500, "General;General"), (500, "(0)"), (500, "-0"), (500, ";;;")],
)  # fmt: skip
def test_number_shown_with_another_size_or_a_unit_is_refused(value: float, number_format: str, tmp_path: Path) -> None:
    """A cell that shows 12%, 12 thousand or a dash was read as the bare number behind it."""
    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", put(LOW, value, number_format)))
    assert problem.startswith(f"row 2 > low: found '{value}' in the number format ")
    assert "expected a number that is shown as it is" in problem


@pytest.mark.parametrize(
    "number_format",
    ["General", "0", "#,##0", "0.00", "# ##0", "#,##0;[Red]-#,##0", "_-* #,##0_-;-* #,##0_-;_-* \" \"??_-;_-@_-", "@",
     "0.00E+00", "#,##0_);(#,##0)", "[$-409]#,##0", "+0"],
)  # fmt: skip
def test_format_that_only_groups_and_rounds_is_read(number_format: str, tmp_path: Path) -> None:
    """Grouping, decimals, colours and blanks change no meaning."""
    assert shows_plain_number(number_format, 1500)
    path = book_of(tmp_path / "a.xlsx", put(LOW, 1500, number_format))
    assert tomllib.loads(import_sheet(path))["component"][0]["estimate"][0]["low"] == 1500


@pytest.mark.parametrize(("value", "number_format"), [(12.345, "General"), (12, "0.000"), ("1.250", "General")])
def test_number_of_a_workbook_that_can_be_read_in_two_ways_is_refused(
    value: object, number_format: str, tmp_path: Path
) -> None:
    """What shows 12.345 or 12.000 was read as twelve, where the source may say twelve thousand."""
    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", put(LOW, value, number_format)))
    assert "expected a number that can be read in one way only. Hint: write 1" in problem
    assert problem.endswith(", in a cell formatted as text") == (not isinstance(value, str))


def test_decimal_that_the_hint_names_is_read_and_written_unambiguously(tmp_path: Path) -> None:
    """What the hint for 12.345 says works, and the file made of it has a spelling that a case does not refuse."""
    text = import_sheet(book_of(tmp_path / "a.xlsx", put(LOW, "12.3450", "@")))
    assert "low = 12.3450\n" in text
    assert tomllib.loads(text)["component"][0]["estimate"][0]["low"] == 12.345


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (LOCATOR, dt.date(2024, 12, 15), "locator: found '2024-12-15 00:00:00', which the sheet holds as a date"),
        (LOCATOR, 12.1, "locator: found '12.1', which the sheet holds as a number"),
        (LABEL, True, "label: found 'True', which the sheet holds as a truth value"),
        (NOTE, dt.time(2, 8), "note: found '02:08:00', which the sheet holds as a date"),
        (LOW, dt.date(1902, 5, 1), "low: found '1902-05-01 00:00:00', which the sheet holds as a date"),
        (LOW, False, "low: found 'False', which the sheet holds as a truth value"),
    ],
)
def test_cell_of_another_type_than_its_column_is_refused(
    place: str, value: object, expected: str, tmp_path: Path
) -> None:
    """Pages 12-15, which a spreadsheet takes for a date, became the locator "2024-12-15 00:00:00"."""
    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", put(place, value)))
    assert problem.startswith(f"row 2 > {expected}; expected ")


def hide_row(sheet: Worksheet) -> None:
    """Hide a second estimate."""
    sheet.append([*ROW[:6], "jones-1995", *ROW[7:]])
    sheet.row_dimensions[3].hidden = True


def hide_columns(sheet: Worksheet) -> None:
    """Hide a group of columns."""
    sheet.column_dimensions.group("J", "K", hidden=True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (hide_row, "row 3: found values in rows that are hidden"),
        (hide_columns, "columns J, K: found values in columns that are hidden"),
    ],
)
def test_values_in_hidden_rows_and_columns_are_refused(change: Change, expected: str, tmp_path: Path) -> None:
    """Rows that a filter hides, and hidden columns, were read like all others without a word."""
    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", change))
    assert problem.startswith(f"{expected}; expected ")


def test_hidden_and_further_sheets_and_comments_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a workbook the first sheet that is shown is read; what is not read was left out without a word."""
    path = tmp_path / "a.xlsx"

    def change(sheet: Worksheet) -> None:
        assert isinstance(sheet.parent, Workbook)
        sheet.title = "Estimates"
        sheet[LOW].comment = Comment("only the north", "me")
        for title, state in (("Old", "hidden"), ("Sources", "visible")):
            other = sheet.parent.create_sheet(title, 0 if title == "Old" else None)
            other["A1"] = "component"
            other.sheet_state = state
        sheet.parent.create_sheet("Empty")

    ran = runner(capsys)("import", book_of(path, change))
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "mcmort: notice: a.xlsx: only the sheet 'Estimates' is read, not 'Old' (hidden), 'Sources'",
        "mcmort: notice: a.xlsx: comments on cells are not read: I2",
    ]
    assert ran.out == import_sheet(path)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["P60000", "XFD50000"])
def test_formatted_cell_far_away_costs_no_memory(place: str, tmp_path: Path) -> None:
    """An empty formatted cell in row 60,000 took 487 MB: the cost is now that of the cells that hold something."""
    path = book_of(tmp_path / "a.xlsx", put(place, None, strike=True))
    expected = import_sheet(book_of(tmp_path / "b.xlsx", lambda _: None))
    read_sheet(path)  # loads openpyxl
    tracemalloc.start()
    try:
        content = read_sheet(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [row.number for row in content.rows] == [1, 2]
    assert peak < 20e6
    assert import_sheet(path) == expected


def test_workbook_with_a_chart_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """What openpyxl raises of a part that is not what it expects ended in a traceback."""
    book = Workbook()
    book.create_chartsheet("Chart", 0)
    book.save(tmp_path / "a.xlsx")
    (problem,) = problems_of(tmp_path / "a.xlsx")
    assert problem == "found a file that is no workbook; expected an .xlsx file. Hint: save it again"
