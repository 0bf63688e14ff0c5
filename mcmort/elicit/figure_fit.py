"""From a printed figure to a distribution: the quantiles requested, the parameters, the mass achieved.

A fit that misses what the source prints is an error, never a warning.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Estimate, Figure, Share
from mcmort.elicit.families import FAMILIES, Array, Distribution, fixed
from mcmort.errors import FitError

__all__ = ["Fit", "coverage", "fit_figure"]

_TAIL_TOLERANCE: Final = 1e-6
_MEDIAN_TOLERANCE: Final = 0.05
_LOG_WEIGHTS: Final = (0.7, 18.0)
"""Logarithms of the least and largest sum of the shapes of a beta distribution; below the least it has two modes."""
_BEYOND: Final = 2.0**-41
"""The smallest probability that the sampler resolves."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted figure: what was asked of the family and what it achieved.

    Attributes
    ----------
    distribution : Distribution
        The result.
    asked : tuple of (float, float)
        Probabilities with the values that the source prints for them.
    achieved : tuple of float
        Probabilities that the distribution gives to those values.
    """

    distribution: Distribution
    asked: tuple[tuple[float, float], ...]
    achieved: tuple[float, ...]


def coverage(case: Case, figure: Figure) -> float:
    """Return the probability that a printed range is read to hold (1 for extremes)."""
    match figure.reading:
        case "range":
            return case.head.readings.range
        case "plausible":
            return case.head.readings.plausible
        case "extremes":
            return 1.0
        case reading if reading.endswith("%"):
            return float(reading[:-1]) / 100.0
        case reading:
            raise ValueError(f"{reading!r} is no range")


def fit_figure(case: Case, figure: Figure) -> Fit:
    """Turn one cited figure into a distribution.

    Parameters
    ----------
    case : Case
        Sets what unstated ranges mean and the spread of a bare point.
    figure : Figure
        An estimate or a share; one-sided figures have no distribution of their own.

    Returns
    -------
    Fit
        With the mass asked and the mass achieved.

    Raises
    ------
    FitError
        If no member of the family has the quantiles that the source prints.
    """
    is_share = isinstance(figure, Share)
    reading = figure.reading
    if figure.is_one_sided:
        raise FitError("a one-sided figure is a bound, not a distribution")
    if reading == "point":
        assert figure.best is not None
        if is_share or figure.best == 0:
            return Fit(fixed(figure.best), ((0.5, figure.best),), (1.0,))
        if not isinstance(figure, Estimate):
            raise FitError("a bare point needs a basis to take its spread from")
        log_sd = case.head.spread[figure.basis].log_sd
        return _checked(Distribution("lognormal", (math.log(figure.best), log_sd)), ((0.5, figure.best),))
    if reading == "standard-error":
        return _by_moments(figure)
    assert figure.low is not None
    assert figure.high is not None
    tail = (1.0 - coverage(case, figure)) / 2.0
    family = figure.family or _default_family(is_share, tail, figure.best)
    ends = (figure.low, figure.high)
    asked = ((tail, figure.low), *(() if figure.best is None else ((0.5, figure.best),)), (1.0 - tail, figure.high))
    distribution = _solve(family, tail, ends, figure.best, is_share)
    if family in ("pert", "triangular") and figure.best is not None:
        asked = (asked[0], asked[-1])  # there the best figure is the mode
    return _within_one(_checked(distribution, asked), is_share)


def _default_family(is_share: bool, tail: float, best: float | None) -> str:
    """Choose the family for a range: lognormal for counts, beta for shares, others where these cannot follow."""
    if tail == 0.0:
        return "uniform" if best is None else "pert"
    if best is not None:
        return "metalog"
    return "beta" if is_share else "lognormal"


def _by_moments(figure: Figure) -> Fit:
    """Read best and standard error as mean and standard deviation."""
    assert figure.best is not None
    assert figure.standard_error is not None
    family = figure.family or "lognormal"
    mean, sd = figure.best, figure.standard_error
    if family == "truncated-normal":
        if mean < 3.0 * sd:
            raise FitError(f"best {mean:g} is less than three standard errors ({sd:g}) from zero: use lognormal")
        return _checked(Distribution(family, (mean, sd)), ())
    if family == "gamma":
        return _checked(Distribution(family, ((mean / sd) ** 2, sd**2 / mean)), ())
    if family != "lognormal":
        raise FitError(f"the family {family} takes no standard error: use lognormal, gamma or truncated-normal")
    variance = math.log1p((sd / mean) ** 2)
    return _checked(Distribution(family, (math.log(mean) - variance / 2.0, math.sqrt(variance))), ())


def _checked(distribution: Distribution, asked: tuple[tuple[float, float], ...]) -> Fit:
    """Compare the mass asked with the mass achieved and refuse on a miss."""
    values = np.array([value for _, value in asked])
    achieved = tuple(float(p) for p in distribution.cdf(values))
    for (wanted, value), got in zip(asked, achieved, strict=True):
        tolerance = _MEDIAN_TOLERANCE if wanted == 0.5 else _TAIL_TOLERANCE
        if not abs(got - wanted) <= tolerance:
            hint = "a family with three terms (metalog, pert, triangular) may follow it"
            raise FitError(
                f"{distribution.family} puts {got:.4f} of its mass below {value:,.10g} where {wanted:.4f} was asked; "
                + hint
            )
    return Fit(distribution, asked, achieved)


def _within_one(fit: Fit, is_share: bool) -> Fit:
    """Refuse a share above one: more than all deaths."""
    top = float(fit.distribution.ppf(np.array(1.0 - _BEYOND)))
    if is_share and top > 1.0:
        raise FitError(f"{fit.distribution.family} would reach above one ({top:.4g}), which no share can; use beta")
    return fit


def _solve(family: str, tail: float, ends: tuple[float, float], best: float | None, is_share: bool) -> Distribution:
    """Find the member of a family whose quantiles at `tail` and 1 - `tail` are `ends`."""
    if family in ("pert", "triangular", "metalog") and best is None:
        raise FitError(f"the family {family} needs a best figure between low and high")
    if tail == 0.0 and family not in ("pert", "triangular", "uniform"):
        raise FitError(f"the family {family} has no extremes: use uniform, pert or triangular")
    match family:
        case "lognormal":
            return _lognormal(tail, ends)
        case "uniform":
            return _uniform(tail, ends)
        case "metalog":
            assert best is not None
            return _metalog(tail, ends, best, is_share)
        case "gamma":
            return _gamma(tail, ends)
        case "pert" | "triangular":
            assert best is not None
            return _with_mode(family, tail, ends, best)
        case "truncated-normal":
            return _truncated_normal(tail, ends)
        case "beta":
            return _beta(tail, ends)
        case _:
            raise FitError(f"no family {family!r}")


def _positive(family: str, low: float) -> None:
    if low <= 0:
        hint = "read the range as extremes, or use truncated-normal, uniform, pert or triangular"
        raise FitError(f"the family {family} cannot have a quantile at zero; {hint}")


def _lognormal(tail: float, ends: tuple[float, float]) -> Distribution:
    from scipy.special import ndtri

    _positive("lognormal", ends[0])
    low, high = np.log(ends)
    score = float(-ndtri(tail))
    return Distribution("lognormal", (float(low + high) / 2.0, float(high - low) / (2.0 * score)))


def _uniform(tail: float, ends: tuple[float, float]) -> Distribution:
    reach = (ends[1] - ends[0]) * tail / (1.0 - 2.0 * tail)
    if ends[0] - reach < 0:
        raise FitError(f"uniform would reach below zero ({ends[0] - reach:,.4g}); use lognormal or truncated-normal")
    return Distribution("uniform", (ends[0] - reach, ends[1] + reach))


def _metalog(tail: float, ends: tuple[float, float], best: float, is_share: bool) -> Distribution:
    """Three-term metalog through three symmetric quantiles (Keelin 2016, Decision Analysis 13(4), section 4)."""
    from scipy.special import logit

    family = "logit-metalog" if is_share else "metalog"
    _positive("metalog", ends[0])
    if is_share and ends[1] >= 1:
        raise FitError("the family metalog cannot have a quantile at one; read the range as extremes")
    low, middle, high = (float(logit(x)) if is_share else math.log(x) for x in (ends[0], best, ends[1]))
    score = math.log((1.0 - tail) / tail)
    skew = (low + high - 2.0 * middle) / ((1.0 - 2.0 * tail) * score)
    fitted = (middle, (high - low) / (2.0 * score), skew)
    probabilities = np.concatenate([np.logspace(-12, -0.31, 400), 1.0 - np.logspace(-12, -0.31, 400)[::-1]])
    if np.any(np.diff(FAMILIES[family].ppf(probabilities, fitted)) <= 0):
        raise FitError(
            f"metalog cannot reach {best:,.10g} as median between {ends[0]:,.10g} and {ends[1]:,.10g}: it lies too "
            "near one end; use pert or triangular, where the best figure is the mode"
        )
    return Distribution(family, fitted)


def _gamma(tail: float, ends: tuple[float, float]) -> Distribution:
    from scipy.special import gammaincinv

    _positive("gamma", ends[0])
    ratio = math.log(ends[1] / ends[0])

    def miss(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return math.log(gammaincinv(shape, 1.0 - tail) / gammaincinv(shape, tail)) - ratio

    shape = math.exp(_root("gamma", miss, -3.0, 25.0))
    return Distribution("gamma", (shape, ends[1] / float(gammaincinv(shape, 1.0 - tail))))


def _truncated_normal(tail: float, ends: tuple[float, float]) -> Distribution:
    """Solve in one unknown: the ratio of location to scale fixes the ratio of the two quantiles."""

    def quantile(ratio: float, u: float) -> float:
        return float(FAMILIES["truncated-normal"].ppf(np.array(u), (ratio, 1.0)))

    def miss(ratio: float) -> float:
        return quantile(ratio, tail) * ends[1] - quantile(ratio, 1.0 - tail) * ends[0]

    ratio = _root("truncated-normal", miss, -30.0, 1e5)
    scale = ends[1] / quantile(ratio, 1.0 - tail)
    return Distribution("truncated-normal", (ratio * scale, scale))


def _beta(tail: float, ends: tuple[float, float]) -> Distribution:
    """Solve for the logarithms of both shapes at once, or one inside the other where that fails."""
    from scipy.optimize import root
    from scipy.special import betainc, betaincc, ndtri

    low, high = ends
    if low <= 0 or high >= 1:
        raise FitError("the family beta cannot have quantiles at zero or one; read the range as extremes")

    def miss(logs: Array) -> Array:
        a, b = np.exp(np.clip(logs, -50.0, 50.0))
        return np.log([betainc(a, b, low) / tail, betaincc(a, b, high) / tail])

    # start from the shapes of a normal range
    mean, sd = 0.5 * (low + high), (high - low) / (-2.0 * float(ndtri(tail)))
    weight = max(mean * (1.0 - mean) / sd**2 - 1.0, 0.1)
    with np.errstate(divide="ignore", invalid="ignore"):
        solution = root(miss, np.log([mean * weight, (1.0 - mean) * weight]), tol=1e-13)
    a, b = np.exp(solution.x)
    if np.all(np.abs(solution.fun) < 1e-10) and _LOG_WEIGHTS[0] <= math.log(a + b) <= _LOG_WEIGHTS[1]:
        return Distribution("beta", (float(a), float(b)))
    return _beta_in_turn(tail, ends)


def _beta_in_turn(tail: float, ends: tuple[float, float]) -> Distribution:
    """Solve for the mean inside and the total weight outside, both on open scales."""
    from scipy.special import betaincinv, expit, logit

    def shapes(mean: float, log_weight: float) -> tuple[float, float]:
        weight, share = math.exp(log_weight), float(expit(mean))
        return share * weight, (1.0 - share) * weight

    def mean_for(log_weight: float) -> float:
        def miss(mean: float) -> float:
            return float(betaincinv(*shapes(mean, log_weight), tail)) - ends[0]

        return _root("beta", miss, float(logit(ends[0])) - 2.0, float(logit(ends[1])) + 12.0)

    def miss_high(log_weight: float) -> float:
        return float(betaincinv(*shapes(mean_for(log_weight), log_weight), 1.0 - tail)) - ends[1]

    log_weight = _root("beta", miss_high, *_LOG_WEIGHTS)
    return Distribution("beta", shapes(mean_for(log_weight), log_weight))


def _with_mode(family: str, tail: float, ends: tuple[float, float], mode: float) -> Distribution:
    """Fit PERT or triangular with a given mode: stretch each end until its quantile is met."""
    low, high = ends
    if tail == 0.0:
        return Distribution(family, (low, mode, high))
    if not low < mode < high:
        raise FitError(f"{family} needs its mode inside the range")
    kit = FAMILIES[family]

    def high_for(bottom: float) -> float:
        def miss(top: float) -> float:
            return float(kit.ppf(np.array(1.0 - tail), (bottom, mode, top))) - high

        return _root(family, miss, high, high + 50.0 * (high - low))

    def miss_low(bottom: float) -> float:
        return float(kit.ppf(np.array(tail), (bottom, mode, high_for(bottom)))) - low

    bottom = _root(family, miss_low, low - 50.0 * (high - low), low)
    if bottom < 0:
        raise FitError(f"{family} would reach below zero ({bottom:,.4g}); use metalog")
    return Distribution(family, (bottom, mode, high_for(bottom)))


def _root(family: str, miss: Callable[[float], float], low: float, high: float) -> float:
    """Find where `miss` is zero, or refuse in words that name the family."""
    from scipy.optimize import brentq

    at_low, at_high = miss(low), miss(high)
    if not (math.isfinite(at_low) and math.isfinite(at_high)) or at_low * at_high > 0:
        raise FitError(f"no member of the family {family} has the quantiles asked for; try metalog or uniform")
    return float(brentq(miss, low, high, xtol=1e-13, rtol=1e-14, maxiter=500))
