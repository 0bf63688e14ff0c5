"""Lines that fit: text measured in the font of the figures and broken before it runs off the page."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags

__all__ = ["FONT", "text_width", "wrapped"]

FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so that figures are the same on every machine."""
_DPI: Final = 300


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a line in inches.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Of the font, in points.
    weight : {"normal", "bold"}
        Of the font.

    Returns
    -------
    float
    """
    font = get_font(fontManager.findfont(FontProperties(family=FONT, weight=weight)))
    font.set_size(size, _DPI)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64.0 / _DPI


def wrapped(text: str, width: float, size: float, *, most: int | None = None, weight: str = "normal") -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    text : str
        Words; line breaks in it count as spaces.
    width : float
        Of the longest line, in inches.
    size : float
        Of the font, in points.
    most : int, optional
        Most lines; what does not fit is cut, with an ellipsis.
    weight : {"normal", "bold"}
        Of the font.

    Returns
    -------
    list of str
        At least one line.
    """

    def fits(line: str) -> bool:
        return text_width(line, size, weight) <= width

    lines, line = [], ""
    for word in text.split():
        if fits(f"{line} {word}".strip()):
            line = f"{line} {word}".strip()
            continue
        if line:
            lines.append(line)
        line = word
        while not fits(line):
            cut = next(end for end in range(len(line) - 1, 0, -1) if end == 1 or fits(line[:end]))
            lines.append(line[:cut])
            line = line[cut:]
    lines.append(line)
    if most is not None and len(lines) > most:
        last = lines[most - 1]
        while last and not fits(f"{last}\N{HORIZONTAL ELLIPSIS}"):
            last = last[:-1].rstrip()
        lines = [*lines[: most - 1], f"{last}\N{HORIZONTAL ELLIPSIS}"]
    return lines
