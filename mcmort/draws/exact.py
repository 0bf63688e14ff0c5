"""The distribution of a total that was computed, not drawn: the probability below each of many values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcmort.errors import UsageError

__all__ = ["OUTERMOST", "ExactTotal"]

type Array = NDArray[np.float64]

OUTERMOST: Final = 1e-6
"""Quantiles are given between this probability and one minus it."""
_PARTS: Final = np.arange(1, 64) / 64.0
"""Places in a cell between which a quantile is looked for."""
_STEPS: Final = 2
_STARTS: Final = 2001
_DIGITS: Final = 6
_DIGESTED: Final = np.array([0.001, 0.005, 0.01, *np.arange(0.025, 0.98, 0.025), 0.99, 0.995, 0.999])


@dataclass(frozen=True)
class ExactTotal:
    """The distribution of a total, computed without draws.

    Attributes
    ----------
    values : ndarray, shape (n_cells,)
        Values, increasing by even steps, in the unit of the total.
    below : ndarray, shape (n_cells,)
        Probability of a total at most each of them.
    mean, sd : float
        Mean and standard deviation, in the unit of the total.
    error : float
        Estimated numerical error of the quantiles between 0.5 and 99.5 per cent, in the unit of the total.
    least : float
        No total is lower, as where a total is at least zero.
    """

    values: Array
    below: Array
    mean: float
    sd: float
    error: float
    least: float = -np.inf
    draws: ClassVar[int] = 0

    def quantile(self, probability: ArrayLike) -> Array:
        """Return quantiles, of the shape of `probability`.

        Raises
        ------
        UsageError
            If a probability is not between 1e-6 and 1 - 1e-6.
        """
        p = np.asarray(probability, dtype=np.float64)
        if not np.all((p >= OUTERMOST) & (p <= 1.0 - OUTERMOST)):
            raise UsageError(f"found a probability outside {OUTERMOST:g} to 1 - {OUTERMOST:g}; expected one within")
        return self._quantile(p)

    def _quantile(self, p: Array) -> Array:
        cell = np.clip(np.searchsorted(self.below, p), 1, len(self.below) - 1)
        left, start, square, cube = self._cubic(cell)
        wanted = p - left
        rises = _PARTS * (start[..., None] + _PARTS * (square[..., None] + _PARTS * cube[..., None]))
        low = np.sum(rises < wanted[..., None], axis=-1) * _PARTS[0]
        high = low + _PARTS[0]
        place = 0.5 * (low + high)
        for _ in range(_STEPS):  # Newton's, within the bracket
            slope = start + place * (2.0 * square + 3.0 * cube * place)
            rest = wanted - place * (start + place * (square + place * cube))
            place = np.minimum(np.maximum(place + rest / np.where(slope > 0.0, slope, 1.0), low), high)
        return np.asarray(np.maximum(self.values[cell] + (place - 1.0) * self._step, self.least))

    def cdf(self, value: ArrayLike) -> Array:
        """Return the probability of a total at most `value`, of its shape."""
        x = np.asarray(value, dtype=np.float64)
        place = (x - self.values[0]) / self._step + 1.0
        cell = np.clip(np.floor(place), 1, len(self.below) - 1).astype(np.int64)
        left, start, square, cube = self._cubic(cell)
        place = np.clip(place - cell, 0.0, 1.0)
        inside = left + place * (start + place * (square + place * cube))
        return np.where(x < self.least, 0.0, np.clip(inside, 0.0, 1.0))

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest interval of a probability, among those that start at one of 2,001 even tails."""
        room = 1.0 - probability
        starts = np.clip(room * np.linspace(0.0, 1.0, _STARTS), OUTERMOST, max(room - OUTERMOST, OUTERMOST))
        low = self._quantile(starts)
        high = self._quantile(np.minimum(starts + probability, 1.0 - OUTERMOST))
        best = int(np.argmin(high - low))
        return float(low[best]), float(high[best])

    def quantile_error(self, probability: float) -> float:
        """Return the numerical error of a quantile: the same for all."""
        del probability
        return self.error

    def mean_error(self) -> float:
        """Return the numerical error of the mean."""
        return self.error

    def shortest_errors(self, probability: float) -> tuple[float, float]:
        """Return the numerical errors of the ends of a shortest interval."""
        del probability
        return self.error, self.error

    def digest(self) -> str:
        """Return the SHA-256 of quantiles to six significant digits.

        Fourier transforms differ in their last bits between machines, which a digest of all bits would show.
        """
        quantiles = self.quantile(_DIGESTED)
        scale = float(np.max(np.abs(quantiles)))
        # what is next to nothing beside the others has no digits of its own
        rounded = [f"{0.0 if abs(one) < 1e-6 * scale else one:.{_DIGITS - 1}e}" for one in quantiles.tolist()]
        return hashlib.sha256("\n".join(rounded).encode()).hexdigest()

    @cached_property
    def _step(self) -> float:
        return float(self.values[1] - self.values[0])

    def _cubic(self, cell: NDArray[np.int64]) -> tuple[Array, Array, Array, Array]:
        """Return the coefficients of a cubic in the cell that ends at `values[cell]`, which rises where the ends do.

        Slopes are central differences, limited to three times the smaller neighbour (Fritsch and Carlson 1980, SIAM
        Journal on Numerical Analysis 17, doi 10.1137/0717021).
        """
        last = len(self.below) - 1
        before, left = self.below[np.maximum(cell - 2, 0)], self.below[cell - 1]
        right, after = self.below[cell], self.below[np.minimum(cell + 1, last)]
        rise = right - left
        start = np.minimum(0.5 * (right - before), 3.0 * np.minimum(rise, left - before))
        end = np.minimum(0.5 * (after - left), 3.0 * np.minimum(rise, after - right))
        bend = start + end - 2.0 * rise
        return left, start, rise - start - bend, bend
