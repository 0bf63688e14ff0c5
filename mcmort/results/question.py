"""A question to draws: arithmetic over named columns, whatever a column is to the engine that answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort.results.arithmetic import Arithmetic
from mcmort.results.histogram import HistogramEstimate

__all__ = ["Question", "Sums", "Values"]

type Values = NDArray[np.float64] | HistogramEstimate
"""The distribution of a column: all its draws, shape ``(n_draws,)``, or their tally."""


@dataclass(frozen=True)
class Sums[Value]:
    """A total, each component as counted before overlaps, and what each overlap takes off."""

    total: Value
    parts: Mapping[str, Value]
    overlaps: Mapping[str, Value]


class Question(Protocol):
    """What is asked: sums over columns, which may be arrays of draws, or registers of a plan."""

    @property
    def name(self) -> str:
        """What messages call the total."""
        ...

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value]) -> Sums[Value]:
        """Compute the sums."""
        ...
