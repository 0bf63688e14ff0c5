"""Altered results: every value, key and receipt that differs from what is made again is found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.ran import Ran, Run
from tests.cli.verify.results import altered, keep, leaves, make_result, replaced

pytestmark = pytest.mark.slow


def test_stale_receipt_beside_a_newer_picture_is_found(run: Run) -> None:
    """A second picture under the same name replaces the receipt; put back, the old receipt does not verify."""
    assert run("compare", "case", "-n", "3000", "--figure", "a.svg").code == 0
    stale = Path("a.svg.receipt.json").read_text()
    assert run("compare", "case", "-n", "3000", "--figure", "a.svg", "--years", "1930:1940").code == 0
    assert run("verify", "a.svg.receipt.json").code == 0
    assert [path.name for path in Path().glob("a.svg*.json")] == ["a.svg.receipt.json"]
    Path("a.svg.receipt.json").write_text(stale)
    ran = run("verify", "a.svg.receipt.json")
    assert (ran.code, ran.out) == (1, "")
    assert "SHA-256 of a.svg: printed" in ran.err
    assert "this receipt is of another picture" in ran.err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("picture", None),
        ("document", "0" * 64),
        ("interval", 0.5),
        ("chains", 77),
        ("case", "./case"),
        ("versions", {"mcmort": "0.0.1"}),
    ],
)
def test_altered_receipt_of_a_picture_is_found(key: str, value: object, run: Run) -> None:
    """Whatever is altered in the receipt beside a picture, the digest of what the picture shows no longer fits."""
    assert run("plot", "case", "-n", "3000", "-o", "a.svg").code == 0
    path = Path("a.svg.receipt.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    ran = run("verify", str(path))
    assert (ran.code, ran.out) == (1, "")
    assert "not reproduced" in ran.err


def _place(path: tuple[str | int, ...]) -> str:
    """Return a path as messages write it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


@pytest.mark.parametrize(
    "words",
    [
        ("total", "case", "-d", "whole", "--years", "1932:1941", "--bounds"),
        ("compare", "case", "--years", "1930:1935"),
        ("claims", "case"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.statistical)])
def test_every_value_of_a_result_altered_alone_is_found(words: tuple[str, ...], step: int, run: Run) -> None:
    """Each number, text, yes or no and empty place of a result, one at a time: exit code 1, and where it stands.

    Every fourth of them here, all in the long suite.
    """
    document = make_result(run, *words)
    places = list(leaves(document))
    assert len(places) > 70
    assert _missed(run, document, places[::step]) == []


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.statistical)])
def test_every_value_that_settings_of_dependence_share_is_found(step: int, run: Run) -> None:
    """Of a total under each setting, the bounds that all share and what each says of its draws.

    Every third of them here, all in the long suite.
    """
    document = make_result(run, "total", "case", "-d", "whole", "--dependence", "all")
    own = {"median", "seed", "dependence", "receipt"}
    places = [path for path in leaves(document) if path[0] in ("schema", "bounds") or path[1] in own]
    assert {path[0] for path in places} == document.keys()
    assert _missed(run, document, places[::step]) == []


def _missed(run: Run, document: dict[str, Any], places: Sequence[tuple[str | int, ...]]) -> list[tuple[str, Ran]]:
    """Alter values one at a time; return those with which the document is not refused, or the value not named.

    A receipt in which a value is altered asks for another result: what is named then are the values of that.
    """
    missed = []
    for path in places:
        keep(replaced(document, path, altered))
        ran = run("verify", "a.json")
        is_named = "receipt" in path or f"  {_place(path)}: printed" in ran.err
        if (ran.code, ran.out) != (1, "") or not ran.err.startswith("mcmort: ") or not is_named:
            missed.append((_place(path), ran))
    return missed


def test_every_key_of_a_result_removed_or_added_is_found(run: Run) -> None:
    """A document with one key less, or one that is not its own, is not the one that was printed."""
    document = make_result(run)
    for key in document:
        keep({name: value for name, value in document.items() if name != key})
        assert run("verify", "a.json").code == 1, key
    keep({**document, "invented": 1})
    ran = run("verify", "a.json")
    assert ran.code == 1
    assert "invented: printed 1, remade nothing" in ran.err


def test_difference_is_reported_with_what_was_printed_and_what_is_remade(run: Run) -> None:
    """An altered median: its place, the number in the file and the number of the second run."""
    document = make_result(run)
    keep({**document, "median": 1.5})
    err = run("verify", "a.json").err
    assert err == (
        f"mcmort: a.json: not reproduced. No version differs.\n  median: printed 1.5, remade {document['median']!r}\n"
    )


def test_receipt_of_another_document_is_found(run: Run) -> None:
    """A sound receipt, taken from another result of the same case, does not make these numbers."""
    other = make_result(run, "total", "case", "-d", "whole", "--seed", "2")["receipt"]
    for words in (("total", "case", "-d", "whole"), ("compare", "case"), ("claims", "case")):
        keep({**make_result(run, *words), "receipt": other})
        ran = run("verify", "a.json")
        assert (ran.code, ran.out) == (1, "")
        assert "seed: printed 1, remade 2" in ran.err


def test_results_under_each_others_keys_are_refused(run: Run) -> None:
    """Of a total under each setting of dependence, two that have changed places are each sound, and refused."""
    document = make_result(run, "total", "case", "-d", "whole", "--dependence", "all")
    keep({**document, "declared": document["comonotonic"], "comonotonic": document["declared"]})
    assert "stands a result that was made otherwise" in run("verify", "a.json").err
    other = make_result(run, "total", "case", "-d", "early", "--dependence", "all")
    keep({**document, "declared": other["declared"]})
    assert "do not belong together: receipts differ in request" in run("verify", "a.json").err


@pytest.mark.parametrize("key", ["seed", "draws"])
def test_a_changed_seed_or_number_of_draws_is_not_reproduced(key: str, run: Run) -> None:
    """A receipt that claims another seed, or one draw more, fails with exit code 1 and names the total."""
    document = make_result(run)
    document["receipt"][key] += 1
    keep(document)
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "a.json: not reproduced: whole. No version differs." in ran.err


def test_a_tampered_digest_is_found(run: Run) -> None:
    """Among several totals the one whose digest was changed is named, and only that one."""
    document = make_result(run, "compare", "case")
    digest = document["receipt"]["totals"]["early"]
    document["receipt"]["totals"]["early"] = ("0" if digest[0] != "0" else "1") + digest[1:]
    keep(document)
    ran = run("verify", "a.json")
    assert (ran.code, ran.out) == (1, "")
    assert "not reproduced: early." in ran.err


def test_a_changed_request_is_not_reproduced(run: Run) -> None:
    """A receipt whose years were changed no longer fits its digest."""
    document = make_result(run)
    document["receipt"]["request"]["years"] = [1930, 1935]
    keep(document)
    assert "not reproduced: whole" in run("verify", "a.json").err
