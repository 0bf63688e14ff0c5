"""How draws are made, as chosen on the command line: precision, method, dependence and pool, on every such command."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from mcmort.cli.options import relative
from tests.cases import component, definition, dependence, ranged, write_case
from tests.cli.ran import Run, listing, runner
from tests.present.made import claim

pytestmark = pytest.mark.slow

_TOTAL = ("total", "case", "-d", "whole")
_COMMANDS: list[tuple[str, ...]] = [
    _TOTAL,
    ("compare", "case", "--no-figure"),
    ("claims", "case"),
    ("plot", "case", "-o", "a.svg"),
]
_IDS = ["total", "compare", "claims", "plot"]
_WORDS: list[tuple[str, ...]] = [
    ("-n", "1000", "--dependence", "independent", "--pool", "log"),
    ("--precision", "2%", "--method", "quasi", "--dependence", "comonotonic", "--pool", "envelope"),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a case of two tied components, one of which pools two estimates, and return the runner."""
    monkeypatch.chdir(tmp_path)
    tables: dict[str, Any] = {
        "component": [
            component("one", ranged(9_000, 18_000), ranged(14_000, 30_000, source="study-b", lineage="other")),
            component("two", ranged(8_000, 25_000, source="study-c"), facets={"category": "b"}),
        ],
        "claim": [claim("author", best=30_000.0, reads="point")],
        "dependence": [dependence("archive", ["one", "two"], 0.7)],
        "definitions": {
            "early": definition(label="Early deaths", include=[{"category": "a"}]),
            "whole": definition(label="All deaths"),
        },
    }
    write_case(tmp_path / "case", tables)
    return runner(capsys)


def _json(run: Run, *words: str) -> dict[str, Any]:
    ran = run(*words, "-f", "json")
    assert (ran.code, ran.err) == (0, "")
    document: dict[str, Any] = json.loads(ran.out)
    return document


def _flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", ["0.1%", "0.1 %", " 0.1% ", "0.001", "1e-3", ".001", "1e-1%", "0.10%"])
def test_a_precision_is_read_in_any_form(text: str) -> None:
    """Per cent or a fraction, with blanks or powers of ten: all of these are one thousandth, to the last digit."""
    assert relative(text) == pytest.approx(0.001, rel=1e-15)
    assert relative(None) is None


@pytest.mark.parametrize(
    "text", ["", "0", "0%", "100%", "1", "1.5", "-0.1%", "0.1%%", "% 0.1", "nan", "inf", "0,1%", "fine", "0.1 permille"]
)
def test_malformed_precision_is_refused(text: str, run: Run) -> None:
    """Nothing, all, more than all, less than nothing, or no number: exit code 2, the word, and how to write it."""
    with pytest.raises(typer.BadParameter):
        relative(text)
    ran = run(*_TOTAL, f"--precision={text}")
    assert (ran.code, ran.out) == (2, "")
    assert "--precision" in ran.err
    assert "write it as 0.1%" in _flat(ran.err.replace("│", " "))


@pytest.mark.parametrize("command", _COMMANDS, ids=_IDS)
@pytest.mark.parametrize(
    ("option", "word", "known"),
    [("--method", "sobol", "quasi"), ("--dependence", "some", "comonotonic"), ("--pool", "median", "envelope")],
)
def test_unknown_choice_is_refused(command: tuple[str, ...], option: str, word: str, known: str, run: Run) -> None:
    """A word that is none: exit code 2, nothing on stdout, no file, the option and the words that there are."""
    before = listing(Path())
    ran = run(*command, option, word)
    assert (ran.code, ran.out) == (2, "")
    assert option in ran.err
    assert known in ran.err
    assert listing(Path()) == before


@pytest.mark.parametrize("command", _COMMANDS, ids=_IDS)
@pytest.mark.parametrize("words", _WORDS, ids=" ".join)
def test_every_command_that_draws_takes_the_options(command: tuple[str, ...], words: tuple[str, ...], run: Run) -> None:
    """Total, compare, claims and plot take each option, with nothing on stderr, and the same words print the same."""
    one, other = (run(*command, *words) for _ in range(2))
    assert (one.code, one.err) == (0, "")
    assert one == other


@pytest.mark.parametrize("command", [_COMMANDS[0], _COMMANDS[2]], ids=[_IDS[0], _IDS[2]])
@pytest.mark.parametrize(
    "words", [("--method", "quasi"), ("--dependence", "comonotonic"), ("--pool", "envelope")], ids=" ".join
)
def test_an_option_changes_the_numbers(command: tuple[str, ...], words: tuple[str, ...], run: Run) -> None:
    """Negative control: each option reaches the draws, since what is printed in JSON differs from the usual."""
    usual, chosen = (_json(run, *command, *more, "-n", "2000") for more in ((), words))
    for document in (usual, chosen):
        for key in ("draws", "receipt"):
            document.pop(key, None)
    assert usual != chosen


def test_json_holds_the_draws_that_were_made(run: Run) -> None:
    """With a precision the JSON names the draws that it took, and the errors in it keep to what was asked."""
    for method in ("plain", "quasi"):
        document = _json(run, *_TOTAL, "--precision", "1%", "--method", method)
        assert document["draws"] >= 1 << 15
        assert document["receipt"]["draws"] == document["draws"]
        assert document["receipt"]["method"] == method
        (interval,) = (
            one for one in document["intervals"] if (one["probability"], one["kind"]) == (0.95, "equal-tailed")
        )
        for end in ("low", "high"):
            assert 1.96 * interval[f"{end}_error"] <= 0.01 * interval[end]
        assert 1.96 * document["median_error"] <= 0.01 * document["median"]


def test_a_finer_precision_takes_more_draws(run: Run) -> None:
    """A fifth of a per cent takes more draws than one; without a precision as many are made as were asked for."""
    coarse, fine = (_json(run, *_TOTAL, "--precision", text)["draws"] for text in ("1%", "0.2%"))
    assert fine > coarse
    assert _json(run, *_TOTAL, "-n", "100")["draws"] == 100


def test_draws_are_the_most_with_a_precision(run: Run) -> None:
    """``--draws`` caps the draws of ``--precision``, and the text says that it was not reached."""
    ran = run(*_TOTAL, "--precision", "0.001%", "-n", "5000")
    assert ran.code == 0
    assert "The precision of 0.001 % was not reached: the limits are known to " in _flat(ran.out)
    assert "5,000 draws, seed 1" in _flat(ran.out)


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (("--precision", "2%"), "Asked for a precision of 2 %; reached"),
        (("--method", "quasi"), "draws, on scrambled Sobol points, seed 1"),
        (("--dependence", "independent"), "independent instead of the declared dependence"),
        (("--dependence", "comonotonic"), "comonotonic instead of the declared dependence"),
        (("--pool", "log"), "estimates pooled by the log rule"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_was_chosen_is_said(words: tuple[str, ...], note: str, run: Run) -> None:
    """Whatever differs from the usual way of drawing stands below the table; where nothing was chosen nothing does."""
    assert note in _flat(run(*_TOTAL, *words).out)
    assert note not in _flat(run(*_TOTAL, "-n", "500").out)


def test_dependence_widens_the_interval(run: Run) -> None:
    """Independent, declared and comonotonic give wider intervals in that order, by more than their errors."""
    widths = []
    for word in ("independent", "declared", "comonotonic"):
        document = _json(run, *_TOTAL, "--dependence", word)
        (interval,) = (
            one for one in document["intervals"] if (one["probability"], one["kind"]) == (0.95, "equal-tailed")
        )
        error = math.hypot(interval["low_error"], interval["high_error"])
        widths.append((interval["high"] - interval["low"], error))
    for (narrow, error), (wide, other) in pairwise(widths):
        assert wide - narrow > 4.0 * math.hypot(error, other)


_RECEIPTS: list[tuple[str, ...]] = [
    (*_TOTAL, "--precision", "2%"),
    (*_TOTAL, "--method", "quasi", "-n", "3000"),
    (*_TOTAL, "--method", "quasi", "--precision", "1%", "--interval", "0.8"),
    (*_TOTAL, "--dependence", "comonotonic", "-n", "3000"),
    (*_TOTAL, "--pool", "envelope", "--evidence", "demographic,survey", "-n", "3000"),
    ("compare", "case", "--method", "quasi", "--dependence", "independent", "--pool", "log", "-n", "3000"),
]


@pytest.mark.parametrize("words", _RECEIPTS, ids=" ".join)
def test_a_result_is_verified_however_it_was_drawn(words: tuple[str, ...], run: Run) -> None:
    """A JSON result holds all the choices that its histograms need to be made again, bit for bit, on other threads."""
    assert run(*words, "-f", "json", "-o", "a.json").code == 0
    assert json.loads(Path("a.json").read_text())["receipt"]["kept"] is False
    ran = run("verify", "a.json", "--threads", "3")
    assert (ran.code, ran.err) == (0, "")
    assert "reproduced bit for bit" in ran.out


@pytest.mark.parametrize(
    "change",
    [
        {"method": "plain"},
        {"dependence": "independent"},
        {"pool": "log"},
        {"pool": None},
        {"seed": 2},
        {"draws": 8_192},
        {"kept": True, "method": "plain"},
    ],
    ids=str,
)
def test_a_receipt_with_another_choice_is_not_reproduced(change: dict[str, Any], run: Run) -> None:
    """A receipt that claims another method, dial, pool, seed, number of draws or that draws were kept fails, code 1."""
    words = ("--method", "quasi", "--dependence", "comonotonic", "--pool", "envelope", "-n", "3000")
    document = _json(run, *_TOTAL, *words)
    document["receipt"].update(change)
    Path("a.json").write_text(json.dumps(document))
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "not reproduced: whole. No version differs." in ran.err


def test_tampered_digest_of_a_histogram_is_detected(run: Run) -> None:
    """One digit of a digest changed: not reproduced."""
    document = _json(run, *_TOTAL, "--precision", "2%")
    digest = document["receipt"]["totals"]["whole"]
    document["receipt"]["totals"]["whole"] = ("0" if digest[0] != "0" else "1") + digest[1:]
    Path("a.json").write_text(json.dumps(document))
    assert "not reproduced: whole" in run("verify", "a.json").err


@pytest.mark.parametrize(
    "change", [{"method": "sobol"}, {"dependence": "some"}, {"pool": "median"}, {"kept": "maybe"}], ids=str
)
def test_receipt_with_an_unknown_choice_is_refused(change: dict[str, Any], run: Run) -> None:
    """A word that the engine does not know is reported with its key, before anything is drawn."""
    document = _json(run, *_TOTAL, "-n", "1000")
    document["receipt"].update(change)
    Path("a.json").write_text(json.dumps(document))
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert f"wrong or missing: {next(iter(change))}" in ran.err


def test_the_receipt_of_a_figure_is_verified(run: Run) -> None:
    """The receipt beside a figure holds the choices as well."""
    assert run("plot", "case", "-o", "a.svg", "--method", "quasi", "--pool", "log", "-n", "2000").code == 0
    receipt = json.loads(Path("a.svg.receipt.json").read_text())
    assert (receipt["method"], receipt["pool"], receipt["draws"]) == ("quasi", "log", 8 * 256)
    assert run("verify", "a.svg.receipt.json").code == 0


def test_all_settings_of_dependence_print_as_one_table(run: Run) -> None:
    """``total --dependence all`` draws once for each setting; each row is what that setting prints by itself."""
    document = json.loads(run(*_TOTAL, "-n", "1000", "--dependence", "all", "--format", "json").out)
    for setting in ("independent", "declared", "comonotonic"):
        alone = json.loads(run(*_TOTAL, "-n", "1000", "--dependence", setting, "--format", "json").out)
        assert document[setting] == alone
    printed = run(*_TOTAL, "-n", "1000", "--dependence", "all").out
    assert all(label in printed for label in ("none", "as declared", "all inputs in step", "any: smallest"))


def test_all_settings_of_dependence_belong_to_one_total_of_pooled_ranges(run: Run) -> None:
    """A model of all the evidence has no dial to turn, and a comparison would be three tables: both are wrong use."""
    refused = run(*_TOTAL, "--dependence", "all", "--engine", "synthesis")
    assert refused.code == 2
    assert "--dependence" in refused.err
    assert run("compare", "case", "--no-figure", "--dependence", "all").code == 2
