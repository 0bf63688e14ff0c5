"""Workbooks as people keep them: what they mean is read, or refused in one problem for one cause."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.catalogue.reading.workbook_cells import shows_plain_number
from tests.catalogue.small_sheets import NAMES, ROW, problems_of

type Change = Callable[[Workbook, Worksheet], object]


def book_of(path: Path, change: Change) -> Path:
    """Write a workbook of one estimate with a change."""
    book = Workbook()
    page: Any = book.active
    page.append(NAMES.split(","))
    page.append([int(text) if text.isdigit() else text or None for text in ROW.split(",")])
    change(book, page)
    book.save(path)
    return path


def cell_at(page: Worksheet, place: str) -> BookCell:
    """Return a cell that can be changed."""
    found = page[place]
    assert isinstance(found, BookCell)
    return found


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ("I1:K1", "row 1: found the cells I1:K1 shown as one, among the names"),
        ("A2:A3", "rows 2, 3: found the cells A2:A3"),
    ],
)
def test_merged_cells_are_one_problem(cells: str, found: str, tmp_path: Path) -> None:
    """Names beneath a merged cell were lost, and each row lacked them; a merged component was lacking in each row."""

    def merge(_: Workbook, page: Worksheet) -> None:
        page.append([None, *ROW.split(",")[1:]])
        page.merge_cells(cells)

    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", merge))
    assert found in problem


def test_merged_title_and_note_are_a_title_and_a_note(tmp_path: Path) -> None:
    """Only cells of names and estimates need to be apart."""

    def change(_: Workbook, page: Worksheet) -> None:
        page.insert_rows(1)
        cell_at(page, "A1").value = "Deaths"
        page.merge_cells("A1:M1")
        cell_at(page, "A4").value = "a note"
        page.merge_cells("A4:M4")

    first, second = problems_of(book_of(tmp_path / "a.xlsx", change))
    assert "row 1: found 'Deaths' above the names" in first
    assert "row 4: found 'a note'" in second


@pytest.mark.parametrize("value", ['<row r="2" ht="0" customHeight="1"', "width"])
def test_rows_and_columns_without_a_size_are_hidden(value: str, tmp_path: Path) -> None:
    """A column of the width 0 is hidden in Excel, and its values were read."""
    path = book_of(tmp_path / "a.xlsx", lambda *_: None)
    with ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    part = "xl/worksheets/sheet1.xml"
    if value == "width":
        size = b'<cols><col min="10" max="10" width="0" customWidth="1"/></cols><sheetData>'
        parts[part] = parts[part].replace(b"<sheetData>", size)
    else:
        parts[part] = parts[part].replace(b'<row r="2"', value.encode())
    with ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    (problem,) = problems_of(path)
    assert "that are hidden" in problem


def test_zero_that_is_not_shown_is_not_read() -> None:
    """The format # shows nothing of a zero: what looks as unknown was read as none."""
    assert not shows_plain_number("#,###", 0)
    assert shows_plain_number("#,###", 5)
    assert shows_plain_number("#,##0", 0)


def test_formats_that_depend_on_a_condition_are_named(tmp_path: Path) -> None:
    """A line through figures that a rule draws was not seen, and not said."""

    def change(_: Workbook, page: Worksheet) -> None:
        struck = DifferentialStyle(font=Font(strike=True))
        rule = Rule(type="cellIs", operator="greaterThan", formula=["1"], dxf=struck)
        page.conditional_formatting.add("J2", rule)

    remarks: list[str] = []
    import_sheet(book_of(tmp_path / "a.xlsx", change), remarks.append)
    assert any("depend on a condition are not read: J2" in remark for remark in remarks)


def test_escaped_sign_of_a_workbook_is_the_sign(tmp_path: Path) -> None:
    """Excel writes the end of a line as _x000D_, which came into the place of a figure."""
    path = book_of(tmp_path / "a.xlsx", lambda _, page: setattr(cell_at(page, "H2"), "value", "p. 12_x000D_\nnote 3"))
    (component,) = tomllib.loads(import_sheet(path))["component"]
    assert component["estimate"][0]["locator"] == "p. 12\nnote 3"


def test_first_sheet_without_estimates_is_named(tmp_path: Path) -> None:
    """A workbook that begins with a sheet of remarks was "an empty file", though another sheet holds the figures."""
    (problem,) = problems_of(book_of(tmp_path / "a.xlsx", lambda book, _: book.create_sheet("Read me", 0)))
    assert "found nothing in the sheet 'Read me'" in problem


def test_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A packed megabyte of blanks is 1,000 of memory: only OpenDocument files had a bound."""
    monkeypatch.setattr("mcmort.catalogue.reading.kinds_of_file._LARGEST", 10_000)
    path = tmp_path / "a.xlsx"
    with ZipFile(path, "w", 8) as package:
        package.writestr("xl/workbook.xml", b" " * 10_001)
    (problem,) = problems_of(path)
    assert "found a file of more than 100 MB" in problem
