"""The three-term metalog of Keelin (2016, Decision Analysis 13(4)), behind a logarithm or a logit, or without a link.

Its quantile function is given; its distribution function is found by Newton's method. It is listed with the other
families in `mcmort.elicit.families`. Every function works element by element, on arrays of any shape.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = [
    "identity_metalog_cdf",
    "identity_metalog_log_density",
    "identity_metalog_ppf",
    "identity_metalog_sf",
    "log_metalog_cdf",
    "log_metalog_log_density",
    "log_metalog_ppf",
    "log_metalog_sf",
    "logit_metalog_cdf",
    "logit_metalog_log_density",
    "logit_metalog_ppf",
    "logit_metalog_sf",
]

type Array = NDArray[np.float64]
type Terms = tuple[float, ...]


def _metalog(u: Array, p: Terms) -> Array:
    """Quantiles of the three-term metalog before its link (Keelin 2016, equation 6)."""
    a1, a2, a3 = p
    logit = special.logit(u)
    with np.errstate(invalid="ignore"):
        skew = np.where(np.isfinite(logit), (u - 0.5) * logit, np.inf)
        value = a1 + a2 * logit + (a3 * skew if a3 else 0.0)
    return np.asarray(value)


_LOGITS: Final = np.linspace(-60.0, 60.0, 8193)
_FAR: Final = 600.0
"""Beyond a logit of 60 the metalog is a straight line; beyond this its probabilities vanish."""


def _metalog_slope(logit: Array, p: Terms) -> Array:
    """Return the derivative of `_metalog` by the logit of the probability."""
    _, a2, a3 = p
    u = special.expit(logit)
    return np.asarray(a2 + a3 * ((u - 0.5) + logit * u * (1.0 - u)))


@lru_cache(maxsize=64)
def _grid(p: Terms) -> Array:
    a1, a2, a3 = p
    return np.asarray(a1 + _LOGITS * (a2 + a3 * (special.expit(_LOGITS) - 0.5)))


def _metalog_logit(y: Array, p: Terms) -> Array:
    """Invert `_metalog`: from a grid of logits, then by two steps of Newton's method, which leave 1e-12."""
    # SciPy's find_root gives the same tables, but doubles the time that the cases take to elicit
    a1, a2, a3 = p
    logit = np.interp(y, _grid(p), _LOGITS)
    y = np.clip(y, a1 - _FAR * (a2 - 0.5 * a3), a1 + _FAR * (a2 + 0.5 * a3))
    for _ in range(2):
        miss = a1 + logit * (a2 + a3 * (special.expit(logit) - 0.5)) - y
        logit = logit - miss / _metalog_slope(logit, p)
    return np.asarray(logit)


def _metalog_log_density(y: Array, p: Terms) -> Array:
    logit = _metalog_logit(y, p)
    return np.asarray(special.log_expit(logit) + special.log_expit(-logit) - np.log(_metalog_slope(logit, p)))


def _logarithm(x: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(x, 0.0)))


def log_metalog_cdf(x: Array, p: Terms) -> Array:
    """Return the probability of a value at most `x`, for the log link."""
    return np.asarray(special.expit(_metalog_logit(_logarithm(x), p)))


def log_metalog_sf(x: Array, p: Terms) -> Array:
    """Return the probability of a value above `x`, for the log link."""
    return np.asarray(special.expit(-_metalog_logit(_logarithm(x), p)))


def log_metalog_ppf(u: Array, p: Terms) -> Array:
    """Return the quantile at a probability, for the log link."""
    return np.exp(_metalog(u, p))


def log_metalog_log_density(x: Array, p: Terms) -> Array:
    """Return the logarithm of the density, for the log link."""
    within = np.maximum(x, np.finfo(np.float64).tiny)
    return np.where(x > 0.0, _metalog_log_density(np.log(within), p) - np.log(within), -np.inf)


def logit_metalog_cdf(x: Array, p: Terms) -> Array:
    """Return the probability of a value at most `x`, for the logit link."""
    return np.asarray(special.expit(_metalog_logit(np.asarray(special.logit(np.clip(x, 0.0, 1.0))), p)))


def logit_metalog_sf(x: Array, p: Terms) -> Array:
    """Return the probability of a value above `x`, for the logit link."""
    return np.asarray(special.expit(-_metalog_logit(np.asarray(special.logit(np.clip(x, 0.0, 1.0))), p)))


def logit_metalog_log_density(x: Array, p: Terms) -> Array:
    """Return the logarithm of the density, for the logit link."""
    is_within = (x > 0.0) & (x < 1.0)
    within = np.where(is_within, x, 0.5)
    inner = _metalog_log_density(np.asarray(special.logit(within)), p) - np.log(within) - np.log1p(-within)
    return np.where(is_within, inner, -np.inf)


def logit_metalog_ppf(u: Array, p: Terms) -> Array:
    """Return the quantile at a probability, for the logit link."""
    return np.asarray(special.expit(_metalog(u, p)))


def identity_metalog_cdf(x: Array, p: Terms) -> Array:
    """Return the probability of a value at most `x`, without a link."""
    return np.asarray(special.expit(_metalog_logit(x, p)))


def identity_metalog_sf(x: Array, p: Terms) -> Array:
    """Return the probability of a value above `x`, without a link."""
    return np.asarray(special.expit(-_metalog_logit(x, p)))


def identity_metalog_ppf(u: Array, p: Terms) -> Array:
    """Return the quantile at a probability, without a link."""
    return _metalog(u, p)


def identity_metalog_log_density(x: Array, p: Terms) -> Array:
    """Return the logarithm of the density, without a link."""
    return _metalog_log_density(x, p)
