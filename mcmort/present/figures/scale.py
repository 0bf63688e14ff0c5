"""Horizontal axes: their scales, a few numbers with room for each, and what is not known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from mcmort.present.figures.style import FAINT, GREY, INK
from mcmort.present.figures.typeset import text_width, wrapped
from mcmort.present.numbers import tick_texts

__all__ = ["EDGE", "STEPS", "Scale", "dress", "not_known", "scale_of"]

EDGE: Final = 0.16
"""Inches beside a panel into which the first and last number of its axis may reach."""
STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
"""From one number of a linear axis to the next, times a power of ten: steps that one counts in."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A horizontal axis.

    Attributes
    ----------
    low, high : float
        Its ends.
    label : str
        Quantity and unit.
    unit : float
        By which the numbers on it are divided.
    is_log : bool
        Whether it is logarithmic, which its label must say.
    """

    low: float
    high: float
    label: str
    unit: float = 1.0
    is_log: bool = False


def scale_of(low: float, high: float, counted: str, *, is_log: bool = False) -> Scale:
    """Return the scale of numbers of deaths, or whatever is counted: in millions where they are large."""
    unit = 1e6 if max(abs(low), abs(high)) >= 2e6 else 1.0
    label = f"million {counted}" if unit > 1 else counted
    return Scale(low=low, high=high, unit=unit, is_log=is_log, label=label + (", logarithmic scale" if is_log else ""))


def dress(axes: Axes, scale: Scale, across: float, *, has_grid: bool = True) -> None:
    """Give axes their horizontal scale: a few numbers, each with room for itself, faint lines, the words below."""
    if scale.is_log:
        axes.set_xscale("log")
    axes.set_xlim(scale.low, scale.high)
    ticks = _ticks(scale, across)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FixedFormatter(_texts(scale, ticks)))
    axes.tick_params(axis="x", labelsize=7.5, length=3, pad=2)
    axes.set_xlabel(wrapped(scale.label, across, 7.5, most=1)[0], size=7.5, labelpad=2)
    if has_grid:
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_yticks([])
    axes.patch.set_visible(False)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    if scale.low < 0.0 < scale.high and not scale.is_log:
        axes.axvline(0.0, color=INK, linewidth=0.7, zorder=1)


def _ticks(scale: Scale, across: float) -> list[float]:
    """Choose round numbers for an axis whose texts do not touch one another or leave the frame."""
    if scale.is_log:
        powers = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
        choices = [[factor * 10.0**power for power in powers for factor in factors] for factors in ((1, 2, 5), (1, 3))]
        choices += [[10.0**power for power in powers][::step] for step in (1, 2, 3, 4)]
    else:
        bins = max(int(across / 0.5), 1)
        choices = [
            list(MaxNLocator(count, steps=STEPS).tick_values(scale.low, scale.high)) for count in range(bins, 0, -1)
        ]

    def place(value: float) -> float:
        if scale.is_log:
            return across * math.log(value / scale.low) / math.log(scale.high / scale.low)
        return across * (value - scale.low) / (scale.high - scale.low)

    ticks: list[float] = []
    for chosen in choices:
        inside = [float(value) for value in chosen if scale.low <= value <= scale.high]
        half = {
            value: 0.5 * text_width(text, 7.5) for value, text in zip(inside, _texts(scale, inside), strict=True)
        }  # fmt: skip
        ticks = [
            value
            for value in inside
            if place(value) - half[value] >= -EDGE + 0.02 and place(value) + half[value] <= across + EDGE - 0.02
        ]
        gaps = [place(last) - half[last] - place(first) - half[first] for first, last in pairwise(ticks)]
        if all(gap > 0.1 for gap in gaps):
            return ticks
    return ticks[:1]


def _texts(scale: Scale, ticks: list[float]) -> list[str]:
    return tick_texts(ticks, scale.unit, is_log=scale.is_log)


def not_known(axes: Axes, y: float) -> None:
    """Draw that something is not known, which is not zero: a dotted line over the whole axis."""
    low, high = axes.get_xlim()
    axes.plot([low, high], [y, y], color=GREY, linewidth=0.8, linestyle=(0, (1, 3)))
