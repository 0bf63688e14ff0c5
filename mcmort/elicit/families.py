"""The families of distributions: for each its distribution function and its quantile function.

One table, `FAMILIES`, serves fitting, pooling and tests. Parameters are plain numbers in a fixed order. Finding
the parameters is the work of `mcmort.elicit.fit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = ["FAMILIES", "Array", "Distribution", "Kit", "empirical", "fixed"]

type Array = NDArray[np.float64]
type Function = Callable[[Array, tuple[float, ...]], Array]


@dataclass(frozen=True, slots=True)
class Kit:
    """Names of the parameters and the two functions of one family."""

    parameters: tuple[str, ...]
    cdf: Function
    ppf: Function


def _lognormal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    with np.errstate(divide="ignore"):
        return np.asarray(special.ndtr((np.log(np.maximum(x, 0.0)) - log_median) / log_sd))


def _lognormal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(np.exp(log_median + log_sd * special.ndtri(u)))


def _gamma_cdf(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(special.gammainc(shape, np.maximum(x, 0.0) / scale))


def _gamma_ppf(u: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(scale * special.gammaincinv(shape, u))


def _truncated_normal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    location, scale = p
    mass = special.ndtr(location / scale)
    return np.asarray(np.clip(1.0 - special.ndtr((location - np.maximum(x, 0.0)) / scale) / mass, 0.0, 1.0))


def _truncated_normal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    location, scale = p
    mass = special.ndtr(location / scale)
    return np.maximum(location - scale * special.ndtri((1.0 - u) * mass), 0.0)


def _pert_shapes(p: tuple[float, ...]) -> tuple[float, float]:
    low, mode, high = p
    return 1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low)


def _pert_cdf(x: Array, p: tuple[float, ...]) -> Array:
    low, _, high = p
    return np.asarray(special.betainc(*_pert_shapes(p), np.clip((x - low) / (high - low), 0.0, 1.0)))


def _pert_ppf(u: Array, p: tuple[float, ...]) -> Array:
    low, _, high = p
    return np.asarray(low + (high - low) * special.betaincinv(*_pert_shapes(p), u))


def _triangular_cdf(x: Array, p: tuple[float, ...]) -> Array:
    low, mode, high = p
    x = np.clip(x, low, high)
    rising = (x - low) ** 2 / ((high - low) * (mode - low)) if mode > low else 0.0
    falling = 1.0 - (high - x) ** 2 / ((high - low) * (high - mode)) if mode < high else 1.0
    return np.where(x <= mode, rising, falling)


def _triangular_ppf(u: Array, p: tuple[float, ...]) -> Array:
    low, mode, high = p
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u <= turn, rising, falling)


def _uniform_cdf(x: Array, p: tuple[float, ...]) -> Array:
    low, high = p
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def _uniform_ppf(u: Array, p: tuple[float, ...]) -> Array:
    low, high = p
    return low + (high - low) * u


def _beta_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.betainc(p[0], p[1], np.clip(x, 0.0, 1.0)))


def _beta_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.betaincinv(p[0], p[1], u))


def _metalog(u: Array, p: tuple[float, ...]) -> Array:
    """Quantiles of the three-term metalog before its link (Keelin 2016, equation 6)."""
    a1, a2, a3 = p
    logit = special.logit(u)
    with np.errstate(invalid="ignore"):
        skew = np.where(np.isfinite(logit), (u - 0.5) * logit, np.inf)
        value = a1 + a2 * logit + (a3 * skew if a3 else 0.0)
    return np.asarray(value)


_LOGITS: Final = np.linspace(-60.0, 60.0, 8193)


def _metalog_inverse(y: Array, p: tuple[float, ...]) -> Array:
    """Invert `_metalog`: from a grid of logits, then by two steps of Newton's method, which leave 1e-12."""
    a1, a2, a3 = p
    logit = np.interp(y, a1 + _LOGITS * (a2 + a3 * (special.expit(_LOGITS) - 0.5)), _LOGITS)
    y = np.clip(y, a1 - 60.0 * (a2 - 0.5 * a3), a1 + 60.0 * (a2 + 0.5 * a3))
    for _ in range(2):
        u = special.expit(logit)
        miss = a1 + logit * (a2 + a3 * (u - 0.5)) - y
        logit = logit - miss / (a2 + a3 * ((u - 0.5) + logit * u * (1.0 - u)))
    return np.asarray(special.expit(logit))


def _log_metalog_cdf(x: Array, p: tuple[float, ...]) -> Array:
    with np.errstate(divide="ignore"):
        return _metalog_inverse(np.log(np.maximum(x, 0.0)), p)


def _log_metalog_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.exp(_metalog(u, p))


def _logit_metalog_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return _metalog_inverse(np.asarray(special.logit(np.clip(x, 0.0, 1.0))), p)


def _logit_metalog_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.expit(_metalog(u, p)))


def _fixed_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return np.where(x >= p[0], 1.0, 0.0)


def _fixed_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.full_like(u, p[0])


def _empirical_cdf(x: Array, p: tuple[float, ...]) -> Array:
    count = len(p)
    return np.interp(x, p, (np.arange(count) + 0.5) / count, left=0.0, right=1.0)


def _empirical_ppf(u: Array, p: tuple[float, ...]) -> Array:
    count = len(p)
    return np.interp(u, (np.arange(count) + 0.5) / count, p)


FAMILIES: Final[dict[str, Kit]] = {
    "lognormal": Kit(("log_median", "log_sd"), _lognormal_cdf, _lognormal_ppf),
    "gamma": Kit(("shape", "scale"), _gamma_cdf, _gamma_ppf),
    "truncated-normal": Kit(("location", "scale"), _truncated_normal_cdf, _truncated_normal_ppf),
    "pert": Kit(("low", "mode", "high"), _pert_cdf, _pert_ppf),
    "triangular": Kit(("low", "mode", "high"), _triangular_cdf, _triangular_ppf),
    "uniform": Kit(("low", "high"), _uniform_cdf, _uniform_ppf),
    "beta": Kit(("a", "b"), _beta_cdf, _beta_ppf),
    "metalog": Kit(("a1", "a2", "a3"), _log_metalog_cdf, _log_metalog_ppf),
    "logit-metalog": Kit(("a1", "a2", "a3"), _logit_metalog_cdf, _logit_metalog_ppf),
    "fixed": Kit(("value",), _fixed_cdf, _fixed_ppf),
    "empirical": Kit((), _empirical_cdf, _empirical_ppf),
}
"""Every family by name. ``metalog`` works on the logarithm (counts), ``logit-metalog`` on the logit (shares)."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A member of a family.

    Attributes
    ----------
    family : str
        Key of `FAMILIES`.
    parameters : tuple of float
        In the order that the family names them.
    """

    family: str
    parameters: tuple[float, ...]

    def cdf(self, x: Array) -> Array:
        """Probability of a value at most `x`."""
        return FAMILIES[self.family].cdf(np.asarray(x, dtype=np.float64), self.parameters)

    def ppf(self, u: Array) -> Array:
        """Quantile at probability `u`."""
        return FAMILIES[self.family].ppf(np.asarray(u, dtype=np.float64), self.parameters)

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of `factor` times the variable."""
        if factor == 1.0:
            return self
        p = self.parameters
        match self.family:
            case "lognormal" | "metalog":
                return Distribution(self.family, (p[0] + float(np.log(factor)), *p[1:]))
            case "gamma":
                return Distribution(self.family, (p[0], p[1] * factor))
            case "beta" | "logit-metalog":
                raise ValueError(f"a share ({self.family}) has no scale")
            case _:
                return Distribution(self.family, tuple(value * factor for value in p))


def fixed(value: float) -> Distribution:
    """Return the distribution of a constant."""
    return Distribution("fixed", (float(value),))


def empirical(values: Array) -> Distribution:
    """Return the distribution whose quantiles interpolate a sorted sample."""
    return Distribution("empirical", tuple(float(value) for value in np.sort(values)))
