"""The JSON document of authors' totals against ours."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.claims import ClaimComparison
from mcmort.analysis.receipt import Receipt
from mcmort.catalogue import Case
from mcmort.present.documents.frame import Document, Frame, finite_or_none, frame, sealed
from mcmort.present.wording import interval_text, is_floor
from mcmort.results import Manifest

__all__ = ["ClaimDocument", "ClaimsDocument", "claims_document"]


class ClaimDocument(Document):
    """An author's total beside ours under that author's definition; null where there is none of ours."""

    id: str
    author: str
    counts: str
    beyond: str | None
    low: float | None
    best: float | None
    high: float | None
    reads: str
    basis: str
    source: str
    locator: str
    via: str | None
    confidence: str | None
    years: tuple[int, int] | None
    our_low: float | None
    our_median: float | None
    our_high: float | None
    our_text: str | None = Field(description="Our interval as tables print it.")
    floor: bool | None = Field(description="Whether ours can only be read as a minimum.")
    quantile: float | None = Field(
        description="Share of our draws below the middle of the claim, or respecting a bound."
    )
    ratio: float | None = Field(description="Middle of the claim over our median.")
    verdict: str
    shared: bool = Field(description="Whether it rests on data that our pools hold as well.")
    conditioned: bool = Field(False, description="Whether our total is conditioned on it.")
    retired_by: str | None


class ClaimsDocument(Frame):
    """What ``mcmort claims --format json`` prints."""

    schema_: str = Field("mcmort/claims/1", alias="schema")
    claims: tuple[ClaimDocument, ...]
    receipt: Receipt


def claims_document(
    case: Case, manifest: Manifest, comparisons: tuple[ClaimComparison, ...], receipt: Receipt
) -> ClaimsDocument:
    """Return claims as a document."""
    documents = []
    for comparison in comparisons:
        claim = comparison.claim
        interval = None if comparison.summary is None else comparison.summary.interval(0.95)
        own = {key: getattr(claim, key) for key in ("id", "author", "counts", "beyond", "low", "best", "high", "basis")}
        own |= {key: getattr(claim, key) for key in ("source", "locator", "via", "confidence")}
        documents.append(
            ClaimDocument(
                **own,
                reads=claim.reading,
                years=None if comparison.total is None else comparison.total.years,
                our_low=None if interval is None else interval.low,
                our_median=None if comparison.summary is None else comparison.summary.median,
                our_high=None if interval is None else interval.high,
                our_text=_our_text(comparison),
                floor=None if comparison.total is None else is_floor(comparison.total),
                quantile=finite_or_none(comparison.quantile),
                ratio=finite_or_none(comparison.ratio),
                verdict=comparison.verdict,
                shared=comparison.shared,
                conditioned=comparison.conditioned,
                retired_by=comparison.retired_by or None,
            )
        )
    document = ClaimsDocument.model_validate(
        {"schema": "mcmort/claims/1", **frame(case, manifest), "claims": tuple(documents), "receipt": receipt}
    )
    return sealed(document, receipt)


def _our_text(comparison: ClaimComparison) -> str | None:
    total, summary = comparison.total, comparison.summary
    return None if total is None or summary is None else interval_text(total, summary, 0.95)
