"""How the deaths of a component fall on its years: by a series, evenly, as in a component that holds it, or unknown.

An annual series gives fixed shares of the years, and so does the statement of a source that they are even. Elsewhere
timing is unknown, and uncertain: the shares of the years are a flat Dirichlet draw, made by splitting the span in two
again and again, each split a beta draw of the two lengths with a stream of its own name (a Dirichlet distribution
aggregates: Frigyik, Kapila and Gupta 2010, UWEETR-2010-0006, section 2.3). So any set of years is consistent with any
other, and shares of years that together make up a span add up to its own. A component without a series that lies
within another component's figures takes the timing of that host in the years that both have.

The shares are written over any arithmetic, as the sums of `mcmort.definitions.sums` are: a function says what a split
is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Overlap
from mcmort.catalogue.selection import year_weights, years_of
from mcmort.results import Arithmetic, Split

__all__ = ["Timing", "YearShares", "expected_part", "shared_years", "timing_of"]

type Years = frozenset[int]
type Timing = Literal["series", "even", "host", "unknown"]
"""How the years of a component are known: by an annual series, by a source that says they are even, partly or wholly
by the timing of a component that holds it, or not at all."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Years in a row that are split no further: a single year, or years that follow the timing of a host."""

    first: int
    last: int
    host: str = ""

    def __len__(self) -> int:
        return self.last - self.first + 1


def timing_of(case: Case, component: Component) -> Timing:
    """Return how the years of a component are known."""
    if component.profile is not None:
        return "series"
    if component.even is not None or component.years[0] == component.years[1]:
        return "even"
    return "host" if any(block.host for block in _blocks(case, component)) else "unknown"


def shared_years(case: Case, overlap: Overlap) -> Years:
    """Return the years in which an overlap holds: those of both sides, and its own."""
    guest, host = case.components[overlap.of], case.components[overlap.within]
    years = frozenset(years_of(guest.years)) & frozenset(years_of(host.years))
    return years if overlap.years is None else years & frozenset(years_of(overlap.years))


def _blocks(case: Case, component: Component) -> tuple[_Block, ...]:
    """Return the years of a component of unknown timing in blocks.

    Where several components hold it in the same year, it follows the one that holds most of it.
    """
    hosts: dict[int, str] = {}
    own = [overlap for overlap in case.overlaps.values() if overlap.of == component.id]
    for overlap in sorted(own, key=lambda one: (-_middle(one), one.id)):
        for year in shared_years(case, overlap):
            hosts.setdefault(year, overlap.within)
    blocks: list[_Block] = []
    for year in years_of(component.years):
        host = hosts.get(year, "")
        if host and blocks and blocks[-1].host == host:
            blocks[-1] = _Block(blocks[-1].first, year, host)
        else:
            blocks.append(_Block(year, year, host))
    return tuple(blocks)


def _middle(overlap: Overlap) -> float:
    """Return about how large an overlap is."""
    ends = [end for end in (overlap.low, overlap.high) if end is not None]
    return overlap.best if overlap.best is not None else sum(ends) / len(ends)


class YearShares[Value: Arithmetic]:
    """The shares of years of the components of a case, as values of one kind.

    Parameters
    ----------
    case : Case
        The case.
    split : callable
        Returns the value of an uncertain split: its draws, its register in a plan, or its mean.
    """

    def __init__(self, case: Case, split: Callable[[Split], Value | float]) -> None:
        self.case = case
        self._split = split
        self._shares: dict[tuple[str, Years], Value | float] = {}
        self._known_blocks: dict[str, tuple[_Block, ...]] = {}

    def share(self, name: str, years: Years) -> Value | float:
        """Return the share of a component's deaths that falls in some years.

        Parameters
        ----------
        name : str
            The component.
        years : frozenset of int
            The years; those outside the component have no part in it.

        Returns
        -------
        Value or float
            Exactly 1 where all years of the component are meant, and a number where nothing about it is uncertain.
        """
        component = self.case.components[name]
        span = years_of(component.years)
        inside = frozenset(year for year in span if year in years)
        if not inside:
            return 0.0
        if len(inside) == len(span):
            return 1.0
        if (name, inside) not in self._shares:
            self._shares[name, inside] = self._of_component(component, inside)
        return self._shares[name, inside]

    def shape(self, name: str, year: int) -> tuple[object, ...]:
        """Return what the timing of a component follows in a year.

        In years of the same shape, and of the same second item, two components with the same first item have
        proportional deaths.
        """
        component = self.case.components[name]
        if component.profile is not None:
            return ("series", component.profile), ()
        if component.even is not None or len(years_of(component.years)) == 1:
            return ("even",), ()
        block = next(one for one in self._blocks(name) if one.first <= year <= one.last)
        if not block.host:
            return ("own", name), ()
        followed, within = self.shape(block.host, year)
        return followed, (block.first, block.last, within)

    def _blocks(self, name: str) -> tuple[_Block, ...]:
        if name not in self._known_blocks:
            self._known_blocks[name] = _blocks(self.case, self.case.components[name])
        return self._known_blocks[name]

    def _of_component(self, component: Component, inside: Years) -> Value | float:
        if component.profile is not None or component.even is not None:
            weights = year_weights(self.case, component)
            return sum(weights[year] for year in sorted(inside))
        return self._of_blocks(component.id, self._blocks(component.id), inside)

    def _of_blocks(self, name: str, blocks: Sequence[_Block], inside: Years) -> Value | float:
        """Return the share of the deaths of some blocks that falls in some years."""
        span = range(blocks[0].first, blocks[-1].last + 1)
        count = sum(year in inside for year in span)
        if count == 0:
            return 0.0
        if count == len(span):
            return 1.0
        if len(blocks) == 1:
            return self._of_host(blocks[0], inside)
        at = _middle_of(blocks)
        before, after = sum(map(len, blocks[:at])), sum(map(len, blocks[at:]))
        split = self._split(Split(name, (span[0], span[-1]), before, after))
        first, second = (self._of_blocks(name, part, inside) for part in (blocks[:at], blocks[at:]))
        return _product(split, first) + _product(1.0 - split, second)

    def _of_host(self, block: _Block, inside: Years) -> Value | float:
        """Return the share of a block by the timing of its host."""
        years = frozenset(range(block.first, block.last + 1))
        whole = self.share(block.host, years)
        if isinstance(whole, float) and whole == 0.0:  # the host's series is zero there, and says nothing
            return len(years & inside) / len(years)
        part = self.share(block.host, years & inside)
        return part if isinstance(whole, float) and whole == 1.0 else part / whole


def _middle_of(blocks: Sequence[_Block]) -> int:
    """Return how many blocks come before the point that is nearest to the middle of their years."""
    total, passed, best, chosen = sum(map(len, blocks)), 0, float("inf"), 1
    for at in range(1, len(blocks)):
        passed += len(blocks[at - 1])
        if abs(total - 2 * passed) < best:
            best, chosen = abs(total - 2 * passed), at
    return chosen


def _product[Value: Arithmetic](share: Value | float, part: Value | float) -> Value | float:
    """Multiply, without an instruction for what is nothing or everything."""
    if isinstance(part, float):
        if part == 0.0:
            return 0.0
        if part == 1.0:
            return share
    return share * part


def expected_part(case: Case, name: str, years: Years) -> float:
    """Return the share of a component that is expected to fall in some years, as a number."""
    shares: YearShares[float] = YearShares(case, lambda split: split.mean)
    return float(shares.share(name, years))
