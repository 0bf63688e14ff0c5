"""Where everything in a figure lies: texts that leave the page, cover one another, or stand on marks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

__all__ = ["defects", "text_of"]

FAINT = "#d9d9d9"
SLACK = 1.5
"""Dots of 300 to the inch by which boxes may touch: ink does not fill them."""


def text_of(figure: Figure) -> str:
    """Return all words of a figure."""
    return " ".join(" ".join(text.get_text() for text in _texts(figure)).split())


def _texts(figure: Figure) -> list[Text]:
    """Return the texts that can be seen: those of ticks only where these lie on their axis."""
    hidden: set[int] = set()
    for axis in figure.findobj(Axis):
        assert isinstance(axis, Axis)
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            is_shown = low <= tick.get_loc() <= high and axis.get_visible() and axis.axes.axison
            for label in (tick.label1, tick.label2):
                if not is_shown or not label.get_visible():
                    hidden.add(id(label))
        if not axis.axes.axison:
            hidden |= {id(axis.label), id(axis.offsetText)}
    found = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    return [text for text in found if text.get_text().strip() and text.get_visible() and id(text) not in hidden]


def _shown(figure: Figure) -> list[Axis]:
    """Return the axes with words that can be seen."""
    found = [axis for axis in figure.findobj(Axis) if isinstance(axis, Axis)]
    return [axis for axis in found if axis.axes.axison and axis.get_visible()]


def _is_cut(axis: Axis) -> bool:
    return axis.label.get_text().endswith("\N{HORIZONTAL ELLIPSIS}")


def _axes(artist: Figure | Axes) -> Iterator[Axes]:
    inner = artist.axes if isinstance(artist, Figure) else artist.child_axes
    for axes in inner:
        assert isinstance(axes, Axes)
        yield axes
        yield from _axes(axes)


def _marks(figure: Figure) -> Iterator[tuple[Artist, Bbox]]:
    """Iterate over what shows data or a key: lines, bars, markers and areas; faint lines are none."""
    for axes in _axes(figure):
        for line in axes.lines:
            if line.get_color() != FAINT and len(np.asarray(line.get_xdata())):
                yield line, line.get_window_extent()
        for patch in axes.patches:
            yield patch, patch.get_window_extent()
        for collection in axes.collections:
            colours = np.asarray(collection.get_edgecolor())
            is_faint = len(colours) > 0 and bool(np.all(np.abs(colours[0][:3] - 0xD9 / 255) < 0.01))
            if not is_faint:
                yield collection, collection.get_window_extent()


def _cut(figure: Figure) -> Iterator[str]:
    """Iterate over markers of which the edge of their axes cuts off a part."""
    for axes in _axes(figure):
        frame = axes.get_window_extent()
        for line in axes.lines:
            if str(line.get_marker()) in ("None", "none", "", " ") or not line.get_clip_on():
                continue
            half = 0.5 * line.get_markersize() * figure.dpi / 72.0 - SLACK
            for x, y in line.get_transform().transform(line.get_xydata()):
                is_seen = frame.x0 - half < x < frame.x1 + half and frame.y0 - half < y < frame.y1 + half
                is_whole = frame.x0 + half <= x <= frame.x1 - half and frame.y0 + half <= y <= frame.y1 - half
                if is_seen and not is_whole:
                    yield f"a marker {line.get_marker()!r} is cut at ({x:.0f}, {y:.0f}) by {frame}"


def _overlap(first: Bbox, second: Bbox) -> bool:
    across = min(first.x1, second.x1) - max(first.x0, second.x0)
    along = min(first.y1, second.y1) - max(first.y0, second.y0)
    return bool(across > SLACK and along > SLACK)


def defects(figure: Figure, tallest: float = 9.0) -> list[str]:
    """Return what is wrong with how a figure is laid out.

    Parameters
    ----------
    figure : Figure
        Any.
    tallest : float
        Most inches that it may be high.

    Returns
    -------
    list of str
        A sentence for each text or mark outside of the page, each text over another, each over a mark, each marker
        that the edge of its axes cuts, and each axis whose words are cut.
    """
    figure.set_dpi(300)  # as the file is written: hinting depends on it
    figure.draw_without_rendering()
    page = figure.bbox
    texts = [(text.get_text(), text.get_window_extent()) for text in _texts(figure)]
    marks = list(_marks(figure))
    found = [] if figure.get_figheight() <= tallest + 1e-6 else [f"it is {figure.get_figheight():.2f} inches high"]
    found += _cut(figure)
    found += [f"the words of an axis are cut: {axis.label.get_text()!r}" for axis in _shown(figure) if _is_cut(axis)]
    for words, box in (*texts, *((type(mark).__name__, box) for mark, box in marks)):
        if box.x0 < page.x0 - SLACK or box.x1 > page.x1 + SLACK or box.y0 < page.y0 - SLACK or box.y1 > page.y1 + SLACK:
            found.append(f"{words!r} leaves the page: {box} of {page}")
    for index, (words, box) in enumerate(texts):
        found += [f"{words!r} covers {other!r}" for other, against in texts[index + 1 :] if _overlap(box, against)]
        found += [
            f"{words!r} stands on {type(mark).__name__} at {against}"
            for mark, against in marks
            if _overlap(box, against)
        ]
    return found
