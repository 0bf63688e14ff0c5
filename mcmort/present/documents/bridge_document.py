"""The JSON document of a bridge."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import Field

from mcmort.analysis import Bridge, BridgeEnd, Orders, Step, Summary
from mcmort.analysis.receipt import Receipt
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions import Dial
from mcmort.present.bridge_text import bridge_headline, step_label
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.wording import interval_text, is_floor
from mcmort.totals import StepKind

__all__ = ["BridgeDocument", "bridge_document"]


class AmountDocument(Document):
    """A distribution: mean and median with their Monte Carlo standard errors, and the interval that was asked for."""

    mean: float
    mean_error: float
    median: float
    median_error: float
    low: float
    high: float


class StepPieceDocument(Document):
    """A piece of a highest-density region."""

    low: float
    high: float
    probability: float


class StepDocument(AmountDocument):
    """What one change adds to the difference."""

    kind: StepKind
    component: str | None = Field(description="The component whose step it is; null for one of all components.")
    label: str
    pieces: tuple[StepPieceDocument, ...] = Field(
        description="Those that its 95 % highest-density region falls into, if several; then its median is not likely."
    )


class FigureDocument(Document):
    """What an author prints."""

    author: str
    low: float | None
    best: float | None
    high: float | None
    reads: str
    taken_as: float = Field(description="The number that evidence is reckoned from: best, a bound, or the middle.")
    counts: str
    beyond: str | None
    source: str
    locator: str
    via: str | None
    confidence: str | None
    shared: bool = Field(description="Whether it rests on data that our evidence holds as well.")
    conditioned: bool = Field(description="Whether our total is conditioned on it.")
    retired_by: str | None


class EndDocument(Document):
    """One side of a bridge, with our total under its definition."""

    name: str
    kind: Literal["definition", "claim"]
    measure: Measure
    net: bool
    years: tuple[int, int]
    floor: bool = Field(description="Whether our total can only be read as a minimum.")
    total: AmountDocument
    text: str = Field(description="The interval of our total as tables print it.")
    figure: FigureDocument | None = Field(description="What the author prints, where the side is a claim.")
    unknown: tuple[str, ...] = Field(description="Components that it asks for but that have no evidence.")


class BridgeDocument(Frame):
    """What ``mcmort bridge --format json`` prints."""

    schema_: str = Field("mcmort/bridge/1", alias="schema")
    headline: str = Field(description="The sentence that says what the bridge finds.")
    start: EndDocument
    end: EndDocument
    orders: Orders = Field(description="Whether steps are taken in one order, or are averages over all orders.")
    dials: tuple[Dial, ...] = Field(description="What differs; under stated orders in the order of the steps.")
    probability: float = Field(description="Of the intervals.")
    difference: AmountDocument = Field(description="The end less the start: of figures where sides are claims.")
    from_scope: AmountDocument = Field(description="Our total at the end less our total at the start.")
    from_evidence: AmountDocument | None = Field(
        description="What of the difference is not scope; null without a claim."
    )
    exceeds: float = Field(description="Share of draws on which our total at the end exceeds that at the start.")
    steps: tuple[StepDocument, ...] = Field(description="Their means add up to the mean of the difference.")
    receipt: Receipt


def bridge_document(bridge: Bridge, receipt: Receipt, probability: float = 0.95) -> BridgeDocument:
    """Return a bridge as a document."""
    total = bridge.end.total
    document = BridgeDocument.model_validate(
        {
            "schema": "mcmort/bridge/1",
            **frame(total.case, total.draws.manifest),
            "headline": bridge_headline(bridge, probability),
            "start": _end(bridge.start, probability),
            "end": _end(bridge.end, probability),
            "orders": bridge.orders,
            "dials": bridge.dials,
            "probability": probability,
            "difference": _amount(bridge.difference, probability),
            "from_scope": _amount(bridge.scope, probability),
            "from_evidence": None if bridge.evidence is None else _amount(bridge.evidence, probability),
            "exceeds": bridge.exceeds,
            "steps": [_step(bridge, step, probability) for step in bridge.steps],
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)


def _amount(summary: Summary, probability: float) -> dict[str, float]:
    wide = summary.interval(probability)
    own = {key: getattr(summary, key) for key in ("mean", "mean_error", "median", "median_error")}
    return own | {"low": wide.low, "high": wide.high}


def _step(bridge: Bridge, step: Step, probability: float) -> dict[str, object]:
    names = {"kind": step.kind, "component": step.component or None, "label": step_label(bridge, step)}
    pieces = [asdict(piece) for piece in step.pieces]
    return {**names, "pieces": pieces, **_amount(step.summary, probability)}


def _end(end: BridgeEnd, probability: float) -> dict[str, object]:
    total = end.total
    return {
        "name": end.name,
        "kind": "definition" if end.claim is None else "claim",
        "measure": total.definition.measure,
        "net": bool(total.definition.net),
        "years": total.years,
        "floor": is_floor(total),
        "total": _amount(end.summary, probability),
        "text": interval_text(total, end.summary, probability),
        "figure": _figure(end),
        "unknown": sorted(total.unknown),
    }


def _figure(end: BridgeEnd) -> dict[str, object] | None:
    claim = end.claim
    if claim is None:
        return None
    keys = ("author", "low", "best", "high", "counts", "beyond", "source", "locator", "via", "confidence")
    return {key: getattr(claim, key) for key in keys} | {
        "reads": claim.reading,
        "taken_as": end.mean,
        "shared": end.shared,
        "conditioned": end.conditioned,
        "retired_by": end.retired_by or None,
    }
