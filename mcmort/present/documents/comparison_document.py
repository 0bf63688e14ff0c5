"""The JSON document of a comparison of definitions."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis import Comparison
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.documents.total_document import TotalBody, total_body

__all__ = ["ComparisonDocument", "comparison_document"]


class CitedDocument(Document):
    """A published total beside a definition."""

    id: str
    author: str
    low: float | None
    best: float | None
    high: float | None
    reads: str
    basis: str
    counts: str
    source: str
    locator: str
    via: str | None
    beyond: str | None
    same_scope: bool
    superseded: bool


class ComparisonRow(TotalBody):
    """One definition of a comparison, with the published totals that start from it."""

    cited: tuple[CitedDocument, ...]


class ComparisonDocument(Frame):
    """What ``mcmort compare --format json`` prints."""

    schema_: str = Field("mcmort/comparison/1", alias="schema")
    definitions: tuple[ComparisonRow, ...]
    empty: dict[str, str] = Field(description="Definitions that count nothing in the years asked for.")
    receipt: Receipt


def comparison_document(comparison: Comparison, receipt: Receipt, probability: float = 0.95) -> ComparisonDocument:
    """Return a comparison as a document."""
    rows = []
    for row in comparison.rows:
        cited = [
            CitedDocument(
                **{key: getattr(published.claim, key) for key in ("id", "author", "low", "best", "high")},
                **{
                    key: getattr(published.claim, key)
                    for key in ("basis", "counts", "source", "locator", "via", "beyond")
                },
                reads=published.claim.reading,
                same_scope=published.is_same_scope,
                superseded=published.is_superseded,
            )
            for published in row.published
        ]
        rows.append(
            ComparisonRow.model_validate(
                {**total_body(row.total, row.summary, probability, row.pieces), "cited": tuple(cited)}
            )
        )
    first = comparison.rows[0].total
    document = ComparisonDocument.model_validate(
        {
            "schema": "mcmort/comparison/1",
            **frame(first.case, first.draws.manifest),
            "definitions": tuple(rows),
            "empty": comparison.empty,
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)
