"""What assertions that a fit leaves out would make of its totals, in words."""

from __future__ import annotations

import math
from typing import Final

from mcmort.analysis.admitting_assertions import admitting_assertions
from mcmort.present.numbers import percent_with_error, rounding_of
from mcmort.results import Draws, HistogramResults
from mcmort.results.assertion_weights import MOST_PARETO_K
from mcmort.totals import Total

__all__ = ["assertions_text", "with_assertions_text"]

_MOST_NAMES: Final = 3
_UNSURE: Final = 1.96
"""Monte Carlo errors within which a shift is said to be unsure."""


def assertions_text(draws: Draws | HistogramResults) -> str:
    """Say how many assertions the model leaves out and what shows the difference that they make; "" if none."""
    if draws.assertions is None:
        return ""
    count, admitted = draws.assertions.figures, ",".join((*draws.manifest.evidence, "assertion"))
    figures, them = (
        ("1 figure that is an assertion", "it") if count == 1 else (f"{count} figures that are assertions", "them")
    )
    return f"Left out: {figures}; a fit with {them}: --evidence {admitted}."


def with_assertions_text(total: Total) -> str:
    """Say what a total of a fit would be if assertions were evidence too, and what that rests on.

    Where the weights of its draws are not to be relied upon, that is said; where there are none, nothing.
    """
    assertions, name, case = total.draws.assertions, total.definition.id, total.case
    if assertions is None:
        return ""
    if assertions.adds:
        labels = [case.components[one].label for one in assertions.adds]
        named = ", ".join(labels[:_MOST_NAMES]) + (
            f" and {len(labels) - _MOST_NAMES} more" * (len(labels) > _MOST_NAMES)
        )
        return f"Assertions alone speak of {named}, which totals would then count; a fit of its own shows by how much."
    if not len(assertions.log_weights):
        return ""
    found = admitting_assertions(total)
    if found is None:
        why = "they lie where hardly a draw is"
        if math.isfinite(assertions.pareto_k):
            why = f"their weights have a Pareto k of {assertions.pareto_k:.1f}, at most {MOST_PARETO_K} allowed"
        return f"What assertions would make of {name!r} the draws of this fit cannot tell: {why}."
    rounding = rounding_of((found.low, found.median, found.high))
    was = found.median - found.shift
    if abs(found.shift) <= _UNSURE * found.error:
        size = "the same within its Monte Carlo error"
    elif was:
        share = percent_with_error(abs(found.shift / was), abs(found.error / was))
        size = f"{'higher' if found.shift > 0 else 'lower'} by {share}"
    else:
        size = f"{'higher' if found.shift > 0 else 'lower'}"
    return (
        f"With assertions ({assertions.figures} left out here) {name!r} would be "
        f"{rounding.span(found.low, found.high)}, median {rounding.number(found.median)}, {size}: the draws of "
        f"this fit weighed again (Pareto k {max(assertions.pareto_k, 0.0):.1f}; up to {MOST_PARETO_K} it holds)."
    )
