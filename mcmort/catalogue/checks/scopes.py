"""Checks what definitions and claims count: declared facets, scopes that select something, shares given once."""

from __future__ import annotations

from collections.abc import Iterator

from mcmort.catalogue.case import place
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.records import Balance, Claim, Component, Definition, Scope, Selector
from mcmort.catalogue.selection import selected_years, selector_defects
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import Problem

__all__ = ["check_scopes"]


def check_scopes(builder: CaseBuilder) -> Iterator[Problem]:
    """Yield every defect of a definition's or a claim's scope."""
    definitions: dict[str, Definition] = builder.of("definition")
    claims: dict[str, Claim] = builder.of("claim")
    components, are_sound = builder.declared("component"), _are_components_sound(builder)
    for name, definition in definitions.items():
        yield from _scope(builder, components, are_sound, "definition", name, definition, definition)
    for name, claim in claims.items():
        whole: Scope | None = claim
        if claim.definition is not None:
            whole = _merged(claim, definitions[claim.definition]) if claim.definition in definitions else None
            if builder.lacks("definition", claim.definition):
                declared = builder.declared("definition")
                where = place("claim", name, "definition")
                expected = f"one of {', '.join(declared)}" if declared else "a definition of the case"
                file, hint = (
                    builder.files[f"claim {name}"],
                    did_you_mean(claim.definition, declared, "or say the scope itself with include"),
                )
                yield Problem(file, where, f"{claim.definition!r}", expected, hint)
            elif f"definition {claim.definition}" in builder.partial:
                whole = None
        yield from _scope(builder, components, are_sound, "claim", name, claim, whole)
    balances: dict[str, Balance] = builder.of("balance")
    for name, balance in balances.items():
        yield from _scope(builder, components, are_sound, "balance", name, balance, balance)


def _merged(claim: Claim, base: Definition) -> Scope:
    """Return the scope of a claim that starts from a definition: each part its own, else that of the definition."""
    own = {key: getattr(claim, key) for key in Scope.model_fields if getattr(claim, key) not in (None, ())}
    return base.model_copy(update=own)


def _scope(
    builder: CaseBuilder,
    components: list[str],
    are_components_sound: bool,
    kind: str,
    name: str,
    scope: Scope,
    whole: Scope | None,
) -> Iterator[Problem]:
    """Check the words of a scope; and, where they are sound, what the whole of it selects."""
    if builder.head is None:
        return
    file = builder.files[f"{kind} {name}"]
    parts: list[tuple[str, tuple[Selector, ...]]] = [
        ("include[{}]", scope.include),
        ("exclude[{}]", scope.exclude),
        ("share[{}] > where", tuple(rule.where for rule in scope.share)),
    ]
    is_sound = f"{kind} {name}" not in builder.partial and whole is not None
    for part, selectors in parts:
        for index, selector in enumerate(selectors):
            for key, *words in selector_defects(builder.head.facets, components, selector):
                is_sound = False
                if key != "component" or "component" not in builder.blind:
                    yield Problem(file, place(kind, name, part.format(index), key), *words)
    if is_sound and whole is not None and are_components_sound:
        yield from _selects(builder, file, place(kind, name), scope, whole)


def _are_components_sound(builder: CaseBuilder) -> bool:
    """Whether it is known which components there are, and all their facets are declared."""
    if builder.head is None or not builder.is_whole("component"):
        return False
    facets = builder.head.facets
    return all(
        facet in facets and set(values) <= facets[facet].keys()
        for component in builder.of("component").values()
        for facet, values in component.facets.items()
    )


def _selects(builder: CaseBuilder, file: str, where: str, scope: Scope, whole: Scope) -> Iterator[Problem]:
    components: dict[str, Component] = builder.of("component")
    if not any(selected_years(whole, component) for component in components.values()):
        hint = "compare include, exclude and years with the facets and years of the components"
        yield Problem(file, where, "a scope that selects nothing", "at least one component in at least one year", hint)
    taken: dict[tuple[str, int], int] = {}
    for index, rule in enumerate(scope.share):
        rule_scope = Scope(include=(rule.where,))
        ruled = {(one.id, year) for one in components.values() for year in selected_years(rule_scope, one)}
        if not ruled:
            hint = "leave it out, or compare it with the facets and years of the components"
            yield Problem(file, f"{where} > share[{index}]", "a share of nothing", "at least one component", hint)
        if again := sorted(ruled & taken.keys()):
            found = f"a second share for {again[0][0]!r} in {again[0][1]} (the first is share[{taken[again[0]]}])"
            hint = "narrow one of the two with facets or years"
            yield Problem(file, f"{where} > share[{index}]", found, "one share for a component and year", hint)
        taken = dict.fromkeys(ruled, index) | taken
