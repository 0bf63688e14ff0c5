"""The JSON document of what single parts of the evidence do to a total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from mcmort.analysis.influence import Influence, Shift, Status, Without
from mcmort.analysis.left_out import By
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.influence_text import finding
from mcmort.present.wording import is_floor

if TYPE_CHECKING:
    from mcmort.bayes.power_scaling import Sensitivity

__all__ = ["InfluenceDocument", "influence_document"]


class QuantilesDocument(Document):
    """A median with both ends of its interval, and their Monte Carlo standard errors."""

    low: float
    median: float
    high: float
    low_error: float
    median_error: float
    high_error: float


class ShiftDocument(Document):
    """By how much a number moves, with its Monte Carlo standard error."""

    value: float
    error: float
    is_sure: bool = Field(description="Whether it is more than 1.96 errors, so that its direction is known.")


class LeftOutDocument(Document):
    """A total without a part of the evidence."""

    name: str = Field(
        description="Of the source, lineage or basis; of a school, the owner of its pool and its lineages."
    )
    status: Status = Field(
        description="ranked; floor (a component loses its last evidence, or all but a register); unsure (the median "
        "moves by less than 1.96 Monte Carlo errors); none (nothing moves); failed (no total, with the reason)."
    )
    rank: int | None = Field(description="By how far the median moves, among those ranked.")
    without: tuple[str, ...] = Field(description="What was left out besides what the draws leave out anyway.")
    figures: tuple[str, ...] = Field(description="Figures behind the total that went with it.")
    total: QuantilesDocument | None
    median: ShiftDocument | None
    low: ShiftDocument | None
    high: ShiftDocument | None
    width: ShiftDocument | None
    unknown: tuple[str, ...] = Field(description="Components that become unknown: they then count nothing.")
    registered_only: tuple[str, ...] = Field(description="Components of which nothing but a register is left.")
    failure: str = Field(description="Why there is no total, or nothing.")


class InfluenceDocument(Frame):
    """What ``mcmort influence CASE -d NAME --format json`` prints."""

    schema_: str = Field("mcmort/influence/2", alias="schema")
    definition: str
    by: By
    text: tuple[str, ...] = Field(description="The finding in sentences.")
    probability: float = Field(description="Of the interval whose ends are low and high.")
    floor: bool = Field(description="Whether the total from all the evidence is a floor already.")
    total: QuantilesDocument
    left_out: tuple[LeftOutDocument, ...] = Field(
        description="Ranked ones first, the farthest shift of the median before the others; then by status."
    )
    untouched: tuple[str, ...] = Field(description="What the case holds of that kind and the total does not rest on.")
    prior_sensitivity: float | None = Field(
        description="Of the total to the power of the priors of a fit; above 0.05 worth a look."
    )
    likelihood_sensitivity: float | None
    receipt: Receipt


def influence_document(influence: Influence, power: Sensitivity | None, receipt: Receipt) -> InfluenceDocument:
    """Return what single parts of the evidence do to a total in the stable JSON schema."""
    total = influence.total
    ranks = {row.left_out.name: rank for rank, row in enumerate(influence.of_status("ranked"), 1)}
    document = InfluenceDocument(
        **frame(total.case, total.draws.manifest),
        definition=total.definition.id,
        by=influence.by,
        text=tuple(finding(influence)),
        probability=influence.probability,
        floor=is_floor(total),
        total=_quantiles(influence.whole.quantiles, influence.whole.errors),
        left_out=tuple(_left_out(row, ranks.get(row.left_out.name)) for row in influence.rows),
        untouched=influence.untouched,
        prior_sensitivity=None if power is None else power.prior,
        likelihood_sensitivity=None if power is None else power.likelihood,
        receipt=receipt,
    )
    return sealed(document, receipt)


def _quantiles(quantiles: tuple[float, ...], errors: tuple[float, ...]) -> QuantilesDocument:
    named = dict(zip(("low", "median", "high"), quantiles, strict=True))
    wrong = dict(zip(("low_error", "median_error", "high_error"), errors, strict=True))
    return QuantilesDocument(**named, **wrong)


def _left_out(row: Without, rank: int | None) -> LeftOutDocument:
    def shift(moved: Shift | None) -> ShiftDocument | None:
        return None if moved is None else ShiftDocument(value=moved.value, error=moved.error, is_sure=moved.is_sure)

    return LeftOutDocument(
        name=row.left_out.name,
        status=row.status,
        rank=rank,
        without=row.left_out.without,
        figures=row.left_out.figures,
        total=None if row.median is None else _quantiles(row.total.quantiles, row.total.errors),
        median=shift(row.median),
        low=shift(row.low),
        high=shift(row.high),
        width=shift(row.width),
        unknown=row.unknown,
        registered_only=row.registered_only,
        failure=row.total.failure,
    )
