"""Completeness: the share of the later count that registers, lists and cases held."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.vocabulary import KINDS_OF, Kind

__all__ = ["Completeness", "completeness"]


@dataclass(frozen=True)
class Completeness:
    """Early register over later count.

    Attributes
    ----------
    kind : str
        Of register.
    frame : str
        The frame that the pairs come from.
    is_complete : bool
        Whether that frame was fixed before the errors were known.
    pairs, events : int
        How many.
    low, median, high : float
        The middle 80 % of the ratios and their median; above one where the register held more than was counted later.
    """

    kind: Kind
    frame: str
    is_complete: bool
    pairs: int
    events: int
    low: float
    median: float
    high: float


def completeness(library: ErrorLibrary) -> tuple[Completeness, ...]:
    """Return how complete registers of each kind have proved to be, by frame.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs. Registers given as "at least" count too: what they hold is a number of records, whatever it is
        called.

    Returns
    -------
    tuple of Completeness
    """
    rows = []
    for kind in KINDS_OF["registered"]:
        for frame in library.frames:
            pairs = [pair for pair in library.pairs if _counts(pair, kind, frame)]
            if pairs:
                low, middle, high = np.quantile([math.exp(pair.error) for pair in pairs], [0.1, 0.5, 0.9]).tolist()
                events = len({pair.event for pair in pairs})
                is_complete = library.frames[frame].complete
                rows.append(Completeness(kind, frame, is_complete, len(pairs), events, low, middle, high))
    return tuple(rows)


def _counts(pair: ErrorPair, kind: Kind, frame: str) -> bool:
    is_register = pair.basis == "registered" and pair.kind == kind and pair.frame == frame
    return is_register and pair.is_settled and pair.scope in ("equal", "cases")
