"""Questions to an engine: arithmetic over named columns, which are arrays of draws or registers of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort.results.arithmetic import Arithmetic
from mcmort.results.histogram_estimate import HistogramEstimate

__all__ = ["Question", "Split", "Sums", "Values"]

type Values = NDArray[np.float64] | HistogramEstimate
"""The distribution of a column: all its draws, shape ``(n_draws,)``, or their histogram."""


@dataclass(frozen=True, slots=True)
class Split:
    """A span of years with deaths of unknown timing, split in two: an uncertain input.

    Attributes
    ----------
    component : str
        The component whose deaths fall in the span.
    years : tuple of int
        First and last year of the span.
    before, after : int
        Years in the first and in the second part: the share of the first part is a beta draw with these parameters.
    """

    component: str
    years: tuple[int, int]
    before: int
    after: int

    @property
    def name(self) -> str:
        """Name of the input, and of its random stream."""
        return f"timing:{self.component}:{self.years[0]}-{self.years[1]}"

    @property
    def mean(self) -> float:
        """Expected share of the first part."""
        return self.before / (self.before + self.after)


@dataclass(frozen=True)
class Sums[Value]:
    """A total, each component as counted before overlaps, and what each overlap takes off."""

    total: Value
    parts: Mapping[str, Value]
    overlaps: Mapping[str, Value]


class Question(Protocol):
    """Sums over columns, which may be arrays of draws or registers of a plan."""

    @property
    def name(self) -> str:
        """What messages call the total."""
        ...

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        """Compute the sums; `split` gives the value of an uncertain split of a span of years."""
        ...
