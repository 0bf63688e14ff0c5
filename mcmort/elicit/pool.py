"""Pools of distributions: each lineage counts once, one-sided claims act as soft bounds.

Linear pooling: the density of the pool is the weighted mean of the densities of its members (Stone 1961, Annals of
Mathematical Statistics 32). A soft bound multiplies that density by the probability that the bound, itself uncertain on
the log scale, lies on the right side of the value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from scipy import special

from mcmort.elicit.families import Array, Distribution
from mcmort.errors import FitError

__all__ = ["Bound", "Pool", "mixture_quantiles"]

_LEAST_MASS: Final = 1e-3
_SMALLEST: Final = 2.0**-45


@dataclass(frozen=True, slots=True)
class Bound:
    """A soft bound: "at least" or "at most" a value, which is uncertain by `log_sd` on the log scale."""

    side: Literal["at-least", "at-most"]
    value: float
    log_sd: float

    def weight(self, x: Array) -> Array:
        """Probability that a value respects the bound."""
        with np.errstate(divide="ignore"):
            score = (np.log(np.maximum(x, 0.0)) - np.log(self.value)) / self.log_sd
        return np.asarray(special.ndtr(score if self.side == "at-least" else -score))


@dataclass(frozen=True)
class Pool:
    """A weighted mixture of distributions under soft bounds.

    Attributes
    ----------
    members : tuple of (float, Distribution)
        Weights, which sum to one, and distributions.
    bounds : tuple of Bound
        May be empty.
    """

    members: tuple[tuple[float, Distribution], ...]
    bounds: tuple[Bound, ...] = ()

    def ppf(self, u: Array) -> Array:
        """Return the quantiles of the pool at probabilities `u`, shape ``(n,)``."""
        u = np.asarray(u, dtype=np.float64)
        if not self.bounds:
            return mixture_quantiles(self.members, u)
        lower, upper = self._untilted
        return mixture_quantiles(
            self.members, np.where(u <= 0.5, np.interp(u, *lower), 1.0 - np.interp(1.0 - u, *upper))
        )

    def cdf(self, x: Array) -> Array:
        """Return the probability of a value at most `x`, shape ``(n,)``."""
        x = np.asarray(x, dtype=np.float64)
        plain = sum((weight * member.cdf(x) for weight, member in self.members), np.zeros_like(x))
        if not self.bounds:
            return plain
        (tilted, untilted), (above, untilted_above) = self._untilted
        low = np.interp(plain, untilted, tilted)
        return np.where(low <= 0.5, low, 1.0 - np.interp(1.0 - plain, untilted_above, above))

    @cached_property
    def _untilted(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Tables from the probability under the bounds to the probability without them.

        One table counts from below, one from above, so that both tails keep their relative accuracy.
        """
        tail = np.exp2(np.linspace(np.log2(_SMALLEST), -1.0, 45 * 256 + 1))
        u = np.concatenate([[0.0], tail, 1.0 - tail[-2::-1], [1.0]])
        middles = 0.5 * (u[1:] + u[:-1])
        middles[0], middles[-1] = 0.5 * _SMALLEST, 1.0 - 0.5 * _SMALLEST
        x = mixture_quantiles(self.members, middles)
        weight = np.ones_like(x)
        for bound in self.bounds:
            weight = weight * bound.weight(x)
        mass = weight * np.concatenate([[_SMALLEST], np.diff(tail), np.diff(tail)[::-1], [_SMALLEST]])
        total = float(mass.sum())
        if total < _LEAST_MASS:
            bounds = ", ".join(f"{bound.side.replace('-', ' ')} {bound.value:,.10g}" for bound in self.bounds)
            raise FitError(
                f"the one-sided claims ({bounds}) leave {total:.2g} of the pool of the other estimates: the evidence "
                "contradicts itself"
            )
        below = np.concatenate([[0.0], np.cumsum(mass)]) / total
        above = np.concatenate([[0.0], np.cumsum(mass[::-1])]) / total
        from_above = np.concatenate([[0.0], tail, 1.0 - tail[-2::-1], [1.0]])
        return (below, u), (above, from_above)


def mixture_quantiles(members: tuple[tuple[float, Distribution], ...], u: Array) -> Array:
    """Return quantiles of a mixture.

    Parameters
    ----------
    members : tuple of (float, Distribution)
        Weights and distributions.
    u : ndarray, shape (n,)
        Probabilities.

    Returns
    -------
    ndarray, shape (n,)
        Values at which the mixture's distribution function equals `u`, to relative 1e-10. A quantile of a
        mixture lies between the smallest and the largest quantile of its members.
    """
    distributions = [member for _, member in members]
    quantiles = np.stack([member.ppf(u) for member in distributions])
    low, high = quantiles.min(axis=0), quantiles.max(axis=0)
    if len(distributions) == 1:
        return low
    weights = np.array([weight for weight, _ in members])

    def excess(x: Array, wanted: Array) -> Array:
        return np.asarray(weights @ np.stack([member.cdf(x) for member in distributions]) - wanted)

    return _roots(excess, low, high, u)


def _roots(function: Callable[[Array, Array], Array], low: Array, high: Array, wanted: Array) -> Array:
    """Find where an increasing function reaches zero between two ends, each point for itself.

    By the method of Chandrupatla (1997, Advances in Engineering Software 28(3)), which takes a third of the steps of
    bisection.
    """
    from scipy.optimize.elementwise import find_root

    result = 0.5 * (low + high)
    open_ = np.flatnonzero(high - low > 1e-11 * np.abs(high))
    if len(open_):
        ends = (low[open_], high[open_])
        nothing = 1e-14 * float(np.max(np.abs(high)))
        found = find_root(
            function, ends, args=(wanted[open_],), tolerances={"xrtol": 1e-10, "xatol": nothing, "fatol": 0.0}
        )
        # no change of sign: the function steps over zero at its lower end, or reaches it at its upper within rounding
        edge = np.where(function(ends[0], wanted[open_]) >= 0.0, *ends)
        result[open_] = np.where(found.status == -1, edge, found.x)
    return result
