"""Spreadsheets of estimates: what becomes TOML, and what is refused.

``tests/bad-sheets`` holds one sheet for each defect, named by it, with every line of the message expected beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

import mcmort as mm
from mcmort.catalogue.case import EvidenceFile
from mcmort.catalogue.reading.spreadsheet import COLUMNS, import_sheet
from mcmort.catalogue.records import Component
from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import CaseError, UsageError
from tests.cli.ran import GOOD, listing, runner

TESTS = Path(__file__).parent.parent
BAD = sorted((TESTS / "bad-sheets").glob("*.csv"))
SOUND = TESTS / "good" / "estimates.csv"
HEADER = "component,label,years,territory,counts,facet:category,facet:kind,source,locator,low,best,high,reads,basis"
ROW = "north,Northern camps,1930-1935,Nowhere,Deaths.,camps,deaths,smith-1990,p. 12,1000,,2000,range,demographic"

type Cells = Sequence[Sequence[Any]]


def rows_of(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def workbook(path: Path, rows: Cells) -> Path:
    """Write rows as a workbook; None leaves a cell empty."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells, start=1):
            if value not in ("", None):
                cell = sheet.cell(row, column)
                cell.value = value
    book.save(path)
    return path


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
def test_a_bad_sheet_is_refused_with_all_that_is_wrong_and_nothing_written(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every problem is told at once with its row and column, the exit code is 1, and no file appears."""
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


def test_a_bad_workbook_is_refused_like_the_sheet_that_it_holds(tmp_path: Path) -> None:
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
def test_a_workbook_that_is_none_is_refused(write: Callable[[Path], object], tmp_path: Path) -> None:
    """Whatever the file holds, the answer is one problem in words."""
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


@pytest.mark.parametrize("name", ["estimates.ods", "estimates.tsv", "estimates"])
def test_another_ending_is_wrong_use(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is neither .csv nor .xlsx is refused by its name, with exit code 2, and nothing is written."""
    shutil.copyfile(SOUND, tmp_path / name)
    before = listing(tmp_path)
    ran = runner(capsys)("import", tmp_path / name, "--output", tmp_path / "out.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "no spreadsheet format" in ran.err
    assert "expected the ending .csv or .xlsx" in ran.err
    assert listing(tmp_path) == before


@pytest.mark.parametrize("name", ["missing.csv", "missing.xlsx", "folder.csv"])
def test_a_file_that_cannot_be_opened_is_refused(name: str, tmp_path: Path) -> None:
    """A missing file and a folder are told in words."""
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
    ],
)
def test_a_number_may_be_grouped_in_threes(text: str, value: float, tmp_path: Path) -> None:
    """Plain and grouped spellings of a number are read alike, with a point for decimals."""
    row = ROW.replace(",1000,,2000,range,", f",,{text},,point,")
    document = tomllib.loads(import_sheet(sheet_of(tmp_path / "a.csv", HEADER, row)))
    assert document["component"][0]["estimate"][0]["best"] == value


@pytest.mark.parametrize(
    "text",
    ["12,5", "0,125", "1,05,829", "1,053 829", "1.053.829", "1,0538", "1e6", "nan", "inf", "+5", "-5", "5-6", "12%",
     "½", "5 million", "1,053,829.5", "9" * 16, "0." + "3" * 31, "١٢"],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_no_number(text: str, tmp_path: Path) -> None:
    """Decimal commas, mixed grouping, exponents, signs, ranges and words are refused, each once."""
    row = ROW.replace(",1000,,2000,range,", f',,"{text}",,point,')
    (problem,) = problems_of(sheet_of(tmp_path / "a.csv", HEADER, row))
    assert problem.startswith("a.csv: row 2 > best: found ")
    assert "; expected a number. Hint: write " in problem


def test_a_sound_sheet_becomes_part_of_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_a_sound_sheet_is_placed_cell_by_cell() -> None:
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


def test_order_of_columns_capitals_blank_rows_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    """A sheet turned about, with empty rows, as a spreadsheet program saves it, becomes the same file."""
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


IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
FAILED = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def texts(controls: bool) -> st.SearchStrategy[str]:
    """Return text as a cell may hold it: not empty, no blanks at its ends, no formula."""
    letters = st.characters(codec="utf-8") if controls else st.characters(codec="utf-8", exclude_categories=["Cc"])
    found = st.text(letters, min_size=1, max_size=12).map(str.strip)
    return found.filter(lambda text: text != "" and text not in FAILED and not text.startswith("="))


def spans() -> st.SearchStrategy[list[int]]:
    """Return spans of years."""
    return st.tuples(st.integers(1, 1999), st.integers(0, 300)).map(lambda pair: [pair[0], sum(pair)])


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the figure of an estimate, of every reading."""
    floats = st.floats(1e-6, 1e9).map(lambda value: float(f"{value:.15g}"))  # openpyxl writes no more digits
    numbers = st.integers(0, 10**12) | floats
    low, best, high = sorted(draw(st.lists(numbers, min_size=3, max_size=3, unique_by=float)))
    ends = {"low": low, "high": high} | ({"best": best} if draw(st.booleans()) else {})
    shapes: list[dict[str, Any]] = [
        {"best": best},
        ends,
        {**ends, "reads": draw(st.sampled_from(["range", "plausible", "extremes", "50%", "95%"]))},
        {"best": high, "standard_error": high, "reads": "standard-error"},
        {"low": low, "reads": "at-least"},
        {"high": high, "reads": "at-most"},
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def estimates(draw: st.DrawFn, text: st.SearchStrategy[str]) -> dict[str, Any]:
    """Draw an estimate as a table."""
    optional = {
        "id": IDS,
        "via": text,
        "confidence": st.sampled_from(["high", "medium", "low"]),
        "measure": st.sampled_from(["registered", "all"]),
        "lineage": IDS,
        "supersedes": st.lists(IDS, min_size=1, max_size=3),
        "use": st.sampled_from(["pool", "cross-check"]),
        "years": spans(),
        "territory": text,
        "counts": text,
        "note": text,
    }
    more = draw(st.fixed_dictionaries({}, optional=optional))
    needed = {"source": draw(text), "locator": draw(text), "basis": draw(st.sampled_from(BASES))}
    return {**needed, **draw(figures()), **more}


@st.composite
def evidence(draw: st.DrawFn, text: st.SearchStrategy[str]) -> list[dict[str, Any]]:
    """Draw components as tables."""
    found = []
    for name in draw(st.lists(IDS, min_size=1, max_size=3, unique=True)):
        table = {"id": name, "label": draw(text), "years": draw(spans()), "territory": draw(text), "counts": draw(text)}
        values = text.filter(lambda value: ";" not in value)
        facets = st.dictionaries(st.sampled_from(["category", "kind", "place"]), st.lists(values, min_size=1))
        some = draw(st.lists(estimates(text), min_size=1, max_size=3))
        unit = {"unit": draw(text)} if draw(st.booleans()) else {}
        found.append({**table, **unit, "facets": draw(facets), "estimate": some})
    return found


def span_text(years: Sequence[int]) -> str:
    """Write years as a cell."""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def to_cells(components: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Write components as rows: the inverse of the import, written apart from it."""
    names = [name for name in COLUMNS if name != "facet:NAME"] + [
        f"facet:{one}" for one in ("category", "kind", "place")
    ]
    rows = [names]
    for component in components:
        for place, estimate in enumerate(component["estimate"]):
            own = {key: component[key] for key in ("label", "territory", "counts", "unit") if key in component}
            own["years"] = span_text(component["years"])
            own |= {f"facet:{facet}": "; ".join(values) for facet, values in component["facets"].items()}
            cells: dict[str, Any] = {"component": component["id"], **(own if place == 0 else {})}
            for key, value in estimate.items():
                name = f"estimate_{key}" if key in ("years", "territory", "counts") else key
                cells[name] = "; ".join(value) if key == "supersedes" else span_text(value) if key == "years" else value
            rows.append([cells.get(name, "") for name in names])
    return rows


def written(value: Any) -> str:
    """Write a cell of a CSV file; a number without an exponent."""
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


@pytest.mark.slow
@given(components=evidence(texts(controls=True)))
def test_random_estimates_survive_the_way_through_a_csv_file(
    components: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the figures and words, sheet and TOML give back equal records."""
    path = tmp_path_factory.mktemp("sheet") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([[written(cell) for cell in row] for row in to_cells(components)])
    read = EvidenceFile.model_validate(tomllib.loads(import_sheet(path)))
    assert read.component == tuple(Component.model_validate(table) for table in components)


@pytest.mark.slow
@given(components=evidence(texts(controls=False)))
def test_random_estimates_survive_the_way_through_a_workbook(
    components: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the figures and words, workbook and TOML give back equal records."""
    path = workbook(tmp_path_factory.mktemp("sheet") / "a.xlsx", to_cells(components))
    read = EvidenceFile.model_validate(tomllib.loads(import_sheet(path)))
    assert read.component == tuple(Component.model_validate(table) for table in components)
