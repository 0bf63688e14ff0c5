"""Bounds on a quantile of a sum that hold under any dependence between its terms.

Only the distributions of the terms are known; how they go together is not. The rearrangement algorithm (Puccetti and
Rueschendorf 2012; Embrechts, Puccetti and Rueschendorf 2013) cuts each distribution into cells of equal probability
and orders every term against the sum of the others, until the sum is as even as it gets: its least value is then the
largest that the quantile can take. The smallest comes from the same procedure with all signs changed.

A rearrangement is a dependence that exists, so the value that it reaches is possible, but need not be the most extreme.
The convolution bound (Blanchet, Lam, Liu and Wang 2020) is a value that no dependence can exceed. Nothing here is
random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.summary import check_probabilities, quantiles_of
from mcmort.errors import UsageError
from mcmort.totals import Total, Values

__all__ = ["Extreme", "IntervalBounds", "SumBounds", "interval_bounds", "sum_bounds", "terms_of", "total_bounds"]

type Array = NDArray[np.float64]
type Marginal = Callable[[Array], Array]

_OUTERMOST: Final = 1e-6
"""Terms of a total are cut off at this probability on either side."""
_TOLERANCE: Final = 1e-4
_SWEEPS: Final = 1_000
_CUT: Final = 16
"""Octaves into which the last cell is divided, since its values may grow without bound; a term is cut off beyond."""
_FINE: Final = 8
"""Cells for each of these octaves."""
_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0
_SIZES: Final = 16
"""Numbers of places that are tried on either side for the convolution bound."""
_PRICES: Final = 60.0
"""Octaves over which the price (Lagrange multiplier) of a place is sought."""
_HALVINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or the largest value that a quantile of a sum can take, bounded from both sides.

    Attributes
    ----------
    inner : float
        A value that some dependence reaches: rearranged with each cell at its end towards the other extreme.
    outer : float
        The same with each cell at its far end: the true extreme lies between the two, if the rearrangement found it.
    limit : float
        A value that no dependence passes, up to rounding, whether the rearrangement found the extreme or not.
    """

    inner: float
    outer: float
    limit: float

    @property
    def width(self) -> float:
        """Distance between the two values, which is due to the cutting into cells."""
        return abs(self.outer - self.inner)


@dataclass(frozen=True, slots=True)
class SumBounds:
    """What a quantile of a sum can be under any dependence between its terms.

    Attributes
    ----------
    probability : float
        Which quantile.
    low, high : Extreme
        The smallest and the largest value that it can take.
    points : int
        Cells into which each distribution was cut.
    """

    probability: float
    low: Extreme
    high: Extreme
    points: int


@dataclass(frozen=True, slots=True)
class IntervalBounds:
    """What the ends of an equal-tailed interval of a sum can be under any dependence between its terms.

    Attributes
    ----------
    probability : float
        Probability of the interval.
    low, high : SumBounds
        Of its two ends.
    """

    probability: float
    low: SumBounds
    high: SumBounds


def sum_bounds(marginals: Sequence[Marginal], probability: float, *, points: int = 4096) -> SumBounds:
    """Return the smallest and the largest value that a quantile of a sum can take.

    Parameters
    ----------
    marginals : sequence of callable
        Quantile function of each term: takes probabilities and returns values, both of shape ``(n,)``. It must not
        fall; it may be infinite at probabilities 0 and 1. That of a term that is taken off is ``-q(1 - u)``.
    probability : float
        Which quantile of the sum, between 0 and 1.
    points : int
        Cells into which each distribution is cut, 2 or more. The brackets narrow in inverse proportion.

    Returns
    -------
    SumBounds
        In the unit of the values. The order of the terms matters only among those whose tails are equally wide.

    Raises
    ------
    UsageError
        If there are no terms, or the probability, the number of points or a quantile function makes no sense.

    References
    ----------
    Puccetti and Rueschendorf (2012), Journal of Computational and Applied Mathematics 236, 1833-1840,
    doi:10.1016/j.cam.2011.10.015. Embrechts, Puccetti and Rueschendorf (2013), Journal of Banking and Finance 37,
    2750-2764, doi:10.1016/j.jbankfin.2013.03.014. Blanchet, Lam, Liu and Wang (2020), Convolution bounds on quantile
    aggregation, arXiv:2007.09320.

    Examples
    --------
    Two uniform numbers: the median of their sum lies between 0.5 and 1.5 (Makarov 1981).

    >>> both = sum_bounds([lambda u: u, lambda u: u], 0.5)
    >>> round(both.low.inner, 3), round(both.high.inner, 3)
    (0.5, 1.5)
    """
    check_probabilities([probability], "a quantile")
    if points < 2:
        raise UsageError(f"{points} points; expected 2 or more")
    if not marginals:
        raise UsageError("a sum of no terms; expected the quantile function of at least one")
    low = _largest([_mirrored(marginal) for marginal in marginals], 1.0 - probability, points)
    high = _largest(marginals, probability, points)
    return SumBounds(probability, Extreme(-low.inner, -low.outer, -low.limit), high, points)


def interval_bounds(marginals: Sequence[Marginal], probability: float, *, points: int = 4096) -> IntervalBounds:
    """Return the smallest and the largest value that each end of an equal-tailed interval of a sum can take.

    Parameters
    ----------
    marginals : sequence of callable
        Quantile function of each term, as for `sum_bounds`.
    probability : float
        Of the interval, between 0 and 1.
    points : int
        As for `sum_bounds`.

    Returns
    -------
    IntervalBounds
        Under any dependence the interval lies between ``low.low.limit`` and ``high.high.limit``. No single dependence
        need reach both ends at once.

    Raises
    ------
    UsageError
        As for `sum_bounds`.
    """
    check_probabilities([probability])
    tails = ((1.0 - probability) / 2.0, (1.0 + probability) / 2.0)
    low, high = (sum_bounds(marginals, tail, points=points) for tail in tails)
    return IntervalBounds(probability, low, high)


def total_bounds(total: Total, probability: float) -> IntervalBounds:
    """Return the bounds of an interval of a total under any dependence between its components and overlaps.

    Parameters
    ----------
    total : Total
        With its parts.
    probability : float
        Of the interval.

    Returns
    -------
    IntervalBounds
        Before the total is kept from falling below zero.

    Raises
    ------
    UsageError
        If the total has no parts, or the probability is not between 0 and 1.
    """
    return interval_bounds(terms_of(total), probability)


def terms_of(total: Total) -> list[Marginal]:
    """Return the quantile function of each component of a total, and of each overlap with its sign changed.

    Raises
    ------
    UsageError
        If the total has no parts.
    """
    if not total.parts:
        raise UsageError("bounds need the distributions of the components; compute the total with its parts")
    terms = [_marginal(values) for values in total.parts.values()]
    return [*terms, *(_mirrored(_marginal(values)) for values in total.overlaps.values())]


def _marginal(values: Values) -> Marginal:
    return lambda u: quantiles_of(values, np.clip(u, _OUTERMOST, 1.0 - _OUTERMOST))


def _mirrored(marginal: Marginal) -> Marginal:
    """Return the quantile function of a term with its sign changed."""
    return lambda u: -np.asarray(marginal(1.0 - u))


@dataclass(frozen=True, slots=True)
class _Tails:
    """The tails of all terms above a probability, cut into cells of equal probability.

    All but `near` are those of terms that are cut off high up, above a probability that is raised by all the cuts
    together: the sums with and without the cuts differ on no more than that, so that what no dependence of the cut
    terms passes, none of the terms themselves does.

    Attributes
    ----------
    near, far : ndarray, shape (n_terms, points)
        The least and the largest value of each cell, increasing; the terms with the widest tails stand first.
    first : ndarray, shape (n_terms,)
        Where the tails begin.
    last_mean : ndarray, shape (n_terms,)
        The mean of each last cell, rounded up.
    """

    near: Array
    far: Array
    first: Array
    last_mean: Array


def _largest(marginals: Sequence[Marginal], probability: float, points: int) -> Extreme:
    """Bound the largest value of a quantile: only the tails above it matter, and the least of their sums."""
    tails = _tails(marginals, probability, points)
    inner, cells = _rearranged(tails.near, np.take_along_axis(tails.near, _scattered(*tails.near.shape), axis=1))
    # from the same order, so that the far ends never lead to less than the near ones
    outer, _ = _rearranged(tails.far, np.take_along_axis(tails.far, cells, axis=1))
    columns = np.column_stack([tails.far[:, :-1], tails.last_mean])
    # where one term is least, the others are at most at their largest
    top = tails.far[:, -1]
    alone = float(top.sum() + np.min(tails.first - top))
    return Extreme(inner, outer, min(alone, _convolution_bound(columns)))


def _tails(marginals: Sequence[Marginal], probability: float, points: int) -> _Tails:
    tail = 1.0 - probability
    cut = tail / points * 2.0**-_CUT
    raised = tail - len(marginals) * cut
    cell = raised / points
    edges = cell * np.exp2(-np.arange(_CUT * _FINE + 1) / _FINE)
    weights = np.append(-np.diff(edges), edges[-1]) / cell
    steps = np.arange(points) / points
    above = 1.0 - np.concatenate([raised * (1.0 - steps), np.maximum(edges[1:], cut)])
    near = np.stack([_values(marginal, probability + tail * steps) for marginal in marginals])
    values = np.stack([_values(marginal, above) for marginal in marginals])
    widest = np.argsort(near[:, 0] - near[:, -1], kind="stable")
    near, values = near[widest], values[widest]
    far = np.column_stack([values[:, 1:points], values[:, -1]])
    last_mean = values[:, points:] @ weights[:-1] + values[:, -1] * weights[-1]
    return _Tails(near, far, values[:, 0], last_mean)


def _values(marginal: Marginal, u: Array) -> Array:
    """Return the quantiles of a term, which must be finite and must not fall."""
    quantiles = np.asarray(marginal(u), dtype=np.float64)
    if quantiles.shape != u.shape or not np.all(np.isfinite(quantiles)):
        expected = "a finite value for each probability between 0 and 1"
        raise UsageError(f"a quantile function with values that are missing or not finite; expected {expected}")
    increasing = np.maximum.accumulate(quantiles)
    if np.any(increasing - quantiles > 1e-6 * np.abs(increasing)):
        hint = "that of a term q that is taken off is -q(1 - u)"
        raise UsageError(f"a quantile function that falls; expected one that rises with the probability. Hint: {hint}")
    return increasing


def _scattered(n_terms: int, points: int) -> NDArray[np.intp]:
    """Return a different order of the cells for each term, by multiples of the golden ratio.

    From terms in the same or the opposite order the rearrangement may not move at all, as its sums are then all equal.
    """
    multiples = np.outer(np.arange(1, n_terms + 1), np.arange(1, points + 1)) * _GOLDEN
    return np.argsort(multiples % 1.0, axis=1, kind="stable")


def _rearranged(columns: Array, placed: Array) -> tuple[float, NDArray[np.intp]]:
    """Order each term against the sum of the others until the least sum no longer grows.

    Two vectors have the largest least sum when they are ordered oppositely, so that no step makes it smaller.

    Parameters
    ----------
    columns : ndarray, shape (n_terms, points)
        Values of each term, increasing.
    placed : ndarray, shape (n_terms, points)
        The same in the order to start from.

    Returns
    -------
    tuple of float and ndarray
        The least sum, and which cell of each term stands in each place, shape ``(n_terms, points)``.
    """
    placed = placed.copy()
    cells = np.empty(columns.shape, dtype=np.intp)
    falling = np.arange(columns.shape[1])[::-1]
    least = -np.inf
    for _ in range(_SWEEPS):
        total = placed.sum(axis=0)
        for column, own, values in zip(columns, cells, placed, strict=True):
            total -= values
            own[np.argsort(total, kind="stable")] = falling
            values[:] = column[own]
            total += values
        last, least = least, float(placed.sum(axis=0).min())
        if least - last <= _TOLERANCE * abs(least):
            break
    return least, cells


def _convolution_bound(columns: Array) -> float:
    """Return a value that the least sum of no arrangement passes.

    Leave out the places that hold the ``k[j]`` largest values of each term. If at least ``m`` places stay, any ``m`` of
    them hold of each term no more than its ``m`` largest values but the ``k[j]`` left out; and the least sum is no more
    than the mean of these. The bound is the least such mean over ``m`` and ``k``.

    Parameters
    ----------
    columns : ndarray, shape (n_terms, points)
        Values of each term, increasing.
    """
    n_terms, points = columns.shape
    sums = np.cumsum(np.column_stack([np.zeros(n_terms), columns]), axis=1)
    few = np.geomspace(1, points, _SIZES).astype(np.intp)
    sizes = np.unique(np.concatenate([few, points - few[:-1]]))
    return min(_least_mean(((sums[:, m:] - sums[:, :-m]) / m)[:, ::-1], points - int(m)) for m in sizes)


def _least_mean(means: Array, spare: int) -> float:
    """Share out the places to leave out so that the means of the rest, added up, are small.

    By bisection of the price (Lagrange multiplier) of a place: at a price each term leaves out as many places as are
    worth it. Any way of sharing gives a valid bound, so the bisection need not be exact.

    Parameters
    ----------
    means : ndarray, shape (n_terms, spare + 1)
        Mean of what stays of each term, by the number of places left out for it.
    spare : int
        Number of places that may be left out.
    """
    left_out = np.arange(spare + 1)
    scale = float(np.max(means[:, 0] - means[:, -1]))

    def places_worth(octave: float) -> NDArray[np.intp]:
        return np.argmin(means + scale * 2.0**octave * left_out, axis=1)

    cheap, dear = -_PRICES, 1.0  # at twice the largest gain no place is worth its price, whatever the rounding
    fewer, more = places_worth(dear), places_worth(cheap)
    for _ in range(_HALVINGS):
        middle = 0.5 * (cheap + dear)
        places = places_worth(middle)
        if places.sum() > spare:
            cheap, more = middle, places
        else:
            dear, fewer = middle, places
    # spend what is left over on the terms in turn: leaving out more never makes a mean larger
    room = np.maximum(more - fewer, 0)
    before = np.concatenate([[0], np.cumsum(room)[:-1]])
    chosen = fewer + np.clip(spare - fewer.sum() - before, 0, room)
    return float(means[np.arange(len(means)), chosen].sum())
