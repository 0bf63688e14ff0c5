"""The specification curve: the total in every universe of a multiverse, sorted, with the choices made in each."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mcmort.analysis.multiverse.whole import Multiverse
from mcmort.present.figures.plots import LEFT, PlotChart, stand
from mcmort.present.figures.sheet import Frame, Width, drawn
from mcmort.present.figures.style import ARCHIVAL, CONTESTED, GREY, INK
from mcmort.present.figures.typeset import text_width, wrapped
from mcmort.present.multiverse_text import multiverse_headline, without_total
from mcmort.present.wording import level_text

__all__ = ["curve_chart", "specification_curve"]

_MOST: Final = 128
"""Universes that are drawn; of more, so many at even distances along the curve, which is said."""
_ROW: Final = 0.125
_CURVE: Final = 1.9
_HEADING: Final = 0.16


def specification_curve(multiverse: Multiverse, *, width: Width = "page", ax: Axes | None = None) -> Figure:
    """Draw the total under every combination of choices, sorted by its median.

    Parameters
    ----------
    multiverse : Multiverse
        From `mcmort.multiverse`.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        The curve above, and beneath it a mark for the option of each choice.
    """
    return drawn(curve_chart(multiverse), width, ax)


def curve_chart(multiverse: Multiverse) -> PlotChart:
    """Return the chart of `specification_curve`."""
    order = multiverse.curve
    shown = order if len(order) <= _MOST else order[np.linspace(0, len(order) - 1, _MOST).round().astype(int)]
    choices = _choices(multiverse, shown)
    count = sum(len(options) for _, options in choices)
    headline = multiverse_headline(multiverse).rstrip(".")
    first, *more = headline.split(". ")
    manifest = multiverse.source.manifest
    sampled = "" if len(shown) == len(order) else f" Shown are {len(shown)} of {len(order):,}, evenly along the curve."
    return PlotChart(
        title=first,
        caption=(
            *(f"{sentence}." for sentence in more),
            *filter(None, [without_total(multiverse)]),
            f"Dot: median; line: {level_text(multiverse.interval)}; mark: the option chosen. Universes are choices and "
            f"no probability distribution: how many there are depends on how choices are split.{sampled} "
            f"{manifest.draws:,} draws each, seed {manifest.seed}, case {multiverse.case.id}@"
            f"{multiverse.case.digest[:12]}.",
        ),
        height=lambda width: 0.24 + _CURVE + 0.12 + _ROW * count + _HEADING * len(choices) * (width < 4.5) + 0.05,
        draw=partial(_draw, multiverse=multiverse, shown=shown, choices=choices),
    )


def _choices(multiverse: Multiverse, shown: NDArray[np.int64]) -> list[tuple[str, dict[str, NDArray[np.int64]]]]:
    """Return of each dial that has several options those that are chosen, each with its places on the curve."""
    found = []
    codes = multiverse.universes.codes[shown]
    for place, dial in enumerate(multiverse.dials):
        options = {
            option: np.flatnonzero(codes[:, place] == code)
            for code, option in enumerate(dial.options)
            if (multiverse.universes.codes[:, place] == code).any()
        }
        if len(options) > 1:
            found.append((dial.name, options))
    return found


def _draw(
    frame: Frame, top: float, *, multiverse: Multiverse, shown: NDArray[np.int64],
    choices: list[tuple[str, dict[str, NDArray[np.int64]]]],
) -> None:  # fmt: skip
    is_narrow = frame.width < 4.5
    named = [(name, option) for name, options in choices for option in options]
    longest = max((text_width(option, 7) for _, option in named), default=0.0)
    dial = 0.0 if is_narrow else max((text_width(name, 7, "bold") for name, _ in choices), default=0.0) + 0.12
    left = min(max(dial + longest + 0.14, LEFT), 0.42 * frame.width)
    across = frame.width - left - 0.05
    axes = frame.panel(left, top + 0.24, across, _CURVE)
    medians, ends = multiverse.medians[shown], multiverse.ends[shown]
    low, high = float(ends.min()), float(ends.max())
    stand(axes, min(0.0, 1.05 * low), 1.05 * high or 1.0, "deaths")
    limits = (-0.7, len(shown) - 0.3)
    axes.set_xlim(*limits)
    axes.set_xticks([])
    thickness = min(max(0.5 * 72 * across / len(shown), 0.5), 3.0)
    places = np.arange(len(shown))
    axes.vlines(places, ends[:, 0], ends[:, 1], color=CONTESTED, linewidth=thickness)
    axes.plot(
        places,
        medians,
        linestyle="none",
        marker="o",
        markersize=min(thickness + 0.8, 3.2),
        color=ARCHIVAL,
        clip_on=False,
    )
    y = top + 0.24 + _CURVE + 0.12
    for name, options in choices:
        if is_narrow:
            frame.text(0.0, y + 0.5 * _HEADING, name, size=7, weight="bold", va="center_baseline")
            y += _HEADING
        else:
            frame.text(0.0, y + 0.5 * _ROW, name, size=7, weight="bold", va="center_baseline")
        panel = frame.panel(left, y, across, _ROW * len(options))
        panel.set_xlim(*limits)
        panel.set_ylim(len(options), 0.0)
        panel.set_xticks([])
        panel.set_yticks([])
        panel.patch.set_visible(False)
        for side in panel.spines.values():
            side.set_visible(False)
        panel.axhline(0.0, color=GREY, linewidth=0.4)
        for row, (option, chosen) in enumerate(options.items()):
            panel.vlines(chosen, row + 0.2, row + 0.8, color=INK, linewidth=min(thickness, 2.4))
            words = wrapped(option, left - dial - 0.08, 7, most=1)[0]
            frame.text(
                left - 0.06, y + _ROW * (row + 0.5), words, size=7, color=GREY, ha="right", va="center_baseline"
            )  # fmt: skip
        y += _ROW * len(options)
