"""Marks of distributions: an interval with its middle half and median, or the pieces that it falls into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mcmort.analysis import Pieces, Summary, quantiles_of, share_at_most
from mcmort.present.figures.style import ESTIMATED, FILL
from mcmort.present.numbers import rounding_for
from mcmort.present.pieces_text import pieces_label
from mcmort.present.print_format import EN_DASH
from mcmort.totals import Values

__all__ = ["Look", "draw_density", "draw_interval", "draw_span", "interval_cells", "marks_note", "reach_of"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a distribution is drawn: its colour, marker, and the widths of its lines in points."""

    colour: str = ESTIMATED
    marker: str = "o"
    thin: float = 1.4
    thick: float = 4.5
    size: float = 4.0


def draw_span(axes: Axes, y: float, low: float, high: float, **style: Any) -> None:
    """Draw a line between two values; an end that lies beyond the axis becomes an arrow at its edge."""
    least, most = sorted(axes.get_xlim())
    ends = max(low, least), min(high, most)
    if ends[0] > ends[1]:
        return
    axes.plot(ends, [y, y], solid_capstyle="butt", **style)
    for end, edge, marker in ((low, least, "<"), (high, most, ">")):
        is_beyond = end < edge if marker == "<" else end > edge
        if is_beyond:
            axes.plot([edge], [y], marker=marker, markersize=4, color=style.get("color"), clip_on=False)


def draw_interval(
    axes: Axes,
    y: float,
    summary: Summary,
    probability: float,
    look: Look,
    pieces: Pieces | None = None,
) -> None:
    """Draw the interval of a distribution, thick over its middle half, with its median; or its pieces, if several.

    Parameters
    ----------
    axes : Axes
        With their scale set.
    y : float
        Where.
    summary : Summary
        With both intervals.
    probability : float
        Of the thin line.
    look : Look
        Colour, marker and widths.
    pieces : Pieces, optional
        Of a distribution that has several: each is a bar of its own, and a median that lies in none of them a cross,
        since it is no likely value.
    """
    wide, half = summary.interval(probability), summary.interval(0.5)
    if pieces is not None:
        draw_span(axes, y, wide.low, wide.high, color=look.colour, linewidth=0.5 * look.thin, linestyle=":")
        for piece in pieces.pieces:
            draw_span(axes, y, piece.low, piece.high, color=look.colour, linewidth=0.6 * (look.thin + look.thick))
    else:
        draw_span(axes, y, wide.low, wide.high, color=look.colour, linewidth=look.thin)
        draw_span(axes, y, half.low, half.high, color=look.colour, linewidth=look.thick)
    least, most = axes.get_xlim()
    if least <= summary.median <= most:
        is_between = pieces is not None and pieces.median_between is not None
        marker, face = ("x", look.colour) if is_between else (look.marker, "white")
        axes.plot(
            [summary.median], [y], marker=marker, markersize=look.size, color=face, markeredgecolor=look.colour,
            clip_on=False,
        )  # fmt: skip


def density_of(values: Values, reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a smoothed density over the bulk of the draws, with its peak at one."""
    low, high = quantiles_of(values, (0.002, 0.998))
    if high <= low:
        return np.array([low, low]), np.array([0.0, 1.0])
    edges = np.linspace(float(low), float(min(high, reach)), 241)
    counts = np.diff([share_at_most(values, edge) for edge in edges])
    width = max(2, round(240 * 0.04))
    kernel = np.exp(-0.5 * (np.arange(-3 * width, 3 * width + 1) / width) ** 2)
    smooth = np.convolve(counts, kernel, mode="same")
    return 0.5 * (edges[1:] + edges[:-1]), smooth / smooth.max()


def draw_density(axes: Axes, y: float, values: Values, height: float) -> None:
    """Draw the density of a distribution above a line, `height` inches at its peak."""
    x, density = density_of(values, axes.get_xlim()[1])
    axes.fill_between(x, y, y - height * density, color=FILL, linewidth=0)


def interval_cells(summary: Summary, probability: float, pieces: Pieces | None = None) -> tuple[str, str]:
    """Return the interval of a distribution, or its pieces, and its median, unless that is no likely value."""
    rounding, wide = rounding_for(summary, probability), summary.interval(probability)
    median = rounding.number(summary.median)
    if pieces is None:
        return rounding.span(wide.low, wide.high), median
    return pieces_label(pieces, summary), EN_DASH if pieces.median_between is not None else median


def marks_note(probability: float, *, has_pieces: bool = False, marker: str = "marker") -> list[str]:
    """Say what the marks of a distribution mean."""
    text = [f"Line: {100 * probability:g} % credible interval; thick: 50 %; {marker}: median."]
    if has_pieces:
        text.append(
            "Broken line: the pieces of the 95 % highest-density region, with their probabilities; dotted: the "
            "interval around them; cross: a median that lies between them."
        )
    return text


def reach_of(summaries: Iterable[Summary], probability: float) -> tuple[float, float]:
    """Return the ends of a linear axis that has zero and all intervals, with some air."""
    wides = [summary.interval(probability) for summary in summaries]
    low, high = min(wide.low for wide in wides), max(wide.high for wide in wides)
    return (1.05 * low if low < 0.0 else 0.0), max(1.05 * high, 0.0) or 1.0
