"""The JSON document of deaths per population."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from mcmort.analysis import Summary
from mcmort.analysis.rates import SummarisedRate
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.tables.rates_table import rates_headline
from mcmort.present.wording import is_floor

__all__ = ["RatesDocument", "rates_document"]


class RangeDocument(Document):
    """A median with the ends of the interval, whose probability the document says."""

    low: float
    median: float
    high: float


class RateDocument(Document):
    """A total as a share of its population at risk."""

    case: str
    case_digest: str
    definition: str
    label: str
    years: tuple[int, int]
    floor: bool = Field(description="Whether the total can only be read as a minimum.")
    population: str = Field(description="Id of the quantity.")
    population_label: str
    population_years: tuple[int, int]
    territory: str
    drawn_apart: bool = Field(description="Whether the population is of its pooled figures, beside a fit without it.")
    deaths: RangeDocument
    people: RangeDocument
    per_thousand: RangeDocument
    beyond: float = Field(description="Probability that more died than were at risk.")


class RatesDocument(Frame):
    """What ``mcmort rates --format json`` prints: all rates, in the frame of the first case."""

    schema_: str = Field("mcmort/rates/1", alias="schema")
    headline: str
    probability: float = Field(description="Of the intervals.")
    rates: tuple[RateDocument, ...]
    receipt: Receipt = Field(description="Of the first case, with those of the others beside.")


def rates_document(rows: Sequence[SummarisedRate], receipt: Receipt, interval: float) -> RatesDocument:
    """Return deaths per population as a document."""
    first = rows[0].rate.total
    document = RatesDocument.model_validate(
        {
            "schema": "mcmort/rates/1",
            **frame(first.case, first.draws.manifest),
            "headline": rates_headline(rows, interval),
            "probability": interval,
            "rates": tuple(_rate(row, interval) for row in rows),
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)


def _rate(row: SummarisedRate, interval: float) -> RateDocument:
    total, population = row.rate.total, row.rate.population
    return RateDocument(
        case=total.case.id,
        case_digest=total.case.digest,
        definition=total.definition.id,
        label=total.definition.label,
        years=total.years,
        floor=is_floor(total),
        population=population.id,
        population_label=population.label,
        population_years=population.years,
        territory=population.territory,
        drawn_apart=row.rate.is_drawn_apart,
        deaths=_range(row.deaths, interval),
        people=_range(row.people, interval),
        per_thousand=_range(row.per_thousand, interval),
        beyond=row.beyond.value,
    )


def _range(summary: Summary, interval: float) -> RangeDocument:
    ends = summary.interval(interval)
    return RangeDocument(low=ends.low, median=summary.median, high=ends.high)
