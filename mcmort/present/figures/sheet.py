"""Charts on sheets of paper: title, chart and caption in inches, at the width of a column or of a page.

A chart says how tall it is at a given width and draws itself into a frame; what is too tall for one page goes on to the
next. So that nothing is ever written over anything else, each text has a place of its own, measured beforehand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from mcmort.present.figures.style import GREY, SMALL, looks
from mcmort.present.figures.typeset import families_for, text_width, wrapped

__all__ = ["CAPTION", "TALLEST", "TITLE", "Chart", "Frame", "Leaf", "Width", "drawn", "sheets"]

Width = Literal["column", "page"]
"""Width of a column of a journal, or of a page."""
INCHES: Final = {"column": 3.4, "page": 6.9}
TALLEST: Final = 9.0
"""Height of a page of 11 inches without its margins."""
TITLE: Final = "title"
CAPTION: Final = "caption"
"""Names under which a figure holds the lines of its title and of its caption, each with its number after it."""
_MARGIN: Final = 0.085
_TITLE_LINES: Final = {"column": 7, "page": 4}
_TITLE_SIZES: Final = {"column": 9.0, "page": 10.0}
_TITLE_LINE: Final = 0.0166
"""Inches from line to line of a title, for each point of its size."""
_CAPTION_LINE: Final = 0.1175
_LEAST_ROOM: Final = 3.0
"""Inches that a caption leaves to the chart."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A place to draw in, measured in inches from its upper left corner.

    Attributes
    ----------
    axes : Axes
        Without an axis of its own.
    width, height : float
        In inches.
    """

    axes: Axes
    width: float
    height: float

    def text(self, x: float, y: float, words: str, **style: Any) -> Text:
        """Write words at a place."""
        return self.axes.text(
            x / self.width, 1.0 - y / self.height, words,
            transform=self.axes.transAxes, family=families_for(words), **style,
        )  # fmt: skip

    def mark(self, x: list[float], y: list[float], **style: Any) -> None:
        """Draw a line or a marker."""
        across, up = [one / self.width for one in x], [1.0 - one / self.height for one in y]
        self.axes.plot(across, up, transform=self.axes.transAxes, clip_on=False, **style)

    def box(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """Draw a bar, by its upper left corner."""
        corner = (x / self.width, 1.0 - (y + height) / self.height)
        size = width / self.width, height / self.height
        self.axes.add_patch(Rectangle(corner, *size, transform=self.axes.transAxes, clip_on=False, **style))

    def panel(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes for data within the frame, by their upper left corner."""
        place = (x / self.width, 1.0 - (y + height) / self.height, width / self.width, height / self.height)
        return self.axes.inset_axes(place)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What of a chart stands on one page.

    Attributes
    ----------
    height : float
        In inches.
    draw : callable
        Draws it into a frame.
    notes : tuple of str
        What the caption adds for it.
    """

    height: float
    draw: Callable[[Frame], None]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """What a figure shows, before it has a size.

    Attributes
    ----------
    title : str
        The finding.
    caption : tuple of str
        What a reader must know beside it.
    """

    title: str
    caption: tuple[str, ...]

    @abstractmethod
    def leaves(self, width: float, room: float, later: float) -> list[Leaf]:
        """Divide the chart among pages of a width, with so much room on the first and on later ones, in inches."""


def sheets(chart: Chart, width: Width = "page") -> list[Figure]:
    """Draw a chart.

    Parameters
    ----------
    chart : Chart
        What to show.
    width : {"column", "page"}
        3.4 or 6.9 inches.

    Returns
    -------
    list of matplotlib.figure.Figure
        One for each page; none is taller than a page of 11 inches with its margins.
    """
    with rc_context(looks()):
        inner = INCHES[width] - 2 * _MARGIN
        most = int((TALLEST - _above(_title(chart.title, width), width) - _LEAST_ROOM) / _CAPTION_LINE)
        caption = _caption(chart.caption, inner, most)
        lines = len(_title(f"{chart.title} (part 1/2)", width))
        room = TALLEST - _above([""] * lines, width)
        leaves = chart.leaves(inner, room - _below(caption), room - _below([""]))
        if len(leaves) == 1:
            return [_sheet(leaves[0], _title(chart.title, width), caption, width)]
        return [
            _sheet(
                leaf, _title(f"{chart.title} (part {place}/{len(leaves)})", width),
                caption if place == 1 else _caption(("Notes: part 1.",), inner, 1), width,
            )
            for place, leaf in enumerate(leaves, 1)
        ]  # fmt: skip


def _title(title: str, width: Width) -> list[str]:
    inner, size = 0.985 * (INCHES[width] - 2 * _MARGIN), _TITLE_SIZES[width]
    lines = wrapped(title, inner, size, weight="bold")
    if len(lines) > (most := _TITLE_LINES[width]):
        *words, last = title.rsplit(" (part", 1)
        part = f" (part{last}" if words else ""
        lines = wrapped(
            title.removesuffix(part), inner - text_width(part, size, "bold"), size, most=most, weight="bold"
        )
        lines[-1] += part
    return lines


def _above(title: list[str], width: Width) -> float:
    return 0.13 + _TITLE_LINE * _TITLE_SIZES[width] * len(title)


def _below(caption: list[str]) -> float:
    return 0.12 + _CAPTION_LINE * len(caption)


def _caption(texts: tuple[str, ...], width: float, most: int) -> list[str]:
    return wrapped(" ".join(texts), 0.985 * width, SMALL, most=max(most, 1))


def _sheet(leaf: Leaf, title: list[str], caption: list[str], width: Width) -> Figure:
    inner, across = INCHES[width] - 2 * _MARGIN, INCHES[width]
    if leaf.notes:
        left = TALLEST - _above(title, width) - leaf.height
        caption = _caption((*caption, *leaf.notes), inner, int((left - _below([])) / _CAPTION_LINE))
    above, below = _above(title, width), _below(caption)
    tall = above + leaf.height + below
    figure = Figure(figsize=(across, tall))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((_MARGIN / across, below / tall, inner / across, leaf.height / tall))
    axes.set_axis_off()
    leaf.draw(Frame(axes, inner, leaf.height))
    size = _TITLE_SIZES[width]
    first = {TITLE: tall - 0.07 - 0.0108 * size, CAPTION: 0.072 + _CAPTION_LINE * (len(caption) - 1)}
    step = {TITLE: _TITLE_LINE * size, CAPTION: _CAPTION_LINE}
    style: dict[str, dict[str, Any]] = {
        TITLE: {"weight": "bold", "size": size},
        CAPTION: {"size": SMALL, "color": GREY},
    }
    for name, lines in ((TITLE, title), (CAPTION, caption)):
        for place, line in enumerate(lines):  # each by itself: in a block, a line of tall characters takes more room
            text = figure.text(
                _MARGIN / across, (first[name] - step[name] * place) / tall, line, family=families_for(line),
                **style[name],
            )  # fmt: skip
            text.set_gid(f"{name}-{place + 1}")
    return figure


def drawn(chart: Chart, width: Width, axes: Axes | None) -> Figure:
    """Draw a chart on a sheet of its own, or into axes that are given.

    Parameters
    ----------
    chart : Chart
        What to show.
    width : {"column", "page"}
        Of a sheet of its own.
    axes : Axes, optional
        Where to draw instead, with the title above. What belongs to the chart keeps within these axes, at the sizes of
        its fonts; the caption is left to the caller.

    Returns
    -------
    matplotlib.figure.Figure
        Of several sheets the first; `sheets` returns all.
    """
    if axes is None:
        return sheets(chart, width)[0]
    figure = axes.get_figure(root=True)
    assert figure is not None
    with rc_context(looks()):
        box = axes.get_window_extent()
        across = box.width / figure.dpi
        (leaf,) = chart.leaves(across, float("inf"), float("inf"))
        axes.set_axis_off()
        leaf.draw(Frame(axes, across, leaf.height))
        words = "\n".join(wrapped(chart.title, across, 9.0, most=4, weight="bold"))
        axes.set_title(words, loc="left", size=9.0, weight="bold", family=families_for(words))
    return figure
