"""Which of the words allowed a user may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["closest", "did_you_mean"]


def closest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word most similar to a name, or None if none is similar."""
    return next(iter(difflib.get_close_matches(name, list(allowed), 1)), None)


def did_you_mean(name: str, allowed: Iterable[str], otherwise: str = "") -> str:
    """Return a hint that names the allowed word most similar to a name, or another hint if none is similar."""
    word = closest(name, allowed)
    return otherwise if word is None else f"did you mean {word!r}?"
