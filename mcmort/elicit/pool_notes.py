"""What must be said of figures that enter a pool otherwise than they read: exact zeros, bounds that bound nothing."""

from __future__ import annotations

from mcmort.catalogue.records import Estimate
from mcmort.elicit.priors import Elicited

__all__ = ["unused_bounds_note", "zero_note"]


def zero_note(evidence: Elicited) -> str:
    """Say which points of zero are taken to be exact, since a spread is relative to its figure, or return ""."""
    zeros = [
        used.estimate.name
        for used in evidence.used
        if used.estimate.best == 0.0 and used.estimate.reading == "point" and used.weight > 0.0
    ]
    if not zeros:
        return ""
    return f"the zero of {', '.join(zeros)} is taken as exact, since a spread is relative: give a range if it is not"


def unused_bounds_note(evidence: Elicited) -> str:
    """Say which one-sided claims bound nothing, since no figures of their measure are pooled, or return ""."""
    if evidence.all is None and evidence.registered is None:
        return ""  # then the component is unknown, and its reason says so
    unused = [f"{bound.name} ({_words(bound)})" for bound in evidence.bounds if not _is_used(evidence, bound)]
    if not unused:
        return ""
    verb = "is" if len(unused) == 1 else "are"
    return f"{', '.join(unused)} {verb} not used: no figures of that kind are pooled, so there is nothing to bound"


def _is_used(evidence: Elicited, bound: Estimate) -> bool:
    """Whether a pool has a bound: of its measure, or of all deaths where at least so many were registered."""
    if bound.measure == "all":
        return evidence.all is not None
    return evidence.registered is not None or (bound.side == "at-least" and evidence.all is not None)


def _words(bound: Estimate) -> str:
    value = bound.low if bound.side == "at-least" else bound.high
    of = "registered" if bound.measure == "registered" else "in all"
    return f"{'at least' if bound.side == 'at-least' else 'at most'} {value:,.10g} {of}"
