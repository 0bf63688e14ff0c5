"""Spreadsheets of estimates: what becomes TOML, and what is refused.

``tests/bad-sheets`` holds one sheet for each defect, named by it, with every line of the message expected beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import mcmort as mm
from mcmort.catalogue.reading.spreadsheet import COLUMNS, import_sheet
from mcmort.errors import CaseError, UsageError
from tests.catalogue.workbooks import workbook
from tests.cli.ran import GOOD, listing, runner

TESTS = Path(__file__).parent.parent
BAD = sorted((TESTS / "bad-sheets").glob("*.csv"))
SOUND = TESTS / "good" / "estimates.csv"
HEADER = "component,label,years,territory,counts,facet:category,facet:kind,source,locator,low,best,high,reads,basis"
ROW = "north,Northern camps,1930-1935,Nowhere,Deaths.,camps,deaths,smith-1990,p. 12,1000,,2000,range,demographic"


def rows_of(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def sheet_of(path: Path, *rows: str) -> Path:
    """Write a CSV file of lines."""
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    """Import a sheet that is to be refused, and return its problems as text."""
    with pytest.raises(CaseError) as caught:
        import_sheet(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_sheet_is_refused_with_all_problems_and_writes_nothing(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All problems are listed together, each with its row and column, the exit code is 1, and no file appears."""
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    ran = runner(capsys)("import", path, "--output", tmp_path / "out.toml")
    head, *lines = ran.err.splitlines()
    assert (ran.code, ran.out) == (1, "")
    assert head == f"mcmort: {path}: {len(expected)} problem{'s' if len(expected) > 1 else ''}"
    assert [line.strip() for line in lines] == expected
    assert listing(tmp_path) == {}


def test_every_defect_of_a_sheet_has_its_message_and_hint() -> None:
    """There are at least 30 bad sheets, each with a message, none of which is without a hint."""
    assert len(BAD) >= 30
    assert {path.stem for path in BAD} == {path.stem for path in (TESTS / "bad-sheets").glob("*.txt")}
    for path in BAD:
        lines = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        assert lines
        assert all(" found " in line and "; expected " in line and ". Hint: " in line for line in lines), path.stem


def test_bad_workbook_has_the_problems_of_the_same_sheet(tmp_path: Path) -> None:
    """The same cells in a workbook give the same problems."""
    path = TESTS / "bad-sheets" / "many-at-once.csv"
    found = problems_of(workbook(tmp_path / "many-at-once.xlsx", rows_of(path)))
    assert found == [line.replace(".csv", ".xlsx", 1) for line in problems_of(path)]


def broken_zip(path: Path) -> None:
    """Write a workbook of which the end is missing."""
    workbook(path, rows_of(SOUND))
    path.write_bytes(path.read_bytes()[:-400])


def bent_part(path: Path) -> None:
    """Write a workbook whose sheet is no XML."""
    whole = io.BytesIO()
    workbook(path, rows_of(SOUND))
    with ZipFile(path) as old, ZipFile(whole, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<worksheet><row>" if "sheet1" in name else old.read(name))
    path.write_bytes(whole.getvalue())


def other_zip(path: Path) -> None:
    """Write an archive that holds something else."""
    with ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_text("component,label\n"),
        lambda path: path.write_bytes(b""),
        broken_zip,
        bent_part,
        other_zip,
    ],
    ids=["text", "empty", "cut-off", "bent", "another-archive"],
)
def test_file_that_is_no_workbook_is_refused(write: Callable[[Path], object], tmp_path: Path) -> None:
    """Whatever the file holds, it is refused with one problem."""
    path = tmp_path / "estimates.xlsx"
    write(path)
    (problem,) = problems_of(path)
    assert problem == "estimates.xlsx: found a file that is no workbook; expected an .xlsx file. Hint: save it again"


def test_a_formula_whose_value_was_never_saved_is_refused(tmp_path: Path) -> None:
    """A cell that a spreadsheet program would compute is not read as empty."""
    cells: list[list[Any]] = [HEADER.split(","), [*ROW.split(",")]]
    cells[1][9] = "=500*2"
    found = problems_of(workbook(tmp_path / "a.xlsx", cells))
    assert len(found) == 1
    assert found[0].startswith("a.xlsx: row 2 > low: found '=500*2', a formula without its value; expected a value")


def test_a_date_where_years_should_stand_is_refused(tmp_path: Path) -> None:
    """A span that a spreadsheet program took for a date is not guessed back."""
    cells: list[list[Any]] = [HEADER.split(","), [*ROW.split(",")]]
    cells[1][2] = dt.date(1930, 5, 1)
    found = problems_of(workbook(tmp_path / "a.xlsx", cells))
    assert len(found) == 1
    assert "row 2 > years: found '1930-05-01 00:00:00'; expected a year or a span of years" in found[0]


@pytest.mark.parametrize("name", ["estimates.numbers", "estimates.tsv", "estimates"])
def test_unknown_file_ending_is_refused_with_exit_code_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is neither .csv, .xlsx nor .ods is refused by its name, with exit code 2, and nothing is written."""
    shutil.copyfile(SOUND, tmp_path / name)
    before = listing(tmp_path)
    ran = runner(capsys)("import", tmp_path / name, "--output", tmp_path / "out.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "no spreadsheet format" in ran.err
    assert "expected the ending .csv, .xlsx or .ods" in ran.err
    assert listing(tmp_path) == before


@pytest.mark.parametrize("name", ["missing.csv", "missing.xlsx", "folder.csv"])
def test_a_file_that_cannot_be_opened_is_refused(name: str, tmp_path: Path) -> None:
    """A missing file and a folder are refused with a message."""
    (tmp_path / "folder.csv").mkdir()
    (problem,) = problems_of(tmp_path / name)
    reason = "Is a directory" if name == "folder.csv" else "No such file or directory"
    assert f"found a file that cannot be read ({reason}); expected a spreadsheet" in problem


def test_without_the_extra_a_workbook_is_refused_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where openpyxl is missing .csv still works, and .xlsx names the extra."""
    path = workbook(tmp_path / "a.xlsx", rows_of(SOUND))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"pip install 'mcmort\[excel\]', or save the sheet as \.csv"):
        import_sheet(path)
    assert import_sheet(SOUND)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1053829", 1_053_829),
        ('"1,053,829"', 1_053_829),
        ("1 053 829", 1_053_829),
        ("1_053_829", 1_053_829),
        ("1\N{NO-BREAK SPACE}053\N{NO-BREAK SPACE}829", 1_053_829),
        ("1\N{NARROW NO-BREAK SPACE}053\N{NARROW NO-BREAK SPACE}829", 1_053_829),
        ("0", 0),
        ("0.15", 0.15),
        ("1053829.5", 1_053_829.5),
        ("-1964", -1964),
        ("\N{MINUS SIGN}14348", -14_348),
        ('"-1,053,829"', -1_053_829),
        ('"1,053,829.5"', 1_053_829.5),
        ("-0.5", -0.5),
    ],
)
def test_grouped_number_equals_the_plain_one(text: str, value: float, tmp_path: Path) -> None:
    """Plain and grouped spellings are read alike, with a point for decimals; negative numbers were refused."""
    row = ROW.replace(",1000,,2000,range,", f",,{text},,point,")
    document = tomllib.loads(import_sheet(sheet_of(tmp_path / "a.csv", HEADER, row)))
    assert document["component"][0]["estimate"][0]["best"] == value


@pytest.mark.parametrize(
    ("words", "reads", "column"),
    [
        ("up to", "up-to", "high"),
        ("As many as", "up-to", "high"),
        ("as  high as", "up-to", "high"),
        ("at most", "at-most", "high"),
        ("No more than", "at-most", "high"),
        ("at least", "at-least", "low"),
        ("no fewer than", "at-least", "low"),
    ],
)
def test_words_that_people_write_for_bounds_are_read_as_them(
    words: str, reads: str, column: str, tmp_path: Path
) -> None:
    """What is "as many as" is the most that a speaker holds possible; "at most" a bound; neither is a best estimate."""
    numbers = ",5000,,," if column == "low" else ",,,5000,"
    row = ROW.replace(",1000,,2000,range,", f"{numbers}{words},")
    document = tomllib.loads(import_sheet(sheet_of(tmp_path / "a.csv", HEADER, row)))
    (estimate,) = document["component"][0]["estimate"]
    assert (estimate["reads"], estimate[column]) == (reads, 5000)


@pytest.mark.parametrize(
    "text",
    ["12,5", "0,125", "1,05,829", "1,053 829", "1.053.829", "1,0538", "1e6", "nan", "inf", "+5", "--5", "5-6", "12%",
     "½", "5 million", "1,053.829,5", "9" * 16, "0." + "3" * 31, "١٢"],
)  # fmt: skip
def test_ambiguous_number_is_refused(text: str, tmp_path: Path) -> None:
    """Decimal commas, mixed grouping, exponents, signs, ranges and words are refused, each once."""
    row = ROW.replace(",1000,,2000,range,", f',,"{text}",,point,')
    (problem,) = problems_of(sheet_of(tmp_path / "a.csv", HEADER, row))
    assert problem.startswith("a.csv: row 2 > best: found ")
    assert re.search("; expected a number. Hint: (write|leave the cell empty)", problem)


def test_imported_sheet_loads_in_a_case_and_adds_to_its_total(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The TOML of a sheet, put into a case with its sources, loads, passes the strict check and adds up."""
    case = tmp_path / "minimal"
    shutil.copytree(GOOD, case)
    with (case / "sources.bib").open("a", encoding="utf-8") as stream:
        stream.write("@article{jones-1995, author = {Jones, Tom}, title = {The Famine}, year = {1995}}\n")
    target = case / "imported.toml"
    ran = runner(capsys)("import", SOUND, "--output", target)
    assert (ran.code, ran.out, ran.err) == (0, f"{target}\n", "")
    assert mm.check(case, strict=True) == ()
    loaded = mm.load(case)
    assert set(loaded.components) == {"camps", "famine-1932", "prisons"}
    draws = mm.simulate(loaded, n=2_000, rng=1)
    alone = mm.total(mm.simulate(mm.load(GOOD), n=2_000, rng=1), "broad").summary.median
    assert mm.total(draws, "broad").summary.median > alone + 1_000_000


def test_every_cell_of_a_good_sheet_is_imported_to_its_key() -> None:
    """Every column of the layout stands in the sheet, and each filled cell where it belongs."""
    header = set(rows_of(SOUND)[0])
    assert header == {*COLUMNS, "facet:category", "facet:kind"} - {"facet:NAME"}
    famine, prisons = tomllib.loads(import_sheet(SOUND))["component"]
    assert famine["label"] == "Famine, 1932-33"
    assert famine["counts"] == 'Deaths above those of ordinary years, in "famine districts" only.'
    assert famine["facets"] == {"category": ["famine"], "kind": ["deaths"]}
    first, early, last = famine["estimate"]
    assert (first["low"], first["high"], first["lineage"]) == (1_200_000, 2_500_000, "census-1937")
    assert (early["years"], early["territory"], early["counts"]) == ([1932, 1932], "The north", "Famine and typhus")
    assert early["note"] == "An early guess,\nwithdrawn since."
    assert (early["via"], early["confidence"]) == ("quoted in Smith 1990, p. 200", "medium")
    assert (last["standard_error"], last["supersedes"]) == (150_000, ["early"])
    assert (prisons["years"], prisons["estimate"][1]["reads"]) == ([1931, 1931], "at-least")


@pytest.mark.parametrize("head", ["sep=;", "\ufeffsep=;;;;", '"sep=;"', "SEP=;"])
def test_separator_line_says_what_stands_between_cells(head: str, tmp_path: Path) -> None:
    """A first line ``sep=;``, as spreadsheet programs write it, gave 30 problems for one cause."""
    rows = [row.replace(",", ";") for row in (HEADER, ROW)]
    path, plain = sheet_of(tmp_path / "a.csv", head, *rows), sheet_of(tmp_path / "b.csv", HEADER, ROW)
    assert import_sheet(path) == import_sheet(plain)
    (problem,) = problems_of(sheet_of(path, head, rows[0], rows[1].replace("1000", "12%")))
    assert problem.startswith("a.csv: row 3 > low: found '12%'")


def test_title_rows_are_one_problem_beside_those_of_the_cells(tmp_path: Path) -> None:
    """A table with titles above the names of its columns gave 30 problems: it is one, and all cells are still read."""
    first, second = problems_of(
        sheet_of(tmp_path / "a.csv", "Table 1", "", "in thousands", HEADER, ROW.replace("1000", "12%"))
    )
    assert first.startswith("a.csv: row 1: found 'Table 1' above the names of the columns, which stand in row 4")
    assert second.startswith("a.csv: row 5 > low: found '12%'")


def test_blank_rows_above_the_names_of_columns_are_ignored(tmp_path: Path) -> None:
    """Empty rows say nothing that could be lost."""
    path, plain = sheet_of(tmp_path / "a.csv", "", ",,,", HEADER, ROW), sheet_of(tmp_path / "b.csv", HEADER, ROW)
    assert import_sheet(path) == import_sheet(plain)


def test_import_writes_over_a_file_only_with_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second import once erased what had been edited in the file since."""
    target = tmp_path / "imported.toml"
    target.write_text("edited", encoding="utf-8")
    refused = runner(capsys)("import", SOUND, "-o", target)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(f"mcmort: {target}: exists already. Hint: ")
    assert target.read_text(encoding="utf-8") == "edited"
    assert runner(capsys)("import", SOUND, "-o", target, "--force").code == 0
    assert target.read_text(encoding="utf-8") == import_sheet(SOUND)


def test_without_an_output_the_toml_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed and written text are the same; ``-`` is stdout too."""
    text = import_sheet(SOUND)
    assert runner(capsys)("import", SOUND).out == text
    assert runner(capsys)("import", SOUND, "-o", "-").out == text


def test_a_workbook_gives_the_same_toml_as_a_csv_file(tmp_path: Path) -> None:
    """Cells as text, and figures and years as numbers of a workbook, become the same file."""
    rows: list[list[Any]] = [*rows_of(SOUND)]
    assert import_sheet(workbook(tmp_path / "text.xlsx", rows)) == import_sheet(SOUND)
    header = rows[0]
    for row in rows[1:]:
        for place, name in enumerate(header):
            digits = "".join(row[place].split()).replace(",", "").replace("_", "")
            if name in ("low", "best", "high", "standard_error", "years", "estimate_years") and digits.isdigit():
                row[place] = float(digits)
    assert import_sheet(workbook(tmp_path / "numbers.xlsx", rows)) == import_sheet(SOUND)


def test_order_and_case_of_columns_blank_rows_and_byte_order_mark_are_ignored(tmp_path: Path) -> None:
    """A sheet with its columns reversed and in capitals, empty rows and a byte order mark becomes the same file."""
    rows = rows_of(SOUND)
    turned = [[*reversed(row)] for row in rows]
    turned[0] = [name.upper() for name in turned[0]]
    turned.insert(2, [""] * len(rows[0]))
    path = tmp_path / "turned.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        csv.writer(stream).writerows([*turned, []])
    assert tomllib.loads(import_sheet(path)) == tomllib.loads(import_sheet(SOUND))


def test_a_small_share_of_a_workbook_keeps_its_digits(tmp_path: Path) -> None:
    """A number that Python would write with an exponent is read as it is."""
    cells: list[list[Any]] = [HEADER.split(","), [*ROW.split(",")]]
    cells[1][9:13] = [None, 0.00001234, None, "point"]
    document = tomllib.loads(import_sheet(workbook(tmp_path / "a.xlsx", cells)))
    assert document["component"][0]["estimate"][0]["best"] == 0.00001234
