"""``mcmort fit``, and the engine ``synthesis`` in every command that draws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcmort.cli.app import main

pytestmark = pytest.mark.slow

CASE = str(Path(__file__).parents[2] / "benchmarks" / "synthetic")


def _ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments]) == 0
    return capsys.readouterr().out


def test_a_fit_says_what_it_found_and_how_sure_its_chains_are(capsys: pytest.CaptureFixture[str]) -> None:
    """The table has a row for each component, and beneath it the evidence, the balance and the diagnostics."""
    out = _ran(capsys, "fit", CASE)
    for words in (
        "totals, given all the evidence",
        "95 % interval",
        "Conditioned on",
        "not accounted for",
        "R-hat at most",
    ):
        assert words in out


def test_the_document_of_a_fit_has_every_figure_used_or_left(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON holds each input before and after, with its diagnostics; no figure is both used and left out."""
    document = json.loads(_ran(capsys, "fit", CASE, "--format", "json"))
    assert document["schema"] == "mcmort/fit/1"
    assert all(one["rhat"] <= 1.01 and one["ess_bulk"] >= 400 and one["mcse"] <= 0.05 for one in document["inputs"])
    names = {one["name"] for one in document["figures"]}
    assert names
    assert not names & set(document["left"])
    assert document["chains"] == 4


@pytest.mark.parametrize("option", ["--priors", "--figures"])
def test_fit_prints_each_of_its_other_tables(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each other table is printed in place of the components."""
    out = _ran(capsys, "fit", CASE, option)
    assert {"--priors": "priors of deaths", "--figures": "Expected, 95 %"}[option] in out
    assert "Conditioned on" not in out


def test_comparison_with_both_engines_prints_them_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document holds a comparison of each engine, as that engine alone gives it; the figure has both receipts."""
    figure = tmp_path / "both.svg"
    both = json.loads(_ran(capsys, "compare", CASE, "--engine", "both", "--format", "json", "--figure", str(figure)))
    for engine in ("elicited", "synthesis"):
        alone = json.loads(_ran(capsys, "compare", CASE, "--engine", engine, "--format", "json"))
        assert both[engine]["definitions"] == alone["definitions"]
        assert both[engine]["engine"] == engine
    assert {one.name for one in tmp_path.iterdir()} == {"both.svg", "both.svg.receipt.json"}
    assert json.loads((tmp_path / "both.svg.receipt.json").read_text()).keys() == {"elicited", "synthesis"}


def test_a_receipt_of_a_fit_is_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same fit is made again, without its stored copy, to the last bit; a changed digest is found out."""
    result = tmp_path / "total.json"
    name = json.loads(_ran(capsys, "compare", CASE, "--format", "json"))["definitions"][0]["definition"]["id"]
    result.write_text(_ran(capsys, "total", CASE, "-d", name, "--engine", "synthesis", "--format", "json"))
    _ran(capsys, "verify", str(result))
    document = json.loads(result.read_text())
    document["receipt"]["totals"][name] = "0" * 64
    result.write_text(json.dumps(document))
    assert main(["verify", str(result)]) == 1


def test_fit_is_made_again_by_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fit prints the same numbers from its stored copy and without; one that is altered is found."""
    result = tmp_path / "fit.json"
    result.write_text(_ran(capsys, "fit", CASE, "--format", "json"))
    _ran(capsys, "verify", str(result))
    document = json.loads(result.read_text())
    document["inputs"][0]["ess_bulk"] += 1.0
    result.write_text(json.dumps(document))
    assert main(["verify", str(result)]) == 1
    assert "inputs[0].ess_bulk: printed" in capsys.readouterr().err


def test_claims_among_the_evidence_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    """Agreement with a claim that is evidence tests nothing, and the table says so; elicited draws have none."""
    found = json.loads(_ran(capsys, "claims", CASE, "--engine", "synthesis", "--format", "json"))["claims"]
    used = {one["id"] for one in found if one["conditioned"]}
    data = {one["name"] for one in json.loads(_ran(capsys, "fit", CASE, "--format", "json"))["figures"]}
    assert used
    assert used == {name.removeprefix("claim:") for name in data if name.startswith("claim:")}
    elicited = json.loads(_ran(capsys, "claims", CASE, "--format", "json"))["claims"]
    assert not any(one["conditioned"] for one in elicited)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("fit", CASE, "--priors", "--figures"), "one table at a time"),
        (("fit", CASE, "--draws", "20"), "400 draws at least"),
        (("fit", CASE, "--without", "nobody"), "no source or lineage 'nobody'"),
        (("fit", CASE, "--evidence", "hearsay"), "no basis of evidence"),
        (("total", CASE, "-d", "x", "--engine", "synthesis", "--method", "quasi"), "engine 'elicited'"),
        (("total", CASE, "-d", "x", "--engine", "synthesis", "--precision", "1%"), "engine 'elicited'"),
        (("total", CASE, "-d", "x", "--engine", "synthesis", "--pool", "log"), "engine 'elicited'"),
        (("total", CASE, "-d", "x", "--without", "someone"), "engine 'synthesis'"),
        (("compare", CASE, "--engine", "both", "--published"), "one engine"),
    ],
    ids=lambda value: " ".join(value[2:]) if isinstance(value, tuple) else "",
)
def test_wrong_use_of_fit_is_reported(
    arguments: tuple[str, ...], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What belongs to the other engine, or is not there, exits with 2 and one clear word."""
    assert main([*arguments]) == 2
    assert word in " ".join(capsys.readouterr().err.split())
