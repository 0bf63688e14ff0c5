"""Deaths by year, each with its interval."""

from __future__ import annotations

from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import summarise
from mcmort.analysis.yearly import Yearly
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.plots import BELOW, LEFT, PlotChart, dress_years, stand
from mcmort.present.figures.sheet import Frame, Width, drawn
from mcmort.present.figures.style import ARCHIVAL, ESTIMATED
from mcmort.present.wording import excluded_text, floor_note, interval_text, units

__all__ = ["yearly_chart", "yearly_deaths"]

_STANDS_OUT: Final = 1.1
"""Ratio of the two highest medians from which on a year is said to have most deaths."""


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
        f"{100 * probability:g} % (thin) and 50 % (thick) credible intervals; circle: median. Where no source says "
        "when the deaths of a component fell, the share of a year is uncertain, and its interval wide. Intervals of "
        "years do not add up."
    ]
    if unknown:
        text.append(f"Years of which nothing is known are left empty: {len(unknown)}.")
    summary = summarise(total.values, sorted({0.5, probability}), chains=total.chains)
    return PlotChart(
        title=f"{total.case.head.title}: {_finding(found, peak, span, unit)} under {quoted(total.definition.label)}",
        caption=(
            *text,
            f"Not counted: {excluded_text(total)}.",
            *floor_note([total]),
            engine_note(total, summary),
        ),
        height=lambda width: min(0.5 * width + 0.5, 3.6),
        draw=partial(_draw, found=found, probability=probability, unit=unit),
    )


def _finding(found: Yearly, peak: int, span: str, unit: str) -> str:
    """Say which year has most deaths, or that none stands out."""
    medians = sorted(summary.median for summary in found.summaries.values())
    if len(medians) == 1:
        return f"all {unit} fall in {peak}, {span},"
    if medians[-1] < _STANDS_OUT * medians[-2]:
        return f"no single year stands out, and {peak} has {span} {unit}"
    return f"most {unit} fall in {peak}, {span},"


def _draw(frame: Frame, top: float, *, found: Yearly, probability: float, unit: str) -> None:
    across, tall = frame.width - LEFT - 0.1, frame.height - top - 0.24 - BELOW
    axes = frame.panel(LEFT, top + 0.24, across, tall)
    first, last = found.total.years
    wides = {year: summary.interval(probability) for year, summary in found.summaries.items()}
    low, high = min(wide.low for wide in wides.values()), max(wide.high for wide in wides.values())
    dress_years(axes, first - 0.8, last + 0.8, across, "year")
    stand(axes, 1.05 * low if low < 0.0 else 0.0, 1.06 * high if high > 0.0 else 1.0, unit)
    is_dense = across * 72 / (last - first + 2) < 6.0
    size = 1.8 if is_dense else 3.6
    for year, summary in found.summaries.items():
        half = summary.interval(0.5)
        for interval, thickness in ((wides[year], 0.7 if is_dense else 1.3), (half, 2.0 if is_dense else 4.0)):
            axes.plot(
                [year, year], [interval.low, interval.high], color=ESTIMATED, linewidth=thickness,
                solid_capstyle="butt",
            )  # fmt: skip
        axes.plot(
            [year], [summary.median], marker="o", markersize=size, color="white", markeredgecolor=ARCHIVAL,
            markeredgewidth=0.6,
        )  # fmt: skip
