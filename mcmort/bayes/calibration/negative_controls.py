"""Wrong models of the same parameters: a calibration that accepts them shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.error_groups import ErrorGroup

__all__ = ["NEGATIVE_CONTROLS"]


def _surer_heterogeneity(evidence: Evidence, factor: float) -> Evidence:
    """Take the heterogeneities to be better known than they are."""
    return _with_groups(evidence, lambda group: replace(group, spread_log_sd=group.spread_log_sd / factor))


def _halved_bias(evidence: Evidence) -> Evidence:
    """Take the biases to be half as large as they may be."""
    return _with_groups(evidence, lambda group: replace(group, bias_sd=group.bias_sd / 2.0))


def _with_groups(evidence: Evidence, change: Callable[[ErrorGroup], ErrorGroup]) -> Evidence:
    groups = {name: change(group) for name, group in evidence.errors.groups.items()}
    return replace(evidence, errors=replace(evidence.errors, groups=groups))


def _copies_in_full(evidence: Evidence) -> Evidence:
    """Count every copy as a figure of its own."""
    return replace(evidence, data=tuple(replace(datum, weight=1.0) for datum in evidence.data))


def _bounds_as_points(evidence: Evidence) -> Evidence:
    """Read "at least" and "at most" as the figure itself."""
    other = replace(evidence, data=tuple(replace(datum, side="point") for datum in evidence.data))
    other.__dict__["several"] = evidence.several  # the same parameters, though there are more points
    return other


NEGATIVE_CONTROLS: Final[Mapping[str, Callable[[Evidence], Evidence]]] = {
    "halved-heterogeneity": partial(_surer_heterogeneity, factor=2.0),
    "quartered-heterogeneity": partial(_surer_heterogeneity, factor=4.0),
    "halved-bias": _halved_bias,
    "copies-in-full": _copies_in_full,
    "bounds-as-points": _bounds_as_points,
}
"""What each makes of the evidence that is fitted, by name."""
