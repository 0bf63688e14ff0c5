"""Spreadsheets as people keep them: what they mean is read, or refused in one problem for one cause.

What each test says was wrong before was found by trying 350 sheets of other makers, in CSV, XLSX and ODS.
"""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

import mcmort as mm
from mcmort.catalogue.reading.cell_refusals import is_sum, refusal_of
from mcmort.catalogue.reading.column_names import ColumnChoices
from mcmort.catalogue.reading.figure_scale import scale_in
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal
from mcmort.catalogue.reading.sheet_values import number_of, span_of
from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.errors import CaseError
from tests.catalogue.small_sheets import NAMES, ROW, best_of, csv_of, problems_of
from tests.cli.ran import GOOD


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5-7 thousand", "each in full"),
        ("between 500 and 600", "the first number in low"),
        ("1,200 (900\N{EN DASH}1,500)", "the two in brackets in low and high"),
        ("500 [400, 600]", "the two in brackets in low and high"),
        ("500 \N{PLUS-MINUS SIGN} 50", "standard_error"),
        ("\N{VULGAR FRACTION ONE HALF} million", "write it out in digits"),
        ("tens of thousands", "write it out in digits"),
        ("1.5 x 10^6", "write it out in digits"),
        ("20 millones", "write it out in digits"),
        ("3 млн", "write it out: 3000000"),
        ("1\N{ACUTE ACCENT}200", "write 1200"),
        ("unknown", "leave the cell empty"),
        ("\N{EN DASH}", "leave the cell empty"),
        ("k.A.", "leave the cell empty"),
        ("12 per cent", "0.15"),
        ("около 500", "how sure it is"),
        ("500 (est.)", "how sure it is"),
        ("max. 500", "at-least or at-most"),
        ("\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}", "write 12"),
        ("\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}", "write 12"),
    ],
)
def test_figure_in_words_or_signs_of_its_own_has_a_hint_of_its_kind(text: str, hint: str) -> None:
    """All of these were told to write 1053829, or of a range in brackets to leave out "the mark"."""
    refusal = number_of(text)
    assert isinstance(refusal, Refusal)
    assert hint in refusal.hint


@pytest.mark.parametrize("blank", ["\N{THIN SPACE}", "\N{FIGURE SPACE}"])
def test_blanks_of_typesetters_group_thousands(blank: str) -> None:
    """A thin space between thousands was refused, though it is what typesetters use."""
    assert number_of(f"1{blank}053{blank}829") == 1_053_829


def test_year_of_two_calendars_is_not_a_span_of_centuries() -> None:
    """A year such as 1245/1829, of the Islamic calendar and of ours, was read as six centuries."""
    for text in ("1245/1829", "1357/1978", "732/1332"):
        refusal = span_of(text)
        assert isinstance(refusal, Refusal)
        assert "two calendars" in refusal.found
    assert span_of("1245-1829") == [1245, 1829]
    assert span_of("1914/1918") == [1914, 1918]


def test_decade_has_a_hint_with_its_years() -> None:
    """The hint of 1930s was the same as of any text."""
    refusal = span_of("1930s")
    assert isinstance(refusal, Refusal)
    assert refusal.hint == "as 1930-1939, if that is meant"


@pytest.mark.parametrize("text", ["#WERT!", "#SPILL!", "#N/D", "#\N{INVERTED EXCLAMATION MARK}REF!", "Err:502", "####"])
def test_error_of_a_spreadsheet_in_any_language_is_no_text(text: str) -> None:
    """Only seven English errors were known: #WERT! and #CALC! became the place where a figure stands."""
    refusal = refusal_of("locator", Cell(text))
    assert refusal is not None
    assert "without its value" in refusal.found


def test_unseen_characters_are_refused_in_names_and_left_out_around_them(tmp_path: Path) -> None:
    """A soft hyphen in a key of a source was imported, and the source then not found for no reason to be seen."""
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", NAMES, ROW.replace("smith-", "smith-\N{SOFT HYPHEN}")))
    assert "U+00AD SOFT HYPHEN, which cannot be seen" in problem
    path = csv_of(tmp_path / "b.csv", NAMES, ROW.replace("1000", "\N{ZERO WIDTH SPACE}1000\N{ZERO WIDTH SPACE}"))
    assert best_of(path) == 1000


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("Deaths (in thousands)", "thousands"),
        ("deaths, '000", "'000"),
        ("deaths (000s)", "000s"),
        ("Tote (Tsd.)", "Tsd"),
        ("умерло, тыс.", "тыс"),
        ("deaths per 1,000", "per 1,000"),
        ("share, %", "%"),
        ("best", None),
        ("deaths in 1932", None),
        ("Deaths 2000", None),
    ],
)
def test_scale_in_a_text_is_seen(text: str, scale: str | None) -> None:
    """What says that figures are in thousands or a share was not looked at."""
    assert scale_in(text) == scale


def test_column_of_thousands_cannot_be_mapped(tmp_path: Path) -> None:
    """The hint for "deaths (thousands)" was to map it: figures of thousands became as many deaths."""
    path = csv_of(tmp_path / "a.csv", NAMES.replace("best", "deaths (thousands)"), ROW, ROW)
    for renamed in ((), ("deaths (thousands)=best",)):
        (problem,) = problems_of(path, *renamed)
        assert "whose figures are in thousands; expected figures in full" in problem
        assert "--ignore 'deaths (thousands)'" in problem


def test_titles_and_notes_that_state_thousands_are_not_to_be_deleted_unread(tmp_path: Path) -> None:
    """The hint was to delete such a row, or to put the unit into a note: the figures would have stayed as they were."""
    for lines in (("Deaths in thousands", NAMES, ROW), (NAMES, ROW, "Note: all figures in thousands", "Source: lost")):
        (problem,) = problems_of(csv_of(tmp_path / "a.csv", *lines))
        assert "if 'thousands' is about the figures, write them in full first" in problem


def test_unit_of_thousands_is_refused_in_sheets_and_case_files(tmp_path: Path) -> None:
    """A component with the unit "thousands" was added up as deaths."""
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", NAMES + ",unit", ROW + ",thousands"))
    assert "row 2 > unit: found the unit 'thousands'" in problem
    for path in GOOD.iterdir():
        text = path.read_text(encoding="utf-8").replace('territory = "Nowhere"\ncounts', 'unit = "million deaths"\n\\g')
        text = text.replace("\\g", 'territory = "Nowhere"\ncounts')
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    (tmp_path / "a.csv").unlink()
    with pytest.raises(CaseError, match="found 'million deaths'; expected a unit such as deaths"):
        mm.load(tmp_path)


def test_number_with_a_comma_without_quotation_marks_is_one_problem(tmp_path: Path) -> None:
    """A row of `1,200,` beneath low, best, high was read as best 1 and high 200: the last cell is empty, and unseen."""
    names = NAMES.replace("low,best,high,reads,basis", "reads,basis,low,best,high")
    line = ROW.replace(",1000,,point,demographic", "range,demographic,,1,200,")
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", names, line, line))
    assert problem.startswith("a.csv: rows 2, 3: found 14 cells beneath 13 names of columns")
    assert "into double quotes" in problem


@pytest.mark.parametrize(("sign", "name"), [(";", "a semicolon"), ("\t", "a tab"), ("|", "a vertical line")])
def test_other_sign_between_cells_is_named_with_a_way_out(sign: str, name: str, tmp_path: Path) -> None:
    """The hint was to save with commas, which programs set to other languages do not; a vertical line was not seen."""
    lines = (NAMES.replace(",", sign), ROW.replace(",", sign))
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", *lines))
    assert f"names of columns with {name} between" in problem
    assert best_of(csv_of(tmp_path / "a.csv", f"sep={sign}", *lines)) == 1000
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", "sep=" + (";" if sign != ";" else "|"), NAMES, ROW))
    assert "take the line sep= away" in problem


def test_names_in_another_language_are_told_how_to_map(tmp_path: Path) -> None:
    """A sheet with names in Russian alone was sent to the layout, without a word of --map, which reads it."""
    names = [f"к{place}" for place, _ in enumerate(NAMES.split(","))]
    path = csv_of(tmp_path / "a.csv", ",".join(names), ROW)
    (problem,) = problems_of(path)
    assert "--map NAME=COLUMN" in problem
    renamed = [f"{name}={column}" for name, column in zip(names, NAMES.split(","), strict=True)]
    assert tomllib.loads(import_sheet(path, choices=ColumnChoices.of(renamed, ())))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (NAMES.encode("utf-16"), "text in UTF-16"),
        (NAMES.encode("utf-16-le"), "bytes of zero"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an older workbook (.xls), or one with a password"),
        (b"<html><table><tr><td>component</td></tr></table></html>", "a page of HTML or XML"),
        (b"PK\x03\x04" + bytes(range(256)), "a packed file"),
    ],
)
def test_file_of_another_kind_is_named(content: bytes, found: str, tmp_path: Path) -> None:
    """Of UTF-16 without a mark the names were "unknown"; of others nothing was said but that bytes are not UTF-8."""
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", content))
    assert f"found {found}" in problem
    for ending in (".xlsx", ".ods"):
        assert len(problems_of(csv_of(tmp_path / f"a{ending}", content))) == 1


def test_packed_file_with_the_wrong_ending_is_named(tmp_path: Path) -> None:
    """A text of Word was "no ordinary file", a workbook called .ods "no OpenDocument spreadsheet: save it again"."""
    target = io.BytesIO()
    Workbook().save(target)
    (tmp_path / "a.ods").write_bytes(target.getvalue())
    assert (
        "found a workbook of Excel; expected an .ods file. Hint: give it the ending .xlsx"
        in problems_of(tmp_path / "a.ods")[0]
    )
    for part, content, found in (
        ("word/document.xml", "<w/>", "a text of Word"),
        ("xl/workbook.bin", "", "a binary workbook"),
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"),
    ):
        with ZipFile(tmp_path / "a.xlsx", "w") as package:
            package.writestr(part, content)
        assert f"found {found}" in problems_of(tmp_path / "a.xlsx")[0]
    with ZipFile(tmp_path / "b.ods", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", bytes(range(256)))
        package.writestr("META-INF/manifest.xml", "<m><encryption-data/></m>")
    assert "found a file with a password" in problems_of(tmp_path / "b.ods")[0]


def test_sum_among_components_is_refused(tmp_path: Path) -> None:
    """A row "Subtotal" with a source became a component, and its deaths were counted twice."""
    total = ROW.replace("north,Camps", "subtotal,Subtotal")
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", NAMES, ROW, total))
    assert 'row 3 > component "subtotal": found a sum of other rows' in problem
    assert best_of(csv_of(tmp_path / "b.csv", NAMES, total)) == 1000
    assert all(map(is_sum, ("Total:", "Gesamt", "Итого", "Grand total")))
    assert not is_sum("Total war")


def test_what_one_name_of_a_column_lacks_is_not_told_again_of_every_row(tmp_path: Path) -> None:
    """A name that is not known gave a problem of each row beneath it, which lacked what stood there."""
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", NAMES.replace("best", "toll"), ROW, ROW, ROW))
    assert "found the column 'toll'" in problem
    problems = problems_of(
        csv_of(tmp_path / "a.csv", NAMES.replace("territory,", ""), *[ROW.replace("Nowhere,", "")] * 3)
    )
    assert problems == [
        "a.csv: row 1 > territory: found no such column; expected the column 'territory': territory of the component; "
        "in its first row. Hint: add it"
    ]


def test_same_problem_of_many_rows_is_one_and_rows_are_in_order(tmp_path: Path) -> None:
    """Twenty rows without a component were twenty problems, row 10 before row 2; three notes beneath were three."""
    lines = [ROW, *[ROW.replace("north", "")] * 2, ROW.replace("1000", "x"), *[ROW] * 6, ROW.replace("1000", "y")]
    problems = problems_of(csv_of(tmp_path / "a.csv", NAMES, *lines, "a note", "another"))
    assert [problem.partition(": found")[0] for problem in problems] == [
        "a.csv: row 5 > best",
        "a.csv: row 12 > best",
        "a.csv: rows 3, 4 > component",
        "a.csv: rows 13, 14",
    ]


def test_names_of_columns_in_two_rows_are_one_problem(tmp_path: Path) -> None:
    """Names over names gave a problem for each column and each row."""
    upper = NAMES.replace("low,best,high", "Figures,,")
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", upper, ",,,,,,,,low,best,high,,", ROW, ROW))
    assert "found names of columns in two rows, 1 and 2" in problem


ENDS = "component,label,territory,counts,facet:kind,source,locator,start_year,end_year,best,reads,basis"


def years_of(path: Path) -> object:
    """Import a sheet of one component, and return its years."""
    (component,) = tomllib.loads(import_sheet(path))["component"]
    return component["years"]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("", "1932", "end_year: found '1932' without start_year"),
        ("1932", "33", "end_year: found '33'; expected a year in four digits"),
        ("1932.0", "1933", "start_year: found '1932.0'; expected a year or a span of years. Hint: as 1932"),
        ("1930-1932", "1933", "start_year: found '1930-1932'; expected one year"),
        ("c. 1932", "1933", "start_year: found 'c. 1932'"),
    ],
)
def test_year_of_two_columns_is_read_in_its_own(start: str, end: str, found: str, tmp_path: Path) -> None:
    """An end without a beginning, 1932, was read as 1932 before our era; others had two problems, in another column."""
    line = f"north,Camps,Nowhere,Deaths,deaths,smith-1990,p. 12,{start},{end},1000,point,demographic"
    (problem,) = problems_of(csv_of(tmp_path / "a.csv", ENDS, line))
    assert problem.startswith(f"a.csv: row 2 > {found}")


def test_years_in_number_cells_are_read(tmp_path: Path) -> None:
    """Years that a workbook holds as numbers, as most do, were to be formatted as text."""
    book = Workbook()
    page: Any = book.active
    names = ENDS.replace("source", "author,year,title")
    page.append(names.split(","))
    work = ["Smith, Jo", 1990, "Camps"]
    page.append(["north", "Camps", "Nowhere", "Deaths", "deaths", *work, "p. 12", 1932, 1933, 1000, "point", "survey"])
    book.save(tmp_path / "a.xlsx")
    assert years_of(tmp_path / "a.xlsx") == [1932, 1933]
    lines = "north,Camps,Nowhere,Deaths,deaths,smith-1990,p. 12,-50,-30,1000,point,survey"
    assert years_of(csv_of(tmp_path / "a.csv", ENDS, lines)) == [-50, -30]


def test_row_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A row whose role was "total" or "context" became one estimate more of its component."""
    path = csv_of(tmp_path / "a.csv", NAMES + ",role", ROW + ",estimate", ROW + ",context")
    (problem,) = problems_of(path)
    assert "row 3 > table: found 'context'; expected component, claim or quantity" in problem
