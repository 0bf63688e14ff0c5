"""Distributions given by a density that is not normalised: integrated between marks by Gauss-Legendre quadrature.

The variable of integration is the logarithm of the value, in which tails and powers are smooth. Cells are halved until
the rule over a cell agrees with the rule over its halves. Integrals over a part of a cell are computed on request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.quantile_inversion import Cells, Places, Side

__all__ = ["Integral", "integrate"]

type Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_NODES, _WEIGHTS = 0.5 * (_NODES + 1.0), 0.5 * _WEIGHTS
_TOLERANCE: Final = 1e-9
_NEGLIGIBLE: Final = 1e-24
"""Mass of a cell, relative to the largest, below which it is not halved: far below any probability that matters."""
_HALVINGS: Final = 60


@dataclass(frozen=True)
class Integral:
    """A distribution as integrals over cells.

    Attributes
    ----------
    log_density : callable
        Of values, not normalised.
    log_total : float
        Logarithm of its integral, atoms included.
    marks : ndarray, shape (n,)
        Ends of the cells, increasing.
    atoms : ndarray, shape (n,)
        Probability of each mark by itself.
    masses : ndarray, shape (n - 1,)
        Probability of each cell.
    """

    log_density: Callable[[Array], Array]
    log_total: float
    marks: Array
    atoms: Array
    masses: Array

    def below(self, x: Array) -> Array:
        """Return the probability of a value at most `x`, shape ``(n,)``."""
        lower = self.cells().lower
        cell = np.clip(np.searchsorted(self.marks, x, side="right") - 1, 0, len(self.masses) - 1)
        inside, _ = lower.inside(np.clip(x, self.marks[0], self.marks[-1]), cell)
        return np.where(x < self.marks[0], 0.0, np.where(x >= self.marks[-1], 1.0, inside))

    def cells(self) -> Cells:
        """Return the distribution as cells, for its quantiles."""
        return Cells(
            self._side(self.marks, self.atoms, self.masses),
            self._side(self.marks[::-1], self.atoms[::-1], self.masses[::-1]),
        )

    def _side(self, marks: Array, atoms: Array, masses: Array) -> Side:
        upto = np.cumsum(atoms) + np.concatenate([[0.0], np.cumsum(masses)])
        logs = _logarithm(marks)

        def inside(x: Array, cell: Places) -> tuple[Array, Array]:
            start, end = logs[cell], _logarithm(x)
            part, density = self._part(start, end)
            return upto[cell] + part, density

        return Side(marks, upto - atoms, upto, inside)

    def _part(self, start: Array, end: Array) -> tuple[Array, Array]:
        """Integrate between logarithms of values, whatever their order, and return the density at the end too."""
        t = np.stack([*(start + node * (end - start) for node in _NODES), end])
        logs = self.log_density(np.exp(t).ravel()).reshape(t.shape) + t - self.log_total
        density = np.exp(logs)
        return np.abs(end - start) * (_WEIGHTS @ density[:-1]), density[-1] / np.exp(end)


def integrate(log_density: Callable[[Array], Array], marks: Array, atoms: Array) -> Integral:
    """Integrate a density between marks.

    Parameters
    ----------
    log_density : callable
        Of values, not normalised; minus infinity where there is none.
    marks : ndarray, shape (n,)
        Increasing, none negative; kinks and jumps of the density should be among them.
    atoms : ndarray, shape (n,)
        Masses of the marks themselves, on the scale of the density.

    Returns
    -------
    Integral
        With a `log_total` of minus infinity if there is no mass anywhere.
    """
    logs = _logarithm(marks)
    start, end = logs[:-1], logs[1:]
    value = _rule(log_density, start, end)
    starts, values, log_atoms = [start[:0]], [value[:0]], _logs(atoms)
    for _ in range(_HALVINGS):
        middle = 0.5 * (start + end)
        halves = _rule(log_density, np.concatenate([start, middle]), np.concatenate([middle, end]))
        first, second = halves[: len(start)], halves[len(start) :]
        both = np.logaddexp(first, second)
        largest = max(float(np.max(part, initial=-np.inf)) for part in (both, *values))
        with np.errstate(invalid="ignore", over="ignore"):
            is_open = ~(np.abs(np.expm1(value - both)) <= _TOLERANCE) & (both > largest + np.log(_NEGLIGIBLE))
        is_open &= end - start > 1e-13 * np.abs(middle)
        starts += [start[~is_open], middle[~is_open]]
        values += [first[~is_open], second[~is_open]]
        start, end = np.concatenate([start[is_open], middle[is_open]]), np.concatenate([middle[is_open], end[is_open]])
        value = np.concatenate([first[is_open], second[is_open]])
        if not len(start):
            break
    starts.append(start)
    values.append(value)
    all_starts, mass = np.concatenate(starts), np.concatenate(values)
    order = np.argsort(all_starts)
    log_total = float(np.logaddexp(np.logaddexp.reduce(mass), np.logaddexp.reduce(log_atoms)))
    if log_total == -np.inf:
        return Integral(log_density, log_total, marks, np.zeros(len(marks)), np.zeros(len(marks) - 1))
    begins = all_starts[order]
    old = np.searchsorted(begins, logs[:-1])
    # the marks themselves keep their exact values, which the atoms need
    ends = np.append(np.exp(begins), marks[-1])
    ends[old] = marks[:-1]
    shares = np.zeros(len(ends))
    np.add.at(shares, np.append(old, len(mass)), np.exp(log_atoms - log_total))
    masses = np.exp(mass[order] - log_total)
    # no values without mass at the ends: the support begins and ends with the first and last of it
    with_mass = np.flatnonzero(shares + np.append(masses, 0.0) + np.insert(masses, 0, 0.0))
    kept = slice(int(with_mass[0]), int(with_mass[-1]) + 1)
    return Integral(log_density, log_total, ends[kept], shares[kept], masses[kept.start : kept.stop - 1])


def _rule(log_density: Callable[[Array], Array], start: Array, end: Array) -> Array:
    """Return the logarithms of the integrals over cells between logarithms of values."""
    t = np.stack([start + node * (end - start) for node in _NODES])
    logs = log_density(np.exp(t).ravel()).reshape(t.shape) + t
    largest = np.max(logs, axis=0)
    finite = np.where(np.isfinite(largest), largest, 0.0)
    return np.asarray(finite + _logs(_WEIGHTS @ np.exp(logs - finite)) + np.log(end - start))


def _logs(x: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(x))


def _logarithm(x: Array) -> Array:
    return np.log(np.maximum(x, np.finfo(np.float64).tiny))
