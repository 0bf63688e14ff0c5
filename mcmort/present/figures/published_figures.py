"""Published figures over time: how the number has moved, by what is counted, beside our own intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
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
from mcmort.present.numbers import significant
from mcmort.present.wording import floor_note, interval_text, units

__all__ = ["published_chart", "published_figures"]

_MARKERS: Final = (
    ("o", ARCHIVAL), ("s", ESTIMATED), ("^", CONTESTED), ("D", OTHER), ("v", INK), ("P", GREY), ("X", ESTIMATED),
    ("p", ARCHIVAL), ("*", OTHER), ("h", CONTESTED),
)  # fmt: skip
_SPREAD: Final = 20.0
"""Ratio of figures from which on the axis is logarithmic."""
_ASIDE: Final = 0.075
"""Inches by which a figure stands aside of another that it would cover."""
_SIDES: Final = (0, 1, -1, 2, -2, 3, -3)
"""Where a figure may stand: at its year if there is room, and else as near to it as can be."""
_TOUCH: Final = 0.04
"""Inches above and below a figure that are its own."""


@dataclass(frozen=True, slots=True)
class _Point:
    claim: Claim
    year: int
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
            points.append(_Point(published.claim, year, place % len(_MARKERS), same, retired))
    if not points:
        raise UsageError(f"{case.id} has no published total with a year that starts from any of these definitions")
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


def _stood(axes: Axes, points: Sequence[_Point], across: float, tall: float) -> list[tuple[_Point, float]]:
    """Return where each figure stands on axes of a size in inches: at its year, aside only where it would cover one."""
    (first, last), scale = axes.get_xlim(), axes.yaxis.get_transform()
    bottom, top = scale.transform(np.array(axes.get_ylim()))
    step = _ASIDE * (last - first) / across
    stood: list[tuple[float, float, float]] = []
    placed: list[tuple[_Point, float]] = []
    for point in sorted(points, key=lambda point: (point.year, middle(point.claim), point.claim.id)):
        ends = scale.transform(np.array([*_ends(point.claim), middle(point.claim)]))
        low, high = (tall * (float(end) - bottom) / (top - bottom) for end in (ends.min(), ends.max()))
        near = [at for at, below, above in stood if low - _TOUCH < above and below < high + _TOUCH]
        spots = [point.year + step * side for side in _SIDES]
        at = next((spot for spot in spots if all(abs(spot - other) >= 0.9 * step for other in near)), point.year)
        stood.append((at, low - _TOUCH, high + _TOUCH))
        placed.append((point, at))
    return placed


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
    placed = _stood(axes, points, across, tall)
    for point, at in placed:
        marker, colour = _MARKERS[point.place]
        _draw_point(axes, point, at, marker, GREY if point.retired else colour)
    _join(axes, placed)
    stand(beside, low, high, "", is_log=is_log)
    beside.set_title("", loc="left")
    beside.tick_params(axis="y", labelleft=False, length=0)
    beside.spines["left"].set_visible(False)
    beside.set_xlim(-0.6, len(rows) - 0.4)
    beside.set_xticks([])
    beside.set_xlabel("ours", size=7.5, labelpad=9)
    for place, row in enumerate(rows):
        marker, colour = _MARKERS[place % len(_MARKERS)]
        wide, half = row.summary.interval(probability), row.summary.interval(0.5)
        pieces = row.pieces.whole
        bars = [(wide, 1.4), (half, 4.0)] if pieces is None else [(piece, 3.0) for piece in pieces.pieces]
        for interval, thickness in bars:
            ends_shown = [max(interval.low, low), max(interval.high, low)]
            beside.plot([place, place], ends_shown, color=colour, linewidth=thickness, solid_capstyle="butt")
        is_between = pieces is not None and pieces.median_between is not None
        if row.summary.median > low and not is_between:
            beside.plot(
                [place], [row.summary.median], marker="o", markersize=3.2, color="white", markeredgecolor=colour
            )
        beside.plot(
            [place], [-0.06 / tall], marker=marker, markersize=4.2, color=colour, linestyle="none", clip_on=False,
            transform=beside.get_xaxis_transform(),
        )  # fmt: skip


def _draw_point(axes: Axes, point: _Point, at: float, marker: str, colour: str) -> None:
    """Draw a figure: its best, both ends of its range, or a bound; filled if it counts what the definition counts."""
    claim, (low, high) = point.claim, _ends(point.claim)
    if low < high:
        axes.plot([at, at], [low, high], color=colour, linewidth=0.9)
    face = colour if point.same and not point.retired else "white"
    size = 3.0 if point.retired else 4.6
    marks = [low, high] if claim.best is None and low < high else [middle(claim)]  # no middle that no source prints
    axes.plot(
        [at] * len(marks), marks, marker=marker, markersize=size if len(marks) == 1 else 0.7 * size,
        markerfacecolor=face, markeredgecolor=colour, markeredgewidth=0.9, linestyle="none", clip_on=False,
    )  # fmt: skip
    if claim.is_one_sided:
        sign = 1 if claim.reading == "at-least" else -1
        axes.annotate(
            "", (at, middle(claim)), (0, 9 * sign), textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": colour, "lw": 0.8, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip


def _join(axes: Axes, placed: Sequence[tuple[_Point, float]]) -> None:
    """Join what rests on the same data and starts from the same definition by a thin line."""
    by_line: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for point, at in placed:
        alike = by_line.setdefault((point.claim.lineage or point.claim.id, point.place), [])
        alike.append((at, middle(point.claim)))
    for alike in by_line.values():
        if len(alike) > 1:
            axes.plot(*zip(*alike, strict=True), color=GREY, linewidth=0.5, zorder=1)


def _key(rows: Sequence[ComparedDefinition], points: Sequence[_Point], probability: float) -> tuple[Sign, ...]:
    signs = []
    for place, row in enumerate(rows):
        marker, colour = _MARKERS[place % len(_MARKERS)]
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
    years = [point.year for point in current]
    if len(current) == 1:
        return f"{title}: one published total, {significant(middle(current[0].claim))} ({years[0]})"
    values = [value for point in current for value in _ends(point.claim)]
    low, high = significant(min(values)), significant(max(values))
    if low.endswith(" million") and high.endswith(" million"):
        low = low.removesuffix(" million")
    return (
        f"{title}: {len(current)} published totals from {min(years)} to {max(years)} go from {low} to {high}, counting "
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
        "its source prints, with two markers where it prints no best figure; arrow: at least, or at most. What would "
        "cover another figure stands beside its year. At the right, above the same markers, our medians with "
        f"{100 * probability:g} % and 50 % credible intervals"
        + (", or the pieces of the 95 % highest-density region." if any(row.pieces.whole for row in rows) else ".")
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
