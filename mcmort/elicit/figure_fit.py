"""From a printed figure to a distribution: the quantiles requested, the parameters, the mass achieved.

A fit that misses what the source prints is an error, never a warning. Values lie where the kind of number allows:
counts are not negative, shares lie between zero and one, signed kinds lie anywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Estimate, Figure, Share
from mcmort.catalogue.vocabulary import Support
from mcmort.elicit.families import Distribution, fixed
from mcmort.elicit.members import FAMILIES_OF, WITH_MODE, member
from mcmort.errors import FitError

__all__ = ["Fit", "coverage", "fit_figure"]

_TAIL_TOLERANCE: Final = 1e-6
_MEDIAN_TOLERANCE: Final = 0.05
_BEYOND: Final = 2.0**-41
"""The smallest probability that the sampler resolves."""
_LEAST_WEIGHT: Final = 2.0
"""Least sum of the shapes of a beta distribution by its moments: with less, its ends are likelier than its middle."""


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


def fit_figure(case: Case, figure: Figure, support: Support | None = None) -> Fit:
    """Turn one cited figure into a distribution.

    Parameters
    ----------
    case : Case
        Sets what unstated ranges mean and the spread of a bare point.
    figure : Figure
        An estimate or a share; one-sided figures have no distribution of their own.
    support : {"count", "share", "signed"}, optional
        Where values may lie: `mcmort.catalogue.case.Case.support_of` what the figure is about. By default a `Share` is
        a share, and any other figure a count.

    Returns
    -------
    Fit
        With the mass asked and the mass achieved.

    Raises
    ------
    FitError
        If no member of the family has the quantiles that the source prints.
    """
    if support is None:
        support = "share" if isinstance(figure, Share) else "count"
    if figure.is_one_sided:
        raise FitError("a one-sided figure is a bound, not a distribution")
    if figure.reading == "point":
        return _by_point(case, figure, support)
    if figure.reading == "standard-error":
        return _within(_by_moments(figure, support), support)
    assert figure.low is not None
    assert figure.high is not None
    tail = (1.0 - coverage(case, figure)) / 2.0
    family = figure.family or _default_family(support, tail, figure)
    ends = (figure.low, figure.high)
    asked = ((tail, figure.low), *(() if figure.best is None else ((0.5, figure.best),)), (1.0 - tail, figure.high))
    if figure.best_is == "mode" and family not in WITH_MODE:
        raise FitError(f"the family {family} takes the best figure as its median, not as its mode")
    distribution = member(family, tail, ends, figure.best, support)
    if family in WITH_MODE and figure.best is not None:
        asked = (asked[0], asked[-1])  # there the best figure is the mode
    return _within(_checked(distribution, asked), support)


def _default_family(support: Support, tail: float, figure: Figure) -> str:
    """Choose the family for a range: the usual one of the support, others where it cannot follow."""
    if tail == 0.0:
        return "uniform" if figure.best is None else "pert"
    if figure.best is not None:
        return "pert" if figure.best_is == "mode" else "metalog"
    return FAMILIES_OF[support][0]


def _by_point(case: Case, figure: Figure, support: Support) -> Fit:
    """Give a bare point the spread of its basis: on the logarithm of a count, of the odds of a share."""
    best = figure.best
    assert best is not None
    if isinstance(figure, Share) or best == 0 or (support == "share" and best == 1):
        return Fit(fixed(best), ((0.5, best),), (1.0,))
    if not isinstance(figure, Estimate):
        raise FitError("a bare point needs a basis to take its spread from")
    log_sd, asked = case.head.log_sd_of(figure.basis), ((0.5, best),)
    match support:
        case "count":
            return _checked(Distribution("lognormal", (math.log(best), log_sd)), asked)
        case "signed":
            return _checked(Distribution("normal", (best, abs(best) * log_sd)), asked)
        case "share":
            # two standard deviations below, a share is what a count would be; above, it mirrors that on the odds
            low = best * math.exp(-2.0 * log_sd)
            middle = _log_odds(best)
            return _checked(Distribution("logit-normal", (middle, (middle - _log_odds(low)) / 2.0)), asked)


def _log_odds(share: float) -> float:
    return math.log(share) - math.log1p(-share)


def _by_moments(figure: Figure, support: Support) -> Fit:
    """Read best and standard error as mean and standard deviation."""
    assert figure.best is not None
    assert figure.standard_error is not None
    family = figure.family or FAMILIES_OF[support][0]
    mean, sd = figure.best, figure.standard_error
    if family not in FAMILIES_OF[support]:
        raise FitError(f"the family {family} is not for what this figure counts")
    if family == "normal":
        return _checked(Distribution(family, (mean, sd)), ())
    if family == "beta":
        weight = mean * (1.0 - mean) / sd**2 - 1.0 if mean < 1.0 else 0.0
        if weight < _LEAST_WEIGHT:
            raise FitError(
                f"a share of {mean:g} cannot have a standard error of {sd:g}: it would reach beyond its ends"
            )
        return _checked(Distribution(family, (mean * weight, (1.0 - mean) * weight)), ())
    if family not in ("lognormal", "gamma", "truncated-normal"):
        raise FitError(f"the family {family} takes no standard error")
    if sd > mean:
        raise FitError(f"a standard error ({sd:,.10g}) above its figure ({mean:,.10g}), which is not negative")
    if family == "truncated-normal":
        if mean < 3.0 * sd:
            raise FitError(f"best {mean:g} is less than three standard errors ({sd:g}) from zero")
        return _checked(Distribution(family, (mean, sd)), ())
    if family == "gamma":
        return _checked(Distribution(family, ((mean / sd) ** 2, sd**2 / mean)), ())
    variance = math.log1p((sd / mean) ** 2)
    return _checked(Distribution(family, (math.log(mean) - variance / 2.0, math.sqrt(variance))), ())


def _checked(distribution: Distribution, asked: tuple[tuple[float, float], ...]) -> Fit:
    """Compare the mass asked with the mass achieved and refuse on a miss."""
    values = np.array([value for _, value in asked])
    achieved = tuple(float(p) for p in distribution.cdf(values))
    for (wanted, value), got in zip(asked, achieved, strict=True):
        tolerance = _MEDIAN_TOLERANCE if wanted == 0.5 else _TAIL_TOLERANCE
        if not abs(got - wanted) <= tolerance:
            raise FitError(
                f"{distribution.family} puts {got:.4f} of its mass below {value:,.10g} where {wanted:.4f} was asked"
            )
    return Fit(distribution, asked, achieved)


def _within(fit: Fit, support: Support) -> Fit:
    """Refuse a share above one."""
    top = float(fit.distribution.ppf(np.array(1.0 - _BEYOND)))
    if support == "share" and top > 1.0:
        raise FitError(f"{fit.distribution.family} would reach above one ({top:.4g}), which no share can")
    return fit
