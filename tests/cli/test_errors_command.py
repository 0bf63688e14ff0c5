"""``mcmort errors``: what it prints, in which formats, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

import mcmort as mm
from mcmort.analysis.measured_errors.refits import event_names
from mcmort.catalogue.measured_errors import load_errors
from mcmort.present.documents.result_schemas import result_schema
from mcmort.tasks import ResultFolder, read_plan
from mcmort.tasks.keyed_task import canonical_json
from tests.cli.ran import runner
from tests.measured_errors import ROW, write_pairs
from tests.measured_fits import Answers


def test_first_sentence_says_the_finding_and_notes_say_the_selection(capsys: pytest.CaptureFixture[str]) -> None:
    """The text begins with which figures err most; beneath the table it says how the pairs were chosen."""
    ran = runner(capsys)("errors")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Figures of the kind 'assertion, speaker gains by a high figure' err most")
    assert "a correction was reported" in ran.out
    assert "complete frame" in ran.out


@pytest.mark.slow
@pytest.mark.parametrize("table", ["classes", "readings", "years", "registers", "events", "pairs"])
def test_each_table_prints_in_80_columns_and_as_csv(
    table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line of text is wider than asked, and the CSV has a row for each row of the table."""
    monkeypatch.setenv("COLUMNS", "80")
    run = runner(capsys)
    text = run("errors", "--table", table)
    assert text.code == 0
    assert max(map(len, text.out.splitlines())) <= 80
    rows = list(csv.reader(io.StringIO(run("errors", "--table", table, "--format", "csv").out)))
    assert len(rows) == 1 + len(mm.measured_errors().table(table).rows)
    assert len({len(row) for row in rows}) == 1


@pytest.mark.slow
def test_json_obeys_its_schema_and_holds_every_pair(capsys: pytest.CaptureFixture[str]) -> None:
    """The document validates, says that its fitted numbers are current, and lists all pairs with their errors."""
    document = json.loads(runner(capsys)("errors", "--format", "json").out)
    jsonschema.validate(document, result_schema("errors"))
    assert document["is_current"]
    assert len(document["pairs"]) == len(mm.measured_errors().library.pairs)
    used = sum(one["used"] for one in document["pairs"])
    assert used == sum(one["pairs"] for one in document["fitted"]["classes"])


def test_own_pairs_join_and_the_text_says_that_numbers_are_not_refitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With pairs of one's own the counts grow by one, and a note says what the fitted numbers rest on."""
    write_pairs(tmp_path, [ROW])
    ran = runner(capsys)("errors", "--with", tmp_path)
    assert ran.code == 0
    assert f"Of {len(mm.measured_errors().library.pairs) + 1} pairs" in ran.out
    assert "--refit" in ran.out


def test_defect_in_own_pairs_ends_with_1_and_names_the_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown basis is refused with file, line and what was expected; nothing is printed."""
    write_pairs(tmp_path, [ROW | {"basis": "rumour"}])
    ran = runner(capsys)("errors", "--with", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "pairs.csv: line 2 (one) > basis: found 'rumour'" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.slow
def test_figure_is_written_beside_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--figure`` writes a picture of the form of its ending, and refuses an ending that it does not know."""
    run = runner(capsys)
    ran = run("errors", "--figure", tmp_path / "errors.svg")
    assert (ran.code, ran.err) == (0, "")
    assert "<svg" in (tmp_path / "errors.svg").read_text(encoding="utf-8")
    assert run("errors", "--figure", tmp_path / "errors.gif").code == 2


def test_saving_without_a_new_fit_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing new to save unless the model is fitted anew."""
    ran = runner(capsys)("errors", "--save", tmp_path / "fitted.json")
    assert ran.code == 2
    assert "--refit" in ran.err


def test_refit_is_planned_in_stages_and_printed_from_the_folder_of_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first plan is the fit to all events, the second those without which weights do not do; then all is printed.

    The folder of results is filled with made-up answers, as `mcmort sweep` would fill it with fits.
    """
    run, library = runner(capsys), load_errors()
    first = event_names(library)[0]
    answers, results = Answers(library, khat={first: 1.0}), ResultFolder(tmp_path / "results")
    results.make()
    for stage, answer in enumerate((answers.whole, answers.without)):
        plan = tmp_path / f"plan-{stage}.json"
        ran = run("errors", "--refit", "--plan", plan, "--results", results.path)
        assert (ran.code, ran.out) == (0, "")
        (task,) = read_plan(plan)
        results.keep(task, canonical_json(answer(task.request)))
    saved = tmp_path / "fitted.json"
    ran = run("errors", "--refit", "--results", results.path, "--save", saved, "--table", "events", "--format", "csv")
    assert ran.code == 0
    assert first in ran.out
    assert json.loads(saved.read_text(encoding="utf-8"))["single_events"]["refitted"] == [first]


@pytest.mark.parametrize("command", ["errors", "hindcast"])
@pytest.mark.parametrize("option", ["plan", "results", "scheduler"])
def test_options_of_tasks_without_a_fit_are_wrong_use(
    command: str, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers that ship are only printed: there is nothing to plan, to keep or to send elsewhere."""
    ran = runner(capsys)(command, f"--{option}", tmp_path / "x")
    assert (ran.code, ran.out) == (2, "")
    assert f"--{option}" in ran.err
    assert "--refit" in ran.err


@pytest.mark.slow
def test_json_is_made_again_from_its_receipt_and_a_changed_number_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``verify`` computes the document again, with pairs of one's own too; one digit changed is named."""
    write_pairs(tmp_path, [ROW])
    run, file = runner(capsys), tmp_path / "errors.json"
    assert run("errors", "--with", tmp_path, "--format", "json", "--output", file).code == 0
    ran = run("verify", file)
    assert (ran.code, ran.out) == (0, f"{file}: reproduced bit for bit: errors\n")
    document = json.loads(file.read_text(encoding="utf-8"))
    document["readings"][0]["held"] += 1
    file.write_text(json.dumps(document), encoding="utf-8")
    ran = run("verify", file)
    assert ran.code == 1
    assert "readings[0].held" in ran.err
    write_pairs(tmp_path, [ROW | {"best": "300"}])
    assert "the pairs have changed" in run("verify", file).err


def test_workbook_of_a_table_holds_its_rows_as_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--format xlsx`` writes the table that is asked for."""
    openpyxl = pytest.importorskip("openpyxl")
    file = tmp_path / "years.xlsx"
    assert runner(capsys)("errors", "--table", "years", "--format", "xlsx", "--output", file).code == 0
    sheet = openpyxl.load_workbook(file).active
    assert sheet.max_row >= 1 + len(mm.measured_errors().table("years").rows)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"later_best": ""}, "later_best: found no figure"),
        ({"later_first_year": "1950"}, "scope: found 'equal', though the later figure counts other years"),
        ({"said": "1950s"}, "said: found '1950s'; expected a whole number. Hint: write digits alone"),
        ({"best": "1,000"}, "best: found '1,000'; expected a number. Hint: write digits alone"),
        ({"best": "0"}, "best: found 0.0; expected a number above 0"),
        ({"later_best": "inf"}, "later_best: found inf; expected a finite number"),
        ({"source": "nobody-2000"}, "source: found 'nobody-2000'; expected a work in sources.bib"),
        ({"reads": "up-to"}, "reads: found reads 'up-to' with best; expected high alone"),
        ({"frame": "covid"}, "frame: found 'covid'"),
        ({"later_said": "1900"}, "later_said: found 1900, before the early figure"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_pair_of_ones_own_is_refused_with_its_cell(
    change: dict[str, str], place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with a pair, the message names the line, the column, what stands there and what should."""
    write_pairs(tmp_path, [ROW | change])
    ran = runner(capsys)("errors", "--with", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert f"pairs.csv: line 2 (one) > {place}" in ran.err


def test_folder_without_a_pair_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table of a header alone adds nothing, and says so."""
    write_pairs(tmp_path, [ROW])
    (tmp_path / "pairs.csv").write_text("id,event\n", encoding="utf-8")
    ran = runner(capsys)("errors", "--with", tmp_path)
    assert ran.code == 1
    assert "found no pair; expected at least one row below the header" in ran.err
