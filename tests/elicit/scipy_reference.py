"""Oracles of the families: for each the same in SciPy, and for the metalog Keelin's formula written out here.

Nothing here calls mcmort's own arithmetic: only the name and the parameters of a distribution are read.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, optimize, special, stats

from mcmort.elicit.families import Distribution

__all__ = [
    "Keelin",
    "Reference",
    "bounded_density",
    "bounded_mass",
    "mixture_cdf",
    "pooled_density",
    "pooled_masses",
    "reference",
]

type Array = NDArray[np.float64]


class Reference(Protocol):
    """What is used of a frozen SciPy distribution."""

    def cdf(self, x: Any, /) -> Any:
        """Return the distribution function."""
        ...

    def sf(self, x: Any, /) -> Any:
        """Return the survival function."""
        ...

    def pdf(self, x: Any, /) -> Any:
        """Return the density."""
        ...

    def ppf(self, q: Any, /) -> Any:
        """Return quantiles."""
        ...


class Keelin:
    """The three-term metalog of Keelin (2016, Decision Analysis 13(4), equation 6) behind a link.

    M(y) = a1 + a2 ln(y / (1 - y)) + a3 (y - 1/2) ln(y / (1 - y)); the variable is exp(M) or 1 / (1 + exp(-M)).
    """

    def __init__(self, a1: float, a2: float, a3: float, *, is_share: bool) -> None:
        self.terms = (a1, a2, a3)
        self.is_share = is_share

    def _at(self, odds: float) -> float:
        """Return M at log odds."""
        a1, a2, a3 = self.terms
        return a1 + a2 * odds + a3 * 0.5 * float(np.tanh(odds / 2.0)) * odds

    def _odds(self, x: float) -> float:
        inner = float(np.log(x) - np.log1p(-x)) if self.is_share else float(np.log(x))
        return float(optimize.toms748(lambda odds: self._at(odds) - inner, -200.0, 200.0, xtol=1e-14, rtol=1e-14))

    def cdf(self, x: ArrayLike, /) -> Array:
        """Return the distribution function, by finding the root of M."""
        return np.asarray(np.vectorize(lambda one: 1.0 / (1.0 + np.exp(-self._odds(one))), otypes=[float])(x))

    def sf(self, x: ArrayLike, /) -> Array:
        """Return the survival function."""
        return np.asarray(np.vectorize(lambda one: 1.0 / (1.0 + np.exp(self._odds(one))), otypes=[float])(x))

    def pdf(self, x: ArrayLike, /) -> Array:
        """Return the density: the inverse of the derivative of the quantile function."""

        def one(value: float) -> float:
            _, a2, a3 = self.terms
            odds = self._odds(value)
            y = 1.0 / (1.0 + np.exp(-odds))
            slope = a2 / (y * (1.0 - y)) + a3 * ((y - 0.5) / (y * (1.0 - y)) + odds)
            return float(1.0 / (slope * value * (1.0 - value if self.is_share else 1.0)))

        return np.asarray(np.vectorize(one, otypes=[float])(x))

    def ppf(self, q: ArrayLike, /) -> Array:
        """Return quantiles."""
        y = np.asarray(q, dtype=np.float64)
        odds = np.log(y) - np.log1p(-y)
        a1, a2, a3 = self.terms
        inner = a1 + a2 * odds + a3 * (y - 0.5) * odds
        return np.asarray(1.0 / (1.0 + np.exp(-inner)) if self.is_share else np.exp(inner))


def _pert(p: tuple[float, ...]) -> Reference:
    low, mode, high = p
    width = high - low
    return stats.beta(1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width, loc=low, scale=width)


_REFERENCES: dict[str, Callable[[tuple[float, ...]], Reference]] = {
    "lognormal": lambda p: stats.lognorm(p[1], scale=np.exp(p[0])),
    "gamma": lambda p: stats.gamma(p[0], scale=p[1]),
    "truncated-normal": lambda p: stats.truncnorm(-p[0] / p[1], np.inf, loc=p[0], scale=p[1]),
    "pert": _pert,
    "triangular": lambda p: stats.triang((p[1] - p[0]) / (p[2] - p[0]), loc=p[0], scale=p[2] - p[0]),
    "uniform": lambda p: stats.uniform(p[0], p[1] - p[0]),
    "beta": lambda p: stats.beta(p[0], p[1]),
    "metalog": lambda p: Keelin(p[0], p[1], p[2], is_share=False),
    "logit-metalog": lambda p: Keelin(p[0], p[1], p[2], is_share=True),
}


def reference(distribution: Distribution) -> Reference:
    """Return the SciPy reference of a distribution."""
    return _REFERENCES[distribution.family](distribution.parameters)


def mixture_cdf(members: tuple[tuple[float, Distribution], ...], x: ArrayLike) -> Array:
    """Return the distribution function of a mixture: the weighted sum of those of the SciPy references."""
    return np.asarray(sum(weight * reference(member).cdf(x) for weight, member in members))


def bounded_density(
    members: tuple[tuple[float, Distribution], ...], bounds: tuple[tuple[str, float, float], ...]
) -> Callable[[float], float]:
    """Return the density of log x times the probability of each bound, not normalised.

    Parameters
    ----------
    members : tuple of (float, Distribution)
        Of the pool.
    bounds : tuple of (str, float, float)
        Side, value and log standard deviation of each.

    Returns
    -------
    callable
        Of log x.
    """
    references = [(weight, reference(member)) for weight, member in members]

    def density(log_x: float) -> float:
        x = float(np.exp(log_x))
        value = sum(weight * float(one.pdf(x)) for weight, one in references) * x
        for side, bound, log_sd in bounds:
            score = (log_x - np.log(bound)) / log_sd
            value *= float(special.ndtr(score if side == "at-least" else -score))
        return value

    return density


def bounded_mass(density: Callable[[float], float], ends: tuple[float, float]) -> float:
    """Integrate a density of log x between two values of x."""
    cuts = np.linspace(np.log(ends[0]), np.log(ends[1]), 5)
    pieces = pairwise(cuts)
    return float(sum(integrate.quad(density, a, b, epsabs=1e-11, epsrel=1e-10, limit=200)[0] for a, b in pieces))


def pooled_density(
    members: tuple[tuple[float, Distribution], ...], bounds: tuple[tuple[str, float, float], ...], way: str, x: Array
) -> Array:
    """Return the density of log x, not normalised, pooled in one of the three ways under bounds, shape ``(n,)``."""
    weights = np.array([weight for weight, _ in members])[:, None]
    parts = np.stack([np.asarray(reference(member).pdf(x)) for _, member in members])
    pooled = {"linear": (weights * parts).sum(0), "log": (parts**weights).prod(0), "envelope": parts.max(0)}
    value = pooled[way] * x
    for side, bound, log_sd in bounds:
        score = (np.log(x) - np.log(bound)) / log_sd
        value = value * special.ndtr(score if side == "at-least" else -score)
    return np.asarray(value)


def pooled_masses(
    members: tuple[tuple[float, Distribution], ...], bounds: tuple[tuple[str, float, float], ...], way: str, cuts: Array
) -> Array:
    """Integrate `pooled_density` between cuts, by SciPy's nodes for four points in each of many narrow pieces.

    Between 10 and 3000 a piece is 0.0001 wide in log x, and a kink inside it leaves an error of the order of 1e-8.
    """
    fine = np.concatenate([np.geomspace(cuts[0], cuts[-1], 1_000), np.geomspace(10.0, 3e3, 50_000)])
    fine = np.unique(np.concatenate([cuts, fine]))
    nodes, weights = special.roots_legendre(4)
    logs = np.log(fine)
    half = 0.5 * np.diff(logs)
    at = 0.5 * (logs[1:] + logs[:-1]) + half * nodes[:, None]
    pieces = half * (weights @ pooled_density(members, bounds, way, np.exp(at).ravel()).reshape(at.shape))
    below = np.concatenate([[0.0], np.cumsum(pieces)])
    return np.asarray(np.diff(below[np.searchsorted(fine, cuts)]))
