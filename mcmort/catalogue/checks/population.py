"""Whether figures of deaths are possible at all, and whether the populations at risk of definitions are such.

The population is what ``[population]`` in ``case.toml`` cites; else the largest figure of a quantity that is a
population; else that of the world in the last year of the case, rounded up (Maddison Project 2020; United Nations,
World Population Prospects 2024). None of the figures is larger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mcmort.catalogue.case import Case, place
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.records import Component, Definition, Figure, Quantity
from mcmort.catalogue.selection import selected_years
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import Problem

__all__ = ["PERSONS", "check_population", "check_populations_at_risk"]

_WORLD: Final = ((1500, 0.5e9), (1700, 0.7e9), (1800, 1.1e9), (1900, 1.7e9), (1950, 2.6e9), (2000, 6.2e9))
"""Last years of the case up to which the population of the world was below this."""
_WORLD_NOW: Final = 10e9
PERSONS: Final = {"persons": 1.0, "thousand persons": 1e3, "10,000 persons": 1e4, "million persons": 1e6}
"""Units of populations, each in persons."""
_EARLIEST: Final = 20
"""Years before the first that a definition counts in which a count of those at risk may have been taken."""
_POPULATION: Final = re.compile(r"\bpopulation\b", re.I)


def check_population(case: Case) -> Iterator[Problem]:
    """Yield figures of deaths or births that are larger than the population of the setting.

    Parameters
    ----------
    case : Case
        A case that loads.

    Yields
    ------
    Problem
    """
    limit, what = _population(case)
    for file, where, figure in _figures(case):
        numbers = [(key, getattr(figure, key)) for key in ("low", "best", "high")]
        beyond = [(key, value) for key, value in numbers if value is not None and abs(value) > limit]
        if beyond:
            key, value = beyond[0]
            expected = f"no more than {limit:,.0f}, {what}"
            hint = "check the unit and the zeros; cite the [population] of the setting in case.toml if it is larger"
            yield Problem(file, f"{where} > {key}", f"{value:,.10g}", expected, hint)


def check_populations_at_risk(builder: CaseBuilder) -> Iterator[Problem]:
    """Yield definitions whose population at risk is no count of persons, or of other years, or that count no deaths.

    Parameters
    ----------
    builder : CaseBuilder
        The records as read.

    Yields
    ------
    Problem
    """
    definitions: dict[str, Definition] = builder.of("definition")
    quantities: dict[str, Quantity] = builder.of("quantity")
    for name, definition in definitions.items():
        file, where = builder.files[f"definition {name}"], place("definition", name, "population")
        if definition.population is None:
            continue
        if definition.population in quantities:
            yield from _at_risk(builder, file, where, definition, quantities[definition.population])
        elif builder.lacks("quantity", definition.population):
            hint = did_you_mean(definition.population, builder.declared("quantity"), "declare the population")
            yield Problem(file, where, f"{definition.population!r}", "the id of a quantity", hint)


def _at_risk(
    builder: CaseBuilder, file: str, where: str, definition: Definition, quantity: Quantity
) -> Iterator[Problem]:
    if quantity.unit not in PERSONS:
        found = f"{quantity.id!r}, in {quantity.unit}"
        yield Problem(file, where, found, f"a quantity in {', '.join(PERSONS)}", "name the population itself")
    components: dict[str, Component] = builder.of("component")
    selected = {name: selected_years(definition, component) for name, component in components.items()}
    if other := sorted(name for name, years in selected.items() if years and components[name].unit != "deaths"):
        found = f"a population at risk of {components[other[0]].unit} ({other[0]!r})"
        yield Problem(file, where, found, "a definition that counts deaths alone", "leave the key out")
    years = frozenset[int]().union(*selected.values())
    if years and not (min(years) - _EARLIEST <= quantity.years[0] and quantity.years[1] <= max(years)):
        first, last = quantity.years
        found = f"{quantity.id!r}, of {first}" + (f" to {last}" if last != first else "")
        expected = f"a population of {min(years) - _EARLIEST} to {max(years)}, when those at risk can have been counted"
        yield Problem(file, where, found, expected, "name a population at the beginning of the years")


def _population(case: Case) -> tuple[float, str]:
    """Return the population of the setting, and what it is."""
    if case.head.population is not None:
        return case.head.population.best, "the population of the setting"
    found = [
        max(value for value in (figure.low, figure.best, figure.high) if value is not None) * PERSONS[quantity.unit]
        for quantity in case.quantities.values()
        if quantity.unit in PERSONS and _POPULATION.search(f"{quantity.id.replace('_', ' ')} {quantity.label}")
        for figure in quantity.estimate
        if figure.formula is None
    ]
    if found:
        return max(found), "the largest population among the quantities"
    last = case.head.years[1]
    return next((limit for year, limit in _WORLD if last <= year), _WORLD_NOW), "the population of the world"


def _figures(case: Case) -> Iterator[tuple[str, str, Figure]]:
    """Yield each figure of deaths or births, an author's totals among them, with its place."""
    for name, component in case.components.items():
        for estimate in component.estimate:
            where = place("component", name, f'estimate "{estimate.name}"')
            yield case.files.get(f"component {name}", ""), where, estimate
    for name, claim in case.claims.items():
        yield case.files.get(f"claim {name}", ""), place("claim", name), claim
