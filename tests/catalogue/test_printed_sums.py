"""Figures that a source prints as parts of a sum add up to it, which speaks for how they were read or recalled."""

from __future__ import annotations

import pytest

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
