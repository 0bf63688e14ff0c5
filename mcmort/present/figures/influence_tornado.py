"""The tornado of influence: how the total moves without each part of the evidence."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import summarise
from mcmort.analysis.influence import Influence, Without
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.interval_marks import draw_span
from mcmort.present.figures.rows import Panel, Row, RowChart, Sign
from mcmort.present.figures.scale import Scale, scale_of
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import ARCHIVAL, CONTESTED, ESTIMATED, GREY, INK
from mcmort.present.influence_text import finding, finest, in_millions, lost_text, named, plural
from mcmort.present.numbers import rounding_of, with_error
from mcmort.present.texts.reference_list import author_and_year
from mcmort.present.wording import units

__all__ = ["influence_chart", "influence_tornado"]

_MOST: Final = 25
_FLOOR: Final[dict[str, Any]] = {"facecolor": "white", "edgecolor": GREY, "linewidth": 0.8}
_MOVED: Final[dict[str, Any]] = {"facecolor": ESTIMATED, "edgecolor": ESTIMATED, "linewidth": 0.8}


def influence_tornado(influence: Influence, *, width: Width = "page", ax: Axes | None = None) -> Figure:
    """Draw how a total moves without each part of its evidence.

    Parameters
    ----------
    influence : Influence
        From `mcmort.influence`.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A bar from the median of the total to the median without that part of the evidence, the farthest first, and
        the interval without it as a line.
    """
    return drawn(influence_chart(influence), width, ax)


def influence_chart(influence: Influence) -> RowChart:
    """Return the chart of `influence_tornado`, which may take several sheets."""
    ranked, floors = influence.of_status("ranked"), influence.of_status("floor")
    shown, shown_floors = ranked[:_MOST], floors[:_MOST]
    low, median, high = influence.whole.quantiles
    counted = units(influence.total)
    ends = [low, high, *(end for row in (*shown, *shown_floors) for end in row.total.quantiles)]
    scale = scale_of(
        1.03 * min(ends) if min(ends) < 0.0 else 0.0, 1.03 * max(ends) or 1.0,
        counted[0] if len(counted) == 1 else "persons",
    )  # fmt: skip
    rounding = rounding_of((low, median, high))
    whole = Row(
        label="All the evidence",
        draw=partial(_draw, whole=influence.whole.quantiles, without=None, style=_MOVED),
        cells=("", rounding.span(low, high)),
        is_bold=True,
    )
    panels = [_panel(influence, shown, scale, _MOVED, (whole,))]
    if shown_floors:
        head = "Floors: a component has lost its last evidence"
        panels.append(_panel(influence, shown_floors, scale, _FLOOR, head=head))
    summary = summarise(influence.total.values, (influence.probability,), chains=influence.total.chains)
    first, *others = finding(influence)
    left = [
        f"{plural(influence, count)} {what}"
        for count, what in (
            (len(ranked) - len(shown), "more move it less"), (len(floors) - len(shown_floors), "more are floors"),
            (len(influence.of_status("unsure")), "move it by less than the Monte Carlo error"),
            (len(influence.of_status("none")), "change nothing"), (len(influence.of_status("failed")), "have no total"),
        )
        if count
    ]  # fmt: skip
    level = f"{100 * influence.probability:g} %"
    return RowChart(
        title=f"{influence.total.case.head.title}: {first[0].lower() + first[1:].rstrip('.')}",
        caption=(
            f"Bar: from the median of the total to the median without; line: the {level} interval without; dashed: the "
            "median and interval from all the evidence.",
            *others, *([f"Not shown: {'; '.join(left)}."] if left else []), engine_note(influence.total, summary),
        ),
        panels=tuple(panel for panel in panels if panel.rows),
        heads=("Median moves by", f"{level} interval"),
        key=_key(has_floors=bool(shown_floors)),
        keeps_second=True,
    )  # fmt: skip


def _panel(
    influence: Influence, rows: tuple[Without, ...], scale: Scale, style: dict[str, Any], first: tuple[Row, ...] = (),
    head: str = "",
) -> Panel:  # fmt: skip
    return Panel(rows=(*first, *(_row(influence, row, style) for row in rows)), scale=scale, head=head)


def _row(influence: Influence, row: Without, style: dict[str, Any]) -> Row:
    low, median, high = row.total.quantiles
    assert row.median is not None
    moved = with_error(
        row.median.value, row.median.error, finest(influence), millions=in_millions(influence)
    )  # fmt: skip
    label, key = _names(influence, row)
    return Row(
        label=label[0].upper() + label[1:],
        detail="; ".join(filter(None, (key, lost_text(row)))),
        draw=partial(_draw, whole=influence.whole.quantiles, without=row.total.quantiles, style=style),
        cells=(
            f"{moved}{' million' if in_millions(influence) else ''}",
            rounding_of((low, median, high)).span(low, high),
        ),
    )


def _names(influence: Influence, row: Without) -> tuple[str, str]:
    """Return what was left out by author and year, and its key where these do not tell it from another."""
    case, name = influence.total.case, named(influence.total.case, row.left_out)
    if name != row.left_out.name:
        return name, ""
    return author_and_year(case.sources[name]), name


def _draw(
    axes: Axes, y: float, *, whole: tuple[float, ...], without: tuple[float, ...] | None, style: dict[str, Any]
) -> None:  # fmt: skip
    low, median, high = whole
    for end, thickness in ((low, 0.6), (median, 1.0), (high, 0.6)):
        axes.plot([end, end], [y - 0.075, y + 0.075], color=INK, linewidth=thickness, linestyle="--")
    if without is None:
        draw_span(axes, y, low, high, color=ARCHIVAL, linewidth=1.2)
        return
    least, moved, most = without
    draw_span(axes, y, least, most, color=CONTESTED, linewidth=1.2)
    span = 0.003 * (axes.get_xlim()[1] - axes.get_xlim()[0])
    axes.barh(y, max(abs(moved - median), span), 0.09, left=min(moved, median), zorder=2.5, **style)


def _key(*, has_floors: bool) -> tuple[Sign, ...]:
    signs = [
        Sign(words="shift of the median", style=_MOVED),
        Sign(words="interval without it", style={"color": CONTESTED, "linewidth": 1.2}),
        Sign(words="from all the evidence", style={"color": INK, "linewidth": 0.8, "linestyle": "--"}),
    ]
    if has_floors:
        signs.append(Sign(words="a floor, not ranked", style=_FLOOR))
    return tuple(signs)
