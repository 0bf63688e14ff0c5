"""Checks of references between records: supersession, formulas, overlaps, dependence, correlations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final

from mcmort.catalogue import formula
from mcmort.catalogue.case import column_name, place
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.records import Balance, Component, Correlation, Overlap, Quantity
from mcmort.catalogue.selection import years_of
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.catalogue.vocabulary import LinkMeasure, Measure
from mcmort.errors import FormulaError, Problem

__all__ = ["check_references"]

_SPELLING: Final = "it names quantities, and components with - written _"

type Links = Mapping[str, Set[str]]


def check_references(builder: CaseBuilder) -> Iterator[Problem]:
    """Yield every reference that leads nowhere, and every circle."""
    for check in (_supersedes, _formulas, _overlaps, _dependence, _correlations):
        yield from check(builder)


def _circles(links: Links) -> list[list[str]]:
    """Return the circles of a graph, each once and with its nodes in order."""
    reach = {node: _reach(links, node) for node in sorted(links)}
    circles: list[list[str]] = []
    for node, reached in reach.items():
        if node in reached and not any(node in circle for circle in circles):
            circles.append([other for other in sorted(reached) if node in reach.get(other, ())])
    return circles


def _reach(links: Links, start: str) -> set[str]:
    """Return everything that can be reached from a node in one step or more."""
    reached: set[str] = set()
    todo = list(links.get(start, ()))
    while todo:
        node = todo.pop()
        if node not in reached:
            reached.add(node)
            todo.extend(links.get(node, ()))
    return reached


def _supersedes(builder: CaseBuilder) -> Iterator[Problem]:
    claims = set(builder.declared("claim"))
    links: dict[str, set[str]] = {}
    locations: dict[str, tuple[str, str]] = {}
    for kind, name, file, owner in builder.owners():
        own = {estimate.name for estimate in owner.estimate} | builder.estimates.get(f"{kind} {name}", set())
        for estimate in owner.estimate:
            node = f"{owner.id}:{estimate.name}"
            locations[node] = file, place(kind, name, f'estimate "{estimate.name}"', "supersedes")
            links[node] = {f"{owner.id}:{other}" if other in own else other for other in estimate.supersedes}
            expected = "the id of an estimate of the same component, or of a claim"
            yield from _unknown(builder, locations[node], estimate.name, estimate.supersedes, own | claims, expected)
    for name, claim in builder.of("claim").items():
        locations[name] = builder.files[f"claim {name}"], place("claim", name, "supersedes")
        links[name] = set(claim.supersedes)
        yield from _unknown(builder, locations[name], name, claim.supersedes, claims, "the id of a claim")
    for circle in _circles(links):
        found = f"{circle[0].rpartition(':')[2]!r}, which supersedes itself"
        if len(circle) > 1:
            found = f"figures that supersede one another ({', '.join(circle)})"
        yield Problem(
            *locations[circle[0]], found, "an earlier figure", "name what is retired in the later figure only"
        )


def _unknown(
    builder: CaseBuilder, location: tuple[str, str], name: str, retired: tuple[str, ...], known: set[str], expected: str
) -> Iterator[Problem]:
    """Yield a problem for each retired figure that does not exist."""
    for other in retired:
        if other not in known and builder.lacks("claim", other):
            hint = did_you_mean(other, known - {name}, "leave it out where the earlier figure is not in this case")
            yield Problem(*location, f"{other!r}", expected, hint)


def _formulas(builder: CaseBuilder) -> Iterator[Problem]:
    quantities = {name: f"quantity {name}" for name in builder.declared("quantity")}
    components = {column_name(name): f"component {name}" for name in builder.declared("component")}
    uses: dict[str, set[str]] = {}
    for kind, name, file, where, text in _formulas_of(builder):
        try:
            used = formula.names(formula.parse(text))
        except FormulaError as error:
            expected = "arithmetic: numbers, names, + - * / ( ) min max"
            hint = "write a power as a product" if "**" in text or "^" in text else _SPELLING
            yield Problem(file, where, f"{show(text)} ({error})", expected, hint)
            continue
        if kind != "balance":  # nothing can name a balance
            uses.setdefault(column_name(name), set()).update(used)
        may_name_components = where == place("component", name, "formula")
        yield from _unknown_names(builder, file, where, used, quantities, components if may_name_components else {})
    for circle in _circles(uses):
        kind, _, name = {**components, **quantities}[circle[0]].partition(" ")
        found = "a formula that names itself"
        if len(circle) > 1:
            found = f"formulas that lead in a circle ({', '.join(circle)})"
        hint = "give one of them estimates instead"
        yield Problem(builder.files[f"{kind} {name}"], place(kind, name, "formula"), found, "no circles", hint)


def _formulas_of(builder: CaseBuilder) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield every formula with the kind, id and file of the record that it belongs to, and its place there."""
    for kind, name, file, owner in builder.owners():
        if owner.formula is not None:
            yield kind, name, file, place(kind, name, "formula"), owner.formula
        for estimate in owner.estimate:
            if estimate.formula is not None:
                yield kind, name, file, place(kind, name, f'estimate "{estimate.name}"', "formula"), estimate.formula
    balances: dict[str, Balance] = builder.of("balance")
    for name, balance in balances.items():
        yield "balance", name, builder.files[f"balance {name}"], place("balance", name, "formula"), balance.formula


def _unknown_names(
    builder: CaseBuilder,
    file: str,
    where: str,
    used: frozenset[str],
    quantities: dict[str, str],
    components: dict[str, str],
) -> Iterator[Problem]:
    expected = "names of quantities or components" if components else "names of quantities"
    blind = builder.blind & {"quantity", "component"}
    for name in sorted(used - quantities.keys() - components.keys()):
        if not blind:
            hint = did_you_mean(name, [*quantities, *components], "add a [[quantity]] with that id")
            yield Problem(file, where, f"the name {name!r}", expected, hint)


def _overlaps(builder: CaseBuilder) -> Iterator[Problem]:
    overlaps: dict[str, Overlap] = builder.of("overlap")
    first: dict[tuple[str, str], str] = {}
    links: dict[str, set[str]] = {}
    for name, overlap in overlaps.items():
        file = builder.files[f"overlap {name}"]
        for key in ("of", "within"):
            side = getattr(overlap, key)
            if builder.lacks("component", side):
                hint = did_you_mean(side, builder.declared("component"), "add a [[component]] with that id")
                yield Problem(file, place("overlap", name, key), f"{side!r}", "the id of a component", hint)
        pair = (overlap.of, overlap.within)
        if pair in first:
            found = f"a second overlap of {overlap.of!r} within {overlap.within!r} (the first is {first[pair]!r})"
            yield Problem(file, place("overlap", name), found, "one overlap for a pair", "make one entry of the two")
        first.setdefault(pair, name)
        links.setdefault(overlap.of, set()).add(overlap.within)
        yield from _overlap_years(builder, file, name, overlap)
    for circle in _circles(links):
        name = next(name for name, overlap in overlaps.items() if {overlap.of, overlap.within} <= set(circle))
        found = f"overlaps that lead in a circle ({', '.join(circle)})" if len(circle) > 1 else "a part of itself"
        hint = "say once which of the figures holds the other"
        yield Problem(builder.files[f"overlap {name}"], place("overlap", name), found, "no circles", hint)


def _overlap_years(builder: CaseBuilder, file: str, name: str, overlap: Overlap) -> Iterator[Problem]:
    """Check that the years of an overlap are years of its first side, and that both sides share any of them."""
    guest = builder.of("component").get(overlap.of)
    host = builder.of("component").get(overlap.within)
    if guest is None:
        return
    if overlap.years and not set(years_of(overlap.years)) & set(years_of(guest.years)):
        found = f"{overlap.years[0]} to {overlap.years[1]}"
        expected = f"years that touch {guest.years[0]} to {guest.years[1]}, those of {overlap.of!r}"
        hint = "leave years out for all the years that both sides have"
        yield Problem(file, place("overlap", name, "years"), found, expected, hint)
    elif host is not None:
        yield from _shared_years(file, name, overlap, guest, host)


def _shared_years(file: str, name: str, overlap: Overlap, guest: Component, host: Component) -> Iterator[Problem]:
    """Check that an overlap has a year that both sides have, without which it would silently take nothing off."""
    shared = set(years_of(guest.years)) & set(years_of(host.years))
    if overlap.years:
        shared &= set(years_of(overlap.years))
    if not shared:
        spans = [f"{side.id!r} has {side.years[0]} to {side.years[1]}" for side in (guest, host)]
        stated = f" in {overlap.years[0]} to {overlap.years[1]}" if overlap.years else ""
        found = f"no year{stated} that both have ({'; '.join(spans)})"
        hint = "leave the overlap out, or correct the years of one side"
        where = place("overlap", name, "years") if overlap.years else place("overlap", name)
        yield Problem(file, where, found, "years of both", hint)


def _dependence(builder: CaseBuilder) -> Iterator[Problem]:
    known = [*builder.declared("component"), *builder.declared("quantity")]
    load: dict[tuple[str, str], float] = {}
    for name, group in builder.of("dependence").items():
        file, where = builder.files[f"dependence {name}"], place("dependence", name, "members")
        for member in sorted(set(group.members)):
            if group.members.count(member) > 1:
                yield Problem(file, where, f"{member!r} twice", "each member once", "leave one of them out")
            if builder.lacks("component", member) and builder.lacks("quantity", member):
                hint = did_you_mean(member, known, "take it out of the group, or add it to the case")
                yield Problem(file, where, f"{member!r}", "ids of components or quantities", hint)
            yield from _link_defects(builder, file, where, member, group.measure)
            # a quantity has no measure: all of its groups move it together
            key = (member, "" if builder.lacks("component", member) else group.measure)
            load[key] = load.get(key, 0.0) + group.loading**2
            if load[key] > 1 + 1e-12:
                found = f"loadings of {member!r} whose squares add up to {load[key]:.3g}"
                hint = "lower a loading, here or in another group of this member"
                at = place("dependence", name, "loading")
                yield Problem(file, at, found, "squares that add up to 1 at most", hint)


def _link_defects(builder: CaseBuilder, file: str, where: str, member: str, measure: LinkMeasure) -> Iterator[Problem]:
    """Yield why a link cannot act on a member: a formula makes it, or it has no completeness to be linked."""
    component = builder.of("component").get(member)
    owner = component or builder.of("quantity").get(member)
    if owner is None:
        return
    if measure == "completeness":
        if component is None or component.completeness is None:
            found, hint = f"{member!r}, which has no completeness", "cite its completeness, or leave it out"
            yield Problem(file, where, found, "components whose completeness is cited", hint)
    elif _is_made_by_formulas(owner, "all" if component is None else measure):
        texts = [owner.formula, *(estimate.formula for estimate in owner.estimate)]
        try:
            inputs = sorted({name for text in texts if text is not None for name in formula.names(formula.parse(text))})
        except FormulaError:  # which is a problem of its own
            return
        found, hint = f"{member!r}, which a formula makes", f"name an input of the formula instead: {', '.join(inputs)}"
        yield Problem(file, where, found, "inputs with evidence of their own", hint)


def _is_made_by_formulas(owner: Component | Quantity, measure: Measure) -> bool:
    """Return whether formulas over the quantities of a draw, and nothing else, give what a link is about."""
    if owner.formula is not None:
        return measure == "all"
    pooled = [one for one in owner.estimate if one.use == "pool" and one.measure == measure]
    figures = [one for one in pooled if not one.is_one_sided]
    is_mixture = len(figures) == len(pooled) and (owner.pool == "linear" or len(figures) == 1)
    return bool(figures) and is_mixture and all(one.formula is not None for one in figures)


def _correlations(builder: CaseBuilder) -> Iterator[Problem]:
    known = [*builder.declared("component"), *builder.declared("quantity")]
    correlations: dict[str, Correlation] = builder.of("correlation")
    first: dict[tuple[tuple[str, str], ...], str] = {}
    for name, one in correlations.items():
        file, where = builder.files[f"correlation {name}"], place("correlation", name, "between")
        if one.between[0] == one.between[1]:
            hint = "name the other input; each goes with itself already"
            yield Problem(file, where, f"{one.between[0]!r} twice", "two different inputs", hint)
            continue
        for member in one.between:
            if builder.lacks("component", member) and builder.lacks("quantity", member):
                hint = did_you_mean(member, known, "take the correlation out, or add the input to the case")
                yield Problem(file, where, f"{member!r}", "ids of components or quantities", hint)
            yield from _link_defects(builder, file, where, member, one.measure)
        # a quantity has no measure: a correlation of it holds under both
        ends = ((member, "" if builder.lacks("component", member) else one.measure) for member in one.between)
        pair = tuple(sorted(ends))
        if pair in first:
            found = f"a second correlation between {pair[0][0]!r} and {pair[1][0]!r} (the first is {first[pair]!r})"
            expected, hint = "one correlation for a pair and measure", "keep the one that the better source supports"
            yield Problem(file, place("correlation", name), found, expected, hint)
        first.setdefault(pair, name)
