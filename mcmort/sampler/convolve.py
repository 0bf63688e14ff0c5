"""Distributions on a common linear grid: masses deposited in cells, sums by fast Fourier transform.

The grid is circular: a value stands at its cell modulo the number of cells, so that summands may lie anywhere and only
their sum must fit. `mcmort.sampler.exact` decides what is summed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

__all__ = ["Curve", "Grid", "Span", "Window"]

type Array = NDArray[np.float64]
type Spectrum = NDArray[np.complex128]

_SHORT: Final = 0.01
"""Segments shorter than this part of a cell are points. Steeper slopes would cost digits when they are summed."""
_REACH: Final = 7.0


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
        """Return the spectrum of a distribution, shape ``(cells // 2 + 1,)``."""
        return self.of_sum([curve])

    def of_sum(self, curves: Sequence[Curve]) -> Spectrum:
        """Return the spectrum of a sum of independent parts, shape ``(cells // 2 + 1,)``.

        The hats over which masses are split widen a distribution by a variance of a sixth of a squared cell. That is
        taken off again, which leaves an error of fourth order in the width of a cell.
        """
        found = np.asarray(_sharpened(self.cells, 1.0 / 12.0) ** len(curves), dtype=np.complex128)
        for edges, masses in _stacked(curves):
            found *= np.prod(fft.rfft(self.deposit(edges, masses)), axis=0)
        return found

    def deposit(self, edges: Array, masses: Array) -> Array:
        """Return the masses that each of several distributions has in the cells.

        Every mass is split linearly between the two nearest nodes, which keeps the mean. A segment of even density
        begins with a rise of the density and ends with a fall; the share of a node in what follows a rise is the
        integral of its hat, and differences of that between nodes are quadratic splines over three nodes.

        Parameters
        ----------
        edges, masses : ndarray, shape (n_curves, ..., n_segments + 1) and (n_curves, ..., n_segments)
            As of `Curve`.

        Returns
        -------
        ndarray, shape (n_curves, cells)
        """
        count = len(edges)
        length = np.diff(edges)
        short = np.abs(length) < _SHORT * self.step
        has_points = bool(short.any())
        if has_points:
            slope = np.where(short, 0.0, masses) / np.where(short, 1.0, length) * self.step
        else:
            slope = masses / length * self.step
        rise = np.zeros_like(edges)
        rise[..., :-1] = slope
        rise[..., 1:] -= slope
        cell, rest = self._place(edges)
        half = 0.5 * rest * rest
        spline = (rise * (0.5 - rest + half), rise * (0.5 + rest - 2.0 * half), rise * half)
        mass = np.cumsum(self._spread(cell.reshape(count, -1), spline), axis=1)
        points = np.where(short, masses, 0.0).reshape(count, -1)
        # on a circle the density is known up to a constant, which follows from the mass
        spread = masses.reshape(count, -1).sum(axis=1) - points.sum(axis=1)
        mass += ((spread - mass.sum(axis=1)) / self.cells)[:, None]
        if has_points:
            middle = 0.5 * (edges[..., 1:] + edges[..., :-1]).reshape(count, -1)
            mass += self._points(middle, points)
        return mass

    def constant(self, value: float) -> Spectrum:
        """Return the spectrum of a constant, shape ``(cells // 2 + 1,)``."""
        return np.asarray(fft.rfft(self._points(np.array([[value]]), np.ones((1, 1)))[0]))

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
        """Add weights to cells, to the cells after them, and so on, in rows, shape ``(n_curves, cells)``."""
        count = len(cell)
        flat = (cell + self.cells * np.arange(count)[:, None]).ravel()
        found = np.zeros((count, self.cells + len(weights) - 1))
        for place, weight in enumerate(weights):
            added = np.bincount(flat, weight.ravel(), minlength=count * self.cells)
            found[:, place : place + self.cells] += added.reshape(count, self.cells)
        found[:, : len(weights) - 1] += found[:, self.cells :]
        return found[:, : self.cells]


def _stacked(curves: Sequence[Curve]) -> Iterator[tuple[Array, Array]]:
    """Yield the edges and masses of curves of one shape at once, each with an axis for the curves in front."""
    shapes: dict[tuple[int, ...], list[Curve]] = {}
    for curve in curves:
        shapes.setdefault(curve.edges.shape, []).append(curve)
    for alike in shapes.values():
        yield np.stack([curve.edges for curve in alike]), np.stack([curve.masses for curve in alike])


@cache
def _sharpened(cells: int, part: float) -> Array:
    """Return the transform of what takes off a part of the second difference."""
    return 1.0 + 2.0 * part * (1.0 - np.cos(2.0 * np.pi / cells * np.arange(cells // 2 + 1)))


@dataclass(frozen=True, slots=True)
class Span:
    """Where a sum of independent parts lies.

    Attributes
    ----------
    low, high : float
        Lowest and highest value, in deaths.
    mean, variance : float
        Mean, and variance in squared deaths.
    down, up : float
        The farthest that any one part goes below and above its mean, in deaths.
    """

    low: float
    high: float
    mean: float
    variance: float
    down: float
    up: float

    @property
    def ends(self) -> tuple[float, float]:
        """What holds all but a negligible part: one part at its extreme, and the others within seven standard errors.

        That is far less than all parts at their extremes at once. What little lies beyond is folded into the circle.
        """
        reach = _REACH * math.sqrt(self.variance)
        return max(self.low, self.mean - self.down - reach), min(self.high, self.mean + self.up + reach)


@dataclass(frozen=True, slots=True)
class Window:
    """Where a distribution lies, in place of its spectrum."""

    def of(self, curve: Curve) -> Span:
        """Return the span of a distribution."""
        low, high = float(curve.edges.min()), float(curve.edges.max())
        middles, lengths = 0.5 * (curve.edges[..., 1:] + curve.edges[..., :-1]), np.diff(curve.edges)
        mean = float(np.sum(curve.masses * middles))
        variance = float(np.sum(curve.masses * ((middles - mean) ** 2 + lengths * lengths / 12.0)))
        return Span(low, high, mean, variance, mean - low, high - mean)

    def of_sum(self, curves: Sequence[Curve]) -> Span:
        """Return the span of a sum of independent parts."""
        return reduce(self.add, map(self.of, curves))

    def constant(self, value: float) -> Span:
        """Return the span of a constant."""
        return Span(value, value, value, 0.0, 0.0, 0.0)

    def add(self, one: Span, other: Span) -> Span:
        """Return the span of a sum of independent parts."""
        return Span(
            one.low + other.low, one.high + other.high, one.mean + other.mean, one.variance + other.variance,
            max(one.down, other.down), max(one.up, other.up),
        )  # fmt: skip

    def mix(self, weights: Array, parts: Iterable[Span]) -> Span:
        """Return the span of a mixture."""
        spans = list(parts)
        ends = [span.ends for weight, span in zip(weights, spans, strict=True) if weight > 0.0]
        low, high = min(end[0] for end in ends), max(end[1] for end in ends)
        means = np.array([span.mean for span in spans])
        mean = float(np.sum(weights * means))
        variance = float(np.sum(weights * (np.array([span.variance for span in spans]) + (means - mean) ** 2)))
        return Span(low, high, mean, variance, mean - low, high - mean)
