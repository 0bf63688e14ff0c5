"""``mcmort calibrate``: its document, its receipt."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.bayes.small_cases import evidence_head
from tests.cases import component, point, write_case
from tests.cli.ran import Run, runner

_SIMULATIONS = 6


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line with a cache of its own."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "cache"))
    return runner(capsys)


@pytest.mark.slow
def test_result_is_made_again_and_an_altered_rank_is_found(run: Run, tmp_path: Path) -> None:
    """The document follows its schema, ranks agree with the coverage beside them, and `verify` compares every rank."""
    studies = [point(50e3), point(60e3, source="study-b", basis="survey")]
    case = write_case(tmp_path / "case", {"head": evidence_head(), "component": [component("camps", *studies)]})
    path = tmp_path / "calibration.json"
    words = ("calibrate", case, "-n", _SIMULATIONS, "--workers", 1, "--format", "json", "--output", path)
    assert run(*map(str, words)).code == 0
    document = json.loads(path.read_text())
    jsonschema.Draft202012Validator(result_schema("calibration")).validate(document)
    assert document["simulations"] == _SIMULATIONS
    for quantity in document["quantities"]:
        ranks, held = quantity["ranks"], {one["level"]: one["held"] for one in quantity["coverage"]}
        assert len(ranks) == document["counted"]
        assert held[0.9] == pytest.approx(sum(5 <= rank <= 94 for rank in ranks) / len(ranks))
    assert run("verify", path).code == 0
    document["quantities"][0]["ranks"][0] += 1
    path.write_text(json.dumps(document))
    ran = run("verify", path)
    assert ran.code == 1
    assert "quantities[0].ranks[0]" in ran.err
