"""Cells of a workbook as text, and the formatting that makes them mean something else than that text.

A superscript mark glued to a figure makes it ten times as large, a percentage or a unit stands in the number format
alone, and what is struck through no longer counts. Such cells are refused: dropping the formatting would change them.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final, Literal

from openpyxl.utils.escape import unescape

from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal, trimmed

__all__ = ["cell_of", "shows_plain_number"]

_INVISIBLE: Final = re.compile(
    r"_.|\* |\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+|\$-[0-9A-F]+)\]|\\ |\" *\"", re.I
)
"""Parts of a number format that change no meaning: blanks, fillings, colours, languages."""
_PLAIN_FORMAT: Final = re.compile(r"([-+(]*)(?:general|@|[#0?,]*[#0?](?:\.([#0?]+))?(?:e[-+]0+)?)\)*", re.I)
"""A number and no more: its signs, and what it always shows behind the point."""
_MARK_HINT: Final = "put what the mark refers to into note, and leave the cell plain"


def cell_of(known: Any, written: Any) -> Cell:
    """Return a cell.

    Parameters
    ----------
    known, written : openpyxl cell
        The cell as last computed, with its formatting, and as written, which may be a formula.
    """
    value = known.value
    if value is None:  # the value of a formula was never saved
        return Cell(str(getattr(written.value, "text", written.value)))
    text = _text(value, known.number_format)
    return Cell(text, _type(value), _changed_by_font(known, text) or _changed_by_format(known, text))


def _text(value: Any, number_format: str) -> str:
    if isinstance(value, float) and value.is_integer():  # a whole number loses the decimals that a workbook gives it
        value = int(value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, int) and 0 < abs(value) < 1000 and _decimals(number_format) == 3:
        return f"{value}.000"  # so it is shown, and may have been meant for thousands
    return trimmed(unescape(str(value)))


def _type(value: Any) -> Literal["text", "number", "date", "truth value"]:
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, int | float):
        return "number"
    return "date" if isinstance(value, dt.date | dt.time | dt.timedelta) else "text"


def _changed_by_font(known: Any, text: str) -> Refusal | None:
    """Refuse raised or lowered marks and what is struck through, in the cell or in a part of its text."""
    parts = [(part.font, part.text) for part in known.value if hasattr(part, "font")] if _is_rich(known.value) else []
    for font, part in ((known.font, text), *parts):
        if _is_unseen(font, known):
            found = f"{show(part)} in the colour of the cell, which cannot be seen"
            return Refusal(found, "a value that is seen", "delete it, or give it another colour")
        if font.strike:
            found = show(part) + " struck through"
            return Refusal(found, "a value that counts", "delete it, or take the line through it away")
        if font.vertAlign in ("superscript", "subscript"):
            found = f"{show(text)} with {show(part)} in {font.vertAlign}"
            return Refusal(found, "a value without marks", _MARK_HINT)
    return None


def _is_unseen(font: Any, known: Any) -> bool:
    """Whether a text has the colour of its cell, which is white where nothing in the sheet may give it another."""
    fill, sheet = known.fill, known.parent
    if sheet.tables or sheet.conditional_formatting:
        return False
    ink = font.color.rgb if font.color is not None and font.color.type == "rgb" else None
    paper = fill.fgColor.rgb if fill.patternType == "solid" and fill.fgColor.type == "rgb" else None
    return ink is not None and str(ink)[-6:].upper() == (str(paper)[-6:].upper() if fill.patternType else "FFFFFF")


def _is_rich(value: Any) -> bool:
    """Whether the parts of a text have fonts of their own."""
    return isinstance(value, list)


def _changed_by_format(known: Any, text: str) -> Refusal | None:
    """Refuse a number that the sheet shows as another number or with a unit, and a text that it shows otherwise."""
    if _type(known.value) == "text" and not _shows_plain_text(known.number_format):
        found = f"{show(text)} in the number format {show(known.number_format)}"
        hint = "the sheet shows another text, or none: write what is meant, in the format General"
        return Refusal(found, "a text that is shown as it is", hint)
    if _type(known.value) != "number" or shows_plain_number(known.number_format, known.value):
        return None
    found = f"{show(text)} in the number format {show(known.number_format)}"
    hint = "the sheet shows another number, or a unit: write the number that is meant, in the format General"
    return Refusal(found, "a number that is shown as it is", hint)


def shows_plain_number(number_format: str, value: float) -> bool:
    """Whether a number format shows a value as the number that it is, up to rounding and grouping.

    A section for negative numbers shows what it says, and a minus sign only where it has one.
    """
    section = _plain_section(number_format, value)
    match = _PLAIN_FORMAT.fullmatch(section)
    if (
        match is None
        or section.rstrip(")").endswith(",")
        or (value == 0 and not re.search("0|general|@", section, re.I))
    ):
        return False
    shows_minus = "-" in match[1] or "(" in match[1]
    return shows_minus == (value < 0 and len(number_format.split(";")) > 1)


def _shows_plain_text(number_format: str) -> bool:
    """Whether a number format shows a text as it is: by its fourth section, or by the only one if that is of text."""
    sections = _INVISIBLE.sub("", number_format).replace(" ", "").split(";")
    if len(sections) > 3:
        return sections[3] == "@"
    return "@" not in sections[-1] or sections[-1] == "@"


def _decimals(number_format: str) -> int:
    """Return the decimals that a number format always shows for positive numbers."""
    match = _PLAIN_FORMAT.fullmatch(_plain_section(number_format, 1.0))
    return len(match[2]) if match and match[2] and set(match[2]) == {"0"} else 0


def _plain_section(number_format: str, value: float) -> str:
    """Return the section of a number format that a value falls in, without blanks and colours."""
    sections = re.sub(r"\\([-+()])", r"\1", _INVISIBLE.sub("", number_format)).split(";")
    place = 1 if value < 0 else 2 if value == 0 else 0
    return sections[place if place < len(sections) else 0].replace(" ", "")
