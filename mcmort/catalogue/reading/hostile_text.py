"""Characters that no text of a case may hold: those that steer a terminal or turn the order of what is read."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["allowed", "escaped", "forbidden_in"]

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
