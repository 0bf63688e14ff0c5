"""The table of a bridge: from one definition to another, step by step."""

from __future__ import annotations

from mcmort.analysis import Bridge, Summary, summarise
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.numbers import Rounding, rounding_for, rounding_of
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import excluded_text, floor_note, level_text, or_more, unknown_text
from mcmort.totals import Total

__all__ = ["bridge_table"]


def bridge_table(bridge: Bridge, probability: float = 0.95) -> Table:
    """Return the table of a bridge: start, steps by the size of their means, end.

    Parameters
    ----------
    bridge : Bridge
        From `mcmort.bridge`.
    probability : float
        Of the interval to print.

    Returns
    -------
    Table
    """
    columns = (
        Column("Step"),
        Column("Mean", is_number=True),
        Column(f"{100 * probability:g} % interval", is_number=True),
    )
    start, end = bridge.start, bridge.end
    lines: list[tuple[str, Summary, Total | None]] = [
        (start.definition.id, summarise(start.values, chains=start.chains), start)
    ]
    lines += [(step.label, step.summary, None) for step in bridge.steps]
    lines.append((end.definition.id, summarise(end.values, chains=end.chains), end))
    rows, printed = [], list[tuple[str, Rounding]]()
    for label, summary, total in lines:
        wide, rounding = summary.interval(probability), rounding_for(summary, probability)
        mean = rounding_of((wide.low, summary.mean, wide.high), error=summary.mean_error).number(summary.mean)
        span = rounding.span(wide.low, wide.high, to=" to ")
        rows.append((label, mean, span if total is None else or_more(total, span)))
        printed.append((label, rounding))
    wide, rounding = bridge.difference.interval(probability), rounding_for(bridge.difference, probability)
    printed.append(("the difference", rounding))
    difference = (
        f"The difference: {rounding.span(wide.low, wide.high, to=' to ')} ({level_text(probability)}; "
        f"median {rounding.number(bridge.difference.median)})."
    )
    left_out = [f"{total.definition.id} does not count: {excluded_text(total)}." for total in (start, end)]
    left_out += [
        f"{total.definition.id} does not know: {unknown_text(total)}." for total in (start, end) if total.unknown
    ]
    return Table(
        title=f"{start.case.head.title}: from {start.definition.id} to {end.definition.id}",
        columns=columns,
        rows=tuple(rows),
        notes=(
            difference,
            "Means add up; the order is bookkeeping, not cause.",
            *floor_note((start, end)),
            *left_out,
            *digits_note(printed),
            engine_note(end, summarise(end.values, chains=end.chains)),
        ),
    )
