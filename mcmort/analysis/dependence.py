"""What a total can be under any dependence between its components, as each setting of dependence draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcmort.analysis.bounds import sum_bounds, terms_of
from mcmort.analysis.summary import check_probabilities
from mcmort.totals import Total

__all__ = ["DependenceRanges", "Range", "dependence_ranges"]

_POINTS: Final = 1024
"""Cells for each distribution: a quarter of what one interval gets, for nine quantiles in the time of two."""


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest value that no dependence passes."""

    smallest: float
    largest: float


@dataclass(frozen=True, slots=True)
class DependenceRanges:
    """What the ends of an interval and the median of a total can be under any dependence between its components.

    Attributes
    ----------
    probability : float
        Of the interval.
    low, median, high : Range
        Each by itself: no single dependence need reach two of these limits at once.
    """

    probability: float
    low: Range
    median: Range
    high: Range


def dependence_ranges(totals: Sequence[Total], probability: float = 0.95) -> DependenceRanges:
    """Return what a total can be under any dependence between its components.

    Parameters
    ----------
    totals : sequence of Total
        The same total under several settings of dependence. Settings change the distributions of components, too,
        where formulas, registers or overlaps join several inputs; so the widest of their bounds are taken.
    probability : float
        Of the interval.

    Returns
    -------
    DependenceRanges
        No limit is below the least value of the totals, which is zero unless a kind is signed.

    Raises
    ------
    UsageError
        If a total has no parts, or the probability is not between 0 and 1.
    """
    check_probabilities([probability])
    terms = [terms_of(total) for total in totals]
    ranges, least = [], min(total.least for total in totals)
    for tail in ((1.0 - probability) / 2.0, 0.5, (1.0 + probability) / 2.0):
        bounds = [sum_bounds(marginals, tail, points=_POINTS) for marginals in terms]
        smallest, largest = min(one.low.limit for one in bounds), max(one.high.limit for one in bounds)
        ranges.append(Range(max(smallest, least), largest))
    low, median, high = ranges
    return DependenceRanges(probability, low, median, high)
