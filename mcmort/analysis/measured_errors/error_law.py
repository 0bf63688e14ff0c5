"""The error to expect of one figure of a class: a bias, and the spread that the elicited engine gives to a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from mcmort.catalogue.vocabulary import BASES, Basis

if TYPE_CHECKING:
    from mcmort.bayes.measured_errors import Fit

__all__ = [
    "FEWEST_EVENTS",
    "ErrorLaw",
    "ErrorPrior",
    "FigureLaws",
    "class_draws",
    "error_law",
    "error_prior",
    "figure_laws",
]

type _Draws = NDArray[np.float64]

FEWEST_EVENTS: Final = 10
"""Events below which a class is not corrected for its bias: what is not known of it then widens the spread."""
_HELD: Final = 0.9
_SCORE: Final = 1.6448536269514722
"""Standard normal quantile at 95 %."""
_DIGITS: Final = 4


class ErrorLaw(BaseModel):
    """How far a figure is off: ``ln(figure / true)`` is normal about `bias` with standard deviation `log_sd`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float = Field(description="Taken off on the logarithm; zero for a class of fewer than ten events.")
    log_sd: float = Field(description="Of the normal whose middle nine tenths are those of what the model predicts.")


class ErrorPrior(BaseModel):
    """What is known of bias and spread of a class, kept apart: what the Bayesian engine starts from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float = Field(description="Mean of the bias; zero for a class of fewer than ten events.")
    bias_sd: float = Field(description="How far the bias may be from it.")
    log_spread: float = Field(
        description="Mean of the logarithm of the scale of a Student t with 4 degrees of freedom."
    )
    log_spread_sd: float = Field(description="Standard deviation of that logarithm.")


class FigureLaws(BaseModel):
    """What to expect of a figure whose correction was reported, and of any figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events: int = Field(description="Events of its class that the law rests on.")
    found: ErrorLaw = Field(description="As in pairs that are known because a correction was reported.")
    corrected: ErrorLaw = Field(description="As in a complete frame: corrected for selection.")
    found_prior: ErrorPrior = Field(description="What is known of bias and spread in reported corrections.")
    corrected_prior: ErrorPrior = Field(description="What is known of bias and spread in a complete frame.")


def figure_laws(fit: Fit, weights: _Draws, name: str, *, is_late: bool, events: int) -> FigureLaws:
    """Return what to expect of a figure of a class.

    Parameters
    ----------
    fit : Fit
        Draws of the model.
    weights : NDArray
        Of the draws.
    name : str
        The class, or a basis.
    is_late : bool
        Whether it was given a year or more after the event.
    events : int
        Events of the class that the draws rest on.

    Returns
    -------
    FigureLaws
    """
    bias, scale = class_draws(fit, name, is_late=is_late)
    ratios = np.exp(fit.draws["log_bias_ratio"]), np.exp(fit.draws["log_scale_ratio"])
    return FigureLaws(
        events=events,
        found=error_law(bias * ratios[0], scale * ratios[1], weights, events),
        corrected=error_law(bias, scale, weights, events),
        found_prior=error_prior(bias * ratios[0], scale * ratios[1], weights, events),
        corrected_prior=error_prior(bias, scale, weights, events),
    )


def class_draws(fit: Fit, name: str, *, is_late: bool) -> tuple[_Draws, _Draws]:
    """Return draws of bias and scale of a class, as in a complete frame; of a new class of its basis if it is none."""
    design, draws = fit.design, fit.draws
    if name in design.cells:
        index = design.cells.index(name)
        bias, log_scale = draws["bias_of_cell"][:, index], draws["log_scale_of_cell"][:, index]
    else:
        basis: Basis = next(basis for basis in BASES if basis == name.partition(",")[0])
        bias, log_scale = draws["new_bias"][:, BASES.index(basis)], draws["new_log_scale"][:, BASES.index(basis)]
    if not is_late:
        return bias, np.exp(log_scale)
    return bias * np.exp(draws["log_late_bias_ratio"]), np.exp(log_scale + draws["log_late_scale_ratio"])


def error_law(bias: _Draws, scale: _Draws, weights: _Draws, events: int) -> ErrorLaw:
    """Return the law that the mixture of Student t distributions of all draws amounts to.

    Parameters
    ----------
    bias, scale, weights : NDArray
        One of each for each draw; the weights sum to one.
    events : int
        Events that the draws rest on.

    Returns
    -------
    ErrorLaw
    """
    from scipy.optimize import brentq

    centre = _median(bias, weights) if events >= FEWEST_EVENTS else 0.0
    offset = bias - centre

    def missing(half: float) -> float:
        inside = _student_4((half - offset) / scale) - _student_4((-half - offset) / scale)
        return float(weights @ inside) - _HELD

    top = 1.0
    while missing(top) < 0.0:
        top *= 2.0
    half = float(brentq(missing, 0.0, top, xtol=1e-6))
    return ErrorLaw(bias=round(centre, _DIGITS), log_sd=round(half / _SCORE, _DIGITS))


def error_prior(bias: _Draws, scale: _Draws, weights: _Draws, events: int) -> ErrorPrior:
    """Return what is known of bias and spread; see `error_law`."""
    centre = _median(bias, weights) if events >= FEWEST_EVENTS else 0.0
    log_spread = float(weights @ np.log(scale))
    return ErrorPrior(
        bias=round(centre, _DIGITS),
        bias_sd=round(float(weights @ (bias - centre) ** 2) ** 0.5, _DIGITS),
        log_spread=round(log_spread, _DIGITS),
        log_spread_sd=round(float(weights @ (np.log(scale) - log_spread) ** 2) ** 0.5, _DIGITS),
    )


def _median(values: _Draws, weights: _Draws) -> float:
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), 0.5)])


def _student_4(x: _Draws) -> _Draws:
    """Distribution function of Student's t with 4 degrees of freedom, which has a closed form."""
    squared = x * x / (1.0 + x * x / 4.0)
    return np.asarray(0.5 + 0.375 * np.sign(x) * np.sqrt(squared) * (1.0 - squared / 12.0))
