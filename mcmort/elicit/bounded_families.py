"""The families between two ends: PERT, triangular, uniform, and the beta distribution of shares.

Every function works element by element: an array of any shape in, one of the same shape out; parameters are numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = [
    "beta_cdf",
    "beta_log_density",
    "beta_ppf",
    "beta_sf",
    "inside",
    "logarithm",
    "pert_cdf",
    "pert_log_density",
    "pert_ppf",
    "pert_sf",
    "triangular_cdf",
    "triangular_log_density",
    "triangular_ppf",
    "triangular_sf",
    "uniform_cdf",
    "uniform_log_density",
    "uniform_ppf",
    "uniform_sf",
]

type Array = NDArray[np.float64]


def logarithm(x: Array) -> Array:
    """Return the natural logarithm, minus infinity at zero and below."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(x, 0.0)))


def inside(x: Array, low: float, high: float, value: Array) -> Array:
    """Return a log density on its support, minus infinity elsewhere."""
    return np.where((x >= low) & (x <= high), value, -np.inf)


def _pert_shapes(p: tuple[float, ...]) -> tuple[float, float]:
    low, mode, high = p
    return 1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low)


def pert_cdf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value at most `x` of the PERT distribution."""
    low, _, high = p
    return np.asarray(special.betainc(*_pert_shapes(p), np.clip((x - low) / (high - low), 0.0, 1.0)))


def pert_sf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value above `x` of the PERT distribution."""
    low, _, high = p
    return np.asarray(special.betaincc(*_pert_shapes(p), np.clip((x - low) / (high - low), 0.0, 1.0)))


def pert_log_density(x: Array, p: tuple[float, ...]) -> Array:
    """Return the logarithm of the density at `x` of the PERT distribution."""
    low, _, high = p
    return np.asarray(beta_log_density((x - low) / (high - low), _pert_shapes(p)) - np.log(high - low))


def pert_ppf(u: Array, p: tuple[float, ...]) -> Array:
    """Return the quantile at probability `u` of the PERT distribution."""
    low, _, high = p
    return np.asarray(low + (high - low) * special.betaincinv(*_pert_shapes(p), u))


def triangular_cdf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value at most `x` of the triangular distribution."""
    low, mode, high = p
    x = np.clip(x, low, high)
    rising = (x - low) ** 2 / ((high - low) * (mode - low)) if mode > low else 0.0
    falling = 1.0 - (high - x) ** 2 / ((high - low) * (high - mode)) if mode < high else 1.0
    return np.where(x <= mode, rising, falling)


def triangular_sf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value above `x` of the triangular distribution."""
    low, mode, high = p
    return triangular_cdf(-x, (-high, -mode, -low))


def triangular_log_density(x: Array, p: tuple[float, ...]) -> Array:
    """Return the logarithm of the density at `x` of the triangular distribution."""
    low, mode, high = p
    rising = (x - low) / (mode - low) if mode > low else 1.0
    falling = (high - x) / (high - mode) if mode < high else 1.0
    height = np.where((x >= low) & (x <= high), np.minimum(rising, falling), 0.0)
    return np.asarray(logarithm(height) + np.log(2.0 / (high - low)))


def triangular_ppf(u: Array, p: tuple[float, ...]) -> Array:
    """Return the quantile at probability `u` of the triangular distribution."""
    low, mode, high = p
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u <= turn, rising, falling)


def uniform_cdf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value at most `x` of the uniform distribution."""
    low, high = p
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def uniform_sf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value above `x` of the uniform distribution."""
    low, high = p
    return np.clip((high - x) / (high - low), 0.0, 1.0)


def uniform_log_density(x: Array, p: tuple[float, ...]) -> Array:
    """Return the logarithm of the density at `x` of the uniform distribution."""
    low, high = p
    return inside(x, low, high, np.full_like(x, -np.log(high - low)))


def uniform_ppf(u: Array, p: tuple[float, ...]) -> Array:
    """Return the quantile at probability `u` of the uniform distribution."""
    low, high = p
    return low + (high - low) * u


def beta_cdf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value at most `x` of the beta distribution."""
    return np.asarray(special.betainc(p[0], p[1], np.clip(x, 0.0, 1.0)))


def beta_sf(x: Array, p: tuple[float, ...]) -> Array:
    """Return the probability of a value above `x` of the beta distribution."""
    return np.asarray(special.betaincc(p[0], p[1], np.clip(x, 0.0, 1.0)))


def beta_log_density(x: Array, p: tuple[float, ...]) -> Array:
    """Return the logarithm of the density at `x` of the beta distribution."""
    a, b = p
    within = np.clip(x, 0.0, 1.0)
    inner = special.xlogy(a - 1.0, within) + special.xlog1py(b - 1.0, -within) - special.betaln(a, b)
    return inside(x, 0.0, 1.0, inner)


def beta_ppf(u: Array, p: tuple[float, ...]) -> Array:
    """Return the quantile at probability `u` of the beta distribution."""
    return np.asarray(special.betaincinv(p[0], p[1], u))
