"""Errors by the years between the event and the early figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcmort.analysis.measured_errors.observed import Observed, observed
from mcmort.catalogue.measured_errors import ErrorPair

__all__ = ["LagErrors", "lag_errors"]

_SPANS: Final = ((0, 0), (1, 5), (6, 20), (21, math.inf))


@dataclass(frozen=True)
class LagErrors:
    """Errors of figures given within a span of years after the event.

    Attributes
    ----------
    first, last : float
        The span; the last may be infinite.
    all, documents : Observed
        Of all figures, and of those that are no assertions.
    """

    first: float
    last: float
    all: Observed
    documents: Observed


def lag_errors(pairs: Sequence[ErrorPair]) -> tuple[LagErrors, ...]:
    """Return errors by the years passed, of pairs outside complete frames.

    Parameters
    ----------
    pairs : sequence of ErrorPair
        Those to count.

    Returns
    -------
    tuple of LagErrors
        One for each span.
    """
    spans = []
    for first, last in _SPANS:
        inside = [pair for pair in pairs if pair.measures_error and first <= pair.lag <= last]
        documents = [pair for pair in inside if pair.basis != "assertion"]
        spans.append(LagErrors(first, last, observed(inside), observed(documents)))
    return tuple(spans)
