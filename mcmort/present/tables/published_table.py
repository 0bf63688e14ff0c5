"""The table of published totals beside the definitions that they start from."""

from __future__ import annotations

from typing import Final

from mcmort.analysis import Comparison
from mcmort.present.print_format import as_printed
from mcmort.present.tables.columns import Column, Table

__all__ = ["published_table"]

_MOST: Final = 12
"""Totals of which a short table consists: those of the same scope as our definitions."""


def published_table(comparison: Comparison) -> Table | None:
    """Return the published totals beside the definitions that they start from, or None if there are none."""
    columns = (
        Column("Definition"),
        Column("Author"),
        Column("Figure, as printed", is_number=True),
        Column("Basis", is_optional=True),
        Column("Scope"),
    )
    rows, raw = [], []
    for row in comparison.rows:
        for published in row.published:
            claim = published.claim
            scope = "the same" if published.is_same_scope else f"counts: {claim.counts}"
            if claim.beyond is not None:
                scope += f"; beyond this case: {claim.beyond}"
            if published.is_superseded:
                scope += " (since replaced by its author)"
            figure = as_printed(claim.low, claim.best, claim.high, claim.reading)
            rows.append((row.total.definition.id, claim.author, figure, claim.basis, scope))
            raw.append((claim.id, claim.low, claim.best, claim.high, published.is_same_scope))
    if not rows:
        return None
    notes = ("Published figures are not inputs of the totals beside which they stand.",)
    same = tuple(index for index, row in enumerate(rows) if row[-1].startswith("the same"))
    return Table(
        "Published totals",
        columns,
        tuple(rows),
        notes,
        ("id", "low", "best", "high", "same_scope"),
        tuple(raw),
        same[:_MOST],
    )
