"""Receipts: a result is made again bit for bit from what it recorded, and nothing that differs gets through."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.receipt import Receipt, parse_receipt, read_receipt, verify
from mcmort.errors import VerifyError
from tests.cli.ran import Run, runner, small_folder

pytestmark = pytest.mark.slow

REQUESTS = [
    ("total", "case", "-d", "whole"),
    ("total", "case", "-d", "kept", "--seed", "11"),
    ("total", "case", "-d", "whole", "--years", "1932:1941", "--net"),
    ("total", "case", "-d", "early", "--include", "category=b", "--exclude", "group=y", "--measure", "all"),
    ("total", "case", "-d", "whole", "--evidence", "demographic", "--interval", "0.8"),
    ("compare", "case"),
    ("compare", "case", "--years", "1930:1935", "-d", "early", "-d", "whole"),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a small case and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    return runner(capsys)


def _made(run: Run, *words: str) -> dict[str, Any]:
    """Make a JSON result in the file a.json and return it."""
    words = words or ("total", "case", "-d", "whole")
    assert run(*words, "-n", "3000", "-f", "json", "-o", "a.json").code == 0
    document: dict[str, Any] = json.loads(Path("a.json").read_text())
    return document


def _kept(document: object) -> None:
    Path("a.json").write_text(json.dumps(document))


@pytest.mark.parametrize("words", REQUESTS, ids=" ".join)
def test_a_json_result_is_reproduced(words: tuple[str, ...], run: Run) -> None:
    """Whatever was asked, the JSON holds enough to make the same bits again, on one thread or on several."""
    document = _made(run, *words)
    for threads in ((), ("--threads", "1"), ("--threads", "3")):
        ran = run("verify", "a.json", *threads)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"a.json: reproduced bit for bit: {', '.join(document['receipt']['totals'])}\n"


def test_the_receipt_beside_a_figure_is_reproduced(run: Run) -> None:
    """The receipt that a figure leaves beside it stands for the comparison."""
    assert run("plot", "case", "-n", "3000", "-o", "a.svg").code == 0
    ran = run("verify", "a.svg.receipt.json")
    assert ran.code == 0
    assert ran.out.endswith("reproduced bit for bit: kept, early, whole\n")


def test_a_receipt_is_read_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``mcmort total ... -f json | mcmort verify -`` works."""
    printed = run("total", "case", "-d", "whole", "-n", "3000", "-f", "json").out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    assert run("verify", "-").out == "-: reproduced bit for bit: whole\n"


def test_a_digest_is_that_of_the_draws(run: Run) -> None:
    """Two seeds give two digests, and one bit more or less of the total gives another."""
    first = _made(run)["receipt"]["totals"]
    second = _made(run, "total", "case", "-d", "whole", "--seed", "2")["receipt"]["totals"]
    assert first["whole"] != second["whole"]
    assert len(first["whole"]) == 64


@pytest.mark.parametrize("key", ["seed", "draws"])
def test_a_changed_seed_or_number_of_draws_is_not_reproduced(key: str, run: Run) -> None:
    """A receipt that claims another seed, or one draw more, fails with exit code 1 and names the total."""
    document = _made(run)
    document["receipt"][key] += 1
    _kept(document)
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "a.json: not reproduced: whole. No version differs." in ran.err


def test_a_tampered_digest_is_found(run: Run) -> None:
    """Among several totals the one whose digest was changed is named, and only that one."""
    document = _made(run, "compare", "case")
    digest = document["receipt"]["totals"]["early"]
    document["receipt"]["totals"]["early"] = ("0" if digest[0] != "0" else "1") + digest[1:]
    _kept(document)
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "not reproduced: early." in ran.err


def test_a_changed_request_is_not_reproduced(run: Run) -> None:
    """A receipt whose years were changed no longer fits its digest."""
    document = _made(run)
    document["receipt"]["request"]["years"] = [1930, 1935]
    _kept(document)
    assert "not reproduced: whole" in run("verify", "a.json").err


def test_receipt_of_a_changed_case_is_reported(run: Run) -> None:
    """One figure of the case changed since: exit code 1, both digests, and what to do."""
    _made(run)
    path = Path("case/components.toml")
    path.write_text(path.read_text().replace("9000.0", "9001.0"))
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "the case case has changed: its digest is" in ran.err
    assert "Hint: check out the version of the case" in ran.err


def test_comments_and_order_in_the_files_do_not_matter(run: Run) -> None:
    """A comment, or a file under another name, leaves the case what it was."""
    _made(run)
    path = Path("case/components.toml")
    path.write_text("# a comment\n" + path.read_text())
    path.rename("case/other-name.toml")
    assert run("verify", "a.json").code == 0


def test_receipt_of_a_missing_case_is_reported(run: Run, tmp_path: Path) -> None:
    """Where the folder that the receipt names is not there, the message says which."""
    _made(run)
    (tmp_path / "case").rename(tmp_path / "elsewhere")
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "no case 'case'" in ran.err


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("seed", None, "wrong or missing: seed"),
        ("seed", -1, "wrong or missing: seed"),
        ("draws", 0, "wrong or missing: draws"),
        ("draws", "many", "wrong or missing: draws"),
        ("totals", {}, "does not hold one digest for each definition"),
        ("totals", {"early": "0" * 64}, "does not hold one digest for each definition"),
        ("engine", "oracle", "the receipt names the engine 'oracle'"),
        ("invented", 1, "wrong or missing: invented"),
        ("request", {"definitions": ["nothing"]}, "does not hold one digest"),
        ("case", "nowhere", "no case 'nowhere'"),
    ],
)
def test_a_receipt_that_makes_no_sense_is_refused(key: str, value: object, words: str, run: Run) -> None:
    """A missing, negative, empty, foreign or unknown entry is reported with its key; exit code 1, nothing on stdout."""
    receipt = _made(run)["receipt"]
    if value is None:
        del receipt[key]
    else:
        receipt[key] = value
    _kept({"receipt": receipt})
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err


def test_receipt_of_the_former_exact_method_cannot_be_verified(run: Run) -> None:
    """A result of a method that mcmort no longer has is refused in one sentence, like any that cannot be made again."""
    document = _made(run)
    document["receipt"].update(method="exact", draws=0)
    _kept(document)
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert " ".join(ran.err.split()).endswith(
        "a.json: the result was made with the method 'exact', which left mcmort before version 0.1.0 was released, so "
        "it cannot be made again"
    )


def test_receipt_with_an_unknown_definition_is_reported(run: Run) -> None:
    """A receipt for a definition that the case does not have names those that it has."""
    receipt = _made(run)["receipt"]
    receipt["request"]["definitions"] = ["gone"]
    receipt["totals"] = {"gone": receipt["totals"]["whole"]}
    _kept(receipt)
    assert "has no definition 'gone'; it has kept, early, whole" in run("verify", "a.json").err


@pytest.mark.parametrize("agrees", [True, False])
def test_differing_versions_are_reported(agrees: bool, run: Run) -> None:
    """Made under another numpy, a result that agrees says so beside the version, and one that does not says why."""
    document = _made(run)
    document["receipt"]["versions"] |= {"numpy": "1.99", "retired-library": "3"}
    if not agrees:
        document["receipt"]["seed"] += 1
    _kept(document)
    ran = run("verify", "a.json")
    assert ran.code == (0 if agrees else 1)
    text = ran.out if agrees else ran.err
    assert f"numpy: 1.99 then, {np.__version__} now" in text
    assert "retired-library: 3 then, none now" in text
    assert "numba" not in text


def test_the_verb_returns_what_it_found(run: Run) -> None:
    """In Python ``mm.verify`` takes a path, a text path or a receipt, and returns what differs."""
    document = _made(run)
    outcome = mm.verify("a.json")
    assert outcome.agrees
    assert outcome.differing == ()
    receipt = read_receipt(Path("a.json"))
    assert verify(receipt).agrees
    changed = receipt.model_copy(update={"seed": 99})
    assert verify(changed).differing == ("whole",)
    assert isinstance(parse_receipt(json.dumps(document).encode(), "a"), Receipt)
    with pytest.raises(VerifyError, match="x: not JSON"):
        parse_receipt(b"{", "x")
