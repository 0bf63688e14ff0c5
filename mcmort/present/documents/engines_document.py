"""The JSON document of a comparison by both engines."""

from __future__ import annotations

from pydantic import Field

from mcmort.present.documents.comparison_document import ComparisonDocument
from mcmort.present.documents.frame import Document

__all__ = ["EnginesDocument", "engines_document"]


class EnginesDocument(Document):
    """What ``mcmort compare --engine both --format json`` prints: a comparison of each engine."""

    schema_: str = Field("mcmort/engines/1", alias="schema")
    elicited: ComparisonDocument
    synthesis: ComparisonDocument


def engines_document(elicited: ComparisonDocument, synthesis: ComparisonDocument) -> EnginesDocument:
    """Return the comparisons of both engines as one document."""
    return EnginesDocument(schema="mcmort/engines/1", elicited=elicited, synthesis=synthesis)
