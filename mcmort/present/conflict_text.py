"""Sentences about conflicts in the evidence: what pulls against what, how far, and in which direction."""

from __future__ import annotations

import math
from typing import Final

from mcmort.analysis.conflict import LEVEL, Conflict, ConflictRow
from mcmort.present.numbers import percent, rounding_of, significant
from mcmort.present.texts.reference_list import author_and_year

__all__ = ["conflict_finding", "node_label", "own_text", "probability_words", "ratio_words", "rest_text", "times_text"]

_NAMED: Final = 3
_LEAST: Final = 1e-4


def node_label(conflict: Conflict, row: ConflictRow) -> str:
    """Name a part of the evidence for people."""
    case, node = conflict.case, row.node
    if node.kind == "claim":
        claim = case.claims[node.name]
        return f"{claim.author}: {claim.counts} (claim)"
    if node.kind == "balance":
        return f"{case.balances[node.name].label} (balance)"
    label = case.components[node.name].label
    if node.kind == "figure":
        estimate = next(one for one in case.components[node.name].estimate if node.figures[0].endswith(f":{one.name}"))
        return f"{label}: {author_and_year(case.sources[estimate.source])}"
    return f"{label}: register" if node.kind == "register" else f"{label}: own figures"


def own_text(row: ConflictRow) -> str:
    """Return what a part of the evidence says: a figure as it is printed, or an interval."""
    return _span(row.found.own)


def rest_text(row: ConflictRow) -> str:
    """Return the interval that all other evidence leads to."""
    return _span(row.found.rest)


def _span(quantiles: tuple[float, ...]) -> str:
    low, median, high = quantiles
    if high - low <= 1e-9 * abs(median):
        return significant(median)
    rounding = rounding_of([low, median, high])
    return rounding.span(low, high)


def times_text(row: ConflictRow) -> str:
    """Return how many times as high the own evidence is, by the medians."""
    own, rest = row.found.own[1], row.found.rest[1]
    ratio = own / rest if rest > 0.0 else math.inf
    return f"{significant(ratio, 2)} times" if math.isfinite(ratio) and own > 0.0 else ""


def probability_words(value: float) -> str:
    """Return a probability of no conflict with two figures."""
    return f"under {_LEAST:.4f}" if value < _LEAST else significant(value, 2)


def conflict_finding(conflict: Conflict) -> list[str]:
    """Return the sentences that say what was found, the strongest conflict first."""
    found, count = conflict.conflicts, sum(not row.found.failure for row in conflict.rows)
    tests = f"{count} comparison" + ("" if count == 1 else "s")
    if not count:
        return ["No comparison could be made: the fit of each was refused, because its chains found several modes."]
    if not found:
        first = conflict.rows[0]
        return [
            f"No part of the evidence is in conflict with the rest: of {tests} none is below {percent(LEVEL)} once "
            f"corrected for their number. The farthest apart: {_clause(conflict, first)} ({_odds(first)})."
        ]
    first, *others = found
    sentences = [f"In conflict: {_clause(conflict, first)} ({_odds(first)}, of {tests})."]
    if others:
        named = "; ".join(f"{node_label(conflict, row)}, {_direction(row)}" for row in others[:_NAMED])
        more = f"; and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        sentences.append(f"So {'is' if len(others) == 1 else 'are'} {named}{more}.")
    return sentences


def _clause(conflict: Conflict, row: ConflictRow) -> str:
    """Say what one part of the evidence says and what all else does."""
    label, own, rest, times = node_label(conflict, row), own_text(row), rest_text(row), _direction(row)
    verbs = {
        "component": ("put it at", "all other evidence puts it at"),
        "balance": ("gives", "by all other evidence its parts add up to"),
    }
    says, expects = verbs.get(row.node.kind, ("says", "all other evidence leads one to expect"))
    return f"{label} {says} {own}, {expects} {rest}: {times}"


def _direction(row: ConflictRow) -> str:
    """Say on which side of the rest it is, and how far."""
    own, rest = row.found.own[1], row.found.rest[1]
    ratio = own / rest if rest > 0.0 else math.inf
    if not math.isfinite(ratio) or ratio <= 0.0:
        return "too high" if own > rest else "too low"
    return ratio_words(ratio)


def ratio_words(ratio: float) -> str:
    """Say how far one number is from another, by their positive ratio."""
    if ratio >= 1.0:
        return f"{significant(ratio, 2)} times as high" if ratio > 2.0 else f"{percent(ratio - 1.0)} higher"
    return f"{percent(1.0 - ratio)} lower"


def _odds(row: ConflictRow) -> str:
    return f"p = {probability_words(row.found.probability)}, corrected {probability_words(row.corrected)}"
