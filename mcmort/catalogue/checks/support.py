"""Checks that figures lie where what they are about can lie: counts from zero, shares from zero to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mcmort.catalogue.case import CaseHead, place
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.reading.figure_scale import SCALE_HINT, in_full, scale_in, scale_of_figures
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.records import Claim, Component, Figure, Overlap, Quantity
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE
from mcmort.catalogue.vocabulary import Support
from mcmort.errors import Problem

__all__ = ["check_support"]

_EVER_LIVED: Final = 120_000_000_000
"""People who ever lived, by the usual reckoning 117 thousand million."""


def check_support(builder: CaseBuilder) -> Iterator[Problem]:
    """Yield figures outside the range of what they are about, and what a signed kind cannot have.

    Parameters
    ----------
    builder : CaseBuilder
        What the files held.

    Yields
    ------
    Problem
    """
    head = builder.head
    if head is None:
        return
    has_signed = False
    for kind, name, file, owner in builder.owners():
        support = head.support_of(owner)
        has_signed |= support == "signed"
        for estimate in owner.estimate:
            where = place(kind, name, f'estimate "{estimate.name}"')
            yield from _outside(file, where, estimate, support, _how_signed(owner))
            yield from _beyond_mankind(file, where, estimate, owner.unit)
        if isinstance(owner, Component):
            yield from _in_full(file, place(kind, name, "unit"), owner.unit)
            yield from _in_words(file, kind, name, owner)
            yield from _of_component(file, name, owner, support)
        else:
            yield from _of_quantity(file, name, owner)
    components: dict[str, Component] = builder.of("component")
    overlaps: dict[str, Overlap] = builder.of("overlap")
    for name, overlap in overlaps.items():
        for key in ("of", "within"):
            component = components.get(getattr(overlap, key))
            if component is not None and head.support_of(component) == "signed":
                found, expected = f"{component.id!r}, which may be negative", "two counts of deaths"
                hint = "a difference holds no deaths of another: take them off in its formula"
                yield Problem(builder.files[f"overlap {name}"], place("overlap", name, key), found, expected, hint)
    claims: dict[str, Claim] = builder.of("claim")
    for name, claim in claims.items():
        hint = "only a claim that counts a signed kind may be negative: " + _how_facet(head)
        support = "signed" if has_signed else "count"
        yield from _in_full(builder.files[f"claim {name}"], place("claim", name, "unit"), claim.unit)
        yield from _outside(builder.files[f"claim {name}"], place("claim", name), claim, support, hint)
        yield from _beyond_mankind(builder.files[f"claim {name}"], place("claim", name), claim, claim.unit)


def _outside(file: str, where: str, figure: Figure, support: Support, how_signed: str) -> Iterator[Problem]:
    """Yield the numbers of a figure that lie where none can."""
    for key in ("low", "best", "high"):
        value: float | None = getattr(figure, key)
        if value is None:
            continue
        if value < 0 and support != "signed":
            expected = "a share from 0 to 1" if support == "share" else "a number that is not negative"
            hint = how_signed if support == "count" else "check the sign"
            yield Problem(file, f"{where} > {key}", f"{value:,.10g}", expected, hint)
        elif value > 1 and support == "share":
            yield Problem(file, f"{where} > {key}", f"{value:,.10g}", "a share from 0 to 1", PERCENT_AS_SHARE)


def _beyond_mankind(file: str, where: str, figure: Figure, unit: str) -> Iterator[Problem]:
    """Yield numbers of deaths or persons that are more than all who ever lived."""
    for key in ("low", "best", "high", "standard_error"):
        value: float | None = getattr(figure, key)
        if value is not None and value > _EVER_LIVED and unit in ("deaths", "persons"):
            hint = "more people than ever lived: look for digits too many"
            yield Problem(file, f"{where} > {key}", f"{value:,.10g}", f"at most {_EVER_LIVED:,.0f}", hint)


def _in_full(file: str, where: str, unit: str) -> Iterator[Problem]:
    """Yield a unit of thousands or millions: totals add figures as they stand."""
    if scale := scale_in(unit):
        yield Problem(file, where, repr(unit), *in_full(scale))


def _in_words(file: str, kind: str, name: str, owner: Component) -> Iterator[Problem]:
    """Yield texts that say that the figures beside them are in thousands or per cent."""
    texts = {"label": owner.label, "counts": owner.counts}
    texts |= {f'estimate "{one.name}" > counts': one.counts for one in owner.estimate if one.counts}
    for key, text in texts.items():
        if scale := scale_of_figures(text):
            found = f"{show(text)}, which says {scale!r}"
            yield Problem(file, place(kind, name, key), found, "figures in full", SCALE_HINT)


def _how_signed(owner: Component | Quantity) -> str:
    """Say which key lets the figures of an owner be negative."""
    if isinstance(owner, Quantity):
        return "if the quantity is a difference, such as net migration, give it signed = true"
    facet = "kind" if "kind" in owner.facets else next(iter(owner.facets), "kind")
    value = owner.facets.get(facet, ("excess",))[0]
    return (
        "check the sign; a difference, such as excess deaths, may be negative where case.toml says so: "
        f'{value} = {{ label = "...", signed = true }} under [facets.{facet}]'
    )


def _how_facet(head: CaseHead) -> str:
    facet = "kind" if "kind" in head.facets else next(iter(head.facets), "kind")
    return f'give a value under [facets.{facet}] of case.toml as {{ label = "...", signed = true }}'


def _of_component(file: str, name: str, component: Component, support: Support) -> Iterator[Problem]:
    """Yield what a component cannot have: no completeness of nothing, no register of a difference."""
    if component.completeness is not None and (component.completeness.best == 0 or component.completeness.low == 0):
        found, expected = "a completeness of zero", "a share above zero"
        hint = "where nothing was registered, leave completeness out and say so under unknown"
        yield Problem(file, place("component", name, "completeness"), found, expected, hint)
    if support != "signed":
        return
    for key in ("completeness", "ordinary"):
        if getattr(component, key) is not None:
            found, hint = f"{key} of a signed kind", "a difference has no part that was registered, or would have died"
            yield Problem(file, place("component", name, key), found, "no such key", f"take it out: {hint}")
    for estimate in component.estimate:
        where = place("component", name, f'estimate "{estimate.name}"')
        if estimate.measure == "registered":
            found, expected = "a registered count of a signed kind", "measure = 'all'"
            hint = "a difference is computed, not registered; what was counted is a quantity of its formula"
            yield Problem(file, f"{where} > measure", found, expected, hint)
        if estimate.is_one_sided:
            found, hint = (
                f"reads = {estimate.reading!r} of a signed kind",
                "give low and high, or mark it a cross-check",
            )
            yield Problem(file, f"{where} > reads", found, "a figure with two ends, or a point", hint)


def _of_quantity(file: str, name: str, quantity: Quantity) -> Iterator[Problem]:
    """Yield what a quantity cannot be: a share that may be negative."""
    if quantity.signed and quantity.is_share:
        found, expected = f"signed = true with unit = {quantity.unit!r}", "one of the two"
        yield Problem(file, place("quantity", name, "signed"), found, expected, "a share lies between 0 and 1")
