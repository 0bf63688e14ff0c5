"""``mcmort probability``: what it prints, what it refuses, and that its results are made again."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.cli.ran import Run, runner, small_folder

WHOLE = ("probability", "case", "-d", "whole", "-n", "3000")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside two small cases and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    small_folder(tmp_path / "other")
    head = tmp_path / "other" / "case.toml"
    head.write_text(head.read_text().replace('id = "small"', 'id = "other"'))
    return runner(capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("--above", "11_000"),
        ("--above", "11e3", "--below", "12,500,000", "--method", "quasi"),
        ("--below", "0.5 thousand", "--table"),
        ("--table", "--interval", "80%", "--years", "1932:1941"),
        (),
        ("--exceeds", "kept", "--net"),
        ("--exceeds", "other:early"),
        ("--exceeds", "other:kept", "--precision", "5%"),
    ],
    ids=" ".join,
)
def test_probabilities_are_made_again_bit_for_bit(words: tuple[str, ...], run: Run) -> None:
    """Whatever was asked, the JSON obeys its schema and holds enough to make the same numbers again."""
    assert run(*WHOLE, *words, "-f", "json", "-o", "a.json").code == 0
    document = json.loads(Path("a.json").read_text())
    jsonschema.validate(document, result_schema("probability"))
    ran = run("verify", "a.json")
    assert (ran.code, ran.err) == (0, "")
    document["events"][0]["probability"] += 1e-6
    Path("a.json").write_text(json.dumps(document))
    changed = run("verify", "a.json")
    assert changed.code == 1
    assert "events[0].probability" in changed.err


def test_first_sentence_states_the_probability_with_its_definition(run: Run) -> None:
    """Title, definition, years, what is counted, threshold and probability stand in one sentence, of every format."""
    ran = run(*WHOLE, "--above", "11 thousand")
    assert ran.code == 0
    first = " ".join(ran.out.split("\n\n")[0].split())
    assert first.startswith("A small case: the total under “All deaths”, 1930\N{EN DASH}1944, registered or not, is ")
    assert "is more than 11,000 with a probability of " in first
    for form in ("csv", "markdown", "latex"):
        assert run(*WHOLE, "--above", "11e3", "-f", form).code == 0


def test_probability_of_a_floor_is_a_bound(run: Run) -> None:
    """Registered deaths are the least: above reads at least, below at most, between only if complete."""
    kept = ("probability", "case", "-d", "kept", "-n", "3000")
    assert "at least " in run(*kept, "--above", "5_000").out
    assert "at most " in run(*kept, "--below", "5_000").out
    between = run(*kept, "--above", "4_900", "--below", "5_100").out
    assert "if complete" in between
    assert "If complete: only if no register missed a death" in between


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "many", "12.345", "1e999", "1,00", "20 millions", ""])
def test_threshold_that_is_no_number_is_wrong_use(number: str, run: Run) -> None:
    """What is no finite number, or can be read in two ways, is refused with exit code 2 and how to write it."""
    ran = run(*WHOLE, f"--above={number}")
    assert ran.code == 2
    assert "number of deaths" in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--above", "9", "--below", "8"), 2, "expected the first to be the smaller"),
        (("--above", "9", "--exceeds", "kept"), 2, "--exceeds"),
        (("--exceeds", "kpt"), 1, "no definition 'kpt'"),
        (("--exceeds", "other:kpt"), 1, "no definition 'kpt'"),
        (("--exceeds", "nowhere:kept"), 1, "no case 'nowhere'"),
    ],
)
def test_what_cannot_be_compared_is_refused(words: tuple[str, ...], code: int, message: str, run: Run) -> None:
    """Wrong use has exit code 2, bad input 1, and each says what is wrong."""
    ran = run(*WHOLE, *words)
    assert ran.code == code
    assert message in " ".join(ran.err.split())
