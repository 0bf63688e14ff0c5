"""Hindcasts by the Bayesian engine: the early figures of each event are a case, which is fitted as any case is.

What the engine presupposes of bias and spread of each class is what all other events teach, kept apart and with what is
not known of either (`LeftOutFigure`). What figures of one event, and of one lineage, have in common is taken from the
whole library.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

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
from mcmort.analysis.measured_errors.refits import Runner, answers_here
from mcmort.analysis.measured_errors.scored_prediction import Prediction, prediction_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.records import Spread
from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import ConvergenceError

if TYPE_CHECKING:
    from mcmort.bayes.evidence import Evidence

__all__ = ["FittedHindcasts", "Refused", "event_evidence", "fitted_event_cases", "fitted_hindcasts", "predict_event"]


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
    library: ErrorLibrary, numbers: LeftOutNumbers, seed: int = 1, *, run: Runner = answers_here
) -> FittedHindcasts | None:
    """Predict every later count of a library by fits of early figures.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    numbers : LeftOutNumbers
        What all events but its own teach of each figure.
    seed : int
        Of the fits.
    run : Runner
        What has fits carried out.

    Returns
    -------
    FittedHindcasts or None
        None where fits are only planned.
    """
    laws = {figure.id: figure.laws for event in numbers.events for figure in event.figures}
    asked = [(pairs, method) for pairs in questions(library) for method in METHODS]
    found = run(predict_event, library, [_request(pairs, method, laws, seed) for pairs, method in asked])
    if found is None:
        return None
    rows, refused = list[Hindcast](), list[Refused]()
    for (pairs, method), answer in zip(asked, found, strict=True):
        if "refused" in answer:
            refused.append(Refused(pairs[0].event, method, answer["refused"]))
            continue
        figures, bounds = evidence_of(pairs)
        prediction = Prediction.from_json(answer)
        rows.append(Hindcast.of(figures, bounds, method, prediction, is_complete=library.is_complete(pairs[0])))
    return FittedHindcasts(tuple(rows), tuple(refused))


def _request(pairs: Sequence[ErrorPair], method: Method, laws: Mapping[str, FigureLaws], seed: int) -> dict[str, Any]:
    """Return the request of `predict_event`, with as much of the laws as its method reads."""
    figures, bounds = evidence_of(pairs)
    read = {} if method == "cases" else {pair.id: laws[pair.id].model_dump() for pair in (*figures, *bounds)}
    return {"pairs": [pair.id for pair in pairs], "method": method, "laws": read, "seed": seed}


def predict_event(library: ErrorLibrary, request: Mapping[str, Any]) -> dict[str, Any]:
    """Fit the early figures of one later count.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    request : mapping
        ``pairs``, the ids of all that was said early; ``method``, what it is taken to be worth; ``laws``, what all
        other events teach of each figure; ``seed`` of the fit.

    Returns
    -------
    dict
        The values of a `Prediction`; or only ``refused``, the reason, where the fit was.
    """
    from mcmort.bayes.inference import values_of

    pairs = [pair for pair in library.pairs if pair.id in request["pairs"]]
    laws = {name: FigureLaws.model_validate(one) for name, one in request["laws"].items()}
    try:
        deaths = values_of(event_evidence(pairs, laws, request["method"]), request["seed"], cores=1)[f"all:{EVENT}"]
    except ConvergenceError as error:
        return {"refused": str(error)}
    return prediction_of(_Drawn(np.sort(deaths)), pairs[0].later).as_json()


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
