"""The families of distributions: for each its distribution, survival, quantile and density functions.

One table, `FAMILIES`, serves fitting, pooling and tests. Parameters are plain numbers in a fixed order. Finding
the parameters is the work of `mcmort.elicit.figure_fit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mcmort.elicit import metalog

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


def _logarithm(x: Array) -> Array:
    """Return the natural logarithm, minus infinity at zero and below."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(x, 0.0)))


def _inside(x: Array, low: float, high: float, value: Array) -> Array:
    """Return a log density on its support, minus infinity elsewhere."""
    return np.where((x >= low) & (x <= high), value, -np.inf)


def _lognormal_cdf(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(special.ndtr((_logarithm(x) - log_median) / log_sd))


def _lognormal_sf(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(special.ndtr((log_median - _logarithm(x)) / log_sd))


def _lognormal_log_density(x: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    log_x = _logarithm(x)
    score = (np.where(x > 0.0, log_x, 0.0) - log_median) / log_sd
    inner = -0.5 * score * score - log_x - (float(np.log(log_sd)) + _HALF_LOG_TWO_PI)
    return np.where(x > 0.0, inner, -np.inf)


def _lognormal_ppf(u: Array, p: tuple[float, ...]) -> Array:
    log_median, log_sd = p
    return np.asarray(np.exp(log_median + log_sd * special.ndtri(u)))


def _gamma_cdf(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(special.gammainc(shape, np.maximum(x, 0.0) / scale))


def _gamma_sf(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    return np.asarray(special.gammaincc(shape, np.maximum(x, 0.0) / scale))


def _gamma_log_density(x: Array, p: tuple[float, ...]) -> Array:
    shape, scale = p
    ratio = np.maximum(x, 0.0) / scale
    inner = special.xlogy(shape - 1.0, ratio) - ratio - (special.gammaln(shape) + np.log(scale))
    return _inside(x, 0.0, np.inf, inner)


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
    return _inside(x, 0.0, np.inf, inner)


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


def _pert_sf(x: Array, p: tuple[float, ...]) -> Array:
    low, _, high = p
    return np.asarray(special.betaincc(*_pert_shapes(p), np.clip((x - low) / (high - low), 0.0, 1.0)))


def _pert_log_density(x: Array, p: tuple[float, ...]) -> Array:
    low, _, high = p
    return np.asarray(_beta_log_density((x - low) / (high - low), _pert_shapes(p)) - np.log(high - low))


def _pert_ppf(u: Array, p: tuple[float, ...]) -> Array:
    low, _, high = p
    return np.asarray(low + (high - low) * special.betaincinv(*_pert_shapes(p), u))


def _triangular_cdf(x: Array, p: tuple[float, ...]) -> Array:
    low, mode, high = p
    x = np.clip(x, low, high)
    rising = (x - low) ** 2 / ((high - low) * (mode - low)) if mode > low else 0.0
    falling = 1.0 - (high - x) ** 2 / ((high - low) * (high - mode)) if mode < high else 1.0
    return np.where(x <= mode, rising, falling)


def _triangular_sf(x: Array, p: tuple[float, ...]) -> Array:
    low, mode, high = p
    return _triangular_cdf(-x, (-high, -mode, -low))


def _triangular_log_density(x: Array, p: tuple[float, ...]) -> Array:
    low, mode, high = p
    rising = (x - low) / (mode - low) if mode > low else 1.0
    falling = (high - x) / (high - mode) if mode < high else 1.0
    height = np.where((x >= low) & (x <= high), np.minimum(rising, falling), 0.0)
    return np.asarray(_logarithm(height) + np.log(2.0 / (high - low)))


def _triangular_ppf(u: Array, p: tuple[float, ...]) -> Array:
    low, mode, high = p
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u <= turn, rising, falling)


def _uniform_cdf(x: Array, p: tuple[float, ...]) -> Array:
    low, high = p
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def _uniform_sf(x: Array, p: tuple[float, ...]) -> Array:
    low, high = p
    return np.clip((high - x) / (high - low), 0.0, 1.0)


def _uniform_log_density(x: Array, p: tuple[float, ...]) -> Array:
    low, high = p
    return _inside(x, low, high, np.full_like(x, -np.log(high - low)))


def _uniform_ppf(u: Array, p: tuple[float, ...]) -> Array:
    low, high = p
    return low + (high - low) * u


def _beta_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.betainc(p[0], p[1], np.clip(x, 0.0, 1.0)))


def _beta_sf(x: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.betaincc(p[0], p[1], np.clip(x, 0.0, 1.0)))


def _beta_log_density(x: Array, p: tuple[float, ...]) -> Array:
    a, b = p
    within = np.clip(x, 0.0, 1.0)
    inner = special.xlogy(a - 1.0, within) + special.xlog1py(b - 1.0, -within) - special.betaln(a, b)
    return _inside(x, 0.0, 1.0, inner)


def _beta_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.asarray(special.betaincinv(p[0], p[1], u))


def _fixed_cdf(x: Array, p: tuple[float, ...]) -> Array:
    return np.where(x >= p[0], 1.0, 0.0)


def _fixed_sf(x: Array, p: tuple[float, ...]) -> Array:
    return np.where(x >= p[0], 0.0, 1.0)


def _fixed_ppf(u: Array, p: tuple[float, ...]) -> Array:
    return np.full_like(u, p[0])


def _fixed_log_density(x: Array, p: tuple[float, ...]) -> Array:
    return np.full_like(x, -np.inf)


class _Sample(tuple[float, ...]):
    """A sorted sample, with the arrays that look-ups need: to make them anew takes longer than to look up."""

    @cached_property
    def values(self) -> Array:
        return np.array(self)

    @cached_property
    def probabilities(self) -> Array:
        return (np.arange(len(self)) + 0.5) / len(self)

    @cached_property
    def ends(self) -> Array:
        return np.unique(self.values)

    @cached_property
    def log_slopes(self) -> Array:
        return -np.log(len(self) * np.diff(self.ends))

    @classmethod
    def of(cls, p: tuple[float, ...]) -> Self:
        return p if isinstance(p, cls) else cls(p)


def _empirical_cdf(x: Array, p: tuple[float, ...]) -> Array:
    sample = _Sample.of(p)
    return np.where(x >= p[-1], 1.0, np.interp(x, sample.values, sample.probabilities, left=0.0))


def _empirical_sf(x: Array, p: tuple[float, ...]) -> Array:
    sample = _Sample.of(p)
    return np.where(x >= p[-1], 0.0, np.interp(x, sample.values, sample.probabilities[::-1], left=1.0))


def _empirical_ppf(u: Array, p: tuple[float, ...]) -> Array:
    sample = _Sample.of(p)
    return np.interp(u, sample.probabilities, sample.values)


def _empirical_log_density(x: Array, p: tuple[float, ...]) -> Array:
    sample = _Sample.of(p)
    if len(sample.ends) == 1:
        return np.full_like(x, -np.inf)
    cell = np.clip(np.searchsorted(sample.ends, x, side="right") - 1, 0, len(sample.log_slopes) - 1)
    return _inside(x, p[0], p[-1], sample.log_slopes[cell])


FAMILIES: Final[dict[str, Kit]] = {
    "lognormal": Kit(("log_median", "log_sd"), _lognormal_cdf, _lognormal_sf, _lognormal_ppf, _lognormal_log_density),
    "gamma": Kit(("shape", "scale"), _gamma_cdf, _gamma_sf, _gamma_ppf, _gamma_log_density),
    "truncated-normal": Kit(
        ("location", "scale"),
        _truncated_normal_cdf,
        _truncated_normal_sf,
        _truncated_normal_ppf,
        _truncated_normal_log_density,
    ),
    "pert": Kit(("low", "mode", "high"), _pert_cdf, _pert_sf, _pert_ppf, _pert_log_density),
    "triangular": Kit(
        ("low", "mode", "high"), _triangular_cdf, _triangular_sf, _triangular_ppf, _triangular_log_density
    ),
    "uniform": Kit(("low", "high"), _uniform_cdf, _uniform_sf, _uniform_ppf, _uniform_log_density),
    "beta": Kit(("a", "b"), _beta_cdf, _beta_sf, _beta_ppf, _beta_log_density),
    "metalog": Kit(
        ("a1", "a2", "a3"),
        metalog.log_metalog_cdf,
        metalog.log_metalog_sf,
        metalog.log_metalog_ppf,
        metalog.log_metalog_log_density,
    ),
    "logit-metalog": Kit(
        ("a1", "a2", "a3"),
        metalog.logit_metalog_cdf,
        metalog.logit_metalog_sf,
        metalog.logit_metalog_ppf,
        metalog.logit_metalog_log_density,
    ),
    "fixed": Kit(("value",), _fixed_cdf, _fixed_sf, _fixed_ppf, _fixed_log_density),
    "empirical": Kit((), _empirical_cdf, _empirical_sf, _empirical_ppf, _empirical_log_density),
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

    def sf(self, x: Array) -> Array:
        """Probability of a value above `x`."""
        return FAMILIES[self.family].sf(np.asarray(x, dtype=np.float64), self.parameters)

    def log_density(self, x: Array) -> Array:
        """Natural logarithm of the density at `x`."""
        return FAMILIES[self.family].log_density(np.asarray(x, dtype=np.float64), self.parameters)

    def atoms(self) -> tuple[Array, Array]:
        """Return the values that have a probability of their own, and these probabilities, each of shape ``(n,)``."""
        match self.family:
            case "fixed":
                return np.array(self.parameters), np.ones(1)
            case "empirical":
                values, counts = np.unique(_Sample.of(self.parameters).values, return_counts=True)
                # the steps between equal values, and the half step at each end
                mass = counts - 1.0
                mass[0] += 0.5
                mass[-1] += 0.5
                return values[mass > 0.0], mass[mass > 0.0] / len(self.parameters)
            case _:
                return np.empty(0), np.empty(0)

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
                return Distribution(self.family, type(p)((np.array(p) * factor).tolist()))


def fixed(value: float) -> Distribution:
    """Return the distribution of a constant."""
    return Distribution("fixed", (float(value),))


def empirical(values: Array) -> Distribution:
    """Return the distribution whose quantiles interpolate a sorted sample."""
    return Distribution("empirical", _Sample(np.sort(values).tolist()))
