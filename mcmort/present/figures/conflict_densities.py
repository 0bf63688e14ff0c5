"""What pulls against what: for the strongest conflicts the density of each side, own evidence and all the rest."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mcmort.analysis.conflict import Conflict, ConflictRow
from mcmort.present.conflict_text import conflict_finding, node_label, own_text, probability_words, rest_text
from mcmort.present.figures.rows import Panel, Row, RowChart, Sign
from mcmort.present.figures.scale import Scale
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import ESTIMATED, FAINT, GREY, INK

__all__ = ["conflict_chart", "conflict_densities"]

type Array = NDArray[np.float64]

_MOST: Final = 6
"""Rows, unless more are conflicts."""
_HIGHEST: Final = 0.3
"""Inches of the higher of both peaks."""
_FLAT: Final = 0.01
"""Part of the peak below which a density is not drawn."""
_WIDEST: Final = 30.0
"""Times the median of the rest, at which the axis ends."""


def conflict_densities(conflict: Conflict, *, width: Width = "page", ax: Axes | None = None) -> Figure:
    """Draw both sides of the strongest conflicts in the evidence of a case.

    Parameters
    ----------
    conflict : Conflict
        From `mcmort.conflict`.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A row for each comparison, the least probable first: the density of what its own evidence says, or a line
        where that is one figure, over the density of what all other evidence says.
    """
    return drawn(conflict_chart(conflict), width, ax)


def conflict_chart(conflict: Conflict) -> RowChart:
    """Return the chart of `conflict_densities`, which may take several sheets."""
    tested = [row for row in conflict.rows if not row.found.failure and row.found.rest[1] > 0.0]
    shown = tested[: max(_MOST, len(conflict.conflicts))]
    reach = min(max((_reach(row) for row in shown), default=2.0), _WIDEST)
    scale = Scale(
        low=1.0 / reach, high=reach, is_log=True,
        label="times the rest, logarithmic scale",
    )  # fmt: skip
    rows = tuple(
        Row(
            label=node_label(conflict, row),
            draw=partial(_draw, row=row),
            cells=(
                f"{own_text(row)} against {rest_text(row)}",
                probability_words(row.corrected) + (" *" if row.is_conflict else ""),
            ),
            rise=_HIGHEST,
        )
        for row in shown
    )
    manifest = conflict.draws.manifest
    finding = " ".join(conflict_finding(conflict))
    return RowChart(
        title=f"{conflict.case.head.title}: {_title(conflict)}",
        caption=(
            finding,
            "Axis: times the median of all other evidence, the rest. Both densities of a row have the same area; what "
            "reaches beyond the axis is cut. * marks a conflict, a corrected p below 5 %.",
            f"Each row is a fit in which the two sides are kept apart; seed {manifest.seed}, mcmort "
            f"{manifest.versions['mcmort']}, case {conflict.case.id}@{conflict.case.digest[:12]}.",
        ),
        panels=(Panel(rows=rows, scale=scale),),
        heads=("It says, against all else, 95 %", "Corrected p"),
        key=(
            Sign(words="its own evidence", style={"color": ESTIMATED, "linewidth": 1.6}),
            Sign(
                words="all other evidence", style={"color": FAINT, "linewidth": 6, "solid_capstyle": "butt"}
            ),
        ),
        keeps_second=True,
    )  # fmt: skip


def _title(conflict: Conflict) -> str:
    count = len(conflict.conflicts)
    if not count:
        return "no part of the evidence is in conflict with the rest"
    if count == 1:
        return f"{node_label(conflict, conflict.rows[0])}, in conflict with the rest of the evidence"
    return f"{count} parts of the evidence are in conflict with the rest"


def _reach(row: ConflictRow) -> float:
    """Return how many times as high, or as low, as the median of the rest the axis must go for a row."""
    middle = row.found.rest[1]
    ends = [end / middle for end in (*row.found.own, *row.found.rest) if end > 0.0]
    return 1.1 * max(max(end, 1.0 / end) for end in ends)


def _draw(axes: Axes, y: float, *, row: ConflictRow) -> None:
    low, high = (math.log(end) for end in axes.get_xlim())
    places = np.linspace(low, high, 401)
    own, rest = (_log_ratios(values, row.found.rest[1]) for values in (row.found.own_values, row.found.rest_values))
    densities = [_density(values, places) for values in (own, rest)]
    unit = _HIGHEST / max(*(float(density.max()) for density in densities), 1e-9)
    axes.plot(np.exp([low, high]), [y, y], color=GREY, linewidth=0.5)
    axes.fill_between(np.exp(places), y, y - unit * densities[1], color=FAINT, linewidth=0)
    axes.plot(np.exp(places), y - unit * densities[1], color=GREY, linewidth=0.7)
    if len(own) > 1:
        heights = np.where(densities[0] > _FLAT * densities[0].max(), densities[0], np.nan)
        axes.plot(np.exp(places), y - unit * heights, color=ESTIMATED, linewidth=1.6)
    elif len(own) and low <= own[0] <= high:
        axes.plot(np.exp([own[0], own[0]]), [y, y - _HIGHEST], color=ESTIMATED, linewidth=1.6)
    elif len(own):
        is_high = own[0] > high
        edge = math.exp(high if is_high else low)
        axes.plot([edge], [y - 0.5 * _HIGHEST], marker=">" if is_high else "<", color=INK, clip_on=False)


def _log_ratios(values: tuple[float, ...], middle: float) -> Array:
    """Return the logarithms of values over the median of the rest; what is not positive has none."""
    return np.log([value / middle for value in values if value > 0.0])


def _density(values: Array, places: Array) -> Array:
    """Return a smoothed density of equally likely values, or none of a single one."""
    if len(values) < 2:
        return np.zeros_like(places)
    middle_half = float(np.subtract(*np.quantile(values, [0.75, 0.25])))
    width = max(0.9 * min(float(np.std(values)), middle_half / 1.34) * len(values) ** -0.2, 1e-4)
    scores = (places[:, None] - values[None, :]) / width
    return np.asarray(np.exp(-0.5 * scores**2).sum(axis=1) / (len(values) * width))
