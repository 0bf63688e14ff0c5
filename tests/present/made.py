"""Results that several tests look at, each made once: the Soviet case with few draws, and small cases of all shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import mcmort as mm
from mcmort.analysis import Interval, Summary
from mcmort.api.reports import ComparisonReport, TotalReport
from mcmort.catalogue import Case
from mcmort.results import Draws
from mcmort.sampler import simulate
from tests.cases import case_of, component, count, definition, head, overlap, point, ranged, share

__all__ = [
    "DRAWS",
    "MOST_DRAWS",
    "claim",
    "first_draws",
    "floors",
    "normal_summary",
    "small_case",
    "small_comparison",
    "titled",
    "ussr_comparison",
    "ussr_draws",
    "ussr_total",
]

DRAWS = 2_000
"""Enough for every rule of print to be at work, and quick."""
MOST_DRAWS = 100_000
"""As the command line draws where nothing else is said."""


@cache
def ussr_draws(n: int = DRAWS) -> Draws:
    """Return draws of the shipped Soviet case, seed 1.

    Draw i is the same however many follow it, so the case is drawn once and cut; `test_result_documents.py` compares a
    cut with a run of its own.
    """
    if n == MOST_DRAWS:
        return simulate(mm.load("ussr"), n, rng=1)
    return first_draws(ussr_draws(MOST_DRAWS), n)


def first_draws(draws: Draws, n: int) -> Draws:
    """Cut a run to its first draws."""
    columns = {name: values[:n].copy() for name, values in draws.columns.items()}
    return replace(draws, manifest=replace(draws.manifest, draws=n), columns=columns)


@cache
def ussr_comparison(years: tuple[int, int] | None = None, n: int = DRAWS) -> ComparisonReport:
    """Return all definitions of the Soviet case side by side."""
    return mm.compare(ussr_draws(n), years=years)


@cache
def ussr_total(name: str, n: int = DRAWS) -> TotalReport:
    """Return one total of the Soviet case."""
    return mm.total(ussr_draws(n), name)


def normal_summary(centre: float, deviation: float, error: float = 0.0, draws: int = 1_000_000) -> Summary:
    """Return the summary of a normal distribution of which the Monte Carlo error is given."""
    ends = (centre - 1.959964 * deviation, centre + 1.959964 * deviation)
    halves = (centre - 0.67449 * deviation, centre + 0.67449 * deviation)
    intervals = (
        Interval(0.5, "equal-tailed", *halves, error, error),
        Interval(0.95, "equal-tailed", *ends, error, error),
        Interval(0.5, "highest-density", *halves, error, error),
        Interval(0.95, "highest-density", *ends, error, error),
    )
    return Summary(draws, centre, error, centre, error, deviation, intervals)


def claim(id_: str, **changes: Any) -> dict[str, Any]:
    """Return a published total that starts from the definition ``whole``."""
    table = {"id": id_, "author": id_, "source": "study-c", "locator": "p. 9", "basis": "synthesis"}
    return {**table, "counts": "all deaths", "definition": "whole", **changes}


def titled(title: str = "A small case", **changes: Any) -> dict[str, Any]:
    """Return the head of a small case under a title."""
    return head(title=title, **changes)


@cache
def floors() -> Draws:
    """Return draws of a case whose four definitions are: known, registered, partly unknown, and both."""
    register = point(5_000, measure="registered", basis="registered", source="study-b")
    case = case_of(
        component("known", ranged(9_000, 12_000), register),
        component("dark", count(low=100.0, reads="at-least"), facets={"category": "b"}),
        component("inner", ranged(800, 1_500), facets={"category": "c"}),
        overlap=[overlap("inner-in-known", "inner", "known", **share(0.2, 0.6))],
        definitions={
            "whole": definition(label="Known deaths", include=[{"category": ["a", "c"]}]),
            "kept": definition(label="Registered deaths", include=[{"category": "a"}], measure="registered"),
            "gappy": definition(label="With a gap", include=[{"kind": "deaths"}]),
            "both": definition(label="Registered, with a gap", measure="registered"),
        },
    )  # fmt: skip
    return mm.simulate(case, n=DRAWS, rng=1)


def small_case(
    low: float, high: float, *, title: str = "A small case", label: str = "L", name: str = "whole", **tables: Any
) -> Case:
    """Return a case of one component and one definition."""
    words: Mapping[str, Any] = {name: definition(label=label)}
    return case_of(component("one", ranged(low, high)), head=titled(title), definitions=words, **tables)


def small_comparison(low: float, high: float, **changes: Any) -> ComparisonReport:
    """Return the comparison of a case of one component and one definition."""
    return mm.compare(mm.simulate(small_case(low, high, **changes), n=DRAWS, rng=1))
