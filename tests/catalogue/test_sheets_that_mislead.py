"""Sheets that say elsewhere what their figures mean: in words, names, formats and rows that were not looked at."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

import mcmort as mm
from mcmort.catalogue.reading.cell_refusals import is_part, is_sum
from mcmort.catalogue.reading.column_names import ColumnChoices
from mcmort.catalogue.reading.figure_scale import scale_in, scale_of_figures
from mcmort.catalogue.reading.hostile_text import damage_in
from mcmort.catalogue.reading.sheet_works import Works
from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.errors import CaseError, OptionError
from tests.catalogue.small_sheets import NAMES, ROW, csv_of, problems_of
from tests.cli.ran import GOOD


@pytest.mark.parametrize(
    "name",
    [
        *("best (thous.)", "best (th.)", "best_k", "best in k", "best [M]", "best (Mil.)", "best 10³", "best (10^3)"),
        *("best 1e6", "best/1000", "best (hundreds)", "best, dozens", "best_thousand", "best pct", "best (千人)"),
        *("best (tis.)", "best (tisíc)", "best (tūkst.)", "best (χιλ.)", "best in Tausenden", "best (em mil)"),
    ],
)
def test_column_of_another_scale_cannot_be_mapped(name: str, tmp_path: Path) -> None:
    """A dozen words for thousands were known: a column "best (thous.)", once mapped, was read as single deaths."""
    path = csv_of(tmp_path / "a.csv", NAMES.replace("best", f'"{name}"'), ROW)
    (problem,) = problems_of(path, f"{name}=best")
    assert "whose figures are in" in problem


@pytest.mark.parametrize(
    "name", ["month", "Mill Hill", "Method", "deaths in Mali", "militia", "Estimate (B)", "per month", "Tis River"]
)
def test_word_that_only_looks_like_a_scale_is_none(name: str) -> None:
    """Names of places and of other things are no scales."""
    assert name == "Mill Hill" or scale_in(name) is None
    assert scale_of_figures(name) is None


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("label", "Camp deaths (in thousands)"),
        ("label", "Deaths '000"),
        ("counts", "thousands of deaths"),
        ("counts", "percent of prisoners who died"),
        ("counts", "deaths per 1000 inhabitants"),
        ("estimate_counts", '"deaths, millions"'),
    ],
)
def test_text_that_says_thousands_is_refused(column: str, text: str, tmp_path: Path) -> None:
    """The unit was looked at, and no other text: "Camp deaths (in thousands)" were added up as single deaths."""
    names, row = (NAMES, ROW) if column in NAMES else (f"{NAMES},{column}", f"{ROW},")
    cells = row.split(",")
    cells[names.split(",").index(column)] = text
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", names, ",".join(cells)))
    assert f"row 2 > {column}" in problem
    assert "expected figures in full" in problem


def test_case_file_that_says_thousands_is_refused(tmp_path: Path) -> None:
    """A component whose label says thousands passed the check of a case."""
    for path in GOOD.iterdir():
        text = path.read_text(encoding="utf-8").replace('label = "Camps"', 'label = "Camps, in thousands"')
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match="'Camps, in thousands', which says 'in thousands'"):
        mm.load(tmp_path)


@pytest.mark.parametrize("text", ["Thousands of Hungarian Jews", "a million men", "Killed, 20 per cent of them women"])
def test_label_that_only_mentions_thousands_is_read(text: str, tmp_path: Path) -> None:
    """Only what states the scale of figures is refused."""
    row = ROW.replace("Camps", f'"{text}"')
    assert tomllib.loads(import_sheet(csv_of(tmp_path / "a.csv", NAMES, row)))["component"][0]["label"] == text


def test_place_note_and_file_name_that_say_thousands_are_told(tmp_path: Path) -> None:
    """Notes may tell of a source's table in thousands whose figures were written in full: the user is told."""
    remarks: list[str] = []
    lines = (f"{NAMES},note", ROW.replace("p. 12", "table 3 (in thousands)") + ",figures in millions")
    assert import_sheet(csv_of(tmp_path / "deaths_in_thousands.csv", *lines), remarks.append)
    assert [remark.split(": ", 1)[1] for remark in remarks] == [
        "its name says 'in thousands': figures are read as they stand",
        "row 2 > locator says 'in thousands': figures are read as they stand",
        "row 2 > note says 'in millions': figures are read as they stand",
    ]


def _title(book: Workbook, sheet: Any) -> None:
    sheet.title = "Deaths (thousands)"


def _text_format(book: Workbook, sheet: Any) -> None:
    sheet["J2"], sheet["J2"].number_format = "1200", '@" thousand"'


def _hidden_text(book: Workbook, sheet: Any) -> None:
    sheet["J2"], sheet["J2"].number_format = "1200", ";;;"


def _name_format(book: Workbook, sheet: Any) -> None:
    sheet["J1"].number_format = '@" (thousands)"'


def _white(book: Workbook, sheet: Any) -> None:
    sheet["J2"].font = Font(color="FFFFFFFF")


def _white_on_dark(book: Workbook, sheet: Any) -> None:
    sheet["J2"].font, sheet["J2"].fill = Font(color="FFFFFFFF"), PatternFill("solid", "FF203060")


def _white_in_a_table(book: Workbook, sheet: Any) -> None:
    sheet["A1"].font = Font(color="FFFFFFFF")
    sheet.add_table(Table(displayName="t", ref="A1:M2"))


def _all_rows_hidden(book: Workbook, sheet: Any) -> None:
    sheet.sheet_format.zeroHeight = True


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_title, "the name 'Deaths (thousands)'"),
        (_text_format, "'1200' in the number format '@\" thousand\"'"),
        (_hidden_text, "'1200' in the number format ';;;'"),
        (_name_format, "'best' in the number format"),
        (_white, "in the colour of the cell, which cannot be seen"),
        (_all_rows_hidden, "values in rows that are hidden"),
        (_white_on_dark, None),
        (_white_in_a_table, None),
    ],
)
def test_what_a_workbook_shows_of_a_text_is_seen(
    change: Callable[[Workbook, Any], None], found: str | None, tmp_path: Path
) -> None:
    """Formats were looked at in numbers only: "1200" shown as "1200 thousand" was read as 1200, white text as text."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append(NAMES.split(","))
    sheet.append([1000 if cell == "1000" else cell or None for cell in ROW.split(",")])
    change(book, sheet)
    book.save(tmp_path / "a.xlsx")
    if found is None:
        assert import_sheet(tmp_path / "a.xlsx")
    else:
        (problem,) = problems_of(tmp_path / "a.xlsx")
        assert found in problem


@pytest.mark.parametrize("name", ["Total (all camps)", "Camps, total", "TOTAL DEATHS", "Sum of the above", "Σ", "All"])
def test_sum_is_known_by_more_than_one_word(name: str) -> None:
    """Only a name that is "Total" and no more was a sum: "Total (all camps)" was added to the camps."""
    assert is_sum(name)
    assert not any(map(is_sum, ("Total war losses", "Totalitarian purges", "Sumatra", "Συρία", "All Saints Day")))


def test_part_of_another_row_is_refused(tmp_path: Path) -> None:
    """A row "of which in Kolyma" became a component, and its deaths were counted twice."""
    row = ROW.replace("north", "kolyma").replace("Camps", "of which in Kolyma")
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", NAMES, ROW, row))
    assert "found a part of another row, by its name" in problem
    assert is_part("- davon Frauen")
    assert not is_part("Deaths of which the cause is known")


def test_options_about_columns_that_are_not_there_are_refused(tmp_path: Path) -> None:
    """--map and --ignore with a name misspelled did nothing, and said nothing; of two --map the last counted."""
    path = csv_of(tmp_path / "a.csv", NAMES, ROW)
    for renamed, ignored in ((["centrale=best"], []), ([], ["colour"])):
        with pytest.raises(OptionError, match="expected the name of a column of the sheet"):
            import_sheet(path, choices=ColumnChoices.of(renamed, ignored))
    with pytest.raises(OptionError, match="'x' twice"):
        ColumnChoices.of(["x=low", "x=high"], [])
    with pytest.raises(OptionError, match="which --map reads"):
        ColumnChoices.of(["x=low"], ["x"])


def _works(author: str, year: str, folder: Path) -> str:
    works = Works()
    names = NAMES.replace("source", "author,year,title")
    row = ROW.replace("smith-1990", f'"{author}",{year},Work')
    import_sheet(csv_of(folder / "a.csv", names, row), works=works)
    return works.bibtex


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("Ministry of Food and Agriculture", "{Ministry of Food and Agriculture}"),
        ("Smith, Anna & Doe, John", "Smith, Anna and Doe, John"),
        ("Smith, Anna; Ministry of Food and Agriculture", "Smith, Anna and {Ministry of Food and Agriculture}"),
    ],
)
def test_institution_with_and_is_one_author(author: str, written: str, tmp_path: Path) -> None:
    """A Ministry of Food and Agriculture became two authors, and two persons with & one."""
    assert f"author = {{{written}}}" in _works(author, "1990", tmp_path)


@pytest.mark.parametrize(
    ("author", "year", "found"),
    [
        ("Smith, J., Doe, J.", "1990", "with commas between authors"),
        ("Smith JA, Doe B", "1990", "with commas between authors"),
        ("John Smith and Jane Doe", "1990", "two persons or an institution"),
        ("Smith, J.", "1990.0", "'1990.0'"),
        ("Smith, J.", "90", "'90'"),
    ],
)
def test_work_that_can_be_read_in_two_ways_is_refused(author: str, year: str, found: str, tmp_path: Path) -> None:
    """First names became last names, and 1990.0 a year of the bibliography."""
    with pytest.raises(CaseError, match=found):
        _works(author, year, tmp_path)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("D\u00c3\u00a9portations", "Déportations"),
        ("lost \ufffd letter", "what the source has"),
        ("A &amp; B", "write &"),
    ],
)
def test_damaged_text_is_refused(written: str, hint: str, tmp_path: Path) -> None:
    """Text of another encoding, lost characters and entities of web pages became labels."""
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", NAMES, ROW.replace("Camps", written)))
    assert "row 2 > label" in problem
    assert hint in problem


@pytest.mark.parametrize("text", ["São Paulo, Ça", "Spaß“", "für…", "Łódź", "CAFÉ…", "»PÅ«", "Солженицын"])
def test_text_of_many_languages_is_not_damaged(text: str) -> None:
    """Letters with accents beside marks are usual."""
    assert damage_in(text) is None


def test_label_of_which_no_id_can_be_made_says_so(tmp_path: Path) -> None:
    """Of labels in Cyrillic no id is made: a column that is not there was said to be empty."""
    names, row = NAMES.removeprefix("component,"), ROW.removeprefix("north,")
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", names, row.replace("Camps", "Лагеря")))
    assert "'Лагеря', of which no id can be made" in problem
    both = (row.replace("Camps", label) for label in ("Лагеря 1", "Ссылка 1"))
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", names, *both))
    assert "of which the id '1' is made, as of 'Лагеря 1'" in problem


def test_lines_in_quotation_marks_are_one_problem(tmp_path: Path) -> None:
    """Lines that a program put into quotation marks whole had "no names of columns"."""
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", f'"{NAMES}"', f'"{ROW}"'))
    assert "the names of all columns in one cell, in quotation marks" in problem
