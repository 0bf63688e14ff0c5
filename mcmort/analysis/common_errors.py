"""Probabilities of several comparisons, corrected for their number and for what they have in common.

Comparisons that read the same figures are wrong together. Errors of all figures are drawn many times, what they would
do to each comparison follows from its leverage, and of each set the least probability of any comparison is kept: by
that distribution the observed ones are judged, the least first (the step-down method of Westfall and Young 1993,
Resampling-Based Multiple Testing, with differences that are linear in the errors).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["corrected_probabilities"]

type Array = NDArray[np.float64]

_SETS: Final = 50_000
"""Sets of errors that are drawn."""
_LEAST: Final = 0.002
"""Probability at which the effective number of comparisons is counted for all that are less."""
_SEED: Final = 1


def corrected_probabilities(
    probabilities: Sequence[float], leverages: Sequence[Mapping[str, float]], *, is_heavy: bool
) -> list[float]:
    """Return probabilities times the effective number of comparisons that are left at each of them.

    Parameters
    ----------
    probabilities : sequence of float
        One for each comparison; those that are missing stay so.
    leverages : sequence of mapping
        Of each comparison the share, squared, that the error of each figure has in its variance. What is left of one
        is its own, which is on the safe side.
    is_heavy : bool
        Whether errors follow Student's t with four degrees of freedom, or else the normal distribution.

    Returns
    -------
    list of float
        Never less than the probability, nor more than by the method of Holm (1979), but for Monte Carlo error.
    """
    values = np.array(probabilities, dtype=np.float64)
    corrected = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return corrected.tolist()
    order = known[np.argsort(values[known], kind="stable")]
    ranks = _ranks([leverages[index] for index in order], is_heavy=is_heavy)
    # for each comparison the least probability among it and all that come after it
    least = np.minimum.accumulate(ranks[::-1], axis=0)[::-1]
    so_far = 0.0
    for place, index in enumerate(order):
        level = max(float(values[index]), _LEAST)
        number = float(np.mean(least[place] <= level)) / level
        so_far = min(1.0, max(so_far, values[index] * max(number, 1.0)))
        corrected[index] = so_far
    return corrected.tolist()


def _ranks(leverages: Sequence[Mapping[str, float]], *, is_heavy: bool) -> Array:
    """Return the probability of every comparison in each set of errors, shape ``(n_comparisons, n_sets)``."""
    rng = np.random.default_rng(_SEED)
    figures = sorted({name for one in leverages for name in one})
    errors = rng.standard_t(4, (len(figures), _SETS)) / math.sqrt(2.0) if is_heavy else None
    if errors is None:
        errors = rng.standard_normal((len(figures), _SETS))
    ranks = np.empty((len(leverages), _SETS))
    for place, one in enumerate(leverages):
        weights = np.array([one.get(name, 0.0) for name in figures])
        own = math.sqrt(max(0.0, 1.0 - float(weights @ weights)))
        moved = np.abs(weights @ errors + own * rng.standard_normal(_SETS))
        ranks[place, np.argsort(-moved)] = np.arange(1, _SETS + 1) / _SETS
    return ranks
