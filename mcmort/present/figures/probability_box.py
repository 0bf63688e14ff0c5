"""The probability box: what the distribution of a total can be under any of the choices."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from mcmort.analysis.multiverse.pbox import PBox
from mcmort.analysis.multiverse.whole import Multiverse
from mcmort.errors import UsageError
from mcmort.present.bridge_text import quoted
from mcmort.present.figures.plots import BELOW, LEFT, PlotChart
from mcmort.present.figures.rows import Sign
from mcmort.present.figures.scale import dress, scale_of
from mcmort.present.figures.sheet import Frame, Width, drawn
from mcmort.present.figures.style import ARCHIVAL, CONTESTED, FAINT, FILL, INK
from mcmort.present.multiverse_text import without_total
from mcmort.present.numbers import percent, rounding_of
from mcmort.present.wording import level_text

__all__ = ["box_chart", "probability_box"]

_BODY: Final = (0.005, 0.995)


def probability_box(
    multiverse: Multiverse, definition: str | None = None, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw the envelope of the distribution functions of all universes.

    Parameters
    ----------
    multiverse : Multiverse
        From `mcmort.multiverse`.
    definition : str, optional
        Universes of this definition alone.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return drawn(box_chart(multiverse, definition), width, ax)


def box_chart(multiverse: Multiverse, definition: str | None = None) -> PlotChart:
    """Return the chart of `probability_box`."""
    boxes = multiverse.pbox_by_definition
    if definition is not None and definition not in boxes:
        raise UsageError(f"no universe of the definition {definition!r}; expected one of {', '.join(boxes)}")
    box = multiverse.pbox if definition is None else boxes[definition]
    rows = slice(None) if definition is None else multiverse.rows_by_definition[definition]
    ends = multiverse.ends[rows]
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    level = level_text(multiverse.interval)
    under = f" under {quoted(multiverse.case.definitions[definition].label)}" if definition else ""
    span = rounding_of((low, high)).span(low, high, to=" to ")
    manifest = multiverse.source.manifest
    return PlotChart(
        title=f"{multiverse.case.head.title}: whatever is chosen in {box.universes:,} ways, the {level}{under} lies "
        f"within {span}",
        caption=(
            *filter(None, [without_total(multiverse)]),
            "Along the bounds lies chance, between them choice: at each number of deaths the smallest and the largest "
            "probability that any universe gives to a total of at most so many. No universe is weighed against "
            f"another. {manifest.draws:,} draws each, seed {manifest.seed}, case {multiverse.case.id}@"
            f"{multiverse.case.digest[:12]}.",
        ),
        height=lambda width: min(0.45 * width + 0.7, 3.4),
        draw=partial(_draw, box=box),
        key=(
            Sign(words="largest probability", style={"color": ARCHIVAL, "linewidth": 1.6}),
            Sign(words="smallest", style={"color": CONTESTED, "linewidth": 1.6, "linestyle": "--"}),
            Sign(words="choice", style={"color": FILL, "linewidth": 7, "solid_capstyle": "butt"}),
        ),
    )


def _draw(frame: Frame, top: float, *, box: PBox) -> None:
    across, tall = frame.width - LEFT - 0.2, frame.height - top - 0.22 - BELOW
    axes = frame.panel(LEFT, top + 0.22, across, tall)
    is_body = (box.probabilities >= _BODY[0]) & (box.probabilities <= _BODY[1])
    probabilities, lowest, highest = box.probabilities[is_body], box.lowest[is_body], box.highest[is_body]
    low, high = float(lowest.min()), float(highest.max())
    dress(axes, scale_of(min(0.0, 1.05 * low), 1.05 * high or 1.0, "deaths, at most"), across)
    axes.fill_betweenx(probabilities, lowest, highest, color=FILL, linewidth=0)
    axes.plot(lowest, probabilities, color=ARCHIVAL, linewidth=1.6)
    axes.plot(highest, probabilities, color=CONTESTED, linewidth=1.6, linestyle="--")
    axes.set_ylim(0.0, 1.0)
    ticks = np.linspace(0.0, 1.0, 5)
    axes.yaxis.set_major_locator(FixedLocator(ticks.tolist()))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    axes.tick_params(axis="y", labelsize=7.5, length=3, pad=2)
    axes.set_title("probability", loc="left", size=7.5, pad=4)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.spines["left"].set_visible(True)
    axes.spines["left"].set_color(INK)
