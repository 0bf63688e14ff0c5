"""Authors' totals against ours, each under that author's own definition."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis import summarise
from mcmort.analysis.claims import ClaimComparison, compare_claims, outside
from mcmort.results import Draws
from mcmort.sampler import simulate
from mcmort.totals import DefinitionChanges, kept, total
from tests.cases import case_of, component, definition, ranged

_N = 2_000


def _claim(id_: str, **changes: Any) -> dict[str, Any]:
    given = {"low", "best", "high", "standard_error"} & set(changes)
    table = {"id": id_, "author": id_.title(), "counts": "all deaths", "source": "study-h", "locator": "p. 1"}
    scope = {} if "include" in changes else {"definition": "whole"}
    return {**table, "basis": "synthesis", **scope, **({} if given else {"best": 500.0}), **changes}


def _draws(*claims: dict[str, Any]) -> Draws:
    """Return draws of two components, about 100 to 200 and 300 to 500, and one without evidence."""
    one = component("one", ranged(100, 200, lineage="census"))
    two = component("two", ranged(300, 500, source="study-b"), facets={"category": "b"})
    dark = component("dark", facets={"category": "c"})
    definitions = {"whole": definition(), "counted": definition(measure="registered")}
    return simulate(case_of(one, two, dark, claim=list(claims), definitions=definitions), _N, rng=1)


_KNOWN: Final = [{"category": ["a", "b"]}]
"""A scope without the component that has no evidence."""


def _only(*claims: dict[str, Any]) -> ClaimComparison:
    return {one.claim.id: one for one in compare_claims(_draws(*claims))}["c"]


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        ({"best": 540.0}, "inside"),
        ({"low": 500.0, "high": 560.0}, "inside"),
        ({"low": 500.0, "best": 520.0, "high": 560.0}, "inside"),
        ({"best": 90.0}, "below"),
        ({"low": 50.0, "high": 90.0}, "below"),
        ({"best": 9_000.0}, "above a minimum"),
        ({"low": 8_000.0, "high": 9_000.0}, "above a minimum"),
        ({"low": 50.0, "high": 540.0}, "overlaps"),
        ({"low": 540.0, "high": 9_000.0}, "overlaps"),
        ({"low": 50.0, "high": 9_000.0}, "overlaps"),
        ({"low": 500.0, "reads": "at-least"}, "allowed"),
        ({"low": 9_000.0, "reads": "at-least"}, "above a minimum"),
        ({"best": 9_000.0, "include": _KNOWN}, "above"),
        ({"low": 8_000.0, "high": 9_000.0, "include": _KNOWN}, "above"),
        ({"low": 9_000.0, "reads": "at-least", "include": _KNOWN}, "excluded"),
        ({"high": 600.0, "reads": "at-most"}, "allowed"),
        ({"high": 90.0, "reads": "at-most"}, "excluded"),
    ],
    ids=str,
)
def test_verdict_follows_from_figure_and_interval(figure: dict[str, Any], verdict: str) -> None:
    """A point or range stands inside, below, above or across our 95 % interval; a bound is allowed or excluded.

    Where a part is unknown ours is a minimum, and what lies above it contradicts nothing.
    """
    assert _only(_claim("c", **figure)).verdict == verdict


def test_parts_that_miss_a_printed_total_are_named_in_the_table_of_claims() -> None:
    """Parts of 40 and 30 thousand beside a printed 90,000 to 110,000: no pool takes the sum, so the table says it."""
    parts = (component("one", ranged(38_000, 42_000)), component("two", ranged(28_000, 32_000, source="study-b")))
    draws = simulate(case_of(*parts, claim=[_claim("sum", low=90_000.0, high=110_000.0)]), _N, rng=1)
    (found,) = compare_claims(draws)
    assert found.verdict == "above"
    assert found.quantile == 1.0
    assert found.ratio == pytest.approx(np.sqrt(90 * 110) / 70, rel=0.01)


def test_published_totals_outside_the_interval_are_named_beside_a_total_of_their_scope() -> None:
    """Only evidence of the very scope is named, on its side; above a total that is a minimum nothing lies."""
    claims = [
        _claim("low", best=90.0), _claim("high", low=8_000.0, high=9_000.0), _claim("near", best=540.0),
        _claim("least", low=9_500.0, reads="at-least"), _claim("part", best=5.0, include=[{"category": "a"}]),
        _claim("aside", best=1.0, use="cross-check", note="Copied."), _claim("wider", best=9e4, beyond="more"),
        _claim("said", best=2.0, basis="assertion"), _claim("old", best=3.0),
        _claim("new", best=541.0, supersedes=["old"]),
    ]  # fmt: skip
    whole = total(_draws(*claims), "whole")
    found = outside(whole, summarise(whole.values))
    assert [[claim.id for claim in side] for side in (found.below, found.above)] == [["low"], []]
    assert found.count == 5
    text = "Outside the interval lies 1 of 5 published totals of the same scope: below it Low (90) ('mcmort claims"
    assert text in " ".join(str(mm.total(_draws(*claims), "whole")).split())  # a component is unknown: a minimum


def test_published_totals_above_a_total_that_is_no_minimum_are_named() -> None:
    """Where all that is counted is known, what lies above the interval is told, bounds with it."""
    claims = [
        _claim("high", low=8_000.0, high=9_000.0, include=_KNOWN), _claim("low", best=90.0, include=_KNOWN),
        _claim("least", low=9_500.0, reads="at-least", include=_KNOWN), _claim("whole", best=9_000.0),
    ]  # fmt: skip
    known = total(_draws(*claims), "whole", DefinitionChanges(exclude=[{"category": "c"}]))
    found = outside(known, summarise(known.values))
    assert [[claim.id for claim in side] for side in (found.below, found.above)] == [["low"], ["high", "least"]]


def test_a_claim_is_compared_with_its_own_definition() -> None:
    """The total beside a claim is the one under the claim's scope, with its rank and ratio counted on the draws."""
    claim = _claim("c", include=[{"category": "a"}], best=150.0)
    draws = _draws(claim)
    (found,) = compare_claims(draws)
    ours = total(draws, "whole", DefinitionChanges(exclude=[{"category": ["b", "c"]}])).values
    assert found.total is not None
    assert np.array_equal(kept(found.total.values), ours)
    assert found.summary == summarise(ours, shortest=False)
    assert found.quantile == np.mean(ours <= 150.0)
    assert found.ratio == pytest.approx(150.0 / np.median(ours))


@pytest.mark.parametrize(
    ("figure", "middle"),
    [
        ({"low": 100.0, "high": 900.0}, 300.0),
        ({"low": 0.0, "high": 900.0}, 450.0),
        ({"low": 100.0, "best": 700.0, "high": 900.0}, 700.0),
        ({"low": 400.0, "reads": "at-least"}, 400.0),
        ({"high": 600.0, "reads": "at-most"}, 600.0),
    ],
    ids=str,
)
def test_middle_of_a_claim_is_best_bound_or_geometric_mean(figure: dict[str, Any], middle: float) -> None:
    """The middle is the best figure or the bound, else the geometric mean, or half the high end above a low of zero."""
    found = _only(_claim("c", **figure))
    assert found.summary is not None
    assert found.ratio * found.summary.median == pytest.approx(middle)


def test_a_bound_counts_the_draws_that_respect_it() -> None:
    """For "at least" the share of draws at or above it counts, for "at most" the share at or below."""
    draws = _draws(_claim("a", low=540.0, reads="at-least"), _claim("b", high=540.0, reads="at-most"))
    low, high = compare_claims(draws)
    assert low.quantile + high.quantile == pytest.approx(1.0)
    assert high.quantile == np.mean(total(draws, "whole").values <= 540.0)


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ({}, False),
        ({"source": "study-b"}, True),
        ({"lineage": "census"}, True),
        ({"lineage": "other"}, False),
        ({"include": [{"category": "b"}], "lineage": "census"}, False),
    ],
    ids=str,
)
def test_claim_on_our_own_data_is_marked_as_shared(changes: dict[str, Any], shared: bool) -> None:
    """A claim of a source or lineage that the total's components use is no independent test, and marked."""
    assert _only(_claim("c", **changes)).shared is shared


def test_a_claim_of_something_unknown_has_no_total() -> None:
    """Where nothing in a claim's scope has evidence there is no number beside it, but a reason."""
    found = _only(_claim("c", include=[{"category": "c"}]))
    assert (found.verdict, found.total, found.summary) == ("no total", None, None)
    assert math.isnan(found.quantile)
    assert math.isnan(found.ratio)
    assert "dark (no estimate)" in found.reason


def test_claims_are_sorted_by_size_with_retired_ones_last() -> None:
    """Claims that stand come first, by size; those that their author has replaced follow, with what replaced them."""
    found = compare_claims(
        _draws(
            _claim("large", best=900.0),
            _claim("small", best=300.0, supersedes=["earlier"]),
            _claim("earlier", best=100.0),
            _claim("middle", low=400.0, high=625.0),
        )
    )
    assert [one.claim.id for one in found] == ["small", "middle", "large", "earlier"]
    assert [one.retired_by for one in found] == ["", "", "", "small"]


def test_claims_leave_elicited_draws_bit_for_bit() -> None:
    """Claims change no bit of the draws that they are compared with."""
    one, other = _draws(), _draws(_claim("c", best=9e6))
    assert all(np.array_equal(one.columns[name], other.columns[name]) for name in one.columns)
    assert compare_claims(one) == ()


def test_korherr_claim_lies_inside_our_interval() -> None:
    """His 2.4 million to the end of 1942 lay above our interval when the years of the deaths were spread evenly."""
    compared = compare_claims(mm.simulate(mm.load("nazi-germany"), n=20_000, rng=1))
    (korherr,) = [one for one in compared if one.claim.id == "korherr-1943"]
    assert korherr.verdict == "inside"
