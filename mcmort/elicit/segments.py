"""A pool as the sampler draws from it: printed figures in one table, formulas over the quantities of the same draw.

Estimates that are formulas keep in common what they share with others only if every draw computes them from its own
quantities. A linear pool allows that: its draws are those of its members in the proportion of their weights. So the
score of the pool selects between the printed figures, pooled into one distribution, and each formula. Log pools,
envelopes, and pools under soft bounds are no such mixtures: in these a formula enters as the distribution that it has
by itself, which is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcmort.catalogue.vocabulary import Measure
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.elicit.priors import Elicited, Used

__all__ = ["FormulaOfDraw", "Segment", "apart_note", "is_formula_alone", "segments_of"]


@dataclass(frozen=True, slots=True)
class FormulaOfDraw:
    """A formula over the quantities of a draw, and the factor that carries it to the years of its component."""

    text: str
    factor: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a pool that the score selects: its weight, and where its values come from."""

    weight: float
    source: Pool | FormulaOfDraw


def segments_of(evidence: Elicited, measure: Measure) -> tuple[Segment, ...]:
    """Return the parts of a pool from the lowest to the highest, by their medians.

    Parameters
    ----------
    evidence : Elicited
        Of a component or quantity.
    measure : {"all", "registered"}
        Which of its pools.

    Returns
    -------
    tuple of Segment
        Weights sum to one; empty where there is no pool.
    """
    pool = evidence.all if measure == "all" else evidence.registered
    if pool is None:
        return ()
    printed, formulas = _parted(evidence, measure)
    if not formulas or _is_apart(pool):
        return (Segment(1.0, pool),)
    ordered: list[tuple[float, str, float, Pool | FormulaOfDraw]] = [
        (_median_of(used), used.estimate.name, used.weight, _formula(used)) for used in formulas
    ]
    if printed:
        weight = sum((used.weight for used in printed), 0.0)
        members = tuple((used.weight / weight, used.fit.distribution.scaled(used.factor)) for used in printed)
        table = Pool(members)
        ordered.append((_median(table), "", weight, table))
    total = sum(weight for _, _, weight, _ in ordered)
    ordered.sort(key=lambda part: part[:2])
    return tuple(Segment(weight / total, source) for _, _, weight, source in ordered)


def is_formula_alone(evidence: Elicited, measure: Measure) -> bool:
    """Return whether a pool is made of formulas of the draw and nothing else."""
    segments = segments_of(evidence, measure)
    return bool(segments) and all(isinstance(segment.source, FormulaOfDraw) for segment in segments)


def apart_note(evidence: Elicited) -> str:
    """Say which formulas are computed apart from the quantities of the draw, or return ""."""
    found: dict[str, str] = {}
    for measure, pool in (("all", evidence.all), ("registered", evidence.registered)):
        if pool is not None and _is_apart(pool):
            _, formulas = _parted(evidence, "all" if measure == "all" else "registered")
            way = f"{pool.pooling} pool" if pool.pooling != "linear" else "pool under bounds"
            found |= {used.estimate.name: way for used in formulas}
    return "; ".join(
        f"the formula of {name} is computed apart from the quantities of the draw, as its {way} needs"
        for name, way in found.items()
    )


def _is_apart(pool: Pool) -> bool:
    """Return whether a pool is no mixture of its members."""
    return bool(pool.bounds) or (pool.pooling != "linear" and len(pool.members) > 1)


def _parted(evidence: Elicited, measure: Measure) -> tuple[list[Used], list[Used]]:
    """Return the estimates of a pool that print figures, and those that are formulas."""
    used = [one for one in evidence.used if one.estimate.measure == measure and one.weight > 0.0]
    return [one for one in used if one.estimate.formula is None], [one for one in used if one.estimate.formula]


def _formula(used: Used) -> FormulaOfDraw:
    assert used.estimate.formula is not None
    return FormulaOfDraw(used.estimate.formula, used.factor)


def _median_of(used: Used) -> float:
    return _median(used.fit.distribution.scaled(used.factor))


def _median(prior: Pool | Distribution) -> float:
    return float(prior.ppf(np.array([0.5]))[0])
