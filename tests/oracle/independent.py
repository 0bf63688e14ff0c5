"""A second program for totals, written from docs/method.md: it reads a case, and shares no code with the engine.

Slow and plain: its own random numbers, SciPy's distributions, sorted samples for the quantiles of pools, and one pass
over every single year. What it takes from mcmort is the case as checked (records, admitted estimates, parsed formulas).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue import Case
from mcmort.catalogue.records import Component, Definition, Selector
from tests.oracle.inputs import OracleInputs, span

__all__ = ["Oracle"]

type Array = NDArray[np.float64]


class Oracle(OracleInputs):
    """Draws of all inputs of a case with their years, and totals of its definitions.

    Parameters
    ----------
    case : Case
        The case.
    n : int
        Number of draws.
    seed : int
        Of NumPy's generator.
    """

    def __init__(self, case: Case, n: int, seed: int) -> None:
        super().__init__(case, n, seed)
        self.timing: dict[str, dict[int, Array]] = {}
        self.shares: dict[str, Array | None] = {
            f"ordinary {name}": self.figure(one.ordinary) for name, one in case.components.items() if one.ordinary
        }
        self.overlaps = {name: self.figure(one) for name, one in case.overlaps.items()}
        for name in case.components:
            self.years_of(name)

    # years

    def years_of(self, name: str) -> dict[int, Array]:
        """Return the share of a component's deaths in each of its years."""
        if name in self.timing:
            return self.timing[name]
        component = self.case.components[name]
        years = list(span(component.years))
        ones = np.ones(self.n)
        if component.profile is not None:
            series = self.case.profiles[component.profile].by_year
            whole = sum(series[year] for year in years)
            self.timing[name] = {year: ones * (series[year] / whole) for year in years}
        elif component.even is not None or len(years) == 1:
            self.timing[name] = {year: ones / len(years) for year in years}
        else:
            self.timing[name] = self.uncertain_years(component)
        return self.timing[name]

    def uncertain_years(self, component: Component) -> dict[int, Array]:
        """Return flat Dirichlet shares, following in shared years the component that holds most of this one."""
        hosts: dict[int, str] = {}
        own = [one for one in self.case.overlaps.values() if one.of == component.id]
        for one in sorted(own, key=lambda one: (-_middle(one), one.id)):
            for year in self.shared(one.id):
                hosts.setdefault(year, one.within)
        blocks: list[tuple[str, list[int]]] = []
        for year in span(component.years):
            host = hosts.get(year, "")
            if host and blocks and blocks[-1][0] == host:
                blocks[-1][1].append(year)
            else:
                blocks.append((host, [year]))
        gammas = np.array([self.rng.standard_gamma(len(years), self.n) for _, years in blocks])
        masses = gammas / gammas.sum(axis=0)
        found: dict[int, Array] = {}
        for (host, years), mass in zip(blocks, masses, strict=True):
            shape = np.array([self.years_of(host)[year] for year in years]) if host else np.ones((1, self.n))
            whole = shape.sum(axis=0)
            if np.all(whole == 0.0):
                shape, whole = np.ones_like(shape), np.full(self.n, float(len(years)))
            found |= {year: mass * part / whole for year, part in zip(years, shape, strict=True)}
        return found

    def shared(self, key: str) -> set[int]:
        """Return the years in which an overlap holds."""
        one = self.case.overlaps[key]
        years = set(span(self.case.components[one.of].years)) & set(span(self.case.components[one.within].years))
        return years & set(span(one.years)) if one.years else years

    # totals

    def total(self, definition: Definition) -> Array | None:
        """Return draws of the total of a definition, or None if nothing that it asks for is known."""
        deaths = self.registered if definition.measure == "registered" else self.all
        counted: dict[str, set[int]] = {}
        for name, component in self.case.components.items():
            years = _chosen(definition.include, component) - _chosen(definition.exclude, component)
            if definition.years is not None:
                years &= set(span(definition.years))
            if years and deaths[name] is not None:
                counted[name] = years
        if not counted:
            return None
        blame = [(rule, self.figure(rule)) for rule in definition.share]
        result = np.zeros(self.n)
        for year in sorted(set().union(*counted.values())):
            x = {}
            for name, years in counted.items():
                if year in years:
                    x[name] = self.part(definition, name, year, blame)
            result += sum(x.values(), np.zeros(self.n))
            result -= self.taken(year, x)
        return result

    def part(self, definition: Definition, name: str, year: int, blame: list[tuple[Any, Array]]) -> Array:
        """Return a component as counted in one year."""
        deaths = (self.registered if definition.measure == "registered" else self.all)[name]
        assert deaths is not None
        found = deaths * self.years_of(name)[year]
        ordinary = self.shares.get(f"ordinary {name}")
        if definition.net and ordinary is not None:
            found = found * (1.0 - ordinary)
        for rule, share in blame:
            if year in _chosen((rule.where,), self.case.components[name]):
                return np.asarray(found * share)
        return np.asarray(found)

    def taken(self, year: int, x: Mapping[str, Array]) -> Array:
        """Return what overlaps take off in one year."""
        active = {
            key: one
            for key, one in self.case.overlaps.items()
            if one.of in x and one.within in x and year in self.shared(key)
        }
        shares = {key: self.share_of(key) for key, one in self.case.overlaps.items() if year in self.shared(key)}
        amounts = {}
        for key, one in active.items():
            rivals = [share for other, share in shares.items() if self.case.overlaps[other].of == one.of]
            amounts[key] = shares[key] / np.maximum(sum(rivals), 1.0) * x[one.of]
        found = np.zeros(self.n)
        for host in {one.within for one in active.values()}:
            inside = sum(amounts[key] for key, one in active.items() if one.within == host)
            gone = sum((amounts[key] for key, one in active.items() if one.of == host), np.zeros(self.n))
            found += np.minimum(inside, np.maximum(x[host] - gone, 0.0))
        return found

    def share_of(self, key: str) -> Array:
        """Return an overlap as a share of the guest's deaths in the years that both have."""
        overlap, share = self.case.overlaps[key], self.overlaps[key]
        if not overlap.of_all_years:
            return share
        part = sum((self.years_of(overlap.of)[year] for year in self.shared(key)), np.zeros(self.n))
        return np.asarray(np.minimum(share / np.maximum(part, 1e-300), 1.0))


def _middle(figure: Any) -> float:
    ends = [end for end in (figure.low, figure.high) if end is not None]
    return float(figure.best) if figure.best is not None else sum(ends) / len(ends)


def _chosen(selectors: tuple[Selector, ...], component: Component) -> set[int]:
    """Return the years of a component that some selectors pick."""
    own, found = set(span(component.years)), set[int]()
    for selector in selectors:
        values = {"component": (component.id,), **component.facets}
        if all(set(wanted) & set(values.get(facet, ())) for facet, wanted in selector.rules.items()):
            found |= own & set(span(selector.years)) if selector.years else own
    return found
