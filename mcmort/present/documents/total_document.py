"""The JSON document of a total, in a stable schema.

Numbers in a document are raw, beside the texts that people read. `docs/json.md` describes the schema, and ``mcmort
schema total`` prints it.
"""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from mcmort.analysis import Summary, TotalPieces
from mcmort.analysis.bounds import IntervalBounds
from mcmort.analysis.provenance import provenance
from mcmort.analysis.receipt import Receipt
from mcmort.analysis.sensitivity.leading_component import leading_component
from mcmort.catalogue.vocabulary import Measure
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.documents.modes_document import ModesDocument, modes_document
from mcmort.present.documents.one_source_document import OneSourceDocument, one_source_document
from mcmort.present.documents.total_parts import (
    BalanceDocument,
    ComponentDocument,
    IntervalDocument,
    OverlapDocument,
    PiecesFields,
    balance_documents,
    component_documents,
    interval_document,
    overlap_documents,
    pieces_values,
)
from mcmort.present.wording import headline, is_floor, units
from mcmort.totals import Total

__all__ = ["TotalBody", "TotalDocument", "total_body", "total_document"]


class LeftOut(Document):
    """A component that does not count, with the reason."""

    id: str
    label: str
    reason: str


class DefinitionDocument(Document):
    """The definition in words."""

    id: str
    label: str
    question: str
    adds: str
    leaves_out: str


class ProvenanceDocument(Document):
    """Shares of the total's weight by how its figures were read: a figure weighs as its component, times its pool's."""

    original: float = Field(description="Seen in the work cited.")
    second_hand: float = Field(description="Seen in another work that quotes it, or in an encyclopaedia.")
    memory: float = Field(description="Not seen: given from memory.")
    assumption: float = Field(description="A choice of the case.")


class TotalBody(PiecesFields):
    """A total under one definition."""

    definition: DefinitionDocument
    measure: Measure
    net: bool
    years: tuple[int, int]
    floor: bool = Field(description="Whether the total can only be read as a minimum.")
    headline: str = Field(description="The sentence that says what the total is.")
    units: tuple[str, ...] = Field(description="What is counted: deaths, and under some definitions births or persons.")
    median: float
    median_error: float
    mean: float
    mean_error: float
    sd: float
    intervals: tuple[IntervalDocument, ...]
    components: tuple[ComponentDocument, ...]
    overlaps: tuple[OverlapDocument, ...]
    balances: tuple[BalanceDocument, ...] = Field(description="Those whose scope the definition holds whole.")
    excluded: tuple[LeftOut, ...]
    unknown: tuple[LeftOut, ...]
    provenance: ProvenanceDocument | None = Field(description="Null where figures have no weights of their own.")
    modes: ModesDocument | None = Field(
        None, description="Modes of the total and of what is torn in it, of the synthesis engine; null if none."
    )
    one_source: OneSourceDocument | None = Field(description="Parts without an independent second source.")
    notes: tuple[str, ...]


class BoundDocument(Document):
    """The smallest and the largest value that an end of the interval can take, whatever the dependence."""

    smallest: float
    largest: float


class BoundsDocument(Document):
    """What the interval can be under any dependence between the components."""

    probability: float
    low: BoundDocument
    high: BoundDocument


class CarriedByDocument(Document):
    """The component that carries the largest share of the variance of a total."""

    id: str
    label: str
    covariance_share: float = Field(description="Its covariance with the total over the variance of the total.")
    covariance_share_error: float
    narrower: float | None = Field(
        description="By what share the interval would be narrower on average if it were known; null with few draws."
    )
    narrower_error: float | None


class TotalDocument(TotalBody, Frame):
    """What ``mcmort total --format json`` prints."""

    schema_: str = Field("mcmort/total/1", alias="schema")
    carried_by: CarriedByDocument | None = Field(
        None, description="From which component most of the width comes; null if none carries a fifth of the variance."
    )
    bounds: BoundsDocument | None = Field(None, description="Present if bounds under any dependence were asked for.")
    receipt: Receipt


def _left_out(total: Total, reasons: dict[str, str]) -> tuple[LeftOut, ...]:
    labels = {name: component.label for name, component in total.case.components.items()}
    return tuple(LeftOut(id=name, label=labels[name], reason=reason) for name, reason in sorted(reasons.items()))


def total_body(total: Total, summary: Summary, probability: float, pieces: TotalPieces) -> dict[str, object]:
    """Return the values of a `TotalBody`."""
    definition = total.definition
    texts = {key: getattr(definition, key) for key in ("id", "label", "question", "adds", "leaves_out")}
    return {
        "definition": DefinitionDocument(**texts),
        "measure": definition.measure,
        "net": bool(definition.net),
        "years": total.years,
        "floor": is_floor(total),
        "headline": headline(total, summary, probability),
        "units": tuple(units(total)),
        "median": summary.median,
        "median_error": summary.median_error,
        "mean": summary.mean,
        "mean_error": summary.mean_error,
        "sd": summary.sd,
        "intervals": tuple(interval_document(summary, interval) for interval in summary.intervals),
        **pieces_values(pieces.whole),
        "components": component_documents(total, summary, probability, pieces.components),
        "overlaps": overlap_documents(total, probability),
        "balances": balance_documents(total, probability),
        "excluded": _left_out(total, dict(total.excluded)),
        "unknown": _left_out(total, dict(total.unknown)),
        "provenance": None if (shares := provenance(total)) is None else ProvenanceDocument(**asdict(shares)),
        "modes": modes_document(total.draws, pieces),
        "one_source": one_source_document(total),
        "notes": total.notes,
    }


def _carried_by(pieces: TotalPieces, probability: float) -> CarriedByDocument | None:
    leading = leading_component(pieces, probability)
    if leading is None:
        return None
    narrower, narrower_error = leading.narrower or (None, None)
    return CarriedByDocument(
        id=leading.name,
        label=pieces.total.case.components[leading.name].label,
        covariance_share=leading.covariance_share.value,
        covariance_share_error=leading.covariance_share.error,
        narrower=narrower,
        narrower_error=narrower_error,
    )


def total_document(
    total: Total,
    summary: Summary,
    receipt: Receipt,
    probability: float = 0.95,
    bounds: IntervalBounds | None = None,
    pieces: TotalPieces | None = None,
) -> TotalDocument:
    """Return a total as a document."""
    around = None
    if bounds is not None:
        low, high = (
            BoundDocument(smallest=max(end.low.limit, 0.0), largest=end.high.limit) for end in (bounds.low, bounds.high)
        )
        around = BoundsDocument(probability=bounds.probability, low=low, high=high)
    found = pieces or TotalPieces(total)
    document = TotalDocument.model_validate(
        {
            "schema": "mcmort/total/1",
            **frame(total.case, total.draws.manifest),
            **total_body(total, summary, probability, found),
            "carried_by": _carried_by(found, probability),
            "bounds": around,
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)
