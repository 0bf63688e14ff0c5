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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.explorer.packed_column import PackedColumn, pack, packed_size
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition, Selector
from mcmort.definitions import Term, YearShares, definition_of, resolve
from mcmort.definitions.changes import DefinitionChanges
from mcmort.definitions.overlaps import YearGroup, overlap_share, year_groups
from mcmort.errors import DefinitionError
from mcmort.results import Draws

__all__ = ["ColumnStore", "ExplorerModel", "Factors", "Frame", "Scope", "Weight", "explorer_model"]

type Array = NDArray[np.float64]
type Factors = tuple[float, tuple[int, ...]]
"""A number and columns to multiply it by."""
type Weight = tuple[Factors, ...]
"""A sum of such products."""

MEASURES: Final = ("all", "registered")
COLUMN_CHARACTERS: Final = 842_000
"""Most characters of all columns of one engine, so that a page stays below a megabyte."""
ERRORS: Final = (5e-6, 1e-5, 2e-5, 4e-5, 7e-5)
"""Relative errors of single draws from which to choose the least that leaves room."""
_YEARS, _SHARE, _CLAIM, _ROOM = 0.5, 2.0, 3.0, 8.0
"""How much less exact other columns may be: not the part of a component in some years, which may be all that counts;
other shares, which matter only beside the deaths that they are of; in years
without room for all, what overlaps claim; and the room itself, which matters only where there is too little."""
MOST_SPANS: Final = 8
"""Most spans of years to choose from."""


@dataclass
class ColumnStore:
    """Columns of draws, each kept once.

    Attributes
    ----------
    values : list of ndarray
        The columns.
    slack : list of float
        For each, how much less exact it may be than deaths are.
    """

    values: list[Array] = field(default_factory=list)
    slack: list[float] = field(default_factory=list)
    _known: dict[tuple[bytes, float], int] = field(default_factory=dict)

    def size(self, error: float) -> int:
        """Return the characters of all columns together, if deaths may be wrong by a relative error."""
        return sum(packed_size(*one) for one in self._with_errors(error))

    def packed(self) -> list[PackedColumn]:
        """Return all columns as text, as exact as there is room for."""
        error = next((one for one in ERRORS if self.size(one) <= COLUMN_CHARACTERS), ERRORS[-1])
        return [pack(*one) for one in self._with_errors(error)]

    def factor(self, values: Array | float, slack: float = 1.0) -> Factors:
        """Return a column as a factor: a number where it is the same on every draw."""
        if isinstance(values, float | int) or float(values.min()) == float(values.max()):
            return float(values if isinstance(values, float | int) else values[0]), ()
        key = values.tobytes(), slack
        if key not in self._known:
            self._known[key] = len(self.values)
            self.values.append(values)
            self.slack.append(slack)
        return 1.0, (self._known[key],)

    def forget_after(self, count: int) -> None:
        """Take out the columns that were added last."""
        del self.values[count:], self.slack[count:]
        self._known = {key: index for key, index in self._known.items() if index < count}

    def _with_errors(self, error: float) -> Iterator[tuple[Array, float]]:
        return ((values, error * slack) for values, slack in zip(self.values, self.slack, strict=True))


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
        Spans of years to choose from, the first of them the whole case.
    scopes : dict of (str, (int, int)) to Scope
        By definition and span; none where they share no year.
    """

    draws: Draws
    store: ColumnStore
    deaths: Mapping[str, Mapping[str, Factors]]
    ordinary: Mapping[str, Factors]
    spans: tuple[tuple[int, int], ...]
    scopes: Mapping[tuple[str, tuple[int, int]], Scope]


def explorer_model(draws: Draws, definitions: Sequence[str]) -> ExplorerModel:
    """Prepare thinned draws for a page.

    Parameters
    ----------
    draws : Draws
        From `thinned`.
    definitions : sequence of str
        Definitions of the case that count anything.

    Returns
    -------
    ExplorerModel
        With the spans of years that definitions and published totals name, those named most often first, as many as
        there is room for.
    """
    case, store = draws.case, ColumnStore()
    deaths = {
        measure: {
            name: store.factor(values)
            for name in case.components
            if (values := draws.columns.get(f"{measure}:{name}")) is not None
        }
        for measure in MEASURES
    }
    ordinary = {
        name: store.factor(values)
        for name in case.components
        if (values := draws.columns.get(f"ordinary:{name}")) is not None
    }
    scopes: dict[tuple[str, tuple[int, int]], Scope] = {}
    spans: list[tuple[int, int]] = []
    for span in _named_spans(case, definitions):
        before, frames = len(store.values), dict[object, Frame]()
        made = {
            (name, span): scope
            for name in definitions
            if (scope := _scope(draws, store, name, span, frames)) is not None
        }
        if spans and store.size(ERRORS[-1]) > COLUMN_CHARACTERS:
            store.forget_after(before)
            continue
        spans.append(span)
        scopes |= made
        if len(spans) == MOST_SPANS:
            break
    return ExplorerModel(draws, store, deaths, ordinary, (spans[0], *sorted(spans[1:])), scopes)


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


def _scope(
    draws: Draws, store: ColumnStore, name: str, span: tuple[int, int], frames: dict[object, Frame]
) -> Scope | None:  # fmt: skip
    """Return one definition in one span of years, or None if they share no year."""
    case = draws.case
    try:
        definition = definition_of(case, name, DefinitionChanges(years=span))
    except DefinitionError:
        return None
    try:
        counted = {term.component: term for term in resolve(case, definition).terms}
    except DefinitionError:
        counted = {}
    terms = _terms_of_all(case, definition) | counted
    known = {
        component: term
        for component, term in sorted(terms.items())
        if any(f"{measure}:{component}" in draws.columns for measure in MEASURES)
    }
    key = tuple((term.component, term.pieces) for term in known.values())
    if key not in frames:
        frames[key] = _frame(_Asked(draws, known), store)
    return Scope(tuple(sorted(counted)), frames[key])


def _frame(asked: _Asked, store: ColumnStore) -> Frame:
    """Work out which part of every component can count, and what overlaps take."""
    free, tight = _overlaps(asked, store)
    parts = {
        component: tuple(
            _product(store, asked.shares.share(component, piece.years), asked.responsibility(piece.share), slack=_YEARS)
            for piece in term.pieces
        )
        for component, term in asked.terms.items()
    }
    return Frame(parts, free, tight)


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
