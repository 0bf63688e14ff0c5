"""How much each estimate weighs in its pool: a lineage counts once, unless its weight is asked for otherwise.

===============  ================================================================================================
weights          what a lineage weighs, and how its estimates share that
===============  ================================================================================================
``equal``        each lineage the same, its estimates alike
``confidence``   by how close the text that was read is to the study: `CONFIDENCE_WEIGHTS`, a choice of this program
``cited``        as the case cites it (``weight`` of an estimate or of a ``[[lineage]]``), else 1
===============  ================================================================================================

Under the last two a lineage without a weight of its own weighs as its estimates do on average, so that a copy adds
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Estimate
from mcmort.catalogue.vocabulary import Confidence, Weighting

__all__ = ["CONFIDENCE_WEIGHTS", "pool_weights", "unused_weights"]

CONFIDENCE_WEIGHTS: Final[Mapping[Confidence, float]] = {"high": 1.0, "medium": 0.5, "low": 0.25}
"""Weights by confidence: each step away from the study halves it. Only their ratios matter."""


def pool_weights(case: Case, estimates: Sequence[Estimate], weights: Weighting) -> list[float]:
    """Return the weight of each estimate in the pool of its measure.

    Parameters
    ----------
    case : Case
        Holds the weights of lineages.
    estimates : sequence of Estimate
        Of one component or quantity, of any measures.
    weights : {"equal", "confidence", "cited"}
        By what they weigh.

    Returns
    -------
    list of float
        In the order of the estimates; those of each measure sum to one, or are all zero if the case says so.
    """
    lines: dict[tuple[str, str], list[float]] = {}
    own = [_own_weight(estimate, weights) for estimate in estimates]
    for estimate, weight in zip(estimates, own, strict=True):
        lines.setdefault((estimate.measure, estimate.line), []).append(weight)
    whole = {(measure, line): _line_weight(case, line, own, weights) for (measure, line), own in lines.items()}
    totals = {measure: sum(weight for (of, _), weight in whole.items() if of == measure) for measure, _ in whole}
    return [
        weight / sum(lines[key]) * whole[key] / totals[estimate.measure] if weight > 0.0 and whole[key] > 0.0 else 0.0
        for estimate, weight in zip(estimates, own, strict=True)
        for key in ((estimate.measure, estimate.line),)
    ]


def unused_weights(case: Case, weights: Weighting) -> int:
    """Return how many weights the case cites that a way of weighing does not use."""
    cited = sum(one.weight is not None for owner in case.components.values() for one in owner.estimate)
    cited += sum(one.weight is not None for owner in case.quantities.values() for one in owner.estimate)
    return 0 if weights == "cited" else cited + len(case.lineages)


def _own_weight(estimate: Estimate, weights: Weighting) -> float:
    """Return what an estimate weighs beside others of its lineage."""
    match weights:
        case "equal":
            return 1.0
        case "confidence":
            # a figure of which nothing is said was read in its source, unless it came through another work
            return CONFIDENCE_WEIGHTS[estimate.confidence or ("high" if estimate.via is None else "medium")]
        case "cited":
            return 1.0 if estimate.weight is None else estimate.weight.value


def _line_weight(case: Case, line: str, own: Sequence[float], weights: Weighting) -> float:
    """Return what a lineage weighs."""
    if weights == "equal":
        return 1.0
    if weights == "cited" and line in case.lineages:
        return case.lineages[line].weight.value
    return sum(own) / len(own)
