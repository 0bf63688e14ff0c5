"""How often what was printed held: ranges, 95 % intervals, "at least" and "up to"."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from mcmort.analysis.measured_errors.observed import held_share
from mcmort.catalogue.measured_errors import ErrorPair

__all__ = ["ReadingRecord", "readings_held"]


@dataclass(frozen=True)
class ReadingRecord:
    """How often figures of one reading held.

    Attributes
    ----------
    name : str
        Which figures.
    pairs, events, held : int
        How many, and how many of the pairs held the later figure.
    low, high : float
        95 % interval of the share that holds.
    ratio : float
        Of ranges: the median factor by which the half-width of the logarithm falls short of the distance to the later
        figure. Of bounds: the median of the later figure over the bound. NaN if there is none.
    """

    name: str
    pairs: int
    events: int
    held: int
    low: float
    high: float
    ratio: float


def readings_held(pairs: Sequence[ErrorPair]) -> tuple[ReadingRecord, ...]:
    """Count how often printed figures held.

    Parameters
    ----------
    pairs : sequence of ErrorPair
        All of them; those whose scope differs or whose later figure is in dispute are left out.

    Returns
    -------
    tuple of ReadingRecord
    """
    usable = [pair for pair in pairs if pair.scope in ("equal", "cases") and pair.is_settled]

    def of(reads: str, is_assertion: bool | None = None) -> list[ErrorPair]:
        return [
            pair
            for pair in usable
            if pair.reads == reads and (is_assertion is None or (pair.basis == "assertion") == is_assertion)
        ]

    return (
        _record("printed ranges", of("range"), _in_range, _shortfall),
        _record("... from documents, testimony and studies", of("range", False), _in_range, _shortfall),
        _record("... in assertions", of("range", True), _in_range, _shortfall),
        _record("intervals of 95 %", of("95%"), _in_range, _shortfall),
        _record('"at least", from documents, testimony and studies', of("at-least", False), _at_least, _over_bound),
        _record('"at least", in assertions', of("at-least", True), _at_least, _over_bound),
        _record('"up to", "as many as"', of("up-to"), _at_most, _over_bound),
        _record('"as few as"', of("as-few-as"), _at_least, _over_bound),
    )


def _record(
    name: str,
    pairs: Sequence[ErrorPair],
    holds: Callable[[ErrorPair], bool],
    measure: Callable[[ErrorPair], float],
) -> ReadingRecord:
    held = sum(map(holds, pairs))
    low, high = held_share(held, len(pairs))
    ratio = median(map(measure, pairs)) if pairs else math.nan
    return ReadingRecord(name, len(pairs), len({pair.event for pair in pairs}), held, low, high, ratio)


def _in_range(pair: ErrorPair) -> bool:
    low, high = _ends(pair)
    return low <= pair.later <= high


def _at_least(pair: ErrorPair) -> bool:
    return pair.later >= pair.early


def _at_most(pair: ErrorPair) -> bool:
    return pair.later <= pair.early


def _shortfall(pair: ErrorPair) -> float:
    low, high = _ends(pair)
    half = math.log(high / low) / 2
    return abs(math.log(pair.later / math.sqrt(low * high))) / half if half else math.inf


def _over_bound(pair: ErrorPair) -> float:
    return pair.later / pair.early


def _ends(pair: ErrorPair) -> tuple[float, float]:
    return (pair.early if pair.low is None else pair.low, pair.early if pair.high is None else pair.high)
