"""``mcmort hindcast``: what it prints, in which formats, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.cli.ran import runner
from tests.measured_errors import ROW, write_pairs


def test_first_sentence_says_how_often_intervals_held(capsys: pytest.CaptureFixture[str]) -> None:
    """The text begins with the coverage of both ways of reading early figures, with its own uncertainty."""
    ran = runner(capsys)("hindcast")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Of ")
    assert "95 % intervals held the later count in" in " ".join(ran.out.split())
    assert "with the spreads that the shipped cases" in " ".join(ran.out.split())


@pytest.mark.slow
@pytest.mark.parametrize("table", ["coverage", "events", "pit", "cases", "archives"])
def test_each_table_prints_in_80_columns_and_as_csv(
    table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line of text is wider than asked, and all rows of the CSV are as long as its header."""
    monkeypatch.setenv("COLUMNS", "80")
    run = runner(capsys)
    text = run("hindcast", "--table", table)
    assert text.code == 0
    assert max(map(len, text.out.splitlines())) <= 80
    rows = list(csv.reader(io.StringIO(run("hindcast", "--table", table, "--format", "csv").out)))
    assert len(rows) > 5
    assert len({len(row) for row in rows}) == 1


@pytest.mark.slow
def test_json_obeys_its_schema_and_holds_hits_and_misses(capsys: pytest.CaptureFixture[str]) -> None:
    """The document validates; what held agrees with the interval, and some predictions miss."""
    document = json.loads(runner(capsys)("hindcast", "--format", "json").out)
    jsonschema.validate(document, result_schema("hindcast"))
    held = [
        (one["held"], one["low"] <= row["later"] <= one["high"])
        for row in document["predictions"]
        for one in row["intervals"]
    ]
    assert all(said == is_inside for said, is_inside in held)
    assert {said for said, _ in held} == {True, False}
    assert document["archives"]


def test_own_pairs_without_a_refit_are_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pairs of one's own have no fitted numbers: refused, with the option that makes them."""
    write_pairs(tmp_path, [ROW])
    ran = runner(capsys)("hindcast", "--with", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "--refit" in ran.err
    assert runner(capsys)("hindcast", "--save", tmp_path / "x.json").code == 2


@pytest.mark.slow
def test_figure_shows_both_kinds_of_frames(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--figure`` draws where later counts lie, a panel for reported corrections and one for complete frames."""
    ran = runner(capsys)("hindcast", "--figure", tmp_path / "pit.svg")
    assert ran.code == 0
    text = (tmp_path / "pit.svg").read_text(encoding="utf-8")
    assert "Corrections that were reported" in text
    assert "Complete frames" in text
    assert runner(capsys)("hindcast", "--figure", tmp_path / "pit.txt").code == 2


@pytest.mark.statistical
def test_json_is_made_again_from_its_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``verify`` computes every prediction again, those of cases and of the archives too."""
    run, file = runner(capsys), tmp_path / "hindcast.json"
    assert run("hindcast", "--format", "json", "--output", file).code == 0
    assert run("verify", file).out == f"{file}: reproduced bit for bit: hindcast\n"
