"""Sentences that set what a population was short of beside what the components of a total sum to."""

from __future__ import annotations

from mcmort.analysis.balance_residuals import BalanceResidual, balance_residuals
from mcmort.present.numbers import rounding_of
from mcmort.totals import Total

__all__ = ["balance_notes"]


def balance_notes(total: Total, probability: float = 0.95) -> list[str]:
    """Return a sentence for each balance whose scope a total holds whole."""
    return [_sentence(residual) for residual in balance_residuals(total, probability)]


def _sentence(residual: BalanceResidual) -> str:
    """Say in words which side is larger at the median; the interval is of the difference in that direction."""
    low, median, high = residual.low, residual.median, residual.high
    relation = "fall short of"
    if median < 0:
        relation, low, median, high = "exceed", -high, -median, -low
    rounding = rounding_of((low, median, high))
    count = len(residual.unknown)
    unknown = f", {count} component{'s' if count > 1 else ''} without evidence" if count else ""
    return (
        f"Components {relation} \N{LEFT DOUBLE QUOTATION MARK}{residual.balance.label}"
        f"\N{RIGHT DOUBLE QUOTATION MARK} by {rounding.number(median)} "
        f"({100 * residual.probability:g} %: {rounding.span(low, high, to=' to ')}{unknown})."
    )
