"""JSON results: their published schema, the keys that are promised, and sums that agree."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import jsonschema
import pytest

import mcmort as mm
from mcmort.cli.app import main
from mcmort.present.documents.result_schemas import result_schema
from tests.cases import case_of, component, definition
from tests.present.made import DRAWS, floors, ussr_comparison, ussr_draws

NAMES = ("signed", "narrow", "archival", "repression", "excess", "broad", "demographic", "maximal")
KEYS = (
    "definition",
    "measure",
    "years",
    "engine",
    "draws",
    "seed",
    "median",
    "mean",
    "intervals",
    "components",
    "excluded",
    "unknown",
    "versions",
    "case",
    "receipt",
)


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words]) == 0
    return json.loads(capsys.readouterr().out)


def _valid(document: Any, schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_total_validates_against_the_schema_that_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A total as JSON is valid under what ``schema total`` prints, with every promised key."""
    schema = _run(capsys, "schema", "total")
    document = json.loads(mm.total(ussr_draws(), name).to_json())
    _valid(document, schema)
    assert set(KEYS) <= set(document)
    assert document["schema"] == "mcmort/total/1"
    assert len(document["case"]["digest"]) == 64
    assert (document["draws"], document["seed"], document["engine"]) == (2000, 1, "elicited")
    assert {"mcmort", "numpy", "numba", "scipy"} <= set(document["versions"])


@pytest.mark.slow
def test_a_comparison_validates_against_the_schema_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A comparison as JSON is valid under what ``schema comparison`` prints."""
    schema = _run(capsys, "schema", "comparison")
    document = json.loads(ussr_comparison((1928, 1953)).to_json())
    _valid(document, schema)
    assert [one["definition"]["id"] for one in document["definitions"]] == list(NAMES)
    assert all(one["years"][0] >= 1928 and one["years"][1] <= 1953 for one in document["definitions"])


@pytest.mark.slow
def test_the_command_prints_the_document_of_the_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """``mcmort total ussr --definition broad --format json`` prints what ``mm.total`` returns, bit for bit."""
    document = _run(capsys, "total", "ussr", "--definition", "broad", "--format", "json", "--draws", str(DRAWS))
    sampler = mm.Sampler(mm.load("ussr"), DRAWS, rng=1)
    assert document == json.loads(mm.total(sampler, "broad").to_json())


def test_the_schema_refuses_what_is_no_result() -> None:
    """A document without a median, or with a key that is not documented, is not valid: the schema can fail."""
    document = json.loads(mm.total(floors(), "whole").to_json())
    schema = result_schema("total")
    with pytest.raises(jsonschema.ValidationError, match="median"):
        _valid({key: value for key, value in document.items() if key != "median"}, schema)
    with pytest.raises(jsonschema.ValidationError, match="invented"):
        _valid({**document, "invented": 1}, schema)


@pytest.mark.slow
@pytest.mark.parametrize("years", [None, (1928, 1953)])
def test_shares_of_components_less_overlaps_make_the_whole(years: tuple[int, int] | None) -> None:
    """Shares of components add up to one plus the share of the overlaps, and so do the means."""
    for row in ussr_comparison(years).document().definitions:
        taken = sum(one.mean for one in row.overlaps)
        assert sum(one.share for one in row.components) == pytest.approx(1 + taken / row.mean, rel=1e-9)
        assert sum(one.mean for one in row.components) - taken == pytest.approx(row.mean, rel=1e-9)


def test_overlaps_are_there_to_be_subtracted() -> None:
    """In a case with an overlap the shares of the components add up to more than one, by the overlap."""
    document = mm.total(floors(), "whole").document()
    assert len(document.overlaps) == 1
    assert sum(one.share for one in document.components) > 1.01


def test_intervals_are_nested_and_hold_the_median() -> None:
    """A total carries 50, 90 and 95 % intervals of both kinds, each within the next, with errors above zero."""
    for row in ussr_comparison().document().definitions:
        for kind in ("equal-tailed", "highest-density"):
            found = {one.probability: one for one in row.intervals if one.kind == kind}
            assert sorted(found) == [0.5, 0.9, 0.95]
            assert all(one.low_error is not None and one.low_error > 0 for one in found.values())
        equal = [one for one in row.intervals if one.kind == "equal-tailed"]
        for inner, outer in pairwise(equal):
            assert outer.low <= inner.low <= row.median <= inner.high <= outer.high


def test_an_interval_of_ones_own_is_carried_beside_the_usual_ones() -> None:
    """``interval=0.8`` adds its interval to the document, and components carry it too."""
    document = mm.total(ussr_draws(), "broad", interval=0.8).document()
    assert {one.probability for one in document.intervals} == {0.5, 0.8, 0.9, 0.95}
    assert {one.interval.probability for one in document.components} == {0.8}


def test_components_name_sources_that_the_case_holds() -> None:
    """Each component that counts names at least one source, and every source is in the bibliography."""
    document = mm.total(ussr_draws(), "maximal").document()
    for one in document.components:
        assert one.sources, one.id
        assert set(one.sources) <= set(ussr_draws().case.sources)


def test_json_has_no_number_that_json_cannot_hold() -> None:
    """With so few draws that errors cannot be estimated they are null, never NaN."""
    text = mm.total(ussr_draws(3), "broad").to_json()

    def refuse(word: str) -> float:
        raise AssertionError(word)

    document = json.loads(text, parse_constant=refuse)
    errors = [one["low_error"] for one in document["intervals"] if one["kind"] == "highest-density"]
    assert errors == [None, None, None]


def test_numbers_in_json_are_raw() -> None:
    """JSON carries the very floats of the summary; rounding is for people."""
    result = mm.total(ussr_draws(), "broad")
    document = json.loads(result.to_json())
    assert document["median"] == result.summary.median
    assert document["mean"] == result.summary.mean
    assert not math.isclose(document["median"], round(document["median"], -3), rel_tol=1e-12)


def test_a_definition_that_counts_nothing_in_the_years_is_named() -> None:
    """In a comparison over years that one definition does not touch, it is listed with the reason."""
    case = case_of(
        component("early", {"low": 1e3, "high": 2e3, "basis": "survey", "source": "study-a", "locator": "p. 1"}),
        component(
            "late", {"low": 1e3, "high": 2e3, "basis": "survey", "source": "study-b", "locator": "p. 1"},
            years=[1950, 1951], facets={"category": "b"},
        ),
        definitions={name: definition(include=[{"category": key}]) for name, key in (("first", "a"), ("second", "b"))},
    )  # fmt: skip
    compared = mm.compare(mm.simulate(case, n=500, rng=1), years=(1930, 1935))
    document = compared.document()
    assert list(document.empty) == ["second"]
    assert "selects no component" in document.empty["second"]
    assert "second" in compared.render("text")
