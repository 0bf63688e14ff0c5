"""Whether figures of deaths are possible at all: none is larger than the population of the setting.

The population is what ``[population]`` in ``case.toml`` cites; else the largest figure of a quantity that is a
population; else that of the world in the last year of the case, rounded up (Maddison Project 2020; United Nations,
World Population Prospects 2024).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mcmort.catalogue.case import Case, place
from mcmort.catalogue.records import Figure
from mcmort.errors import Problem

__all__ = ["check_population"]

_WORLD: Final = ((1500, 0.5e9), (1700, 0.7e9), (1800, 1.1e9), (1900, 1.7e9), (1950, 2.6e9), (2000, 6.2e9))
"""Last years of the case up to which the population of the world was below this."""
_WORLD_NOW: Final = 10e9
_SCALE: Final = {"persons": 1.0, "thousand persons": 1e3, "10,000 persons": 1e4, "million persons": 1e6}
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


def _population(case: Case) -> tuple[float, str]:
    """Return the population of the setting, and what it is."""
    if case.head.population is not None:
        return case.head.population.best, "the population of the setting"
    found = [
        max(value for value in (figure.low, figure.best, figure.high) if value is not None) * _SCALE[quantity.unit]
        for quantity in case.quantities.values()
        if quantity.unit in _SCALE and _POPULATION.search(f"{quantity.id.replace('_', ' ')} {quantity.label}")
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
