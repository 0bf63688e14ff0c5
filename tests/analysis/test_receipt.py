"""Receipts: a result is made again bit for bit, and whatever changed is found."""

from __future__ import annotations

import json
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, get_args, get_type_hints

import pytest

from mcmort.analysis.receipt import Receipt, TotalsRequest, receipt_of
from mcmort.analysis.recorded_result import parse_result, read_result
from mcmort.api.verification import _AGAIN, verify
from mcmort.catalogue import load
from mcmort.catalogue.vocabulary import CURRENT_FORMAT
from mcmort.cli.app import main
from mcmort.definitions.terms import resolve
from mcmort.errors import VerifyError
from mcmort.sampler import Sampler, simulate
from mcmort.totals import definition_of, total_of, totals_of
from tests.cases import component, definition, ranged, share, write_case

_REQUEST = TotalsRequest(
    definitions=("whole", "early"),
    years=(1930, 1937),
    net=True,
    exclude=({"component": ("three",)},),
)
_EXACT = Path(__file__).parent / "receipt-of-method-exact.json"
"""A receipt of the definition `famine` of the case `china`, as the exact engine wrote it before it was removed."""


def _tables(high: float = 500.0) -> dict[str, Any]:
    return {
        "component": [
            component("one", ranged(100, 200), ordinary=share(0.05, 0.15)),
            component("two", ranged(300, high, source="study-b")),
            component("three", ranged(5, 9, source="study-c")),
        ],
        "definitions": {"whole": definition(), "early": definition(years=[1930, 1934])},
    }


@pytest.fixture
def receipt(tmp_path: Path) -> Receipt:
    """Return the receipt of two totals of a case in a temporary folder."""
    case = load(write_case(tmp_path / "case", _tables()))
    draws = simulate(case, 500, rng=0, evidence=frozenset({"demographic"}))
    totals = [total_of(draws, resolve(case, definition_of(case, name, _REQUEST))) for name in _REQUEST.definitions]
    return receipt_of(_REQUEST, totals)


def test_totals_of_a_receipt_without_a_document_are_verified(receipt: Receipt) -> None:
    """A second run from the receipt agrees on every bit, seed 0 included, and says that nothing else was compared."""
    assert receipt.seed == 0
    assert receipt.evidence == ("demographic",)
    outcome = verify(receipt, threads=1)
    assert outcome.agrees
    assert outcome.versions == {}
    assert outcome.unchecked.startswith("the draws of its totals alone")


def test_file_whose_receipt_records_no_document_is_refused(receipt: Receipt) -> None:
    """Numbers beside a receipt that says nothing of them, or a receipt of today without its digest, are refused."""
    content = receipt.model_dump(mode="json")
    for document in (content, {"median": 1, "receipt": content}, {"median": 1, "receipt": {**content, "meaning": 1}}):
        with pytest.raises(VerifyError, match=r"does not record the document .*\(missing: result, document\)"):
            parse_result(json.dumps(document).encode(), "here")


def test_a_receipt_of_no_draws_is_refused(receipt: Receipt) -> None:
    """A receipt of no draws records nothing that could be made again."""
    content = json.dumps({**receipt.model_dump(mode="json"), "draws": 0}).encode()
    with pytest.raises(VerifyError, match="wrong or missing: draws"):
        parse_result(content, "here")


def test_a_receipt_of_the_method_exact_says_that_the_method_is_gone(tmp_path: Path) -> None:
    """A receipt that the exact engine wrote, alone or inside a result, is refused with the version that dropped it."""
    result = tmp_path / "result.json"
    result.write_text(json.dumps({"total": 1, "receipt": json.loads(_EXACT.read_bytes())}), encoding="utf-8")
    for path in (_EXACT, result):
        with pytest.raises(VerifyError) as raised:
            verify(path)
        assert str(raised.value) == (
            f"{path}: the result was made with the method 'exact', which left mcmort before version 0.1.0 was "
            "released, so it cannot be made again"
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"draws": 499},
        {"totals": {"whole": "0" * 64, "early": "0" * 64}},
        {"request": _REQUEST.model_copy(update={"net": False})},
    ],
    ids=str,
)
def test_changed_receipt_is_found_to_differ(receipt: Receipt, changes: dict[str, Any]) -> None:
    """Negative control: another seed, number of draws, digest or request is found to differ."""
    found = verify(receipt.model_copy(update=changes))
    assert not found.agrees
    assert "whole" in found.differing


@pytest.mark.parametrize("draws", [1_000, 1_023, 513])
def test_receipt_with_draws_that_quasi_does_not_make_is_refused(tmp_path: Path, draws: int) -> None:
    """A number that is rounded up to the draws that were made is refused: it once agreed, as if it had been made."""
    case = load(write_case(tmp_path / "case", _tables()))
    sampler = Sampler(case, 1_000, rng=0, method="quasi")
    totals = totals_of(sampler, [resolve(case, definition_of(case, name, _REQUEST)) for name in _REQUEST.definitions])
    receipt = receipt_of(_REQUEST, totals)
    assert receipt.draws == 1_024
    assert verify(receipt).agrees
    assert not verify(receipt.model_copy(update={"draws": 2_048})).agrees
    with pytest.raises(VerifyError, match=f"{draws:,} draws, which the method 'quasi' does not make; it .* make 1,024"):
        verify(receipt.model_copy(update={"draws": draws}))


def test_differing_versions_are_listed(receipt: Receipt) -> None:
    """Versions that differ stand beside the outcome, which rests on the bits alone."""
    other = receipt.model_copy(update={"versions": {**receipt.versions, "numpy": "0.1", "abacus": "2"}})
    found = verify(other)
    assert found.agrees
    assert found.versions == {"numpy": ("0.1", receipt.versions["numpy"]), "abacus": ("2", "none")}


def test_a_changed_case_is_refused(receipt: Receipt, tmp_path: Path) -> None:
    """A receipt of a case that has changed since is refused, not compared."""
    write_case(tmp_path / "case", _tables(high=600.0))
    with pytest.raises(VerifyError, match="has changed"):
        verify(receipt)


def test_another_engine_is_refused(receipt: Receipt) -> None:
    """An engine that cannot be run is named."""
    with pytest.raises(VerifyError, match="names the engine 'abacus'"):
        verify(receipt.model_copy(update={"engine": "abacus"}))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no receipt of mcmort .*the whole"),
        (b"{}", "no receipt of mcmort .*case"),
        (b'{"receipt": 5}', "no receipt of mcmort"),
        (b'{"seed": 1, "seed": 2}', "not JSON .*the key 'seed' stands twice"),
        (b'{"seed": NaN}', "not JSON .*NaN is no number"),
    ],
    ids=["bytes", "cut off", "deep", "list", "empty", "number", "key twice", "no number"],
)
def test_file_without_a_receipt_is_refused(content: bytes, words: str) -> None:
    """Whatever a file holds, a receipt that cannot be read is one error in words."""
    with pytest.raises(VerifyError, match=words):
        parse_result(content, "some.json")


def test_a_receipt_without_its_digests_is_refused(receipt: Receipt, tmp_path: Path) -> None:
    """A receipt that verifies nothing, or a file that is not there, is refused: it would agree with anything."""
    for totals in ({}, {"whole": receipt.totals["whole"]}):
        bare = receipt.model_copy(update={"totals": totals, "meaning": 1})
        with pytest.raises(VerifyError, match="one digest for each definition"):
            parse_result(bare.model_dump_json().encode(), "some.json")
    with pytest.raises(VerifyError, match="cannot be read"):
        read_result(tmp_path / "missing.json")


def test_receipt_of_an_earlier_meaning_names_what_has_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A receipt that was written before there were versions names what has changed since; its file is a real one."""
    path = Path(__file__).parent / "receipt-of-meaning-1.json"
    receipt = read_result(path).receipts[""]
    assert receipt.meaning == 1
    assert main(["verify", str(path)]) == 1
    text = capsys.readouterr().err
    assert "made by version 1 of the case format; by version 2 figures differ" in text
    assert "not reproduced" not in text


def test_receipt_of_the_current_meaning_has_no_notice(receipt: Receipt) -> None:
    """A receipt written now names the current version."""
    assert receipt.meaning == CURRENT_FORMAT
    assert receipt.earlier_meaning == ""


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"result": "probability", "definitions": ["whole"]}, "of neither"),
        (
            {"result": "probability", "definitions": ["whole", "early"], "above": 1.0, "exceeds": "definition"},
            "of both",
        ),
        ({"result": "probability", "definitions": ["whole", "early"], "above": 1.0}, "names 2 definitions"),
        ({"result": "influence", "definitions": ["whole"], "by": "author"}, "wrong or missing: request.influence.by"),
        ({"result": "total", "definitions": ["whole"], "by": "source"}, "wrong or missing: request.total.by"),
        ({"result": "comparison", "definitions": ["whole"], "net": True}, "wrong or missing: request.comparison.net"),
        ({"result": "total", "definitions": ["whole", "early"]}, "wrong or missing: request.total.definitions"),
        ({"result": "oracle", "definitions": ["whole"]}, "wrong or missing: request"),
        ({"result": "location", "definitions": ["whole"], "figure": None}, "request.location.figure"),
        ({"result": "prediction", "definitions": ["whole"], "bases": []}, "request.prediction.bases"),
    ],
    ids=str,
)
def test_request_that_contradicts_itself_is_refused(receipt: Receipt, request_: dict[str, Any], words: str) -> None:
    """Options that belong to another kind of result, or exclude one another, are refused when the receipt is read."""
    content = json.dumps({**receipt.model_dump(mode="json"), "request": request_, "document": "0" * 64})
    with pytest.raises(VerifyError, match=words):
        parse_result(content.encode(), "some.json")


def test_every_kind_of_result_has_what_makes_it_again() -> None:
    """Each request that a receipt may hold is listed beside a function that takes it."""
    union = Receipt.model_fields["request"].annotation
    kinds = {kind.model_fields["result"].default: kind for kind in get_args(union)}
    del kinds["totals"]  # of these nothing is recorded but their draws
    assert set(_AGAIN) == set(kinds)
    for name, kind in kinds.items():
        assert get_type_hints(resolve_name(f"mcmort.api.{_AGAIN[name]}"))["request"] is kind
