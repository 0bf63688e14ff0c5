"""Documented against estimated: how much of each component stands in a register, and how much is estimated."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import Interval, Summary, summarise
from mcmort.analysis.documented import Documented
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.interval_marks import draw_span
from mcmort.present.figures.rows import Panel, Row, RowChart, Sign
from mcmort.present.figures.scale import scale_of
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import ARCHIVAL, INK
from mcmort.present.numbers import percent, rounding_for
from mcmort.present.wording import floor_note, interval_text, left_out_text, units

__all__ = ["documented_chart", "documented_deaths"]

_SOLID: Final[dict[str, Any]] = {"facecolor": ARCHIVAL, "edgecolor": ARCHIVAL, "linewidth": 0.7}
_OPEN: Final[dict[str, Any]] = {"facecolor": "white", "edgecolor": ARCHIVAL, "linewidth": 0.7}
_BAR: Final = 0.08


def documented_deaths(
    found: Documented, probability: float = 0.95, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw how much of a total is registered, component by component.

    Parameters
    ----------
    found : Documented
        A total of all deaths, and the same of registered deaths.
    probability : float
        Of the interval of all deaths.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Solid up to the median of what is registered, open up to the median of all, the interval of all as a line below.
    """
    return drawn(documented_chart(found, probability), width, ax)


def documented_chart(found: Documented, probability: float = 0.95) -> RowChart:
    """Return the chart of `documented_deaths`, which may take several sheets."""
    total, labels = found.all, found.all.case.components
    levels = sorted({0.5, probability})
    everything = {
        name: summarise(values, levels, shortest=False, chains=total.chains) for name, values in total.parts.items()
    }
    registered = {
        name: summarise(values, levels, shortest=False, chains=total.chains)
        for name, values in (found.registered.parts if found.registered is not None else {}).items()
    }
    names = sorted(everything, key=lambda name: (-everything[name].median, name))
    counted = units(total)
    unit = counted[0] if len(counted) == 1 else "persons"

    def row(label: str, own: Summary, part: Summary | None, *, is_bold: bool = False) -> Row:
        documented = 0.0 if part is None else part.median
        wide = own.interval(probability)
        rounding = rounding_for(own, probability)
        return Row(
            label=label,
            draw=partial(_draw, documented=documented, median=own.median, wide=wide),
            cells=(
                rounding.span(wide.low, wide.high),
                "none" if part is None else rounding_for(part, probability).number(documented),
            ),
            rise=0.1,
            is_bold=is_bold,
        )

    whole = summarise(total.values, levels, chains=total.chains)
    part = None
    if found.registered is not None:
        part = summarise(found.registered.values, levels, shortest=False, chains=total.chains)
    wides = [own.interval(probability) for own in everything.values()]
    low = min(0.0, *(1.05 * wide.low for wide in wides))
    panels = [
        Panel(
            rows=tuple(row(labels[name].label, everything[name], registered.get(name)) for name in names),
            scale=scale_of(low, 1.05 * max(wide.high for wide in wides) or 1.0, unit),
        )
    ]
    if len(names) > 1:
        end = whole.interval(probability)
        far = scale_of(min(0.0, 1.05 * end.low), 1.05 * end.high or 1.0, unit)
        own = row("Total", whole, part, is_bold=True)
        own_cells = (interval_text(total, whole, probability), own.cells[1])
        total_row = Row(label="Total", draw=own.draw, cells=own_cells, rise=own.rise, is_bold=True)
        panels.append(Panel(rows=(total_row,), scale=far, head="Their total, on an axis of its own"))
    return RowChart(
        title=_title(found, whole, part),
        caption=(
            f"Solid: registered deaths, by their median; open: estimated beyond them, up to the median of all; line: "
            f"{100 * probability:g} % credible interval of all. What is registered is a floor and no rival estimate; "
            "registers that were not matched by name may hold a death twice. Rows are shown before overlaps.",
            left_out_text(total),
            *floor_note([total]),
            engine_note(total, whole),
        ),
        panels=tuple(panels),
        heads=(f"{100 * probability:g} % interval", "Registered"),
        key=_key(),
        keeps_second=True,
    )


def _draw(axes: Axes, y: float, *, documented: float, median: float, wide: Interval) -> None:
    bar = y - 0.1
    if median > documented:
        axes.barh(bar, median - documented, _BAR, left=documented, **_OPEN)
    if documented > 0.0:
        axes.barh(bar, documented, _BAR, **_SOLID)
    draw_span(axes, y, wide.low, wide.high, color=INK, linewidth=1.1)
    axes.plot([median], [y], marker="o", markersize=3.4, color="white", markeredgecolor=INK, clip_on=False)


def _key() -> tuple[Sign, ...]:
    line = {"color": INK, "linewidth": 1.1, "marker": "o", "markersize": 3.4, "markerfacecolor": "white"}
    return (
        Sign(words="registered", style=_SOLID),
        Sign(words="estimated beyond", style=_OPEN),
        Sign(words="interval of all deaths, median", style=line),
    )


def _title(found: Documented, whole: Summary, part: Summary | None) -> str:
    title, name = found.all.case.head.title, quoted(found.all.definition.label)
    if part is None:
        return f"{title}: no component counted under {name} has a registered count of its own"
    if whole.mean <= 0.0:
        return f"{title}: what is registered under {name}"
    return f"{title}: registers hold {percent(part.mean / whole.mean)} of the mean total under {name}"
