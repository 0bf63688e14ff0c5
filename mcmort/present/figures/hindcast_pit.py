"""Hindcasts as a figure: where later counts lie in their predictions, beside where calibrated ones would put them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from scipy import stats

from mcmort.analysis.measured_errors.hindcast import Method
from mcmort.analysis.measured_errors.hindcast_scores import HindcastScore
from mcmort.present.figures.library_title import under_title
from mcmort.present.figures.style import ESTIMATED, FAINT, FILL, GREY, OTHER, looks

__all__ = ["FAIR", "hindcast_figure"]

FAIR: Final[tuple[tuple[str, str, Method], ...]] = (
    ("reported", "Corrections that were reported", "as-found"),
    ("complete frames", "Complete frames", "corrected"),
)
"""Groups of events that the figure shows, in words, with the reading that is the fair test of each."""
_SIZE: Final = (6.9, 3.4)


def hindcast_figure(scores: Sequence[HindcastScore], title: str) -> Figure:
    """Draw the probability integral transform: shares of events by tenths of the predicted probability.

    Parameters
    ----------
    scores : sequence of HindcastScore
        Of all groups and methods.
    title : str
        What was found.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each kind of frame that the library has.
    """
    by_key = {(one.group, one.method): one for one in scores}
    panels = [panel for panel in FAIR if (panel[0], panel[2]) in by_key]
    with rc_context(looks()):
        figure = Figure(figsize=_SIZE, layout="constrained")
        FigureCanvasAgg(figure)
        plots = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (group, words, method) in zip(plots, panels, strict=True):
            _panel(axes, by_key[group, method], by_key[group, "cases"], words)
        plots[0].set_ylabel("share of events")
        under_title(
            figure,
            title,
            "Filled: read as measured; open: with spreads that cases chose before errors were measured. Pale band: "
            "nine in ten of what calibrated predictions would give; too narrow ones pile up at both ends.",
        )
    return figure


def _panel(axes: Axes, measured: HindcastScore, cases: HindcastScore, words: str) -> None:
    bins = len(measured.pit)
    edges = [index / bins for index in range(bins + 1)]
    low, high = (float(stats.binom.ppf(level, measured.events, 1 / bins)) / measured.events for level in (0.05, 0.95))
    axes.axhspan(low, high, color=FAINT, zorder=0)
    axes.axhline(1 / bins, color=GREY, linewidth=0.8, zorder=1)
    axes.stairs(measured.pit, edges, fill=True, color=FILL, zorder=2)
    axes.stairs(measured.pit, edges, color=ESTIMATED, linewidth=1.2, zorder=3)
    axes.stairs(cases.pit, edges, color=OTHER, linewidth=1.2, zorder=4)
    axes.set_title(f"{words} ({measured.events} events)", loc="left", fontsize="medium")
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_locator(FixedLocator([0.0, 0.5, 1.0]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    axes.set_xlabel("probability predicted of a lower count")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
