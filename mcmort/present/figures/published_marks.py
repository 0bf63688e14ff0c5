"""The published totals that a figure draws beneath a definition: which ones, and in what words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcmort.analysis import ComparedDefinition, PublishedTotal
from mcmort.analysis.claims import middle
from mcmort.present.numbers import tick_text
from mcmort.present.print_format import EN_DASH, years_text

__all__ = ["Mark", "published_marks"]

_MOST_MARKS: Final = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """A published total as it is drawn."""

    low: float
    best: float | None
    high: float
    reading: str
    same: bool
    label: str

    @property
    def words(self) -> str:
        """The label, with "at least", "at most" or "up to" if it does not say so itself."""
        bound = {"at-least": "at least", "at-most": "at most", "up-to": "up to"}.get(self.reading, "")
        return self.label if bound in self.label else f"{self.label}, {bound}"

    def figure(self) -> str:
        """Return the figure as its source gives it, in millions where it is as large."""
        ends = [self.low] if self.low == self.high else [self.low, self.high]
        unit = 1e6 if self.high >= 1e6 else 1.0
        return EN_DASH.join(tick_text(end, unit) for end in ends) + (" million" if unit > 1.0 else "")


def _mark(published: PublishedTotal, years: tuple[int, int]) -> Mark:
    claim = published.claim
    given = [value for value in (claim.low, claim.best, claim.high) if value is not None]
    label = claim.author
    if not published.is_same_scope:
        label += f" ({years_text(claim.years) if claim.years not in (None, years) else 'other scope'})"
    return Mark(given[0], claim.best, given[-1], claim.reading, published.is_same_scope, label)


def _nearness(published: PublishedTotal, row: ComparedDefinition) -> tuple[bool, float]:
    """Rank a published total by how far its years agree with the row's: the same scope first."""
    ours, theirs = row.total.years, published.claim.years or row.total.years
    shared = min(ours[1], theirs[1]) - max(ours[0], theirs[0]) + 1
    either = max(ours[1], theirs[1]) - min(ours[0], theirs[0]) + 1
    return not published.is_same_scope, -shared / either


def published_marks(row: ComparedDefinition) -> list[Mark]:
    """Choose the published totals to draw: those nearest in scope, none that its author has replaced.

    Of those that are equally near the smallest and the largest are drawn, and others evenly between them.
    """
    by_nearness: dict[tuple[bool, float], list[PublishedTotal]] = defaultdict(list)
    for published in row.published:
        if not published.is_superseded:
            by_nearness[_nearness(published, row)].append(published)
    chosen: list[PublishedTotal] = []
    for _, alike in sorted(by_nearness.items()):
        by_size = sorted(alike, key=lambda published: (middle(published.claim), published.claim.id))
        chosen += _spread(by_size, _MOST_MARKS - len(chosen))
    marks = [_mark(published, row.total.years) for published in chosen]
    return sorted(marks, key=lambda mark: (not mark.same, mark.low, mark.label))


def _spread(by_size: Sequence[PublishedTotal], most: int) -> Sequence[PublishedTotal]:
    """Return at most so many, evenly spaced by rank, both ends among them where there is room for two."""
    last = len(by_size) - 1
    if most > last:
        return by_size
    if most < 2:
        return [by_size[last // 2]][:most]
    return [by_size[round(place * last / (most - 1))] for place in range(most)]
