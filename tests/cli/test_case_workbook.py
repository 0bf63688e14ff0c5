"""A case as a workbook and back: nothing is lost."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import mcmort as mm
from tests.cli.ran import GOOD, Run, listing, runner
from tests.shipped import NAMES, case_named

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the runner of commands, standing in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


@pytest.mark.parametrize("name", [*NAMES, str(GOOD), str(GOOD.parent / "full")])
def test_case_survives_the_way_through_a_workbook(name: str, run: Run) -> None:
    """The digest of a case holds its content: that of the case made again is the same."""
    assert run("export", name, "book.xlsx").code == 0
    ran = run("import", "book.xlsx", "--output", "again")
    assert (ran.code, ran.out) == (0, "again\n")
    original = case_named(name) if name in NAMES else mm.load(name)
    assert mm.load("again").digest == original.digest


def test_workbook_of_a_new_case_offers_choices(run: Run) -> None:
    """Bases, readings and facets are chosen from lists; claims and quantities have sheets though they are empty."""
    run("new", "my-case", "--minimal")
    assert run("export", "my-case", "book.xlsx").code == 0
    book = openpyxl.load_workbook("book.xlsx")
    assert {"case", "definitions", "components", "estimates", "claims", "quantities", "sources"} <= {*book.sheetnames}
    lists = {rule.formula1 for rule in book["estimates"].data_validations.dataValidation}
    assert any("registered-adjusted,demographic" in formula for formula in lists)
    assert any("at-least,at-most" in formula for formula in lists)
    assert '"deaths"' in {rule.formula1 for rule in book["components"].data_validations.dataValidation}


def test_row_added_in_the_workbook_is_an_estimate(run: Run) -> None:
    """What a user adds below arrives, with years written as a span."""
    run("new", "my-case", "--minimal")
    run("export", "my-case", "book.xlsx")
    book = openpyxl.load_workbook("book.xlsx")
    sheet = book["estimates"]
    names = {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}
    added: dict[str, str | int] = {
        "of": "first",
        "id": "second",
        "source": "template-1990",
        "locator": "p. 9",
        "best": 3000,
    }
    for name, value in (added | {"basis": "survey", "years": "1931-1933"}).items():
        sheet.cell(3, names[name], value)
    book.save("book.xlsx")
    assert run("import", "book.xlsx", "--output", "my-case").code == 1
    assert run("import", "book.xlsx", "--output", "my-case", "--force").code == 0
    _, second = mm.load("my-case").components["first"].estimate
    assert (second.best, second.years, second.basis) == (3000, (1931, 1933), "survey")


def test_workbook_with_a_bad_cell_writes_nothing(run: Run) -> None:
    """An estimate of nothing and a broken table are named with their rows; no folder appears."""
    run("new", "my-case", "--minimal")
    run("export", "my-case", "book.xlsx")
    book = openpyxl.load_workbook("book.xlsx")
    book["estimates"].cell(2, 1, "nobody")
    book["definitions"].cell(2, [str(cell.value) for cell in book["definitions"][1]].index("include") + 1, "[{ kind = ")
    book.save("book.xlsx")
    before = listing(Path())
    ran = run("import", "book.xlsx", "--output", "other")
    assert ran.code == 1
    assert "estimates > row 2 > of" in ran.err
    assert "definitions > row 2 > include" in ran.err
    assert listing(Path()) == before
