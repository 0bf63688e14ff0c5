"""Charts of one picture, of a height that depends on their width alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from mcmort.present.figures.rows import Sign, draw_key, key_height
from mcmort.present.figures.scale import STEPS
from mcmort.present.figures.sheet import Chart, Frame, Leaf
from mcmort.present.figures.style import FAINT
from mcmort.present.figures.typeset import text_width
from mcmort.present.numbers import tick_texts

__all__ = ["BELOW", "LEFT", "PlotChart", "dress_years", "stand"]

LEFT: Final = 0.5
"""Inches for the numbers of a vertical axis."""
BELOW: Final = 0.38
"""Inches for the numbers and words of a horizontal axis."""


@dataclass(frozen=True, kw_only=True)
class PlotChart(Chart):
    """A chart of one picture.

    Attributes
    ----------
    height : callable
        Height in inches at a width in inches.
    draw : callable
        Draws the picture into a frame, from a distance below its upper edge.
    key : tuple of Sign
        What marks mean, above the picture.
    """

    height: Callable[[float], float]
    draw: Callable[[Frame, float], None]
    key: tuple[Sign, ...] = ()

    def leaves(self, width: float, room: float, later: float) -> list[Leaf]:
        """Return the one sheet."""
        del later
        above = key_height(self.key, width)
        return [Leaf(min(above + self.height(width), room), partial(self._drawn))]

    def _drawn(self, frame: Frame) -> None:
        self.draw(frame, draw_key(frame, self.key))


def stand(axes: Axes, low: float, high: float, words: str, *, is_log: bool = False) -> None:
    """Give axes their vertical scale of deaths: few numbers to their left, faint lines, the unit above them."""
    unit = 1e6 if max(abs(low), abs(high)) >= 1e6 else 1.0
    if is_log:
        axes.set_yscale("log")
    axes.set_ylim(low, high)
    if is_log:
        powers = [10.0**power for power in range(16)]
        ticks = [factor * power for power in powers for factor in (1, 3) if low <= factor * power <= high]
    else:
        ticks = [value for value in MaxNLocator(5, steps=STEPS).tick_values(low, high) if low <= value <= high]
    while len(ticks) > 9:
        ticks = ticks[::2]
    axes.yaxis.set_major_locator(FixedLocator([float(value) for value in ticks]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FixedFormatter(tick_texts([float(value) for value in ticks], unit, is_log=is_log)))
    axes.tick_params(axis="y", labelsize=7.5, length=3, pad=2)
    label = f"million {words}" if unit > 1.0 else words
    axes.set_title(label + (", logarithmic scale" if is_log else ""), loc="left", size=7.5, pad=4)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)


def dress_years(axes: Axes, first: float, last: float, across: float, words: str) -> None:
    """Give axes their horizontal scale of years, with room for each number."""
    axes.set_xlim(first, last)
    fits = max(int(across / (text_width("0000", 7.5) + 0.16)), 1)
    ticks = MaxNLocator(fits, integer=True, steps=[1, 2, 5, 10]).tick_values(first, last)
    half = 0.5 * text_width("0000", 7.5) / across * (last - first)
    axes.xaxis.set_major_locator(
        FixedLocator([float(year) for year in ticks if first <= year <= last - half and year == round(year)])
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.tick_params(axis="x", labelsize=7.5, length=3, pad=2)
    axes.set_xlabel(words, size=7.5, labelpad=2)
