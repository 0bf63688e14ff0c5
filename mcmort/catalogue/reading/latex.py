"""Turns the LaTeX of a BibTeX field into Unicode: accents, letters, quotation marks, braces."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Final

__all__ = ["address", "plain"]

_ACCENTS: Final = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "h": "\u0309",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "G": "\u030f",
    "U": "\u030e",
    "f": "\u0311",
    "horn": "\u031b",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "t": "\u0361",
}
"""Combining mark of each accent command."""

_TABLES: Final = tomllib.loads(Path(__file__).with_name("latex_commands.toml").read_text(encoding="utf-8"))
_LETTERS: Final[dict[str, str]] = _TABLES["letters"]
_CYRILLIC: Final[dict[str, str]] = _TABLES["cyrillic"]
_SHOWN, _QUOTED, _SILENT, _DROPPED, _SECOND = (
    frozenset(_TABLES["commands"][kind]) for kind in ("shown", "quoted", "silent", "dropped", "second")
)
_SIGNS: Final = {
    "``": "\N{LEFT DOUBLE QUOTATION MARK}",
    "''": "\N{RIGHT DOUBLE QUOTATION MARK}",
    "`": "\N{LEFT SINGLE QUOTATION MARK}",
    "~": " ",
}
"""Signs that print as another; longer ones first. Hyphens stay as typed, and become dashes when they are printed."""

_SUBSCRIPT: Final = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
_SUPERSCRIPT: Final = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_COMMAND: Final = re.compile(r"\\(?:([A-Za-z]+)[ \t\r\n]*|(.)|$)", re.S)
_DOTLESS: Final = {"\u0131": "i", "\u0237": "j"}
_TILDES: Final = {"\u0302": "^", "\u0303": "~"}
"""Accents that stand for a sign where they have no letter."""
_TAG: Final = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|scp|tt|u|jats:[a-z-]+|p|span(?: [^<>]*)?)>", re.I)
_MOST_NESTED: Final = 50


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
    >>> plain(r"Nguy{\~{\^e}}n,~\emph{Notes}")
    'Nguyễn, Notes'
    """
    return _tidy(_TAG.sub("", _Reader(text).rest()))


def address(text: str) -> str:
    r"""Return an address, whose signs mean themselves: only escapes and braces of an export go.

    Examples
    --------
    >>> address(r"https://example.org/a\_b~c--d?x={\%}20")
    'https://example.org/a_b~c--d?x=%20'
    """
    text = text.replace(r"\textasciitilde", "~")
    return " ".join(re.sub(r"\\([&%$#_~{}])", r"\1", text).replace("{", "").replace("}", "").split())


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


class _Reader:
    """Reads a field from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def rest(self) -> str:
        """Return what is left, without an end of its own."""
        parts = []
        while self.at < len(self.text):
            parts.append(self._group())
        return "".join(parts)

    def _group(self) -> str:
        """Return text to the next closing brace."""
        parts: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "}":
                self.at += 1
                break
            if sign == "$" and self.text.find("$", self.at + 1) > 0:
                parts.append(self._formula())
            else:
                parts.append(self._unit())
        return "".join(parts)

    def _unit(self) -> str:
        """Return a group, a command, or a sign with those that belong to it."""
        sign = self.text[self.at]
        if sign == "\\":
            return self._command()
        if sign == "{":
            self.at += 1
            self.depth += 1
            if self.depth > _MOST_NESTED:  # nobody's name: braces are dropped without a look inside
                inside, self.at = self.text[self.at :].replace("{", "").replace("}", ""), len(self.text)
            else:
                inside = self._group()
            self.depth -= 1
            return inside
        for written, printed in _SIGNS.items():
            if self.text.startswith(written, self.at):
                self.at += len(written)
                return printed
        self.at += 1
        return sign

    def _argument(self) -> str:
        """Return the argument of a command: a group, a command, or one sign."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self._unit() if self.at < len(self.text) and self.text[self.at] != "}" else ""

    def _command(self) -> str:
        match = _COMMAND.match(self.text, self.at)
        if match is None:
            self.at += 1
            return "\\"
        start, self.at = self.at, match.end()
        name = match[1] or match[2] or ""
        if name in _ACCENTS and (
            not match[1] or match[0] != f"\\{name}" or self.text[self.at : self.at + 1] in ("{", "\\")
        ):
            return self._accented(_ACCENTS[name])
        if not match[1]:
            return {
                "{": "(",
                "}": ")",
                "-": "",
                "/": "",
                "\\": " ",
                ",": " ",
                ";": " ",
                ":": " ",
                "!": "",
                "@": "",
                " ": " ",
            }.get(name, name if name in "&%$#_\n\t" else self.text[start : self.at])
        for prefix, case in (("CYR", str), ("cyr", str.lower)):
            if name.startswith(prefix) and name[3:].upper() in _CYRILLIC:
                return self._ended(case(_CYRILLIC[name[3:].upper()]))
        if name in _LETTERS:
            return self._ended(_LETTERS[name])
        if name in _SHOWN:
            return self._argument()
        if name in _QUOTED:
            return _SIGNS["``"] + self._argument() + _SIGNS["''"]
        if name in _SECOND:
            self._argument()
            return self._argument()
        if name in _DROPPED:
            self._argument()
            return ""
        if name in _SILENT:
            return ""
        self.at = start + 1 + len(name)
        return self.text[start : self.at]

    def _ended(self, letter: str) -> str:
        """Skip the empty group that ends the name of a letter."""
        if self.text.startswith("{}", self.at):
            self.at += 2
        return letter

    def _accented(self, mark: str) -> str:
        alone = self.text.startswith("{}", self.at)
        letters = self._argument()
        if alone:
            return _TILDES.get(mark, "")
        first = _DOTLESS.get(letters[:1], letters[:1])
        if not first.strip():
            return letters
        base = re.match(r"\w[\u0300-\u036f]*", first + letters[1:])
        cut = base.end() if base else 1
        return unicodedata.normalize("NFC", (first + letters[1:])[:cut] + mark) + letters[cut:]

    def _formula(self) -> str:
        """Return a formula between dollars: raised and lowered digits, letters with a name, all else as it stands."""
        end = self.text.index("$", self.at + 1)
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        for sign, table in (("_", _SUBSCRIPT), ("^", _SUPERSCRIPT)):
            pieces = re.split(rf"\{sign}(?:\{{([^{{}}]*)\}}|([^\\]))", inner)
            inner = "".join((piece or "").translate(table if place % 3 else {}) for place, piece in enumerate(pieces))
        return _Reader(inner).rest()
