"""The bridge: what takes one number to another, one row for each step, in terms of means, which add up."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import Bridge, BridgeEnd, Step, Summary
from mcmort.present.bridge_text import (
    bridge_headline,
    claim_notes,
    mean_text,
    order_note,
    printed,
    quoted,
    span_text,
    step_label,
)
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.rows import Panel, Row, RowChart, Sign
from mcmort.present.figures.scale import Scale, scale_of
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import ARCHIVAL, CONTESTED, ESTIMATED, GREY, INK
from mcmort.present.numbers import significant
from mcmort.present.wording import floor_note, or_more, units

__all__ = ["bridge_chart", "bridge_steps"]

_HATCH: Final = "////"
_ADDED: Final[dict[str, Any]] = {"facecolor": ESTIMATED, "edgecolor": ESTIMATED, "linewidth": 0.8}
_TAKEN: Final[dict[str, Any]] = {"facecolor": "white", "edgecolor": ESTIMATED, "linewidth": 0.8}
_EVIDENCE: Final[dict[str, Any]] = {"facecolor": CONTESTED, "edgecolor": "white", "hatch": _HATCH, "linewidth": 0.0}
_END: Final[dict[str, Any]] = {"facecolor": ARCHIVAL, "edgecolor": ARCHIVAL, "linewidth": 0.8}
_HALF: Final = 0.05
"""Half the height of a bar, in inches."""


def bridge_steps(
    bridge: Bridge, probability: float = 0.95, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw what takes one number to another, step by step.

    Parameters
    ----------
    bridge : Bridge
        From `mcmort.bridge`.
    probability : float
        Of the intervals beside the means.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        Bars run from mean to mean; the interval of each step is a number beside it, so that no bar reads as one.
    """
    return drawn(bridge_chart(bridge, probability), width, ax)


def bridge_chart(bridge: Bridge, probability: float = 0.95) -> RowChart:
    """Return the chart of `bridge_steps`, which may take several sheets."""
    rows, reached = [_end_row(bridge.start, probability)], bridge.start.mean
    marks = [0.0, reached]
    if bridge.start.claim is not None:
        rows += _steps(bridge, "evidence-start", reached, probability)
        reached = bridge.start.summary.mean
        rows.append(_total_row(bridge.start, probability, join=reached))
        marks.append(reached)
    for step in bridge.steps:
        if not step.is_evidence:
            rows.append(_step_row(bridge, step, reached, probability))
            reached += step.mean
            marks.append(reached)
    if bridge.end.claim is not None:
        rows.append(_total_row(bridge.end, probability, join=reached))
        rows += _steps(bridge, "evidence-end", bridge.end.summary.mean, probability)
        marks.append(bridge.end.summary.mean)
    rows.append(_end_row(bridge.end, probability, join=bridge.end.mean))
    marks.append(bridge.end.mean)
    return RowChart(
        title=_title(bridge, probability),
        caption=tuple(_caption(bridge, probability)),
        panels=(Panel(rows=tuple(rows), scale=_scale(bridge, marks)),),
        heads=("Mean", f"{100 * probability:g} % interval"),
        key=_key(bridge),
        keeps_second=True,
    )


def _scale(bridge: Bridge, marks: list[float]) -> Scale:
    counted = {unit for end in bridge.ends for unit in units(end.total)}
    unit = counted.pop() if len(counted) == 1 else "persons"
    return scale_of(1.05 * min(marks), 1.05 * max(marks) or 1.0, f"{unit}, means")


def _steps(bridge: Bridge, kind: str, start: float, probability: float) -> list[Row]:
    return [_step_row(bridge, step, start, probability) for step in bridge.steps if step.kind == kind]


def _step_row(bridge: Bridge, step: Step, start: float, probability: float) -> Row:
    style = _EVIDENCE if step.is_evidence else _ADDED if step.mean >= 0.0 else _TAKEN
    mean = mean_text(step.summary, probability)
    return Row(
        label=step_label(bridge, step),
        draw=partial(_bar, start=start, end=start + step.mean, style=style),
        cells=(f"+{mean}" if step.mean > 0.0 else mean, _span(step.summary, probability)),
        join=start,
    )


def _span(summary: Summary, probability: float) -> str:
    wide = summary.interval(probability)
    return span_text(summary, probability) if wide.high > wide.low else ""


def _total_row(end: BridgeEnd, probability: float, join: float | None = None) -> Row:
    label = quoted(end.name) if end.claim is None else f"Our total as {end.claim.author} counts"
    return Row(
        label=label,
        draw=partial(_bar, start=0.0, end=end.summary.mean, style=_END),
        cells=(mean_text(end.summary, probability), or_more(end.total, _span(end.summary, probability))),
        join=join,
        is_bold=True,
    )


def _end_row(end: BridgeEnd, probability: float, join: float | None = None) -> Row:
    """Return the row of a side: the bar of a total, or the diamond of a figure that an author prints."""
    if end.claim is None:
        return _total_row(end, probability, join)
    claim = end.claim
    is_point = claim.best is not None and claim.low is None
    return Row(
        label=f"{claim.author}, as printed",
        draw=partial(_figure, value=end.mean),
        cells=(significant(end.mean), "" if is_point else printed(end)),
        join=join,
        is_bold=True,
    )


def _bar(axes: Axes, y: float, *, start: float, end: float, style: dict[str, Any]) -> None:
    """Draw a bar from one mean to another; one too short to be seen is a line."""
    low, high = sorted((start, end))
    least = 0.004 * (axes.get_xlim()[1] - axes.get_xlim()[0])
    axes.barh(y, max(high - low, least), 2 * _HALF, left=low, **style)


def _figure(axes: Axes, y: float, *, value: float) -> None:
    axes.plot([value], [y], marker="D", markersize=4.5, color=GREY, markeredgecolor=INK, markeredgewidth=0.6)


def _key(bridge: Bridge) -> tuple[Sign, ...]:
    """Return the key to what is there."""
    scope = [step for step in bridge.steps if not step.is_evidence]
    signs = [Sign(words="our totals", style=_END)]
    if any(step.mean >= 0.0 for step in scope):
        signs.append(Sign(words="adds", style=_ADDED))
    if any(step.mean < 0.0 for step in scope):
        signs.append(Sign(words="takes off", style=_TAKEN))
    if bridge.evidence is not None:
        signs.append(Sign(words="evidence, not scope", style=_EVIDENCE))
        diamond = {"marker": "D", "markersize": 4.5, "color": GREY, "markeredgecolor": INK, "linestyle": "none"}
        signs.append(Sign(words="printed by an author", style=diamond))
    return tuple(signs)


def _title(bridge: Bridge, probability: float) -> str:
    """Say which step is the largest."""
    title = bridge.start.total.case.head.title
    start, end = (quoted(one.name) if one.claim is None else one.claim.author for one in bridge.ends)
    if not bridge.steps:
        return f"{title}: nothing lies between {start} and {end}"
    largest = max(bridge.steps, key=lambda step: abs(step.mean))
    mean = mean_text(largest.summary, probability)
    sign = "+" if largest.mean > 0.0 else ""
    label = step_label(bridge, largest)
    return f"{title}: the largest step from {start} to {end} is {label} (mean {sign}{mean})"


def _caption(bridge: Bridge, probability: float) -> list[str]:
    return [
        f"{bridge_headline(bridge, probability)} {order_note(bridge)}",
        *claim_notes(bridge),
        *floor_note([end.total for end in bridge.ends]),
        engine_note(bridge.end.total, *(end.summary for end in bridge.ends)),
    ]
