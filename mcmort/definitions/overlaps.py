"""What two figures hold in common, taken off year by year.

An overlap is subtracted only if both sides count, in the years that both have. In a year all the overlaps of one
component together take at most that component (their shares are scaled down to sum to one where they exceed it), and
those within one host take at most what the host has left in that year. So totals add up over years, and a total never
falls when a component, a year or a share is added, on any draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Overlap
from mcmort.definitions.terms import Term
from mcmort.definitions.timing import YearShares, shared_years
from mcmort.results import Arithmetic, maximum

__all__ = ["YearGroup", "overlap_share", "taken_by_overlaps", "year_groups"]

_LEAST: Final[float] = np.finfo(np.float64).tiny

type Years = frozenset[int]


class CountedParts[Value: Arithmetic](Protocol):
    """The components that a definition counts."""

    @property
    def case(self) -> Case: ...
    @property
    def columns(self) -> Mapping[str, Value]: ...
    @property
    def terms(self) -> Mapping[str, Term]: ...
    @property
    def shares(self) -> YearShares[Value]: ...

    def part_in(self, name: str, years: Years) -> Value:
        """Return a component as counted in some years of one share of responsibility."""
        ...


@dataclass(frozen=True, slots=True)
class YearGroup:
    """Years in which the same overlaps hold, between components whose deaths are proportional over these years.

    For them the arithmetic of single years gives the same as that of all together.
    """

    years: Years
    overlaps: tuple[str, ...]


def taken_by_overlaps[Value: Arithmetic](counted: CountedParts[Value]) -> dict[str, Value]:
    """Return what each overlap with both sides in the definition takes off."""
    taken: dict[str, Value] = {}
    for group in year_groups(counted.case, counted.terms, counted.shares):
        for key, amount in _taken_in(counted, group).items():
            taken[key] = taken[key] + amount if key in taken else amount
    return taken


def year_groups[Value: Arithmetic](
    case: Case, terms: Mapping[str, Term], shares: YearShares[Value]
) -> Iterator[YearGroup]:
    """Yield the years in which overlaps are worked out together, in the order of families and years."""
    years = {
        key: both
        for key, one in case.overlaps.items()
        if one.of in terms
        and one.within in terms
        and (both := shared_years(case, one) & terms[one.of].years & terms[one.within].years)
    }
    for family in _families(case, years):
        groups: dict[tuple[tuple[str, ...], tuple[object, ...]], list[int]] = {}
        for year in sorted(frozenset().union(*(years[key] for key in family))):
            active = tuple(key for key in family if year in years[key])
            groups.setdefault((active, _alike(case, terms, shares, active, year)), []).append(year)
        for (active, _), members in groups.items():
            yield YearGroup(frozenset(members), active)


def _families(case: Case, keys: Iterable[str]) -> list[tuple[str, ...]]:
    """Return overlaps that are connected through components, each family sorted."""
    families: list[tuple[set[str], list[str]]] = []
    for key in sorted(keys):
        ends = {case.overlaps[key].of, case.overlaps[key].within}
        near = [one for one in families if one[0] & ends]
        families = [one for one in families if not one[0] & ends]
        families.append((ends.union(*(one[0] for one in near)), [*(name for one in near for name in one[1]), key]))
    return [tuple(sorted(names)) for _, names in families]


def _alike[Value: Arithmetic](
    case: Case, terms: Mapping[str, Term], shares: YearShares[Value], active: tuple[str, ...], year: int
) -> tuple[object, ...]:
    """Return what years must have in common to be one group: timing, responsibility and rival overlaps."""
    names = sorted({end for key in active for end in (case.overlaps[key].of, case.overlaps[key].within)})
    shapes = [shares.shape(name, year) for name in names]
    followed = {shape[0] for shape in shapes}
    return (
        followed.pop() if len(followed) == 1 else year,
        tuple(shape[1] for shape in shapes),
        tuple(terms[name].share_in(year) for name in names),
        tuple(tuple(_rivals(case, case.overlaps[key], frozenset({year}))) for key in active),
    )


def _rivals(case: Case, overlap: Overlap, years: Years) -> list[str]:
    """Return all overlaps of a guest in some years, in this definition or not, itself among them."""
    return sorted(key for key, one in case.overlaps.items() if one.of == overlap.of and years & shared_years(case, one))


def _taken_in[Value: Arithmetic](counted: CountedParts[Value], group: YearGroup) -> dict[str, Value]:
    """Return what each overlap takes off in one group."""
    active = {key: counted.case.overlaps[key] for key in group.overlaps}
    amounts = {
        key: overlap_share(counted, key, group) * counted.part_in(overlap.of, group.years)
        for key, overlap in active.items()
    }
    taken: dict[str, Value] = {}
    for host in sorted({overlap.within for overlap in active.values()}):
        inner = [key for key, overlap in active.items() if overlap.within == host]
        remaining = counted.part_in(host, group.years)
        for key, overlap in active.items():
            if overlap.of == host:
                remaining = remaining - amounts[key]
        remaining = maximum(remaining, 0.0)
        together = amounts[inner[0]]
        for key in inner[1:]:
            together = together + amounts[key]
        scale = remaining / maximum(maximum(together, remaining), _LEAST)  # one where there is room for all of them
        taken |= {key: amounts[key] * scale for key in inner}
    return taken


def overlap_share[Value: Arithmetic](counted: CountedParts[Value], key: str, group: YearGroup) -> Value:
    """Return the share of an overlap, scaled down where the shares of one component exceed the whole of it.

    Of a group of years, and in all definitions alike, for a rival overlap counts here whether or not its host does.
    """
    rivals = _rivals(counted.case, counted.case.overlaps[key], group.years)
    together = _share_of_shared(counted, rivals[0])
    for other in rivals[1:]:
        together = together + _share_of_shared(counted, other)
    return cast("Value", _share_of_shared(counted, key) * (1.0 / maximum(together, 1.0)))


def _share_of_shared[Value: Arithmetic](counted: CountedParts[Value], key: str) -> Value:
    """Return an overlap as a share of the guest's deaths in the years that both have."""
    overlap, share = counted.case.overlaps[key], counted.columns[f"overlap:{key}"]
    if not overlap.of_all_years:
        return share
    part = counted.shares.share(overlap.of, shared_years(counted.case, overlap))
    return cast("Value", share / maximum(maximum(share, part), _LEAST))
