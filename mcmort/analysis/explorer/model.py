"""How any selection of components is summed from a few thousand joint draws, as numbers and columns alone.

The arithmetic is that of `mcmort.definitions.sums`, prepared for a page that knows nothing of cases. What depends on
the years alone is worked out here: the part of each component that falls in them, and what each overlap claims of its
guest in the years in which the same overlaps hold. What depends on the selection is left to the page: which components
count, and so which overlaps.

Most overlaps never ask for more than their host has, whatever is selected: all together they have room on every draw,
and fewer of them have more. For these one column is enough, the share that they take of their guest. The others keep
their room, and the page does for them what `mcmort.definitions.overlaps` does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mcmort.analysis.explorer.column_store import COLUMN_CHARACTERS, ERRORS, Array, ColumnStore, Factors, Weight
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition, Selector
from mcmort.definitions import Term, YearShares, definition_of, resolve
from mcmort.definitions.changes import DefinitionChanges
from mcmort.definitions.overlaps import YearGroup, overlap_share, year_groups
from mcmort.errors import DefinitionError
from mcmort.results import Draws

__all__ = ["ExplorerModel", "Frame", "Scope", "explorer_models"]

MEASURES: Final = ("all", "registered")
_YEARS, _SHARE, _CLAIM, _ROOM = 0.5, 1.0, 1.0, 4.0
"""How much less exact other columns may be: not the part of a component in some years, which may be all that counts,
nor other shares and what overlaps claim, which in a single year may be as large as the deaths beside them; but the room
of a host, which matters only where there is too little."""
MOST_SPANS: Final = 8
"""Most spans of several years to choose from."""
MOST_YEARS: Final = 120
"""Most years of a case of which each can be chosen alone."""


@dataclass(frozen=True)
class Frame:
    """The years and shares of responsibility of a definition: which part of which component can count.

    Attributes
    ----------
    parts : dict of str to Weight
        For every component with any of these years, the part of its deaths that falls in them, with the share of
        responsibility of the definition.
    free : tuple
        Overlaps that always have room: guest, host and the part of the guest's deaths that they take.
    tight : tuple
        Hosts that may run out of room in some years: host, its part, the overlaps by which it lies within others
        (other side and part), and those within it (guest and part).
    """

    parts: Mapping[str, Weight]
    free: tuple[tuple[str, str, Weight], ...]
    tight: tuple[tuple[str, Weight, tuple[tuple[str, Weight], ...], tuple[tuple[str, Weight], ...]], ...]


@dataclass(frozen=True)
class Scope:
    """One definition in one span of years: the components that it counts, and the frame in which any can."""

    counted: tuple[str, ...]
    frame: Frame


@dataclass(frozen=True)
class ExplorerModel:
    """All that a page computes with.

    Attributes
    ----------
    draws : Draws
        The thinned draws.
    store : ColumnStore
        Their columns.
    deaths : dict of str to dict of str to Factors
        For each measure, the deaths of each component with evidence.
    ordinary : dict of str to Factors
        Shares that would have died anyway.
    spans : tuple of (int, int)
        Spans of years to choose from: first the whole case, then what definitions and authors name, then single years.
    scopes : dict of (str, (int, int)) to Scope
        By definition and span; none where they share no year.
    """

    draws: Draws
    store: ColumnStore
    deaths: Mapping[str, Mapping[str, Factors]]
    ordinary: Mapping[str, Factors]
    spans: tuple[tuple[int, int], ...]
    scopes: Mapping[tuple[str, tuple[int, int]], Scope]


def explorer_models(draws: Sequence[Draws], definitions: Sequence[str]) -> list[ExplorerModel]:
    """Prepare thinned draws of one case under several standards of evidence for a page.

    Parameters
    ----------
    draws : sequence of Draws
        From `thinned`, at the same rows: what is the same under several standards has one column.
    definitions : sequence of str
        Definitions of the case that count anything.

    Returns
    -------
    list of ExplorerModel
        One for each, over one store of columns, with the spans of years that definitions and published totals name,
        those named most often first, and with single years, as many as there is room for.
    """
    case, store = draws[0].case, ColumnStore()
    known = [_known(one, store) for one in draws]
    scopes: list[dict[tuple[str, tuple[int, int]], Scope]] = [{} for _ in draws]
    spans: list[tuple[int, int]] = []

    def add(span: tuple[int, int]) -> None:
        """Add a span of years, if there is room."""
        before = len(store.values)
        made: list[dict[tuple[str, tuple[int, int]], Scope]] = [{} for _ in draws]
        frames: list[dict[object, Frame]] = [{} for _ in draws]
        for name in definitions:
            terms = _terms(case, name, span)
            if terms is None:
                continue
            for one, own, found in zip(draws, frames, made, strict=True):
                found[name, span] = _scope(one, store, terms, own)
        if spans and store.size(ERRORS[-1]) > COLUMN_CHARACTERS:
            store.forget_after(before)
            return
        spans.append(span)
        for kept, found in zip(scopes, made, strict=True):
            kept.update(found)

    for span in _named_spans(case, definitions):
        if len(spans) < MOST_SPANS:
            add(span)
    named = len(spans)
    for year in _years_by_worth(draws[0], definitions, spans[0]):
        if (year, year) not in spans:
            add((year, year))
    ordered = (spans[0], *sorted(spans[1:named]), *sorted(spans[named:]))
    return [
        ExplorerModel(one, store, *own, ordered, found) for one, own, found in zip(draws, known, scopes, strict=True)
    ]


def _years_by_worth(draws: Draws, definitions: Sequence[str], whole: tuple[int, int]) -> list[int]:
    """Return single years, those with most deaths for each column that they need first; none of a very long case."""
    years = range(whole[0], whole[1] + 1)
    if not 1 < len(years) <= MOST_YEARS:
        return []
    store, worth = ColumnStore(), dict[int, float]()
    for year in years:
        before = len(store.values)
        asked = (_terms(draws.case, name, (year, year)) for name in reversed(definitions))
        terms = next((found for found in asked if found is not None), None)  # as every definition could count there
        if terms is not None:
            parts = _scope(draws, store, terms, {}).frame.parts
            deaths = sum(_mean_deaths(draws, store, *part) for part in parts.items())
            worth[year] = deaths / (1 + len(store.values) - before)
    return sorted((year for year in worth if worth[year] > 0.0), key=lambda year: (-worth[year], year))


def _mean_deaths(draws: Draws, store: ColumnStore, component: str, weight: Weight) -> float:
    """Return about how many deaths of a component a weight takes, on average."""
    deaths = draws.columns.get(f"all:{component}", draws.columns.get(f"registered:{component}"))
    share = sum(
        number * math.prod(float(store.values[column].mean()) for column in columns) for number, columns in weight
    )
    return 0.0 if deaths is None else float(deaths.mean()) * share


def _known(
    draws: Draws, store: ColumnStore
) -> tuple[dict[str, dict[str, Factors]], dict[str, Factors]]:  # fmt: skip
    """Return the deaths of each component under each measure, and the shares that would have died anyway."""

    def factors(kind: str) -> dict[str, Factors]:
        return {
            name: store.factor(values)
            for name in draws.case.components
            if (values := draws.columns.get(f"{kind}:{name}")) is not None
        }

    return {measure: factors(measure) for measure in MEASURES}, factors("ordinary")


def _named_spans(case: Case, definitions: Sequence[str]) -> list[tuple[int, int]]:
    """Return the years of the case, then those of definitions and of published totals, the commonest first."""
    whole = (
        min(component.years[0] for component in case.components.values()),
        max(component.years[1] for component in case.components.values()),
    )
    named = [case.definitions[name].years for name in definitions] * len(case.claims)
    named += [claim.years for claim in case.claims.values()]
    counts: dict[tuple[int, int], int] = {}
    for span in named:
        if span is not None and span != whole and whole[0] <= span[0] and span[1] <= whole[1]:
            counts[span] = counts.get(span, 0) + 1
    return [whole, *sorted(counts, key=lambda span: (-counts[span], span))]


@dataclass(frozen=True)
class _Terms:
    """What a definition counts in one span of years, and how every component would count there."""

    counted: Mapping[str, Term]
    every: Mapping[str, Term]


def _terms(case: Case, name: str, span: tuple[int, int]) -> _Terms | None:
    """Return the terms of a definition in one span of years, or None if they share no year."""
    try:
        definition = definition_of(case, name, DefinitionChanges(years=span))
    except DefinitionError:
        return None
    try:
        counted = {term.component: term for term in resolve(case, definition).terms}
    except DefinitionError:
        counted = {}
    return _Terms(counted, _terms_of_all(case, definition) | counted)


def _scope(draws: Draws, store: ColumnStore, terms: _Terms, frames: dict[object, Frame]) -> Scope:
    known = {
        component: term
        for component, term in sorted(terms.every.items())
        if any(f"{measure}:{component}" in draws.columns for measure in MEASURES)
    }
    key = tuple((term.component, term.pieces) for term in known.values())
    if key not in frames:
        frames[key] = _frame(_Asked(draws, known), store)
    return Scope(tuple(sorted(terms.counted)), frames[key])


def _frame(asked: _Asked, store: ColumnStore) -> Frame:
    """Work out which part of every component can count, and what overlaps take."""
    free, tight = _overlaps(asked, store)
    parts = {
        component: tuple(
            _year_part(store, asked.shares.share(component, piece.years), asked.responsibility(piece.share))
            for piece in term.pieces
        )
        for component, term in asked.terms.items()
    }
    return Frame(parts, free, tight)


def _year_part(store: ColumnStore, share: Array | float, responsibility: Array | float) -> Factors:
    """Return the part of a component in some years, as exact beside its largest value as others are beside one."""
    number, columns = store.factor(share, _YEARS * min(1.0, float(np.max(share))))
    factor = store.factor(responsibility, _YEARS)
    return number * factor[0], columns + factor[1]


def _terms_of_all(case: Case, definition: Definition) -> dict[str, Term]:
    """Return how every component would count if it were added to a definition."""
    try:
        everything = resolve(case, definition.model_copy(update={"include": (Selector(),), "exclude": ()}))
    except DefinitionError:
        return {}
    return {term.component: term for term in everything.terms}


class _Asked:
    """Every component that can be asked for in one span of years; what overlaps need to know of them."""

    def __init__(self, draws: Draws, terms: Mapping[str, Term]) -> None:
        self.draws, self.case, self.columns, self.terms = draws, draws.case, draws.columns, terms
        self.shares: YearShares[Array] = YearShares(draws.case, draws.years_split)

    def responsibility(self, share: str) -> Array | float:
        """Return a share of responsibility; 1 where there is none."""
        return self.columns[f"share:{share}"] if share else 1.0

    def part_in(self, name: str, years: frozenset[int]) -> Any:
        """Return the part of a component that falls in some years of one share of responsibility."""
        share = self.terms[name].share_in(min(years))
        return self.shares.share(name, years) * self.responsibility(share)

    def base(self, name: str, measure: str, *, net: bool) -> Array | float:
        """Return the deaths of a component; nothing where they are unknown, for then it cannot be selected."""
        deaths = self.columns.get(f"{measure}:{name}")
        if deaths is None:
            return 0.0
        ordinary = self.columns.get(f"ordinary:{name}") if net else None
        return deaths if ordinary is None else deaths * (1.0 - ordinary)


def _product(store: ColumnStore, *values: Array | float, slack: float = _SHARE) -> Factors:
    """Return the product of some values, each a column of its own."""
    number, columns = 1.0, tuple[int, ...]()
    for value in values:
        factor = store.factor(value, slack)
        number, columns = number * factor[0], columns + factor[1]
    return number, columns


def _claimed(asked: _Asked, store: ColumnStore, key: str, group: YearGroup, slack: float) -> Factors:
    """Return the part of its guest's deaths that an overlap claims in some years."""
    overlap = asked.case.overlaps[key]
    claimed = overlap_share(asked, key, group) * asked.shares.share(overlap.of, group.years)
    share = asked.columns[f"overlap:{key}"]
    responsibility = asked.responsibility(asked.terms[overlap.of].share_in(min(group.years)))
    if same := _ratio_to(claimed, share):
        return _product(store, *same, responsibility)
    number, columns = store.factor(claimed, slack)
    return number, columns + store.factor(responsibility, _SHARE)[1]


def _ratio_to(claimed: Array, share: Array) -> tuple[float, Array] | None:
    """Return a column as a number times another, where it is; then it needs no place of its own."""
    ratio = float(claimed.mean() / share.mean()) if share.mean() > 0.0 else 0.0
    return (ratio, share) if np.allclose(claimed, ratio * share, rtol=1e-10, atol=0.0) else None


def _overlaps(asked: _Asked, store: ColumnStore) -> tuple[Any, Any]:
    """Divide overlaps into those that always have room and those that may not."""
    overlaps = asked.case.overlaps
    free: dict[str, list[Factors]] = {}
    tight = []
    for group in year_groups(asked.case, asked.terms, asked.shares):
        for host in sorted({overlaps[key].within for key in group.overlaps}):
            inner = [key for key in group.overlaps if overlaps[key].within == host]
            outer = [key for key in group.overlaps if overlaps[key].of == host]
            if _always_has_room(asked, group, host, inner, outer):
                for key in inner:
                    free.setdefault(key, []).append(_claimed(asked, store, key, group, _SHARE))
                continue
            claimed = {key: _claimed(asked, store, key, group, _CLAIM) for key in (*inner, *outer)}
            room = _product(
                store,
                asked.shares.share(host, group.years),
                asked.responsibility(asked.terms[host].share_in(min(group.years))),
                slack=_ROOM,
            )
            tight.append(
                (
                    host,
                    (room,),
                    tuple((overlaps[key].within, (claimed[key],)) for key in outer),
                    tuple((overlaps[key].of, (claimed[key],)) for key in inner),
                )
            )
    joined = tuple((overlaps[key].of, overlaps[key].within, _summed(found)) for key, found in sorted(free.items()))
    return joined, tuple(tight)


def _always_has_room(asked: _Asked, group: YearGroup, host: str, inner: list[str], outer: list[str]) -> bool:
    """Whether a host has room for all overlaps within it, on every draw, under every measure, gross or net."""

    def amount(key: str, measure: str, *, net: bool) -> Any:
        guest = asked.case.overlaps[key].of
        share: Any = overlap_share(asked, key, group)
        return share * asked.part_in(guest, group.years) * asked.base(guest, measure, net=net)

    for measure in MEASURES:
        for net in (False, True):
            if f"{measure}:{host}" not in asked.columns:
                continue
            room: Any = asked.part_in(host, group.years) * asked.base(host, measure, net=net)
            left = room - sum(amount(key, measure, net=net) for key in outer)
            if np.any(sum(amount(key, measure, net=net) for key in inner) > left):
                return False
    return True


def _summed(found: Sequence[Factors]) -> Weight:
    """Add up products of the same columns."""
    sums: dict[tuple[int, ...], float] = {}
    for number, columns in found:
        sums[columns] = sums.get(columns, 0.0) + number
    return tuple((number, columns) for columns, number in sums.items())
