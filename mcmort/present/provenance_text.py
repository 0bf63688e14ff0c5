"""How the figures behind a total were read, in words."""

from __future__ import annotations

from typing import Final

from mcmort.analysis.provenance import Provenance, provenance
from mcmort.present.numbers import percent
from mcmort.totals import Total

__all__ = ["PROVENANCE_TEXTS", "provenance_note", "provenance_text"]

PROVENANCE_TEXTS: Final = {
    "original": "read in the original",
    "second_hand": "second-hand",
    "memory": "from memory",
    "assumption": "a choice of the case",
}
"""What is printed for each way, by the fields of `Provenance`."""


def provenance_text(shares: Provenance) -> str:
    """Return the shares in words, those of nothing left out.

    Parameters
    ----------
    shares : Provenance
        From `mcmort.analysis.provenance.provenance`.

    Returns
    -------
    str
    """
    found = {text: share for key, text in PROVENANCE_TEXTS.items() if (share := getattr(shares, key)) > 0.0}
    return ", ".join(f"{percent(share)} {text}" for text, share in found.items())


def provenance_note(total: Total) -> list[str]:
    """Say how the figures behind a total were read, where they have weights.

    Parameters
    ----------
    total : Total
        A total with its parts.

    Returns
    -------
    list of str
        A sentence, or nothing.
    """
    shares = provenance(total)
    return [] if shares is None else [f"How the figures behind it were read, by weight: {provenance_text(shares)}."]
