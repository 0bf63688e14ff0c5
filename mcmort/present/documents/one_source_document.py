"""What a total's document says of parts that rest on one source, and of sources that lean alike."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from mcmort.analysis.one_source import lean, one_source
from mcmort.present.documents.frame import Document
from mcmort.totals import Total

__all__ = ["OneSourceDocument", "one_source_document"]


class LeanDocument(Document):
    """The mean of the total if all sources of its largest component without a second source err alike."""

    component: str
    factor: float = Field(description="One standard deviation of what figures of one event have in common, measured.")
    low: float = Field(description="If its sources are too high by the factor.")
    mean: float
    high: float = Field(description="If they are too low by it.")


class OneSourceDocument(Document):
    """Components without an independent second source."""

    lineage: tuple[str, ...] = Field(description="Components whose figures are of one lineage, the largest first.")
    basis: tuple[str, ...] = Field(description="Components with several lineages of one basis.")
    lineage_share: float = Field(description="What they have of the sum of the components' means.")
    basis_share: float
    lean: LeanDocument | None


def one_source_document(total: Total) -> OneSourceDocument | None:
    """Return what a total rests on one source; None of registered deaths and of the Bayesian engine."""
    found, leaning = one_source(total), lean(total)
    if found is None:
        return None
    return OneSourceDocument(**asdict(found), lean=None if leaning is None else LeanDocument(**asdict(leaning)))
