"""The table of what pulls against what in the evidence of a case."""

from __future__ import annotations

from typing import Final

from mcmort.analysis.conflict import LEVEL, Conflict, ConflictRow
from mcmort.present.conflict_text import node_label, own_text, probability_words, rest_text, times_text
from mcmort.present.numbers import percent
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table

__all__ = ["conflict_table"]

_MOST: Final = 12
"""Rows in a table for people, unless more are conflicts."""
_RAW: Final = (
    "kind", "name", "own_low", "own_median", "own_high", "rest_low", "rest_median", "rest_high", "difference_low",
    "difference_median", "difference_high", "higher", "p", "p_corrected", "is_conflict", "figures", "against",
    "failure",
)  # fmt: skip
_IS_REFUSED: Final = " is refused: "
"""What the reason says where a fit was refused; any other reason is printed as it is."""


def conflict_table(conflict: Conflict, *, whole: bool = False) -> Table:
    """Return the table of what pulls against what, the least probable difference first.

    Parameters
    ----------
    conflict : Conflict
        From `mcmort.analysis.conflict.conflict`.
    whole : bool
        Whether all rows are wanted, and not only the conflicts and those next to them.

    Returns
    -------
    Table
    """
    tested = [row for row in conflict.rows if not row.found.failure]
    shown = conflict.rows if whole else tuple(tested[: max(_MOST, len(conflict.conflicts))])
    columns = (
        Column("Part of the evidence"),
        Column("It says", is_number=True),
        Column("All else says", is_number=True),
        Column("Ratio", is_number=True, is_optional=True),
        Column("p", is_number=True, is_optional=True),
        Column("Corrected", is_number=True),
    )
    return Table(
        f"{conflict.case.head.title}: parts of the evidence against all the rest, 95 % intervals",
        columns,
        tuple(_cells(conflict, row) for row in shown),
        _notes(conflict, len(tested) - len(shown)),
        _RAW,
        tuple(_raw(row) for row in shown),
    )


def _cells(conflict: Conflict, row: ConflictRow) -> tuple[str, ...]:
    label = node_label(conflict, row)
    if row.found.failure:
        return (label, *(EN_DASH,) * 5)
    mark = " *" if row.is_conflict else ""
    odds = (probability_words(row.found.probability), probability_words(row.corrected) + mark)
    return (label, own_text(row), rest_text(row), times_text(row) or EN_DASH, *odds)


def _raw(row: ConflictRow) -> tuple[object, ...]:
    found, node = row.found, row.node
    missing = (None,) * 3
    numbers = (*(found.own or missing), *(found.rest or missing), *(found.difference or missing))
    odds = (None,) * 3 if found.failure else (found.higher, found.probability, row.corrected)
    return (
        node.kind, node.name, *numbers, *odds, row.is_conflict, " ".join(node.figures), " ".join(node.against),
        found.failure,
    )  # fmt: skip


def _notes(conflict: Conflict, hidden: int) -> tuple[str, ...]:
    manifest = conflict.draws.manifest
    notes = [
        "p: how often a difference as large, either way, arises if both sides speak of the same; corrected for the "
        f"number of comparisons and the figures that these share, and marked * below {percent(LEVEL)}. A conflict does "
        "not say which side is wrong, or whether they count different things."
    ]
    if hidden > 0:
        notes.append(f"{hidden} more comparisons are farther from a conflict; all are in CSV and JSON.")
    if conflict.untested:
        labels = ", ".join(conflict.case.components[name].label for name in conflict.untested)
        notes.append(f"Nothing to compare, one lineage alone speaks of: {labels}.")
    failed = {node_label(conflict, row): row.found.failure for row in conflict.rows if row.found.failure}
    if refused := [label for label, failure in failed.items() if _IS_REFUSED in failure]:
        notes.append(f"Refused, because the chains found several modes or did not agree: {'; '.join(refused)}.")
    notes += [f"Not compared: {label} ({text})." for label, text in failed.items() if _IS_REFUSED not in text]
    without = f", without {', '.join(manifest.without)}" if manifest.without else ""
    notes.append(
        f"Each row is a fit in which the two sides are kept apart, seed {manifest.seed}, {manifest.draws:,} draws "
        f"(more where p asks for it). Evidence: {', '.join(manifest.evidence)}{without}. "
        f"mcmort {manifest.versions['mcmort']}, case {conflict.case.id}@{conflict.case.digest[:12]}."
    )
    return tuple(notes)
