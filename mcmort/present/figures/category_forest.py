"""The category forest: each component of a total with its interval, and how it is known."""

from __future__ import annotations

from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import Summary, TotalPieces, mean_of, summarise
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.figures.evidence_kinds import LOOKS, kind_of, signs
from mcmort.present.figures.interval_marks import Look, draw_interval, interval_cells, marks_note, reach_of
from mcmort.present.figures.rows import Panel, Row, RowChart
from mcmort.present.figures.scale import Scale, not_known, scale_of
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import INK
from mcmort.present.numbers import percent, rounding_for
from mcmort.present.print_format import years_text
from mcmort.present.wording import counts_text, floor_note, left_out_text, or_more, units
from mcmort.totals import Total, Values

__all__ = ["category_forest", "category_forest_chart"]

_SPREAD: Final = 30.0
"""Ratio of medians from which on the axis is logarithmic."""
_LEAST_SHARE: Final = 1e-4
"""Of the axis that the smallest median may stand at on a logarithmic one."""


def category_forest(
    total: Total,
    summary: Summary,
    probability: float = 0.95,
    *,
    pieces: TotalPieces | None = None,
    width: Width = "page",
    ax: Axes | None = None,
) -> Figure:
    """Draw each component of a total with its interval.

    Parameters
    ----------
    total, summary : Total and Summary
        From `mcmort.total`.
    probability : float
        Of the intervals.
    pieces : TotalPieces, optional
        The pieces of its components, if they have been worked out.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return drawn(category_forest_chart(total, summary, probability, pieces), width, ax)


def category_forest_chart(
    total: Total, summary: Summary, probability: float = 0.95, pieces: TotalPieces | None = None
) -> RowChart:
    """Return the chart of `category_forest`, which may take several sheets."""
    pieces = pieces or TotalPieces(total)
    parts = {name: _summarised(values, probability, total.chains) for name, values in total.parts.items()}
    names = sorted(parts, key=lambda name: (-parts[name].mean, name))
    scale = _scale(total, [*parts.values()], probability)
    kinds = {name: kind_of(total, name) for name in names}
    components = total.case.components
    rows = [
        Row(
            label=components[name].label,
            draw=partial(
                draw_interval, summary=parts[name], probability=probability, look=LOOKS[kinds[name]],
                pieces=pieces.components.get(name),
            ),
            cells=interval_cells(parts[name], probability, pieces.components.get(name)),
        )
        for name in names
    ]  # fmt: skip
    rows += [
        Row(label=components[name].label, draw=not_known, cells=("not known", "")) for name in sorted(total.unknown)
    ]
    panels = [Panel(rows=tuple(rows), scale=scale)]
    if len(rows) > 1:
        whole = Row(
            label="Total",
            draw=partial(
                draw_interval, summary=summary, probability=probability, look=Look(INK), pieces=pieces.whole
            ),
            cells=_whole_cells(total, summary, probability, pieces),
            is_bold=True,
        )  # fmt: skip
        own_scale = scale_of(*reach_of([summary], probability), _unit(total))
        panels.append(Panel(rows=(whole,), scale=own_scale, head="Their total, on an axis of its own"))
    return RowChart(
        title=_title(total, summary),
        caption=tuple(_caption(total, summary, parts, probability, pieces)),
        panels=tuple(panels),
        heads=(f"{100 * probability:g} % interval", "Median"),
        key=signs(kinds.values()),
    )


def _summarised(values: Values, probability: float, chains: int) -> Summary:
    return summarise(values, sorted({0.5, probability}), shortest=False, chains=chains)


def _whole_cells(total: Total, summary: Summary, probability: float, pieces: TotalPieces) -> tuple[str, str]:
    span, median = interval_cells(summary, probability, pieces.whole)
    return or_more(total, span), median


def _unit(total: Total) -> str:
    counted = units(total)
    return counted[0] if len(counted) == 1 else "persons"


def _scale(total: Total, parts: list[Summary], probability: float) -> Scale:
    """Return the axis of the components: linear from zero, or logarithmic where they differ by orders of magnitude."""
    low, high = reach_of(parts, probability)
    medians = [own.median for own in parts if own.median > 0.0]
    if low < 0.0 or not medians or max(medians) < _SPREAD * min(medians):
        return scale_of(low, high, _unit(total))
    lows = [wide.low for wide in (own.interval(probability) for own in parts) if wide.low > 0.0]
    least = max(min(lows, default=min(medians)), 0.2 * min(medians), high * _LEAST_SHARE)
    return scale_of(0.8 * min([least, *medians]), 1.1 * high, _unit(total), is_log=True)


def _title(total: Total, summary: Summary) -> str:
    """Say which component makes up most of the total."""
    title, name = total.case.head.title, quoted(total.definition.label)
    first = max(total.parts, key=lambda part: (mean_of(total.parts[part]), part))
    label = total.case.components[first].label
    if len(total.parts) == 1:
        return f"{title}: one component makes up the total under {name}: {label}"
    if summary.mean <= 0.0:
        return f"{title}: the components of the total under {name}, {label} the largest"
    share = percent(mean_of(total.parts[first]) / summary.mean)
    most = "larger" if len(total.parts) == 2 else "largest"
    return f"{title}: of {len(total.parts)} components under {name} the {most} is {label}, {share} of the mean"


def _caption(
    total: Total, summary: Summary, parts: dict[str, Summary], probability: float, pieces: TotalPieces
) -> list[str]:
    """Say what marks mean, what is not counted, and how the draws were made."""
    has_pieces = bool(pieces.components) or pieces.whole is not None
    text = marks_note(probability, has_pieces=has_pieces, marker="marker, by what most of its sources rest on")
    text[0] = f"Counted: {counts_text(total)}, {years_text(total.years)}. {text[0]} An arrow: the interval goes on."
    text[0] += " Medians and interval ends do not add up; means do."
    if total.overlaps:
        text.append("Components are shown as they are counted, before what overlaps take off.")
    if total.unknown:
        text.append("Dotted over the whole axis: not known, which is not zero.")
    text.append(left_out_text(total))
    text += floor_note([total])
    printed = [(total.case.components[name].label, rounding_for(own, probability)) for name, own in parts.items()]
    text += digits_note([("the total", rounding_for(summary, probability)), *printed])
    return [*text, engine_note(total, summary)]
