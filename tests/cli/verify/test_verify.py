"""Receipts: a result is made again bit for bit from what it recorded, or it is said why it cannot be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.document_digest import document_digest
from mcmort.analysis.recorded_result import parse_result, read_result
from mcmort.api.verification import verify
from mcmort.errors import VerifyError
from tests.bayes.large_planted_case import write_torn_sum
from tests.cli.ran import Run
from tests.cli.verify.results import keep, make_result

pytestmark = pytest.mark.slow


REQUESTS = [
    ("total", "case", "-d", "whole"),
    ("total", "case", "-d", "kept", "--seed", "11"),
    ("total", "case", "-d", "whole", "--years", "1932:1941", "--net"),
    ("total", "case", "-d", "early", "--include", "category=b", "--exclude", "group=y", "--measure", "all"),
    ("total", "case", "-d", "whole", "--evidence", "demographic", "--interval", "0.8"),
    ("compare", "case"),
    ("compare", "case", "--years", "1930:1935", "-d", "early", "-d", "whole"),
    ("compare", "case", "--years", "1940:1944", "-d", "early", "-d", "whole", "--interval", "0.5"),
    ("total", "case", "-d", "whole", "--bounds", "--precision", "5%"),
    ("total", "case", "-d", "whole", "--method", "quasi", "--precision", "2%", "--pool", "log"),
    ("total", "case", "-d", "whole", "--dependence", "all"),
    ("claims", "case"),
    ("bridge", "case", "kept", "whole"),
    ("locate", "case", "12,000", "--interval", "0.8"),
    ("locate", "case", "5e3", "--years", "1931:1935", "-d", "early", "-d", "kept"),
    ("bridge", "case", "author", "early", "--orders", "average", "--years", "1931:1935", "--interval", "0.8"),
    ("sensitivity", "case", "-d", "whole", "--interval", "0.8"),
]


@pytest.mark.parametrize("words", REQUESTS, ids=" ".join)
def test_a_json_result_is_reproduced(words: tuple[str, ...], run: Run) -> None:
    """Whatever was asked, the JSON holds enough to make the same bits again, on one thread or on several."""
    document = make_result(run, *words)
    for threads in ((), ("--threads", "1"), ("--threads", "3")):
        ran = run("verify", "a.json", *threads)
        assert (ran.code, ran.err) == (0, "")
        receipt = document.get("receipt") or document["declared"]["receipt"]
        asked = [name for name in receipt["request"].get("definitions", ()) if name in receipt["totals"]]
        names = "claims" if receipt["request"]["result"] == "claims" else ", ".join(asked)
        assert ran.out == f"a.json: reproduced bit for bit: {names}\n"


def test_the_receipt_beside_a_figure_is_reproduced(run: Run) -> None:
    """The receipt that a figure leaves beside it stands for the comparison."""
    assert run("plot", "case", "-n", "3000", "-o", "a.svg").code == 0
    ran = run("verify", "a.svg.receipt.json")
    assert ran.code == 0
    assert ran.out.endswith("reproduced bit for bit: kept, early, whole\n")


def test_receipt_without_its_picture_says_that_the_picture_was_not_compared(run: Run) -> None:
    """Sent without the picture, a receipt still has its numbers made again, and says what was not looked at."""
    assert run("plot", "case", "-n", "3000", "-o", "a.svg").code == 0
    Path("a.svg").unlink()
    ran = run("verify", "a.svg.receipt.json")
    assert ran.code == 0
    assert "Not compared: not the picture, which does not stand beside the receipt" in ran.out


def test_document_laid_out_anew_is_reproduced(run: Run) -> None:
    """Keys in another order, other spaces and 3000.0 for 3000 are the same document."""
    document = make_result(run)
    Path("a.json").write_text(json.dumps({**document, "draws": float(document["draws"])}, sort_keys=True))
    assert run("verify", "a.json").code == 0


def test_result_is_verified_from_another_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case is looked for beside the result as well, and anywhere with --case; the message says so."""
    make_result(run)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run("verify", "../a.json").code == 0
    Path("../a.json").rename("a.json")
    assert "say where with --case" in run("verify", "a.json").err
    assert run("verify", "a.json", "--case", "../case").code == 0


def test_a_receipt_is_read_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``mcmort total ... -f json | mcmort verify -`` works."""
    printed = run("total", "case", "-d", "whole", "-n", "3000", "-f", "json").out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    assert run("verify", "-").out == "-: reproduced bit for bit: whole\n"


def test_a_digest_is_that_of_the_draws(run: Run) -> None:
    """Two seeds give two digests, and one bit more or less of the total gives another."""
    first = make_result(run)["receipt"]["totals"]
    second = make_result(run, "total", "case", "-d", "whole", "--seed", "2")["receipt"]["totals"]
    assert first["whole"] != second["whole"]
    assert len(first["whole"]) == 64


def test_receipt_of_a_changed_case_is_reported(run: Run) -> None:
    """One figure of the case changed since: exit code 1, both digests, and what to do."""
    make_result(run)
    path = Path("case/components.toml")
    path.write_text(path.read_text().replace("9000.0", "9001.0"))
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "the case case has changed: its digest is" in ran.err
    assert "Hint: check out the version of the case" in ran.err


def test_comments_and_order_in_the_files_do_not_matter(run: Run) -> None:
    """A comment, or a file under another name, leaves the case what it was."""
    make_result(run)
    path = Path("case/components.toml")
    path.write_text("# a comment\n" + path.read_text())
    path.rename("case/other-name.toml")
    assert run("verify", "a.json").code == 0


def test_receipt_of_a_missing_case_is_reported(run: Run, tmp_path: Path) -> None:
    """Where the folder that the receipt names is not there, the message says which."""
    make_result(run)
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
        ("request", {"result": "total", "definitions": ["nothing"]}, "does not hold one digest"),
        ("case", "nowhere", "no case 'nowhere'"),
    ],
)
def test_a_receipt_that_makes_no_sense_is_refused(key: str, value: object, words: str, run: Run) -> None:
    """A missing, negative, empty, foreign or unknown entry is reported with its key; exit code 1, nothing on stdout."""
    receipt = make_result(run)["receipt"]
    if value is None:
        del receipt[key]
    else:
        receipt[key] = value
    keep({"receipt": receipt})
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err


def test_receipt_of_the_former_exact_method_cannot_be_verified(run: Run) -> None:
    """A result of a method that mcmort no longer has is refused in one sentence, like any that cannot be made again."""
    document = make_result(run)
    document["receipt"].update(method="exact", draws=0)
    keep(document)
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert " ".join(ran.err.split()).endswith(
        "a.json: the result was made with the method 'exact', which left mcmort before version 0.1.0 was released, so "
        "it cannot be made again"
    )


def test_receipt_with_an_unknown_definition_is_reported(run: Run) -> None:
    """A receipt for a definition that the case does not have names those that it has."""
    receipt = make_result(run)["receipt"]
    receipt["request"]["definitions"] = ["gone"]
    receipt["totals"] = {"gone": receipt["totals"]["whole"]}
    keep(receipt)
    assert "has no definition 'gone'; it has kept, early, whole" in run("verify", "a.json").err


@pytest.mark.parametrize("agrees", [True, False])
def test_differing_versions_are_reported(agrees: bool, run: Run) -> None:
    """Made under another numpy, a result that agrees says so beside the version, and one that does not says why."""
    document = make_result(run)
    document["versions"] |= {"numpy": "1.99", "retired-library": "3"}
    document["receipt"]["versions"] |= {"numpy": "1.99", "retired-library": "3"}
    document["receipt"]["document"] = document_digest(document)
    if not agrees:
        document["receipt"]["seed"] += 1
    keep(document)
    ran = run("verify", "a.json")
    assert ran.code == (0 if agrees else 1)
    text = ran.out if agrees else ran.err
    assert f"numpy: 1.99 then, {np.__version__} now" in text
    assert "retired-library: 3 then, none now" in text
    assert "numba" not in text


def test_the_verb_returns_what_it_found(run: Run) -> None:
    """In Python ``mm.verify`` takes a path, a text path or a receipt, and returns what differs."""
    document = make_result(run)
    outcome = mm.verify("a.json")
    assert outcome.agrees
    assert (outcome.differing, outcome.differences) == ((), ())
    receipt = read_result(Path("a.json")).receipts[""]
    assert verify(receipt).agrees
    changed = receipt.model_copy(update={"seed": 99})
    assert verify(changed).differing == ("whole",)
    assert verify(parse_result(json.dumps(document).encode(), "a")).agrees
    with pytest.raises(VerifyError, match="x: not JSON"):
        parse_result(b"{", "x")


@pytest.mark.parametrize(
    ("changes", "asked"),
    [({"draws": 10**15}, "1,000,000,000,000,000"), ({"draws": 10**8, "kept": True}, "100,000,000")],
)
def test_receipt_that_asks_for_unbounded_work_is_refused_until_it_is_allowed(
    changes: dict[str, Any], asked: str, run: Run
) -> None:
    """A file with 10^15 draws kept the machine busy for days; without a terminal nothing is asked."""
    result = json.loads(run("total", "case", "-d", "whole", "-n", "1000", "-f", "json").out)
    result["receipt"] |= changes
    Path("result.json").write_text(json.dumps(result), encoding="utf-8")
    ran = run("verify", "result.json")
    assert ran.code == 1
    assert f"its receipt asks for {asked} draws, which may take hours. Hint: --max-draws" in ran.err


def test_limit_of_draws_allows_as_many_as_it_says(run: Run) -> None:
    """A limit of one's own may also be lower."""
    Path("result.json").write_text(
        run("total", "case", "-d", "whole", "-n", "1000", "-f", "json").out, encoding="utf-8"
    )
    assert run("verify", "result.json", "--max-draws", "1000").code == 0
    refused = run("verify", "result.json", "--max-draws", "999")
    assert (refused.code, "asks for 1,000 draws" in refused.err) == (1, True)


def _verify_in_terminal(answer: bytes, *words: str) -> tuple[int, str]:
    """Run ``mcmort verify`` in a terminal, answer its question, and return its exit code and what was shown."""
    pty = pytest.importorskip("pty", reason="this system has no terminals to run a command in")
    ours, theirs = pty.openpty()
    code = "import sys; from mcmort.cli.app import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "verify", "result.json", *words]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    os.write(ours, answer)
    shown = b""
    with suppress(OSError):  # a terminal whose other end is closed
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    return process.wait(60), shown.decode()


@pytest.mark.slow
def test_terminal_is_asked_before_work_of_hours(run: Run) -> None:
    """The question was tried by hand alone, and n was called an interruption: it ends with 1, and y makes the draws."""
    Path("result.json").write_text(
        run("total", "case", "-d", "whole", "-n", "1000", "-f", "json").out, encoding="utf-8"
    )
    code, shown = _verify_in_terminal(b"n\n", "--max-draws", "999")
    assert "result.json asks for 1,000 draws, which may take hours. Make them? [y/N]" in " ".join(shown.split())
    assert (code, "not made again, and so not compared" in shown, "Traceback" in shown) == (1, True, False)
    code, shown = _verify_in_terminal(b"y\n", "--max-draws", "999")
    assert (code, "reproduced bit for bit" in shown) == (0, True)


@pytest.mark.statistical
@pytest.mark.parametrize("asked", [(), ("-n", "4000")], ids=["usual", "asked for"])
def test_fit_of_a_torn_sum_is_made_again_whether_its_draws_were_asked_for_or_not(
    asked: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    """A fit of which nothing is asked is made longer before it is tempered, and draws otherwise."""
    folder = str(write_torn_sum(tmp_path / "torn"))
    assert run("fit", folder, *asked, "-f", "json", "-o", "fit.json", "-q").code == 0
    assert json.loads(Path("fit.json").read_text())["draws"] == 4000
    assert run("verify", "fit.json").code == 0
