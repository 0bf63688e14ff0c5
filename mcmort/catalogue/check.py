"""Checks what only makes sense across the records of a case.

`Loaded` holds what has been read so far. An id that was declared by a badly formed record still counts as
declared, so that one defect does not bring a crowd of false ones with it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, CaseHead, column_name
from mcmort.catalogue.records import (
    Claim,
    Component,
    Definition,
    Estimate,
    Overlap,
    Quantity,
    Record,
    Scope,
    Selector,
    Share,
    Source,
)
from mcmort.catalogue.selection import selected_years, selector_defects, years_of
from mcmort.errors import FormulaError, Problem

__all__ = ["Loaded", "check_meaning"]


@dataclass
class Loaded:
    """What has been read of a case folder so far."""

    where: str
    head: CaseHead | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def declare(self, kind: str, name: str, file: str, record: Record | None) -> None:
        """Take in a record; one that is badly formed is declared without content."""
        if f"{kind} {name}" in self.files:
            found = f"a second {kind} {name!r} (the first stands in {self.files[f'{kind} {name}']})"
            self.problems.append(Problem(file, f'{kind} "{name}"', found, "ids used once", "rename one of them"))
            return
        self.files[f"{kind} {name}"] = file
        if record is not None:
            self.records.setdefault(kind, {})[name] = record

    def of(self, kind: str) -> dict[str, Any]:
        """Return the well-formed records of a kind, sorted by id."""
        return dict(sorted(self.records.get(kind, {}).items()))

    def declared(self, kind: str) -> list[str]:
        """Return the ids of a kind that were declared, well formed or not."""
        return sorted(key.removeprefix(f"{kind} ") for key in self.files if key.startswith(f"{kind} "))

    def freeze(self) -> Case:
        """Return the checked case."""
        if self.head is None:
            raise ValueError("a case without a head cannot be frozen")
        return Case(
            head=self.head,
            components=self.of("component"),
            quantities=self.of("quantity"),
            profiles=self.of("profile"),
            overlaps=self.of("overlap"),
            dependence=self.of("dependence"),
            claims=self.of("claim"),
            definitions=dict(self.records.get("definition", {})),
            sources=dict(sorted(self.sources.items())),
            where=self.where,
            files=dict(self.files),
        )


def check_meaning(loaded: Loaded) -> list[Problem]:
    """Return every defect that shows only across records.

    Parameters
    ----------
    loaded : Loaded
        What the files held.

    Returns
    -------
    list of Problem
        Empty for a sound case.
    """
    checks = (
        _sources,
        _names,
        _facets,
        _years,
        _profiles,
        _estimates,
        _supersedes,
        _formulas,
        _overlaps,
        _dependence,
        _scopes,
    )
    return [problem for check in checks for problem in check(loaded)]


def _near(name: str, allowed: Iterable[str], otherwise: str = "") -> str:
    close = difflib.get_close_matches(name, list(allowed), 1)
    return f"did you mean {close[0]!r}?" if close else otherwise


def _place(kind: str, name: str, *more: str) -> str:
    return " > ".join([f'{kind} "{name}"' if kind != "definition" else f"[{name}]", *more])


def _figures(loaded: Loaded) -> Iterator[tuple[str, str, Any]]:
    """Yield file, place and record of everything that cites a source."""
    if loaded.head is not None:
        yield "case.toml", "readings", loaded.head.readings
        for basis, spread in loaded.head.spread.items():
            yield "case.toml", f"spread > {basis}", spread
    for kind, records in loaded.records.items():
        for name, record in records.items():
            file = loaded.files[f"{kind} {name}"]
            if hasattr(record, "source"):
                yield file, _place(kind, name), record
            for estimate in getattr(record, "estimate", ()):
                yield file, _place(kind, name, f'estimate "{estimate.name}"'), estimate
            for key in ("ordinary", "completeness"):
                if getattr(record, key, None) is not None:
                    yield file, _place(kind, name, key), getattr(record, key)
            for index, rule in enumerate(getattr(record, "share", ())):
                yield file, _place(kind, name, f"share[{index}]"), rule


def _sources(loaded: Loaded) -> Iterator[Problem]:
    for file, place, record in _figures(loaded):
        if record.source not in loaded.sources:
            hint = _near(record.source, loaded.sources, "add the work to sources.bib")
            found = f"the source {record.source!r}"
            yield Problem(file, f"{place} > source", found, "a key of sources.bib", hint)
        if isinstance(record, Share) and record.is_one_sided:
            yield Problem(file, f"{place} > reads", record.reading, "a share with two ends or a point", "")


def _names(loaded: Loaded) -> Iterator[Problem]:
    components = {column_name(name): name for name in loaded.declared("component")}
    for name in loaded.declared("quantity"):
        if name in components:
            found = f"the name of component {components[name]!r} as a formula writes it"
            file = loaded.files[f"quantity {name}"]
            yield Problem(file, _place("quantity", name), found, "a name of its own", "rename the quantity")


def _facets(loaded: Loaded) -> Iterator[Problem]:
    if loaded.head is None:
        return
    facets = loaded.head.facets
    for name, component in loaded.of("component").items():
        file = loaded.files[f"component {name}"]
        for facet, values in component.facets.items():
            place = _place("component", name, "facets", facet)
            if facet not in facets:
                hint = _near(facet, facets, "declare it under [facets] in case.toml")
                yield Problem(file, place, f"the facet {facet!r}", f"one of {', '.join(sorted(facets))}", hint)
                continue
            for value in values:
                if value not in facets[facet]:
                    expected = f"one of {', '.join(sorted(facets[facet]))}"
                    hint = _near(value, facets[facet], f"declare it under [facets.{facet}] in case.toml")
                    yield Problem(file, place, f"the value {value!r}", expected, hint)


def _years(loaded: Loaded) -> Iterator[Problem]:
    for name, component in loaded.of("component").items():
        file, own = loaded.files[f"component {name}"], component.years
        if loaded.head is not None:
            first, last = loaded.head.years
            if own[0] < first or own[1] > last:
                found, expected = f"{own[0]} to {own[1]}", f"years within {first} to {last}, those of the case"
                yield Problem(file, _place("component", name, "years"), found, expected, "")
        for estimate in component.estimate:
            if estimate.years and not set(years_of(estimate.years)) & set(years_of(own)):
                place = _place("component", name, f'estimate "{estimate.name}"', "years")
                found = f"{estimate.years[0]} to {estimate.years[1]}"
                expected = f"years that touch {own[0]} to {own[1]}, those of the component"
                yield Problem(file, place, found, expected, "")


def _profiles(loaded: Loaded) -> Iterator[Problem]:
    profiles = loaded.of("profile")
    declared = loaded.declared("profile")
    for name, component in loaded.of("component").items():
        if component.profile is None:
            continue
        file, place = loaded.files[f"component {name}"], _place("component", name, "profile")
        if component.profile not in declared:
            hint = _near(component.profile, declared, "add a [[profile]] with that id")
            yield Problem(file, place, f"the profile {component.profile!r}", "the id of a [[profile]]", hint)
            continue
        if component.profile not in profiles:
            continue
        series = profiles[component.profile].by_year
        missing = [str(year) for year in years_of(component.years) if year not in series]
        if missing:
            hint = "give a zero where the source prints one; shorten the component's years where it is silent"
            found = f"no value for {', '.join(missing[:5])}{' ...' if len(missing) > 5 else ''}"
            yield Problem(file, place, found, "a value for every year of the component", hint)
        elif sum(series[year] for year in years_of(component.years)) <= 0:
            yield Problem(file, place, "zeros only", "a series with something to apportion", "")


def _owners(loaded: Loaded) -> Iterator[tuple[str, str, str, Component | Quantity]]:
    for kind in ("component", "quantity"):
        for name, owner in loaded.of(kind).items():
            yield kind, name, loaded.files[f"{kind} {name}"], owner


def _estimates(loaded: Loaded) -> Iterator[Problem]:
    for kind, name, file, owner in _owners(loaded):
        seen: set[str] = set()
        for estimate in owner.estimate:
            if estimate.name in seen:
                place = _place(kind, name, f'estimate "{estimate.name}"')
                hint = "give each its own id = '...'"
                yield Problem(file, place, "a second estimate of that name", "estimates that can be told apart", hint)
            seen.add(estimate.name)
            yield from _spread(loaded, file, _place(kind, name, f'estimate "{estimate.name}"'), estimate)
        pooled = [one.name for one in owner.estimate if one.use == "pool" and one.measure == "all"]
        if owner.formula is not None and pooled:
            found = f"a formula and pooled estimates ({', '.join(pooled)})"
            hint = "mark the estimates use = 'cross-check', or move them to a quantity that the formula names"
            yield Problem(file, _place(kind, name, "formula"), found, "either a formula or estimates", hint)
        if isinstance(owner, Component) and owner.already_net and owner.ordinary is not None:
            expected, hint = "one of the two", "excess deaths have no ordinary mortality left in them"
            yield Problem(file, _place(kind, name, "ordinary"), "already_net and ordinary", expected, hint)


def _spread(loaded: Loaded, file: str, place: str, estimate: Estimate) -> Iterator[Problem]:
    if loaded.head is None or estimate.use != "pool" or estimate.formula is not None:
        return
    needs = estimate.reading == "point" or estimate.is_one_sided
    if needs and estimate.basis not in loaded.head.spread:
        hint = f"add [spread.{estimate.basis}] to case.toml"
        yield Problem(file, f"{place} > basis", f"no spread for basis {estimate.basis!r}", "a spread for a point", hint)


def _supersedes(loaded: Loaded) -> Iterator[Problem]:
    claims = loaded.declared("claim")
    for kind, name, file, owner in _owners(loaded):
        own = {estimate.name for estimate in owner.estimate}
        for estimate in owner.estimate:
            place = _place(kind, name, f'estimate "{estimate.name}"', "supersedes")
            yield from _superseded(file, place, estimate.name, estimate.supersedes, {*own, *claims})
    for name, claim in loaded.of("claim").items():
        place = _place("claim", name, "supersedes")
        yield from _superseded(loaded.files[f"claim {name}"], place, name, claim.supersedes, set(claims))


def _superseded(file: str, place: str, name: str, retired: tuple[str, ...], known: set[str]) -> Iterator[Problem]:
    for other in retired:
        if other == name:
            yield Problem(file, place, f"{other!r} itself", "an earlier figure", "")
        elif other not in known:
            expected = "the id of an estimate of the same component, or of a claim"
            yield Problem(file, place, f"{other!r}", expected, _near(other, known))


def _formulas(loaded: Loaded) -> Iterator[Problem]:
    quantities = set(loaded.declared("quantity"))
    components = {column_name(name) for name in loaded.declared("component")}
    uses: dict[str, frozenset[str]] = {}
    for kind, name, file, owner in _owners(loaded):
        allowed = quantities if kind == "quantity" else quantities | components
        if owner.formula is not None:
            place = _place(kind, name, "formula")
            found, problems = _formula(file, place, owner.formula, allowed)
            yield from problems
            uses[column_name(name)] = found
        for estimate in owner.estimate:
            if estimate.formula is not None:
                place = _place(kind, name, f'estimate "{estimate.name}"', "formula")
                found, problems = _formula(file, place, estimate.formula, quantities)
                yield from problems
                uses[column_name(name)] = uses.get(column_name(name), frozenset()) | found
    for name in sorted(uses):
        if name in _reach(uses, name):
            kind = "quantity" if name in quantities else "component"
            id_ = name if kind == "quantity" else name.replace("_", "-")
            file = loaded.files.get(f"{kind} {id_}", "")
            yield Problem(file, _place(kind, id_, "formula"), "a formula that leads back to itself", "no circles", "")


def _formula(file: str, place: str, text: str, allowed: set[str]) -> tuple[frozenset[str], list[Problem]]:
    try:
        used = formula.names(formula.parse(text))
    except FormulaError as error:
        expected = "arithmetic: numbers, names, + - * / ( ) min max"
        return frozenset(), [Problem(file, place, f"{text!r}: {error}", expected, "")]
    problems = []
    for name in sorted(used - allowed):
        hint = _near(name, allowed, "add a [[quantity]] with that id")
        problems.append(Problem(file, place, f"the name {name!r}", "names of quantities or components", hint))
    return used, problems


def _reach(links: dict[str, frozenset[str]], start: str) -> set[str]:
    """Return everything that can be reached from a node in one step or more."""
    reached: set[str] = set()
    todo = list(links.get(start, ()))
    while todo:
        node = todo.pop()
        if node not in reached:
            reached.add(node)
            todo.extend(links.get(node, ()))
    return reached


def _overlaps(loaded: Loaded) -> Iterator[Problem]:
    overlaps: dict[str, Overlap] = loaded.of("overlap")
    components = loaded.declared("component")
    links: dict[str, frozenset[str]] = {}
    for name, overlap in overlaps.items():
        file = loaded.files[f"overlap {name}"]
        for key in ("of", "within"):
            end = getattr(overlap, key)
            if end not in components:
                hint = _near(end, components)
                yield Problem(file, _place("overlap", name, key), f"{end!r}", "the id of a component", hint)
        if overlap.within in links.get(overlap.of, frozenset()):
            found = f"a second overlap of {overlap.of!r} within {overlap.within!r}"
            yield Problem(file, _place("overlap", name), found, "one overlap for a pair", "")
        links[overlap.of] = links.get(overlap.of, frozenset()) | {overlap.within}
        own = loaded.of("component").get(overlap.of)
        if overlap.years and own and not set(years_of(overlap.years)) & set(years_of(own.years)):
            found = f"{overlap.years[0]} to {overlap.years[1]}"
            yield Problem(file, _place("overlap", name, "years"), found, f"years of {overlap.of!r}", "")
    for name, overlap in overlaps.items():
        if overlap.of in _reach(links, overlap.of):
            found = f"overlaps that lead from {overlap.of!r} back to itself"
            hint = "say once which of the two figures holds the other"
            yield Problem(loaded.files[f"overlap {name}"], _place("overlap", name), found, "no circles", hint)


def _dependence(loaded: Loaded) -> Iterator[Problem]:
    known = {*loaded.declared("component"), *loaded.declared("quantity")}
    load: dict[tuple[str, str], float] = {}
    for name, group in loaded.of("dependence").items():
        file = loaded.files[f"dependence {name}"]
        for member in group.members:
            place = _place("dependence", name, "members")
            if member not in known:
                expected = "ids of components or quantities"
                yield Problem(file, place, f"{member!r}", expected, _near(member, known))
            key = (member, group.measure)
            load[key] = load.get(key, 0.0) + group.loading**2
            if load[key] > 1 + 1e-12:
                found = f"loadings of {member!r} whose squares add up to {load[key]:.3g}"
                yield Problem(file, place, found, "squares that add up to 1 at most", "lower a loading")


def _scopes(loaded: Loaded) -> Iterator[Problem]:
    definitions: dict[str, Definition] = loaded.of("definition")
    declared = loaded.declared("definition")
    for name, definition in definitions.items():
        yield from _scope(loaded, "definitions.toml", _place("definition", name), definition)
    claims: dict[str, Claim] = loaded.of("claim")
    for name, claim in claims.items():
        file, place = loaded.files[f"claim {name}"], _place("claim", name)
        if claim.definition is None and not claim.include:
            expected = "a definition to start from, or include"
            yield Problem(file, place, "no scope", expected, "say what the author counts")
        elif claim.definition is not None and claim.definition not in declared:
            hint = _near(claim.definition, declared)
            expected = f"one of {', '.join(declared)}"
            yield Problem(file, f"{place} > definition", f"{claim.definition!r}", expected, hint)
        yield from _scope(loaded, file, place, claim)


def _scope(loaded: Loaded, file: str, place: str, scope: Scope) -> Iterator[Problem]:
    if loaded.head is None:
        return
    lists: list[tuple[str, tuple[Selector, ...]]] = [
        ("include", scope.include),
        ("exclude", scope.exclude),
        ("share", tuple(rule.where for rule in scope.share)),
    ]
    sound = True
    for key, selectors in lists:
        for index, selector in enumerate(selectors):
            for defect in selector_defects(loaded.head.facets, loaded.declared("component"), selector):
                sound = False
                yield Problem(file, f"{place} > {key}[{index}] > {defect[0]}", *defect[1:])
    if sound:
        yield from _selects(loaded, file, place, scope)


def _selects(loaded: Loaded, file: str, place: str, scope: Scope) -> Iterator[Problem]:
    components: dict[str, Component] = loaded.of("component")
    if len(components) < len(loaded.declared("component")):
        return
    if scope.include and not any(selected_years(scope, component) for component in components.values()):
        hint = "see what each key selects with 'mcmort show'"
        yield Problem(file, place, "a scope that selects nothing", "at least one component", hint)
    for component in components.values():
        taken: set[int] = set()
        for index, rule in enumerate(scope.share):
            years = selected_years(Scope(include=(rule.where,)), component)
            if years & taken:
                found = f"a second share for {component.id!r} in {min(years & taken)}"
                yield Problem(file, f"{place} > share[{index}]", found, "one share for a component and year", "")
            taken |= years
