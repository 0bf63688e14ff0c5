"""The table of both engines: what pooled ranges give, and what the model of all the evidence makes of them."""

from __future__ import annotations

from mcmort.analysis import Comparison
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.modes_text import comparison_mode_notes
from mcmort.present.numbers import rounding_for
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import counts_text, floor_note, interval_text

__all__ = ["engines_table"]


def engines_table(
    elicited: Comparison, synthesis: Comparison, probability: float = 0.95
) -> Table:  # fmt: skip
    """Return the table of both engines: one row for each definition that either can count."""
    ours = {row.total.definition.id: row for row in elicited.rows}
    theirs = {row.total.definition.id: row for row in synthesis.rows}
    rows, raw = [], []
    for name in dict.fromkeys((*ours, *theirs)):
        cells: list[str] = []
        numbers: list[float | None] = []
        for row in (ours.get(name), theirs.get(name)):
            if row is None:
                cells += ["nothing to count", ""]
                numbers += [None, None, None]
                continue
            wide, median = row.summary.interval(probability), row.summary.median
            cells += [
                interval_text(row.total, row.summary, probability),
                rounding_for(row.summary, probability).number(median),
            ]
            numbers += [median, wide.low, wide.high]
        either = ours.get(name) or theirs[name]
        rows.append((name, counts_text(either.total), *cells))
        raw.append(tuple(numbers))
    level = f"{100 * probability:g} %"
    columns = (
        Column("Definition"),
        Column("Counts", is_optional=True),
        Column(f"Pooled ranges, {level}", is_number=True),
        Column("Median", is_number=True),
        Column(f"All the evidence, {level}", is_number=True),
        Column("Median", is_number=True),
    )
    notes = (
        "Pooled ranges: each component from the pool of what is cited of it. All the evidence: one model of these and "
        "of claims about sums, bounds and balances, with biases, copies and incomplete registers.",
        *(f"All the evidence: {modes}" for modes in comparison_mode_notes(synthesis)),
        *floor_note([row.total for row in (*elicited.rows, *synthesis.rows)]),
        *_digits_notes(elicited, "pooled ranges", probability),
        *_digits_notes(synthesis, "all the evidence", probability),
        f"Pooled ranges: {_engine_note(elicited)}",
        f"All the evidence: {_engine_note(synthesis)}",
    )
    ends = ("median", "low", "high")
    names = tuple(f"{engine}_{end}" for engine in ("elicited", "synthesis") for end in ends)
    title = f"{elicited.rows[0].total.case.head.title}: the total under each definition, by either engine"
    return Table(title, columns, tuple(rows), notes, names, tuple(raw))


def _digits_notes(comparison: Comparison, engine: str, probability: float) -> list[str]:
    return digits_note(
        (f"{row.total.definition.id} ({engine})", rounding_for(row.summary, probability)) for row in comparison.rows
    )


def _engine_note(comparison: Comparison) -> str:
    return engine_note(comparison.rows[0].total, *(row.summary for row in comparison.rows))
