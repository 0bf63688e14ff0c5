"""Spellings of a number that can be read in two ways: 12.345 is twelve to some and twelve thousand to others.

One rule holds for spreadsheets and for case files: one to three digits, a point or a comma, and exactly three digits.
Python's reader of TOML gives numbers without their spelling, so `read_float` keeps the ambiguous ones apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from mcmort.errors import Problem

__all__ = ["UNAMBIGUOUS", "ambiguous_counts", "is_ambiguous", "read_float", "spelling_hint"]

UNAMBIGUOUS: Final = "a number that can be read in one way only"
_AMBIGUOUS: Final = re.compile("[+\N{MINUS SIGN}-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_LONGEST: Final = 40
"""Characters of a number with a point: a float printed in full has up to 24."""
_COUNTED: Final = ("deaths", "persons")
"""Units of whole things: twelve and a third of them is rarely what was meant."""
_FIGURES: Final = ("low", "best", "high", "standard_error", "error")


class _AmbiguousFloat(float):
    """A number of a case file whose spelling can be read in two ways."""

    def __new__(cls, spelling: str) -> _AmbiguousFloat:
        """Read the point as one for decimals, as TOML does."""
        self = super().__new__(cls, spelling)
        self.spelling = spelling
        return self

    spelling: str


def is_ambiguous(text: str) -> bool:
    """Whether a point or comma may stand before decimals as well as between thousands."""
    return _AMBIGUOUS.fullmatch(text) is not None


def spelling_hint(text: str) -> str:
    """Return how to write each meaning of an ambiguous number."""
    thousands, decimal = re.sub(r"[.,]", "", text), text.replace(",", ".") + "0"
    return f"write {thousands} if thousands are meant, {decimal} if decimals are"


def read_float(text: str) -> float:
    """Read a number of a TOML file; for ``tomllib.loads(..., parse_float=read_float)``.

    Raises
    ------
    ValueError
        If it has more digits than any figure.
    """
    if len(text) > _LONGEST:
        raise ValueError("a number of too many digits")
    return _AmbiguousFloat(text) if is_ambiguous(text) else float(text)


def ambiguous_counts(table: dict[str, Any], file: str, label: str) -> Iterator[Problem]:
    """Yield the figures of a record in deaths or persons that are spelled ambiguously.

    Parameters
    ----------
    table : dict
        A record, as read with `read_float`. Its shares, factors and rates are left alone: of these 1.500 is usual.
    file, label : str
        Where it stands, for messages.
    """
    if table.get("unit", _COUNTED[0]) not in _COUNTED:
        return
    for place, figures in _figures(table):
        for key, value in figures.items():
            if isinstance(value, _AmbiguousFloat):
                where = " > ".join(part for part in (label, place, key) if part)
                hint = spelling_hint(value.spelling)
                yield Problem(file, where, value.spelling, UNAMBIGUOUS, hint, "form")


def _figures(table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the figures of a record, of its estimates and of its annual values, each with its place."""
    yield "", {key: table[key] for key in _FIGURES if key in table}
    if isinstance(table.get("values"), dict):
        yield "values", table["values"]
    estimates = table.get("estimate")
    for index, estimate in enumerate(estimates if isinstance(estimates, list) else ()):
        if isinstance(estimate, dict):
            name = estimate.get("id", estimate.get("source"))
            place = f'estimate "{name}"' if isinstance(name, str) else f"estimate[{index}]"
            yield place, {key: estimate[key] for key in _FIGURES if key in estimate}
