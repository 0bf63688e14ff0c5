"""Hindcasts: the later count of each event, predicted from its early figures by the rules of the elicited engine.

For each event and each later figure of it, the early figures become distributions, lineages count once in a linear
pool, bounds act on the pool. Assertions are let in only where nothing else was said. What a figure is worth (`Method`)
is either what the shipped cases gave its basis before errors were measured, or what all other events teach.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from mcmort.analysis.measured_errors.error_law import ErrorLaw, FigureLaws
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers
from mcmort.analysis.measured_errors.scored_prediction import Prediction, prediction_of
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.vocabulary import Basis
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Bound, Pool
from mcmort.errors import FitError

__all__ = [
    "METHODS",
    "SPREADS",
    "Hindcast",
    "Method",
    "evidence_of",
    "hindcasts",
    "law_of",
    "predicted",
    "questions",
]

Method = Literal["cases", "corrected", "as-found"]
"""What figures are taken to be worth: as in the shipped cases; as measured and corrected for selection; as measured."""

METHODS: Final[tuple[Method, ...]] = ("cases", "corrected", "as-found")
SPREADS: Final[Mapping[Basis, float]] = {
    "registered": 0.03,
    "registered-adjusted": 0.1,
    "demographic": 0.15,
    "survey": 0.175,
    "multiple-systems": 0.175,
    "exhumation": 0.5,
    "testimony": 0.5,
    "synthesis": 0.2,
    "assertion": 0.5,
}
"""Spread of a point by basis: medians over the cases that shipped when errors were first measured.

None of them had multiple-systems estimates, which are given what surveys have.
"""
_SCORE: Final = 1.6448536269514722


@dataclass(frozen=True)
class Hindcast:
    """A later count beside what was predicted of it.

    Attributes
    ----------
    event, counts : str
        The event, and what is counted.
    frame : str
        How the event came to be in the library.
    is_complete : bool
        Whether its frame was fixed before the errors were known.
    method : {"cases", "corrected", "as-found"}
        What early figures were taken to be worth.
    pairs : tuple of str
        Ids of the early figures in the pool, and of the bounds.
    lineages : int
        In the pool.
    only_assertions : bool
        Whether nothing but assertions was there.
    prediction : Prediction
        Of the later count.
    """

    event: str
    counts: str
    frame: str
    is_complete: bool
    method: Method
    pairs: tuple[str, ...]
    lineages: int
    only_assertions: bool
    prediction: Prediction

    @classmethod
    def of(
        cls,
        figures: Sequence[ErrorPair],
        bounds: Sequence[ErrorPair],
        method: Method,
        found: Prediction,
        *,
        is_complete: bool,
    ) -> Hindcast:
        """Put a prediction beside the later count of its early figures and bounds."""
        first = figures[0]
        return cls(
            event=first.event,
            counts=first.counts,
            frame=first.frame,
            is_complete=is_complete,
            method=method,
            pairs=tuple(pair.id for pair in (*figures, *bounds)),
            lineages=len({pair.lineage for pair in figures}),
            only_assertions=all(pair.basis == "assertion" for pair in figures),
            prediction=found,
        )


def hindcasts(library: ErrorLibrary, numbers: LeftOutNumbers) -> tuple[Hindcast, ...]:
    """Predict every later count of a library from early figures.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    numbers : LeftOutNumbers
        What all events but its own teach of each figure.

    Returns
    -------
    tuple of Hindcast
        By event, later figure and method.
    """
    laws = {figure.id: figure.laws for event in numbers.events for figure in event.figures}
    rows = []
    for pairs in questions(library):
        first = pairs[0]
        figures, bounds = evidence_of(pairs)
        for method in METHODS:
            pool = _pool(figures, bounds, laws, method)
            found = prediction_of(pool, first.later)
            rows.append(Hindcast.of(figures, bounds, method, found, is_complete=library.is_complete(first)))
    return tuple(rows)


def questions(library: ErrorLibrary) -> list[list[ErrorPair]]:
    """Group pairs by event and later figure; those of which no early figure measures an error ask nothing."""
    groups: dict[tuple[str, float], list[ErrorPair]] = {}
    for pair in library.pairs:
        if pair.scope in ("equal", "cases") and pair.later_is == "count":
            groups.setdefault((pair.event, pair.later), []).append(pair)
    return [groups[key] for key in sorted(groups) if any(pair.measures_error for pair in groups[key])]


def evidence_of(pairs: Sequence[ErrorPair]) -> tuple[list[ErrorPair], list[ErrorPair]]:
    """Return the figures that a pool admits, and the bounds: assertions only where nothing else was said."""
    figures = [pair for pair in pairs if pair.measures_error]
    better = [pair for pair in figures if pair.basis != "assertion"]
    bounds = [pair for pair in pairs if not pair.measures_error and pair.basis != "assertion"]
    return better or figures, bounds


def _pool(
    figures: Sequence[ErrorPair], bounds: Sequence[ErrorPair], laws: Mapping[str, FigureLaws], method: Method
) -> Pool:
    """Pool figures: each lineage weighs the same, and its figures share that."""
    lines = [pair.lineage for pair in figures]
    weights = [1.0 / (lines.count(line) * len(set(lines))) for line in lines]
    members = tuple(
        (weight, predicted(pair.low, pair.best, pair.high, _law(pair, laws, method), stretch=method == "cases"))
        for weight, pair in zip(weights, figures, strict=True)
    )
    soft = tuple(
        Bound("at-most" if pair.reads == "up-to" else "at-least", pair.early, _law(pair, laws, method).log_sd)
        for pair in bounds
    )
    pool = Pool(members, soft)
    try:
        pool.ppf(np.array([0.5]))
    except FitError:  # bounds that contradict every figure: the engine asks which is wrong, a hindcast cannot
        return Pool(members)
    return pool


def _law(pair: ErrorPair, laws: Mapping[str, FigureLaws], method: Method) -> ErrorLaw:
    return law_of(pair.basis, laws[pair.id], method)


def law_of(basis: Basis, laws: FigureLaws, method: Method) -> ErrorLaw:
    """Return what a figure is worth by a method."""
    if method == "cases":
        return ErrorLaw(bias=0.0, log_sd=SPREADS[basis])
    return laws.corrected if method == "corrected" else laws.found


def predicted(
    low: float | None, best: float | None, high: float | None, law: ErrorLaw, *, stretch: bool
) -> Distribution:
    """Return what a printed figure says of the true number.

    Parameters
    ----------
    low, best, high : float or None
        As printed: a best figure, two ends, or all three.
    law : ErrorLaw
        What such figures are worth.
    stretch : bool
        Whether the ends of a range are taken as they are printed, for its middle nine tenths, as the cases do. Else a
        range is as uncertain as its class has proved to be, or as its author says if that is more.

    Returns
    -------
    Distribution
        Lognormal.
    """
    if low is None or high is None:
        assert best is not None
        return Distribution("lognormal", (math.log(best) - law.bias, law.log_sd))
    half = math.log(high / low) / 2.0 / _SCORE
    middle = math.log(low * high) / 2.0
    if stretch and half > 0.0:
        return Distribution("lognormal", (middle, half))
    centre = middle if best is None else math.log(best)
    return Distribution("lognormal", (centre - law.bias, max(law.log_sd, half)))
