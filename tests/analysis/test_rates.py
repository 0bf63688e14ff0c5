"""Deaths per population: against closed forms and draw by draw, with both uncertainties and what they share."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.errors import DefinitionError
from mcmort.present.numbers import rate_texts, rate_unit
from tests.bayes.small_cases import figures
from tests.cases import case_of, component, definition, head, point, quantity, ranged
from tests.present.made import normal_summary

LOW, HIGH = 800_000.0, 1_600_000.0
FEW, MANY = 5e6, 8e6


def _case(**changes: Any) -> Case:
    lost = {"unit": "share of the population"}
    tables: dict[str, Any] = {
        "quantity": [
            quantity("people", ranged(FEW, MANY, reads="90%"), years=[1930, 1930]),
            quantity("lost", ranged(0.1, 0.3, reads="90%"), **lost),
            quantity("thousands", point(6_000, reads="standard-error", standard_error=1.0), unit="thousand persons"),
        ],
        "definitions": {
            "first": definition(include=[{"category": "a"}], population="people"),
            "derived": definition(include=[{"category": "b"}], population="people"),
            "scaled": definition(include=[{"category": "a"}], population="thousands"),
            "none": definition(),
        },
    }
    return case_of(
        component("one", ranged(LOW, HIGH, reads="90%")),
        component("two", formula="lost * people", facets={"category": "b"}),
        **{**tables, **changes},
    )


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_rate_of_independent_lognormals_is_their_ratio(method: Any) -> None:
    """The logarithm of the rate is normal, of a variance that is the sum of both; within four Monte Carlo errors."""
    (row,) = mm.rates(mm.Sampler(_case(), 60_000, rng=1, method=method), ["first"]).rows
    scales = [math.log(high / low) / (2 * stats.norm.ppf(0.95)) for low, high in ((LOW, HIGH), (FEW, MANY))]
    ratio = stats.lognorm(math.hypot(*scales), scale=1_000 * math.sqrt(LOW * HIGH) / math.sqrt(FEW * MANY))
    interval = row.per_thousand.interval(0.95)
    assert abs(interval.low - ratio.ppf(0.025)) < 4 * interval.low_error + 3e-4 * interval.low
    assert abs(interval.high - ratio.ppf(0.975)) < 4 * interval.high_error + 3e-4 * interval.high
    assert row.per_thousand.median == pytest.approx(ratio.median(), rel=0.01)


def test_rate_of_deaths_that_are_a_share_of_the_population_is_that_share() -> None:
    """Deaths and population of one draw: what is uncertain of the population leaves the rate alone."""
    draws = mm.simulate(_case(), n=2_000, rng=1)
    (row,) = mm.rates(draws, ["derived"]).rows
    assert row.rate.values == pytest.approx(1_000 * draws.columns["quantity:lost"], rel=1e-12)
    assert row.people.interval(0.9).high > 1.5 * row.people.interval(0.9).low


def test_rate_is_per_person_whatever_the_unit_of_the_population() -> None:
    """A population in thousands is counted in persons."""
    draws = mm.simulate(_case(), n=2_000, rng=1)
    (row,) = mm.rates(draws, ["scaled"]).rows
    assert row.people.median == pytest.approx(6e6, rel=1e-3)
    by_hand = 1_000 * draws.columns["all:one"] / (1_000 * draws.columns["quantity:thousands"])
    assert row.rate.values == pytest.approx(by_hand)


def test_definitions_that_name_a_population_are_the_default() -> None:
    """Without names, all definitions with a population; of several cases in their order."""
    other = case_of(
        component("one", ranged(100, 200)),
        head=head(id="other"),
        quantity=[quantity("all", point(150))],
        definitions={"whole": definition(population="all")},
    )
    report = mm.rates([mm.Sampler(case, 1_000, rng=1) for case in (_case(), other)])
    assert [row.rate.total.definition.id for row in report.rows] == ["first", "derived", "scaled", "whole"]
    assert [receipt.case_digest for receipt in report.receipt.beside] == [other.digest]
    # about half of the draws have more deaths than people
    assert 0.2 < report.rows[-1].beyond.value < 0.8
    assert "more deaths than people at risk, with a probability of" in str(report)


def test_definition_without_population_is_refused() -> None:
    """The message names the definitions that have one, or how to give one."""
    draws = mm.simulate(_case(), n=100, rng=1)
    with pytest.raises(DefinitionError, match="names no population at risk; expected one that does: first, derived"):
        mm.rates(draws, ["none"])
    case = case_of(component("one", ranged(100, 200)), definitions={"whole": definition()})
    with pytest.raises(DefinitionError, match="no definition of small names its population at risk"):
        mm.rates(mm.simulate(case, n=100, rng=1))


def test_population_that_nothing_rests_on_changes_no_other_draw() -> None:
    """A population that is added to a definition has a random stream of its own: all other columns keep their bits."""
    bare = {"definitions": {"whole": definition()}, "quantity": []}
    with_people = {
        "definitions": {"whole": definition(population="people")},
        "quantity": [quantity("people", point(5e6))],
    }
    component_ = component("one", ranged(LOW, HIGH))
    before, after = (mm.simulate(case_of(component_, **tables), n=500, rng=1) for tables in (bare, with_people))
    assert (before.columns["all:one"] == after.columns["all:one"]).all()
    assert set(after.columns) - set(before.columns) == {"quantity:people"}


@pytest.mark.parametrize(
    ("centre", "deviation", "unit", "texts"),
    [
        (210.0, 30.0, 100, ("15\N{EN DASH}27", "21")),
        (45.0, 10.0, 100, ("2.5\N{EN DASH}6.5", "4.5")),
        (2.0, 0.3, 1_000, ("1.4\N{EN DASH}2.6", "2.0")),
        (0.02, 0.004, 100_000, ("1.2\N{EN DASH}2.8", "2.0")),
    ],
)
def test_rate_is_printed_for_as_many_people_as_make_it_readable(
    centre: float, deviation: float, unit: int, texts: tuple[str, str]
) -> None:
    """Of 100 people, or of 1,000 and more where few died; digits as the width of the interval allows."""
    summary = normal_summary(centre, deviation)
    assert rate_unit([summary]) == unit or unit == 100
    assert rate_texts(summary, 0.95, unit) == texts


def test_rate_of_a_floor_is_at_least_its_lower_end() -> None:
    """The headline says first what the rate is at least, and under which condition the interval holds."""
    register = point(5_000, measure="registered", basis="registered")
    case = case_of(
        component("one", register),
        quantity=[quantity("people", point(1e5), years=[1930, 1930])],
        definitions={"kept": definition(measure="registered", population="people")},
    )
    report = mm.rates(mm.simulate(case, n=1_000, rng=1))
    assert " at least " in report.headline
    assert "if no register missed a death" in report.headline
    assert "or more" in str(report)


@pytest.mark.slow
def test_population_that_a_fit_does_not_hold_is_drawn_beside_it() -> None:
    """Nothing in the fit rests on the population: its pooled figures stand, and a note says so."""
    case = figures(
        component("one", ranged(40e3, 90e3), ranged(50e3, 80e3, source="study-c", basis="survey")),
        quantity=[quantity("people", point(1e6), years=[1930, 1930])],
        definitions={"whole": definition(population="people")},
    )
    posterior = mm.fit(case, rng=1, draws=400)
    (row,) = (report := mm.rates(posterior, ["whole"])).rows
    assert "quantity:people" not in posterior.columns
    assert row.rate.is_drawn_apart
    people = mm.simulate(case, n=len(posterior), rng=1).columns["quantity:people"]
    assert row.rate.values == pytest.approx(1_000 * mm.total(posterior, "whole").values / people)
    assert "since no figure of the fit rests on it" in str(report)
