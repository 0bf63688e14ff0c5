"""Correlations as users give them, prepared for a Gaussian copula.

A rank correlation becomes the correlation of normal scores. A table of correlations that no joint distribution can
have becomes the nearest possible one, and the change is reported. Which inputs a case correlates is declared by
`mcmort.catalogue.records.Correlation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mcmort.catalogue.suggestions import percent_hint
from mcmort.elicit.families import Array
from mcmort.errors import UsageError

__all__ = ["LEAST_EIGENVALUE", "NearestCorrelation", "nearest_correlation", "normal_correlation"]

LEAST_EIGENVALUE: Final = 1e-8
"""Smallest eigenvalue of a matrix that is left unchanged: far above rounding, far too small to show in draws."""
_TOLERANCE: Final = 1e-13
_STEPS: Final = 100_000


@dataclass(frozen=True, slots=True)
class NearestCorrelation:
    """A correlation matrix, and how far it lies from the one asked for.

    Attributes
    ----------
    matrix : ndarray, shape (n, n)
        Symmetric, with a diagonal of ones, both exactly, and positive definite.
    distance : float
        Frobenius norm of the change; zero if the matrix asked for was taken as it is.
    largest_change : float
        Largest absolute change of an entry.
    """

    matrix: Array
    distance: float
    largest_change: float


def normal_correlation(rank: ArrayLike) -> Array:
    """Return the Pearson correlation of normal scores whose rank correlation is given.

    Parameters
    ----------
    rank : array_like
        Spearman rank correlations, each in [-1, 1], of any shape.

    Returns
    -------
    ndarray
        ``2 sin(pi * rank / 6)``, of the same shape. It is exactly -1, 0 and 1 where the rank correlation is.

    Raises
    ------
    UsageError
        If a rank correlation is not a number from -1 to 1.

    References
    ----------
    Pearson (1907), Drapers' Company Research Memoirs, Biometric Series 4. Kruskal (1958), Journal of the American
    Statistical Association 53, 814-861, doi:10.1080/01621459.1958.10501481.

    Examples
    --------
    >>> normal_correlation([0.0, 0.5, 1.0]).round(4).tolist()
    [0.0, 0.5176, 1.0]
    """
    rank = np.asarray(rank, dtype=np.float64)
    outside = rank[~(np.abs(rank) <= 1.0)]
    if outside.size:
        raise UsageError(
            f"a rank correlation of {outside.flat[0]:g}; expected one from -1 to 1{percent_hint(outside.flat[0], -1.0)}"
        )
    # twice the sine of a sixth of pi is not quite one in floating point
    return np.where(np.abs(rank) == 1.0, rank, 2.0 * np.sin(np.pi * rank / 6.0))


def nearest_correlation(matrix: ArrayLike, *, least_eigenvalue: float = LEAST_EIGENVALUE) -> NearestCorrelation:
    """Return the positive definite correlation matrix nearest to a table of correlations.

    Correlations that are each possible may be impossible together: no three quantities can be correlated by 1, 1
    and 0. The nearest possible matrix, in the Frobenius norm, is found by alternating projections with Dykstra's
    correction.

    Parameters
    ----------
    matrix : array_like, shape (n, n)
        Correlations as asked for: symmetric, ones on the diagonal, all entries in [-1, 1].
    least_eigenvalue : float
        Smallest eigenvalue that the result may have, above 0 and below 1.

    Returns
    -------
    NearestCorrelation
        A matrix that is possible already comes back bit for bit, at distance zero.

    Raises
    ------
    UsageError
        If the table is not square, not symmetric, has another diagonal or an entry that is no correlation.

    References
    ----------
    Higham (2002), IMA Journal of Numerical Analysis 22, 329-343, algorithm 3.3, doi:10.1093/imanum/22.3.329.

    Examples
    --------
    >>> nearest = nearest_correlation([[1, 1, 0], [1, 1, 1], [0, 1, 1]])
    >>> nearest.matrix.round(4).tolist()
    [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]
    """
    asked = np.array(matrix, dtype=np.float64)
    _check(asked, least_eigenvalue)
    if not asked.size or np.linalg.eigvalsh(asked)[0] >= least_eigenvalue:
        return NearestCorrelation(asked, 0.0, 0.0)
    # a little above the least eigenvalue, so that what comes back is taken as it is when it is asked for again
    floor = least_eigenvalue * (1.0 + 1e-3 * (1.0 - least_eigenvalue))
    # matrices with a smallest eigenvalue of the floor are (1 - floor) correlation matrices plus floor on the diagonal
    unit = np.eye(len(asked))
    nearest = _shrunk(floor * unit + (1.0 - floor) * _project((asked - floor * unit) / (1.0 - floor)), floor)
    change = nearest - asked
    return NearestCorrelation(nearest, float(np.linalg.norm(change)), float(np.max(np.abs(change))))


def _project(matrix: Array) -> Array:
    """Alternate between positive semidefinite matrices and matrices with a diagonal of ones."""
    iterate, correction = matrix, np.zeros_like(matrix)
    for _ in range(_STEPS):
        values, vectors = np.linalg.eigh(iterate - correction)
        semidefinite = (vectors * np.maximum(values, 0.0)) @ vectors.T
        semidefinite = 0.5 * (semidefinite + semidefinite.T)
        correction = correction + semidefinite - iterate
        last, iterate = iterate, semidefinite.copy()
        np.fill_diagonal(iterate, 1.0)
        if np.linalg.norm(iterate - last) <= _TOLERANCE * np.linalg.norm(iterate):
            break
    return iterate


def _shrunk(matrix: Array, floor: float) -> Array:
    """Shrink a matrix towards the identity until its smallest eigenvalue reaches the floor, which rounding may miss."""
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    share = max(0.0, (floor - smallest) / (1.0 - smallest))
    shrunk = (1.0 - share) * matrix
    np.fill_diagonal(shrunk, 1.0)
    return shrunk


def _check(matrix: Array, least_eigenvalue: float) -> None:
    if not 0.0 < least_eigenvalue < 1.0:
        raise UsageError(f"a least eigenvalue of {least_eigenvalue:g}; expected one above 0 and below 1")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise UsageError(f"correlations of shape {matrix.shape}; expected a square matrix")
    for row, column in np.argwhere(~(np.abs(matrix) <= 1.0))[:1]:
        value = matrix[row, column]
        raise UsageError(
            f"a correlation of {value:g} at [{row}, {column}]; expected one from -1 to 1{percent_hint(value, -1.0)}"
        )
    for row, column in np.argwhere(matrix != matrix.T)[:1]:
        values = f"{matrix[row, column]:.17g} at [{row}, {column}] but {matrix[column, row]:.17g} at [{column}, {row}]"
        raise UsageError(f"correlations of {values}; expected a symmetric matrix. Hint: give both the same value")
    for index in np.flatnonzero(np.diagonal(matrix) != 1.0)[:1]:
        value = matrix[index, index]
        raise UsageError(f"a correlation of {value:.17g} at [{index}, {index}]; expected ones on the diagonal")
