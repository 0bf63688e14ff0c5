"""Figures of more deaths than there were people."""

from __future__ import annotations

from typing import Any

import pytest

import mcmort as mm
from mcmort.catalogue.checks.population import check_population
from tests.cases import case_of, component, head, point, quantity, ranged

_SMALL = head(population={"best": 5e6, "source": "choice", "locator": "none"})


@pytest.mark.parametrize(
    ("tables", "beyond"),
    [
        ({"head": _SMALL}, 5.1e6),
        ({"quantity": [quantity("population_1930", point(3e6))]}, 3.1e6),
        ({"quantity": [quantity("people", point(2.0), unit="million persons", label="Population of 1930")]}, 2.1e6),
        ({"head": head(years=[1900, 1940])}, 2.7e9),
        ({}, 6.3e9),
    ],
)
def test_figure_beyond_the_population_is_remarked(tables: dict[str, Any], beyond: float) -> None:
    """10 to the 13 dead passed without a word; a figure within the population passes."""
    (found,) = check_population(case_of(component("one", ranged(1e3, beyond)), **tables))
    assert found.key == 'component "one" > estimate "study-a" > high'
    assert "check the unit and the zeros" in found.hint
    within = case_of(component("one", ranged(1e3, 0.9 * beyond)), **tables)
    assert list(check_population(within)) == []


@pytest.mark.parametrize("name", mm.cases())
def test_shipped_figures_are_within_the_population(name: str) -> None:
    """No figure of a shipped case is larger than the population of its setting."""
    assert list(check_population(mm.load(name))) == []
