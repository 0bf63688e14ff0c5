"""The table of where a number lies among our totals."""

from __future__ import annotations

from typing import Final

from mcmort.analysis.locate import LocatedTotal, Location
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.location_text import figure_text, named, place_text, printed_by
from mcmort.present.numbers import percent, rounding_for
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import floor_note, interval_text

__all__ = ["location_table"]

_LEAST: Final = 1e-6
"""No probability that draws give is printed as none or as certainty."""
_RAW: Final = (
    "id",
    "measure",
    "net",
    "first_year",
    "last_year",
    "low",
    "median",
    "high",
    "probability_below",
    "place",
    "claims",
)


def location_table(location: Location, *, is_whole: bool) -> Table:
    """Return the table of a location.

    Parameters
    ----------
    location : Location
        From `mcmort.locate`.
    is_whole : bool
        Whether every row is wanted, or only definitions as the case has them, what holds the number, and what authors
        count who print one near it.

    Returns
    -------
    Table
    """
    shown = [row for row in location.rows if is_whole or row.is_own or row.place == "inside" or row.claims]
    columns = (
        Column("Definition"),
        Column(f"Ours, {100 * location.probability:g} %", is_number=True),
        Column("Probability below", is_number=True),
        Column("It lies"),
        Column("Who prints one near it", is_optional=True),
    )
    return Table(
        title=f"{shown[0].total.case.head.title}: where {figure_text(location.figure)} lies",
        columns=columns,
        rows=tuple(_cells(location, row) for row in shown),
        notes=tuple(_notes(location, shown)),
        raw_columns=_RAW,
        raw_rows=tuple(_raw(location, row) for row in shown),
    )


def _cells(location: Location, row: LocatedTotal) -> tuple[str, ...]:
    return (
        named(row),
        interval_text(row.total, row.summary, location.probability),
        percent(min(max(row.below, _LEAST), 1.0 - _LEAST)),
        place_text(row),
        "; ".join(claim.author for claim in row.claims),
    )


def _raw(location: Location, row: LocatedTotal) -> tuple[object, ...]:
    definition, interval = row.total.definition, row.summary.interval(location.probability)
    limits = (interval.low, row.summary.median, interval.high)
    return (
        row.name,
        definition.measure,
        bool(definition.net),
        *row.total.years,
        *limits,
        row.below,
        row.place,
        printed_by(row.claims),
    )


def _notes(location: Location, shown: list[LocatedTotal]) -> list[str]:
    totals = [row.total for row in shown]
    notes = ["Probability below: that our total is at most the number. The most central rows come first."]
    if any(row.is_between for row in shown):
        notes.append("In a gap: between the pieces of the highest-density region, where no school of figures lies.")
    hidden = len(location.rows) - len(shown)
    if hidden:
        spans = "span" if hidden == 1 else "spans"
        notes.append(f"Outside as well, and shown by --full: {hidden} more {spans} of years and measures.")
    if location.others:
        notes.append(f"Printed near it under other scopes: {printed_by(location.others)}.")
    notes += [f"{name} counts nothing: {reason}." for name, reason in location.empty.items()]
    printed = [(named(row), rounding_for(row.summary, location.probability)) for row in shown]
    summaries = [row.summary for row in shown]
    return [*notes, *floor_note(totals), *digits_note(printed), engine_note(totals[0], *summaries)]
