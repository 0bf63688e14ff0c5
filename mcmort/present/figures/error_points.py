"""Measured errors as a figure: each pair, and bias and spread of each class of figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import TICKDOWN, TICKUP
from matplotlib.ticker import FixedLocator, FuncFormatter

from mcmort.analysis.measured_errors import FittedErrors, Interval95
from mcmort.catalogue.measured_errors import ErrorLibrary
from mcmort.catalogue.vocabulary import BASES
from mcmort.present.figures.library_title import under_title
from mcmort.present.figures.style import ESTIMATED, FAINT, GREY, INK, OTHER, looks
from mcmort.present.numbers import significant
from mcmort.present.tables.errors_table import class_words

__all__ = ["ErrorPoint", "ErrorRow", "error_rows", "errors_figure"]

_ROW: Final = 0.3
_WIDTH: Final = 6.9
_TICKS: Final = (1 / 30, 1 / 10, 1 / 3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True)
class ErrorPoint:
    """One pair: early over later, and whether it comes from a complete frame."""

    id: str
    ratio: float
    is_complete: bool


@dataclass(frozen=True)
class ErrorRow:
    """One class of figures: its pairs, the bias with its interval, and where 90 % of new figures would lie."""

    name: str
    points: tuple[ErrorPoint, ...]
    bias: Interval95 | None
    low: float | None
    high: float | None


def error_rows(library: ErrorLibrary, fitted: FittedErrors | None) -> tuple[ErrorRow, ...]:
    """Return what the figure shows, class by class, as early over later.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    fitted : FittedErrors or None
        The numbers of the model; without them the rows have points alone.

    Returns
    -------
    tuple of ErrorRow
        In the order of bases; classes without pairs are left out.
    """
    used = [pair for pair in library.pairs if pair.measures_error]
    names = sorted({pair.cell for pair in used}, key=lambda name: (BASES.index(_basis(name)), name))
    rows = []
    for name in names:
        points = tuple(
            ErrorPoint(pair.id, pair.early / pair.later, library.is_complete(pair))
            for pair in used
            if pair.cell == name
        )
        of_model = None if fitted is None else fitted.of(name)
        bias = low = high = None
        if of_model is not None:
            bias = of_model.bias
            low, high = (1.0 / of_model.true_over_figure[share] for share in ("0.95", "0.05"))
        rows.append(ErrorRow(name, points, bias, low, high))
    return tuple(rows)


def _basis(name: str) -> str:
    return name.partition(",")[0]


def errors_figure(rows: Sequence[ErrorRow], title: str) -> Figure:
    """Draw measured errors: a row for each class, on a logarithmic axis of early over later.

    Parameters
    ----------
    rows : sequence of ErrorRow
        From `error_rows`.
    title : str
        What was found.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with rc_context(looks()):
        figure = Figure(figsize=(_WIDTH, 1.1 + _ROW * len(rows)), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.axvline(1.0, color=GREY, linewidth=0.8)
        for place, row in enumerate(rows):
            if row.bias is not None and row.low is not None and row.high is not None:
                axes.plot(
                    [row.low, row.high], [place, place], color=FAINT, linewidth=6, solid_capstyle="butt", zorder=1
                )
                ends = [math.exp(row.bias.low), math.exp(row.bias.high)]
                axes.plot(ends, [place, place], color=INK, linewidth=1.4, zorder=4)
                axes.plot(math.exp(row.bias.median), place, "o", color=INK, markersize=3.5, zorder=5)
            for point in row.points:
                marker, colour = (TICKDOWN, ESTIMATED) if point.is_complete else (TICKUP, OTHER)
                axes.plot(point.ratio, place, color=colour, marker=marker, markersize=5, alpha=0.7, zorder=3)
        axes.set_xscale("log")
        axes.set_xlim(_TICKS[0], _TICKS[-1])
        axes.xaxis.set_major_locator(FixedLocator(_TICKS))
        axes.xaxis.set_minor_locator(FixedLocator([]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _times(value)))
        axes.set_yticks(range(len(rows)), [f"{class_words(row.name)} ({len(row.points)})" for row in rows])
        axes.invert_yaxis()
        axes.set_xlabel("early figure over later count")
        under_title(figure, title, _explained(rows))
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
    return figure


def _explained(rows: Sequence[ErrorRow]) -> str:
    outside = sum(not _TICKS[0] <= point.ratio <= _TICKS[-1] for row in rows for point in row.points)
    beyond = f"; {outside} lie beyond the axis" if outside else ""
    return (
        f"Ticks: pairs, upward if their correction was reported, downward if of a complete frame{beyond}. Lines: bias "
        "corrected for selection, 95 %; bands: nine new figures in ten."
    )


def _times(value: float) -> str:
    return f"1/{significant(1 / value, 2)}" if value < 1 else significant(value, 2)
