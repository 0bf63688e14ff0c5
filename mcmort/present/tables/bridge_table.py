"""The table of a bridge: from one definition to another, step by step."""

from __future__ import annotations

from mcmort.analysis import Bridge, Summary, summarise
from mcmort.present.engine_note import engine_note
from mcmort.present.numbers import rounding_for
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import excluded_text, is_floor, level_text, unknown_text

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
    lines: list[tuple[str, Summary, bool]] = [
        (start.definition.id, summarise(start.values, chains=start.chains), is_floor(start))
    ]
    lines += [(step.label, step.summary, False) for step in bridge.steps]
    lines.append((end.definition.id, summarise(end.values, chains=end.chains), is_floor(end)))
    rows = []
    for label, summary, floor in lines:
        wide, rounding = summary.interval(probability), rounding_for(summary)
        span = rounding.span(wide.low, wide.high, to=" to ")
        rows.append((label, rounding.number(summary.mean), f"at least {span}" if floor else span))
    wide, rounding = bridge.difference.interval(probability), rounding_for(bridge.difference)
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
            *left_out,
            engine_note(end, summarise(end.values, chains=end.chains)),
        ),
    )
