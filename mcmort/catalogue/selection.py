"""The selection language: which components, and which of their years, a scope covers.

Definitions and authors' claims share the language, so that an author's total can be computed again under that author's
own definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Scope, Selector
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import DefinitionError

__all__ = ["matches", "select", "selected_years", "selector_defects", "year_weights", "years_of"]


def selector_defects(
    facets: Mapping[str, Mapping[str, object]], components: Iterable[str], selector: Selector
) -> list[tuple[str, str, str, str]]:
    """Check that a selector uses declared facets and values only.

    Parameters
    ----------
    facets : mapping
        Declared values of each facet.
    components : iterable of str
        Declared component ids.
    selector : Selector
        The rule to check.

    Returns
    -------
    list of tuple
        For each defect: key, found, expected, hint.
    """
    defects = []
    for facet, values in selector.rules.items():
        if facet == "component":
            allowed = sorted(components)
        elif facet in facets:
            allowed = sorted(facets[facet])
        else:
            keys = ["component", "years", *sorted(facets)]
            hint = did_you_mean(facet, keys, "declare it under [facets] in case.toml")
            defects.append((facet, f"the facet {facet!r}", f"one of {', '.join(keys)}", hint))
            continue
        for value in values:
            if value not in allowed:
                add = (
                    "add a [[component]] with that id" if facet == "component" else f"declare it under [facets.{facet}]"
                )
                hint = did_you_mean(value, allowed, add)
                defects.append((facet, f"the value {value!r}", f"one of {', '.join(allowed)}", hint))
    return defects


def matches(selector: Selector, component: Component) -> bool:
    """Whether a component has, for every key of the selector, one of the values listed."""
    for facet, values in selector.rules.items():
        own = (component.id,) if facet == "component" else component.facets.get(facet, ())
        if not set(values) & set(own):
            return False
    return True


def years_of(span: tuple[int, int]) -> range:
    """Return the years of a span, both ends included."""
    return range(span[0], span[1] + 1)


def _covered(selectors: tuple[Selector, ...], component: Component) -> frozenset[int]:
    own = frozenset(years_of(component.years))
    chosen: frozenset[int] = frozenset()
    for selector in selectors:
        if matches(selector, component):
            chosen |= own if selector.years is None else own & frozenset(years_of(selector.years))
    return chosen


def selected_years(scope: Scope, component: Component) -> frozenset[int]:
    """Return the years of a component that a scope covers: included, not excluded, within the scope's years."""
    years = _covered(scope.include, component) - _covered(scope.exclude, component)
    return years if scope.years is None else years & frozenset(years_of(scope.years))


def select(case: Case, scope: Scope) -> dict[str, frozenset[int]]:
    """Return the years of each component that a scope covers.

    Parameters
    ----------
    case : Case
        The case.
    scope : Scope
        A definition, or the scope of a claim.

    Returns
    -------
    dict
        Years by component id, only for components of which at least one year is covered; sorted by id.

    Raises
    ------
    DefinitionError
        If a selector names an unknown facet or value.
    """
    for selector in (*scope.include, *scope.exclude, *(rule.where for rule in scope.share)):
        for _, found, expected, hint in selector_defects(case.head.facets, case.components, selector):
            raise DefinitionError(f"found {found}; expected {expected}. Hint: {hint}")
    chosen = {key: selected_years(scope, component) for key, component in case.components.items()}
    return {key: years for key, years in chosen.items() if years}


def year_weights(case: Case, component: Component) -> dict[int, float]:
    """Return the share of a component that falls in each of its years.

    Proportional to the annual profile where the component has one, else even: the expectation where timing is unknown.
    """
    years = years_of(component.years)
    if component.profile is None:
        return dict.fromkeys(years, 1.0 / len(years))
    series = case.profiles[component.profile].by_year
    total = sum(series[year] for year in years)
    return {year: series[year] / total for year in years}
