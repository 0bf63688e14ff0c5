"""The table of what single parts of the evidence do to a total: those that move it farthest, floors apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcmort.analysis.influence import Influence, Shift, Without
from mcmort.analysis.summary import summarise
from mcmort.present.engine_note import engine_note
from mcmort.present.influence_text import finest, floor_text, in_millions, listed, lost_text, plural
from mcmort.present.numbers import with_error
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table

if TYPE_CHECKING:
    from mcmort.bayes.power_scaling import Sensitivity

__all__ = ["influence_table"]

_SHORT: Final = 15
"""Rows of which a short table consists."""
_MOST: Final = {"ranked": 15, "floor": 8}
"""Rows of each status in a table for people; a note counts the others."""
_NAMED: Final = 6
_RAW: Final = (
    "rank", "kind", "name", "status", "median", "low", "high", "median_shift", "median_shift_error", "low_shift",
    "low_shift_error", "high_shift", "high_shift_error", "width_shift", "width_shift_error", "figures", "unknown",
    "registered_only", "failure",
)  # fmt: skip


def influence_table(influence: Influence, power: Sensitivity | None = None, *, whole: bool = False) -> Table:
    """Return the table of what single parts of the evidence do to a total.

    Parameters
    ----------
    influence : Influence
        From `mcmort.analysis.influence.influence`.
    power : Sensitivity, optional
        Of a fit, to the power of its priors and its likelihood.
    whole : bool
        Whether all rows are wanted, and not only those that move the total farthest.

    Returns
    -------
    Table
    """
    total, millions = influence.total, in_millions(influence)
    shown = [
        row for row in influence.rows if whole or row in influence.of_status(row.status)[: _MOST.get(row.status, 0)]
    ]
    ranks = {row.left_out.name: rank for rank, row in enumerate(influence.of_status("ranked"), 1)}
    columns = (
        Column("Left out"),
        Column("Median", is_number=True),
        Column("Low end", is_number=True),
        Column("High end", is_number=True),
        Column("Width", is_number=True, is_optional=True),
    )
    rows = [(_label(row), *_cells(row, finest(influence), millions=millions)) for row in shown]
    unit = " in millions," if millions else ""
    notes = _notes(influence, power)
    title = (
        f"{total.case.head.title}: by how much the total under {total.definition.id} moves without each {influence.by},"
        f"{unit} ± Monte Carlo error"
    )
    return Table(
        title,
        columns,
        tuple(rows),
        notes,
        _RAW,
        tuple((ranks.get(row.left_out.name), *_raw(row)) for row in shown),
        main_rows=tuple(range(min(len(shown), _SHORT))),
        main_notes=(notes[0], notes[-1]),
    )


def _label(row: Without) -> str:
    lost = lost_text(row)
    return f"{row.left_out.name} ({lost})" if lost else row.left_out.name


def _cells(row: Without, unit: int, *, millions: bool) -> tuple[str, ...]:
    if row.median is None:
        return (EN_DASH,) * 4
    return tuple(with_error(shift.value, shift.error, unit, millions=millions) for shift in row.shifts)


def _raw(row: Without) -> tuple[object, ...]:
    low, median, high = row.total.quantiles or (None, None, None)

    def both(shift: Shift | None) -> tuple[object, ...]:
        return (None, None) if shift is None else (shift.value, shift.error)

    moved = (cell for shift in (row.median, row.low, row.high, row.width) for cell in both(shift))
    return (
        row.left_out.kind, row.left_out.name, row.status, median, low, high, *moved, " ".join(row.left_out.figures),
        " ".join(row.unknown), " ".join(row.registered_only), row.total.failure,
    )  # fmt: skip


def _notes(influence: Influence, power: Sensitivity | None) -> tuple[str, ...]:
    """Say what is not in the table, how a school is recognised, and how the draws were made."""
    total, notes = influence.total, ["Where no ± stands, the error is under the last digit printed."]
    ranked = influence.of_status("ranked")
    if len(ranked) > _MOST["ranked"]:
        notes.append(f"Ranked by the shift of the median; {plural(influence, len(ranked))} in all, the others in CSV.")
    if floors := influence.of_status("floor"):
        notes.append(
            "Without a rank: what takes the last evidence on a component along. The component then counts nothing, or "
            f"its register alone{floor_text(influence)}."
            + (f" There are {len(floors)}, the others in CSV." if len(floors) > _MOST["floor"] else "")
        )
    for status, said in (
        ("unsure", "Within 1.96 of its Monte Carlo errors, and so not ranked"),
        ("none", "Moves nothing"),
    ):
        if rows := [row.left_out.name for row in influence.rows if row.status == status]:
            notes.append(f"{said}: {listed(rows, _NAMED)}.")
    notes += [f"No total without {row.left_out.name}: {row.total.failure}." for row in influence.of_status("failed")]
    if influence.untouched:
        notes.append(f"The total does not rest on {plural(influence, len(influence.untouched))} more of the case.")
    if influence.by == "school":
        notes.append(
            "A school is the lineages in one piece of a pool that falls into pieces; left out with all their figures."
        )
    if power is not None:
        notes.append(
            f"Power-scaling sensitivity of the total: prior {power.prior:.2f}, likelihood {power.likelihood:.2f} "
            "(above 0.05 it depends noticeably on how strong they are taken to be)."
        )
    how = (
        "a fit of its own"
        if total.draws.manifest.engine == "synthesis"
        else "priors pooled anew, the same random numbers"
    )
    notes.append(f"Each row: {how}. Shares, annual series and assumptions of the case stay.")
    summary = summarise(total.values, (influence.probability,), chains=total.chains)
    return (*notes, engine_note(total, summary))
