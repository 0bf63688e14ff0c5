"""The definition ladder: one row for each definition, with its interval, its density and the published totals.

Drawn on a figure of its own, without touching matplotlib's global state, so that the same result gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from mcmort.analysis import ComparedDefinition, Comparison, quantiles_of, share_at_most
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.figures.published_marks import Mark, published_marks
from mcmort.present.figures.style import (
    ARCHIVAL,
    ESTIMATED,
    FAINT,
    FILL,
    GREY,
    OTHER,
    SIZE,
    SMALL,
    looks,
)
from mcmort.present.figures.typeset import text_width, wrapped
from mcmort.present.numbers import rounding_for
from mcmort.present.pieces_text import pieces_label, schools_text
from mcmort.present.print_format import years_text
from mcmort.present.wording import floor_note, interval_text, is_floor, units
from mcmort.totals import Values

__all__ = ["definition_ladder"]

_PAPER: Final[dict[str, Any]] = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""Behind the text, so that no grid line runs through it."""
_WIDTH: Final = 6.9
_LEFT: Final = 1.86
_MARGIN: Final = 0.085
"""Width of the figure, of the column of names and of the margin, in inches."""
_ROW: Final = 1.25
_LINE: Final = 0.26
"""Heights of a row and of a published total beneath it, in units of the vertical axis."""


def definition_ladder(
    comparison: Comparison, probability: float = 0.95, *, beside: Comparison | None = None
) -> Figure:  # fmt: skip
    """Draw a comparison.

    Parameters
    ----------
    comparison : Comparison
        From `mcmort.compare`.
    probability : float
        Of the thin bar; the thick bar is always 50 %.
    beside : Comparison, optional
        The same definitions by another engine, drawn as a second bar without a density in each row.

    Returns
    -------
    matplotlib.figure.Figure
        Linear axis from zero, one for all rows; densities are scaled within each row. Published totals are grey marks
        beneath the row that they start from: solid if they count exactly the same, hollow or thin if not; one beyond
        the axis is written at its edge with an arrow.
    """
    with rc_context(looks()):
        rows = comparison.rows
        marks = [published_marks(row) for row in rows]
        others = {row.total.definition.id: row for row in beside.rows} if beside is not None else {}
        reach = _reach((*rows, *others.values()), marks)
        heights = [
            _ROW + _LINE * (len(row_marks) + sum(map(_lines, _drawn(row, others))) - 1)
            for row, row_marks in zip(rows, marks, strict=True)
        ]
        width = _WIDTH - 2 * _MARGIN
        title = wrapped(_title(comparison), width, 10, most=3, weight="bold")
        caption = [line for text in _caption(comparison, probability, beside) for line in wrapped(text, width, SMALL)]
        below, above = 0.55 + 0.125 * len(caption), 0.25 + 0.17 * len(title)
        tall = 0.62 * (sum(heights) + 0.1) + below + above
        figure = Figure(figsize=(_WIDTH, tall))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((_LEFT / _WIDTH, below / tall, 0.70, 1.0 - (below + above) / tall))
        axes.set_xlim(0.0, reach)
        axes.set_ylim(0.75 - sum(heights), 0.85)
        _draw_axis(axes, rows, reach)
        y = 0.0
        for row, row_marks, height in zip(rows, marks, heights, strict=True):
            _draw_label(axes, row, y)
            _draw_row(axes, row, y, reach, probability)
            other = others.get(row.total.definition.id)
            if other is not None:
                _draw_beside(axes, other, y - 0.3 - _LINE * (_lines(row) - 1), reach, probability)
            for place, mark in enumerate(row_marks, sum(map(_lines, _drawn(row, others))) - 1):
                _draw_mark(axes, mark, y - 0.34 - _LINE * place, reach)
            y -= height
        left = _MARGIN / _WIDTH
        figure.text(left, 1.0 - 0.13 / tall, "\n".join(title), weight="bold", size=10, va="top")
        figure.text(left, 0.06 / tall, "\n".join(caption), size=SMALL, color=GREY, va="bottom", linespacing=1.35)
        return figure


def _drawn(row: ComparedDefinition, others: Mapping[str, ComparedDefinition]) -> list[ComparedDefinition]:
    """Return what is drawn in a row: the definition, and the same by the other engine."""
    other = others.get(row.total.definition.id)
    return [row] if other is None else [row, other]


def _lines(row: ComparedDefinition) -> int:
    """Return the lines that the bars of a distribution take, those of one in pieces with their label beneath."""
    return 1 if row.pieces.whole is None else 2


def _title(comparison: Comparison) -> str:
    first = comparison.rows[0].total
    span = f", {years_text(comparison.years)}" if comparison.years else ""
    under = f"\N{LEFT DOUBLE QUOTATION MARK}{first.definition.label}\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"{first.case.head.title}: the total under {under if len(comparison.rows) == 1 else 'each definition'}{span}"


def _reach(rows: tuple[ComparedDefinition, ...], marks: list[list[Mark]]) -> float:
    """Choose the end of the axis: it shows our intervals, and published totals up to a third beyond them."""
    ours = max(float(quantiles_of(row.total.values, [0.995])[0]) for row in rows)
    limit = 1.35 * ours
    near = [mark.high for row_marks in marks for mark in row_marks if mark.high <= limit]
    return 1.08 * max([ours, *near]) or 1.0


def _scale(reach: float) -> float:
    """Return the unit of the axis."""
    return 1e6 if reach >= 2e6 else 1.0


def _density(values: Values, reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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


def _draw_label(axes: Axes, row: ComparedDefinition, y: float) -> None:
    """Name a row to the left of the axis."""
    definition, width = row.total.definition, _LEFT - _MARGIN - 8 / 72
    name = wrapped(definition.id, width, SIZE, most=3, weight="bold")
    label = wrapped(definition.label, width, SMALL + 0.5, most=3)
    for lines, place, va, style in (
        (name, 0.24, "bottom", {"size": SIZE, "weight": "bold"}),
        (label, 0.2, "top", {"size": SMALL + 0.5, "color": GREY}),
    ):
        text = axes.annotate("\n".join(lines), (0, y + place), (-8, 0), textcoords="offset points", ha="right", va=va)
        text.set(annotation_clip=False, **style)


def _draw_row(axes: Axes, row: ComparedDefinition, y: float, reach: float, probability: float) -> None:
    total, summary = row.total, row.summary
    colour = ARCHIVAL if total.definition.measure == "registered" else ESTIMATED
    x, density = _density(total.values, reach)
    axes.fill_between(x, y + 0.06, y + 0.06 + 0.62 * density, color=FILL, linewidth=0)
    wide = summary.interval(probability)
    _draw_bars(axes, row, y, probability, _Bars(colour, 1.4, 4.5, 4.0))
    span = (min(wide.low, x[0]), min(max(wide.high, x[-1]), reach))
    _write_label(axes, row, y, span, probability, size=SIZE, weight="bold")


def _draw_beside(axes: Axes, row: ComparedDefinition, y: float, reach: float, probability: float) -> None:
    """Draw the same definition by the other engine."""
    wide = row.summary.interval(probability)
    _draw_bars(axes, row, y, probability, _Bars(OTHER, 1.1, 3.2, 3.2))
    _write_label(axes, row, y, (wide.low, min(wide.high, reach)), probability, size=7.5, color=OTHER)


def _write_label(
    axes: Axes, row: ComparedDefinition, y: float, span: tuple[float, float], probability: float, **style: Any
) -> None:
    """Write the interval of a row beside its bars, or the pieces that it falls into beneath them."""
    pieces = row.pieces.whole
    if pieces is None:
        _write(axes, y, interval_text(row.total, row.summary, probability), span, **style)
    else:
        _write_beneath(axes, y - _LINE, pieces_label(pieces, row.summary, is_floor(row.total)), span[0], **style)


@dataclass(frozen=True, slots=True)
class _Bars:
    """How the bars of a distribution are drawn: their colour, widths, and the size of the median."""

    colour: str
    thin: float
    thick: float
    marker: float


def _draw_bars(axes: Axes, row: ComparedDefinition, y: float, probability: float, bars: _Bars) -> None:
    """Draw the interval with its middle half, or the pieces of a distribution that has several, and the median."""
    summary, pieces = row.summary, row.pieces.whole
    wide, half = summary.interval(probability), summary.interval(0.5)
    style: dict[str, Any] = {"color": bars.colour, "solid_capstyle": "butt"}
    if pieces is None:
        axes.plot([wide.low, wide.high], [y, y], linewidth=bars.thin, **style)
        axes.plot([half.low, half.high], [y, y], linewidth=bars.thick, **style)
    else:
        axes.plot([wide.low, wide.high], [y, y], linewidth=0.5 * bars.thin, linestyle=":", color=bars.colour)
        for piece in pieces.pieces:
            axes.plot([piece.low, piece.high], [y, y], linewidth=0.6 * (bars.thin + bars.thick), **style)
    is_between = pieces is not None and pieces.median_between is not None
    shape, face = ("x", bars.colour) if is_between else ("o", "white")
    axes.plot([summary.median], [y], marker=shape, markersize=bars.marker, color=face, markeredgecolor=bars.colour)


def _draw_mark(axes: Axes, mark: Mark, y: float, reach: float) -> None:
    """Draw a published total as a diamond or bracket, never as one of our intervals."""
    face = GREY if mark.same else "white"
    end = min(mark.high, reach)
    text = mark.words
    if mark.high > reach:
        text = f"{text}: {mark.figure(_scale(reach))}"
        axes.annotate("", (reach, y), (0.975 * reach, y), arrowprops={"arrowstyle": "->", "color": GREY, "lw": 0.8})
    if mark.low > reach:
        _write(axes, y, text, (0.97 * reach, reach), size=7, color=GREY)
        return
    if mark.low < end:
        wide = 2.2 if mark.same else 0.8
        axes.plot([mark.low, end], [y, y], color=GREY, linewidth=wide, solid_capstyle="butt")
        for edge in (mark.low, mark.high):
            if edge <= reach:
                axes.plot([edge, edge], [y - 0.07, y + 0.07], color=GREY, linewidth=0.8)
    if mark.best is not None and mark.best <= reach:
        axes.plot([mark.best], [y], marker="D", markersize=3.6, markerfacecolor=face, markeredgecolor=GREY, mew=0.8)
    elif mark.reading in ("at-least", "at-most"):
        shape = ">" if mark.reading == "at-least" else "<"
        axes.plot([mark.low], [y], marker=shape, markersize=4, markerfacecolor=face, markeredgecolor=GREY, mew=0.8)
    _write(axes, y, text, (mark.low, end), size=7, color=GREY)


def _write_beneath(axes: Axes, y: float, text: str, start: float, *, size: float, **style: Any) -> None:
    """Write on a line beneath what starts at a value, as far to the left as it takes for the text to fit."""
    reach = axes.get_xlim()[1]
    across, weight = axes.get_position().width * _WIDTH, style.get("weight", "normal")
    (line,) = wrapped(text, across, size, most=1, weight=weight)
    place = max(min(start, reach * (1.0 - 1.02 * text_width(line, size, weight) / across)), 0.0)
    axes.text(place, y, line, va="center", ha="left", size=size, bbox=_PAPER, **style)


def _write(axes: Axes, y: float, text: str, span: tuple[float, float], *, size: float, **style: Any) -> None:
    """Write beside what is drawn over a span: to its right, else to its left, else over its end."""
    reach = axes.get_xlim()[1]
    across = axes.get_position().width * _WIDTH
    (line,) = wrapped(text, 0.96 * across, size, most=1, weight=style.get("weight", "normal"))
    length = 1.02 * reach * text_width(line, size, style.get("weight", "normal")) / across
    gap = 0.012 * reach
    if span[1] + gap + length <= reach:
        place, ha = span[1] + gap, "left"
    elif span[0] - gap - length >= 0.0:
        place, ha = span[0] - gap, "right"
    else:
        place, ha = min(0.97 * reach, span[1] - gap), "right"
    axes.text(place, y, line, va="center", ha=ha, size=size, bbox=_PAPER, **style)


def _draw_axis(axes: Axes, rows: tuple[ComparedDefinition, ...], reach: float) -> None:
    counted = {unit for row in rows for unit in units(row.total)}
    scale = _scale(reach)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / scale:,.10g}"))
    axes.xaxis.set_major_locator(MaxNLocator(8))
    unit = counted.pop() if len(counted) == 1 else "persons"
    axes.set_xlabel(f"million {unit}" if scale > 1 else unit)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)


def _caption(comparison: Comparison, probability: float, beside: Comparison | None = None) -> list[str]:
    unknown = [row.total.definition.id for row in comparison.rows if row.total.unknown]
    marks = [
        (len(published_marks(row)), len([published for published in row.published if not published.is_superseded]))
        for row in comparison.rows
    ]
    line = f"Line: {100 * probability:g} % credible interval; thick: 50 %; circle: median"
    dark = any(row.total.definition.measure == "registered" for row in comparison.rows)
    text = [f"{line}; density scaled within each row.{' Dark: registered deaths only.' if dark else ''}"]
    schools: dict[str, list[str]] = {}
    for row in comparison.rows:
        if row.pieces.whole is not None:
            schools.setdefault(schools_text(row.pieces.whole, row.total.case), []).append(row.total.definition.id)
    if schools:
        text.append(
            "Broken line: the pieces of the 95 % highest-density region, with their probabilities; dotted: the "
            "interval around them; cross: a median that lies between them."
        )
    text += [f"Schools behind the pieces of {', '.join(names)}: {words}." for words, names in schools.items()]
    if beside is not None:
        text.append("Blue, with a density: given all the evidence in one model. Brown beneath: pooled ranges.")
    if any(drawn for drawn, _ in marks):
        more = sum(current - drawn for drawn, current in marks)
        draws = comparison.draws
        inputs = "some of them evidence of" if draws.conditioned else "no inputs of"
        text.append(
            f"Grey: published totals, {inputs} the rows; solid if they count the same, hollow or thin if not."
            + (f" {more} more in the table of published totals." if more else "")
        )
    text += [f"Left out of {row.total.definition.id}: {row.total.definition.leaves_out}" for row in comparison.rows]
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
