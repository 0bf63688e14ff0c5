"""Finds the member of a family that has the quantiles that a source prints."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from mcmort.catalogue.vocabulary import Support
from mcmort.elicit.families import FAMILIES, Array, Distribution
from mcmort.errors import FitError

__all__ = ["FAMILIES_OF", "WITH_MODE", "member"]

WITH_MODE: Final = ("pert", "triangular")
"""Families in which the best figure is the mode."""
FAMILIES_OF: Final[dict[Support, tuple[str, ...]]] = {
    "count": ("lognormal", "gamma", "truncated-normal", "metalog", *WITH_MODE, "uniform"),
    "share": ("beta", "metalog", *WITH_MODE, "uniform"),
    "signed": ("normal", "metalog", *WITH_MODE, "uniform"),
}
"""Families by where their values may lie, the usual ones first."""
_MEANT: Final[dict[Support, str]] = {
    "count": "counts, which are not negative",
    "share": "shares, which lie between zero and one",
    "signed": "a signed kind, which may be negative",
}
_LOG_WEIGHTS: Final = (0.7, 18.0)
"""Logarithms of the least and largest sum of the shapes of a beta distribution; below the least it has two modes."""


def member(family: str, tail: float, ends: tuple[float, float], best: float | None, support: Support) -> Distribution:
    """Find the member of a family whose quantiles at `tail` and 1 - `tail` are `ends`.

    Parameters
    ----------
    family : str
        As a case file names it.
    tail : float
        Probability outside each end; 0 for extremes.
    ends : tuple of float
        The printed range.
    best : float or None
        The printed best figure: the mode of PERT and triangular, the median of the others.
    support : {"count", "share", "signed"}
        Where values may lie.

    Returns
    -------
    Distribution

    Raises
    ------
    FitError
        If the family has no such member.
    """
    if family in ("pert", "triangular", "metalog") and best is None:
        raise FitError(f"the family {family} needs a best figure between low and high")
    if tail == 0.0 and family not in ("pert", "triangular", "uniform"):
        raise FitError(f"the family {family} has no extremes")
    if family not in FAMILIES_OF[support]:
        raise FitError(f"the family {family} is not for {_MEANT[support]}")
    match family:
        case "lognormal":
            return _lognormal(tail, ends)
        case "uniform":
            return _uniform(tail, ends, support)
        case "normal":
            return _normal(tail, ends)
        case "metalog":
            assert best is not None
            return _metalog(tail, ends, best, support)
        case "gamma":
            return _gamma(tail, ends)
        case "pert" | "triangular":
            assert best is not None
            return _with_mode(family, tail, ends, best, support)
        case "truncated-normal":
            return _truncated_normal(tail, ends)
        case "beta":
            return _beta(tail, ends)
        case _:
            raise FitError(f"no family {family!r}")


def _positive(family: str, low: float) -> None:
    if low <= 0:
        raise FitError(f"the family {family} cannot have a quantile at zero")


def _lognormal(tail: float, ends: tuple[float, float]) -> Distribution:
    from scipy.special import ndtri

    _positive("lognormal", ends[0])
    low, high = np.log(ends)
    score = float(-ndtri(tail))
    return Distribution("lognormal", (float(low + high) / 2.0, float(high - low) / (2.0 * score)))


def _normal(tail: float, ends: tuple[float, float]) -> Distribution:
    from scipy.special import ndtri

    return Distribution("normal", ((ends[0] + ends[1]) / 2.0, (ends[1] - ends[0]) / (-2.0 * float(ndtri(tail)))))


def _uniform(tail: float, ends: tuple[float, float], support: Support) -> Distribution:
    reach = (ends[1] - ends[0]) * tail / (1.0 - 2.0 * tail)
    if ends[0] - reach < 0 and support != "signed":
        raise FitError(f"uniform would reach below zero ({ends[0] - reach:,.4g})")
    return Distribution("uniform", (ends[0] - reach, ends[1] + reach))


def _metalog(tail: float, ends: tuple[float, float], best: float, support: Support) -> Distribution:
    """Three-term metalog through three symmetric quantiles (Keelin 2016, Decision Analysis 13(4), section 4)."""
    from scipy.special import logit

    def log_odds(x: float) -> float:
        return float(logit(x))

    links: dict[Support, tuple[str, Callable[[float], float]]] = {
        "count": ("metalog", math.log),
        "share": ("logit-metalog", log_odds),
        "signed": ("identity-metalog", float),
    }
    if support != "signed":
        _positive("metalog", ends[0])
    if support == "share" and ends[1] >= 1:
        raise FitError("the family metalog cannot have a quantile at one")
    family, link = links[support]
    low, middle, high = (link(x) for x in (ends[0], best, ends[1]))
    score = math.log((1.0 - tail) / tail)
    skew = (low + high - 2.0 * middle) / ((1.0 - 2.0 * tail) * score)
    fitted = (middle, (high - low) / (2.0 * score), skew)
    probabilities = np.concatenate([np.logspace(-12, -0.31, 400), 1.0 - np.logspace(-12, -0.31, 400)[::-1]])
    if np.any(np.diff(FAMILIES[family].ppf(probabilities, fitted)) <= 0):
        raise FitError(
            f"metalog cannot reach {best:,.10g} as median between {ends[0]:,.10g} and {ends[1]:,.10g}: it lies too "
            "near one end"
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
        raise FitError("the family beta cannot have quantiles at zero or one")

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


def _with_mode(family: str, tail: float, ends: tuple[float, float], mode: float, support: Support) -> Distribution:
    """Fit PERT or triangular with a given mode, which may lie at an end: stretch each end until its quantile is met."""
    low, high = ends
    if tail == 0.0:
        return Distribution(family, (low, mode, high))
    kit = FAMILIES[family]

    def high_for(bottom: float) -> float:
        def miss(top: float) -> float:
            return float(kit.ppf(np.array(1.0 - tail), (bottom, mode, top))) - high

        return _root(family, miss, high, high + 50.0 * (high - low))

    def miss_low(bottom: float) -> float:
        return float(kit.ppf(np.array(tail), (bottom, mode, high_for(bottom)))) - low

    bottom = _root(family, miss_low, low - 50.0 * (high - low), low)
    if bottom < 0 and support != "signed":
        raise FitError(f"{family} would reach below zero ({bottom:,.4g})")
    return Distribution(family, (bottom, mode, high_for(bottom)))


def _root(family: str, miss: Callable[[float], float], low: float, high: float) -> float:
    """Find where `miss` is zero, or refuse in words that name the family."""
    from scipy.optimize import brentq

    at_low, at_high = miss(low), miss(high)
    if not (math.isfinite(at_low) and math.isfinite(at_high)) or at_low * at_high > 0:
        raise FitError(f"no member of the family {family} has the quantiles asked for")
    return float(brentq(miss, low, high, xtol=1e-13, rtol=1e-14, maxiter=500))
