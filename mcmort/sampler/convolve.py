"""Distributions on a common linear grid: masses deposited in cells, sums by fast Fourier transform.

The grid is circular: a value stands at its cell modulo the number of cells, so that summands may lie anywhere and only
their sum must fit. `mcmort.sampler.exact` decides what is summed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from mcmort.machine.native import Native

__all__ = ["Curve", "Grid", "Span", "Window"]

type Array = NDArray[np.float64]
type Spectrum = NDArray[np.complex128]

_SHORT: Final = 0.01
"""Segments shorter than this part of a cell are points. Steeper slopes would cost digits when they are summed."""
_REACH: Final = 7.0
_TOGETHER: Final = 1 << 17
"""Edges or cells that are worked on at once."""
_HOME: Final = Path(__file__).parent


def _find() -> Callable[..., None]:
    from mcmort.sampler.deposit import deposit

    return deposit


DEPOSIT: Final = Native("deposit", _find, (_HOME / "deposit.py", _HOME / "jit.py"))
"""The compiled loop: `mcmort.sampler.deposit.deposit`, which says what its arguments are."""


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
        """Return the spectra of a sum of independent parts, shape ``(n_nodes, cells // 2 + 1)``."""
        found = np.ones((max(len(curve.edges) for curve in curves), self.cells // 2 + 1), dtype=np.complex128)
        for nodes, edges, masses in _batches(curves, self.cells):
            found[nodes] *= np.prod(fft.rfft(self.deposit(edges, masses)), axis=0)
        return found

    def deposit(self, edges: Array, masses: Array) -> Array:
        """Return the masses that each of several distributions has in the cells.

        Every mass is shared by three nodes, which keeps mean and variance.

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
        curves, nodes, *lines, points = edges.shape
        out = np.empty((curves, nodes, self.cells))
        work = np.empty((2, self.cells + 3))
        DEPOSIT(
            np.ascontiguousarray(edges).reshape(curves, nodes, math.prod(lines), points),
            np.ascontiguousarray(masses).reshape(curves, math.prod(lines), points - 1),
            self.step, _SHORT, work[0], work[1], out,
        )  # fmt: skip
        return out

    def constant(self, values: Array) -> Spectrum:
        """Return the spectra of constants, one at each node, shape ``(n_nodes, cells // 2 + 1)``."""
        points = np.broadcast_to(values[None, :, None], (1, len(values), 2))
        return np.asarray(fft.rfft(self.deposit(points, np.ones((1, 1, 1)))[0]), dtype=np.complex128)

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

    def cumulated(self, spectrum: Spectrum, blur: float = 0.0) -> tuple[Array, Array]:
        """Return the upper ends of the cells of the window and the probability below each, shape ``(cells,)`` each.

        Blurred, by a normal distribution with so many cells as standard deviation, a distribution that is narrow beside
        the cells has no ripples, which would be taken for a tail or hide one.
        """
        first = math.floor(self.start / self.step)
        # masses at nodes are those of a density there; what a cell holds is that and a 24th of the second difference
        mass = fft.irfft(spectrum[0] * _of_cells(self.cells, blur), self.cells)
        turn = first % self.cells
        below = np.maximum.accumulate(np.cumsum(np.concatenate([mass[turn:], mass[:turn]])))
        ends = (first + np.arange(self.cells) + 0.5) * self.step
        return np.asarray(ends, dtype=np.float64), np.minimum(np.maximum(below, 0.0), 1.0)


def _batches(curves: Sequence[Curve], cells: int) -> Iterator[tuple[slice, Array, Array]]:
    """Yield edges and masses of curves of one shape, with an axis for the curves in front, and which nodes they are of.

    What is worked on at once stays in the cache: all at once takes a third longer.
    """
    for alike in _alike(curves):
        shape = alike[0].edges.shape
        at_once = max(1, _TOGETHER // max(math.prod(shape[1:]), cells))
        nodes = min(at_once, shape[0])
        count = max(1, at_once // nodes)
        count = math.ceil(len(alike) / math.ceil(len(alike) / count))  # all of much the same size
        for first in range(0, len(alike), count):
            some = alike[first : first + count]
            masses = np.stack([one.masses for one in some])[:, None]
            for node in range(0, shape[0], nodes):
                part = slice(node, node + nodes)
                yield slice(None) if shape[0] == 1 else part, np.stack([one.edges[part] for one in some]), masses


def _alike(curves: Sequence[Curve]) -> Iterable[list[Curve]]:
    """Return curves of the same shape together, so that NumPy is called once for them."""
    shapes: dict[tuple[int, ...], list[Curve]] = {}
    for curve in curves:
        shapes.setdefault(curve.edges.shape, []).append(curve)
    return shapes.values()


@cache
def _of_cells(cells: int, blur: float) -> Array:
    """Return the transform of what spreads masses over cells and, unless they are blurred, only to the next ones."""
    angle = 2.0 * np.pi / cells * np.arange(cells // 2 + 1)
    return np.asarray((1.0 - (1.0 - np.cos(angle)) / 12.0) * np.exp(-0.5 * (blur * angle) ** 2))


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
    """Where a distribution lies, in place of its spectrum.

    Attributes
    ----------
    outside : float
        Probability that may be left out at either end of each part.
    """

    outside: float

    def of_sum(self, curves: Sequence[Curve]) -> Span:
        """Return the span of a sum of independent parts."""
        return reduce(self.add, (span for alike in _alike(curves) for span in self._of(alike)))

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

    def _of(self, curves: Sequence[Curve]) -> Iterator[Span]:
        edges, masses = np.stack([one.edges for one in curves]), np.stack([one.masses for one in curves])[:, None]
        middles, lengths = 0.5 * (edges[..., 1:] + edges[..., :-1]), np.diff(edges)
        axes = tuple(range(2, middles.ndim))
        mean = np.sum(masses * middles, axis=axes)
        squares = (middles - np.expand_dims(mean, axes)) ** 2 + lengths * lengths / 12.0
        variance = np.sum(masses * squares, axis=axes)
        along = masses.sum(axis=tuple(range(masses.ndim - 1)))
        first = int(np.searchsorted(np.cumsum(along), self.outside * along.sum()))
        last = len(along) - int(np.searchsorted(np.cumsum(along[::-1]), self.outside * along.sum()))
        inner = edges[..., first : last + 1]
        low, high = np.min(inner, axis=axes), np.max(inner, axis=axes)
        return map(Span, low, high, mean, variance, mean - low, high - mean)
