"""The families of distributions: for each its distribution, survival, quantile and density functions.

One table, `FAMILIES`, serves fitting, pooling and tests. Parameters are plain numbers in a fixed order. Finding
the parameters is the work of `mcmort.elicit.figure_fit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mcmort.elicit import bounded_families, metalog, sample_distribution
from mcmort.elicit.bounded_families import inside, logarithm
from mcmort.elicit.sample_distribution import Sample

__all__ = ["FAMILIES", "Array", "Distribution", "Kit", "empirical", "fixed"]

type Array = NDArray[np.float64]
type Function = Callable[[Array, tuple[float, ...]], Array]


@dataclass(frozen=True, slots=True)
class Kit:
    """Names of the parameters and the functions of one family.

    Attributes
    ----------
    parameters : tuple of str
        In order.
    cdf, sf : Function
        Probability of a value at most, and above, `x`; each keeps its relative accuracy where it is small.
    ppf : Function
        Quantile at a probability.
    log_density : Function
        Natural logarithm of the density, minus infinity outside the support. A constant has none; an empirical
        distribution has that of the slopes of its distribution function, without its atoms.
    """

    parameters: tuple[str, ...]
    cdf: Function
    sf: Function
    ppf: Function
    log_density: Function


_HALF_LOG_TWO_PI: Final = 0.5 * float(np.log(2.0 * np.pi))


def _lognormal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(special.ndtr((logarithm(x) - log_median) / log_sd))


def _lognormal_sf(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(special.ndtr((log_median - logarithm(x)) / log_sd))


def _lognormal_log_density(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    log_x = logarithm(x)
    score = (np.where(x > 0.0, log_x, 0.0) - log_median) / log_sd
    inner = -0.5 * score * score - log_x - (float(np.log(log_sd)) + _HALF_LOG_TWO_PI)
    return np.where(x > 0.0, inner, -np.inf)


def _lognormal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(np.exp(log_median + log_sd * special.ndtri(u)))


def _normal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.ndtr((x - p[0]) / p[1]))


def _normal_sf(x: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.ndtr((p[0] - x) / p[1]))


def _normal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(p[0] + p[1] * special.ndtri(u))


def _normal_log_density(x: Array, p: tuple[float, ...]) -> Array:
    score = (x - p[0]) / p[1]
    return np.asarray(-0.5 * score * score - (float(np.log(p[1])) + _HALF_LOG_TWO_PI))


def _log_odds(x: Array) -> Array:
    """Return the logarithm of the odds of a share, infinite at and beyond zero and one."""
    return np.asarray(special.logit(np.clip(x, 0.0, 1.0)))


def _logit_normal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return _normal_cdf(_log_odds(x), p)


def _logit_normal_sf(x: Array, p: tuple[float, ...]) -> Array:
    return _normal_sf(_log_odds(x), p)


def _logit_normal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.expit(_normal_ppf(u, p)))


def _logit_normal_log_density(x: Array, p: tuple[float, ...]) -> Array:
    is_within = (x > 0.0) & (x < 1.0)
    within = np.where(is_within, x, 0.5)
    inner = _normal_log_density(_log_odds(within), p) - np.log(within) - np.log1p(-within)
    return np.where(is_within, inner, -np.inf)


_LARGE_SHAPE: Final = 1e4
"""Shape of a gamma distribution from which its density is computed by Stirling's series (Loader 2000)."""


def _gamma_cdf(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(special.gammainc(shape, np.maximum(x, 0.0) / scale))


def _gamma_sf(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(special.gammaincc(shape, np.maximum(x, 0.0) / scale))


def _gamma_log_density(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    ratio = np.maximum(x, 0.0) / scale
    if shape > _LARGE_SHAPE:
        # the terms below cancel: of a shape of 10^7 the difference is noise, which no quadrature can integrate
        positive = np.maximum(x, np.finfo(np.float64).tiny)
        excess = positive / (scale * shape) - 1.0
        deviance = shape * (excess - np.log1p(np.maximum(excess, -1.0 + 2.0**-53)))
        stirling = 1.0 / (12.0 * shape) - 1.0 / (360.0 * shape**3)
        inner = 0.5 * np.log(shape / (2.0 * np.pi)) - deviance - stirling - np.log(positive)
        return inside(x, 0.0, np.inf, inner)
    inner = special.xlogy(shape - 1.0, ratio) - ratio - (special.gammaln(shape) + np.log(scale))
    return inside(x, 0.0, np.inf, inner)


def _gamma_ppf(u: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(scale * special.gammaincinv(shape, u))


def _truncated_normal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    location, scale = p
    mass = special.ndtr(location / scale)
    return np.asarray(np.clip(1.0 - special.ndtr((location - np.maximum(x, 0.0)) / scale) / mass, 0.0, 1.0))


def _truncated_normal_sf(x: Array, p: tuple[float, ...]) -> Array:
    location, scale = p
    return np.asarray(special.ndtr((location - np.maximum(x, 0.0)) / scale) / special.ndtr(location / scale))


def _truncated_normal_log_density(x: Array, p: tuple[float, ...]) -> Array:
    location, scale = p
    score = (x - location) / scale
    inner = -0.5 * score * score - (np.log(scale) + _HALF_LOG_TWO_PI + special.log_ndtr(location / scale))
    return inside(x, 0.0, np.inf, inner)


def _truncated_normal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    location, scale = p
    mass = special.ndtr(location / scale)
    return np.maximum(location - scale * special.ndtri((1.0 - u) * mass), 0.0)


def _fixed_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return np.where(x >= p[0], 1.0, 0.0)


def _fixed_sf(x: Array, p: tuple[float, ...]) -> Array:
    return np.where(x >= p[0], 0.0, 1.0)


def _fixed_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.full_like(u, p[0])


def _fixed_log_density(x: Array, p: tuple[float, ...]) -> Array:
    return np.full_like(x, -np.inf)


FAMILIES: Final[dict[str, Kit]] = {
    "lognormal": Kit(("log_median", "log_sd"), _lognormal_cdf, _lognormal_sf, _lognormal_ppf, _lognormal_log_density),
    "normal": Kit(("location", "scale"), _normal_cdf, _normal_sf, _normal_ppf, _normal_log_density),
    "logit-normal": Kit(
        ("logit_median", "logit_sd"), _logit_normal_cdf, _logit_normal_sf, _logit_normal_ppf, _logit_normal_log_density
    ),
    "gamma": Kit(("shape", "scale"), _gamma_cdf, _gamma_sf, _gamma_ppf, _gamma_log_density),
    "truncated-normal": Kit(
        ("location", "scale"),
        _truncated_normal_cdf,
        _truncated_normal_sf,
        _truncated_normal_ppf,
        _truncated_normal_log_density,
    ),
    "pert": Kit(
        ("low", "mode", "high"),
        bounded_families.pert_cdf,
        bounded_families.pert_sf,
        bounded_families.pert_ppf,
        bounded_families.pert_log_density,
    ),
    "triangular": Kit(
        ("low", "mode", "high"),
        bounded_families.triangular_cdf,
        bounded_families.triangular_sf,
        bounded_families.triangular_ppf,
        bounded_families.triangular_log_density,
    ),
    "uniform": Kit(
        ("low", "high"),
        bounded_families.uniform_cdf,
        bounded_families.uniform_sf,
        bounded_families.uniform_ppf,
        bounded_families.uniform_log_density,
    ),
    "beta": Kit(
        ("a", "b"),
        bounded_families.beta_cdf,
        bounded_families.beta_sf,
        bounded_families.beta_ppf,
        bounded_families.beta_log_density,
    ),
    "metalog": Kit(
        ("a1", "a2", "a3"),
        metalog.log_metalog_cdf,
        metalog.log_metalog_sf,
        metalog.log_metalog_ppf,
        metalog.log_metalog_log_density,
    ),
    "identity-metalog": Kit(
        ("a1", "a2", "a3"),
        metalog.identity_metalog_cdf,
        metalog.identity_metalog_sf,
        metalog.identity_metalog_ppf,
        metalog.identity_metalog_log_density,
    ),
    "logit-metalog": Kit(
        ("a1", "a2", "a3"),
        metalog.logit_metalog_cdf,
        metalog.logit_metalog_sf,
        metalog.logit_metalog_ppf,
        metalog.logit_metalog_log_density,
    ),
    "fixed": Kit(("value",), _fixed_cdf, _fixed_sf, _fixed_ppf, _fixed_log_density),
    "empirical": Kit(
        (), sample_distribution.cdf, sample_distribution.sf, sample_distribution.ppf, sample_distribution.log_density
    ),
}
"""Every family by name. ``metalog`` works on the logarithm (counts), ``logit-metalog`` on the logit (shares),
``identity-metalog`` on the value itself (signed kinds)."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A member of a family.

    Attributes
    ----------
    family : str
        Key of `FAMILIES`.
    parameters : tuple of float
        In the order that the family names them.
    shift : float
        Added to the variable of the family.
    """

    family: str
    parameters: tuple[float, ...]
    shift: float = 0.0

    def cdf(self, x: Array) -> Array:
        """Probability of a value at most `x`."""
        return FAMILIES[self.family].cdf(np.asarray(x, dtype=np.float64) - self.shift, self.parameters)

    def sf(self, x: Array) -> Array:
        """Probability of a value above `x`."""
        return FAMILIES[self.family].sf(np.asarray(x, dtype=np.float64) - self.shift, self.parameters)

    def log_density(self, x: Array) -> Array:
        """Natural logarithm of the density at `x`."""
        return FAMILIES[self.family].log_density(np.asarray(x, dtype=np.float64) - self.shift, self.parameters)

    def atoms(self) -> tuple[Array, Array]:
        """Return the values that have a probability of their own, and these probabilities, each of shape ``(n,)``."""
        match self.family:
            case "fixed":
                return np.array(self.parameters) + self.shift, np.ones(1)
            case "empirical":
                values, counts = np.unique(Sample.of(self.parameters).values, return_counts=True)
                # the steps between equal values, and the half step at each end
                mass = counts - 1.0
                mass[0] += 0.5
                mass[-1] += 0.5
                return values[mass > 0.0] + self.shift, mass[mass > 0.0] / len(self.parameters)
            case _:
                return np.empty(0), np.empty(0)

    def ppf(self, u: Array) -> Array:
        """Quantile at probability `u`."""
        return FAMILIES[self.family].ppf(np.asarray(u, dtype=np.float64), self.parameters) + self.shift

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of `factor` times the variable."""
        if factor == 1.0:
            return self
        p, shift = self.parameters, self.shift * factor
        match self.family:
            case "lognormal" | "metalog":
                return Distribution(self.family, (p[0] + float(np.log(factor)), *p[1:]), shift)
            case "gamma":
                return Distribution(self.family, (p[0], p[1] * factor), shift)
            case "beta" | "logit-metalog" | "logit-normal":
                raise ValueError(f"a share ({self.family}) has no scale")
            case _:
                return Distribution(self.family, type(p)((np.array(p) * factor).tolist()), shift)

    def shifted(self, by: float) -> Distribution:
        """Return the distribution of the variable and `by` added."""
        return Distribution(self.family, self.parameters, self.shift + by)


def fixed(value: float) -> Distribution:
    """Return the distribution of a constant."""
    return Distribution("fixed", (float(value),))


def empirical(values: Array) -> Distribution:
    """Return the distribution whose quantiles interpolate a sorted sample."""
    return Distribution("empirical", Sample(np.sort(values).tolist()))
