"""Quantile dots: fifty equally likely values of a total as a heap of dots, with a threshold, for a wide public."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mcmort.analysis import quantiles_of
from mcmort.analysis.total_probabilities import Event, TotalProbabilities
from mcmort.errors import UsageError
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.scale import Scale, dress, scale_of
from mcmort.present.figures.sheet import Chart, Frame, Leaf, Width, drawn
from mcmort.present.figures.style import ESTIMATED, INK
from mcmort.present.numbers import dots_text
from mcmort.present.probability_text import event_label, event_probability
from mcmort.present.wording import floor_note, headline, units

__all__ = ["DOTS", "dots_chart", "quantile_dots"]

DOTS: Final = 50
"""Fernandes, Walls, Munson, Hullman and Kay (2018, CHI) found fifty to be read about as well as more."""
_BEYOND: Final = "#D55E00"
_EDGE: Final = 0.2
_ABOVE: Final = 0.36
_AXIS: Final = 0.42


@dataclass(frozen=True, kw_only=True)
class _DotChart(Chart):
    """Dots stacked in columns as wide as a dot, beside a threshold."""

    values: NDArray[np.float64]
    scale: Scale
    event: Event
    words: str

    def leaves(self, width: float, room: float, later: float) -> list[Leaf]:
        """Return the one sheet, as high as the highest column of dots."""
        del later
        across = width - 2 * _EDGE
        size = max(across / 34.0, 0.105)
        columns = self._columns(across, size)
        highest = min(max(int(np.bincount(columns - columns.min()).max()), 4) * size, room - _ABOVE - _AXIS)
        return [Leaf(_ABOVE + highest + _AXIS, partial(self._draw, columns=columns, size=size, highest=highest))]

    def _columns(self, across: float, size: float) -> NDArray[np.int64]:
        """Return the column of each dot, counted from a threshold, so that no column straddles one."""
        edge = next((end for end in (self.event.above, self.event.below) if end is not None), 0.0)
        step = size / across * (self.scale.high - self.scale.low)
        return np.floor((self.values - edge) / step).astype(np.int64)

    def _draw(self, frame: Frame, *, columns: NDArray[np.int64], size: float, highest: float) -> None:
        across = frame.width - 2 * _EDGE
        axes = frame.panel(_EDGE, _ABOVE, across, highest)
        axes.set_ylim(0.0, highest)
        dress(axes, self.scale, across, has_grid=False)
        edges = [end for end in (self.event.above, self.event.below) if end is not None]
        step = size / across * (self.scale.high - self.scale.low)
        heights: dict[int, int] = {}
        for value, column in zip(self.values, columns, strict=True):
            heights[column] = heights.get(column, 0) + 1
            x, y = edges[0] + (column + 0.5) * step, (heights[column] - 0.5) * min(size, highest / _tallest(columns))
            is_counted = _is_counted(self.event, value)
            axes.plot(
                [x], [y], marker="o", markersize=0.8 * size * 72, markeredgewidth=1.0,
                color=_BEYOND if is_counted else "white", markeredgecolor=_BEYOND if is_counted else ESTIMATED,
                clip_on=False,
            )  # fmt: skip
        for edge in edges:
            axes.plot([edge, edge], [0.0, highest + 0.04], color=INK, linewidth=1.0, linestyle="--", clip_on=False)
        place = _EDGE + across * (edges[0] - self.scale.low) / (self.scale.high - self.scale.low)
        is_left = place < 0.5 * frame.width
        frame.text(
            0.0 if not is_left else frame.width, 0.03, self.words, size=8, ha="left" if not is_left else "right",
            va="top", color=INK,
        )  # fmt: skip


def _tallest(columns: NDArray[np.int64]) -> int:
    return int(np.bincount(columns - columns.min()).max())


def _is_counted(event: Event, value: float) -> bool:
    low = -np.inf if event.above is None else event.above
    high = np.inf if event.below is None else event.below
    return bool(low < value < high)


def quantile_dots(
    result: TotalProbabilities, probability: float = 0.95, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw fifty equally likely values of a total, those that an event counts filled.

    Parameters
    ----------
    result : TotalProbabilities
        From `mcmort.probability`, with a threshold or a table of them.
    probability : float
        Of the interval in the caption.
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
        If two totals are compared.
    """
    return drawn(dots_chart(result, probability), width, ax)


def dots_chart(result: TotalProbabilities, probability: float = 0.95) -> Chart:
    """Return the chart of `quantile_dots`."""
    if result.other is not None:
        raise UsageError("dots show one total and a threshold; expected no other total beside it")
    total, event = result.total, _event(result)
    values = quantiles_of(total.values, (np.arange(DOTS) + 0.5) / DOTS)
    edges = [end for end in (event.above, event.below) if end is not None]
    counted = units(total)
    unit = counted[0] if len(counted) == 1 else "persons"
    low, high = float(values[0]), float(values[-1])
    margin = 0.08 * (max(high, *edges) - min(low, *edges)) or 0.05 * max(abs(high), 1.0)
    least = min(low, *edges) - margin
    least = 0.0 if low >= 0.0 and least < 0.6 * max(high, *edges) else least
    scale = scale_of(least, max(high, *edges) + margin, unit)
    filled = sum(_is_counted(event, float(value)) for value in values)
    return _DotChart(
        title=f"{total.case.head.title}: {event_label(result, event)} {unit} with a probability of "
        f"{event_probability(result, event)} under {quoted(total.definition.label)}",
        caption=(
            f"Total: {headline(total, result.summary, probability)}. Filled: {event_label(result, event)}. The "
            "probability is given the evidence, the model and the definition.",
            *floor_note([total]),
            engine_note(total, result.summary),
        ),
        values=values,
        scale=scale,
        event=event,
        words=dots_text(filled, DOTS),
    )


def _event(result: TotalProbabilities) -> Event:
    """Return what was asked for; of a table, the threshold whose probability is nearest to one half."""
    events = [event for event in result.events if event.above is not None or event.below is not None]
    if not events:
        raise UsageError("dots need a threshold; expected --above or --below")
    return min(events, key=lambda event: abs(event.probability.value - 0.5)) if result.is_table else events[0]
