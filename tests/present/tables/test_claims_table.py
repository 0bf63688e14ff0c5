"""The table of authors' totals against ours: known answers, what is said in words, and its forms."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.claims import ClaimComparison, compare_claims
from mcmort.present.documents.claims_document import ClaimsDocument
from mcmort.present.tables.claims_table import claims_table, discrepancy
from mcmort.results import Draws
from mcmort.sampler import simulate
from tests.cases import case_of, component, count, definition, quantity, ranged
from tests.cli.ran import runner, small_folder
from tests.present.made import claim
from tests.shipped import NAMES, case_named, draws_of

pytestmark = pytest.mark.slow

DRAWS = 20_000
DASH = "\N{EN DASH}"


@cache
def known() -> Draws:
    """Return draws of a total that is uniform between 1,000 and 2,000, with claims whose rank is known."""
    points = {"first": 1_100.0, "third": 1_300.0, "ninth": 1_900.0, "low": 500.0, "high": 500_000.0}
    claims = [claim(name, best=value) for name, value in points.items()]
    claims += [
        claim("floor", low=1_200.0, reads="at-least"),
        claim("ceiling", high=1_200.0, reads="at-most"),
        claim("too-high-a-floor", low=1_990.0, reads="at-least"),
        claim("high-of-all-known", best=500_000.0, include=[{"category": "a"}]),
        claim("just-high", best=1_985.0, include=[{"category": "a"}]),
        claim("too-high-for-all-known", low=1_990.0, reads="at-least", include=[{"category": "a"}]),
        claim("half", best=750.0, include=[{"kind": "deaths"}], share=[{"best": 0.5, "where": {}, **CITED}]),
        claim("early", best=500.0, years=[1930, 1934]),
        claim("dark", best=10.0, include=[{"category": "c"}]),
        claim("wide", low=900.0, high=4_000.0, confidence="low", beyond="deaths abroad"),
        claim("old", best=1_500.0),
        claim("new", best=1_600.0, supersedes=["old"]),
    ]
    even = {"source": "study-a", "locator": "p. 2"}
    only = component("only", ranged(1_000, 2_000, reads="extremes", source="study-a"), even=even)
    dark = component("dark", facets={"category": "c"})
    return simulate(case_of(only, dark, claim=claims), DRAWS, rng=1)


CITED = {"source": "study-i", "locator": "p. 2"}


def judged(name: str) -> ClaimComparison:
    """Return one of the claims against the uniform total."""
    return {one.claim.id: one for one in compare_claims(known())}[name]


@pytest.mark.parametrize(
    ("name", "verdict", "quantile"),
    [
        ("first", "inside", 0.1),
        ("third", "inside", 0.3),
        ("ninth", "inside", 0.9),
        ("low", "below", 0.0),
        ("high", "above a minimum", 1.0),
        ("high-of-all-known", "above", 1.0),
        ("floor", "allowed", 0.8),
        ("ceiling", "allowed", 0.2),
        ("too-high-a-floor", "above a minimum", 0.01),
        ("too-high-for-all-known", "excluded", 0.01),
        ("half", "inside", 0.5),
        ("early", "inside", 0.0),
        ("wide", "overlaps", 0.9),
    ],
)
def test_rank_and_verdict_of_a_claim_are_those_of_the_uniform_distribution(
    name: str, verdict: str, quantile: float
) -> None:
    """Against a total that is uniform, the share below a figure is known, within four standard errors."""
    expected = {"early": 0.0, "wide": (math.sqrt(900.0 * 4_000.0) - 1_000.0) / 1_000.0}.get(name, quantile)
    found = judged(name)
    error = 4.0 * math.sqrt(max(expected * (1.0 - expected), 1e-12) / DRAWS)
    assert abs(found.quantile - expected) <= error
    if name != "early":  # 500 is the least that half of its years may hold: at the edge of every draw
        assert found.verdict == verdict


@pytest.mark.parametrize(("low", "inside"), [(1_030.0, True), (1_020.0, False), (1_970.0, True), (1_980.0, False)])
def test_inside_means_the_middle_95_per_cent(low: float, inside: bool) -> None:
    """The interval of the uniform total reaches from 1,025 to 1,975; its ends err by about 1."""
    case = case_of(
        component("only", ranged(1_000, 2_000, reads="extremes")), claim=[claim("c", best=low, source="study-j")]
    )
    (found,) = compare_claims(simulate(case, DRAWS, rng=1))
    assert (found.verdict == "inside") is inside


def test_a_claim_shares_data_directly_through_a_formula_or_not_at_all() -> None:
    """The mark follows source and lineage into the quantities behind a formula, and leaves other works alone."""
    case = case_of(
        component("plain", ranged(100, 200, source="study-a", lineage="register")),
        component("derived", formula="people * 0.5", facets={"category": "b"}),
        component("estimated", count(formula="rate * 100", source="study-e"), facets={"category": "c"}),
        quantity=[
            quantity("people", ranged(10, 20, source="study-b", lineage="census")),
            quantity("rate", ranged(0.1, 0.2, source="study-f")),
        ],
        claim=[
            claim("direct", best=1.0, include=[{"category": "a"}], source="study-d", lineage="register"),
            claim("same-work", best=1.0, include=[{"category": "a"}], source="study-a"),
            claim("through", best=1.0, include=[{"category": "b"}], source="study-d", lineage="census"),
            claim("through-work", best=1.0, include=[{"category": "b"}], source="study-b"),
            claim("through-estimate", best=1.0, include=[{"category": "c"}], source="study-f"),
            claim("elsewhere", best=1.0, include=[{"category": "a"}], source="study-d", lineage="census"),
            claim("apart", best=1.0, include=[{"category": ["a", "b", "c"]}], source="study-d"),
        ],
    )
    found = {one.claim.id: one.shared for one in compare_claims(simulate(case, 200, rng=1))}
    assert found == {
        "direct": True, "same-work": True, "through": True, "through-work": True, "through-estimate": True,
        "elsewhere": False, "apart": False,
    }  # fmt: skip


def test_evidence_that_was_not_admitted_is_not_shared() -> None:
    """A work that the draws left out is no shared data; let in, it is."""
    asserted = count(best=100.0, source="study-d", basis="assertion")
    case = case_of(component("one", ranged(100, 200), asserted), claim=[claim("c", best=1.0, source="study-d")])
    everything = frozenset({"demographic", "assertion"})
    assert [one.shared for one in compare_claims(simulate(case, 200, rng=1))] == [False]
    assert [one.shared for one in compare_claims(simulate(case, 200, rng=1, evidence=everything))] == [True]


@pytest.mark.parametrize("name", NAMES)
def test_claims_are_no_input_of_the_draws_of_a_shipped_case(name: str) -> None:
    """Without its claims a case has the same draws, bit for bit, but for shares that only claims name."""
    case, draws = case_named(name), draws_of(name)
    alone = simulate(replace(case, claims={}), 500, rng=1)
    assert alone.columns.keys() <= draws.columns.keys()
    assert all(column.startswith("share:") for column in draws.columns.keys() - alone.columns.keys())
    for column, values in alone.columns.items():
        assert np.array_equal(values, draws.columns[column][:500]), column


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("first", "inside our 95 % interval"),
        ("low", "below our 95 % interval; 0.33 times our median"),
        ("high", "above ours, which is a minimum; 330 times our median"),
        ("high-of-all-known", "above our 95 % interval; 330 times our median"),
        ("just-high", "just above our 95 % interval; 1.3 times our median"),
        ("floor", "our total allows it"),
        ("too-high-a-floor", "above ours, which is a minimum; the bound is 1.3 times our median"),
        ("too-high-for-all-known", "our total rules it out; the bound is 1.3 times our median"),
        ("dark", "no total of ours to compare with: its parts have no evidence"),
        ("wide", "its range and our 95 % interval overlap; middle 1.3 times our median"),
    ],
)
def test_the_discrepancy_is_said_in_words(name: str, words: str) -> None:
    """Each verdict has a sentence, with the ratio to our median where the claim lies outside."""
    assert discrepancy(judged(name)) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0.333, "0.33 times"), (0.96, "about"), (1.04, "about"), (1.06, "1.1 times"), (212.0, "210 times"),
     (12_345.0, "12,000 times"), (3.2e7, "32,000,000 times"), (math.inf, "more than any multiple of")],
)  # fmt: skip
def test_a_ratio_is_two_figures_without_an_exponent(ratio: float, words: str) -> None:
    """However far apart, no number such as 2.1e+02 is printed."""
    found = replace(judged("high-of-all-known"), ratio=ratio)
    assert discrepancy(found) == f"above our 95 % interval; {words} our median"


def row_of(name: str) -> tuple[str, ...]:
    """Return the row of a claim."""
    draws = known()
    return {row[0]: row for row in claims_table(draws.case, compare_claims(draws)).rows}[name]


def test_a_row_holds_theirs_as_printed_ours_the_years_and_the_rank() -> None:
    """Their digits are theirs, ours are rounded and, with an unknown part, a minimum; the rank is in whole per cent."""
    author, theirs, ours, years, quantile, stand, _ = row_of("third")
    assert (author, theirs, years, quantile) == (
        "third",
        "1,300",
        f"1930{DASH}1939",
        f"{100 * judged('third').quantile:.0f} %",
    )
    assert ours == f"1,000{DASH}2,000 or more"
    assert stand == "inside our 95 % interval"
    assert row_of("early")[3] == f"1930{DASH}1934"
    assert (row_of("low")[4], row_of("high")[4]) == ("under 1 %", "over 99 %")


def test_a_row_without_a_total_of_ours_has_dashes() -> None:
    """Where ours is unknown, neither interval nor years nor rank is printed."""
    assert row_of("dark")[2:5] == (DASH, DASH, DASH)


def test_marks_stand_behind_the_verdict() -> None:
    """What theirs holds besides, a weak source, shared data and what replaced it stand in the row."""
    assert row_of("wide")[6].endswith("theirs also holds: deaths abroad; weak source")
    assert row_of("old")[6].endswith("since replaced (new)")
    assert "replaced" not in row_of("new")[6]
    assert "shares data" not in row_of("new")[6]


def test_the_document_reads_back_to_itself() -> None:
    """The JSON of claims validates as the document that wrote it, with null for what is unknown."""
    draws = known()
    document = mm.claims(draws).document()
    text = document.model_dump_json(by_alias=True)
    assert ClaimsDocument.model_validate_json(text) == document
    table = json.loads(text)
    assert table["schema"] == "mcmort/claims/1"
    assert (table["draws"], table["seed"], table["engine"]) == (DRAWS, 1, "elicited")
    by_id = {one["id"]: one for one in table["claims"]}
    assert by_id["dark"]["quantile"] is None
    assert by_id["dark"]["our_median"] is None
    assert by_id["dark"]["verdict"] == "no total"
    assert by_id["old"]["retired_by"] == "new"
    assert by_id["new"]["retired_by"] is None
    assert by_id["third"]["quantile"] == judged("third").quantile
    assert by_id["floor"]["reads"] == "at-least"


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_shipped_case_is_judged(name: str) -> None:
    """All forms hold each claim once; ours has an interval, a rank and a ratio unless it has no evidence at all."""
    found = mm.claims(draws_of(name))
    document = ClaimsDocument.model_validate_json(found.render("json"))
    assert sorted(one.id for one in document.claims) == sorted(case_named(name).claims)
    for one in document.claims:
        if one.verdict == "no total":
            assert one.our_median is None
        else:
            assert one.our_low is not None
            assert one.our_median is not None
            assert one.our_high is not None
            assert one.our_low < one.our_median < one.our_high
            assert one.quantile is not None
            assert 0.0 <= one.quantile <= 1.0
    rows = list(csv.DictReader(io.StringIO(found.render("csv"))))
    assert [row["id"] for row in rows] == [one.id for one in document.claims]
    assert [row["verdict"] for row in rows] == [one.verdict for one in document.claims]
    text = " ".join(found.render("text", full=True).split())
    assert "no claim is an input of it" in text
    assert "e+0" not in text
    for form in ("markdown", "latex"):
        assert found.render(form).count(case_named(name).claims[document.claims[0].id].author) >= 1


def test_the_command_prints_and_writes_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is what is written, and the JSON reads back."""
    folder = small_folder(tmp_path / "small")
    run = runner(capsys)
    for form in ("text", "json", "csv", "markdown", "latex"):
        words = ("claims", folder, "-n", "500", "-q", "--format", form)
        printed = run(*words)
        assert (printed.code, printed.err) == (0, "")
        target = tmp_path / f"claims.{form}"
        assert run(*words, "--output", target).out == f"{target}\n"
        assert target.read_text(encoding="utf-8") == printed.out
    assert ClaimsDocument.model_validate_json((tmp_path / "claims.json").read_text()).claims[0].id == "author"


def test_a_claim_with_a_definition_of_its_own_changes_no_definition() -> None:
    """Replaying a claim leaves the definitions of the case as they were."""
    draws = known()
    before = draws.case.definitions["whole"].model_dump()
    compare_claims(draws)
    assert draws.case.definitions["whole"].model_dump() == before
    assert definition()["measure"] == before["measure"]


def test_case_without_published_totals_says_so() -> None:
    """Of none it is not counted how they stand."""
    text = mm.claims(simulate(case_of(component("one", ranged(100, 200))), 1_000, rng=1)).headline
    assert text == "A small case holds no published totals to compare with ours."
