"""How hindcasts did: coverage with its own uncertainty, width, probability integral transform and proper scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Final

import numpy as np

from mcmort.analysis.measured_errors.hindcast import METHODS, Hindcast, Method
from mcmort.analysis.measured_errors.observed import held_share
from mcmort.analysis.measured_errors.scored_prediction import LEVELS, Prediction

__all__ = ["GROUPS", "Coverage", "HindcastScore", "hindcast_scores"]

GROUPS: Final[Mapping[str, Callable[[Hindcast], bool]]] = {
    "all": lambda _: True,
    "reported": lambda row: not row.is_complete,
    "complete frames": lambda row: row.is_complete,
    "no assertions": lambda row: not row.is_complete and not row.only_assertions,
    "only assertions": lambda row: not row.is_complete and row.only_assertions,
}
"""Which hindcasts are scored together; the last two are parts of the reported ones."""
_BINS: Final = 10


@dataclass(frozen=True)
class Coverage:
    """How often intervals of a probability held the later count, with the 95 % interval of that share."""

    level: float
    held: float
    low: float
    high: float


@dataclass(frozen=True)
class HindcastScore:
    """How one method did on one group of events. An event with several later figures counts once.

    Attributes
    ----------
    group : str
        Which events.
    method : {"cases", "corrected", "as-found"}
        What early figures were taken to be worth.
    events, counts : int
        How many events, and later figures.
    coverage : tuple of Coverage
        Of the intervals of 50, 80, 90 and 95 %.
    width : float
        Median of how many times larger the upper end of the 90 % interval is than the lower.
    crps, interval_score : float
        Means over events, of the logarithm.
    crps_error, interval_score_error : float
        Standard errors of these means.
    pit : tuple of float
        Share of events by tenths of the probability integral transform: even if predictions are calibrated.
    """

    group: str
    method: Method
    events: int
    counts: int
    coverage: tuple[Coverage, ...]
    width: float
    crps: float
    crps_error: float
    interval_score: float
    interval_score_error: float
    pit: tuple[float, ...]


def hindcast_scores(rows: Sequence[Hindcast]) -> tuple[HindcastScore, ...]:
    """Score hindcasts by group and method.

    Parameters
    ----------
    rows : sequence of Hindcast
        From `hindcasts`.

    Returns
    -------
    tuple of HindcastScore
        Groups without an event are left out.
    """
    scores = []
    for group, belongs in GROUPS.items():
        for method in METHODS:
            chosen = [row for row in rows if row.method == method and belongs(row)]
            if chosen:
                scores.append(_score(group, method, chosen))
    return tuple(scores)


def _score(group: str, method: Method, rows: Sequence[Hindcast]) -> HindcastScore:
    by_event: dict[str, list[Prediction]] = defaultdict(list)
    for row in rows:
        by_event[row.event].append(row.prediction)

    def over_events(measure: Callable[[Prediction], float]) -> list[float]:
        return [fmean(map(measure, found)) for found in by_event.values()]

    count = len(by_event)
    coverage = []
    for level in LEVELS:
        held = fmean(fmean(row.holds(level) for row in found) for found in by_event.values())
        coverage.append(Coverage(level, held, *held_share(held * count, count)))
    bins = np.zeros(_BINS)
    for found in by_event.values():
        for prediction in found:
            bins[min(int(prediction.pit * _BINS), _BINS - 1)] += 1.0 / (len(found) * count)
    crps, interval_score = over_events(lambda row: row.crps), over_events(lambda row: row.interval_score)
    return HindcastScore(
        group=group,
        method=method,
        events=count,
        counts=len(rows),
        coverage=tuple(coverage),
        width=median(over_events(lambda row: row.width)),
        crps=fmean(crps),
        crps_error=_standard_error(crps),
        interval_score=fmean(interval_score),
        interval_score_error=_standard_error(interval_score),
        pit=tuple(bins.tolist()),
    )


def _standard_error(values: Sequence[float]) -> float:
    return stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
