"""Versions of what the keys of a case mean: a case says with ``format`` for which of them it was written.

A case of an earlier version loads, with one notice of what it means now. Results carry the version in their receipt, so
that figures made under an earlier one are not called wrong, but of another meaning.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CURRENT", "notice", "since"]

CURRENT: Final = 2
"""The version that this mcmort reads cases by."""

_CHANGES: Final = {
    2: (
        "where no annual series says when deaths fell, that is unknown, not even; overlaps come off year by year, and "
        "their shares are of the deaths in the years that both sides have; all deaths are the larger of study and "
        "register; declared links act on deaths, however these are known; formulas use the inputs of the same draw"
    )
}


def since(version: int) -> str:
    """Say what has changed since a version of the format; nothing where it is the current one."""
    return "; ".join(text for number, text in sorted(_CHANGES.items()) if number > version)


def notice(version: int) -> str:
    """Say what a case of an earlier version means now, and which key says that this was looked at; else nothing."""
    if version >= CURRENT:
        return ""
    return (
        f"written for version {version} of the case format, read by version {CURRENT}: {since(version)}. "
        f"Hint: look at its totals, and write format = {CURRENT} in case.toml"
    )
