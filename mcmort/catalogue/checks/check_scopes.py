"""Checks of the scopes of definitions, claims and balances: declared facets, something selected, each share once."""

from __future__ import annotations

from collections.abc import Iterator

from mcmort.catalogue.case import place
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.records import Claim, Component, Definition, Scope, Selector
from mcmort.catalogue.selection import selected_years, selector_defects
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import Problem

__all__ = ["check_scopes"]


def check_scopes(builder: CaseBuilder) -> Iterator[Problem]:
    """Yield every defect of the scope of a definition, claim or balance."""
    for kind in ("definition", "claim", "balance"):
        scopes: dict[str, Scope] = builder.of(kind)
        for name, scope in scopes.items():
            complete: Scope | None = scope
            if isinstance(scope, Claim) and scope.definition is not None:
                yield from _unknown_definition(builder, name, scope.definition)
                complete = _with_definition(builder, scope, scope.definition)
            yield from _scope(builder, kind, name, scope, complete)


def _unknown_definition(builder: CaseBuilder, claim: str, definition: str) -> Iterator[Problem]:
    if builder.lacks("definition", definition):
        declared = builder.declared("definition")
        expected = f"one of {', '.join(declared)}" if declared else "a definition of the case"
        hint = did_you_mean(definition, declared, "or say the scope itself with include")
        where = place("claim", claim, "definition")
        yield Problem(builder.files[f"claim {claim}"], where, f"{definition!r}", expected, hint)


def _with_definition(builder: CaseBuilder, claim: Claim, name: str) -> Scope | None:
    """Return the scope of a claim that starts from a definition, or None if that has defects."""
    definitions: dict[str, Definition] = builder.of("definition")
    if name not in definitions or f"definition {name}" in builder.partial:
        return None
    return _merged(claim, definitions[name])


def _merged(claim: Claim, base: Definition) -> Scope:
    """Return the scope of a claim that starts from a definition: each part its own, else that of the definition."""
    own = {key: getattr(claim, key) for key in Scope.model_fields if getattr(claim, key) not in (None, ())}
    return base.model_copy(update=own)


def _scope(builder: CaseBuilder, kind: str, name: str, scope: Scope, complete: Scope | None) -> Iterator[Problem]:
    """Check the selectors of a scope and, if they have no defect, what the complete scope selects.

    The complete scope of a claim includes the definition from which it starts; it is None where that has defects.
    """
    if builder.head is None:
        return
    file, components = builder.files[f"{kind} {name}"], builder.declared("component")
    has_defects = f"{kind} {name}" in builder.partial
    for part, selector in _selectors(scope):
        for key, *problem in selector_defects(builder.head.facets, components, selector):
            has_defects = True
            if key != "component" or "component" not in builder.blind:
                yield Problem(file, place(kind, name, part, key), *problem)
    if complete is not None and not has_defects and _are_components_sound(builder):
        yield from _selected(builder, file, place(kind, name), scope, complete)


def _selectors(scope: Scope) -> Iterator[tuple[str, Selector]]:
    """Yield every selector of a scope with its place there."""
    for index, selector in enumerate(scope.include):
        yield f"include[{index}]", selector
    for index, selector in enumerate(scope.exclude):
        yield f"exclude[{index}]", selector
    for index, rule in enumerate(scope.share):
        yield f"share[{index}] > where", rule.where


def _are_components_sound(builder: CaseBuilder) -> bool:
    """Return whether all components were read without defects, and all their facets are declared."""
    if builder.head is None or not builder.is_whole("component"):
        return False
    facets = builder.head.facets
    return all(
        facet in facets and set(values) <= facets[facet].keys()
        for component in builder.of("component").values()
        for facet, values in component.facets.items()
    )


def _selected(builder: CaseBuilder, file: str, where: str, scope: Scope, complete: Scope) -> Iterator[Problem]:
    """Check that a scope selects something, and that no two of its shares apply to the same deaths."""
    components: dict[str, Component] = builder.of("component")
    if not any(selected_years(complete, component) for component in components.values()):
        hint = "compare include, exclude and years with the facets and years of the components"
        yield Problem(file, where, "a scope that selects nothing", "at least one component in at least one year", hint)
    first: dict[tuple[str, int], int] = {}
    for index, rule in enumerate(scope.share):
        rule_scope = Scope(include=(rule.where,))
        covered = {
            (component.id, year) for component in components.values() for year in selected_years(rule_scope, component)
        }
        if not covered:
            hint = "leave it out, or compare it with the facets and years of the components"
            yield Problem(file, f"{where} > share[{index}]", "a share of nothing", "at least one component", hint)
        if repeated := sorted(covered & first.keys()):
            component, year = repeated[0]
            found = f"a second share for {component!r} in {year} (the first is share[{first[repeated[0]]}])"
            hint = "narrow one of the two with facets or years"
            yield Problem(file, f"{where} > share[{index}]", found, "one share for a component and year", hint)
        first = dict.fromkeys(covered, index) | first
