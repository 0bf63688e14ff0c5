"""Hindcasts by the Bayesian engine: the early figures of each event are a case, which is fitted as any case is.

What the engine presupposes of bias and spread of each class is what all other events teach, kept apart and with what is
not known of either (`LeftOutFigure`). What figures of one event, and of one lineage, have in common is taken from the
whole library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.measured_errors.error_law import FigureLaws
from mcmort.analysis.measured_errors.hindcast import (
    METHODS,
    SPREADS,
    Hindcast,
    Method,
    evidence_of,
    questions,
)
from mcmort.analysis.measured_errors.hindcast_cases import EVENT, FEWEST_FIGURES, EventCase, case_of
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers
from mcmort.analysis.measured_errors.scored_prediction import Prediction, prediction_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.records import Spread
from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import ConvergenceError

if TYPE_CHECKING:
    from mcmort.bayes.evidence import Evidence

__all__ = ["FittedHindcasts", "Refused", "event_evidence", "fitted_event_cases", "fitted_hindcasts"]


@dataclass(frozen=True)
class Refused:
    """A fit of early figures that was refused, and predicts nothing."""

    event: str
    method: Method
    reason: str


@dataclass(frozen=True)
class FittedHindcasts:
    """Predictions by the Bayesian engine, by event, later figure and method, and the fits that were refused."""

    rows: tuple[Hindcast, ...]
    refused: tuple[Refused, ...]


def fitted_hindcasts(
    library: ErrorLibrary,
    numbers: LeftOutNumbers,
    seed: int = 1,
    *,
    progress: Callable[[int, int], object] | None = None,
) -> FittedHindcasts:
    """Predict every later count of a library by fits of early figures.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    numbers : LeftOutNumbers
        What all events but its own teach of each figure.
    seed : int
        Of the fits.
    progress : callable, optional
        Called with how many fits are done, and of how many.

    Returns
    -------
    FittedHindcasts
    """
    laws = {figure.id: figure.laws for event in numbers.events for figure in event.figures}
    asked = [(pairs, method) for pairs in questions(library) for method in METHODS]
    rows, refused = list[Hindcast](), list[Refused]()
    for done, (pairs, method) in enumerate(asked):
        figures, bounds = evidence_of(pairs)
        try:
            found = _predicted(event_evidence(pairs, laws, method), pairs[0].later, seed)
        except ConvergenceError as error:
            refused.append(Refused(pairs[0].event, method, str(error)))
        else:
            rows.append(Hindcast.of(figures, bounds, method, found, is_complete=library.is_complete(pairs[0])))
        if progress is not None:
            progress(done + 1, len(asked))
    return FittedHindcasts(tuple(rows), tuple(refused))


def fitted_event_cases(library: ErrorLibrary, rows: Sequence[Hindcast]) -> tuple[EventCase, ...]:
    """Return the events of several early figures, as read by default, in the form that the other engine has them in."""
    found = {(row.event, row.prediction.later): row for row in rows if row.method == "corrected"}
    cases = []
    for pairs in questions(library):
        row = found.get((pairs[0].event, pairs[0].later))
        if row is None or len(pairs) < FEWEST_FIGURES:
            continue
        cases.append(
            EventCase(
                event=row.event,
                counts=row.counts,
                is_complete=row.is_complete,
                figures=len(pairs),
                lineages=row.lineages,
                bases=tuple(sorted({pair.basis for pair in pairs})),
                only_assertions=row.only_assertions,
                is_contradiction=False,
                prediction=row.prediction,
            )
        )
    return tuple(cases)


def _predicted(evidence: Evidence, later: float, seed: int) -> Prediction:
    from mcmort.bayes.inference import values_of

    deaths = values_of(evidence, seed, cores=1)[f"all:{EVENT}"]
    return prediction_of(_Drawn(np.sort(deaths)), later)


def event_evidence(pairs: Sequence[ErrorPair], laws: Mapping[str, FigureLaws], method: Method) -> Evidence:
    """Return the evidence of the early figures of one event; assertions are let in only where nothing else was said."""
    from mcmort.bayes.evidence.collect import collect
    from mcmort.bayes.evidence.error_groups import ErrorGroup

    figures, bounds = evidence_of(pairs)
    bases = {pair.basis for pair in (*figures, *bounds)}
    case = case_of([*figures, *bounds])
    if method == "cases":
        return collect(_with_spreads(case), bases)
    evidence = collect(case, bases)
    groups = dict(evidence.errors.groups)
    for datum in evidence.data:
        law = laws[datum.source]
        prior = law.corrected_prior if method == "corrected" else law.found_prior
        groups[datum.group] = ErrorGroup(
            spread=math.exp(prior.log_spread),
            spread_log_sd=prior.log_spread_sd,
            bias=prior.bias,
            bias_sd=prior.bias_sd,
            is_whole_error=True,
            spread_source="",
            bias_source="",
        )
    return replace(evidence, errors=replace(evidence.errors, groups=groups))


def _with_spreads(case: Case) -> Case:
    """Give each basis the spread that the shipped cases gave it before errors were measured."""
    spread = {basis: Spread(log_sd=SPREADS[basis], source="readings", locator="shipped cases") for basis in BASES}
    return replace(case, head=case.head.model_copy(update={"spread": spread}))


class _Drawn:
    """The empirical distribution of sorted draws."""

    def __init__(self, draws: NDArray[np.float64]) -> None:
        self.draws = draws

    def ppf(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        return np.quantile(self.draws, probabilities)

    def cdf(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of draws that are at most so large."""
        return np.searchsorted(self.draws, values, side="right") / len(self.draws)
