"""Lines that fit: text measured in the font of the figures and broken before it runs off the page."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags

from mcmort.present.print_format import GLUE, glued

__all__ = ["FONT", "families_for", "lacking", "text_width", "wrapped"]

FONT: Final = "DejaVu Sans"
"""Comes with matplotlib, so that figures are the same on every machine."""
_DPI: Final = 300
_BOXES: Final = "Last Resort"
"""Draws a box for any character, which is not to have it."""
_BOX: Final = "\N{WHITE SQUARE}"
"""About as wide as what is drawn in place of a character that no font has."""
_NO_GLYPH: Final = frozenset("\n\r\t\N{ZERO WIDTH SPACE}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}")


_SPACES: Final = re.compile(r"[ \t\r\n\f\v]+")
"""Where a line may be broken: a no-break space is none."""


@lru_cache(maxsize=1)
def _fallbacks() -> tuple[tuple[str, frozenset[int]], ...]:
    """Return the other fonts of this machine with the characters that they have."""
    plain = {
        entry.name: entry.fname
        for entry in sorted(fontManager.ttflist, key=lambda entry: entry.fname, reverse=True)
        if entry.style == "normal" and entry.name != FONT and _BOXES not in entry.name
    }
    found = []
    for name, path in sorted(plain.items()):
        try:
            found.append((name, frozenset(get_font(path).get_charmap())))
        except (OSError, RuntimeError):  # a font that cannot be read is none
            continue
    return tuple(found)


@lru_cache(maxsize=1)
def _own() -> frozenset[int]:
    return frozenset(get_font(fontManager.findfont(FontProperties(family=FONT))).get_charmap())


def _strange(text: str) -> set[str]:
    """Return the characters that the font of the figures does not have."""
    return {character for character in text if ord(character) not in _own()} - _NO_GLYPH


@lru_cache(maxsize=256)
def _family_of(character: str) -> str | None:
    return next((name for name, characters in _fallbacks() if ord(character) in characters), None)


def families_for(text: str) -> list[str]:
    """Return the fonts in which a text is written: that of the figures, then others for characters it does not have."""
    others = {family for character in _strange(text) if (family := _family_of(character)) is not None}
    return [FONT, *sorted(others)]


def lacking(text: str) -> str:
    """Return the characters of a text that no installed font has, in their order."""
    strange = {character for character in _strange(text) if _family_of(character) is None}
    return "".join(dict.fromkeys(character for character in text if character in strange))


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
    families = families_for(text)
    for character in lacking(text):
        text = text.replace(character, _BOX)
    font = get_font([fontManager.findfont(FontProperties(family=family, weight=weight)) for family in families])
    font.set_size(size, _DPI)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64.0 / _DPI


def wrapped(text: str, width: float, size: float, *, most: int | None = None, weight: str = "normal") -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    text : str
        Words; line breaks in it count as spaces. A number stays with its unit where a line has room for both.
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
        return text_width(line.replace(GLUE, " "), size, weight) <= width

    lines, line = [], ""
    words = [
        word
        for together in filter(None, _SPACES.split(glued(text)))
        for word in ([together] if fits(together) else together.split(GLUE))
    ]
    for word in words:
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
    return [line.replace(GLUE, " ") for line in lines]
