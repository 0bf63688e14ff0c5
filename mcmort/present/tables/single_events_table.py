"""The table of how much of the measured errors rests on single events."""

from __future__ import annotations

from collections.abc import Sequence

from mcmort.analysis.measured_errors.single_events import COMMON, Shift, SingleEvents
from mcmort.present.numbers import signed, significant
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.errors_table import class_words

__all__ = ["single_events_table"]


def single_events_table(found: SingleEvents | None, names: Sequence[str]) -> Table:
    """Return what the event does to each number that moves it farthest when it is left out.

    Parameters
    ----------
    found : SingleEvents or None
        From the fit; without it the table has no row.
    names : sequence of str
        Classes to show, in order.

    Returns
    -------
    Table
        Two rows for each class, bias and spread, and one for each number that all classes share.
    """
    by_name = {} if found is None else {one.name: one for one in found.classes}
    shifts = [
        (class_words(name), quantity, shift)
        for name in names
        if name in by_name
        for quantity, shift in (("bias", by_name[name].bias), ("spread", by_name[name].spread))
    ]
    shifts += [] if found is None else [("all kinds", COMMON[name], found.common[name]) for name in COMMON]
    return Table(
        title="The farthest that leaving out any one event moves each number",
        columns=(
            Column("Kind of figure"),
            Column("Number"),
            Column("All events", is_number=True),
            Column("Without", is_number=True),
            Column("Error", is_number=True, is_optional=True),
            Column("The event left out"),
        ),
        rows=tuple(
            (words, quantity, *_values(shift, is_signed=quantity == "bias"), shift.event)
            for words, quantity, shift in shifts
        ),
        notes=() if found is None else _notes(found),
        raw_columns=("number", "value", "without", "error", "event", "refitted"),
        raw_rows=tuple(
            (quantity, shift.value, shift.without, shift.error, shift.event, shift.refitted)
            for _, quantity, shift in shifts
        ),
    )


def _values(shift: Shift, *, is_signed: bool) -> tuple[str, str, str]:
    error = f"±{significant(shift.error, 1)}"
    if is_signed:
        return signed(shift.value), signed(shift.without), error
    return significant(shift.value, 2), significant(shift.without, 2), error


def _notes(found: SingleEvents) -> tuple[str, ...]:
    again = f" The model was fitted anew without {'; '.join(found.refitted)}." if found.refitted else ""
    return (
        f"Each of {found.events} events was left out in turn. Bias and spread are medians, of figures given in the "
        "year of the event, corrected for selection; of a spread the farthest is meant by its ratio. Error: Monte "
        "Carlo standard error of the difference.",
        "Late: given a year or more after the event. Reported over complete frame: by what selection multiplies. "
        "Numbers without an event come from the draws of the fit to all, weighed as if it had not been there, where "
        f"that is reliable (Pareto k up to 0.7).{again}",
    )
