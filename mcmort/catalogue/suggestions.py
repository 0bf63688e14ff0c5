"""Hints at what a user may have meant: the nearest allowed word, or a percentage that should be a share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

__all__ = ["PERCENT_AS_SHARE", "closest", "did_you_mean", "percent_hint"]

PERCENT_AS_SHARE: Final = "write 15 per cent as 0.15"
"""Hint for a share in a case file that is above one."""


def closest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word most similar to a name, or None if none is similar."""
    return next(iter(difflib.get_close_matches(name, list(allowed), 1)), None)


def did_you_mean(name: str, allowed: Iterable[str], otherwise: str = "") -> str:
    """Return a hint that names the allowed word most similar to a name, or another hint if none is similar."""
    word = closest(name, allowed)
    return otherwise if word is None else f"did you mean {word!r}?"


def percent_hint(value: float, lowest: float = 0.0) -> str:
    """Return the end of a message: a hint where a value is allowed once divided by 100, else an empty string.

    Parameters
    ----------
    value : float
        A value that was refused.
    lowest : float
        Allowed are values above this and below 1.
    """
    share = value / 100.0
    return f". Hint: did you mean {share:g}?" if abs(value) > 1.0 and lowest < share < 1.0 else ""
