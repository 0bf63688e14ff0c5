"""The JSON document of totals under other priors."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.prior_sensitivity import PriorRow, PriorSensitivity
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.tables.prior_sensitivity_table import prior_headline

__all__ = ["PriorSensitivityDocument", "prior_sensitivity_document"]


class PriorTotalDocument(Document):
    """The total under one definition, its 95 % interval, and the Monte Carlo errors."""

    definition: str
    low: float
    median: float
    high: float
    low_error: float
    median_error: float
    high_error: float


class PriorRowDocument(Document):
    """Totals under one change of the priors."""

    change: str
    words: str
    totals: tuple[PriorTotalDocument, ...]
    shift: float | None = Field(description="Of the median of the definition that is shown; null without a fit.")
    shift_error: float | None
    failure: str = Field(description="Why there is no fit, or nothing.")


class PriorSensitivityDocument(Frame):
    """What ``mcmort priors CASE --format json`` prints."""

    schema_: str = Field("mcmort/priors/1", alias="schema")
    headline: str
    definition: str = Field(description="The one that the headline and the table show.")
    changes: tuple[PriorRowDocument, ...] = Field(description="First all priors as they are.")
    receipt: Receipt


def prior_sensitivity_document(result: PriorSensitivity, receipt: Receipt) -> PriorSensitivityDocument:
    """Return totals under other priors in the stable JSON schema."""
    document = PriorSensitivityDocument(
        **frame(result.case, result.draws.manifest),
        headline=prior_headline(result),
        definition=result.definition,
        changes=tuple(_row(result, row) for row in (result.whole, *result.rows)),
        receipt=receipt,
    )
    return sealed(document, receipt)


def _row(result: PriorSensitivity, row: PriorRow) -> PriorRowDocument:
    names = ("low", "median", "high", "low_error", "median_error", "high_error")
    shift, error = result.shift(row) if result.definition in row.totals else (None, None)
    return PriorRowDocument(
        change=row.change,
        words=row.words,
        totals=tuple(
            PriorTotalDocument(definition=name, **dict(zip(names, total, strict=True)))
            for name, total in row.totals.items()
        ),
        shift=shift,
        shift_error=error,
        failure=row.failure,
    )
