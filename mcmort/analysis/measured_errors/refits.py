"""Fits of the model of measured errors as requests that are answered in plain values: to all events, and without some.

Each is a pure function of a library and a request, so that it may run as a task, here or elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mcmort.analysis.measured_errors.error_law import figure_laws
from mcmort.analysis.measured_errors.fitted import FittedErrors, fitted_errors
from mcmort.analysis.measured_errors.single_events import medians, moved_medians, single_events
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.errors import ConvergenceError

if TYPE_CHECKING:
    from mcmort.bayes.measured_errors import Design, Fit

__all__ = [
    "Figure",
    "Runner",
    "answers_here",
    "event_names",
    "fit_whole",
    "fit_without",
    "not_weighed",
    "refitted_errors",
    "request_without",
    "whole_fit",
    "without_fits",
]

type Runner = Callable[
    [Callable[[ErrorLibrary, Mapping[str, Any]], dict[str, Any]], ErrorLibrary, Sequence[dict[str, Any]]],
    list[dict[str, Any]] | None,
]
"""Has requests of one function about a library answered; None where that is only planned."""


@dataclass(frozen=True)
class Figure:
    """A figure of which it is asked what to expect: its id, its class, and whether it is late."""

    id: str
    cell: str
    is_late: bool

    @classmethod
    def of(cls, pair: ErrorPair) -> Figure:
        """Return the early figure of a pair."""
        return cls(pair.id, pair.cell, pair.lag > 0)


def answers_here(
    function: Callable[[ErrorLibrary, Mapping[str, Any]], dict[str, Any]],
    library: ErrorLibrary,
    requests: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Answer requests in this process, one after another."""
    return [function(library, request) for request in requests]


def event_names(library: ErrorLibrary) -> list[str]:
    """Return the events that the model knows, in the order of its design."""
    return sorted({pair.event for pair in library.pairs if pair.measures_error})


def fit_whole(library: ErrorLibrary, request: Mapping[str, Any]) -> dict[str, Any]:
    """Fit the model to all events, and leave each out by importance sampling.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    request : mapping
        ``seed`` of the sampler.

    Returns
    -------
    dict
        ``fitted``, the numbers of `FittedErrors`; ``medians`` with their errors; and by event ``left_out``: the
        diagnostic ``khat``, the ``laws`` of its figures, and the medians ``moved`` by leaving it out. Where the chains
        do not agree only ``refused``, the reason.
    """
    from mcmort.bayes.measured_errors import design_of, fit_errors
    from mcmort.bayes.measured_errors.left_out import leave_out

    design = design_of(library)
    try:
        fit = fit_errors(design, request["seed"])
    except ConvergenceError as error:
        return {"refused": str(error)}
    names = event_names(library)
    left = [leave_out(fit, [index]) for index in range(len(names))]
    moved = moved_medians(fit, [one.weights for one in left])
    events = {}
    for index, name in enumerate(names):
        figures = [Figure.of(pair) for pair in library.pairs if pair.event == name]
        events[name] = {
            "khat": left[index].khat if np.isfinite(left[index].khat) else None,
            "laws": _laws(fit, left[index].weights, design, [index], figures),
            "moved": moved[index],
        }
    fitted = fitted_errors(fit, library, request["seed"]).model_dump(mode="json", by_alias=True)
    return {"fitted": fitted, "medians": medians(fit), "left_out": events}


def fit_without(library: ErrorLibrary, request: Mapping[str, Any]) -> dict[str, Any]:
    """Fit the model without some events.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    request : mapping
        ``events``, their names; ``figures``, of which it is asked what to expect; ``seed`` of the sampler.

    Returns
    -------
    dict
        ``laws`` of the figures, and ``medians`` with their errors; or only ``refused``, the reason.
    """
    from mcmort.bayes.measured_errors import design_of, fit_errors
    from mcmort.bayes.measured_errors.left_out import leave_out, without

    names, design = event_names(library), design_of(library)
    out = [names.index(name) for name in request["events"]]
    try:
        fit = fit_errors(without(design, out), request["seed"])
    except ConvergenceError as error:
        return {"refused": str(error)}
    figures = [Figure(**one) for one in request["figures"]]
    every = leave_out(fit, []).weights
    return {"laws": _laws(fit, every, design, out, figures), "medians": medians(fit)}


def _laws(
    fit: Fit, weights: Any, design: Design, out: Sequence[int], figures: Sequence[Figure]
) -> list[dict[str, Any]]:
    """Return what to expect of figures, in their order; `design` has all events, of which some are `out`."""
    from mcmort.bayes.measured_errors import independent

    found = []
    for one in figures:
        laws = figure_laws(fit, weights, one.cell, is_late=one.is_late, events=independent(design, one.cell, out))
        found.append({"id": one.id, "laws": laws.model_dump()})
    return found


def request_without(events: Sequence[str], figures: Sequence[Figure], seed: int) -> dict[str, Any]:
    """Return the request of `fit_without`."""
    return {"events": list(events), "figures": [asdict(one) for one in figures], "seed": seed}


def whole_fit(library: ErrorLibrary, seed: int, run: Runner) -> dict[str, Any] | None:
    """Have the model fitted to all events; see `fit_whole`. None where that is only planned."""
    found = run(fit_whole, library, [{"seed": seed}])
    return None if found is None else _accepted(found[0], "all events")


def not_weighed(whole: Mapping[str, Any]) -> list[str]:
    """Return the events that importance sampling cannot be relied on to leave out."""
    from mcmort.bayes.measured_errors.left_out import LIMIT

    return [name for name, one in whole["left_out"].items() if one["khat"] is None or one["khat"] > LIMIT]


def without_fits(
    library: ErrorLibrary, events: Sequence[str], seed: int, run: Runner, more: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]] | None:
    """Have the model fitted without each of some events, asking what to expect of their own figures.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    events : sequence of str
        Left out one at a time.
    seed : int
        Of the sampler.
    run : Runner
        What has requests answered.
    more : sequence of dict
        Other requests of `fit_without`, answered after them.

    Returns
    -------
    list of dict or None
        See `fit_without`; None where that is only planned.

    Raises
    ------
    ConvergenceError
        If the chains of a fit do not agree.
    """
    requests = [
        request_without([event], [Figure.of(pair) for pair in library.pairs if pair.event == event], seed)
        for event in events
    ]
    requests += more
    found = run(fit_without, library, requests) if requests else []
    if found is None:
        return None
    return [
        _accepted(one, f"all events but {', '.join(request['events'])}")
        for one, request in zip(found, requests, strict=True)
    ]


def refitted_errors(library: ErrorLibrary, seed: int = 1, run: Runner = answers_here) -> FittedErrors | None:
    """Fit the model anew, and say how much of its numbers rests on single events.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    seed : int
        Of the sampler.
    run : Runner
        What has requests answered.

    Returns
    -------
    FittedErrors or None
        None where fits are only planned.
    """
    whole = whole_fit(library, seed, run)
    if whole is None:
        return None
    again = not_weighed(whole)
    refits = without_fits(library, again, seed, run)
    if refits is None:
        return None
    fitted = FittedErrors.model_validate(whole["fitted"])
    carried = single_events(
        whole["medians"],
        {name: one["moved"] for name, one in whole["left_out"].items()},
        {name: one["medians"] for name, one in zip(again, refits, strict=True)},
        list(dict.fromkeys([*(row.name for row in fitted.classes), *(row.name for row in fitted.bases)])),
    )
    return fitted.model_copy(update={"single_events": carried})


def _accepted(answer: dict[str, Any], of: str) -> dict[str, Any]:
    """Return an answer that is no refusal."""
    if "refused" in answer:
        raise ConvergenceError(f"{of}: {answer['refused']}")
    return answer
