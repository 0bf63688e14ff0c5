"""Checks that need more than one record of a case.

This module checks components and their figures. References between records (formulas, overlaps, dependence,
supersession) are checked in `mcmort.catalogue.checks.check_references`, definitions and claims in
`mcmort.catalogue.checks.check_scopes`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mcmort.catalogue.case import column_name, place
from mcmort.catalogue.checks.check_priors import check_priors
from mcmort.catalogue.checks.check_references import check_references
from mcmort.catalogue.checks.check_scopes import check_scopes
from mcmort.catalogue.checks.population import check_populations_at_risk
from mcmort.catalogue.checks.support import check_support
from mcmort.catalogue.citations import citations_in
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.records import Component, Estimate, Lineage
from mcmort.catalogue.selection import years_of
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import Problem

__all__ = ["check_meaning"]


def check_meaning(builder: CaseBuilder) -> list[Problem]:
    """Return every defect that shows only when records are compared.

    Parameters
    ----------
    builder : CaseBuilder
        The records as read.

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
        check_support,
        _weights,
        check_priors,
        check_references,
        check_scopes,
        check_populations_at_risk,
    )
    return [problem for check in checks for problem in check(builder)]


def _sources(builder: CaseBuilder) -> Iterator[Problem]:
    """Find works that are not in the bibliography, and entries of works that are cited but cannot be read."""
    for cited in citations_in(builder.head, builder.records, builder.files):
        if cited.source in builder.unread:
            yield from builder.unread.pop(cited.source)
            builder.files[f"source {cited.source}"] = "sources.bib"
        elif cited.source not in builder.sources and builder.lacks("source", cited.source):
            hint = did_you_mean(cited.source, builder.sources, "add the work to sources.bib")
            yield Problem(cited.file, f"{cited.place} > source", f"{cited.source!r}", "a key of sources.bib", hint)


def _names(builder: CaseBuilder) -> Iterator[Problem]:
    components = {column_name(name): name for name in builder.declared("component")}
    for name in builder.declared("quantity"):
        if name in components:
            found = f"the name of component {components[name]!r} as a formula writes it"
            file = builder.files[f"quantity {name}"]
            yield Problem(file, place("quantity", name, "id"), found, "a name of its own", "rename the quantity")


def _facets(builder: CaseBuilder) -> Iterator[Problem]:
    if builder.head is None:
        return
    facets = builder.head.facets
    for name, component in builder.of("component").items():
        file = builder.files[f"component {name}"]
        for facet, values in component.facets.items():
            where = place("component", name, "facets", facet)
            if facet not in facets:
                hint = did_you_mean(facet, facets, "declare it under [facets] in case.toml")
                yield Problem(file, where, f"the facet {facet!r}", f"one of {', '.join(sorted(facets))}", hint)
                continue
            for value in values:
                if value not in facets[facet]:
                    expected = f"one of {', '.join(sorted(facets[facet]))}"
                    hint = did_you_mean(value, facets[facet], f"declare it under [facets.{facet}] in case.toml")
                    yield Problem(file, where, f"the value {value!r}", expected, hint)


def _years(builder: CaseBuilder) -> Iterator[Problem]:
    for name, component in builder.of("component").items():
        file, own = builder.files[f"component {name}"], component.years
        if builder.head is not None:
            first, last = builder.head.years
            if own[0] < first or own[1] > last:
                found, expected = f"{own[0]} to {own[1]}", f"years within {first} to {last}, those of the case"
                hint = "widen years in case.toml if the case covers them"
                yield Problem(file, place("component", name, "years"), found, expected, hint)
        for estimate in component.estimate:
            if estimate.years and not set(years_of(estimate.years)) & set(years_of(own)):
                where = place("component", name, f'estimate "{estimate.name}"', "years")
                found = f"{estimate.years[0]} to {estimate.years[1]}"
                expected = f"years that touch {own[0]} to {own[1]}, those of the component"
                yield Problem(file, where, found, expected, "it may belong to another component")


def _profiles(builder: CaseBuilder) -> Iterator[Problem]:
    profiles = builder.of("profile")
    for name, component in builder.of("component").items():
        if component.profile is None:
            continue
        file, where = builder.files[f"component {name}"], place("component", name, "profile")
        if builder.lacks("profile", component.profile):
            hint = did_you_mean(component.profile, builder.declared("profile"), "add a [[profile]] with that id")
            yield Problem(file, where, f"{component.profile!r}", "the id of a [[profile]]", hint)
        if component.profile not in profiles:
            continue
        series = profiles[component.profile].by_year
        missing = [str(year) for year in years_of(component.years) if year not in series]
        if missing:
            hint = "give a zero where the source prints one; shorten the component's years where it is silent"
            found = f"no value for {', '.join(missing[:5])}{' ...' if len(missing) > 5 else ''}"
            yield Problem(file, where, found, "a value for every year of the component", hint)
        elif sum(series[year] for year in years_of(component.years)) <= 0:
            hint = "leave the profile out: when the deaths fell is then unknown, and said so"
            yield Problem(file, where, "zeros only", "a series with something to apportion", hint)


def _estimates(builder: CaseBuilder) -> Iterator[Problem]:
    for kind, name, file, owner in builder.owners():
        seen: set[str] = set()
        for estimate in owner.estimate:
            where = place(kind, name, f'estimate "{estimate.name}"')
            if estimate.name in seen:
                hint = "give each an id of its own"
                yield Problem(file, where, "a second estimate of that name", "estimates that can be told apart", hint)
            seen.add(estimate.name)
        pooled = [estimate.name for estimate in owner.estimate if estimate.use == "pool" and estimate.measure == "all"]
        if owner.formula is not None and pooled:
            found = f"a formula and pooled estimates ({', '.join(pooled)})"
            hint = "mark the estimates use = 'cross-check', or move them to a quantity that the formula names"
            yield Problem(file, place(kind, name, "formula"), found, "either a formula or estimates", hint)
        if isinstance(owner, Component) and owner.already_net and owner.ordinary is not None:
            expected, hint = "one of the two", "excess deaths have no ordinary mortality left in them"
            yield Problem(file, place(kind, name, "ordinary"), "already_net and ordinary", expected, hint)


def _weights(builder: CaseBuilder) -> Iterator[Problem]:
    """Check that cited weights leave something of each pool, and that the lineages which they name exist."""
    lineages: dict[str, Lineage] = builder.of("lineage")
    lines = {estimate.line for _, _, _, owner in builder.owners() for estimate in owner.estimate}
    for name in lineages:
        if name not in lines:
            hint = did_you_mean(name, lines, "lineages are named by the estimates that share one")
            yield Problem(
                builder.files[f"lineage {name}"],
                place("lineage", name, "id"),
                f"{name!r}",
                "a lineage of estimates",
                hint,
            )
    for kind, name, file, owner in builder.owners():
        for measure in ("all", "registered"):
            pooled = [one for one in owner.estimate if one.use == "pool" and one.measure == measure]
            pooled = [one for one in pooled if not one.is_one_sided]
            if pooled and all(_is_weightless(one, lineages) for one in pooled):
                found, expected = f"weights of zero for every estimate (measure {measure})", "one that counts"
                hint = "what should not count is use = 'cross-check'"
                yield Problem(file, place(kind, name), found, expected, hint)


def _is_weightless(estimate: Estimate, lineages: dict[str, Lineage]) -> bool:
    own, line = estimate.weight, lineages.get(estimate.line)
    return (own is not None and own.value == 0) or (line is not None and line.weight.value == 0)
