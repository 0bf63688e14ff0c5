"""Spreadsheets as people keep them: what they mean is read, or refused in one problem for one cause.

What each test says was wrong before was found by trying 350 sheets of other makers, in CSV, XLSX and ODS.
"""

from __future__ import annotations

import io
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

import mcmort as mm
from mcmort.catalogue.reading.cell_refusals import is_sum, refusal_of
from mcmort.catalogue.reading.column_names import ColumnChoices
from mcmort.catalogue.reading.number_spelling import scale_in
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal
from mcmort.catalogue.reading.sheet_values import number_of, span_of
from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.catalogue.reading.workbook_cells import shows_plain_number
from mcmort.errors import CaseError
from tests.catalogue.test_open_document import cell, document, row, sheet, shown
from tests.cli.ran import GOOD

NAMES = "component,label,years,territory,counts,facet:kind,source,locator,low,best,high,reads,basis"
ROW = "north,Camps,1930-1935,Nowhere,Deaths,deaths,smith-1990,p. 12,,1000,,point,demographic"


def csv_of(path: Path, *lines: str | bytes) -> Path:
    """Write a file of lines."""
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
    return path


def problems_of(path: Path, *renamed: str) -> list[str]:
    """Import a sheet that is to be refused, and return its problems as text."""
    with pytest.raises(CaseError) as caught:
        import_sheet(path, choices=ColumnChoices.of(renamed, ()))
    return [str(problem) for problem in caught.value.problems]


def best_of(path: Path) -> float:
    """Import a sheet of one estimate, and return its best figure."""
    (component,) = tomllib.loads(import_sheet(path))["component"]
    (estimate,) = component["estimate"]
    best: float = estimate["best"]
    return best


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
