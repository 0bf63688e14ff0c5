"""Which definition fits a printed number: where it lies among our totals, and who prints one near it."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

import mcmort as mm
from mcmort.analysis.locate import Location, locate
from mcmort.catalogue import Case
from mcmort.errors import DefinitionError, UsageError
from mcmort.sampler import Sampler, simulate
from tests.cases import case_of, component, definition, head, point, ranged
from tests.present.made import claim, floors, ussr_draws

_N = 20_000
_LOG_SD = math.log(200.0 / 100.0) / (2.0 * stats.norm.ppf(0.95))


@cache
def _case() -> Case:
    """Return a case of a component of 100 to 200 deaths (90 %) and one twice as large, known from even years."""
    even = {"source": "study-a", "locator": "p. 2"}
    return case_of(
        component("one", ranged(100, 200), even=even),
        component(
            "two",
            ranged(200, 400, source="study-b"),
            point(150, measure="registered", basis="registered", source="study-c"),
            facets={"category": "b"},
            even=even,
        ),
        definitions={
            "first": definition(include=[{"category": "a"}]),
            "second": definition(include=[{"category": "b"}]),
            "both": definition(),
        },
        claim=[
            claim("near", best=150.0, definition="first"),
            claim("half", best=70.0, definition="first", years=[1930, 1934]),
            claim("wide", low=100.0, high=900.0, definition="both", years=[1925, 1950]),
            claim("bound", low=1.0, reads="at-least", definition="both"),
            claim("own", best=155.0, definition=None, include=[{"category": "b"}], years=[1931, 1932]),
        ],
    )


@cache
def _located(figure: float = 141.0) -> Location:
    return locate(simulate(_case(), _N, rng=1), figure)


def test_probability_below_is_that_of_the_distribution() -> None:
    """Of a lognormal total with 90 % between 100 and 200 the share below a number is its distribution function.

    Allowed: four standard errors of a share of 20,000 draws.
    """
    for figure in (90.0, 141.0, 190.0):
        row = next(row for row in _located(figure).rows if row.name == "first")
        exact = stats.lognorm(s=_LOG_SD, scale=math.sqrt(100.0 * 200.0)).cdf(figure)
        assert abs(row.below - exact) < 4.0 * math.sqrt(exact * (1.0 - exact) / _N)


@pytest.mark.parametrize(("figure", "place"), [(80.0, "below"), (100.0, "inside"), (200.0, "inside"), (230.0, "above")])
def test_place_follows_the_ends_of_the_interval(figure: float, place: str) -> None:
    """The ends of the 95 % interval of the lognormal total are 94 and 213: a number is below, inside or above."""
    low, high = stats.lognorm(s=_LOG_SD, scale=math.sqrt(100.0 * 200.0)).ppf([0.025, 0.975])
    assert (round(low), round(high)) == (94, 214)
    row = next(row for row in _located(figure).rows if row.name == "first")
    assert row.place == place


def test_rows_are_definitions_spans_that_claims_name_and_measures_that_are_known() -> None:
    """A span of a claim is a row of its definition unless it cuts nothing; so is a measure that all evidence has."""
    assert {row.name for row in _located().rows} == {"first", "first 1930:1934", "second", "second registered", "both"}
    assert {row.name for row in _located().own} == {"first", "second", "both"}
    half = next(row for row in _located(70.0).rows if row.name == "first 1930:1934")
    assert half.below == pytest.approx(0.5, abs=0.02)


def test_rows_come_by_how_central_the_number_is() -> None:
    """The nearer the probability below is to a half, the earlier; of those far outside the nearer interval first."""
    for figure in (141.0, 1e6):
        rows = _located(figure).rows
        distances = [abs(row.below - 0.5) for row in rows]
        assert distances == sorted(distances)
    assert _located(141.0).rows[0].name == "first"
    far = [row.summary.interval() for row in _located(1e6).rows]
    widths = [(1e6 - one.high) / (one.high - one.low) for one in far]
    assert widths == sorted(widths)


def test_claims_stand_beside_the_total_of_their_scope() -> None:
    """A printed number within a tenth, or a range that holds it, stands beside its scope, else with the others."""
    beside = {row.name: [one.id for one in row.claims] for row in _located().rows}
    assert beside == {
        "first": ["near"],
        "first 1930:1934": [],
        "second": [],
        "second registered": [],
        "both": ["wide"],
    }
    assert [one.id for one in _located().others] == ["own"]
    assert [one.id for one in _located(120.0).others] == []


def test_years_that_are_asked_for_are_the_only_ones() -> None:
    """With years every definition is cut to them, and no claim adds others; the definitions count as themselves."""
    found = locate(simulate(_case(), 500, rng=1), 70.0, ["first", "both"], years=(1930, 1934))
    assert {row.name for row in found.rows} == {"first", "both"}
    assert all(row.is_own and row.total.years == (1930, 1934) for row in found.rows)


@pytest.mark.slow
def test_a_sampler_locates_as_kept_draws_do() -> None:
    """Counted draws give each row of the Soviet case the place and the probability of the same draws kept.

    Allowed: the draws in one bin of a histogram, a tenth of a per cent.
    """
    draws = ussr_draws()
    kept = {row.name: row for row in locate(draws, 20e6).rows}
    counted = {row.name: row for row in locate(Sampler(draws.case, len(draws), rng=1), 20e6).rows}
    assert kept.keys() == counted.keys()
    for name, row in kept.items():
        assert counted[name].below == pytest.approx(row.below, abs=1e-3)
        assert counted[name].place == row.place


def test_headline_names_the_definitions_that_hold_the_number() -> None:
    """One sentence: inside which, above which, below which, in the order of the case; then spans that hold it."""
    assert mm.locate(simulate(_case(), _N, rng=1), 141.0).headline == (
        "A small case: 141 lies inside the 95 % interval of 1 of 3 definitions: first; it is below second and both. "
        "Inside as well: second, registered."
    )
    assert " of none of 3 definitions; it is above " in mm.locate(simulate(_case(), _N, rng=1), 1e6).headline


def test_a_number_above_a_minimum_is_said_to_be_no_more() -> None:
    """Above the interval of a floor a number is not ruled out, and the table says that ours is a minimum."""
    text = mm.locate(floors(), 1e6, ["kept", "whole"]).render("markdown")
    rows = [line for line in text.splitlines() if line.startswith(("| kept |", "| whole |"))]
    assert ["above a minimum" in line for line in sorted(rows)] == [True, False]


def test_a_number_between_two_schools_lies_in_a_gap() -> None:
    """Between two schools of figures far apart a number is inside the interval, and said to lie in a gap."""
    schools = component("one", ranged(100, 110), ranged(1000, 1100, source="study-b"))
    draws = simulate(case_of(schools), _N, rng=1)
    (between,) = locate(draws, 400.0).rows
    (within,) = locate(draws, 1050.0).rows
    assert (between.place, between.is_between) == ("inside", True)
    assert (within.place, within.is_between) == ("inside", False)
    report = mm.locate(draws, 400.0)
    assert "whole (in a gap)" in report.headline
    assert "| inside, in a gap |" in report.render("markdown")


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(figure: float) -> None:
    """NaN and infinity are no numbers that a total could be."""
    with pytest.raises(UsageError, match="no number that a total could be"):
        locate(simulate(_case(), 5, rng=1), figure)


def test_negative_numbers_are_for_signed_totals_alone() -> None:
    """A negative number is refused where no total can be negative, and located where one can."""
    with pytest.raises(UsageError, match="is negative"):
        locate(simulate(_case(), 5, rng=1), -100.0)
    kinds = {"deaths": {"label": "Deaths", "signed": True}}
    facets: dict[str, Any] = {**head()["facets"], "kind": kinds}
    change = ranged(-300, 100, family="normal")
    signed = case_of(component("change", change), head=head(facets=facets), definitions={"whole": definition()})
    (row,) = locate(simulate(signed, _N, rng=1), -100.0).rows
    assert row.place == "inside"
    assert row.below == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(_N))


def test_an_unknown_definition_is_an_error() -> None:
    """A definition that the case does not have is refused, and one that counts nothing in the years is named."""
    draws = simulate(_case(), 5, rng=1)
    with pytest.raises(DefinitionError, match="no definition 'third'"):
        locate(draws, 100.0, ["third"])
    with pytest.raises(DefinitionError, match="selects no component"):
        locate(draws, 100.0, years=(1950, 1960))
