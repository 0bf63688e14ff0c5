"""What a total of a fit would be if assertions were evidence too, from weights of its draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.totals import Total

__all__ = ["AdmittingAssertions", "admitting_assertions"]

type Array = NDArray[np.float64]

_BLOCKS: Final = 16
"""Runs of draws whose shifts tell the Monte Carlo error of the shift."""


@dataclass(frozen=True, slots=True)
class AdmittingAssertions:
    """A total as it would be with assertions among the evidence.

    Attributes
    ----------
    low, median, high : float
        At 2.5, 50 and 97.5 %.
    shift, error : float
        Of the median from that of the fit, and its Monte Carlo error.
    """

    low: float
    median: float
    high: float
    shift: float
    error: float


def admitting_assertions(total: Total) -> AdmittingAssertions | None:
    """Return a total with assertions admitted, if the weights of the draws tell it.

    Parameters
    ----------
    total : Total
        Of a fit.

    Returns
    -------
    AdmittingAssertions or None
        None where no assertion is left out, or where weights cannot be relied upon.
    """
    assertions = total.draws.assertions
    if assertions is None or not assertions.is_sure:
        return None
    values = cast("Array", total.values)
    weights = np.exp(assertions.log_weights - np.max(assertions.log_weights))
    low, median, high = _quantiles(values, weights, (0.025, 0.5, 0.975)).tolist()
    blocks = zip(np.array_split(values, _BLOCKS), np.array_split(weights, _BLOCKS), strict=True)
    shifts = [_quantiles(own, weight, (0.5,))[0] - np.median(own) for own, weight in blocks]
    error = float(np.std(shifts, ddof=1)) / np.sqrt(_BLOCKS)
    return AdmittingAssertions(low, median, high, median - float(np.median(values)), float(error))


def _quantiles(values: Array, weights: Array, probabilities: tuple[float, ...]) -> Array:
    """Return quantiles of weighted draws, interpolated between the middles of their weights."""
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[order])
    return np.interp(probabilities, (sums - 0.5 * weights[order]) / sums[-1], values[order])
