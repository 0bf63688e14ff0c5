"""Figures that a source prints as parts of a sum add up to it, which speaks for how they were read or recalled."""

from __future__ import annotations

import pytest

from mcmort.catalogue.records import Estimate
from tests.shipped import case_named

COUNTIES = {
    "connacht": "galway leitrim mayo roscommon sligo",
    "munster": "clare cork kerry limerick tipperary waterford",
    "ulster": "antrim armagh cavan donegal down fermanagh derry monaghan tyrone",
    "leinster": "carlow dublin kildare kilkenny kings longford louth meath queens westmeath wexford wicklow",
}


def printed(case: str, quantity: str) -> float:
    """Return the figure of the first estimate of a quantity."""
    best = case_named(case).quantities[quantity].estimate[0].best
    assert best is not None
    return best


def test_irish_counties_of_1841_add_up_to_their_provinces_and_to_ireland() -> None:
    """The counties are recalled, the total was read: 8,175,124 to the person."""
    for province, counties in COUNTIES.items():
        parts = sum(printed("ireland-1845-52", f"{county}_1841") for county in counties.split())
        assert parts == printed("ireland-1845-52", f"{province}_1841"), province
    provinces = sum(printed("ireland-1845-52", f"{province}_1841") for province in COUNTIES)
    assert provinces == printed("ireland-1845-52", "census_1841") == 8_175_124


def bounds(estimate: Estimate) -> tuple[float, float]:
    """Return the two ends of a printed range."""
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize("series", ["recalled-deaths", "fever", "dysentery", "workhouses", "gaols", "overseas"])
def test_an_irish_series_by_year_adds_up_to_its_total(series: str) -> None:
    """Each annual series is of the same count as the component that it apportions."""
    case = case_named("ireland-1845-52")
    assert sum(case.profiles[series].by_year.values()) == case.components[series].estimate[0].best


def test_groups_of_kiernan_add_up_to_the_population_and_toll_that_he_prints() -> None:
    """7.895 and 1.673 million against 7.89 and 1.671 million in his table."""
    groups = ["rural_base", "urban_khmer", "rural_new", "cham", "chinese", "lao", "thai", "khmer_krom", "upland"]
    people = {group: printed("cambodia", f"{group}_1975") for group in groups}
    vietnamese = printed("cambodia", "vietnamese_1975")  # nearly all of whom died
    dead = sum(people[group] * printed("cambodia", f"{group}_rate") for group in groups) + vietnamese
    assert sum(people.values()) + vietnamese == pytest.approx(7_890_000, rel=0.001)
    assert dead == pytest.approx(1_671_000, rel=0.002)


def test_heuveline_puts_his_median_at_a_fifth_of_the_people_at_risk() -> None:
    """1.9 million are 21 per cent of the people of 1975 and the births of 1975-78, as he prints it."""
    case = case_named("cambodia")
    ends = [bounds(case.quantities[name].estimate[0]) for name in ("population_1975", "births_1975_78")]
    at_risk = sum(low + high for low, high in ends) / 2
    assert 1_900_000 / at_risk == pytest.approx(0.21, abs=0.01)


def test_rates_of_two_states_of_darfur_make_what_the_survey_prints_without_the_south() -> None:
    """6,060 deaths in 30 days in North and West Darfur; printed are 6,000 to 10,000 with the South."""
    deaths = sum(
        printed("darfur", f"{state}_rate") * printed("darfur", f"{state}_displaced") for state in ("north", "west")
    )
    assert 0.003 * deaths == pytest.approx(6_060, abs=5)


def test_two_baselines_of_darfur_imply_the_people_that_were_exposed() -> None:
    """87,664 deaths between baselines of 0.3 and 0.44 in 10,000 a day make 3.2 million people over 5.3 years.

    Affected people were counted at 1.1 million in April 2004 and 2.45 million in March 2005, and grew; 6.77 million
    lived in Darfur.
    """
    low, high = bounds(case_named("darfur").quantities["baseline"].estimate[0])
    people = (298_271 - 210_607) / ((high - low) * 0.0001 * 5.3 * 365.25)
    printed_totals = [estimate.best for estimate in case_named("darfur").quantities["cred_2003_08"].estimate]
    assert printed_totals == [298_271, 210_607]
    assert people == pytest.approx(3_200_000, rel=0.02)
    assert printed("darfur", "affected_2005") < people < printed("darfur", "population_2005")


def test_rates_of_rudnytskyi_for_town_and_country_imply_the_population_of_their_share() -> None:
    """Dead are 16.5 and 4.0 per cent of country and town; that 3.9 million are 13 per cent of all is printed apart.

    The reconstruction itself cannot be run again: no public table has the population by age and sex with births, deaths
    and migration of each year that it starts from.
    """
    estimates = {one.name: one.best for one in case_named("ussr").components["famine-ukraine"].estimate}
    whole, urban = estimates["rudnytskyi-2015"], estimates["urban"]
    assert whole is not None
    assert urban is not None
    implied = (whole - urban) / 0.165 + urban / 0.040
    assert implied == pytest.approx(whole / 0.13, rel=0.05)
    assert implied == pytest.approx(
        bounds(case_named("ussr").quantities["population_ukraine_1933"].estimate[0])[0], rel=0.05
    )
