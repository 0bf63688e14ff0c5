"""The table of a bridge: from one number to another, step by step."""

from __future__ import annotations

from typing import Final

from mcmort.analysis import Bridge, BridgeEnd, Summary
from mcmort.present.bridge_text import claim_notes, mean_text, order_note, piece_notes, printed, span_text, step_label
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.numbers import Rounding, rounding_for, significant
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import floor_note, or_more, unknown_text

__all__ = ["bridge_table"]

_MOST_STEPS: Final = 8
"""Components of which a short table has a step, the largest."""
_RAW: Final = ("kind", "component", "mean", "median", "low", "high")

type _Row = tuple[tuple[str, ...], tuple[object, ...]]
"""Cells for people, and raw values for machines."""


def bridge_table(bridge: Bridge, probability: float = 0.95) -> Table:
    """Return the table of a bridge: start, steps, end, and the difference with what of it is scope and evidence.

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
        Column("Median", is_number=True, is_optional=True),
        Column(f"{100 * probability:g} % interval", is_number=True),
    )
    rows = [
        *_start_rows(bridge, probability),
        *_step_rows(bridge, probability),
        *_end_rows(bridge, probability),
        *_sum_rows(bridge, probability),
    ]
    main = _main_rows(rows)
    return Table(
        title=f"{bridge.start.total.case.head.title}: from {_name(bridge.start)} to {_name(bridge.end)}",
        columns=columns,
        rows=tuple(cells for cells, _ in rows),
        notes=tuple(_notes(bridge, probability)),
        raw_columns=_RAW,
        raw_rows=tuple(raw for _, raw in rows),
        main_rows=main,
        main_notes=tuple(_main_notes(bridge, [_mean(row) for i, row in enumerate(rows) if i not in main], probability)),
    )


def _main_rows(rows: list[_Row]) -> tuple[int, ...]:
    """Return the rows of a short table: all but the smaller steps of single components."""
    steps = [index for index, (_, raw) in enumerate(rows) if raw[1]]
    largest = set(sorted(steps, key=lambda index: -abs(_mean(rows[index])))[:_MOST_STEPS])
    return tuple(index for index in range(len(rows)) if index in largest or index not in steps)


def _mean(row: _Row) -> float:
    mean = row[1][2]
    assert isinstance(mean, float)
    return mean


def _name(end: BridgeEnd) -> str:
    return end.name if end.claim is None else end.claim.author


def _row(label: str, kind: str, component: str, summary: Summary, probability: float) -> _Row:
    wide = summary.interval(probability)
    rounding = rounding_for(summary, probability)
    is_known = wide.high <= wide.low
    median = significant(summary.median) if is_known else rounding.number(summary.median)
    span = EN_DASH if is_known else span_text(summary, probability)
    cells = (label, mean_text(summary, probability), median, span)
    return cells, (kind, component, summary.mean, summary.median, wide.low, wide.high)


def _total_row(end: BridgeEnd, kind: str, probability: float) -> _Row:
    label = end.name if end.claim is None else f"Our total as {end.claim.author} counts"
    (*cells, span), raw = _row(label, kind, "", end.summary, probability)
    return (*cells, or_more(end.total, span)), raw


def _figure_row(end: BridgeEnd, kind: str) -> _Row:
    claim = end.claim
    assert claim is not None
    is_point = claim.best is not None and claim.low is None
    figure = printed(end) if is_point else significant(end.mean)
    span = EN_DASH if is_point else printed(end)
    cells = (f"{claim.author}, as printed", figure, figure, span)
    return cells, (kind, "", end.mean, end.mean, claim.low, claim.high)


def _start_rows(bridge: Bridge, probability: float) -> list[_Row]:
    if bridge.start.claim is None:
        return [_total_row(bridge.start, "start", probability)]
    evidence = _steps(bridge, "evidence-start", probability)
    return [_figure_row(bridge.start, "start"), *evidence, _total_row(bridge.start, "total-start", probability)]


def _end_rows(bridge: Bridge, probability: float) -> list[_Row]:
    if bridge.end.claim is None:
        return [_total_row(bridge.end, "end", probability)]
    evidence = _steps(bridge, "evidence-end", probability)
    return [_total_row(bridge.end, "total-end", probability), *evidence, _figure_row(bridge.end, "end")]


def _steps(bridge: Bridge, kind: str, probability: float) -> list[_Row]:
    return [
        _without_median(row) if step.pieces else row
        for step in bridge.steps
        if step.kind == kind
        for row in [_row(step_label(bridge, step), step.kind, step.component, step.summary, probability)]
    ]


def _without_median(row: _Row) -> _Row:
    """Leave out a median that is no likely value; raw values keep it."""
    (label, mean, _, span), raw = row
    return (label, mean, EN_DASH, span), raw


def _step_rows(bridge: Bridge, probability: float) -> list[_Row]:
    kinds = dict.fromkeys(step.kind for step in bridge.steps if not step.is_evidence)
    return [row for kind in kinds for row in _steps(bridge, kind, probability)]


def _sum_rows(bridge: Bridge, probability: float) -> list[_Row]:
    sums = [("The difference", "difference", bridge.difference)]
    if bridge.evidence is not None:
        sums += [("of it scope", "scope", bridge.scope), ("of it evidence", "evidence", bridge.evidence)]
    return [_row(label, kind, "", summary, probability) for label, kind, summary in sums]


def _notes(bridge: Bridge, probability: float) -> list[str]:
    totals = [end.total for end in bridge.ends]
    names = bridge.start.total.case.components
    left_out = sorted(totals[0].excluded.keys() & totals[1].excluded.keys())
    return [
        order_note(bridge),
        *piece_notes(bridge, probability),
        *claim_notes(bridge),
        *([f"Neither counts: {'; '.join(names[name].label for name in left_out)}."] if left_out else []),
        *(f"{_name(end)} does not know: {unknown_text(end.total)}." for end in bridge.ends if end.total.unknown),
        *_last_notes(bridge, probability),
    ]


def _main_notes(bridge: Bridge, hidden: list[float], probability: float) -> list[str]:
    """Return the notes of a short table, with what the steps that it leaves out add together."""
    order = order_note(bridge)
    if hidden:
        which = f"{len(hidden)} smaller steps" if len(hidden) > 1 else "smallest step"
        order += f" Not shown: the {which}, together {significant(sum(hidden), 2)} in the mean."
    return [order, *claim_notes(bridge), *_last_notes(bridge, probability)]


def _last_notes(bridge: Bridge, probability: float) -> list[str]:
    totals = [end.total for end in bridge.ends]
    printed_numbers: list[tuple[str, Rounding]] = [
        (step_label(bridge, step), rounding_for(step.summary, probability)) for step in bridge.steps
    ]
    printed_numbers += [(_name(end), rounding_for(end.summary, probability)) for end in bridge.ends]
    return [
        *floor_note(totals),
        *digits_note(printed_numbers),
        engine_note(totals[1], *(end.summary for end in bridge.ends)),
    ]
