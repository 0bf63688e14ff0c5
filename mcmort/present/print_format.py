"""Figures and years as sources print them, and the width of a page of text.

Imports little, so that looking at a case stays quick.
"""

from __future__ import annotations

import shutil
import sys
from typing import Final

__all__ = ["EN_DASH", "as_printed", "page_width", "years_text"]

EN_DASH: Final = "\N{EN DASH}"
_NARROWEST: Final = 60
_WIDEST: Final = 120


def page_width() -> int:
    """Return how many columns a line of text may have: those of the terminal from 60 to 120, else 120."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDEST
    return min(max(columns, _NARROWEST), _WIDEST)


def years_text(years: tuple[int, int]) -> str:
    """Return a span of years."""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}{EN_DASH}{years[1]}"


def as_printed(low: float | None, best: float | None, high: float | None, reading: str) -> str:
    """Return a cited figure as its source prints it: the digits are the source's, not ours."""

    def text(number: float | None) -> str:
        return "" if number is None else f"{number:,.10g}"

    if reading == "at-least":
        return f"at least {text(low)}"
    if reading == "at-most":
        return f"at most {text(high)}"
    if low is not None and high is not None:
        middle = f" ({text(best)})" if best is not None else ""
        return f"{text(low)}{EN_DASH}{text(high)}{middle}"
    return text(best)
