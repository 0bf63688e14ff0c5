"""The table of probabilities of a total: one row for each thing that may be true of it."""

from __future__ import annotations

from mcmort.analysis import summarise
from mcmort.analysis.total_probabilities import TotalProbabilities
from mcmort.present.engine_note import engine_note
from mcmort.present.numbers import points_text, rounding_for
from mcmort.present.probability_text import completeness_note, event_label, event_probability, total_name
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import floor_note, interval_text, level_text
from mcmort.totals import Total

__all__ = ["probability_table"]


def probability_table(result: TotalProbabilities, interval: float = 0.95) -> Table:
    """Return the table of probabilities of a total.

    Parameters
    ----------
    result : TotalProbabilities
        From `mcmort.probability`.
    interval : float
        Probability of the interval of the total that is printed beneath.

    Returns
    -------
    Table
    """
    columns = (
        Column("The total is" if result.other is None else "Of the same draw" if result.is_same_draws else "Total"),
        Column("Probability", is_number=True),
        Column("Monte Carlo error", is_number=True),
    )
    shown = [event for event in result.events if event.kind != "equals" or event.probability.value > 0.0]
    rows = [
        (event_label(result, event), event_probability(result, event), points_text(event.probability.error))
        for event in shown
    ]
    raw = [
        (event.kind, event.above, event.below, own.value, own.error, own.low, own.high)
        for event in shown
        for own in (event.probability,)
    ]
    totals = [result.total] if result.other is None else [result.total, result.other]
    notes = [_total_note(result, total, interval) for total in totals]
    notes += [*floor_note(totals), *completeness_note(result)]
    notes.append(
        "Given the evidence, this definition and the model; the Monte Carlo error is of the draws alone, as "
        "percentage points."
    )
    if result.other is not None and not result.is_same_draws:
        notes.append("Draws of two cases are independent: what the sources of both may share is not counted.")
        notes.append(engine_note(result.other, summarise(result.other.values, chains=result.other.chains)))
    notes.append(engine_note(result.total, result.summary))
    return Table(
        title=f"{result.total.case.head.title}: {' against '.join(total_name(result, total) for total in totals)}",
        columns=columns,
        rows=tuple(rows),
        notes=tuple(notes),
        raw_columns=("event", "above", "below", "probability", "error", "low", "high"),
        raw_rows=tuple(raw),
    )


def _total_note(result: TotalProbabilities, total: Total, interval: float) -> str:
    """Say what a total is, with its definition."""
    probabilities = (interval,)
    summary = result.summary
    if total is not result.total:
        summary = summarise(total.values, probabilities, shortest=False, chains=total.chains)
    return (
        f"{total_name(result, total)}: {interval_text(total, summary, interval)} ({level_text(interval)}; median "
        f"{rounding_for(summary, interval).number(summary.median)})."
    )
