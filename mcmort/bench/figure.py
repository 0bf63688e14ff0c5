"""The figure of cost against size: seconds against draws, a line for each tool."""

from __future__ import annotations

import io
from typing import Any, Final

from mcmort.bench.results import Report

__all__ = ["cost_figure"]

_INK: Final = "#1b1b1b"
_GREY: Final = "#707070"
_OWN: Final = "#004b75"
_FAINT: Final = "#b8b8b8"
_STYLE: Final[Any] = {
    "font.size": 8.5,
    "axes.edgecolor": _INK,
    "text.color": _INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "mcmort",
    "savefig.dpi": 300,
}
_APART: Final = 1.35
"""Least ratio between the heights of two labels."""


def cost_figure(report: Report, form: str) -> bytes:
    """Draw seconds against draws on logarithmic axes, twelve components or the nearest number there is.

    Parameters
    ----------
    report : Report
        What was measured.
    form : {"png", "svg", "pdf"}
        Format of the file.

    Returns
    -------
    bytes
        The file. Two panels, independent and factor copula; mcmort is drawn in colour, and labels stand at the lines.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(7.2, 3.9), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, correlated in zip(panels, (False, True), strict=True):
            _panel(axes, report, correlated=correlated)
        panels[0].set_ylabel("seconds for ten totals with 95 % intervals")
        buffer = io.BytesIO()
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[form]
        figure.savefig(buffer, format=form, metadata=undated)
    return buffer.getvalue()


def _panel(axes: Any, report: Report, *, correlated: bool) -> None:
    cells = [cell for cell in report.cells if cell.correlated == correlated]
    sizes = {cell.components for cell in cells}
    components = min(sizes, key=lambda size: abs(size - 12), default=0)
    ends: list[tuple[float, float, str, str]] = []
    for tool in dict.fromkeys(timing.tool for cell in cells for timing in cell.timings):
        points = [
            (cell.draws, cell.timing(tool).median)
            for cell in cells
            if cell.components == components and cell.timing(tool).seconds
        ]
        if points:
            colour = _OWN if tool.startswith("mcmort") else _GREY
            axes.plot(*zip(*points, strict=True), color=colour, linewidth=1.2, marker="o", markersize=2.5)
            ends.append((points[-1][1], points[-1][0], tool, colour))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("draws")
    axes.set_title(
        f"{components} components, {'factor copula' if correlated else 'independent'}", loc="left", fontsize=8.5
    )
    if ends:
        low, high = axes.get_xlim()
        column = max(draws for _, draws, _, _ in ends) * 1.6
        axes.set_xlim(low, high * 40.0)  # room for the labels, which stand in a column
        height = 0.0
        for seconds, draws, tool, colour in sorted(ends):
            height = max(seconds, height * _APART)
            line = {"arrowstyle": "-", "color": _FAINT, "linewidth": 0.6, "relpos": (0.0, 0.5), "shrinkB": 2.5}
            label = {"color": colour, "fontsize": 7, "va": "center"}
            axes.annotate(tool, (draws, seconds), (column, height), arrowprops=line, **label)
        axes.set_ylim(top=max(axes.get_ylim()[1], height * _APART))
