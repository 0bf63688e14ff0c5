"""Distributions on a common linear grid: masses deposited in cells, sums by fast Fourier transform.

The grid is circular: a value stands at its cell modulo the number of cells, so that summands may lie anywhere and only
their sum must fit. `mcmort.sampler.exact` decides what is summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

__all__ = ["Curve", "Grid", "Range"]

type Array = NDArray[np.float64]
type Spectrum = NDArray[np.complex128]

_SHORT: Final = 0.01
"""Segments shorter than this part of a cell are points. Steeper slopes would cost digits when they are summed."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A distribution as a set of segments, over each of which a mass is spread evenly.

    Attributes
    ----------
    edges : ndarray, shape (..., n_segments + 1)
        Values at which segments begin and end, in any order, in deaths.
    masses : ndarray, shape (..., n_segments)
        Probability of each segment; the sum over all axes is one.
    """

    edges: Array
    masses: Array


@dataclass(frozen=True, slots=True)
class Grid:
    """A circular grid that shows the values from `start` on.

    Attributes
    ----------
    start : float
        Lower end of the window, in deaths.
    step : float
        Width of a cell, in deaths.
    cells : int
        Number of cells, a power of two.
    """

    start: float
    step: float
    cells: int

    def of(self, curve: Curve) -> Spectrum:
        """Return the spectrum of a distribution, shape ``(cells // 2 + 1,)``.

        The hats over which masses are split widen a distribution by a variance of a sixth of a squared cell. That is
        taken off again, which leaves an error of fourth order in the width of a cell.
        """
        return np.asarray(fft.rfft(self.deposit(curve))) * _sharpened(self.cells, 1.0 / 12.0)

    def deposit(self, curve: Curve) -> Array:
        """Return the masses of the cells, shape ``(cells,)``.

        Every mass is split linearly between the two nearest nodes, which keeps the mean. A segment of even density
        begins with a rise of the density and ends with a fall; the share of a node in what follows a rise is the
        integral of its hat, and differences of that between nodes are quadratic splines over three nodes.
        """
        length = np.diff(curve.edges)
        short = np.abs(length) < _SHORT * self.step
        slope = np.where(short, 0.0, curve.masses) / np.where(short, 1.0, length) * self.step
        rise = np.zeros_like(curve.edges)
        rise[..., :-1] = slope
        rise[..., 1:] -= slope
        cell, rest = self._place(curve.edges)
        square = rest * rest
        spline = (rise * (0.5 - rest + 0.5 * square), rise * (0.5 + rest - square), rise * (0.5 * square))
        mass = np.cumsum(self._spread(cell, spline))
        points = np.where(short, curve.masses, 0.0)
        # on a circle the density is known up to a constant, which follows from the mass
        mass += (float(np.sum(curve.masses - points)) - float(mass.sum())) / self.cells
        if short.any():
            middle = 0.5 * (curve.edges[..., 1:] + curve.edges[..., :-1])[short]
            mass += self._points(middle, points[short])
        return mass

    def constant(self, value: float) -> Spectrum:
        """Return the spectrum of a constant, shape ``(cells // 2 + 1,)``."""
        return np.asarray(fft.rfft(self._points(np.array([value]), np.ones(1))))

    def add(self, one: Spectrum, other: Spectrum) -> Spectrum:
        """Return the spectrum of a sum of independent parts."""
        return one * other

    def mix(self, weights: Array, parts: Iterable[Spectrum]) -> Spectrum:
        """Return the spectrum of a mixture."""
        mixed = np.zeros(self.cells // 2 + 1, dtype=np.complex128)
        for weight, part in zip(weights, parts, strict=True):
            mixed += weight * part
        return mixed

    def cumulated(self, spectrum: Spectrum) -> tuple[Array, Array]:
        """Return the upper ends of the cells of the window and the probability below each, shape ``(cells,)`` each."""
        first = int(np.floor(self.start / self.step))
        # what a cell holds is the density at its node and a 24th of the second difference
        mass = fft.irfft(spectrum * _sharpened(self.cells, -1.0 / 24.0), self.cells)
        below = np.maximum.accumulate(np.cumsum(np.roll(mass, -(first % self.cells))))
        ends = (first + np.arange(self.cells) + 0.5) * self.step
        return np.asarray(ends, dtype=np.float64), np.clip(below, 0.0, 1.0)

    def _points(self, values: Array, masses: Array) -> Array:
        cell, rest = self._place(values)
        return self._spread(cell, (masses * (1.0 - rest), masses * rest))

    def _place(self, values: Array) -> tuple[NDArray[np.int64], Array]:
        place = values / self.step
        whole = np.floor(place)
        return whole.astype(np.int64) & (self.cells - 1), place - whole

    def _spread(self, cell: NDArray[np.int64], weights: Sequence[Array]) -> Array:
        """Add weights to cells, to the cells after them, and so on."""
        flat = cell.ravel()
        found = np.zeros(self.cells + len(weights) - 1)
        for place, weight in enumerate(weights):
            found[place : place + self.cells] += np.bincount(flat, weight.ravel(), minlength=self.cells)
        found[: len(weights) - 1] += found[self.cells :]
        return found[: self.cells]


@cache
def _sharpened(cells: int, part: float) -> Array:
    """Return the transform of what takes off a part of the second difference."""
    return 1.0 + 2.0 * part * (1.0 - np.cos(2.0 * np.pi / cells * np.arange(cells // 2 + 1)))


@dataclass(frozen=True, slots=True)
class Range:
    """The range of a distribution in place of its spectrum: lowest and highest value, shape ``(2,)``, in deaths."""

    def of(self, curve: Curve) -> Array:
        """Return the range of a distribution."""
        return np.array([curve.edges.min(), curve.edges.max()])

    def constant(self, value: float) -> Array:
        """Return the range of a constant."""
        return np.array([value, value])

    def add(self, one: Array, other: Array) -> Array:
        """Return the range of a sum of independent parts."""
        return one + other

    def mix(self, weights: Array, parts: Iterable[Array]) -> Array:
        """Return the range of a mixture."""
        ranges = np.array([part for weight, part in zip(weights, parts, strict=True) if weight > 0.0])
        return np.array([ranges[:, 0].min(), ranges[:, 1].max()])
