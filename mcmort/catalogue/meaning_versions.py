"""Versions of what the keys of a case mean: a case says with ``format`` for which of them it was written.

A case of an earlier version loads, with one notice of what has changed since, if any of it touches the case. Receipts
carry the version, so that results made under an earlier one are reported as made under another meaning, not as wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Quantity, Scope
from mcmort.catalogue.selection import matches, years_of
from mcmort.catalogue.vocabulary import CURRENT_FORMAT

__all__ = ["format_notices", "since"]


_VERSION_2: Final = {
    "timing": "where no annual series says when deaths fell, that is unknown, not even",
    "overlaps": "overlaps come off year by year, and their shares are of the deaths in the years that both have",
    "register": "all deaths are the larger of study and register",
    "links": "declared links act on deaths, however these are known",
    "formulas": "formulas use the inputs of the same draw",
}
"""What version 2 changed, in the order in which it is printed."""


def since(version: int) -> str:
    """Return all that has changed since a version of the format; empty for the current one."""
    return "; ".join(_VERSION_2.values()) if version < CURRENT_FORMAT else ""


def format_notices(case: Case) -> tuple[str, ...]:
    """Return what to know before reading totals of a case of an earlier version: one notice, or none.

    Parameters
    ----------
    case : Case
        A case that loads.

    Returns
    -------
    tuple of str
        Names the changes that touch the case, and how to confirm them; empty where none does.
    """
    version = case.head.format
    changes = "; ".join(_VERSION_2[change] for change in _touching(case)) if version < CURRENT_FORMAT else ""
    if not changes:
        return ()
    return (
        f"{case.where}: written for version {version} of the case format, read by version {CURRENT_FORMAT}: {changes}. "
        f"Hint: look at its totals, and write format = {CURRENT_FORMAT} in case.toml",
    )


def _touching(case: Case) -> Iterator[str]:
    """Yield the changes of version 2 by which a total of the case may differ."""
    components = case.components.values()
    if any(_has_unknown_timing(component) and _is_cut(case, component) for component in components):
        yield "timing"
    if case.overlaps:
        yield "overlaps"
    if any(_has_study_and_register(component) for component in components):
        yield "register"
    if case.dependence or case.correlations:
        yield "links"
    owners: list[Component | Quantity] = [*components, *case.quantities.values()]
    if any(estimate.formula is not None for owner in owners for estimate in owner.estimate):
        yield "formulas"


def _has_unknown_timing(component: Component) -> bool:
    first, last = component.years
    return component.profile is None and component.even is None and first < last


def _is_cut(case: Case, component: Component) -> bool:
    """Whether a definition, a claim or an overlap may take some years of a component and leave others."""
    own = frozenset(years_of(component.years))
    scopes = (*case.definitions.values(), *case.claims.values())
    windows = [frozenset(years_of(span)) for scope in scopes for span in _spans(scope, component)]
    for overlap in case.overlaps.values():
        if component.id in (overlap.of, overlap.within):
            sides = (case.components[overlap.of].years, case.components[overlap.within].years, overlap.years)
            windows.append(frozenset.intersection(*(frozenset(years_of(span)) for span in sides if span is not None)))
    return any(own & window and own - window for window in windows)


def _spans(scope: Scope, component: Component) -> Iterator[tuple[int, int]]:
    """Yield the spans of years that a scope names for a component."""
    if scope.years is not None and (not scope.include or any(matches(one, component) for one in scope.include)):
        yield scope.years
    for selector in (*scope.include, *scope.exclude, *(rule.where for rule in scope.share)):
        if selector.years is not None and matches(selector, component):
            yield selector.years


def _has_study_and_register(component: Component) -> bool:
    measures = {estimate.measure for estimate in component.estimate}
    return "registered" in measures and ("all" in measures or component.formula is not None)
