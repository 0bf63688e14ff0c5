"""What all documents share: their base, and the frame that says how the numbers were made."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mcmort.analysis.document_digest import document_digest
from mcmort.analysis.library_receipt import LibraryReceipt
from mcmort.analysis.receipt import Receipt
from mcmort.catalogue import Case
from mcmort.catalogue.meaning_versions import format_notices
from mcmort.catalogue.vocabulary import Pooling, Weighting
from mcmort.results import Dependence, Manifest, Method, SamplerOfFit

__all__ = ["CaseDocument", "Document", "Frame", "as_json", "finite_or_none", "frame", "sealed"]


class Document(BaseModel):
    """Base of all parts of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def finite_or_none(value: float) -> float | None:
    """Return a number as JSON can hold it: None in place of one that is not finite, or not known."""
    return value if math.isfinite(value) else None


class CaseDocument(Document):
    """Which case, and which state of it."""

    id: str
    title: str
    digest: str
    notices: tuple[str, ...] = Field((), description="What to know first, such as an earlier version of the format.")


class Frame(Document):
    """How the numbers of a document were made."""

    case: CaseDocument
    engine: str
    draws: int = Field(description="Number of joint draws.")
    seed: int
    evidence: tuple[str, ...]
    method: Method = Field(description="Independent draws, or draws on scrambled Sobol points.")
    dependence: Dependence = Field(description="Of components: as the case declares, or as the user set the dial.")
    pool: Pooling | None = Field(description="How all estimates were pooled; null where each component says it.")
    weights: Weighting = Field("equal", description="By what lineages weighed in their pools.")
    precision: float | None = Field(description="Relative error asked of the limits of totals; null if none was.")
    reached: float | None = Field(description="The largest relative error among them; null if it was not computed.")
    without: tuple[str, ...] = Field((), description="Sources and lineages that were left out.")
    lean: float = Field(0.0, description="Error that all figures of one component may have in common; 0 for none.")
    sampler: SamplerOfFit = Field("compiled", description="What drew from the posterior of a fit.")
    chains: int = Field(1, description="Markov chains that follow one another in the draws; 1 if they are independent.")
    versions: dict[str, str]


def frame(case: Case, manifest: Manifest) -> dict[str, Any]:
    """Return the values of a `Frame`."""
    made = asdict(manifest)
    if manifest.reached is not None and not math.isfinite(manifest.reached):
        made["reached"] = None  # JSON has no infinity
    return {
        "case": CaseDocument(id=case.id, title=case.head.title, digest=case.digest, notices=format_notices(case)),
        **made,
    }


def sealed[Result: Document](document: Result, receipt: Receipt | LibraryReceipt) -> Result:
    """Return a document whose receipt holds the digest of the whole.

    Parameters
    ----------
    document : Document
        One with a field `receipt`.
    receipt : Receipt or LibraryReceipt
        Its receipt, without the digest.

    Returns
    -------
    Document
    """
    digest = document_digest(json.loads(as_json(document)))
    return document.model_copy(update={"receipt": receipt.model_copy(update={"document": digest})})


def as_json(document: Document) -> str:
    """Return a document as JSON text."""
    return document.model_dump_json(indent=2, by_alias=True) + "\n"
