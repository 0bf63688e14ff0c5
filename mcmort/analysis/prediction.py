"""What the next source would print for a total: predictive distributions, apart from the distribution of the total."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mcmort.analysis.request import OneTotalRequest
from mcmort.analysis.summary import Summary, summarise
from mcmort.catalogue.case import Case
from mcmort.catalogue.vocabulary import BASES, Basis
from mcmort.definitions import DefinitionTerms
from mcmort.errors import DefinitionError, UsageError
from mcmort.results import DrawSource, HistogramEstimate
from mcmort.results.chains import effective_size
from mcmort.results.counter_based_random import stream_key, uniforms
from mcmort.results.histogram import Histogram
from mcmort.totals import Total, totals_of

__all__ = ["PredictedFigure", "PredictionRequest", "TotalPredictions", "predictions_of"]

type Array = NDArray[np.float64]

_T_DEGREES: Final = 4.0
"""Degrees of freedom of heavy errors, as in `mcmort.bayes.model`."""
_STEPS: Final = 60
"""Halvings of a bracket: to the last bits of a double from any bracket of totals."""
_REACH: Final = 40.0
"""Scales of the error beyond which not one in a million of heavy errors lies."""


class PredictionRequest(OneTotalRequest):
    """What was asked: what the next source would print for a total, of some bases or of all that the case knows."""

    result: Literal["prediction"] = "prediction"
    bases: Annotated[tuple[str, ...], Field(min_length=1)] | None = None


@dataclass(frozen=True, slots=True)
class PredictedFigure:
    """What the next source of a basis would print for a total.

    Attributes
    ----------
    basis : str
        How the source gets its figure.
    spread : float
        Standard deviation, or for heavy errors the scale, of the logarithm of a figure about the total that it is a
        figure of; of draws of it, the median.
    bias : float or None
        Median of what figures of the basis are off together, on the logarithm; None where none is taken into account.
    is_informed : bool
        Whether a fit has learnt spread and bias from figures of this basis; else they are the case's own.
    low, median, high : float
        Of the predictive distribution.
    low_error, median_error, high_error : float
        Monte Carlo standard errors.
    """

    basis: Basis
    spread: float
    bias: float | None
    is_informed: bool
    low: float
    median: float
    high: float
    low_error: float
    median_error: float
    high_error: float


@dataclass(frozen=True)
class TotalPredictions:
    """A total with what the next source of each of some bases would print for it."""

    total: Total
    summary: Summary
    figures: tuple[PredictedFigure, ...]


def predictions_of(
    source: DrawSource,
    resolved: DefinitionTerms,
    bases: Sequence[str] | None,
    interval: float,
    probabilities: Sequence[float],
) -> TotalPredictions:
    """Predict what the next source of each basis would print for a total.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine.
    resolved : DefinitionTerms
        The definition.
    bases : sequence of str, optional
        By default those of its figures of deaths that it admits, and those to which it gives a spread.
    interval : float
        Probability of the predictive interval.
    probabilities : sequence of float
        Of intervals of the total.

    Returns
    -------
    TotalPredictions

    Raises
    ------
    UsageError
        If a basis is unknown.
    DefinitionError
        If the total may be negative.

    Notes
    -----
    The logarithm of a figure is that of the total, plus the bias of its basis, plus an error. With the elicited engine
    the error is normal with the case's spread of the basis, and there is no bias: its totals take figures at face
    value. With the other engine bias, heterogeneity and the form of the error are those of its model, on every draw.
    The distribution function is averaged over the draws of the total, not over drawn errors.
    """
    chosen = _bases(source.case, bases)
    (total,) = totals_of(source, [resolved], probabilities=probabilities, with_parts=False)
    if total.least < 0.0:
        raise DefinitionError(
            f"the total {total.definition.id!r} may be negative, and spreads of bases are of logarithms; "
            "expected a definition that counts deaths alone"
        )
    summary = summarise(total.values, probabilities, shortest=False, chains=total.chains)
    figures = tuple(_predicted(total, basis, interval) for basis in chosen)
    return TotalPredictions(total, summary, figures)


def _bases(case: Case, asked: Sequence[str] | None) -> tuple[Basis, ...]:
    for basis in asked or ():
        if basis not in BASES:
            raise UsageError(f"{basis!r} is no basis; expected one of {', '.join(BASES)}")
    if asked is not None:
        return tuple(basis for basis in BASES if basis in asked)
    of_deaths = {one.basis for component in case.components.values() for one in component.estimate if one.use == "pool"}
    known = {*case.head.spread, *of_deaths & set(case.head.evidence)}
    return tuple(basis for basis in BASES if basis in known)


@dataclass(frozen=True)
class _Error:
    """How figures of a basis lie about the total, on the logarithm; bias and scale may be numbers for each draw."""

    bias: Array | float
    scale: Array | float
    is_heavy: bool
    is_informed: bool
    has_bias: bool

    def cdf(self, values: Array, figure: float) -> Array:
        """Return for each value of the total the probability that a figure is at most so much."""
        from scipy.special import ndtr, stdtr  # loaded only for a case that is sound

        with np.errstate(divide="ignore"):
            score = (math.log(figure) - np.log(values) - self.bias) / self.scale
        return np.asarray(stdtr(_T_DEGREES, score) if self.is_heavy else ndtr(score))


def _predicted(total: Total, basis: Basis, interval: float) -> PredictedFigure:
    error = _error_of(total, basis)
    cdf, uncertainty = _distribution(total, error)
    bracket = _bracket(total, error)
    numbers = []
    for probability in ((1.0 - interval) / 2.0, 0.5, (1.0 + interval) / 2.0):
        figure = _quantile(cdf, probability, bracket)
        numbers.append((figure, _quantile_error(cdf, uncertainty, figure)))
    (low, low_error), (median, median_error), (high, high_error) = numbers
    return PredictedFigure(
        basis,
        float(np.median(error.scale)),
        float(np.median(error.bias)) if error.has_bias else None,
        error.is_informed,
        low, median, high, low_error, median_error, high_error,
    )  # fmt: skip


def _error_of(total: Total, basis: Basis) -> _Error:
    """Return how figures of a basis lie about the total: by the case's spread, or as a fit has learnt it."""
    head, draws = total.case.head, total.draws
    spread = head.log_sd_of(basis)
    if draws.manifest.engine != "synthesis":
        return _Error(0.0, spread, is_heavy=False, is_informed=False, has_bias=False)
    from mcmort.bayes.evidence.error_groups import group_named, priors_of

    is_heavy, group = priors_of(total.case).tails == "heavy", group_named(total.case, basis)
    others, count = draws.basis_parameters, len(draws)
    learned = [name for name in others if name.startswith("tau:") and name[4:].partition(",")[0] == basis]
    name = f"tau:{basis}" if f"tau:{basis}" in learned else learned[0] if len(learned) == 1 else ""
    if name:
        bias = others.get(f"bias:{name[4:]}")
        shift = np.zeros(count) if bias is None else bias
        return _Error(shift, others[name], is_heavy, is_informed=True, has_bias=bias is not None)
    # no figure of this basis is in the fit: its prior stands

    def scores(what: str) -> Array:
        from scipy.special import ndtri

        return np.asarray(ndtri(uniforms(stream_key(draws.manifest.seed, f"prediction {what}:{basis}"), 0, count)))

    scale = group.spread * np.exp(group.spread_log_sd * scores("tau"))
    shift = group.bias + group.bias_sd * scores("bias") if group.has_bias else np.zeros(count)
    return _Error(shift, scale, is_heavy, is_informed=False, has_bias=group.has_bias)


def _distribution(total: Total, error: _Error) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Return the distribution function of the next figure, and that function's Monte Carlo error."""
    values = total.values
    if isinstance(values, np.ndarray):

        def uncertainty(figure: float) -> float:
            own = error.cdf(values, figure)
            size = len(own) if total.chains == 1 else min(effective_size(own, total.chains), len(own))
            return float(np.std(own)) / math.sqrt(size)

        return lambda figure: float(np.mean(error.cdf(values, figure))), uncertainty

    def cdf(figure: float) -> float:
        return _mean_of_bins(values.whole, error, figure)[0]

    return cdf, lambda figure: _bins_uncertainty(values, error, figure)


def _mean_of_bins(histogram: Histogram, error: _Error, figure: float) -> tuple[float, float]:
    """Return mean and standard deviation of the distribution function of a figure over the draws of a histogram."""
    counts, left, right = histogram.filled
    weights, own = counts / histogram.draws, error.cdf(0.5 * (left + right), figure)
    mean = float(np.sum(weights * own))
    return mean, math.sqrt(float(np.sum(weights * (own - mean) ** 2)))


def _bins_uncertainty(values: HistogramEstimate, error: _Error, figure: float) -> float:
    if values.is_independent:
        return _mean_of_bins(values.whole, error, figure)[1] / math.sqrt(values.draws)
    return values.error_over_nets(lambda net: _mean_of_bins(net, error, figure)[0])


def _bracket(total: Total, error: _Error) -> tuple[float, float]:
    """Return two logarithms between which all quantiles of the next figure lie."""
    values = total.values
    low, high = (
        (values.min(), values.max()) if isinstance(values, np.ndarray) else (values.whole.low, values.whole.high)
    )
    reach = _REACH * float(np.max(error.scale)) + float(np.max(np.abs(error.bias)))
    return math.log(max(float(low), 1e-3)) - reach, math.log(max(float(high), 1e-3)) + reach


def _quantile(cdf: Callable[[float], float], probability: float, bracket: tuple[float, float]) -> float:
    """Return a quantile by bisection on the logarithm; zero where so many draws of the total are zero."""
    low, high = bracket
    if cdf(math.exp(low)) >= probability:
        return 0.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if cdf(math.exp(middle)) < probability:
            low = middle
        else:
            high = middle
        if high - low < 1e-12:
            break
    return math.exp(0.5 * (low + high))


def _quantile_error(cdf: Callable[[float], float], uncertainty: Callable[[float], float], figure: float) -> float:
    """Return the Monte Carlo error of a quantile: that of the distribution function, over the density."""
    if figure == 0.0:
        return 0.0
    step = 1e-3
    density = (cdf(figure * (1.0 + step)) - cdf(figure * (1.0 - step))) / (2.0 * step * figure)
    return uncertainty(figure) / density if density > 0.0 else math.nan
