"""``mcmort multiverse``: what it prints, in every format, and that it is made again from its receipt."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.cli.ran import Run, runner, small_folder

WORDS = ("-n", "300", "--dial", "reading=90%", "--dial", "family=case", "--dial", "dependence=declared")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a small case and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    return runner(capsys)


@pytest.mark.slow
def test_multiverse_as_text_begins_with_what_the_disagreement_is_about(run: Run) -> None:
    """The first sentence gives the shares, which sum to the whole, and the notes answer what was asked."""
    printed = run("multiverse", "case", *WORDS, "--holds", "11000").out
    assert "of the disagreement among" in printed.splitlines()[0]
    assert "is about what to count" in " ".join(printed.split())
    assert "11,000 lies within the 95 % credible interval of" in " ".join(printed.split())


@pytest.mark.slow
def test_multiverse_as_json_is_valid_and_made_again(run: Run) -> None:
    """The document is valid under its schema, sorted by medians, and `mcmort verify` makes it again to the last bit."""
    assert run("multiverse", "case", *WORDS, "--exclude", "pool=log net=net", "-f", "json", "-o", "a.json").code == 0
    document = json.loads(Path("a.json").read_text())
    jsonschema.Draft202012Validator(result_schema("multiverse")).validate(document)
    medians = [universe["median"] for universe in document["universes"]]
    assert medians == sorted(medians)
    assert sum(document["medians"]["groups"].values()) == pytest.approx(1.0)
    assert not any(
        each["options"]["pool"] == "log" and each["options"]["net"] == "net" for each in document["universes"]
    )
    assert run("verify", "a.json").code == 0
    document["universes"][0]["median"] += 1.0
    Path("a.json").write_text(json.dumps(document))
    assert run("verify", "a.json").code == 1


@pytest.mark.slow
def test_multiverse_as_csv_has_a_row_for_each_universe(run: Run) -> None:
    """CSV has all dials and raw numbers of every universe; LaTeX and Markdown have the tables."""
    rows = list(csv.DictReader(io.StringIO(run("multiverse", "case", *WORDS, "-f", "csv").out)))
    assert {"definition", "evidence", "pool", "net", "median", "low_50", "high_50", "low", "high"} <= set(rows[0])
    assert [float(row["median"]) for row in rows] == sorted(float(row["median"]) for row in rows)
    assert run("multiverse", "case", *WORDS, "-f", "latex").out.count(r"\begin{tabular}") == 2
    assert "| any of them |" in run("multiverse", "case", *WORDS, "-f", "markdown").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--dial", "pool"), 2, "write it as pool=linear,log"),
        (("--dial", "pool=lgo"), 2, "did you mean 'log'"),
        (("--exclude", "pool"), 2, "write it as"),
        (("--choices", "absent.toml"), 2, "cannot be read"),
        (("--universes", "0"), 2, "--universes"),
        (("--interval", "95"), 2, "did you mean 0.95"),
    ],
)
def test_multiverse_with_bad_words_says_what_is_expected(
    words: tuple[str, ...], code: int, said: str, run: Run
) -> None:
    """Wrong use ends with exit code 2 and a hint, and no traceback."""
    ran = run("multiverse", "case", *WORDS, *words)
    assert (ran.code, said in " ".join(ran.err.split())) == (code, True), ran.err
