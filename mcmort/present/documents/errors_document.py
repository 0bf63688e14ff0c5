"""The JSON document of measured errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic import Field

from mcmort.analysis.library_receipt import LibraryReceipt
from mcmort.analysis.measured_errors import (
    ClassErrors,
    Completeness,
    FittedErrors,
    LagErrors,
    ReadingRecord,
)
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair, Frame
from mcmort.present.documents.frame import Document, sealed

__all__ = ["ErrorsDocument", "errors_document"]


class ObservedDocument(Document):
    """Errors counted as they stand; null where there are too few."""

    pairs: int
    events: int
    mean: float | None
    spread: float | None
    median: float | None
    too_high: float | None
    too_low: float | None
    within_two: float | None
    within_five: float | None


class ClassDocument(Document):
    """One class of figures: what was found of it. What the model makes of it stands under `fitted`."""

    name: str
    basis: str
    found: ObservedDocument = Field(description="Pairs known because a correction was reported.")
    in_frames: ObservedDocument = Field(description="Pairs of complete frames.")


class ReadingDocument(Document):
    """How often figures of one reading held."""

    name: str
    pairs: int
    events: int
    held: int
    low: float
    high: float
    ratio: float | None


class YearsDocument(Document):
    """Errors by years passed; `last` is null where the span is open."""

    first: int
    last: int | None
    all: ObservedDocument
    documents: ObservedDocument


class RegisterDocument(Document):
    """Early register over later count."""

    kind: str
    frame: str
    is_complete: bool
    pairs: int
    events: int
    low: float
    median: float
    high: float


class PairDocument(Document):
    """A pair, with its error."""

    pair: ErrorPair
    error: float
    lag: int
    cell: str
    used: bool


class ErrorsDocument(Document):
    """What ``mcmort errors --format json`` prints."""

    schema_: str = Field("mcmort/errors/1", alias="schema")
    digest: str = Field(description="Of the pairs.")
    is_current: bool = Field(description="Whether the fitted numbers rest on exactly these pairs.")
    frames: dict[str, Frame]
    classes: tuple[ClassDocument, ...]
    readings: tuple[ReadingDocument, ...]
    years: tuple[YearsDocument, ...]
    registers: tuple[RegisterDocument, ...]
    fitted: FittedErrors | None
    pairs: tuple[PairDocument, ...]
    receipt: LibraryReceipt


def errors_document(
    library: ErrorLibrary,
    fitted: FittedErrors | None,
    rows: Sequence[ClassErrors],
    readings: Sequence[ReadingRecord],
    spans: Sequence[LagErrors],
    registers: Sequence[Completeness],
    receipt: LibraryReceipt,
) -> ErrorsDocument:
    """Return measured errors as a document."""
    document = ErrorsDocument.model_validate(
        {
            "schema": "mcmort/errors/1",
            "digest": library.digest,
            "is_current": fitted is not None and fitted.pairs == library.digest,
            "frames": library.frames,
            "classes": [
                {
                    "name": row.name,
                    "basis": row.basis,
                    "found": _finite(asdict(row.found)),
                    "in_frames": _finite(asdict(row.in_frames)),
                }
                for row in rows
            ],
            "readings": [_finite(asdict(record)) for record in readings],
            "years": [
                {
                    "first": span.first,
                    "last": None if math.isinf(span.last) else span.last,
                    "all": _finite(asdict(span.all)),
                    "documents": _finite(asdict(span.documents)),
                }
                for span in spans
            ],
            "registers": [asdict(row) for row in registers],
            "fitted": fitted,
            "pairs": [
                {"pair": pair, "error": pair.error, "lag": pair.lag, "cell": pair.cell, "used": pair.measures_error}
                for pair in library.pairs
            ],
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with null for those that JSON has no word for."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }
