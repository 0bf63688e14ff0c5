"""Errors counted as they stand: no model, no correction."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Final

from mcmort.catalogue.measured_errors import ErrorPair

__all__ = ["Observed", "held_share", "observed"]

_CLEARLY: Final = math.log(1.1)
"""An error beyond ten per cent."""
_NORMAL: Final = 1.959963984540054


@dataclass(frozen=True)
class Observed:
    """Errors of some pairs, ``ln(early / later)``.

    Attributes
    ----------
    pairs, events : int
        How many.
    mean : float
        Of the means of events, so that an event with many figures counts once; NaN without pairs.
    spread : float
        Standard deviation of the means of events; NaN with fewer than two.
    median : float
        Of the pairs.
    too_high, too_low : float
        Shares of pairs off by more than ten per cent.
    within_two, within_five : float
        Shares of pairs within a factor of two, and of five.
    """

    pairs: int
    events: int
    mean: float
    spread: float
    median: float
    too_high: float
    too_low: float
    within_two: float
    within_five: float


def observed(pairs: Sequence[ErrorPair]) -> Observed:
    """Return the errors of some pairs, counted.

    Parameters
    ----------
    pairs : sequence of ErrorPair
        Any number, none included.

    Returns
    -------
    Observed
    """
    if not pairs:
        return Observed(0, 0, *[math.nan] * 7)
    by_event: dict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        by_event[pair.event].append(pair.error)
    means = [fmean(errors) for errors in by_event.values()]
    errors = [pair.error for pair in pairs]

    def share(of: int) -> float:
        return of / len(errors)

    return Observed(
        pairs=len(pairs),
        events=len(means),
        mean=fmean(means),
        spread=stdev(means) if len(means) > 1 else math.nan,
        median=median(errors),
        too_high=share(sum(error > _CLEARLY for error in errors)),
        too_low=share(sum(error < -_CLEARLY for error in errors)),
        within_two=share(sum(abs(error) <= math.log(2) for error in errors)),
        within_five=share(sum(abs(error) <= math.log(5) for error in errors)),
    )


def held_share(held: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, Journal of the American Statistical Association 22)."""
    if not count:
        return (0.0, 1.0)
    share, squared = held / count, _NORMAL**2
    centre = (share + squared / (2 * count)) / (1 + squared / count)
    half = _NORMAL * math.sqrt(share * (1 - share) / count + squared / (4 * count**2)) / (1 + squared / count)
    return (max(centre - half, 0.0), min(centre + half, 1.0))
