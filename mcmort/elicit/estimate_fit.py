"""From an estimate to a distribution: as printed, or as uncertain as figures of its kind have proved to be."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors.spreads import MeasuredSpread
from mcmort.catalogue.records import Component, Estimate, Quantity
from mcmort.elicit.families import Distribution
from mcmort.elicit.figure_fit import Fit, fit_figure

__all__ = ["fit_estimate"]

_SCORE: Final = 1.6448536269514722


def fit_estimate(case: Case, owner: Component | Quantity, estimate: Estimate, measured: MeasuredSpread | None) -> Fit:
    """Turn an estimate that is no formula into a distribution.

    Parameters
    ----------
    case : Case
        Sets what unstated ranges mean and the spread of a bare point.
    owner : Component or Quantity
        What the estimate is about.
    estimate : Estimate
        With printed numbers.
    measured : MeasuredSpread or None
        What such figures have proved to be worth, from `mcmort.elicit.measured_worth`.

    Returns
    -------
    Fit

    Raises
    ------
    FitError
        If no member of its family has the quantiles that the source prints.
    """
    if measured is None or estimate.best == 0:
        return fit_figure(case, estimate, case.head.support_of(owner))
    if estimate.reading == "point":
        assert estimate.best is not None
        return Fit(_lognormal(estimate.best, measured), ((0.5, estimate.best * math.exp(-measured.bias)),), (0.5,))
    printed = fit_figure(case, estimate, case.head.support_of(owner))
    low, middle, high = printed.distribution.ppf(np.array([0.05, 0.5, 0.95])).tolist()
    if low <= 0.0 or math.log(high / low) / (2.0 * _SCORE) >= measured.log_sd:
        return Fit(printed.distribution.scaled(math.exp(-measured.bias)), (), ()) if measured.bias else printed
    return Fit(_lognormal(middle, measured), (), ())


def _lognormal(middle: float, measured: MeasuredSpread) -> Distribution:
    return Distribution("lognormal", (math.log(middle) - measured.bias, measured.log_sd))
