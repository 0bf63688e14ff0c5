"""How far the error of each figure moves the difference between a part of the evidence and the rest.

Two comparisons that read the same figures go wrong together: this says how much they have in common.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.evidence import Evidence

__all__ = ["leverage"]

type Array = NDArray[np.float64]

_DEGREES: Final = 4.0
"""Degrees of freedom of heavy tails."""


def leverage(
    evidence: Evidence, kept: Mapping[str, Array], difference: Array, apart: tuple[str, ...] = ()
) -> dict[str, float]:
    """Return what an error of one standard deviation of each figure does to a difference.

    The mean of the difference changes with a stated figure by its covariance with the derivative of the log density
    by that figure, as of any posterior mean. The figure that a difference is taken of moves it as it is.

    Parameters
    ----------
    evidence : Evidence
        All of it, before the two sides were kept apart.
    kept : mapping of str to ndarray
        Draws of the fit in which they are.
    difference : ndarray
        Of the two sides, draw by draw; of a figure that is apart, from its expectation.
    apart : tuple of str
        The figure with its copies, or the balance, that the fit predicts and does not condition on.

    Returns
    -------
    dict of str to float
        In standard deviations of the difference, by the first figure of a lineage about one thing: its copies have
        the same error. Bounds have none. The squares sum to one at most; what they leave has other grounds.
    """
    is_heavy = evidence.synthesis.tails == "heavy"
    widening = math.sqrt(_DEGREES / (_DEGREES - 2.0)) if is_heavy else 1.0
    firsts: dict[object, str] = {}
    readings = [
        _Reading(
            datum.name,
            firsts.setdefault((datum.line, datum.target), datum.name),
            kept[f"error:{datum.name}"],
            kept[f"scale:{datum.name}"],
            datum.weight,
        )
        for datum in evidence.data
        if datum.side == "point"
    ]
    for name in evidence.balances:
        key, error = f"balance:{name}", evidence.case.balances[name].error
        residual = kept[f"residual:{name}"] - evidence.offsets.get(name, 0.0)
        readings.append(_Reading(key, key, residual, np.full_like(residual, error), 1.0))
    centred, effects = difference - np.mean(difference), defaultdict[str, float](float)
    for one in readings:
        size = float(np.sqrt(np.mean(one.scale**2))) * widening
        if one.name in apart:
            effects[one.key] += size / len(apart)
            continue
        slope = -one.residual / one.scale**2
        if is_heavy:
            slope *= (_DEGREES + 1.0) / (_DEGREES + (one.residual / one.scale) ** 2)
        effects[one.key] += float(np.mean(centred * slope)) * one.weight * size
    own = effects[apart[0]] if apart else 0.0
    width = max(math.hypot(float(np.std(difference)), own), math.sqrt(sum(effect**2 for effect in effects.values())))
    return {key: effect / width for key, effect in effects.items()}


@dataclass(frozen=True, slots=True)
class _Reading:
    """A figure or a balance: its name and that of the first copy, draws of residual and scale, and its weight."""

    name: str
    key: str
    residual: Array
    scale: Array
    weight: float
