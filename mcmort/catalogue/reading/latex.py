"""Turns the LaTeX of a BibTeX field into Unicode: accents, special letters, escaped signs, braces. No mathematics."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["plain"]

_ACCENTS: Final = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
}
"""Combining mark of each accent command."""

_LETTERS: Final = {
    "AA": "Å",
    "AE": "Æ",
    "L": "Ł",
    "O": "Ø",
    "OE": "Œ",
    "aa": "å",
    "ae": "æ",
    "i": "\u0131",
    "j": "\u0237",
    "l": "ł",
    "o": "ø",
    "oe": "œ",
    "ss": "ß",
    "textasciitilde": "~",
}
"""Letters and signs with a command of their own."""

_ESCAPED: Final = re.compile(r"\\([&%$#_])")
_LETTER: Final = re.compile(rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])(?:\{{\}}|\s*)")
_ACCENT: Final = re.compile(r"""\\(?:([`'^~=."])\s*|([uvHcdrk])(?:\s+|(?=\{)))(?:\{(\w)\}|(\w))""")


def plain(text: str) -> str:
    r"""Return a BibTeX field as it would be printed.

    Parameters
    ----------
    text : str
        The field without its outer delimiters.

    Returns
    -------
    str
        Commands that are not known stay as they are, with their backslash.

    Examples
    --------
    >>> plain(r"{\'O} Gr{\'a}da on the {Gulag}")
    'Ó Gráda on the Gulag'
    """
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    text = _ACCENT.sub(_accented, text)
    text = _ESCAPED.sub(r"\1", text)
    return " ".join(text.replace("{", "").replace("}", "").split())


def _accented(match: re.Match[str]) -> str:
    letter = (match[3] or match[4]).replace("\u0131", "i").replace("\u0237", "j")
    return unicodedata.normalize("NFC", letter + _ACCENTS[match[1] or match[2]])
