"""Shapley values: one number shared among factors fairly, whatever the order in which they are changed.

The value of a factor is what it adds when its turn comes, averaged over all orders of the factors (Shapley 1953). With
few factors all subsets are computed, with many a sample of orders, each taken forward and backward (Castro, Gómez and
Tejada 2009, Computers & Operations Research 36(5), doi 10.1016/j.cor.2008.04.004).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_EXACT", "ShapleyValues", "shapley_values"]

MOST_EXACT: Final = 10
"""With more factors than these (1,024 subsets) orders are sampled."""

type Array = NDArray[np.float64]
type SubsetValue = Callable[[frozenset[str]], Array | float]


@dataclass(frozen=True, slots=True)
class ShapleyValues:
    """Shapley values of factors.

    Attributes
    ----------
    factors : tuple of str
        Names, in the order given.
    values : ndarray, shape (factors, ...)
        What each factor adds on average; their sum is the value of all factors less that of none.
    errors : ndarray, shape (factors, ...)
        Standard errors from the sampling of orders; zero where all subsets were computed.
    orders : int or None
        How many orders were sampled; None where all subsets were computed.
    """

    factors: tuple[str, ...]
    values: Array
    errors: Array
    orders: int | None


def shapley_values(
    factors: Sequence[str], value: SubsetValue, *, orders: int = 100, rng: np.random.Generator | None = None
) -> ShapleyValues:
    """Share the value of all factors among them.

    Parameters
    ----------
    factors : sequence of str
        Names, each once.
    value : callable
        From a set of factors that are changed to a number or an array, of one shape always. Called once for each set.
    orders : int
        How many orders to sample where there are more than `MOST_EXACT` factors; rounded up to an even number.
    rng : numpy.random.Generator, optional
        For the sample of orders; by default a fixed one.

    Returns
    -------
    ShapleyValues
    """
    known: dict[frozenset[str], Array] = {}

    def at(subset: frozenset[str]) -> Array:
        if subset not in known:
            known[subset] = np.asarray(value(subset), dtype=np.float64)
        return known[subset]

    if len(factors) <= MOST_EXACT:
        exact = [_exact(factor, factors, at) for factor in factors]
        stacked = np.stack(exact) if exact else np.zeros(0)
        return ShapleyValues(tuple(factors), stacked, np.zeros_like(stacked), None)
    generator = np.random.default_rng(0) if rng is None else rng
    pairs = [_both_ways(factors, generator.permutation(len(factors)), at) for _ in range(-(-orders // 2))]
    sample = np.stack(pairs)
    errors = sample.std(axis=0, ddof=1) / math.sqrt(len(pairs)) if len(pairs) > 1 else np.full_like(sample[0], np.nan)
    return ShapleyValues(tuple(factors), sample.mean(axis=0), errors, 2 * len(pairs))


def _exact(factor: str, factors: Sequence[str], at: Callable[[frozenset[str]], Array]) -> Array:
    others = [other for other in factors if other != factor]
    total = np.zeros_like(at(frozenset()))
    for bits in range(1 << len(others)):
        before = frozenset(other for place, other in enumerate(others) if bits >> place & 1)
        weight = 1.0 / (len(factors) * math.comb(len(others), len(before)))
        total += weight * (at(before | {factor}) - at(before))
    return total


def _both_ways(factors: Sequence[str], order: NDArray[np.int64], at: Callable[[frozenset[str]], Array]) -> Array:
    forward = _along(factors, order, at)
    return 0.5 * (forward + _along(factors, order[::-1], at))


def _along(factors: Sequence[str], order: NDArray[np.int64], at: Callable[[frozenset[str]], Array]) -> Array:
    added: dict[int, Array] = {}
    changed: frozenset[str] = frozenset()
    for place in order.tolist():
        wider = changed | {factors[place]}
        added[place] = at(wider) - at(changed)
        changed = wider
    return np.stack([added[place] for place in range(len(factors))])
