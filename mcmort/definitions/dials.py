"""What tells two definitions apart, as dials: scope, years, measure, net and share, each turned alone or with others.

Between two definitions A and B stand hybrids: definitions in which some dials stand as in B and the others as in A. A
component that both count is counted in a hybrid in the years, under the measure, net or gross, and with the share of
responsibility of one or the other. One that only A or only B counts is there as the dial of scope says, in its own
years as far as the years of the hybrid allow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, Literal

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Selector
from mcmort.catalogue.selection import years_of
from mcmort.definitions.terms import DefinitionTerms, resolve

__all__ = ["DIALS", "STATED_ORDER", "Dial", "differing_dials", "hybrid"]

Dial = Literal["scope", "leave", "years", "measure", "net", "share", "enter"]
"""``leave`` is the half of ``scope`` by which components go out, ``enter`` that by which they come in."""

DIALS: Final[tuple[Dial, ...]] = ("scope", "years", "measure", "net", "share")
"""Scope in one: dials whose orders may be averaged."""
STATED_ORDER: Final[tuple[Dial, ...]] = ("leave", "years", "measure", "net", "share", "enter")
"""What only one side counts is counted as that side does: it goes out first, or comes in last."""

type YearSets = dict[str, frozenset[int]]


def differing_dials(start: DefinitionTerms, end: DefinitionTerms, dials: Collection[Dial]) -> tuple[Dial, ...]:
    """Return those of some dials by which two definitions differ, in the same order."""
    return tuple(dial for dial in dials if _differs(start, end, dial))


def _differs(start: DefinitionTerms, end: DefinitionTerms, dial: Dial) -> bool:
    first, last = _year_sets(start), _year_sets(end)
    match dial:
        case "scope":
            return first.keys() != last.keys()
        case "leave":
            return bool(first.keys() - last.keys())
        case "enter":
            return bool(last.keys() - first.keys())
        case "years":
            spans = start.definition.years != end.definition.years
            return spans or any(first[name] != last[name] for name in first.keys() & last.keys())
        case "share":
            return start.definition.share != end.definition.share
        case "measure":
            return start.definition.measure != end.definition.measure
        case "net":
            return start.definition.net != end.definition.net


def hybrid(
    case: Case, start: DefinitionTerms, end: DefinitionTerms, turned: Collection[Dial]
) -> DefinitionTerms | None:  # fmt: skip
    """Return the definition in which some dials stand as in the second of two definitions, the others as in the first.

    Parameters
    ----------
    case : Case
        The case.
    start, end : DefinitionTerms
        The two definitions.
    turned : collection of Dial
        The dials that stand as in `end`.

    Returns
    -------
    DefinitionTerms or None
        None if it counts nothing.
    """
    years = _hybrid_years(start, end, turned)
    include = tuple(
        Selector.model_validate({"component": [name], "years": span})
        for name in sorted(years)
        for span in _runs(years[name])
    )
    if not include:
        return None
    by_dial = {
        key: getattr((end if key in turned else start).definition, key) for key in ("measure", "net", "share")
    }  # fmt: skip
    definition = start.definition.model_copy(update={"include": include, "exclude": (), "years": None, **by_dial})
    return resolve(case, definition)


def _hybrid_years(start: DefinitionTerms, end: DefinitionTerms, turned: Collection[Dial]) -> YearSets:
    """Return the years of each component that a hybrid counts."""
    first, last = _year_sets(start), _year_sets(end)
    common = (end if "years" in turned else start).definition.years
    within = None if common is None else frozenset(years_of(common))
    years: YearSets = {}
    for name in first.keys() | last.keys():
        if name in first and name in last:
            years[name] = (last if "years" in turned else first)[name]
        elif name in first and not {"scope", "leave"} & set(turned):
            years[name] = first[name] if within is None else first[name] & within
        elif name in last and {"scope", "enter"} & set(turned):
            years[name] = last[name] if within is None else last[name] & within
    return {name: counted for name, counted in years.items() if counted}


def _year_sets(resolved: DefinitionTerms) -> YearSets:
    return {term.component: term.years for term in resolved.terms}


def _runs(years: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of successive years of a set."""
    ordered = sorted(years)
    first = ordered[0]
    for year, after in zip(ordered, [*ordered[1:], None], strict=True):
        if after != year + 1:
            yield first, year
            if after is not None:
                first = after
