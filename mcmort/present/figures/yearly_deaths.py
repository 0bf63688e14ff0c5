"""Deaths by year, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import Summary, summarise
from mcmort.analysis.yearly import Yearly
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.plots import BELOW, LEFT, PlotChart, dress_years, stand
from mcmort.present.figures.sheet import Frame, Width, drawn
from mcmort.present.figures.style import ARCHIVAL, ESTIMATED, FILL, INK
from mcmort.present.wording import floor_note, interval_text, left_out_text, units

__all__ = ["yearly_chart", "yearly_deaths"]

_DENSE: Final = 0.025
"""Inches for a year below which years are drawn as bands, since bars would run together."""


def yearly_deaths(
    found: Yearly, probability: float = 0.95, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw a total year by year.

    Parameters
    ----------
    found : Yearly
        A total by year.
    probability : float
        Of the thin lines.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return drawn(yearly_chart(found, probability), width, ax)


def yearly_chart(found: Yearly, probability: float = 0.95) -> PlotChart:
    """Return the chart of `yearly_deaths`."""
    total = found.total
    counted = units(total)
    unit = counted[0] if len(counted) == 1 else "persons"
    peak = max(found.summaries, key=lambda year: found.summaries[year].median)
    span = interval_text(found.years[peak], found.summaries[peak], probability)
    unknown = [year for year in range(total.years[0], total.years[1] + 1) if year not in found.years]
    text = [
        f"{100 * probability:g} % (thin or light) and 50 % (thick or dark) credible intervals; circle or black line: "
        "median. Where no source says when the deaths of a component fell, the share of a year is uncertain, and its "
        "interval wide. Intervals of years do not add up."
    ]
    if unknown:
        text.append(f"Years of which nothing is known are left empty: {len(unknown)}.")
    summary = summarise(total.values, sorted({0.5, probability}), chains=total.chains)
    return PlotChart(
        title=f"{total.case.head.title}: {_finding(found, peak, span, unit)} under {quoted(total.definition.label)}",
        caption=(
            *text,
            left_out_text(total),
            *floor_note([total]),
            engine_note(total, summary),
        ),
        height=lambda width: min(0.5 * width + 0.5, 3.6),
        draw=partial(_draw, found=found, probability=probability, unit=unit),
    )


def _finding(found: Yearly, peak: int, span: str, unit: str) -> str:
    """Say which year has most deaths, or that none stands out."""
    others = [summary.median for year, summary in found.summaries.items() if year != peak]
    if not others:
        return f"all {unit} fall in {peak}, {span},"
    if found.summaries[peak].interval(0.5).low <= max(others):
        return f"no single year stands out, and {peak} has {span} {unit}"
    return f"no year has more {unit} than {peak}, {span},"


def _draw(frame: Frame, top: float, *, found: Yearly, probability: float, unit: str) -> None:
    across, tall = frame.width - LEFT - 0.1, frame.height - top - 0.24 - BELOW
    axes = frame.panel(LEFT, top + 0.24, across, tall)
    first, last = found.total.years
    wides = {year: summary.interval(probability) for year, summary in found.summaries.items()}
    low, high = min(wide.low for wide in wides.values()), max(wide.high for wide in wides.values())
    dress_years(axes, first - 0.8, last + 0.8, across, "year")
    stand(axes, 1.05 * low if low < 0.0 else 0.0, 1.06 * high if high > 0.0 else 1.0, unit)
    room = across / (last - first + 1.6)
    if room < _DENSE:
        _draw_bands(axes, found.summaries, probability)
        return
    size, thin, thick = (1.8, 0.7, 2.0) if room < 3 * _DENSE else (3.6, 1.3, 4.0)
    for year, summary in found.summaries.items():
        for interval, thickness in ((wides[year], thin), (summary.interval(0.5), thick)):
            axes.plot(
                [year, year], [interval.low, interval.high], color=ESTIMATED, linewidth=thickness,
                solid_capstyle="butt",
            )  # fmt: skip
        axes.plot(
            [year], [summary.median], marker="o", markersize=size, color="white", markeredgecolor=ARCHIVAL,
            markeredgewidth=0.6, clip_on=False, zorder=3,
        )  # fmt: skip


def _draw_bands(axes: Axes, summaries: Mapping[int, Summary], probability: float) -> None:
    """Draw intervals as bands, a step for each year, in runs of years of which something is known."""
    runs: list[list[int]] = []
    for year in sorted(summaries):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    for run in runs:
        edges = [run[0] - 0.5, *(year + 0.5 for year in run)]
        for level, colour in ((probability, FILL), (0.5, ESTIMATED)):
            bands = [summaries[year].interval(level) for year in run]
            lows, highs = [band.low for band in bands], [band.high for band in bands]
            axes.fill_between(edges, [*lows, lows[-1]], [*highs, highs[-1]], step="post", color=colour, linewidth=0)
        medians = [summaries[year].median for year in run]
        axes.hlines(medians, edges[:-1], edges[1:], color=INK, linewidth=0.8)
