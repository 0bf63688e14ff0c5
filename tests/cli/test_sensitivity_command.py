"""``mcmort sensitivity``: its tables and its document say the same, and bad input ends in a sentence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.cases import case_of, component, dependence, overlap, ranged, share, write_case
from tests.cli.ran import Run, runner, small_folder

pytestmark = pytest.mark.slow

_WORDS = ("sensitivity", "case", "-d", "whole", "-n", "2000")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a small case and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    return runner(capsys)


def test_text_begins_with_the_finding_and_fits_eighty_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sentence names the component that narrows the interval most; no line is longer than the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    for table, name in (("components", "known"), ("inputs", "known: all deaths")):
        printed = run(*_WORDS, "--table", table).out
        sentence = " ".join(printed.split("\n\n")[0].split())
        assert f"would be narrowed most by better evidence on {name}: if that were known, by " in sentence
        assert max(len(line) for line in printed.splitlines()) <= 80


@pytest.mark.parametrize("table", ["components", "inputs"])
def test_csv_has_every_number_of_the_document(table: str, run: Run) -> None:
    """Each row of a CSV table has the raw estimates and errors of the JSON document, which its schema allows."""
    document = json.loads(run(*_WORDS, "-f", "json").out)
    jsonschema.Draft202012Validator(result_schema("sensitivity")).validate(document)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(run(*_WORDS, "-f", "csv", "--table", table).out))}
    assert set(rows) == {one["name"] for one in document[table]}
    for one in document[table]:
        row = rows[one["name"]]
        assert float(row["narrower"]) == one["narrower"]["value"]
        assert float(row["narrower_error"]) == one["narrower"]["error"]
        shapley = one["shapley_share" if table == "components" else "shapley_effect"]
        assert float(row["shapley_share"]) == shapley["value"]
        if table == "inputs":
            assert float(row["sobol_total"]) == one["sobol"]["total"]["value"]
        else:
            assert float(row["covariance_share"]) == one["covariance_share"]["value"]


def test_every_kind_of_input_and_part_has_a_label(run: Run) -> None:
    """Overlaps, shares, groups and what is raised to zero are named in words, never by the names of streams."""
    registered = ranged(4e4, 5e4, measure="registered", basis="registered", source="study-b")
    tables = {
        "component": [
            component("guest", ranged(5e4, 2e5), years=[1930, 1945]),
            component("host", ranged(3e5, 4e5), ordinary=share(0.05, 0.2)),
            component("listed", registered, completeness=share(0.5, 0.9)),
        ],
        "overlap": [overlap("both", "guest", "host", **share(0.1, 0.5))],
        "dependence": [dependence("archive", ["guest", "host"], 0.5)],
    }
    case_of(*tables["component"], overlap=tables["overlap"], dependence=tables["dependence"])
    write_case(Path("rich"), tables)
    words = ("sensitivity", "rich", "-d", "whole", "--net", "--years", "1930:1938", "-n", "2000", "-f", "json")
    document = json.loads(run(*words).out)
    labels = {one["name"]: one["label"] for one in (*document["components"], *document["inputs"])}
    assert labels["both"] == "less: guest, within host"
    assert labels["overlap:both"] == "share of guest that host counts too"
    assert labels["ordinary:host"] == "host: ordinary mortality"
    assert labels["completeness:listed"] == "listed: completeness of the register"
    assert labels["registered:listed"] == "listed: registered deaths"
    assert any(label.startswith("timing of guest in 1930") for label in labels.values())
    assert [one["label"] for one in document["tied"]] == ["together: archive (2 inputs)"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sensitivity", "case"), 2, "sensitivity needs a definition, given with --definition (-d); case has kept"),
        (("sensitivity", "case", "-d", "nothing"), 1, "no definition 'nothing'"),
        (("sensitivity", "case", "-d", "whole", "--years", "1800:1801"), 1, "selects no component"),
        ((*_WORDS[:4], "-n", "100"), 2, "has 100 draws; expected at least 1,600"),
        ((*_WORDS, "--method", "quasi"), 2, "sensitivity takes a number of independent draws"),
        ((*_WORDS, "--precision", "1%"), 2, "sensitivity takes a number of independent draws"),
        ((*_WORDS, "--table", "sources"), 2, "'sources' is not one of"),
    ],
)
def test_bad_use_ends_in_a_sentence(words: tuple[str, ...], code: int, said: str, run: Run) -> None:
    """What makes no sense is refused with what was found and expected."""
    ran = run(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in " ".join(ran.err.replace("│", " ").split())
