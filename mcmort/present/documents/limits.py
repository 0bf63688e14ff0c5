"""A median with the ends of its interval, as several JSON documents hold it."""

from __future__ import annotations

from mcmort.analysis import Summary
from mcmort.present.documents.frame import Document

__all__ = ["LimitsDocument", "limits_of"]


class LimitsDocument(Document):
    """A median with the ends of the 95 % interval."""

    low: float
    median: float
    high: float


def limits_of(summary: Summary) -> LimitsDocument:
    """Return the median and the 95 % interval of a summary."""
    wide = summary.interval(0.95)
    return LimitsDocument(low=wide.low, median=summary.median, high=wide.high)
