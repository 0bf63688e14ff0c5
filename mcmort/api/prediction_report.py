"""Predictions of what the next source would print for a total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcmort.analysis.prediction import PredictedFigure, PredictionRequest, TotalPredictions, predictions_of
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.summary import reported_probabilities
from mcmort.api.printed import IntervalReport
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions import DefinitionChanges
from mcmort.present.documents.prediction_document import PredictionDocument, prediction_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.prediction_table import prediction_headline, prediction_table
from mcmort.totals import DrawSource, definition_of, resolve

__all__ = ["PredictionReport", "again", "predict", "predict_with"]


class PredictionReport(IntervalReport[TotalPredictions]):
    """What the next source of each of some bases would print for a total; `result` has the total and the figures."""

    @property
    def figures(self) -> tuple[PredictedFigure, ...]:
        """The predictions, one for each basis."""
        return self.result.figures

    @property
    def headline(self) -> str:
        """The sentence that says the finding."""
        return prediction_headline(self.result, self.interval)

    def document(self) -> PredictionDocument:
        """Return the predictions in the stable JSON schema."""
        return prediction_document(self.result, self.receipt, self.interval)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of predictions."""
        del whole
        return (prediction_table(self.result, self.interval),)


@checked_arguments
def predict(
    draws: DrawSource,
    definition: str,
    *,
    bases: Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Sequence[str]]] = (),
    exclude: Sequence[Mapping[str, Sequence[str]]] = (),
    interval: float = 0.95,
) -> PredictionReport:
    """Predict what the next source would print for a total; not an interval for the truth, but for one more figure.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate`, `mcmort.Sampler` or `mcmort.fit`.
    definition : str
        Name of a definition of the case.
    bases : sequence of str, optional
        How the source gets its figure; by default each way of the case's figures of deaths that it admits, or to which
        it gives a spread.
    years, measure, net, include, exclude
        Changes to the definition; see `mcmort.total`.
    interval : float
        Probability of the intervals.

    Returns
    -------
    PredictionReport
        Prints itself.

    Raises
    ------
    UsageError
        If there is no such basis.

    Examples
    --------
    >>> import mcmort as mm
    >>> sampler = mm.Sampler(mm.load("ussr"), 2_000, rng=1)
    >>> (figure,) = mm.predict(sampler, "broad", bases=["testimony"]).figures
    >>> figure.low < mm.total(sampler, "broad").summary.interval(0.95).low
    True
    """
    changes = DefinitionChanges.checked(
        years=years, measure=measure, net=net, include=tuple(include), exclude=tuple(exclude)
    )
    return predict_with(draws, definition, changes, bases=bases, interval=interval)


def predict_with(
    draws: DrawSource,
    definition: str,
    changes: DefinitionChanges,
    *,
    bases: Sequence[str] | None = None,
    interval: float = 0.95,
) -> PredictionReport:
    """Predict the next source of a total under a definition with changes; see `predict`."""
    probabilities = reported_probabilities(interval)
    resolved = resolve(draws.case, definition_of(draws.case, definition, changes))
    result = predictions_of(draws, resolved, bases, interval, probabilities)
    request = PredictionRequest(
        definitions=(definition,), bases=None if bases is None else tuple(bases), **dict(changes)
    )
    receipt = receipt_of(request, [result.total], draws, interval=interval)
    return PredictionReport(result, receipt, interval)


def again(draws: DrawSource, request: PredictionRequest, receipt: Receipt) -> PredictionReport:
    """Predict again from a receipt."""
    return predict_with(draws, request.definition, request.changes, bases=request.bases, interval=receipt.interval)
