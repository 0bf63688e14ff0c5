"""The JSON document of a total, in a stable schema.

Numbers in a document are raw, beside the texts that people read. `docs/json.md` describes the schema, and ``mcmort
schema total`` prints it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from pydantic import Field

from mcmort.analysis import Interval as SummaryInterval
from mcmort.analysis import Pieces, Summary, TotalPieces, summarise
from mcmort.analysis.balance_residuals import balance_residuals
from mcmort.analysis.bounds import IntervalBounds
from mcmort.analysis.provenance import provenance
from mcmort.analysis.receipt import Receipt
from mcmort.analysis.sensitivity.leading_component import leading_component
from mcmort.catalogue.vocabulary import LinkMeasure, Measure
from mcmort.definitions import Timing
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.documents.modes_document import ModesDocument, modes_document
from mcmort.present.documents.one_source_document import OneSourceDocument, one_source_document
from mcmort.present.numbers import rounding_for
from mcmort.present.wording import headline, is_floor, units
from mcmort.results import ComponentStatus
from mcmort.totals import Total

__all__ = ["TotalBody", "TotalDocument", "total_body", "total_document"]


class IntervalDocument(Document):
    """A credible interval with the Monte Carlo standard error of each end (null if it cannot be estimated)."""

    probability: float
    kind: str = Field(description="equal-tailed or highest-density")
    low: float
    high: float
    low_error: float | None
    high_error: float | None
    text: str = Field(description="Both ends as tables and figures print them.")


class ConflictDocument(Document):
    """Evidence of all deaths most of which lies below the register."""

    evidence: str = Field(description="A lineage, or the formula of the component.")
    below: float = Field(description="The share of its distribution that does.")


class RegisterDocument(Document):
    """All deaths of a component, as their own evidence gives them, against the register of the same draw."""

    nothing_unregistered: float = Field(description="Probability that all deaths do not exceed the register.")
    conflicts: tuple[ConflictDocument, ...]


class LinkDocument(Document):
    """A declared link that draws of a component do not follow in full."""

    link: str = Field(description="Id of the group or correlation.")
    measure: LinkMeasure
    declared: float = Field(description="Mean rank correlation with the other members.")
    reached: float


class PieceDocument(Document):
    """A piece of the 95 % highest-density region."""

    low: float
    high: float
    probability: float
    school: tuple[str, ...] = Field(
        description="Lineages whose medians lie in it; none where no single pool tells the pieces apart."
    )


class PiecesOriginDocument(Document):
    """The pool whose gap keeps the pieces apart."""

    kind: Literal["component", "quantity"]
    id: str
    agreement: float = Field(description="Share of the draws whose piece the piece of the pool tells.")
    between: tuple[str, ...] = Field(description="Lineages whose medians lie in no piece of the pool.")


class PiecesFields(Document):
    """What a total and a component say of their pieces."""

    pieces: tuple[PieceDocument, ...] = Field(
        description="The pieces of the 95 % highest-density region where it falls into several, else none."
    )
    pieces_of: PiecesOriginDocument | None = Field(description="What keeps the pieces apart, if a single pool does.")
    median_between: tuple[float, float] | None = Field(
        description="Where the median lies by other seeds, if not within one of the pieces."
    )


class ComponentDocument(PiecesFields):
    """A component as the definition counts it, before overlaps are taken off."""

    id: str
    label: str
    share: float = Field(description="Its mean as a share of the mean of the total.")
    median: float
    mean: float
    interval: IntervalDocument
    years: tuple[int, int]
    fraction: float = Field(
        description="Part of the component in the years of the definition, the mean of it where timing is uncertain."
    )
    timing: Timing = Field(
        description="How its years are known: an annual series, evenly, as a component that holds it, or not at all."
    )
    sources: tuple[str, ...] = Field(description="Keys of the sources behind it.")
    registered_only: bool = Field(description="Whether nothing but a register speaks of all its deaths.")
    register_: RegisterDocument | None = Field(
        alias="register", description="Where both measures have evidence of their own, how the two compare."
    )
    links: tuple[LinkDocument, ...] = Field(description="Declared links that its draws do not follow in full.")


class OverlapDocument(Document):
    """Deaths that two components both hold, taken off once."""

    id: str
    of: str
    within: str
    mean: float
    interval: IntervalDocument


class BalanceDocument(Document):
    """What the formula of a demographic balance says, less what the components of its scope sum to.

    Positive where the components sum to less than the formula says, negative where they sum to more.
    """

    id: str
    label: str
    probability: float = Field(description="Of the interval.")
    low: float
    median: float
    high: float
    mean: float
    error: float = Field(description="Standard error that the balance is said to have.")
    unknown: tuple[str, ...] = Field(description="Components of its scope without evidence, which the sum lacks.")


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
    modes: ModesDocument | None = Field(
        None, description="Components of it whose deaths have several modes, of the synthesis engine; null if none."
    )
    bounds: BoundsDocument | None = Field(None, description="Present if bounds under any dependence were asked for.")
    receipt: Receipt


def _interval(summary: Summary, interval: SummaryInterval) -> IntervalDocument:
    rounding = rounding_for(summary, interval.probability, interval.kind)

    def finite(error: float) -> float | None:
        return error if math.isfinite(error) else None

    return IntervalDocument(
        probability=interval.probability,
        kind=interval.kind,
        low=interval.low,
        high=interval.high,
        low_error=finite(interval.low_error),
        high_error=finite(interval.high_error),
        text=rounding.span(interval.low, interval.high),
    )


def _register(status: ComponentStatus) -> RegisterDocument | None:
    register = status.register
    if register is None:
        return None
    conflicts = tuple(ConflictDocument(evidence=key, below=below) for key, below in register.conflicts.items())
    return RegisterDocument(nothing_unregistered=register.nothing_unregistered, conflicts=conflicts)


def _pieces(pieces: Pieces | None) -> dict[str, object]:
    """Return the values of `PiecesFields`."""
    if pieces is None:
        return {"pieces": (), "pieces_of": None, "median_between": None}
    origin = pieces.origin
    schools = origin.schools if origin is not None else ((),) * len(pieces.pieces)
    return {
        "pieces": tuple(
            PieceDocument(**asdict(piece), school=school) for piece, school in zip(pieces.pieces, schools, strict=True)
        ),
        "pieces_of": origin and PiecesOriginDocument(
            kind=origin.kind, id=origin.id, agreement=origin.agreement, between=origin.between
        ),
        "median_between": pieces.median_between,
    }  # fmt: skip


def _components(
    total: Total, summary: Summary, probability: float, pieces: Mapping[str, Pieces]
) -> tuple[ComponentDocument, ...]:
    documents = []
    for name, values in total.parts.items():
        own = summarise(values, (probability,), shortest=False, chains=total.chains)
        term, status = total.terms[name], total.draws.statuses[name]
        documents.append(
            ComponentDocument(
                **_pieces(pieces.get(name)),
                id=name,
                label=total.case.components[name].label,
                share=own.mean / summary.mean if summary.mean > 0 else 0.0,
                median=own.median,
                mean=own.mean,
                interval=_interval(own, own.interval(probability)),
                years=(min(term.years), max(term.years)),
                fraction=term.fraction,
                timing=term.timing,
                sources=status.sources[total.definition.measure],
                registered_only=status.is_registered_only,
                register=_register(status),
                links=tuple(LinkDocument(**asdict(link)) for link in status.links),
            )
        )
    return tuple(sorted(documents, key=lambda document: (-document.mean, document.id)))


def _overlaps(total: Total, probability: float) -> tuple[OverlapDocument, ...]:
    documents = []
    for name, values in sorted(total.overlaps.items()):
        own = summarise(values, (probability,), shortest=False, chains=total.chains)
        overlap = total.case.overlaps[name]
        interval = _interval(own, own.interval(probability))
        documents.append(
            OverlapDocument(id=name, of=overlap.of, within=overlap.within, mean=own.mean, interval=interval)
        )
    return tuple(documents)


def _balances(total: Total, probability: float) -> tuple[BalanceDocument, ...]:
    found = []
    for residual in balance_residuals(total, probability):
        own = {key: getattr(residual.balance, key) for key in ("id", "label", "error")}
        numbers = {key: getattr(residual, key) for key in ("probability", "low", "median", "high", "mean", "unknown")}
        found.append(BalanceDocument(**own, **numbers))
    return tuple(found)


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
        "intervals": tuple(_interval(summary, interval) for interval in summary.intervals),
        **_pieces(pieces.whole),
        "components": _components(total, summary, probability, pieces.components),
        "overlaps": _overlaps(total, probability),
        "balances": _balances(total, probability),
        "excluded": _left_out(total, dict(total.excluded)),
        "unknown": _left_out(total, dict(total.unknown)),
        "provenance": None if (shares := provenance(total)) is None else ProvenanceDocument(**asdict(shares)),
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
            "modes": modes_document(total.draws, total.parts),
            "bounds": around,
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)
