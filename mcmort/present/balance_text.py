"""Sentences that set what a population was short of beside what the components of a total sum to."""

from __future__ import annotations

from typing import Final

from mcmort.analysis.balance_residuals import BalanceResidual, balance_residuals
from mcmort.present.numbers import significant
from mcmort.totals import Total

__all__ = ["balance_notes"]

_MILLION: Final = " million"


def balance_notes(total: Total, probability: float = 0.95) -> list[str]:
    """Return a sentence for each balance whose scope a total holds whole."""
    return [_sentence(residual) for residual in balance_residuals(total, probability)]


def _sentence(residual: BalanceResidual) -> str:
    """Say in words which side is larger at the median; the interval is of the difference in that direction."""
    low, median, high = residual.low, residual.median, residual.high
    relation = "fall short of"
    if median < 0:
        relation, low, median, high = "exceed", -high, -median, -low
    count = len(residual.unknown)
    unknown = f", {count} component{'s' if count > 1 else ''} without evidence" if count else ""
    return (
        f"Components {relation} \N{LEFT DOUBLE QUOTATION MARK}{residual.balance.label}"
        f"\N{RIGHT DOUBLE QUOTATION MARK} by {significant(median, 2)} "
        f"({100 * residual.probability:g} %: {_span(low, high)}{unknown})."
    )


def _span(low: float, high: float) -> str:
    """Return both ends with two significant figures, and one unit word if it serves both."""
    first, last = _signed(low), _signed(high)
    if last.endswith(_MILLION):
        first = first.removesuffix(_MILLION)
    return f"{first} to {last}"


def _signed(value: float) -> str:
    """Return two significant figures, after a minus sign where the other side is larger."""
    return ("\N{MINUS SIGN}" if value < 0 else "") + significant(abs(value), 2)
