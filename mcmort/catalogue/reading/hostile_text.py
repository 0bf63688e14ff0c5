"""Characters that no text of a case may hold: those that steer a terminal or turn the order of what is read."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from typing import Final

__all__ = ["allowed", "damage_in", "escaped", "forbidden_in"]

_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters but tab and line feed, separators of lines, overrides and isolates of direction, no characters.

The marks of direction U+200E and U+200F are left, which Arabic and Hebrew texts need and which turn nothing else.
"""
_NAMES: Final = {"\x1b": "ESCAPE", "\r": "CARRIAGE RETURN", "\x07": "BELL", "\x00": "NULL", "\x08": "BACKSPACE"}


def forbidden_in(text: str) -> str | None:
    """Return the name of the first forbidden character in a text, as "U+202E RIGHT-TO-LEFT OVERRIDE"; None without."""
    match = _FORBIDDEN.search(text)
    if match is None:
        return None
    sign = match[0]
    name = _NAMES.get(sign) or unicodedata.name(sign, "control character")
    return f"U+{ord(sign):04X} {name}"


_MISREAD: Final = re.compile(
    "(?:[\u00c2-\u00c5\u00d0\u00d1][\u00a1-\u00aa\u00ac\u00ae-\u00ba\u00bc-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2020-\u2022\u2030\u2039\u203a\u20ac\u2122]|\u00e2\u20ac[\u0153\u2122\u02dc\u201c\u201d\u00a2\u00a6])+"
)
"""Where UTF-8 was read as Windows-1252: a letter of Western Europe, and signs that follow it in no language."""


def damage_in(text: str) -> tuple[str, str] | None:
    r"""Return what of a text was lost or misread before it came here, and what it may have been; None without.

    Examples
    --------
    >>> damage_in("M\u00c3\u00bcnchen")[1]
    "write 'München', if that is meant"
    """
    if "\N{REPLACEMENT CHARACTER}" in text:
        return "the character U+FFFD, which stands for one that was lost", "write what the source has"
    match = _MISREAD.search(text)
    if match is None:
        return None
    hint = "save or export it again, in UTF-8"
    with suppress(UnicodeError):
        hint = f"write {text.encode('cp1252').decode('utf-8')[:60]!r}, if that is meant"
    return f"{match[0]!r}, as of UTF-8 read in another encoding", hint


def allowed(text: str) -> str:
    """Return a text without its forbidden characters."""
    return _FORBIDDEN.sub("", text)


def escaped(text: str) -> str:
    r"""Return a text with forbidden characters as escapes.

    Examples
    --------
    >>> escaped("ab\x1b[31m")
    'ab\\u001b[31m'
    """
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
