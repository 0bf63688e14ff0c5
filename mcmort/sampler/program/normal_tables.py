"""Tables of the standard normal distribution, for the copula: from uniform to score and back.

Both directions are looked up, never computed by a library's logarithm or error function, so that results are the same
to the last bit wherever IEEE 754 holds.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from mcmort.elicit.table import LARGEST_SCORE, QuantileTable, ScoreTable, knots, rounded

__all__ = ["normal_scores", "normal_survival"]

_RESOLUTION: Final = 8
_STEPS: Final = 512
"""Cells for each unit of score in the survival table: relative error below 1e-5 at scores up to 4."""


@cache
def normal_scores() -> QuantileTable:
    """Return the quantile table of the standard normal distribution."""
    from scipy import special

    lower = rounded(special.ndtri(knots(_RESOLUTION)))
    return QuantileTable(lower, -lower, _RESOLUTION, 0.0, 0.0)


@cache
def normal_survival() -> ScoreTable:
    """Return the survival function of the standard normal distribution as a table by score."""
    from scipy import special

    scores = np.arange(2 * int(LARGEST_SCORE) * _STEPS + 1) / _STEPS - LARGEST_SCORE
    return ScoreTable(rounded(special.ndtr(-scores)), _STEPS, 0.0)
