"""``mcmort priors``: formats and verification."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mcmort.present.documents.result_schemas import result_schema
from tests.bayes.small_cases import evidence_head
from tests.cases import component, point, write_case
from tests.cli.ran import runner

pytestmark = pytest.mark.slow


def test_document_follows_its_schema_and_is_verified(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON has a row for each change, the first sentence stands in both, and a second run gives the same numbers."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "cache"))
    studies = [point(50e3), point(70e3, source="study-b", basis="survey")]
    case = write_case(tmp_path / "case", {"head": evidence_head(), "component": [component("camps", *studies)]})
    run = runner(capsys)
    words = ("priors", str(case), "--workers", "1", "--draws", "1000")
    text = run(*words).out
    document = json.loads(run(*words, "--format", "json").out)
    jsonschema.Draft202012Validator(result_schema("priors")).validate(document)
    assert document["changes"][0]["change"] == "as it is"
    assert {"tails", "spread/2", "spread*2"} <= {row["change"] for row in document["changes"]}
    assert " ".join(text.split("\n\n")[0].split()) == document["headline"]
    result = tmp_path / "priors.json"
    result.write_text(json.dumps(document))
    assert run("verify", str(result)).code == 0
