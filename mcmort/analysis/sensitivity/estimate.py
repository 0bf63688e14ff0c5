"""Estimates with their Monte Carlo errors, and the estimates that are ratios of means."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcmort.results.chains import effective_size

__all__ = ["Estimate", "mean_error", "ratio_of_means"]

type Array = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number and its Monte Carlo standard error."""

    value: float
    error: float


def mean_error(values: Array, chains: int = 1) -> float:
    """Return the Monte Carlo error of the mean of draws, shape ``(n_draws,)``, which may be those of Markov chains."""
    if len(values) < 2:
        return math.nan
    size = len(values) if chains == 1 else min(effective_size(values, chains), len(values))
    return float(values.std(ddof=1) / math.sqrt(size))


def ratio_of_means(above: Array, below: Array, chains: int = 1) -> Estimate:
    """Return the ratio of two means over the same draws, with its error by the delta method.

    Parameters
    ----------
    above, below : ndarray, shape (n_draws,)
        Of each draw; the mean of `below` is not zero.
    chains : int
        Markov chains that follow one another; 1 if the draws are independent.

    Returns
    -------
    Estimate
    """
    scale = float(below.mean())
    ratio = float(above.mean()) / scale
    return Estimate(ratio, mean_error((above - ratio * below) / scale, chains))
