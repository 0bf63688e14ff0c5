"""Parts of the document of a total: intervals, pieces, components, overlaps and balances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from pydantic import Field

from mcmort.analysis import Interval as SummaryInterval
from mcmort.analysis import Pieces, Summary, summarise
from mcmort.analysis.balance_residuals import balance_residuals
from mcmort.catalogue.vocabulary import LinkMeasure
from mcmort.definitions import Timing
from mcmort.present.documents.frame import Document, finite_or_none
from mcmort.present.numbers import rounding_for
from mcmort.results import ComponentStatus
from mcmort.totals import Total

__all__ = [
    "BalanceDocument", "ComponentDocument", "IntervalDocument", "OverlapDocument", "PiecesFields", "balance_documents",
    "component_documents", "interval_document", "overlap_documents", "pieces_values",
]  # fmt: skip


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
    agreement: float = Field(description="Share of the draws whose piece the piece of the pool predicts.")
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


def interval_document(summary: Summary, interval: SummaryInterval) -> IntervalDocument:
    """Return an interval with its errors, and both ends as they are printed."""
    rounding = rounding_for(summary, interval.probability, interval.kind)
    return IntervalDocument(
        probability=interval.probability,
        kind=interval.kind,
        low=interval.low,
        high=interval.high,
        low_error=finite_or_none(interval.low_error),
        high_error=finite_or_none(interval.high_error),
        text=rounding.span(interval.low, interval.high),
    )


def register_document(status: ComponentStatus) -> RegisterDocument | None:
    register = status.register
    if register is None:
        return None
    conflicts = tuple(ConflictDocument(evidence=key, below=below) for key, below in register.conflicts.items())
    return RegisterDocument(nothing_unregistered=register.nothing_unregistered, conflicts=conflicts)


def pieces_values(pieces: Pieces | None) -> dict[str, object]:
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


def component_documents(
    total: Total, summary: Summary, probability: float, pieces: Mapping[str, Pieces]
) -> tuple[ComponentDocument, ...]:
    """Return the components that a total counts, the largest mean first."""
    documents = []
    for name, values in total.parts.items():
        own = summarise(values, (probability,), shortest=False, chains=total.chains)
        term, status = total.terms[name], total.draws.statuses[name]
        documents.append(
            ComponentDocument(
                **pieces_values(pieces.get(name)),
                id=name,
                label=total.case.components[name].label,
                share=own.mean / summary.mean if summary.mean > 0 else 0.0,
                median=own.median,
                mean=own.mean,
                interval=interval_document(own, own.interval(probability)),
                years=(min(term.years), max(term.years)),
                fraction=term.fraction,
                timing=term.timing,
                sources=status.sources[total.definition.measure],
                registered_only=status.is_registered_only,
                register=register_document(status),
                links=tuple(LinkDocument(**asdict(link)) for link in status.links),
            )
        )
    return tuple(sorted(documents, key=lambda document: (-document.mean, document.id)))


def overlap_documents(total: Total, probability: float) -> tuple[OverlapDocument, ...]:
    """Return the overlaps that a total takes off, by their ids."""
    documents = []
    for name, values in sorted(total.overlaps.items()):
        own = summarise(values, (probability,), shortest=False, chains=total.chains)
        overlap = total.case.overlaps[name]
        interval = interval_document(own, own.interval(probability))
        documents.append(
            OverlapDocument(id=name, of=overlap.of, within=overlap.within, mean=own.mean, interval=interval)
        )
    return tuple(documents)


def balance_documents(total: Total, probability: float) -> tuple[BalanceDocument, ...]:
    """Return the residuals of the balances whose scope a definition holds whole."""
    found = []
    for residual in balance_residuals(total, probability):
        own = {key: getattr(residual.balance, key) for key in ("id", "label", "error")}
        numbers = {key: getattr(residual, key) for key in ("probability", "low", "median", "high", "mean", "unknown")}
        found.append(BalanceDocument(**own, **numbers))
    return tuple(found)
