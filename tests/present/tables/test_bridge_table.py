"""Bridges and locations as people read them: the sentence, the table in all formats, and the JSON under its schema."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from typing import Any

import jsonschema
import pytest

import mcmort as mm
from mcmort.api.bridge_report import BridgeReport
from mcmort.present.documents.result_schemas import result_schema
from mcmort.results import Draws
from mcmort.sampler import simulate
from tests.cases import case_of, component, definition, overlap, ranged, share
from tests.present.made import DRAWS, claim, floors, ussr_draws

FORMS = ("text", "markdown", "latex")


def _words(text: str) -> str:
    return " ".join(text.split())


@cache
def _draws() -> Draws:
    """Return draws of a case of two components of known size, one of two far schools, and four claims."""
    case = case_of(
        component("one", ranged(100_000, 110_000), label="The first"),
        component("two", ranged(200_000, 220_000), facets={"category": "b"}, label="The second"),
        component(
            "split",
            ranged(10_000, 11_000),
            ranged(90_000, 99_000, source="study-b"),
            facets={"category": "c"},
            label="Two schools",
        ),
        overlap=[overlap("o", "one", "two", **share(0.2))],
        definitions={
            "a": definition(include=[{"category": "a"}]),
            "b": definition(include=[{"category": "b"}]),
            "ab": definition(include=[{"category": ["a", "b"]}]),
            "again": definition(include=[{"category": "a"}]),
            "ac": definition(include=[{"category": ["a", "c"]}]),
        },
        claim=[
            claim("low", author="Low 1950", best=90_000.0, definition="a"),
            claim("bound", author="Bound 1960", low=500_000.0, reads="at-least", definition="ab"),
            claim("range", author="Range 1970", low=400_000.0, high=900_000.0, definition="ab", beyond="the wounded"),
            claim("same", author="Same 1980", best=150_000.0, definition="a", supersedes=["low"]),
        ],
    )
    return simulate(case, DRAWS, rng=1)


def test_wider_total_is_called_higher_with_its_interval_and_mean() -> None:
    """Where one total exceeds the other on all but a few draws the sentence says by how much, from either side."""
    pattern = r"under \N{LEFT DOUBLE QUOTATION MARK}ab\N{RIGHT DOUBLE QUOTATION MARK} is [\d,]+ to [\d,]+ higher than "
    for ends in (("a", "ab"), ("ab", "a")):
        headline = mm.bridge(_draws(), *ends).headline
        assert re.search(
            pattern + r"that under \N{LEFT DOUBLE QUOTATION MARK}a\N{RIGHT DOUBLE QUOTATION MARK}", headline
        )
        assert re.search(r"\(95 % credible interval; mean [\d,]+\)\.$", headline)


def test_definitions_that_do_not_nest_are_not_called_wider() -> None:
    """Of `broad` and `maximal`, neither of which holds the other, the sentence gives difference and probability."""
    found = mm.bridge(ussr_draws(), "broad", "maximal")
    assert "higher" not in found.headline
    assert "wider" not in str(found)
    assert re.search(
        r"is \N{MINUS SIGN}[\d.]+ to [\d.]+ million .* above zero with a probability of 9\d %\.", found.headline
    )
    signs = {step.mean > 0 for step in mm.bridge(ussr_draws(), "excess", "repression").steps}
    assert signs == {True, False}


def test_same_totals_are_said_to_be_the_same() -> None:
    """Two names of one definition have no difference, no step and a sentence that says so."""
    found = mm.bridge(_draws(), "a", "again")
    assert found.steps == ()
    assert "are the same on every draw" in found.headline
    assert "| The difference | 0 | 0 |" in found.render("markdown")


def test_between_claims_the_sentence_splits_the_distance_into_scope_and_evidence() -> None:
    """Between printed 90,000 and 400,000 to 900,000 lie 510,000: evidence and scope, each with interval and mean."""
    headline = mm.bridge(_draws(), "low", "range").headline
    assert headline.startswith(
        "A small case: of the 510,000 between Low 1950 (90,000) and Range 1970 (400,000\N{EN DASH}900,000), "
    )
    assert re.search(r"[\d,]+ to [\d,]+ come from the evidence \(95 % credible interval; mean [\d,]+\) and ", headline)
    assert re.search(r" and [\d,]+ to [\d,]+ from the scope, what each counts \(mean [\d,]+\)\.$", headline)


def test_between_claims_of_one_scope_all_is_evidence() -> None:
    """Two authors who count the same differ in evidence alone, and the sentence says no scope of nought."""
    assert ", all comes from the evidence (95 % credible interval: " in mm.bridge(_draws(), "low", "same").headline


@pytest.mark.parametrize("form", FORMS)
def test_what_an_author_prints_stays_as_printed(form: str) -> None:
    """A bound is said to be one, a range keeps its ends, and what else the author counts is named."""
    plain = _words(mm.bridge(_draws(), "bound", "range").render(form)).replace("--", "\N{EN DASH}")
    assert "at least 500,000" in plain
    assert "Bound 1960 says at least; evidence is reckoned from the bound itself." in plain
    assert "400,000\N{EN DASH}900,000" in plain
    assert "Range 1970 prints a range; evidence is reckoned from its middle, 600,000; also counts: the wounded" in plain
    assert "has since been replaced" in _words(mm.bridge(_draws(), "low", "b").render(form))


def test_the_order_is_stated() -> None:
    """Beneath the table stands the order of the steps, or that all orders are averaged."""
    assert "what only a counts goes out; then what only b counts comes in." in _words(
        str(mm.bridge(_draws(), "a", "b"))
    )
    average = str(mm.bridge(ussr_draws(), "archival", "maximal", orders="average"))
    assert "the average over the 6 orders of components, measure and shares (Shapley values)" in _words(average)


def test_a_step_in_pieces_has_no_median_and_says_its_pieces() -> None:
    """A component of two far schools has a dash for its median, both pieces below, and them in JSON."""
    found = mm.bridge(_draws(), "a", "ac")
    (row,) = [line for line in found.render("markdown").splitlines() if line.startswith("| Two schools ")]
    assert row.split("|")[3].strip() == "\N{EN DASH}"
    assert re.search(
        r"Two schools: in pieces, either .* \(probability \d+ %\) or .* \(probability \d+ %\)\.", str(found)
    )
    (step,) = found.document().steps
    assert len(step.pieces) == 2


def test_floors_read_or_more_at_their_end_alone() -> None:
    """A registered end reads "or more" and the known one does not, whichever comes first."""
    for ends in (("kept", "whole"), ("whole", "kept")):
        rows = mm.bridge(floors(), *ends).render("markdown").splitlines()
        by_name = {row.split("|")[1].strip(): "or more" in row for row in rows if row.startswith("|")}
        assert (by_name["kept"], by_name["whole"]) == (True, False)


def test_csv_has_the_raw_values_of_every_row() -> None:
    """Rows of CSV hold kind, component and raw numbers; the means of steps lead from start to end."""
    rows = list(csv.DictReader(io.StringIO(mm.bridge(_draws(), "low", "range").render("csv"))))
    means = {row["kind"]: float(row["mean"]) for row in rows}
    steps = [row for row in rows if row["kind"] in ("evidence-start", "enter", "overlaps", "evidence-end")]
    assert means["start"] + sum(float(row["mean"]) for row in steps) == pytest.approx(means["end"])
    assert means["scope"] + means["evidence"] == pytest.approx(means["difference"])


def _valid(name: str, document: Any) -> None:
    schema = result_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**document, "invented": 1})


@pytest.mark.slow
@pytest.mark.parametrize("ends", [("a", "ab"), ("low", "range"), ("b", "bound")])
@pytest.mark.parametrize("orders", ["stated", "average"])
def test_a_bridge_as_json_is_valid_and_adds_up(ends: tuple[str, str], orders: Any) -> None:
    """The document is valid under its schema, and its steps, and scope and evidence, add up to the difference."""
    report: BridgeReport = mm.bridge(_draws(), *ends, orders=orders)
    document = json.loads(report.to_json())
    _valid("bridge", document)
    whole = document["difference"]["mean"]
    assert sum(step["mean"] for step in document["steps"]) == pytest.approx(whole)
    evidence = document["from_evidence"]
    assert document["from_scope"]["mean"] + (evidence["mean"] if evidence else 0.0) == pytest.approx(whole)
    assert document["receipt"]["request"]["orders"] == orders


def test_a_location_as_json_is_valid() -> None:
    """The document of a location is valid under its schema and holds every row."""
    report = mm.locate(_draws(), 100_000)
    document = json.loads(report.to_json())
    _valid("location", document)
    assert [one["name"] for one in document["totals"]] == [row.name for row in report.rows]
    assert document["receipt"]["request"]["figure"] == 100_000
