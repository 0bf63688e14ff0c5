"""Tables of measured errors: classes of figures, readings, years passed, registers, and the pairs themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mcmort.analysis.measured_errors import (
    ClassErrors,
    Completeness,
    FittedErrors,
    Interval95,
    LagErrors,
    Observed,
    ReadingRecord,
)
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.present.numbers import percent, signed, significant
from mcmort.present.print_format import EN_DASH, as_printed
from mcmort.present.tables.columns import Column, Table

__all__ = ["class_words", "classes_table", "pairs_table", "readings_table", "registers_table", "years_table"]

_GAINS: Final = {
    "high": "speaker gains by a high figure",
    "low": "speaker gains by a low figure",
    "neither": "speaker gains by neither",
    "unclear": "gain unclear",
}
_SAID: Final = 1_000.0
"""The figure for which the table says where the true number lies."""


def class_words(name: str) -> str:
    """Return the name of a class of figures in words."""
    basis, _, part = name.partition(", ")
    if not part:
        return basis
    return f"{basis}, {_GAINS[part] if basis == 'assertion' else part.replace('-', ' ')}"


def classes_table(rows: Sequence[ClassErrors], fitted: FittedErrors | None, notes: Sequence[str] = ()) -> Table:
    """Return the table of classes.

    Parameters
    ----------
    rows : sequence of ClassErrors
        From `mcmort.analysis.measured_errors.class_errors`.
    fitted : FittedErrors or None
        The numbers of the model.
    notes : sequence of str
        To print beneath.

    Returns
    -------
    Table
        One row for each class of figures: bias and spread as found and corrected for selection, and where the true
        number lies if a new figure of the class says 1,000.
    """
    columns = (
        Column("Kind of figure"),
        Column("Pairs", is_number=True),
        Column("Bias as found", is_number=True, is_optional=True),
        Column("Bias, corrected", is_number=True),
        Column("Spread, corrected", is_number=True),
        Column("If it says 1,000: true number, 90 %", is_number=True),
    )
    raw = (
        *("name", "pairs_found", "events_found", "mean_found", "sd_found", "pairs_in_frames", "mean_in_frames"),
        *("sd_in_frames", "bias_low", "bias", "bias_high", "spread_low", "spread", "spread_high"),
        *("true_over_figure_5", "true_over_figure_50", "true_over_figure_95"),
    )
    return Table(
        title="How far figures of each kind were from later, better counts: logarithm of early over later",
        columns=columns,
        rows=tuple(_class_cells(row) for row in rows),
        notes=tuple(notes),
        raw_columns=raw,
        raw_rows=tuple(_class_raw(row) for row in rows),
    )


def _class_cells(row: ClassErrors) -> tuple[str, ...]:
    fitted = row.fitted
    pairs = f"{row.found.pairs + row.in_frames.pairs} of {row.found.events + row.in_frames.events}"
    if fitted is None:
        mean = EN_DASH if math.isnan(row.found.mean) else signed(row.found.mean)
        return (class_words(row.name), pairs, mean, EN_DASH, EN_DASH, EN_DASH)
    ends = (fitted.true_over_figure["0.05"], fitted.true_over_figure["0.95"])
    return (
        class_words(row.name),
        pairs,
        _interval(fitted.bias_as_found),
        _interval(fitted.bias),
        _spread(fitted.spread),
        f"{significant(_SAID * ends[0], 2)}{EN_DASH}{significant(_SAID * ends[1], 2)}",
    )


def _class_raw(row: ClassErrors) -> tuple[object, ...]:
    found, frames, fitted = row.found, row.in_frames, row.fitted
    counted = (found.pairs, found.events, found.mean, found.spread, frames.pairs, frames.mean, frames.spread)
    if fitted is None:
        return (row.name, *counted, *[None] * 9)
    bias, spread, truth = fitted.bias, fitted.spread, fitted.true_over_figure
    limits = (bias.low, bias.median, bias.high, spread.low, spread.median, spread.high)
    return (row.name, *counted, *limits, truth["0.05"], truth["0.5"], truth["0.95"])


def _interval(interval: Interval95) -> str:
    return f"{signed(interval.median)} ({signed(interval.low)} to {signed(interval.high)})"


def _spread(interval: Interval95) -> str:
    low, middle, high = (significant(end, 2) for end in (interval.low, interval.median, interval.high))
    return f"{middle} ({low}{EN_DASH}{high})"


def readings_table(records: Sequence[ReadingRecord]) -> Table:
    """Return the table of how often printed ranges and bounds held."""
    rows = []
    for record in records:
        if not record.pairs:
            rows.append((record.name, "0", EN_DASH, EN_DASH, EN_DASH))
            continue
        share = f"{percent(record.low)}{EN_DASH}{percent(record.high)}"
        rows.append(
            (record.name, str(record.pairs), f"{record.held} of {record.pairs}", share, significant(record.ratio, 2))
        )
    return Table(
        title="How often printed ranges and bounds held the later figure",
        columns=(
            Column("Reading"),
            Column("Pairs", is_number=True, is_optional=True),
            Column("Held", is_number=True),
            Column("95 % interval", is_number=True),
            Column("Median ratio", is_number=True),
        ),
        rows=tuple(rows),
        notes=(
            "Ratio, of ranges: how many times wider (on the logarithm) a range had to be to reach the later figure; of "
            "bounds: the later figure over the bound. Corrections that were reported are among the worst figures: in a "
            "complete frame more ranges would hold.",
        ),
        raw_columns=("name", "pairs", "events", "held", "low", "high", "ratio"),
        raw_rows=tuple((r.name, r.pairs, r.events, r.held, r.low, r.high, r.ratio) for r in records),
    )


def years_table(spans: Sequence[LagErrors], fitted: FittedErrors | None) -> Table:
    """Return the table of errors by the years passed."""
    rows, raw = [], []
    for span in spans:
        parts = (span.all, span.documents)
        rows.append((_span_words(span), *(cell for part in parts for cell in _within_cells(part))))
        raw.append((span.first, span.last, *(value for part in parts for value in (part.mean, part.within_five))))
    columns = [
        Column(f"{name}{part}", is_number=True, is_optional=name == "Spread")
        for part in (", all", ", no assertions")
        for name in ("Pairs", "Spread", "Within 2 times")
    ]
    notes = []
    if fitted is not None:
        low, middle, high = (
            significant(end, 2) for end in (fitted.late_spread.low, fitted.late_spread.median, fitted.late_spread.high)
        )
        notes.append(
            f"Fitted, with kinds of figures held alike: a year or more after the event the spread is {middle} times "
            f"that of the same year (95 % {low}{EN_DASH}{high})."
        )
    return Table(
        title="Errors by the years from the event to the early figure",
        columns=(Column("Years"), *columns),
        rows=tuple(rows),
        notes=tuple(notes),
        raw_columns=(
            *("first", "last", "mean_all", "within_five_all"),
            *("mean_no_assertions", "within_five_no_assertions"),
        ),
        raw_rows=tuple(raw),
    )


def _within_cells(part: Observed) -> tuple[str, str, str]:
    spread = EN_DASH if math.isnan(part.spread) else significant(part.spread, 2)
    return (str(part.pairs), spread, percent(part.within_two) if part.pairs else EN_DASH)


def _span_words(span: LagErrors) -> str:
    if span.last == 0:
        return "the same year"
    return f"over {span.first - 1:.0f}" if math.isinf(span.last) else f"{span.first:.0f}{EN_DASH}{span.last:.0f}"


def registers_table(rows: Sequence[Completeness], library: ErrorLibrary) -> Table:
    """Return the table of how complete registers and lists have proved to be."""
    return Table(
        title="Registers and lists: early number over later count",
        columns=(
            Column("Kind"),
            Column("How chosen"),
            Column("Pairs", is_number=True),
            Column("Median", is_number=True),
            Column("Middle 80 %", is_number=True),
        ),
        rows=tuple(
            (
                row.kind.replace("-", " "),
                library.frames[row.frame].title,
                f"{row.pairs} of {row.events}",
                percent(row.median),
                f"{percent(row.low)}{EN_DASH}{percent(row.high)}",
            )
            for row in rows
        ),
        notes=('Over 100 %: it held more than was counted later. Registers that say "at least" are counted as well.',),
        raw_columns=("kind", "frame", "complete", "pairs", "events", "low", "median", "high"),
        raw_rows=tuple((r.kind, r.frame, r.is_complete, r.pairs, r.events, r.low, r.median, r.high) for r in rows),
    )


def pairs_table(pairs: Sequence[ErrorPair]) -> Table:
    """Return the table of the pairs."""
    return Table(
        title="Early figures and later counts",
        columns=(
            Column("Event"),
            Column("Speaker"),
            Column("Kind of figure"),
            Column("Early", is_number=True),
            Column("Later", is_number=True),
            Column("Error", is_number=True),
        ),
        rows=tuple(
            (
                pair.event,
                f"{pair.speaker}, {pair.said}",
                class_words(pair.cell),
                _as_said(pair),
                as_printed(pair.later_low, pair.later_best, pair.later_high, "range"),
                signed(pair.error),
            )
            for pair in pairs
        ),
        raw_columns=("id", "scope", "later_is", "frame", "error", "used"),
        raw_rows=tuple((p.id, p.scope, p.later_is, p.frame, p.error, p.measures_error) for p in pairs),
    )


def _as_said(pair: ErrorPair) -> str:
    reads = {"up-to": "at-most", "as-few-as": "at-least"}.get(pair.reads, pair.reads)
    text = as_printed(pair.low, pair.best, pair.high, reads)
    return {"up-to": text.replace("at most", "up to"), "as-few-as": text.replace("at least", "as few as")}.get(
        pair.reads, text
    )
