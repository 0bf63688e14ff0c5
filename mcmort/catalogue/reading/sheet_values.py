"""Values in the cells of a spreadsheet: numbers, years, lists; what can be read in two ways is refused."""

from __future__ import annotations

import re
from typing import Final

from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Refusal
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE

__all__ = ["list_of", "number_of", "span_of"]

_MINUS: Final = ("-", "\N{MINUS SIGN}")
_PLAIN: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,30})?")
_GROUPED: Final = re.compile(
    r"[1-9][0-9]{0,2}([ _,\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}])[0-9]{3}(\1[0-9]{3}){0,4}"
)
_MARKED: Final = re.compile(r"[0-9][0-9 .,_]*\s*([¹²³⁰-₎*†‡§]+|[a-z]|\[.*\]|\(.*\))", re.I)
"""A number with the mark of a footnote behind it."""
_DASHES: Final = "-:/\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}"
_SPAN: Final = re.compile(rf"([-\N{{MINUS SIGN}}]?[0-9]{{1,4}})(?:\s*(?:[{_DASHES}]|to)\s*([0-9]{{1,4}}))?")
_BEFORE_OUR_ERA: Final = re.compile(r"\b(b\.?\s?c\.?(\s?e\.?)?)(?!\w)", re.I)


def list_of(text: str) -> list[str]:
    """Return the parts of a cell between semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def number_of(text: str) -> float | int | Refusal:
    """Read a number, whose thousands may be grouped in threes, with a minus sign where it is negative."""
    is_negative = text.startswith(_MINUS)
    size = text[1:] if is_negative else text
    if _GROUPED.fullmatch(size) or _PLAIN.fullmatch(size):
        value = float(size) if _PLAIN.fullmatch(size) and "." in size else int(re.sub(r"\D", "", size))
        return -value if is_negative else value
    hint = "write 1053829 or 1,053,829, with a point for decimals; leave the cell empty if the figure is unknown"
    if text.endswith("%"):
        hint = PERCENT_AS_SHARE
    elif _MARKED.fullmatch(text):
        hint = "leave out the mark, and put what it refers to into note"
    return Refusal(show(text), "a number", hint)


def span_of(text: str) -> list[int] | Refusal:
    """Read a year or a span of years; of one that ends in two digits the century is not guessed."""
    match = _SPAN.fullmatch(text)
    if match is None:
        hint = "years before our era have a minus sign: 44 BCE is -43" if _BEFORE_OUR_ERA.search(text) else ""
        return Refusal(show(text), "a year or a span of years", hint or "as 1937 or 1930-1935")
    first = int(match[1].replace("\N{MINUS SIGN}", "-"))
    last = int(match[2]) if match[2] else first
    if match[2] and len(match[2]) < len(match[1].lstrip("-")) and last < first:
        century = match[1][: len(match[1]) - len(match[2])]
        return Refusal(show(text), "both years in full", f"as {first}-{century}{match[2]}, if that is meant")
    return [first, last]
