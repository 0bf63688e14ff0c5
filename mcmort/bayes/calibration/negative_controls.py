"""Wrong models of the same parameters: a calibration that accepts them shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from mcmort.bayes.evidence import Evidence

__all__ = ["NEGATIVE_CONTROLS"]


def _surer_heterogeneity(evidence: Evidence, factor: float) -> Evidence:
    """Take the heterogeneities to be better known than they are."""
    log_sd = evidence.synthesis.heterogeneity / factor
    return replace(evidence, synthesis=evidence.synthesis.model_copy(update={"heterogeneity": log_sd}))


def _halved_bias(evidence: Evidence) -> Evidence:
    """Take the biases to be half as large as they may be."""
    bias = {name: prior.model_copy(update={"sd": prior.sd / 2.0}) for name, prior in evidence.synthesis.bias.items()}
    return replace(evidence, synthesis=evidence.synthesis.model_copy(update={"bias": bias}))


def _copies_in_full(evidence: Evidence) -> Evidence:
    """Count every copy as a figure of its own."""
    return replace(evidence, data=tuple(replace(datum, weight=1.0) for datum in evidence.data))


def _bounds_as_points(evidence: Evidence) -> Evidence:
    """Read "at least" and "at most" as the figure itself."""
    return replace(evidence, data=tuple(replace(datum, side="point") for datum in evidence.data))


NEGATIVE_CONTROLS: Final[Mapping[str, Callable[[Evidence], Evidence]]] = {
    "halved-heterogeneity": partial(_surer_heterogeneity, factor=2.0),
    "quartered-heterogeneity": partial(_surer_heterogeneity, factor=4.0),
    "halved-bias": _halved_bias,
    "copies-in-full": _copies_in_full,
    "bounds-as-points": _bounds_as_points,
}
"""What each makes of the evidence that is fitted, by name."""
