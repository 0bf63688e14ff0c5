"""Which works a case cites, or a definition rests on."""

from __future__ import annotations

from collections.abc import Iterator

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, column_name
from mcmort.catalogue.records import Component, Quantity, Source
from mcmort.catalogue.selection import select
from mcmort.errors import DefinitionError

__all__ = ["cited_sources", "owners_behind"]


def cited_sources(case: Case, definition: str | None = None) -> list[Source]:
    """Return the works that something in a case cites.

    Parameters
    ----------
    case : Case
        The case.
    definition : str, optional
        Only works behind the components that it counts.

    Returns
    -------
    list of Source
        Sorted by key.

    Raises
    ------
    DefinitionError
        If there is no such definition.
    """
    if definition is None:
        keys = {key for name in case.components for key in _behind(case, case.components[name])}
        keys |= {key for name in case.quantities for key in _behind(case, case.quantities[name])}
        keys |= {claim.source for claim in case.claims.values()} | {one.source for one in case.overlaps.values()}
        keys |= {one.source for one in case.profiles.values()} | {one.source for one in case.dependence.values()}
        keys |= {one.source for one in case.correlations.values()} | {one.source for one in case.balances.values()}
        keys |= {rule.source for scope in (*case.definitions.values(), *case.claims.values()) for rule in scope.share}
    elif definition not in case.definitions:
        raise DefinitionError(case.missing(definition, "definition"))
    else:
        scope = case.definitions[definition]
        chosen = select(case, scope)
        keys = {key for name in chosen for key in _behind(case, case.components[name])}
        keys |= {one.source for one in case.overlaps.values() if one.of in chosen and one.within in chosen}
        keys |= {rule.source for rule in scope.share}
        keys |= {one.source for one in case.dependence.values() if set(one.members) & set(chosen)}
        keys |= {one.source for one in case.correlations.values() if set(one.between) & set(chosen)}
    keys |= {case.head.readings.source, *(spread.source for spread in case.head.spread.values())}
    if case.head.synthesis is not None:
        priors = case.head.synthesis
        keys |= {priors.source, *(bias.source for bias in priors.bias.values())}
        keys |= {priors.completeness.source} if priors.completeness is not None else set()
    return [case.sources[key] for key in sorted(keys)]


def owners_behind(case: Case, owner: Component | Quantity) -> list[Component | Quantity]:
    """Return a component or quantity with all those that its formulas, and theirs, name; each once.

    Parameters
    ----------
    case : Case
        The case.
    owner : Component or Quantity
        Where to start.

    Returns
    -------
    list of Component and Quantity
        The owner first.
    """
    components = {column_name(name): component for name, component in case.components.items()}
    found = [owner]
    for one in found:
        texts = [one.formula, *(estimate.formula for estimate in one.estimate)]
        names = {name for text in texts if text is not None for name in formula.names(formula.parse(text))}
        for name in sorted(names):
            used = components[name] if name in components else case.quantities[name]
            if used not in found:
                found.append(used)
    return found


def _behind(case: Case, owner: Component | Quantity) -> Iterator[str]:
    """Yield the keys of the works behind a component or quantity."""
    for one in owners_behind(case, owner):
        yield from (estimate.source for estimate in one.estimate)
        for key in ("ordinary", "completeness"):
            if getattr(one, key, None) is not None:
                yield getattr(one, key).source
        if isinstance(one, Component) and one.profile is not None:
            yield case.profiles[one.profile].source
