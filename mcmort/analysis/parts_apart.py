"""Parts of the evidence that pull against the rest, as far as one fit shows: figures, and all figures of a component.

A fit lies between what pulls apart, so that what is left of each part understates how far it is from the rest. With
normal errors that is known: if v is the variance of the error of a part, and w that of its expectation given all the
evidence, the rest alone leaves the expectation a variance of v w / (v - w), and the part lies farther from it than from
the fit by v / (v - w). Heavy tails discount a figure that lies far out, which then counts with the variance that its
weight stands for. This costs no fit; `mcmort.conflict` makes one for each part.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.fitted import sides_of
from mcmort.bayes import Posterior
from mcmort.catalogue.case import Case

__all__ = ["PartApart", "parts_apart"]

type Array = NDArray[np.float64]

_LEVEL: Final = 0.05
"""Probability below which a part is said to pull apart; strongly, if it is below it times the number of parts."""
_DEGREES: Final = 4.0
"""Degrees of freedom of heavy tails."""
_LEAST_SHARE: Final = 0.25
"""Share of the error of a part that the rest must leave open for both to be compared."""


@dataclass(frozen=True, slots=True)
class PartApart:
    """A part of the evidence that lies far from the rest.

    Attributes
    ----------
    name : str
        ``COMPONENT:ESTIMATE`` or ``claim:ID`` of a figure; ``COMPONENT`` of all figures of one.
    ratio : float
        How many times as high as the rest it is, about.
    probability : float
        Of a difference as large, either way, without a conflict, about.
    is_strong : bool
        Whether it is still below 5 % times the number of parts.
    """

    name: str
    ratio: float
    probability: float
    is_strong: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """A figure that is no bound: draws of what is left of it, the variance of its error, and its weight."""

    name: str
    residual: Array
    variance: float
    weight: float


def parts_apart(posterior: Posterior) -> list[PartApart]:
    """Return the parts of the evidence that lie far from the rest, the least probable first.

    Parameters
    ----------
    posterior : Posterior
        A fit.

    Returns
    -------
    list of PartApart
        A component as a whole stands for its figures where it is the farther one.
    """
    readings = _readings(posterior)
    groups = {one.name: [one] for one in readings}
    for component in posterior.case.components:
        own = [one for one in readings if one.name.startswith(f"{component}:")]
        if len(own) > 1:
            groups[component] = own
    synthesis = posterior.case.head.synthesis
    is_heavy = synthesis is None or synthesis.tails == "heavy"
    found = [(name, *_distance(group, is_heavy=is_heavy)) for name, group in groups.items()]
    apart = [
        PartApart(name, math.exp(min(difference, 50.0)), probability, probability * len(groups) < _LEVEL)
        for name, difference, probability in found
        if probability < _LEVEL
    ]
    apart.sort(key=lambda one: (one.probability, one.name))
    wholes = {one.name: place for place, one in enumerate(apart)}
    return [
        one for place, one in enumerate(apart) if wholes.get(one.name.partition(":")[0], place) >= place
    ]  # fmt: skip


def _readings(posterior: Posterior) -> list[_Reading]:
    """Return the figures that are no bounds; copies of one lineage weigh one figure together."""
    lines, sides = _lines(posterior.case), sides_of(posterior.case)
    kept = [name for name in posterior.expected if sides[name] == "point"]
    copies = Counter(lines[name] for name in kept)
    found = []
    for name in kept:
        expected, stated = posterior.expected[name], posterior.stated(name)
        # a replicate is the expectation and an error: what is left of its variance is that of the error, to which what
        # goes into a formula adds
        variance = float(np.var(posterior.predicted[name]) - np.var(expected) + np.var(stated))
        if variance > 0.0:
            found.append(_Reading(name, float(np.mean(stated)) - expected, variance, 1.0 / copies[lines[name]]))
    return found


def _lines(case: Case) -> dict[str, object]:
    """Return of every figure what its copies share: what it counts, and its lineage."""
    lines: dict[str, object] = {
        f"{component.id}:{one.name}": (component.id, one.measure, one.line)
        for component in case.components.values()
        for one in component.estimate
    }
    return lines | {f"claim:{name}": name for name in case.claims}


def _distance(group: Sequence[_Reading], *, is_heavy: bool) -> tuple[float, float]:
    """Return how far a part is from the rest, on the logarithm, and the probability of that."""
    from scipy import stats

    precision = [one.weight / one.variance for one in group]
    variance = 1.0 / sum(precision)
    residual = _sum(one.residual * (share * variance) for one, share in zip(group, precision, strict=True))
    middle, left = float(np.mean(residual)), float(np.var(residual))
    counted = variance
    if is_heavy and len(group) == 1:
        counted *= max(1.0, (_DEGREES + middle**2 / variance * _DEGREES / (_DEGREES - 2.0)) / (2.0 * (_DEGREES + 1.0)))
    open_share = 1.0 - left / counted
    if open_share < _LEAST_SHARE:
        return 0.0, 1.0
    difference = middle / open_share
    score = abs(difference) / math.sqrt(variance + left / open_share)
    # several figures together have lighter tails than one of them
    law = stats.t(_DEGREES) if is_heavy and len(group) == 1 else stats.norm()
    return difference, 2.0 * float(law.sf(score * law.std()))


def _sum(values: Iterable[Array]) -> Array:
    return np.asarray(sum(values))
