"""A prediction of a later count: intervals, where the count lies in it, and proper scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVELS", "Prediction", "Predictive", "prediction_of"]

LEVELS: Final = (0.5, 0.8, 0.9, 0.95)
_GRID: Final = (np.arange(400) + 0.5) / 400


class Predictive(Protocol):
    """A predictive distribution."""

    def ppf(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        ...

    def cdf(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities."""
        ...


@dataclass(frozen=True)
class Prediction:
    """Quantiles of a prediction, beside what came out.

    Attributes
    ----------
    later : float
        The later count, or what is taken for it.
    median : float
        Of the prediction.
    intervals : dict of float to (float, float)
        By probability.
    pit : float
        Probability that the prediction gives to a lower count.
    crps, interval_score : float
        Continuous ranked probability score, and weighted interval score, of the logarithm: smaller is better.
    """

    later: float
    median: float
    intervals: dict[float, tuple[float, float]]
    pit: float
    crps: float
    interval_score: float

    def holds(self, level: float) -> bool:
        """Whether the interval of a probability holds the later count."""
        low, high = self.intervals[level]
        return low <= self.later <= high

    @property
    def width(self) -> float:
        """How many times larger the upper end of the 90 % interval is than the lower."""
        low, high = self.intervals[0.9]
        return high / low

    def as_json(self) -> dict[str, Any]:
        """Return the values as plain values of JSON, which has no numbers as keys."""
        return asdict(self) | {"intervals": [[level, *ends] for level, ends in self.intervals.items()]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Prediction:
        """Return the prediction whose values these are."""
        intervals = {level: (low, high) for level, low, high in values["intervals"]}
        return cls(**{**values, "intervals": intervals})


def prediction_of(pool: Predictive, later: float) -> Prediction:
    """Return intervals of a prediction and its scores by what came out."""
    tails = [(1.0 - level) / 2.0 for level in LEVELS]
    asked: NDArray[np.float64] = np.concatenate([_GRID, [0.5], tails, [1.0 - tail for tail in tails]])
    order = np.argsort(asked)
    values = np.empty(len(asked))
    values[order] = pool.ppf(asked[order])
    logs = np.log(values)
    truth = math.log(later)
    count, many = len(_GRID), len(LEVELS)
    grid, median = logs[:count], float(logs[count])
    lows, highs = logs[count + 1 : count + 1 + many], logs[count + 1 + many :]
    crps = float(2.0 * np.mean(((truth < grid) - _GRID) * (grid - truth)))
    return Prediction(
        later=later,
        median=math.exp(median),
        intervals={
            level: (float(math.exp(low)), float(math.exp(high)))
            for level, low, high in zip(LEVELS, lows, highs, strict=True)
        },
        pit=float(pool.cdf(np.array([later]))[0]),
        crps=crps,
        interval_score=_interval_score(truth, median, lows.tolist(), highs.tolist()),
    )


def _interval_score(truth: float, median: float, lows: Sequence[float], highs: Sequence[float]) -> float:
    """Weighted interval score (Bracher et al. 2021, PLOS Computational Biology 17(2), equation 1)."""
    score = abs(truth - median) / 2.0
    for level, low, high in zip(LEVELS, lows, highs, strict=True):
        alpha = 1.0 - level
        outside = max(low - truth, 0.0) + max(truth - high, 0.0)
        score += alpha / 2.0 * ((high - low) + 2.0 / alpha * outside)
    return score / (len(LEVELS) + 0.5)
