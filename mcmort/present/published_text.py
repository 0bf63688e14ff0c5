"""A sentence that names the published totals of a total's own scope which lie outside its interval."""

from __future__ import annotations

from collections.abc import Iterable

from mcmort.analysis import Summary
from mcmort.analysis.claims import outside
from mcmort.catalogue.records import Claim
from mcmort.present.numbers import significant, significant_span
from mcmort.totals import Total

__all__ = ["published_notes"]

_MOST = 3
_DIGITS = 10
"""Significant figures of a published total: all that its author prints."""
_LEAST = 0.9
"""Probability of an interval from which on it is worth a word that a figure lies outside of it."""


def published_notes(total: Total, summary: Summary, probability: float = 0.95) -> list[str]:
    """Say which published totals of the same scope lie outside the interval; above a minimum nothing does."""
    if probability < _LEAST:
        return []
    found = outside(total, summary, probability)
    sides = [
        f"{side} it {_listed(claims)}" for side, claims in (("below", found.below), ("above", found.above)) if claims
    ]
    if not sides:
        return []
    count = len(found.below) + len(found.above)
    return [
        f"Outside the interval {'lies' if count == 1 else 'lie'} {count} of {found.count} published total"
        f"{'' if found.count == 1 else 's'} of the same scope: {'; '.join(sides)} ('mcmort claims {total.case.where}')."
    ]


def _listed(claims: Iterable[Claim]) -> str:
    named = [f"{one.author} ({_figure(one)})" for one in claims]
    return ", ".join(named[:_MOST]) + (f" and {len(named) - _MOST} more" if len(named) > _MOST else "")


def _figure(claim: Claim) -> str:
    """Return a published total with the digits of its author, in millions where it is as many."""
    if claim.low is not None and claim.high is not None:
        return significant_span(claim.low, claim.high, _DIGITS)
    ends = (("", claim.best), ("at least ", claim.low), ("at most ", claim.high))
    return next(f"{word}{significant(value, _DIGITS)}" for word, value in ends if value is not None)
