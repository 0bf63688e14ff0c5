"""Tables of quantiles: one form for every prior, whatever its family.

A `QuantileTable` holds the quantiles of a prior at probabilities that are spaced evenly within each octave towards both
ends, so that a draw is found by the bits of its uniform number: no logarithm, no search, and the tails keep their
shape. The layout is shared with the sampler's kernel: knot ``j`` of a side is at the float whose bits are
``BASE_BITS + (j << shift)``, where ``shift = 52 - resolution``. A `ScoreTable` holds the quantiles of a prior at evenly
spaced normal scores, for an input that follows a copula.

This file imports NumPy and nothing larger, so that a stored plan starts quickly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.adaptive_table import Places, Scale, Tabulated, tabulate

__all__ = [
    "BASE_BITS",
    "LARGEST_SCORE",
    "OCTAVES",
    "SMALLEST",
    "TARGET",
    "UPPER",
    "QuantileTable",
    "Quantiles",
    "ScoreTable",
    "build_score_table",
    "build_table",
    "knots",
    "packed",
    "rounded",
]

type Array = NDArray[np.float64]

OCTAVES: Final = 40
"""Octaves below one half: the smallest probability resolved is 2 to the minus 41."""
SMALLEST: Final = 2.0 ** -(OCTAVES + 1)
BASE_BITS: Final = int(np.array(SMALLEST).view(np.uint64))
LARGEST_SCORE: Final = 8.0
"""Normal scores of a `ScoreTable` go from minus this to plus this."""
TARGET: Final = 1e-4
"""Relative error allowed for any quantile between probabilities 0.0005 and 0.9995."""
_DROPPED: Final = 32
"""Bits of a knot's significand that are rounded away: 21 of 53 are left, and half of the float's bits are zero."""
UPPER: Final = (1 << 64) - (1 << _DROPPED)
"""The bits of a float that rounded knots have: of a word with two knots, where the first of them stands."""
_ROUNDING: Final = 2.0 ** (_DROPPED - 53)
"""What rounding moves a knot by, relative to it."""
_BODY_OCTAVES: Final = 10
"""Octaves below one half whose error is measured: down to 2 to the minus 11, which is 0.00049."""
_OCTAVE_SCALE: Final = Scale(2 * OCTAVES, (OCTAVES - _BODY_OCTAVES, OCTAVES + _BODY_OCTAVES))
_BODY_SCORE: Final = 4
_SCORE_SCALE: Final = Scale(
    2 * int(LARGEST_SCORE), (int(LARGEST_SCORE) - _BODY_SCORE, int(LARGEST_SCORE) + _BODY_SCORE), usual=9, finest=14
)
_KEPT: Final = 512
"""Tables that are kept in memory: a case of which a little was left out needs nearly all of them again."""


class Quantiles(Protocol):
    """Anything with a quantile function; equal ones have equal quantiles."""

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
        Largest relative error found between probabilities 0.0005 and 0.9995 at the quarters of every cell, raised by
        a third, which is what a kink between them may add. It holds outside the cells that `missed` counts.
    probability_error : float
        The error as a probability, the width of a cell: the table's value at `u`, counted from the nearer end, lies
        within a relative `error` of the exact quantiles at ``u * (1 - probability_error)`` to
        ``u * (1 + probability_error)``. It bounds the error where a pool has a gap between its lineages, in which
        quantiles jump.
    missed : float
        Probability of the cells in which a relative error cannot be stated, since quantiles jump there, or bend so
        sharply (their elasticity by the probability changes at once by more than 1.6) that no resolution follows.
        Zero for every family.
    """

    lower: Array
    upper: Array
    resolution: int
    error: float
    probability_error: float
    missed: float = 0.0

    def __call__(self, survival: Array) -> Array:
        """Return values at survival probabilities, shape ``(n,)``: the NumPy reference of the sampler's lookup."""
        survival = np.asarray(survival, dtype=np.float64)
        is_upper = survival <= 0.5
        w = np.maximum(np.where(is_upper, survival, 1.0 - survival), SMALLEST)
        shift = np.uint64(52 - self.resolution)
        place = w.view(np.uint64) - np.uint64(BASE_BITS)
        cell = np.minimum(place >> shift, np.uint64((OCTAVES << self.resolution) - 1))
        rest = (place - (cell << shift)).astype(np.float64) * 2.0 ** -float(shift)
        at = cell.astype(np.intp)
        left = np.where(is_upper, self.upper[at], self.lower[at])
        right = np.where(is_upper, self.upper[at + 1], self.lower[at + 1])
        return np.asarray(left + rest * (right - left))


def knots(resolution: int) -> Array:
    """Return the probabilities of the knots of one side, from `SMALLEST` to one half."""
    count = OCTAVES << resolution
    steps = np.arange(count + 1, dtype=np.uint64) << np.uint64(52 - resolution)
    bits: NDArray[np.uint64] = steps + np.uint64(BASE_BITS)
    return bits.view(np.float64)


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Quantiles of one prior at normal scores: a score `s` gives the value whose upper-tail probability is Phi(-s).

    Attributes
    ----------
    values : ndarray, shape (16 * steps + 1,)
        Quantiles at scores from -8 to 8, increasing.
    steps : int
        Cells for each unit of score, a power of two.
    error : float
        Largest relative error found between scores -4 and 4, as in `QuantileTable`.
    missed : float
        As in `QuantileTable`.
    """

    values: Array
    steps: int
    error: float
    missed: float = 0.0

    def __call__(self, score: Array) -> Array:
        """Return values at normal scores, shape ``(n,)``: the NumPy reference of the sampler's lookup."""
        place = (np.minimum(np.maximum(score, -LARGEST_SCORE), LARGEST_SCORE) + LARGEST_SCORE) * self.steps
        below = np.rint(place - 0.5)
        cell = below.astype(np.intp)
        left, right = self.values.take(cell), self.values.take(np.minimum(cell + 1, len(self.values) - 1))
        return np.asarray(left + (place - below) * (right - left))


def rounded(values: Array) -> Array:
    """Round to 21 binary digits, halves away from zero.

    Knots come from logarithms, exponentials and special functions, whose last bits differ from one version or platform
    to another. A difference of one unit in the last place survives the rounding with a probability of 2 to the minus
    32; the largest shipped case has a million knots. The rounding moves a knot by a relative 4.8e-7 at most, a two
    hundredth of `TARGET`.

    Parameters
    ----------
    values : ndarray
        Any floats; NaN stays what it is.

    Returns
    -------
    ndarray, of the same shape
    """
    half, kept = np.uint64(1 << (_DROPPED - 1)), np.uint64(UPPER)
    # the bits of a float count its magnitude: a carry out of the significand raises the exponent, as it should
    bits: NDArray[np.uint64] = (np.asarray(values, dtype=np.float64).view(np.uint64) + half) & kept
    return np.where(np.isfinite(values), bits.view(np.float64), values)


def packed(values: Array) -> NDArray[np.uint64]:
    """Pack knots so that one load finds both ends of a cell.

    Parameters
    ----------
    values : ndarray, shape (n_knots,)
        Knots that are `rounded`, so that the lower halves of their bits are zero.

    Returns
    -------
    ndarray of uint64, shape (n_knots,)
        In the upper half of each word the upper half of a knot's bits, in the lower half that of the next knot; the
        last comes twice.

    Raises
    ------
    ValueError
        If a knot has more digits.
    """
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    half = np.uint64(32)
    if np.any(bits << half):
        raise ValueError("knots of more than 21 binary digits; they need to be rounded")
    return bits | (np.append(bits[1:], bits[-1:]) >> half)


@lru_cache(_KEPT)
def build_table(prior: Quantiles) -> QuantileTable:
    """Tabulate a prior at the coarsest resolution that meets `TARGET`.

    Parameters
    ----------
    prior : Quantiles
        A `Distribution` or a `Pool`.

    Returns
    -------
    QuantileTable
        With its measured error. Where the quantile function jumps, the error is bounded as a probability instead.
    """
    tabulated = _tabulated(prior, _OCTAVE_SCALE, _probability)
    middle = OCTAVES << tabulated.resolution
    return QuantileTable(
        tabulated.values[: middle + 1].copy(),
        tabulated.values[middle:][::-1].copy(),
        tabulated.resolution,
        tabulated.error,
        2.0**-tabulated.resolution,
        _mass(tabulated, _probability),
    )


@lru_cache(_KEPT)
def build_score_table(prior: Quantiles) -> ScoreTable:
    """Tabulate a prior over normal scores, with as many steps as meet `TARGET`.

    Parameters
    ----------
    prior : Quantiles
        A `Distribution` or a `Pool`.

    Returns
    -------
    ScoreTable
        With its measured error.
    """
    from scipy.special import ndtr

    def probability(places: Places) -> Array:
        score = places * 2.0**-_SCORE_SCALE.top - LARGEST_SCORE
        return np.asarray(ndtr(score))

    tabulated = _tabulated(prior, _SCORE_SCALE, probability)
    return ScoreTable(tabulated.values, 1 << tabulated.resolution, tabulated.error, _mass(tabulated, probability))


def _tabulated(prior: Quantiles, scale: Scale, probability: Callable[[Places], Array]) -> Tabulated:
    """Tabulate a prior, with rounded knots.

    Where a prior passes through zero, its errors near zero are relative to its interquartile range.
    """
    least, lower, upper = prior.ppf(np.array([SMALLEST, 0.25, 0.75])).tolist()
    floor = upper - lower if least < 0.0 else 0.0
    tabulated = tabulate(lambda places: prior.ppf(probability(places)), scale, TARGET - _ROUNDING, floor)
    values = rounded(tabulated.values)
    return replace(
        tabulated,
        values=values,
        error=tabulated.error + (0.0 if np.array_equal(values, tabulated.values) else _ROUNDING),
    )


def _mass(tabulated: Tabulated, probability: Callable[[Places], Array]) -> float:
    """Return the probability of the cells in which the target is missed."""
    ends = probability(tabulated.missed)
    return float(np.sum(ends[:, 1] - ends[:, 0]))


def _probability(places: Places) -> Array:
    """Return the probability at places that count through the lower side and back through the upper."""
    top = _OCTAVE_SCALE.top
    middle = OCTAVES << top
    is_upper = places > middle
    from_end = np.where(is_upper, 2 * middle - places, places)
    bits: NDArray[np.uint64] = (from_end.astype(np.uint64) << np.uint64(52 - top)) + np.uint64(BASE_BITS)
    w = bits.view(np.float64)
    return np.where(is_upper, 1.0 - w, w)
