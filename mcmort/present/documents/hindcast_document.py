"""The JSON document of hindcasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from mcmort.analysis.library_receipt import LibraryReceipt
from mcmort.analysis.measured_errors.before_archives import EarlyClaim
from mcmort.analysis.measured_errors.hindcast import Hindcast, Method
from mcmort.analysis.measured_errors.hindcast_cases import EventCase
from mcmort.analysis.measured_errors.hindcast_fits import Refused
from mcmort.analysis.measured_errors.hindcast_scores import HindcastScore
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers
from mcmort.analysis.measured_errors.scored_prediction import Prediction
from mcmort.present.documents.frame import Document, finite_or_none, sealed
from mcmort.results import Engine

__all__ = ["HindcastDocument", "hindcast_document"]


class LevelDocument(Document):
    """An interval of a prediction, and whether it held."""

    level: float
    low: float
    high: float
    held: bool


class PredictedDocument(Document):
    """What was predicted of a later count, and how it did."""

    median: float
    intervals: tuple[LevelDocument, ...]
    pit: float
    crps: float
    interval_score: float


class PredictionDocument(PredictedDocument):
    """A later count beside its prediction."""

    event: str
    counts: str
    frame: str
    method: Method
    pairs: tuple[str, ...] = Field(description="Early figures in the pool, and bounds.")
    lineages: int
    only_assertions: bool
    later: float


class CoverageDocument(Document):
    """How often intervals held, with the 95 % interval of that share."""

    level: float
    held: float
    low: float
    high: float


class ScoreDocument(Document):
    """How a method did on a group of events."""

    group: str
    method: Method
    events: int
    counts: int
    coverage: tuple[CoverageDocument, ...]
    width: float
    crps: float
    crps_error: float | None
    interval_score: float
    interval_score_error: float | None
    pit: tuple[float, ...]


class EventCaseDocument(PredictedDocument):
    """A later count beside what a case of all early figures of its event predicted, read by default."""

    event: str
    counts: str
    figures: int
    lineages: int
    bases: tuple[str, ...]
    only_assertions: bool
    is_contradiction: bool = Field(description="Whether bounds contradicted every figure, and were set aside.")
    later: float


class EarlyClaimDocument(PredictedDocument):
    """A claim from before the archives opened, beside what they show."""

    claim: str
    said: int
    basis: str
    method: Method
    figure: float
    shown: float
    shown_low: float
    shown_high: float


class HindcastDocument(Document):
    """What ``mcmort hindcast --format json`` prints."""

    schema_: str = Field("mcmort/hindcast/1", alias="schema")
    digest: str = Field(description="Of the pairs.")
    scores: tuple[ScoreDocument, ...]
    predictions: tuple[PredictionDocument, ...]
    engine: Engine
    refused: tuple[str, ...] = Field(description="Events whose fits were refused by a method, and predict nothing.")
    cases: tuple[EventCaseDocument, ...] = Field(description="Events with several early figures, each as a case.")
    archives: tuple[EarlyClaimDocument, ...] = Field(description="Claims about the Soviet Union from before 1989.")
    numbers: LeftOutNumbers = Field(description="What all events but its own teach of each figure.")
    receipt: LibraryReceipt


def hindcast_document(
    digest: str,
    scores: Sequence[HindcastScore],
    rows: Sequence[Hindcast],
    cases: Sequence[EventCase],
    archives: Sequence[EarlyClaim],
    numbers: LeftOutNumbers,
    receipt: LibraryReceipt,
    refused: Sequence[Refused] = (),
) -> HindcastDocument:
    """Return hindcasts as a document."""
    document = HindcastDocument(
        schema="mcmort/hindcast/1",
        digest=digest,
        engine=receipt.engine,
        refused=tuple(f"{one.event}, {one.method}" for one in refused),
        scores=tuple(map(_score, scores)),
        predictions=tuple(map(_event_prediction, rows)),
        cases=tuple(map(_event_case, cases)),
        archives=tuple(map(_early_claim, archives)),
        numbers=numbers,
        receipt=receipt,
    )
    return sealed(document, receipt)


def _score(one: HindcastScore) -> ScoreDocument:
    return ScoreDocument(
        group=one.group,
        method=one.method,
        events=one.events,
        counts=one.counts,
        coverage=tuple(CoverageDocument(**vars(found)) for found in one.coverage),
        width=one.width,
        crps=one.crps,
        crps_error=finite_or_none(one.crps_error),
        interval_score=one.interval_score,
        interval_score_error=finite_or_none(one.interval_score_error),
        pit=one.pit,
    )


def _event_prediction(row: Hindcast) -> PredictionDocument:
    return PredictionDocument(
        frame=row.frame,
        method=row.method,
        pairs=row.pairs,
        **_of_event(row),
    )


def _event_case(row: EventCase) -> EventCaseDocument:
    return EventCaseDocument(
        figures=row.figures,
        bases=row.bases,
        is_contradiction=row.is_contradiction,
        **_of_event(row),
    )


def _of_event(row: Hindcast | EventCase) -> dict[str, Any]:
    """Return what documents of pairs and of cases say of an event alike."""
    return {
        "event": row.event,
        "counts": row.counts,
        "lineages": row.lineages,
        "only_assertions": row.only_assertions,
        "later": row.prediction.later,
        **_predicted(row.prediction),
    }


def _early_claim(row: EarlyClaim) -> EarlyClaimDocument:
    return EarlyClaimDocument(
        claim=row.claim,
        said=row.said,
        basis=row.basis,
        method=row.method,
        figure=row.figure,
        shown=row.prediction.later,
        shown_low=row.shown_interval.low,
        shown_high=row.shown_interval.high,
        **_predicted(row.prediction),
    )


def _predicted(prediction: Prediction) -> dict[str, Any]:
    """Return the values of a `PredictedDocument`."""
    return {
        "median": prediction.median,
        "intervals": tuple(
            LevelDocument(level=level, low=low, high=high, held=prediction.holds(level))
            for level, (low, high) in prediction.intervals.items()
        ),
        "pit": prediction.pit,
        "crps": prediction.crps,
        "interval_score": prediction.interval_score,
    }
