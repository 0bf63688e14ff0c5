"""Published figures over time: how the number has moved, by what is counted, beside our own intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import ComparedDefinition, Comparison, quantiles_of
from mcmort.analysis.claims import middle
from mcmort.catalogue.records import Claim
from mcmort.errors import UsageError
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.plots import BELOW, LEFT, PlotChart, dress_years, stand
from mcmort.present.figures.rows import Sign
from mcmort.present.figures.sheet import Frame, Width, drawn
from mcmort.present.figures.style import ARCHIVAL, CONTESTED, ESTIMATED, GREY, INK, OTHER
from mcmort.present.numbers import rounding_of, significant
from mcmort.present.wording import floor_note, interval_text, units

__all__ = ["published_chart", "published_figures"]

_MARKERS: Final = (
    ("o", ARCHIVAL), ("s", ESTIMATED), ("^", CONTESTED), ("D", OTHER), ("v", INK), ("P", GREY), ("X", ESTIMATED),
    ("p", ARCHIVAL), ("*", OTHER), ("h", CONTESTED),
)  # fmt: skip
_SPREAD: Final = 20.0
"""Ratio of figures from which on the axis is logarithmic."""


@dataclass(frozen=True, slots=True)
class _Point:
    claim: Claim
    year: float
    place: int
    """Of its definition among those shown."""
    same: bool
    retired: bool


def published_figures(
    comparison: Comparison, probability: float = 0.95, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw the published totals of a case by the year in which they appeared.

    Parameters
    ----------
    comparison : Comparison
        From `mcmort.compare`.
    probability : float
        Of our intervals at the right.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If no published total starts from any of the definitions.
    """
    return drawn(published_chart(comparison, probability), width, ax)


def published_chart(comparison: Comparison, probability: float = 0.95) -> PlotChart:
    """Return the chart of `published_figures`."""
    case = comparison.rows[0].total.case
    rows = [row for row in comparison.rows if row.published]
    points, undated = list[_Point](), 0
    for place, row in enumerate(rows):
        for published in row.published:
            year = _year(case.sources[published.claim.source].year)
            if year is None:
                undated += 1
                continue
            same, retired = published.is_same_scope, published.is_superseded
            points.append(_Point(published.claim, float(year), place % len(_MARKERS), same, retired))
    if not points:
        raise UsageError(f"{case.id} has no published total with a year that starts from any of these definitions")
    points = _apart(points)
    counted = {unit for row in rows for unit in units(row.total)}
    unit = counted.pop() if len(counted) == 1 else "persons"
    return PlotChart(
        title=_title(case.head.title, points),
        caption=tuple(_caption(comparison, rows, points, undated, probability)),
        height=lambda width: min(0.55 * width + 0.6, 4.2),
        draw=partial(_draw, rows=rows, points=points, probability=probability, unit=unit),
        key=_key(rows, points, probability),
    )


def _year(text: str) -> int | None:
    """Return the year of a work; of an edition of several years the last."""
    found = re.findall(r"\b(1[5-9]\d\d|20\d\d)\b", text)
    return int(found[-1]) if found else None


def _apart(points: list[_Point]) -> list[_Point]:
    """Set points of one year beside one another."""
    moved: list[_Point] = []
    span = max(max(point.year for point in points) - min(point.year for point in points), 10.0)
    step = 0.012 * span
    for year in sorted({point.year for point in points}):
        alike = sorted((point for point in points if point.year == year), key=lambda point: middle(point.claim))
        for place, point in enumerate(alike):
            shift = step * (place - 0.5 * (len(alike) - 1))
            moved.append(_Point(point.claim, year + shift, point.place, point.same, point.retired))
    return moved


def _ends(claim: Claim) -> tuple[float, float]:
    given = [value for value in (claim.low, claim.best, claim.high) if value is not None]
    return given[0], given[-1]


def _draw(
    frame: Frame, top: float, *, rows: Sequence[ComparedDefinition], points: Sequence[_Point], probability: float,
    unit: str,
) -> None:  # fmt: skip
    own = min(max(0.17 * len(rows), 0.45), 0.28 * frame.width)
    across, tall = frame.width - LEFT - own - 0.12, frame.height - top - 0.24 - BELOW
    axes = frame.panel(LEFT, top + 0.24, across, tall)
    beside = frame.panel(frame.width - own, top + 0.24, own, tall)
    ends = [value for point in points for value in _ends(point.claim)]
    ours = [float(value) for row in rows for value in quantiles_of(row.total.values, (0.025, 0.975))]
    middles = [middle(point.claim) for point in points]
    is_log = min(ends) > 0.0 and max(middles) > _SPREAD * min(middles)
    positive = [value for value in [*ends, *ours] if value > 0.0]
    low = 0.8 * min([*ends, *middles, *positive]) if is_log else min(0.0, 1.05 * min(ours))
    high = (1.3 if is_log else 1.06) * max([*ends, *ours])
    first, last = min(point.year for point in points), max(point.year for point in points)
    air = 0.05 * max(last - first, 10.0)
    dress_years(axes, first - air, last + air, across, "year of publication")
    stand(axes, low, high, unit, is_log=is_log)
    for point in points:
        marker, colour = _MARKERS[point.place]
        _draw_point(axes, point, marker, GREY if point.retired else colour)
    _join(axes, points)
    stand(beside, low, high, "", is_log=is_log)
    beside.set_title("", loc="left")
    beside.tick_params(axis="y", labelleft=False, length=0)
    beside.spines["left"].set_visible(False)
    beside.set_xlim(-0.6, len(rows) - 0.4)
    beside.set_xticks([])
    beside.set_xlabel("ours", size=7.5, labelpad=10)
    for place, row in enumerate(rows):
        marker, colour = _MARKERS[place % len(_MARKERS)]
        wide, half = row.summary.interval(probability), row.summary.interval(0.5)
        for interval, thickness in ((wide, 1.4), (half, 4.0)):
            ends_shown = [max(interval.low, low), max(interval.high, low)]
            beside.plot([place, place], ends_shown, color=colour, linewidth=thickness, solid_capstyle="butt")
        if row.summary.median > low:
            beside.plot(
                [place], [row.summary.median], marker=marker, markersize=3.6, color="white", markeredgecolor=colour
            )


def _draw_point(axes: Axes, point: _Point, marker: str, colour: str) -> None:
    """Draw a figure with its range, filled if it counts what the definition counts, or a bound as an arrow."""
    claim, (low, high) = point.claim, _ends(point.claim)
    if low < high:
        axes.plot([point.year, point.year], [low, high], color=colour, linewidth=0.9)
    face = colour if point.same and not point.retired else "white"
    size = 3.0 if point.retired else 4.6
    axes.plot(
        [point.year], [middle(claim)], marker=marker, markersize=size, markerfacecolor=face, markeredgecolor=colour,
        markeredgewidth=0.9, linestyle="none",
    )  # fmt: skip
    if claim.is_one_sided:
        sign = 1 if claim.reading == "at-least" else -1
        axes.annotate(
            "", (point.year, middle(claim)), (0, 9 * sign), textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": colour, "lw": 0.8, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip


def _join(axes: Axes, points: Sequence[_Point]) -> None:
    """Join what rests on the same data and starts from the same definition by a thin line."""
    by_line: dict[tuple[str, int], list[_Point]] = {}
    for point in points:
        by_line.setdefault((point.claim.lineage or point.claim.id, point.place), []).append(point)
    for alike in by_line.values():
        ordered = sorted(alike, key=lambda point: point.year)
        if len(ordered) > 1:
            axes.plot(
                [point.year for point in ordered], [middle(point.claim) for point in ordered], color=GREY,
                linewidth=0.5, zorder=1,
            )  # fmt: skip


def _key(rows: Sequence[ComparedDefinition], points: Sequence[_Point], probability: float) -> tuple[Sign, ...]:
    present = {point.place for point in points}
    signs = []
    for place, row in enumerate(rows):
        marker, colour = _MARKERS[place % len(_MARKERS)]
        if place % len(_MARKERS) in present:
            style: dict[str, Any] = {"marker": marker, "markersize": 4.6, "color": colour, "linestyle": "none"}
            ours = interval_text(row.total, row.summary, probability)
            signs.append(Sign(words=f"{row.total.definition.id} (ours: {ours})", style=style))
    if any(not point.same for point in points):
        hollow = {"marker": "o", "markersize": 4.6, "color": "white", "markeredgecolor": GREY, "linestyle": "none"}
        signs.append(Sign(words="hollow: counts something else as well, or less", style=hollow))
    return tuple(signs)


def _title(title: str, points: Sequence[_Point]) -> str:
    """Say how far the figures lie apart, and since when."""
    current = [point for point in points if not point.retired] or list(points)
    years = [round(point.year) for point in current]
    if len(current) == 1:
        return f"{title}: one published total, {significant(middle(current[0].claim))} ({years[0]})"
    values = [middle(point.claim) for point in current]
    low, high = min(values), max(values)
    span = rounding_of((low, high)).span(low, high, to=" to ")
    return (
        f"{title}: {len(current)} published totals from {min(years)} to {max(years)} go from {span}, counting "
        "different things"
    )


def _caption(
    comparison: Comparison,
    rows: Sequence[ComparedDefinition],
    points: Sequence[_Point],
    undated: int,
    probability: float,
) -> list[str]:
    text = [
        "Marker: the definition that a figure starts from, filled if it counts exactly the same; line: the range that "
        f"its source prints; arrow: at least, or at most. At the right our medians with {100 * probability:g} % and "
        "50 % credible intervals."
    ]
    lines = [(point.claim.lineage, point.place) for point in points if point.claim.lineage]
    if len(lines) > len(set(lines)):
        text.append("Thin lines join figures that rest on the same data.")
    if retired := sum(point.retired for point in points):
        text.append(f"Small and grey: {retired} that their authors have since replaced.")
    if undated:
        text.append(f"Without a year, and so not shown: {undated}.")
    text += floor_note([row.total for row in rows])
    return [*text, engine_note(comparison.rows[0].total, *(row.summary for row in rows))]
