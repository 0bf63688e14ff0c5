"""Questions to an engine: arithmetic over named columns, which are arrays of draws or registers of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort.results.arithmetic import Arithmetic
from mcmort.results.histogram_estimate import HistogramEstimate

__all__ = ["Question", "Residual", "Split", "Sums", "Values"]

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
class Residual[Value]:
    """A difference of either sign as its two halves, neither below zero and one of them zero on every draw.

    Attributes
    ----------
    above : Value
        By how much the first side exceeds the second, else zero.
    below : Value
        By how much the second side exceeds the first, else zero.
    """

    above: Value
    below: Value


@dataclass(frozen=True)
class Sums[Value]:
    """A total with what explains it.

    Attributes
    ----------
    total : Value
        The total.
    parts : mapping of str to Value
        Each component as counted, before overlaps.
    overlaps : mapping of str to Value
        What each overlap takes off.
    balances : mapping of str to Residual
        What the formula of each demographic balance says, less what the components of its scope sum to.
    signed : frozenset of str
        Parts that may be negative; if there are any, the total may be.
    """

    total: Value
    parts: Mapping[str, Value]
    overlaps: Mapping[str, Value]
    balances: Mapping[str, Residual[Value]] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()


class Question(Protocol):
    """Sums over columns, which may be arrays of draws or registers of a plan."""

    @property
    def name(self) -> str:
        """What messages call the total."""
        ...

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        """Compute the sums; `split` gives the value of an uncertain split of a span of years."""
        ...
