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
type Ints = NDArray[np.int64]
type Spectrum = NDArray[np.complex128]

_SHORT: Final = 0.01
"""Segments shorter than this part of a cell are points. Steeper slopes would cost digits when they are summed."""
_REACH: Final = 7.0
_TOGETHER: Final = 1 << 14
"""Edges or cells that are worked on at once."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Distributions at some nodes, each a set of segments over which masses are spread evenly.

    Attributes
    ----------
    edges : ndarray, shape (n_nodes, ..., n_segments + 1)
        Values at which segments begin and end, in any order, in deaths.
    masses : ndarray, shape (..., n_segments)
        Probability of each segment, the same at all nodes; the sum over all axes is one.
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

    def of_sum(self, curves: Sequence[Curve]) -> Spectrum:
        """Return the spectra of a sum of independent parts, shape ``(n_nodes, cells // 2 + 1)``.

        The hats over which masses are split widen a distribution by a variance of a sixth of a squared cell. That is
        taken off again, which leaves an error of fourth order in the width of a cell.
        """
        sharpened = _sharpened(self.cells, 1.0 / 12.0) ** len(curves)
        found = np.tile(sharpened.astype(np.complex128), (max(len(curve.edges) for curve in curves), 1))
        for nodes, edges, masses in _batches(curves, self.cells):
            found[nodes] *= np.prod(fft.rfft(self.deposit(edges, masses)), axis=0)
        return found

    def deposit(self, edges: Array, masses: Array) -> Array:
        """Return the masses that each of several distributions has in the cells.

        Every mass is split linearly between the two nearest nodes, which keeps the mean. A segment of even density
        begins with a rise of the density and ends with a fall; the share of a node in what follows a rise is the
        integral of its hat, and differences of that between nodes are quadratic splines over three nodes.

        Parameters
        ----------
        edges : ndarray, shape (n_curves, n_nodes, ..., n_segments + 1)
            As of `Curve`.
        masses : ndarray, shape (n_curves, 1, ..., n_segments)
            Likewise.

        Returns
        -------
        ndarray, shape (n_curves, n_nodes, cells)
        """
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
        mass = np.cumsum(self._spread(self._row(cell), spline, edges.shape[:2]), axis=-1)
        # on a circle the density is known up to a constant, which follows from the mass
        mass += ((1.0 - mass.sum(axis=-1)) / self.cells)[..., None]
        if has_points:
            row = self._row(np.zeros(length.shape, dtype=np.int64))[short]
            middle = 0.5 * (edges[..., 1:] + edges[..., :-1])[short]
            points = self._points(row, middle, np.broadcast_to(masses, length.shape)[short], edges.shape[:2])
            mass += points - points.sum(axis=-1)[..., None] / self.cells
        return mass

    def constant(self, values: Array) -> Spectrum:
        """Return the spectra of constants, one at each node, shape ``(n_nodes, cells // 2 + 1)``."""
        row = self.cells * np.arange(len(values))
        masses = self._points(row, values, np.ones(len(values)), (1, len(values)))
        return np.asarray(fft.rfft(masses[0]), dtype=np.complex128)

    def add(self, one: Spectrum, other: Spectrum) -> Spectrum:
        """Return the spectrum of a sum of independent parts."""
        return np.asarray(one * other)

    def join(self, parts: Iterable[Spectrum]) -> Spectrum:
        """Return the spectra at several nodes, shape ``(n_nodes, cells // 2 + 1)``."""
        return np.asarray(np.concatenate(list(parts)))

    def mix(self, weights: Array, nodes: Spectrum) -> Spectrum:
        """Return the spectrum of a mixture over nodes, shape ``(1, cells // 2 + 1)``."""
        mixed = weights @ np.broadcast_to(nodes, (len(weights), self.cells // 2 + 1))
        return np.asarray(mixed, dtype=np.complex128)[None]

    def cumulated(self, spectrum: Spectrum) -> tuple[Array, Array]:
        """Return the upper ends of the cells of the window and the probability below each, shape ``(cells,)`` each."""
        first = int(np.floor(self.start / self.step))
        # what a cell holds is the density at its node and a 24th of the second difference
        mass = fft.irfft(spectrum[0] * _sharpened(self.cells, -1.0 / 24.0), self.cells)
        below = np.maximum.accumulate(np.cumsum(np.roll(mass, -(first % self.cells))))
        ends = (first + np.arange(self.cells) + 0.5) * self.step
        return np.asarray(ends, dtype=np.float64), np.clip(below, 0.0, 1.0)

    def _points(self, row: Ints, values: Array, masses: Array, rows: tuple[int, int]) -> Array:
        cell, rest = self._place(values)
        return self._spread(row + cell, (masses * (1.0 - rest), masses * rest), rows)

    def _row(self, cell: Ints) -> Ints:
        """Count cells through all curves and nodes."""
        curves, nodes = cell.shape[:2]
        row = self.cells * np.arange(curves * nodes).reshape(curves, nodes, *(1,) * (cell.ndim - 2))
        return np.asarray(cell + row)

    def _place(self, values: Array) -> tuple[Ints, Array]:
        place = values / self.step
        whole = np.floor(place)
        return whole.astype(np.int64) & (self.cells - 1), place - whole

    def _spread(self, cell: Ints, weights: Sequence[Array], rows: tuple[int, int]) -> Array:
        """Add weights to cells, to the cells after them, and so on, shape ``(n_curves, n_nodes, cells)``."""
        flat, count = cell.ravel(), rows[0] * rows[1] * self.cells
        found = np.zeros((*rows, self.cells + len(weights) - 1))
        for place, weight in enumerate(weights):
            added = np.bincount(flat, weight.ravel(), minlength=count)
            found[..., place : place + self.cells] += added.reshape(*rows, self.cells)
        found[..., : len(weights) - 1] += found[..., self.cells :]
        return found[..., : self.cells]


def _batches(curves: Sequence[Curve], cells: int) -> Iterator[tuple[slice, Array, Array]]:
    """Yield edges and masses of curves of one shape, with an axis for the curves in front, and which nodes they are of.

    What is worked on at once stays in the cache: larger arrays, fresh from the system, were five times slower.
    """
    shapes: dict[tuple[int, ...], list[Curve]] = {}
    for curve in curves:
        shapes.setdefault(curve.edges.shape, []).append(curve)
    for shape, alike in shapes.items():
        at_once = max(1, _TOGETHER // max(math.prod(shape[1:]), cells))
        nodes = min(at_once, shape[0])
        count = max(1, at_once // nodes)
        for first in range(0, len(alike), count):
            some = alike[first : first + count]
            masses = np.stack([one.masses for one in some])[:, None]
            for node in range(0, shape[0], nodes):
                part = slice(node, node + nodes)
                yield slice(None) if shape[0] == 1 else part, np.stack([one.edges[part] for one in some]), masses


@cache
def _sharpened(cells: int, part: float) -> Array:
    """Return the transform of what takes off a part of the second difference."""
    return 1.0 + 2.0 * part * (1.0 - np.cos(2.0 * np.pi / cells * np.arange(cells // 2 + 1)))


@dataclass(frozen=True, slots=True)
class Span:
    """Where a sum of independent parts lies, at some nodes.

    Attributes
    ----------
    low, high : ndarray, shape (n_nodes,)
        Lowest and highest value, in deaths.
    mean, variance : ndarray, shape (n_nodes,)
        Mean, and variance in squared deaths.
    down, up : ndarray, shape (n_nodes,)
        The farthest that any one part goes below and above its mean, in deaths.
    """

    low: Array
    high: Array
    mean: Array
    variance: Array
    down: Array
    up: Array

    @property
    def ends(self) -> tuple[Array, Array]:
        """What holds all but a negligible part: one part at its extreme, and the others within seven standard errors.

        That is far less than all parts at their extremes at once. What little lies beyond is folded into the circle.
        """
        reach = _REACH * np.sqrt(self.variance)
        low = np.maximum(self.low, self.mean - self.down - reach)
        return low, np.minimum(self.high, self.mean + self.up + reach)


@dataclass(frozen=True, slots=True)
class Window:
    """Where a distribution lies, in place of its spectrum."""

    def of_sum(self, curves: Sequence[Curve]) -> Span:
        """Return the span of a sum of independent parts."""
        return reduce(self.add, map(self._of, curves))

    def constant(self, values: Array) -> Span:
        """Return the span of constants, one at each node."""
        return Span(values, values, values, *(np.zeros_like(values) for _ in range(3)))

    def add(self, one: Span, other: Span) -> Span:
        """Return the span of a sum of independent parts."""
        return Span(
            one.low + other.low, one.high + other.high, one.mean + other.mean, one.variance + other.variance,
            np.maximum(one.down, other.down), np.maximum(one.up, other.up),
        )  # fmt: skip

    def join(self, parts: Iterable[Span]) -> Span:
        """Return the spans at several nodes."""
        rows = [(one.low, one.high, one.mean, one.variance, one.down, one.up) for one in parts]
        return Span(*(np.concatenate(column) for column in zip(*rows, strict=True)))

    def mix(self, weights: Array, nodes: Span) -> Span:
        """Return the span of a mixture over nodes."""
        low, high = (np.array([end]) for end in (nodes.ends[0].min(), nodes.ends[1].max()))
        mean = np.atleast_1d(np.sum(weights * nodes.mean))
        variance = np.atleast_1d(np.sum(weights * (nodes.variance + (nodes.mean - mean) ** 2)))
        return Span(low, high, mean, variance, mean - low, high - mean)

    def _of(self, curve: Curve) -> Span:
        edges = curve.edges.reshape(len(curve.edges), -1)
        middles = 0.5 * (curve.edges[..., 1:] + curve.edges[..., :-1])
        lengths = np.diff(curve.edges)
        axes = tuple(range(1, middles.ndim))
        mean = np.sum(curve.masses * middles, axis=axes)
        squares = (middles - np.expand_dims(mean, axes)) ** 2 + lengths * lengths / 12.0
        low, high = edges.min(axis=1), edges.max(axis=1)
        return Span(low, high, mean, np.sum(curve.masses * squares, axis=axes), mean - low, high - mean)
