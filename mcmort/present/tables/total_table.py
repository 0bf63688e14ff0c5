"""The table of a total: one row for each component that counts, then overlaps, then the total."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Final

from mcmort.analysis import Pieces, Summary, TotalPieces, mean_of, summarise
from mcmort.analysis.bounds import IntervalBounds
from mcmort.present.assertion_text import with_assertions_text
from mcmort.present.balance_text import balance_notes
from mcmort.present.engine_note import digits_note, engine_note, ignored_dependence_note
from mcmort.present.grouped_notes import grouped_notes
from mcmort.present.modes_text import total_mode_notes
from mcmort.present.numbers import MINUS, Rounding, is_near_zero, percent, rounding_for, rounding_of, significant
from mcmort.present.one_source_text import one_source_notes
from mcmort.present.pieces_text import pieces_label, pieces_text
from mcmort.present.print_format import EN_DASH, years_text
from mcmort.present.provenance_text import provenance_note
from mcmort.present.published_text import published_notes
from mcmort.present.sensitivity_text import leading_note
from mcmort.present.tables.columns import Column, Table
from mcmort.present.texts.spread_text import measured_note
from mcmort.present.wording import counts_text, floor_note, interval_text, is_floor, left_out_text, unknown_text
from mcmort.totals import Total, Values

__all__ = ["total_table"]

type _Line = tuple[tuple[str, ...], tuple[object, ...]]
"""Cells for people, and raw values for machines."""

_LARGE: Final = 0.03
"""Share of the mean total from which a component stands in a short table."""
_MOST: Final = 12
"""The most components and overlaps of a short table."""
_PARTS_NOTE = "Medians and interval ends do not add up; means do."


def total_table(
    total: Total,
    summary: Summary,
    probability: float = 0.95,
    bounds: IntervalBounds | None = None,
    pieces: TotalPieces | None = None,
) -> Table:
    """Return the table of a total: one row for each component that counts, then overlaps, then the total.

    Parameters
    ----------
    total : Total
        From `mcmort.total`.
    summary : Summary
        Of its values.
    probability : float
        Of the interval to print.
    bounds : IntervalBounds, optional
        What its ends can be under any dependence.
    pieces : TotalPieces, optional
        Its pieces, if they have been worked out.

    Returns
    -------
    Table
    """
    pieces = pieces or TotalPieces(total)
    columns = (
        Column("Component"),
        Column("Years"),
        Column("Share of mean", is_number=True, is_optional=True),
        Column(f"{100 * probability:g} % interval", is_number=True),
        Column("Median", is_number=True),
    )
    names = sorted(total.parts, key=lambda name: (-mean_of(total.parts[name]), name))
    parts = {name: _summarise(total.parts[name], probability, total.chains) for name in names}
    lines = [_component_line(total, summary, name, parts[name], probability) for name in names]
    lines += [_overlap_line(total, summary, name, probability) for name in sorted(total.overlaps)]
    lines.append(_total_line(total, summary, probability))
    largest = _largest(total, summary, names)
    shown = {names[row] for row in largest if row < len(names)}
    return Table(
        title=f"{total.case.head.title}: {total.definition.label}, counting {counts_text(total)}",
        columns=columns,
        rows=tuple(cells for cells, _ in lines),
        notes=_total_notes(total, summary, parts, probability, bounds, pieces),
        raw_columns=("id", "median", "mean", "low", "high"),
        raw_rows=tuple(raw for _, raw in lines),
        main_rows=(*largest, len(lines) - 1),
        main_notes=_main_notes(total, summary, probability, pieces, bounds, shown),
    )


def _largest(total: Total, summary: Summary, names: list[str]) -> list[int]:
    """Return the rows of the largest components and overlaps, of which a short table consists."""
    means = [mean_of(total.parts[name]) for name in names]
    means += [mean_of(total.overlaps[name]) for name in sorted(total.overlaps)]
    large = [row for row, mean in enumerate(means) if mean >= _LARGE * summary.mean]
    return sorted(sorted(large, key=lambda row: -means[row])[:_MOST])


def _main_notes(
    total: Total,
    summary: Summary,
    probability: float,
    pieces: TotalPieces,
    bounds: IntervalBounds | None,
    shown: Collection[str],
) -> tuple[str, ...]:
    """Return what a reader must know first: what carries the width, is not counted, not known, and how it was made."""
    notes = [*total_mode_notes(pieces), *leading_note(pieces, probability)]
    notes += [
        f"{total.case.components[name].label} falls into pieces: {pieces_label(own, _summarised_part(total, name))}."
        for name, own in _told_in_pieces(pieces)
        if name in shown and len(total.parts) > 1
    ]
    notes.append(left_out_text(total))
    if total.unknown:
        notes.append(f"Asked for, but not known: {unknown_text(total)}.")
    notes += [*floor_note([total]), *published_notes(total, summary, probability)]
    if bounds is not None:
        interval = summary.interval(probability)
        notes.append(_bounds_text(bounds, interval.high - interval.low, total.least))
    return (*notes, *_assertions(total), engine_note(total, summary))


def _component_line(total: Total, summary: Summary, name: str, own: Summary, probability: float) -> _Line:
    """Return the line of a component: its part of the years, its share of the total, its interval."""
    wide, rounding = own.interval(probability), rounding_for(own, probability)
    term = total.terms[name]
    part = "" if term.fraction > 1 - 1e-12 else f" ({percent(term.fraction)} of it)"
    cells = (
        total.case.components[name].label,
        years_text((min(term.years), max(term.years))) + part,
        _share_of_mean(own.mean, summary, probability),
        rounding.span(wide.low, wide.high),
        rounding.number(own.median),
    )
    return cells, (name, own.median, own.mean, wide.low, wide.high)


def _overlap_line(total: Total, summary: Summary, name: str, probability: float) -> _Line:
    """Return the line of an overlap, which is taken off: all its numbers are negative."""
    own = _summarise(total.overlaps[name], probability, total.chains)
    wide, rounding = own.interval(probability), rounding_for(own, probability)
    overlap = total.case.overlaps[name]
    guest, host = (total.case.components[end].label for end in (overlap.of, overlap.within))
    cells = (
        f"less: {guest}, within {host}",
        EN_DASH if overlap.years is None else years_text(overlap.years),
        _share_of_mean(-own.mean, summary, probability),
        f"{_less(rounding, wide.high)} to {_less(rounding, wide.low)}{rounding.word}",
        f"{_less(rounding, own.median)}{rounding.word}",
    )
    # subtracted from zero, so that none is printed as -0.0
    return cells, (name, 0.0 - own.median, 0.0 - own.mean, 0.0 - wide.high, 0.0 - wide.low)


def _less(rounding: Rounding, number: float) -> str:
    """Return a number that is taken off, with its sign unless it is printed as none."""
    return f"{MINUS if rounding.value(number) else ''}{rounding.digits(number)}"


def _total_line(total: Total, summary: Summary, probability: float) -> _Line:
    wide = summary.interval(probability)
    cells = (
        "Total",
        years_text(total.years),
        "100 %",
        interval_text(total, summary, probability),
        rounding_for(summary, probability).number(summary.median),
    )
    return cells, ("total", summary.median, summary.mean, wide.low, wide.high)


def _share_of_mean(mean: float, summary: Summary, probability: float) -> str:
    """Return a part as a share of the mean, unless that is negative, or nothing beside its interval."""
    is_whole = summary.mean > 0 and not is_near_zero(summary.mean, summary.interval(probability))
    return percent(mean / summary.mean) if is_whole else EN_DASH


def _shortest_text(summary: Summary, probability: float) -> str:
    """Return the shortest interval, with the Monte Carlo error of its ends where that is larger than the last digit."""
    shortest, rounding = (
        summary.interval(probability, "highest-density"),
        rounding_for(summary, probability, "highest-density"),
    )
    span = rounding.span(shortest.low, shortest.high)
    if not rounding.is_limited:
        return span
    error = max(shortest.low_error, shortest.high_error)
    known = significant(error, 1) if math.isfinite(error) else "not known"
    return f"{span} (Monte Carlo error of its ends {known})"


def _bounds_text(bounds: IntervalBounds, width: float, least: float) -> str:
    """Say what the ends of the interval can be, whatever the dependence."""
    ends = [(max(end.low.limit, least), end.high.limit) for end in (bounds.low, bounds.high)]
    low, high = (rounding_of(end, width).span(*end, to=" to ") for end in ends)
    return (
        f"Whatever the dependence between the components, the lower end lies in {low} and the upper end in {high}; "
        "no single dependence need reach all of these."
    )


def _total_notes(
    total: Total,
    summary: Summary,
    parts: Mapping[str, Summary],
    probability: float,
    bounds: IntervalBounds | None,
    pieces: TotalPieces,
) -> tuple[str, ...]:
    definition = total.definition
    notes = [*total_mode_notes(pieces), *leading_note(pieces, probability)]
    notes += [f"Question: {definition.question}", left_out_text(total)]
    if total.unknown:
        reasons = "; ".join(
            f"{total.case.components[name].label} ({reason})" for name, reason in sorted(total.unknown.items())
        )
        notes.append(f"Asked for, but not known: {reasons}.")
    notes += [*floor_note([total]), *published_notes(total, summary, probability)]
    notes += provenance_note(total)
    if total.draws.manifest.engine == "elicited":
        notes += measured_note(total.case, total.parts, frozenset(total.draws.manifest.evidence))
    else:
        notes += ignored_dependence_note(total.case)
    notes += one_source_notes(total, summary)
    notes += _pieces_notes(total, summary, pieces)
    shortest, interval = _shortest_text(summary, probability), summary.interval(probability)
    notes.append(f"Shortest interval that holds {100 * probability:g} %: {shortest}. {_PARTS_NOTE}")
    if bounds is not None:
        notes.append(_bounds_text(bounds, interval.high - interval.low, total.least))
    notes += balance_notes(total, probability)
    notes += grouped_notes(total.notes)
    printed = [("the total", rounding_for(summary, probability))]
    printed += [(total.case.components[name].label, rounding_for(own, probability)) for name, own in parts.items()]
    notes += digits_note(printed)
    notes += [*_assertions(total), engine_note(total, summary)]
    return tuple(notes)


def _assertions(total: Total) -> list[str]:
    text = with_assertions_text(total)
    return [text] if text else []


def _pieces_notes(total: Total, summary: Summary, pieces: TotalPieces) -> list[str]:
    """Say what pieces the total and each component fall into, but for those of a fit whose modes say more."""
    notes = []
    if pieces.whole is not None and pieces.modes is None:
        notes.append(pieces_text("The total", pieces.whole, summary, total.case, is_floor(total)))
    for name, own in _told_in_pieces(pieces):
        label = total.case.components[name].label
        notes.append(pieces_text(label, own, _summarised_part(total, name), total.case))
    return notes


def _told_in_pieces(pieces: TotalPieces) -> list[tuple[str, Pieces]]:
    torn = {name for split in pieces.total.draws.modes if not split.is_sum for name in split.components}
    return sorted((name, own) for name, own in pieces.components.items() if name not in torn)


def _summarised_part(total: Total, name: str) -> Summary:
    return _summarise(total.parts[name], 0.95, total.chains)


def _summarise(values: Values, probability: float, chains: int) -> Summary:
    return summarise(values, (probability,), shortest=False, chains=chains)
