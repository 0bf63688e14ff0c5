"""The definition ladder: one row for each definition, with its interval and density, and published totals beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import ComparedDefinition, Comparison, quantiles_of
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.figures.interval_marks import (
    Look,
    draw_density,
    draw_interval,
    draw_span,
    interval_cells,
    marks_note,
)
from mcmort.present.figures.published_marks import Mark, published_marks
from mcmort.present.figures.rows import Panel, Row, RowChart, Sign
from mcmort.present.figures.scale import scale_of
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import ARCHIVAL, ESTIMATED, FILL, GREY, OTHER
from mcmort.present.numbers import rounding_for
from mcmort.present.pieces_text import pieces_label, schools_text
from mcmort.present.print_format import years_text
from mcmort.present.wording import floor_note, interval_text, or_more, units
from mcmort.totals import Values

__all__ = ["definition_ladder", "ladder_chart"]

_RISE: Final = 0.34
"""Inches of the density of a definition."""
_SPIKE: Final = 8.0
"""How many times wider the axis is than what a row takes of it, from which on the row is shown enlarged as well."""
_REGISTERED: Final = Look(ARCHIVAL, "s", size=3.8)
_EITHER: Final = Look(ESTIMATED)
_BESIDE: Final = Look(OTHER, "v", 1.1, 3.2, 3.6)

type _Rows = Mapping[str, ComparedDefinition]


def definition_ladder(
    comparison: Comparison,
    probability: float = 0.95,
    *,
    beside: Comparison | None = None,
    width: Width = "page",
    ax: Axes | None = None,
) -> Figure:
    """Draw a comparison.

    Parameters
    ----------
    comparison : Comparison
        From `mcmort.compare`.
    probability : float
        Of the thin bar; the thick bar is always 50 %.
    beside : Comparison, optional
        The same definitions by another engine, drawn as a second bar without a density in each row.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Linear axis from zero, one for all rows; rows that it makes spikes are shown a second time, enlarged. Published
        totals are grey marks beneath the row that they start from: solid if they count exactly the same, hollow or thin
        if not; one beyond the axis is an arrow at its edge.
    """
    return drawn(ladder_chart(comparison, probability, beside), width, ax)


def ladder_chart(comparison: Comparison, probability: float = 0.95, beside: Comparison | None = None) -> RowChart:
    """Return the chart of `definition_ladder`, which may take several sheets."""
    others: _Rows = {row.total.definition.id: row for row in beside.rows} if beside is not None else {}
    reach = _reach([*comparison.rows, *others.values()], with_marks=True)
    spikes = [row for row in comparison.rows if _SPIKE * _reach([row], with_marks=False) < reach]
    spikes = spikes if len(spikes) < len(comparison.rows) else []
    counted = {unit for row in comparison.rows for unit in units(row.total)}
    unit = counted.pop() if len(counted) == 1 else "persons"

    def panel(chosen: Sequence[ComparedDefinition], end: float, head: str = "", *, is_second: bool = False) -> Panel:
        low = min(0.0, *(1.05 * row.summary.interval(probability).low for row in chosen))
        rows = [
            each for row in chosen
            for each in _rows(row, others, probability, is_spike=row in spikes and not is_second, is_second=is_second)
        ]  # fmt: skip
        return Panel(rows=tuple(rows), scale=scale_of(low, end, unit), head=head)

    panels = [panel(comparison.rows, reach)]
    if spikes:
        enlarged = _reach([*spikes, *(others[name] for row in spikes if (name := row.total.definition.id) in others)])
        panels.append(panel(spikes, enlarged, "Enlarged, on an axis of its own", is_second=True))
    return RowChart(
        title=_title(comparison, probability),
        caption=tuple(_caption(comparison, probability, beside)),
        panels=tuple(panels),
        heads=(f"{100 * probability:g} % interval", "Median"),
        key=_key(comparison, beside),
    )


def _rows(
    row: ComparedDefinition, others: _Rows, probability: float, *, is_spike: bool, is_second: bool
) -> list[Row]:  # fmt: skip
    """Return the rows of a definition: its own, that of another engine, and its published totals."""
    total, other = row.total, others.get(row.total.definition.id)
    look = _REGISTERED if total.definition.measure == "registered" else _EITHER
    rise = 0.0 if is_spike else _RISE
    rows = [
        Row(
            label=total.definition.id,
            detail="" if is_second else total.definition.label,
            draw=partial(_draw, row=row, probability=probability, look=look, rise=rise),
            cells=_cells(row, probability),
            rise=rise,
            is_bold=True,
            notes=() if is_second else (f"Left out of {total.definition.id}: {total.definition.leaves_out}",),
        )
    ]
    if other is not None:
        rows.append(
            Row(
                label="pooled ranges",
                draw=partial(_draw, row=other, probability=probability, look=_BESIDE, rise=0.0),
                cells=_cells(other, probability),
                is_small=True,
            )
        )
    marks = [] if is_spike else published_marks(row)
    return rows + [
        Row(label=mark.words, draw=partial(_draw_mark, mark=mark), cells=(mark.figure(), ""), is_small=True)
        for mark in marks
    ]


def _cells(row: ComparedDefinition, probability: float) -> tuple[str, str]:
    pieces = row.pieces.whole
    _, median = interval_cells(row.summary, probability, pieces)
    if pieces is None:
        return interval_text(row.total, row.summary, probability), median
    return or_more(row.total, pieces_label(pieces, row.summary)), median


def _draw(axes: Axes, y: float, *, row: ComparedDefinition, probability: float, look: Look, rise: float) -> None:
    if rise:
        draw_density(axes, y - 0.05, row.total.values, rise - 0.04)
    draw_interval(axes, y, row.summary, probability, look, row.pieces.whole)


def _draw_mark(axes: Axes, y: float, *, mark: Mark) -> None:
    """Draw a published total as a diamond or bracket, never as one of our intervals."""
    low, reach = axes.get_xlim()
    face = GREY if mark.same else "white"
    style: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": GREY, "markeredgewidth": 0.8}
    if mark.low > reach:
        axes.plot([reach], [y], marker=">", markersize=4, color=GREY, clip_on=False)
        return
    if mark.low < mark.high:
        draw_span(axes, y, mark.low, mark.high, color=GREY, linewidth=2.2 if mark.same else 0.8)
        for edge in (mark.low, mark.high):
            if low <= edge <= reach:
                axes.plot([edge, edge], [y - 0.035, y + 0.035], color=GREY, linewidth=0.8)
    if mark.best is not None and mark.best <= reach:
        axes.plot([mark.best], [y], marker="D", markersize=3.6, clip_on=False, **style)
    elif mark.reading in ("at-least", "at-most", "up-to"):
        sign = ">" if mark.reading == "at-least" else "<"
        axes.plot([mark.low], [y], marker=sign, markersize=4, clip_on=False, **style)


def _reach(rows: Sequence[ComparedDefinition], *, with_marks: bool = True) -> float:
    """Choose the end of the axis: it shows our intervals, and published totals up to a third beyond them."""
    ours = max(_farthest(row.total.values) for row in rows)
    near = (
        [mark.high for row in rows for mark in published_marks(row) if mark.high <= 1.35 * ours] if with_marks else []
    )
    return 1.05 * max([ours, *near]) or 1.0


def _farthest(values: Values) -> float:
    return float(quantiles_of(values, [0.995])[0])


def _title(comparison: Comparison, probability: float) -> str:
    """Say how far the totals lie apart."""
    rows, case = comparison.rows, comparison.rows[0].total.case
    span = f", {years_text(comparison.years)}" if comparison.years else ""

    def said(row: ComparedDefinition) -> str:
        return interval_text(row.total, row.summary, probability)

    if len(rows) == 1:
        return f"{case.head.title}{span}: {said(rows[0])} under {quoted(rows[0].total.definition.label)}"
    ordered = sorted(rows, key=lambda row: row.summary.median)
    least, most = ordered[0], ordered[-1]
    return (
        f"{case.head.title}{span}: from {said(least)} ({least.total.definition.id}) to {said(most)} "
        f"({most.total.definition.id}), by what is counted"
    )


def _sign(look: Look) -> dict[str, Any]:
    """Return the look of an interval as an entry of a key: its line with its marker."""
    own = {"marker": look.marker, "markersize": look.size, "markerfacecolor": "white", "markeredgecolor": look.colour}
    return {"color": look.colour, "linewidth": look.thin, **own}


def _key(comparison: Comparison, beside: Comparison | None) -> tuple[Sign, ...]:
    measures = {row.total.definition.measure for row in comparison.rows}
    signs = []
    if "registered" in measures:
        signs.append(Sign(words="registered deaths only", style=_sign(_REGISTERED)))
    if measures != {"registered"}:
        signs.append(Sign(words="registered or not", style=_sign(_EITHER)))
    signs.append(
        Sign(words="density, scaled in each row", style={"color": FILL, "linewidth": 8, "solid_capstyle": "butt"})
    )
    if beside is not None:
        signs.append(Sign(words="pooled ranges, beside all evidence in one model", style=_sign(_BESIDE)))
    if any(published_marks(row) for row in comparison.rows):
        diamond = {"marker": "D", "markersize": 3.6, "color": GREY, "linestyle": "none"}
        signs.append(Sign(words="published (hollow or thin: another scope)", style=diamond))
    return tuple(signs)


def _caption(comparison: Comparison, probability: float, beside: Comparison | None = None) -> list[str]:
    unknown = [row.total.definition.id for row in comparison.rows if row.total.unknown]
    marks = [
        (len(published_marks(row)), len([published for published in row.published if not published.is_superseded]))
        for row in comparison.rows
    ]
    schools: dict[str, list[str]] = {}
    for row in comparison.rows:
        if row.pieces.whole is not None:
            schools.setdefault(schools_text(row.pieces.whole, row.total.case), []).append(row.total.definition.id)
    text = marks_note(probability, has_pieces=bool(schools), marker="marker")
    text += [f"Schools behind the pieces of {', '.join(names)}: {words}." for words, names in schools.items()]
    if any(count for count, _ in marks):
        more = sum(current - count for count, current in marks)
        inputs = "some of them evidence of" if comparison.draws.conditioned else "no inputs of"
        text.append(
            f"Published totals are {inputs} the rows; an arrow: beyond the axis."
            + (f" {more} more in the table of published totals." if more else "")
        )
    if unknown:
        text.append(f"Parts without evidence are not counted, so these are minima: {', '.join(unknown)}.")
    shown_rows = [row for shown in (comparison, beside) if shown is not None for row in shown.rows]
    text += floor_note([row.total for row in shown_rows])
    text += digits_note((row.total.definition.id, rounding_for(row.summary, probability)) for row in shown_rows)
    text += [
        engine_note(shown.rows[0].total, *(row.summary for row in shown.rows))
        for shown in (comparison, beside)
        if shown is not None
    ]
    return text
