"""The JSON document of probabilities of a total."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis import Summary, summarise
from mcmort.analysis.receipt import Receipt
from mcmort.analysis.total_probabilities import EventKind, TotalProbabilities
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.probability_text import Reading, event_label, event_probability, probability_headline, reading_of
from mcmort.present.wording import is_floor
from mcmort.totals import Total

__all__ = ["ProbabilityDocument", "probability_document"]


class TotalSide(Document):
    """A total of which probabilities are said."""

    case: str
    case_digest: str
    definition: str
    label: str
    years: tuple[int, int]
    net: bool
    measure: str
    floor: bool = Field(description="Whether the total can only be read as a minimum.")
    probability: float = Field(description="Of the interval.")
    low: float
    median: float
    high: float


class EventDocument(Document):
    """What may be true of the total."""

    kind: EventKind
    above: float | None
    below: float | None
    probability: float = Field(description="Share of the draws.")
    error: float = Field(description="Its Monte Carlo standard error.")
    low: float = Field(description="Lower end of its 95 % Monte Carlo interval.")
    high: float = Field(description="Upper end of it.")
    reading: Reading = Field(description="Whether the probability is a bound, the total being one.")
    label: str
    text: str = Field(description="The probability as tables print it.")


class ProbabilityDocument(Frame):
    """What ``mcmort probability --format json`` prints."""

    schema_: str = Field("mcmort/probability/1", alias="schema")
    headline: str
    total: TotalSide
    other: TotalSide | None = Field(description="The total that it is compared with.")
    same_draws: bool = Field(description="Whether both totals are of the same draws; else they are independent.")
    events: tuple[EventDocument, ...]
    receipt: Receipt


def probability_document(result: TotalProbabilities, receipt: Receipt, interval: float) -> ProbabilityDocument:
    """Return probabilities of a total as a document."""
    other = None
    if result.other is not None:
        summary = summarise(result.other.values, (interval,), shortest=False, chains=result.other.chains)
        other = _side(result.other, summary, interval)
    document = ProbabilityDocument.model_validate(
        {
            "schema": "mcmort/probability/1",
            **frame(result.total.case, result.total.draws.manifest),
            "headline": probability_headline(result, interval),
            "total": _side(result.total, result.summary, interval),
            "other": other,
            "same_draws": result.is_same_draws,
            "events": tuple(
                EventDocument(
                    kind=event.kind,
                    above=event.above,
                    below=event.below,
                    probability=event.probability.value,
                    error=event.probability.error,
                    low=event.probability.low,
                    high=event.probability.high,
                    reading=reading_of(result, event),
                    label=event_label(result, event),
                    text=event_probability(result, event),
                )
                for event in result.events
            ),
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)


def _side(total: Total, summary: Summary, interval: float) -> TotalSide:
    ends = summary.interval(interval)
    return TotalSide(
        case=total.case.id,
        case_digest=total.case.digest,
        definition=total.definition.id,
        label=total.definition.label,
        years=total.years,
        net=bool(total.definition.net),
        measure=total.definition.measure,
        floor=is_floor(total),
        probability=interval,
        low=ends.low,
        median=summary.median,
        high=ends.high,
    )
