"""Quantile tables: one form for every prior, whatever its family.

A table holds the quantiles of a prior at probabilities that are spaced evenly within each octave towards both ends,
so that a draw is found by the bits of its uniform number: no logarithm, no search, and the tails keep their shape.
The layout is shared with the sampler and its NumPy twin: knot ``j`` of a side stands at the float whose bits are
``BASE_BITS + (j << shift)``, where ``shift = 52 - resolution``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.families import Array

__all__ = ["BASE_BITS", "OCTAVES", "SMALLEST", "TARGET", "QuantileTable", "Quantiles", "build_table", "knots"]

OCTAVES: Final = 40
"""Octaves below one half: the smallest probability told apart is 2 to the minus 41."""
SMALLEST: Final = 2.0 ** -(OCTAVES + 1)
BASE_BITS: Final = int(np.array(SMALLEST).view(np.uint64))
TARGET: Final = 1e-4
"""Relative error allowed for any quantile between probabilities 0.0005 and 0.9995."""
_CHECKED_FROM: Final = 0.0005
_COARSEST: Final = 5
_FINEST: Final = 8


class Quantiles(Protocol):
    """Anything with a quantile function."""

    def ppf(self, u: Array) -> Array:
        """Return quantiles at probabilities `u`."""
        ...


@dataclass(frozen=True, slots=True)
class QuantileTable:
    """Quantiles of one prior on the shared layout.

    Attributes
    ----------
    lower : ndarray, shape (n_knots,)
        Quantiles at the knots counted as probabilities from below, increasing.
    upper : ndarray, shape (n_knots,)
        Quantiles at the knots counted as probabilities from above, decreasing.
    resolution : int
        Logarithm to base 2 of the knots in an octave.
    error : float
        Largest relative error found between probabilities 0.0005 and 0.9995 at the middle of every cell, where the
        error of linear interpolation is largest.
    probability_error : float
        The same error as a probability, the width of a cell: the table's value at `u`, counted from the nearer end,
        lies between the exact quantiles at ``u * (1 - probability_error)`` and ``u * (1 + probability_error)``. It
        bounds the error where a pool has a gap between its lineages, in which quantiles jump.
    """

    lower: Array
    upper: Array
    resolution: int
    error: float
    probability_error: float

    def __call__(self, survival: Array) -> Array:
        """Return values at survival probabilities, shape ``(n,)``: the NumPy twin of the sampler's lookup."""
        survival = np.asarray(survival, dtype=np.float64)
        is_upper = survival <= 0.5
        w = np.maximum(np.where(is_upper, survival, 1.0 - survival), SMALLEST)
        shift = np.uint64(52 - self.resolution)
        place = w.view(np.uint64) - np.uint64(BASE_BITS)
        cell = np.minimum(place >> shift, np.uint64(len(self.lower) - 2)).astype(np.intp)
        rest = (place - (cell.astype(np.uint64) << shift)).astype(np.float64) * 2.0 ** -float(shift)
        left = np.where(is_upper, self.upper[cell], self.lower[cell])
        right = np.where(is_upper, self.upper[cell + 1], self.lower[cell + 1])
        return np.asarray(left + rest * (right - left))


def knots(resolution: int) -> Array:
    """Return the probabilities of the knots of one side, from `SMALLEST` to one half."""
    count = OCTAVES << resolution
    steps = np.arange(count + 1, dtype=np.uint64) << np.uint64(52 - resolution)
    bits: NDArray[np.uint64] = steps + np.uint64(BASE_BITS)
    return bits.view(np.float64)


def build_table(prior: Quantiles) -> QuantileTable:
    """Tabulate a prior at the coarsest resolution that meets `TARGET`.

    Parameters
    ----------
    prior : Quantiles
        A `Distribution` or a `Pool`.

    Returns
    -------
    QuantileTable
        With its measured error. Where the quantile function jumps, the finest resolution is used and the error is
        bounded as a probability instead.
    """
    table = _at_resolution(prior, _COARSEST)
    while table.error > TARGET and table.resolution < _FINEST:
        # the error falls with the square of the spacing: go at once to where it may be met
        finer = math.ceil(math.log2(table.error / TARGET) / 2.0) + table.resolution
        table = _at_resolution(prior, min(max(finer, table.resolution + 1), _FINEST))
    return table


def _at_resolution(prior: Quantiles, resolution: int) -> QuantileTable:
    w = knots(resolution)
    both = prior.ppf(np.concatenate([w, 1.0 - w]))
    lower = np.maximum.accumulate(both[: len(w)])
    upper = np.minimum.accumulate(both[len(w) :])
    middles = 0.5 * (w[1:] + w[:-1])
    middles = middles[middles >= _CHECKED_FROM]
    first = len(w) - 1 - len(middles)
    exact = prior.ppf(np.concatenate([middles, 1.0 - middles]))
    error = 0.0
    for side, truth in ((lower, exact[: len(middles)]), (upper, exact[len(middles) :])):
        interpolated = 0.5 * (side[first:-1] + side[first + 1 :])
        scale = np.maximum(np.abs(truth), np.finfo(float).tiny)
        error = max(error, float(np.max(np.abs(interpolated - truth) / scale)))
    return QuantileTable(lower, upper, resolution, error, 2.0**-resolution)
