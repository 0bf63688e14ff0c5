"""``mcmort rates``: one case or several, in every format, made again from its receipt."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.cases import component, definition, head, point, quantity, ranged, write_case
from tests.cli.ran import Run, runner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside two small cases with populations, and one without, and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    for name, population in (("case", "people"), ("other", "people"), ("bare", None)):
        changes = {} if population is None else {"population": population}
        tables = {
            "head": head(id=name, title=name.title()),
            "component": [component("one", ranged(9_000, 12_000)), component("two", ranged(800, 1_500))],
            "quantity": [quantity("people", point(1e5))],
            "definitions": {"whole": definition(**changes), "part": definition(include=[{"component": "two"}])},
        }
        write_case(tmp_path / name, tables)
    return runner(capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("case",), ("case", "other"), ("case", "other", "-d", "whole", "--years", "1930:1935")], ids=" ".join
)
def test_rates_are_made_again_bit_for_bit(words: tuple[str, ...], run: Run) -> None:
    """The JSON obeys its schema and holds enough to make the rates of all cases again."""
    assert run("rates", *words, "-n", "3000", "-f", "json", "-o", "a.json").code == 0
    document = json.loads(Path("a.json").read_text())
    jsonschema.validate(document, result_schema("rates"))
    assert len(document["rates"]) == len([word for word in words if word in ("case", "other")])
    ran = run("verify", "a.json")
    assert (ran.code, ran.err) == (0, "")
    document["rates"][-1]["per_thousand"]["median"] += 1e-6
    Path("a.json").write_text(json.dumps(document))
    assert "per_thousand.median" in run("verify", "a.json").err


def test_first_sentence_states_the_rate_with_its_population(run: Run) -> None:
    """Deaths for so many people, the definition, and the population at risk; all formats print."""
    first = " ".join(run("rates", "case", "-n", "3000").out.split("\n\n")[0].split())
    assert first.startswith("Case: ")
    assert "deaths for every 100 people" in first
    assert "of the population at risk: people" in first
    for form in ("csv", "markdown", "latex"):
        assert run("rates", "case", "other", "-n", "3000", "-f", form).code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bare",), "names its population at risk"),
        (("case", "-d", "part"), "names no population at risk"),
        (("case", "-d", "prt"), "no definition 'prt'"),
        (("nowhere",), "no case 'nowhere'"),
    ],
)
def test_what_has_no_rate_is_refused(words: tuple[str, ...], message: str, run: Run) -> None:
    """Bad input has exit code 1 and says what is missing."""
    ran = run("rates", *words)
    assert ran.code == 1
    assert message in " ".join(ran.err.split())
