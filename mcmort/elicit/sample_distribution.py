"""The distribution of a sorted sample: quantiles interpolate it, repeated values are atoms."""

from __future__ import annotations

from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sample", "cdf", "log_density", "ppf", "sf"]

type Array = NDArray[np.float64]


class Sample(tuple[float, ...]):
    """A sorted sample, with the arrays that look-ups need: to make them anew takes longer than to look up."""

    @cached_property
    def values(self) -> Array:
        """The sample as an array."""
        return np.array(self)

    @cached_property
    def probabilities(self) -> Array:
        """Probabilities of which the values are the quantiles."""
        return (np.arange(len(self)) + 0.5) / len(self)

    @cached_property
    def ends(self) -> Array:
        """The values that differ, increasing."""
        return np.unique(self.values)

    @cached_property
    def log_slopes(self) -> Array:
        """Logarithm of the slope of the distribution function between `ends`."""
        return -np.log(len(self) * np.diff(self.ends))

    @classmethod
    def of(cls, p: tuple[float, ...]) -> Self:
        """Return parameters as a sample."""
        return p if isinstance(p, cls) else cls(p)


def cdf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value at most `x`."""
    sample = Sample.of(p)
    return np.where(x >= p[-1], 1.0, np.interp(x, sample.values, sample.probabilities, left=0.0))


def sf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value above `x`."""
    sample = Sample.of(p)
    return np.where(x >= p[-1], 0.0, np.interp(x, sample.values, sample.probabilities[::-1], left=1.0))


def ppf(u: Array, p: tuple[float, ...]) -> Array:
    """Return the quantile at probability `u`."""
    sample = Sample.of(p)
    return np.interp(u, sample.probabilities, sample.values)


def log_density(x: Array, p: tuple[float, ...]) -> Array:
    """Return the logarithm of the slope of the distribution function at `x`, without the atoms."""
    sample = Sample.of(p)
    if len(sample.ends) == 1:
        return np.full_like(x, -np.inf)
    cell = np.clip(np.searchsorted(sample.ends, x, side="right") - 1, 0, len(sample.log_slopes) - 1)
    return np.where((x >= p[0]) & (x <= p[-1]), sample.log_slopes[cell], -np.inf)
