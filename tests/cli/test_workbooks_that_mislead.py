"""Workbooks of a case that somebody else has edited: nothing of them is lost, misread, or written elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import mcmort as mm
from mcmort.api.case_exchange import export_workbook
from tests.cli.ran import GOOD, runner


@cache
def exported() -> bytes:
    """Return the smallest case as a workbook."""
    return export_workbook(str(GOOD))


type Change = Callable[[Any], None]


def _cell(sheet: str, column: str, value: object, number_format: str = "General") -> Change:
    """Return a change of the first row of a sheet."""

    def change(book: Any) -> None:
        names = [cell.value for cell in book[sheet][1]]
        cell = book[sheet].cell(2, names.index(column) + 1)
        cell.value, cell.number_format = value, number_format

    return change


def _no_estimates(book: Any) -> None:
    book.remove(book["estimates"])


def _renamed(book: Any) -> None:
    book["claims"].append(["x"])
    book["claims"].title = "the claims"


def _hidden(book: Any) -> None:
    book["estimates"].sheet_state = "hidden"


def _merged(book: Any) -> None:
    book["estimates"].merge_cells("A2:A3")


def _second_column(book: Any) -> None:
    book["estimates"].cell(1, 40).value, book["estimates"].cell(2, 40).value = "low", 5


def _second_key(book: Any) -> None:
    book["case"].append(["id", "other"])


def _key_within_a_text(book: Any) -> None:
    book["case"].append(["id.more", 1])


def _hostile_work(book: Any) -> None:
    book["sources"].append(["a},\n@book{b", "book"])


def _second_work(book: Any) -> None:
    book["sources"].append([book["sources"]["A2"].value, "book"])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_cell("components", "file", "../outside.toml"), "found the file '../outside.toml'"),
        (_cell("components", "file", "/tmp/outside.toml"), "found the file '/tmp/outside.toml'"),
        (_cell("components", "file", "case.toml"), "found the file 'case.toml'"),
        (_cell("components", "file", "camps.txt"), "found the file 'camps.txt'"),
        (_cell("components", "label", "=A1"), "'=A1', a formula without its value"),
        (_cell("components", "label", "#REF!"), "'#REF!', a formula without its value"),
        (_cell("estimates", "low", 12, "0.000"), "'12.000'; expected a number that can be read in one way only"),
        (_no_estimates, "estimates: found no such sheet"),
        (_renamed, "found the sheet 'the claims'"),
        (_hidden, "estimates: found a sheet that is hidden"),
        (_merged, "found the cells A2:A3 shown as one"),
        (_second_column, "found a second column 'low'"),
        (_second_key, "found the key 'id' twice"),
        (_key_within_a_text, "found the key 'id.more' twice, or within another"),
        (_hostile_work, "sources > row 5 > key"),
        (_second_work, "again; expected a key for each work"),
    ],
)
def test_edited_workbook_is_refused_and_writes_nothing(
    change: Change, found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file named ../outside.toml was written outside of the case; sheets, columns and keys were lost unsaid."""
    book = tmp_path / "book.xlsx"
    edited = openpyxl.load_workbook(io.BytesIO(exported()))
    change(edited)
    edited.save(book)
    ran = runner(capsys)("import", book, "-o", tmp_path / "within" / "case")
    assert (ran.code, found in ran.err) == (1, True), ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx"]


def test_braces_in_a_cell_end_no_field_of_the_bibliography(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A title with a brace ended its field, and what followed became fields."""
    run = runner(capsys)
    book: Any = openpyxl.load_workbook(io.BytesIO(exported()))
    names = [cell.value for cell in book["sources"][1]]
    row = next(row for row in book["sources"].iter_rows(min_row=2) if row[0].value == "smith-1990")
    row[names.index("title")].value = "Camps}, year = {1066"
    book.save(tmp_path / "book.xlsx")
    assert run("import", tmp_path / "book.xlsx", "-o", tmp_path / "case").code == 0
    source = mm.load(tmp_path / "case").sources["smith-1990"]
    assert (source.title, source.year) == ("Camps), year = (1066", "1990")
    assert run("import", tmp_path / "book.xlsx", "-o", tmp_path / "other", "--map", "a=best").code == 2
