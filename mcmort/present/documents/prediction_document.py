"""The JSON document of predictions of the next source."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.prediction import PredictedFigure, TotalPredictions
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, finite_or_none, frame, sealed
from mcmort.present.tables.prediction_table import figure_rounding, prediction_headline
from mcmort.present.wording import is_floor

__all__ = ["PredictionDocument", "prediction_document"]


class PredictedTotal(Document):
    """The total of which the next figure is predicted."""

    definition: str
    label: str
    years: tuple[int, int]
    floor: bool = Field(description="Whether the total can only be read as a minimum.")
    low: float
    median: float
    high: float


class FigureDocument(Document):
    """What the next source of a basis would print; not an interval for the truth."""

    basis: str
    log_spread: float = Field(description="Scale of the logarithm of a figure about the total.")
    log_bias: float | None = Field(description="What figures are off together, on the logarithm; null if none is said.")
    informed: bool = Field(description="Whether a fit has learnt them from figures of this basis.")
    low: float
    low_error: float | None
    median: float
    median_error: float | None
    high: float
    high_error: float | None
    text: str = Field(description="Both ends as tables print them.")


class PredictionDocument(Frame):
    """What ``mcmort predict --format json`` prints."""

    schema_: str = Field("mcmort/prediction/1", alias="schema")
    headline: str
    probability: float = Field(description="Of the intervals.")
    total: PredictedTotal
    figures: tuple[FigureDocument, ...]
    receipt: Receipt


def prediction_document(result: TotalPredictions, receipt: Receipt, interval: float) -> PredictionDocument:
    """Return predictions as a document."""
    total, ends = result.total, result.summary.interval(interval)
    document = PredictionDocument.model_validate(
        {
            "schema": "mcmort/prediction/1",
            **frame(total.case, total.draws.manifest),
            "headline": prediction_headline(result, interval),
            "probability": interval,
            "total": PredictedTotal(
                definition=total.definition.id,
                label=total.definition.label,
                years=total.years,
                floor=is_floor(total),
                low=ends.low,
                median=result.summary.median,
                high=ends.high,
            ),
            "figures": tuple(_figure(figure) for figure in result.figures),
            "receipt": receipt,
        }
    )
    return sealed(document, receipt)


def _figure(figure: PredictedFigure) -> FigureDocument:
    return FigureDocument(
        basis=figure.basis,
        log_spread=figure.spread,
        log_bias=figure.bias,
        informed=figure.is_informed,
        low=figure.low,
        low_error=finite_or_none(figure.low_error),
        median=figure.median,
        median_error=finite_or_none(figure.median_error),
        high=figure.high,
        high_error=finite_or_none(figure.high_error),
        text=figure_rounding(figure).span(figure.low, figure.high),
    )
