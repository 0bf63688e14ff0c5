"""What the draws of a fit would weigh if assertions were evidence too: a record that an engine returns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_PARETO_K", "AssertionWeights"]

MOST_PARETO_K: Final = 0.7
"""Pareto k above which weights are not to be relied upon."""


@dataclass(frozen=True)
class AssertionWeights:
    """Weights of the draws of a fit as if assertions were admitted.

    Attributes
    ----------
    figures : int
        Assertions that would be evidence.
    adds : tuple of str
        Components of which only assertions speak, so that totals would count them too; then there are no weights.
    pareto_k : float
        Of the weights; infinite where there are none, or where they cannot tell of a mode that no draw is in.
    log_weights : ndarray, shape (n_draws,)
        Smoothed; empty where there are none.
    """

    figures: int
    adds: tuple[str, ...] = ()
    pareto_k: float = math.inf
    log_weights: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0), repr=False)

    @property
    def is_sure(self) -> bool:
        """Whether the weights can be relied upon."""
        return self.pareto_k <= MOST_PARETO_K
