"""``mcmort conflict``: formats, verification, and results that are kept."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.bayes.small_cases import evidence_head
from tests.cases import component, point, write_case
from tests.cli.ran import Run, runner

pytestmark = pytest.mark.slow


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line with a cache of its own, on a terminal of eighty columns."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")
    return runner(capsys)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return the folder of a case in which one of two studies is twelve times the other."""
    studies = [point(50e3), point(600e3, source="study-b", basis="survey")]
    tables = {"head": evidence_head(), "component": [component("camps", *studies)]}
    return write_case(tmp_path / "case", tables)


def _words(case: Path, *more: str) -> tuple[str, ...]:
    return ("conflict", str(case), "--workers", "1", *more)


def test_first_sentence_says_what_pulls_against_what_and_how_far(run: Run, case: Path) -> None:
    """The finding comes first, with both sides, the direction and both probabilities; lines fit the terminal."""
    out = run(*_words(case)).out
    sentence = " ".join(out.split("\n\n")[0].split())
    assert sentence.startswith("In conflict: camps: ")
    assert " says 50,000, all other evidence leads one to expect " in sentence
    assert "% lower (p = " in sentence
    assert "corrected " in sentence
    assert max(map(len, out.splitlines())) <= 80


def test_csv_has_every_number_of_the_document_and_nothing_is_computed_again(
    run: Run, case: Path, tmp_path: Path
) -> None:
    """The JSON follows its schema, the CSV has its numbers, and the second run takes the results that are kept."""
    document = json.loads(run(*_words(case, "--format", "json")).out)
    jsonschema.Draft202012Validator(result_schema("conflict")).validate(document)
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache" / "comparisons").glob("*.json")}
    assert len(kept) == len(document["nodes"]) == 1
    (row,) = csv.DictReader(io.StringIO(run(*_words(case, "--format", "csv")).out))
    (node,) = document["nodes"]
    assert float(row["p"]) == node["probability"]
    assert float(row["p_corrected"]) == node["corrected"]
    assert float(row["rest_median"]) == node["rest"]["median"]
    assert node["conflict"]
    assert row["is_conflict"] == "True"
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache" / "comparisons").glob("*.json")} == kept


def test_result_is_made_again_and_an_altered_one_is_found(run: Run, case: Path, tmp_path: Path) -> None:
    """`mcmort verify` makes every comparison anew and compares every number."""
    result = tmp_path / "conflict.json"
    assert run(*_words(case, "--draws", "6000", "--format", "json", "--output", str(result))).code == 0
    assert run("verify", result).code == 0
    document = json.loads(result.read_text())
    document["nodes"][0]["rest"]["high"] *= 1.01
    result.write_text(json.dumps(document))
    ran = run("verify", result)
    assert ran.code == 1
    assert "nodes[0].rest.high: printed" in ran.err


def test_too_few_draws_are_wrong_use(run: Run, case: Path) -> None:
    """Fewer draws than a fit takes end in one sentence and exit code 2."""
    assert run(*_words(case, "--draws", "10")).code == 2
