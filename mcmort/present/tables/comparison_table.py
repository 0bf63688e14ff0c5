"""The table of a comparison: one row for each definition."""

from __future__ import annotations

from mcmort.analysis import ComparedDefinition, Comparison, Summary
from mcmort.present.balance_text import balance_notes
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.modes_text import comparison_mode_notes
from mcmort.present.numbers import rounding_for
from mcmort.present.pieces_text import pieces_text
from mcmort.present.print_format import EN_DASH, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import counts_text, floor_note, interval_text, is_floor, level_text, unknown_text

__all__ = ["comparison_table"]


def comparison_table(comparison: Comparison, probability: float = 0.95) -> Table:
    """Return the table of a comparison: one row for each definition.

    Parameters
    ----------
    comparison : Comparison
        From `mcmort.compare`.
    probability : float
        Of the interval to print; the one of 50 % is printed beside it.

    Returns
    -------
    Table
    """
    columns = (
        Column("Definition"),
        Column("Counts", is_optional=True),
        Column("Years"),
        Column(f"{100 * probability:g} % interval", is_number=True),
        Column("Median", is_number=True),
        Column("50 % interval", is_number=True, is_optional=True),
        Column("Not known", is_optional=True),
    )
    return Table(
        title=f"{comparison.rows[0].total.case.head.title}: the total under each definition",
        columns=columns,
        rows=tuple(_cells(row, probability) for row in comparison.rows),
        notes=_notes(comparison, probability),
        raw_columns=("median", "mean", "low", "high", "low_error", "high_error"),
        raw_rows=tuple(_raw(row.summary, probability) for row in comparison.rows),
        main_notes=_main_notes(comparison, probability),
    )


def _cells(row: ComparedDefinition, probability: float) -> tuple[str, ...]:
    total, summary = row.total, row.summary
    half = summary.interval(0.5)
    return (
        total.definition.id,
        counts_text(total),
        years_text(total.years),
        interval_text(total, summary, probability),
        rounding_for(summary, probability).number(summary.median),
        rounding_for(summary, 0.5).span(half.low, half.high),
        f"{len(total.unknown)} of {len(total.unknown) + len(total.terms)}" if total.unknown else EN_DASH,
    )


def _raw(summary: Summary, probability: float) -> tuple[object, ...]:
    wide = summary.interval(probability)
    return summary.median, summary.mean, wide.low, wide.high, wide.low_error, wide.high_error


def _main_notes(comparison: Comparison, probability: float) -> tuple[str, ...]:
    """Say in which modes totals are, what each definition is called, and how to read its interval."""
    totals = [row.total for row in comparison.rows]
    notes = comparison_mode_notes(comparison)
    notes += [f"{total.definition.id}: {total.definition.label}; counts {counts_text(total)}." for total in totals]
    notes += floor_note([row.total for row in comparison.rows])
    notes += _digits(comparison, probability)
    note = engine_note(comparison.rows[0].total, *(row.summary for row in comparison.rows))
    return (*notes, f"Intervals are {level_text(probability)}s, equal-tailed. {note}")


def _notes(comparison: Comparison, probability: float) -> tuple[str, ...]:
    """Say what each definition asks and leaves out, what it does not know, and how the draws were made."""
    notes = comparison_mode_notes(comparison)
    for row in comparison.rows:
        definition = row.total.definition
        notes.append(f"{definition.id}: {definition.question} Left out: {definition.leaves_out}")
        if row.total.unknown:
            notes.append(f"{definition.id} does not know: {unknown_text(row.total)}.")
        if row.pieces.whole is not None and row.pieces.modes is None:
            notes.append(pieces_text(definition.id, row.pieces.whole, row.summary, row.total.case, is_floor(row.total)))
        notes += [f"{definition.id}: {note}" for note in balance_notes(row.total, probability)]
    if comparison.years is not None:
        notes.append(f"Nothing outside {years_text(comparison.years)} is counted.")
    notes += [f"{name}: {reason}" for name, reason in comparison.empty.items()]
    notes += floor_note([row.total for row in comparison.rows])
    notes += _digits(comparison, probability)
    note = engine_note(comparison.rows[0].total, *(row.summary for row in comparison.rows))
    notes.append(f"Intervals are {level_text(probability)}s, equal-tailed. {note}")
    return tuple(notes)


def _digits(comparison: Comparison, probability: float) -> list[str]:
    """Name the definitions that are known less surely than their digits say."""
    return digits_note(
        (row.total.definition.id, rounding_for(row.summary, level))
        for row in comparison.rows
        for level in (probability, 0.5)
    )
