"""Figures and years as sources print them, and the width of a page of text.

Imports little, so that looking at a case stays quick.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from typing import Final

__all__ = ["EN_DASH", "FILE_WIDTH", "GLUE", "as_printed", "glued", "page_width", "wrapped", "years_text"]

EN_DASH: Final = "\N{EN DASH}"
FILE_WIDTH: Final = 120
"""Columns of a line of text in a file or a pipe, and the most that a line of prose has on a terminal."""
GLUE: Final = "\N{NO-BREAK SPACE}"
"""Stands for a space at which no line ends, until the lines are made."""
_NARROWEST: Final = 60
_WIDEST: Final = 200
"""Of a line of a table; prose as wide as that is hard to read."""
_TOGETHER: Final = re.compile(r"\bor more\b|\d (?=%|million\b|± \d)|± (?=\d)")


def page_width() -> int:
    """Return how many columns a line of printed text may have.

    Returns
    -------
    int
        Those of the terminal, or of the environment variable ``COLUMNS`` where it is set, from 60 to 200; 120 in a
        pipe. Tables use them all, and paragraphs at most 120.
    """
    is_known = sys.stdout.isatty() or "COLUMNS" in os.environ
    columns = shutil.get_terminal_size().columns if is_known else FILE_WIDTH
    return min(max(columns, _NARROWEST), _WIDEST)


def glued(text: str) -> str:
    """Return a text in which what is read as one stands together: a number and its unit, "or more"."""
    return _TOGETHER.sub(lambda found: found[0].replace(" ", GLUE), text)


def wrapped(text: str, indent: str = "", hanging: str | None = None, width: int | None = None) -> list[str]:
    """Break a paragraph into lines.

    Parameters
    ----------
    text : str
        The paragraph.
    indent : str
        Before its first line.
    hanging : str, optional
        Before its other lines; by default the same.
    width : int, optional
        Of a line; by default that of the page. A paragraph uses at most 120 columns of it.

    Returns
    -------
    list of str
    """
    lines = textwrap.wrap(
        glued(text),
        min(page_width() if width is None else width, FILE_WIDTH),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_on_hyphens=False,  # an identifier stays whole, to be copied
    )
    return [line.replace(GLUE, " ") for line in lines]


def years_text(years: tuple[int, int]) -> str:
    """Return a span of years."""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}{EN_DASH}{years[1]}"


def as_printed(low: float | None, best: float | None, high: float | None, reading: str) -> str:
    """Return a cited figure as its source prints it: the digits are the source's, not ours."""

    def text(number: float | None) -> str:
        return "" if number is None else f"{number:,.10g}"

    if reading == "at-least":
        return f"at least {text(low)}"
    if reading in ("at-most", "up-to"):
        return f"{reading.replace('-', ' ')} {text(high)}"
    if low is not None and high is not None:
        middle = f" ({text(best)})" if best is not None else ""
        return f"{text(low)}{EN_DASH}{text(high)}{middle}"
    return text(best)
