"""``mcmort predict``: every format, and results that are made again from their receipts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.cli.ran import Run, runner, small_folder

WHOLE = ("predict", "case", "-d", "whole", "-n", "3000")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a small case and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    return runner(capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--basis", "survey", "--interval", "80%"),
        ("--basis", "survey", "--basis", "registered", "--method", "quasi", "--years", "1932:1941"),
    ],
    ids=" ".join,
)
def test_predictions_are_made_again_bit_for_bit(words: tuple[str, ...], run: Run) -> None:
    """The JSON obeys its schema and holds enough to make every number again."""
    assert run(*WHOLE, *words, "-f", "json", "-o", "a.json").code == 0
    document = json.loads(Path("a.json").read_text())
    jsonschema.validate(document, result_schema("prediction"))
    ran = run("verify", "a.json")
    assert (ran.code, ran.err) == (0, "")
    document["figures"][0]["high"] *= 1.01
    Path("a.json").write_text(json.dumps(document))
    assert "figures[0].high" in run("verify", "a.json").err


def test_all_formats_print_a_row_for_each_basis_and_the_total(run: Run) -> None:
    """Text, CSV, Markdown and LaTeX come from the same rows."""
    for form in ("text", "csv", "markdown", "latex"):
        out = run(*WHOLE, "-f", form).out
        assert all(word in out for word in ("registered", "survey", "total"))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--basis", "hearsay"), 2, "'hearsay' is no basis; expected one of registered"),
        (("--interval", "95"), 2, "probability 95"),
    ],
)
def test_wrong_use_is_refused(words: tuple[str, ...], code: int, message: str, run: Run) -> None:
    """Exit code 2 with what was found and what is expected."""
    ran = run(*WHOLE, *words)
    assert ran.code == code
    assert message in " ".join(ran.err.split())
