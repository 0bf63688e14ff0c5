"""The JSON document of where a number lies among our totals."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.locate import LocatedTotal, Location, Place
from mcmort.analysis.receipt import Receipt
from mcmort.catalogue.records import Claim
from mcmort.catalogue.vocabulary import Measure
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.location_text import location_headline
from mcmort.present.wording import interval_text, is_floor

__all__ = ["LocationDocument", "location_document"]


class NearClaimDocument(Document):
    """An author who prints a number near."""

    id: str
    author: str
    low: float | None
    best: float | None
    high: float | None
    reads: str
    counts: str


class LocatedDocument(Document):
    """The number against one total."""

    name: str = Field(description="The definition, with years and measure where these are not its own.")
    definition: str
    own: bool = Field(description="Whether it is as the case has it, or in the only years that were asked for.")
    measure: Measure
    net: bool
    years: tuple[int, int]
    floor: bool = Field(description="Whether our total can only be read as a minimum.")
    low: float
    median: float
    high: float
    text: str = Field(description="Our interval as tables print it.")
    probability_below: float = Field(description="Probability that our total is at most the number.")
    place: Place = Field(description="Where the number lies: inside our interval, below it or above it.")
    between_pieces: bool = Field(description="Whether it lies in a gap of the 95 % highest-density region.")
    claims: tuple[NearClaimDocument, ...] = Field(description="Those of the same scope that print a number near it.")


class LocationDocument(Frame):
    """What ``mcmort locate --format json`` prints."""

    schema_: str = Field("mcmort/location/1", alias="schema")
    headline: str = Field(description="The sentence that says which definitions hold the number.")
    figure: float
    probability: float = Field(description="Of the intervals.")
    totals: tuple[LocatedDocument, ...] = Field(description="The more central the number, the earlier.")
    others: tuple[NearClaimDocument, ...] = Field(description="Claims near it whose scopes are none of these.")
    empty: dict[str, str] = Field(description="Definitions that count nothing that is known.")
    receipt: Receipt


def location_document(location: Location, receipt: Receipt) -> LocationDocument:
    """Return a location as a document."""
    first = location.rows[0].total
    document = LocationDocument.model_validate(
        {
            "schema": "mcmort/location/1",
            **frame(first.case, first.draws.manifest),
            "headline": location_headline(location),
            "figure": location.figure,
            "probability": location.probability,
            "totals": [_located(row, location.probability) for row in location.rows],
            "others": [_claim(claim) for claim in location.others],
            "empty": location.empty,
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)


def _located(row: LocatedTotal, probability: float) -> dict[str, object]:
    total, interval = row.total, row.summary.interval(probability)
    return {
        "name": row.name,
        "definition": total.definition.id,
        "own": row.is_own,
        "measure": total.definition.measure,
        "net": bool(total.definition.net),
        "years": total.years,
        "floor": is_floor(total),
        "low": interval.low,
        "median": row.summary.median,
        "high": interval.high,
        "text": interval_text(total, row.summary, probability),
        "probability_below": row.below,
        "place": row.place,
        "between_pieces": row.is_between,
        "claims": [_claim(claim) for claim in row.claims],
    }


def _claim(claim: Claim) -> dict[str, object]:
    own = {key: getattr(claim, key) for key in ("id", "author", "low", "best", "high", "counts")}
    return {**own, "reads": claim.reading}
