"""The JSON document of one total under each setting of dependence."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from mcmort.analysis.dependence import DependenceRanges
from mcmort.present.documents.frame import Document
from mcmort.present.documents.total_document import BoundDocument, BoundsDocument, TotalDocument

__all__ = ["DependenceDocument", "dependence_document"]


class DependenceBoundsDocument(BoundsDocument):
    """What the interval and the median can be under any dependence between the components."""

    median: BoundDocument


class DependenceDocument(Document):
    """What ``mcmort total --dependence all --format json`` prints: the total under each setting."""

    schema_: str = Field("mcmort/dependence/1", alias="schema")
    bounds: DependenceBoundsDocument = Field(description="For components as any of the three settings draws them.")
    independent: TotalDocument
    declared: TotalDocument
    comonotonic: TotalDocument


def dependence_document(
    independent: TotalDocument, declared: TotalDocument, comonotonic: TotalDocument, ranges: DependenceRanges
) -> DependenceDocument:
    """Return the total under each setting of dependence as one document."""
    return DependenceDocument(
        schema="mcmort/dependence/1",
        bounds=DependenceBoundsDocument.model_validate(asdict(ranges)),
        independent=independent,
        declared=declared,
        comonotonic=comonotonic,
    )
