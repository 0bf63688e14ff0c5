"""Hindcasts of cases: events with several early figures, written as cases without a spread and elicited by default.

Nothing of the elicited engine is repeated here: figures become estimates of one component, their speakers sources dated
by the year in which they spoke, and the engine reads them by what all other events teach. Assertions are admitted only
where no other figure is there, as a user would have to ask for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcmort.analysis.measured_errors.hindcast import questions
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers
from mcmort.analysis.measured_errors.scored_prediction import Prediction, prediction_of
from mcmort.catalogue.case import Case, CaseHead
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.measured_errors.spreads import laws_in_place
from mcmort.catalogue.records import Component, Source
from mcmort.catalogue.vocabulary import BASES
from mcmort.elicit.pool import Pool
from mcmort.elicit.priors import elicit
from mcmort.errors import CaseError

__all__ = ["EVENT", "FEWEST_FIGURES", "EventCase", "case_of", "event_cases"]

FEWEST_FIGURES: Final = 3
"""Early figures, bounds and assertions among them, from which on an event is a case of its own."""
EVENT: Final = "event"
"""Id of the case, and of its one component."""
_READINGS: Final = {"as-few-as": "at-least"}


@dataclass(frozen=True)
class EventCase:
    """A later count beside what a case of all early figures of its event predicted.

    Attributes
    ----------
    event, counts : str
        The event, and what is counted.
    is_complete : bool
        Whether its frame was fixed before the errors were known.
    figures, lineages : int
        Early figures, and lineages of those in the pool.
    bases : tuple of str
        Of all figures, sorted.
    only_assertions : bool
        Whether assertions had to be let in, since nothing else was there.
    is_contradiction : bool
        Whether bounds contradicted every figure, so that they had to be set aside.
    prediction : Prediction
        Of the later count, by the case.
    """

    event: str
    counts: str
    is_complete: bool
    figures: int
    lineages: int
    bases: tuple[str, ...]
    only_assertions: bool
    is_contradiction: bool
    prediction: Prediction


def event_cases(library: ErrorLibrary, numbers: LeftOutNumbers) -> tuple[EventCase, ...]:
    """Predict the later count of each event of several early figures by a case of its own.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    numbers : LeftOutNumbers
        What all events but its own teach of each figure: that is in place of what the whole library teaches.

    Returns
    -------
    tuple of EventCase
        By event.
    """
    laws = {figure.id: figure.laws.corrected for event in numbers.events for figure in event.figures}
    rows = []
    for pairs in questions(library):
        if len(pairs) < FEWEST_FIGURES:
            continue
        own = {(pair.cell, pair.lag > 0): (laws[pair.id].bias, laws[pair.id].log_sd) for pair in pairs}
        with laws_in_place(own):
            rows.append(_predicted(library, pairs))
    return tuple(rows)


def _predicted(library: ErrorLibrary, pairs: Sequence[ErrorPair]) -> EventCase:
    better = [pair for pair in pairs if pair.measures_error and pair.basis != "assertion"]
    bases = frozenset(basis for basis in BASES if basis != "assertion") if better else frozenset(BASES)
    pool, is_contradiction = _pool(pairs, bases)
    admitted = better or [pair for pair in pairs if pair.measures_error]
    first = pairs[0]
    return EventCase(
        event=first.event,
        counts=first.counts,
        is_complete=library.is_complete(first),
        figures=len(pairs),
        lineages=len({pair.lineage for pair in admitted}),
        bases=tuple(sorted({pair.basis for pair in pairs})),
        only_assertions=not better,
        is_contradiction=is_contradiction,
        prediction=prediction_of(pool, first.later),
    )


def _pool(pairs: Sequence[ErrorPair], bases: frozenset[str]) -> tuple[Pool, bool]:
    """Elicit the case; where the engine finds that bounds contradict every figure, without them, as it advises."""
    try:
        pool = elicit(case_of(pairs), bases).components[EVENT].all
        is_contradiction = False
    except CaseError:
        pool = elicit(case_of([pair for pair in pairs if pair.measures_error]), bases).components[EVENT].all
        is_contradiction = True
    assert pool is not None
    return pool, is_contradiction


def case_of(pairs: Sequence[ErrorPair]) -> Case:
    """Return a case of the early figures of one event, with no spread of its own.

    Parameters
    ----------
    pairs : sequence of ErrorPair
        Of one event and one later count.

    Returns
    -------
    Case
    """
    first = pairs[0]
    years = (min(pair.first_year for pair in pairs), max(pair.last_year for pair in pairs))
    head = CaseHead.model_validate(
        {
            "format": 2,
            "id": EVENT,
            "title": first.event,
            "summary": first.counts,
            "years": list(years),
            "territory": first.country or "Somewhere",
            "evidence": [basis for basis in BASES if basis != "assertion"],
            "facets": {"kind": {"deaths": "Deaths"}},
            "readings": {"source": "readings", "locator": "as every case reads open ranges"},
        }
    )
    component = Component.model_validate(
        {
            "id": EVENT,
            "label": first.event,
            "years": list(years),
            "territory": first.country or "Somewhere",
            "counts": first.counts,
            "facets": {"kind": "deaths"},
            "estimate": [_estimate(pair) for pair in pairs],
        }
    )
    sources = {pair.id: Source(key=pair.id, kind="book", author=pair.speaker, year=str(pair.said)) for pair in pairs}
    sources["readings"] = Source(key="readings", kind="assumption", title="What open ranges mean")
    return Case(
        head=head,
        components={EVENT: component},
        quantities={},
        profiles={},
        overlaps={},
        dependence={},
        claims={},
        definitions={},
        sources=dict(sorted(sources.items())),
        where=first.event,
    )


def _estimate(pair: ErrorPair) -> dict[str, Any]:
    table: dict[str, Any] = {
        "source": pair.id,
        "locator": pair.locator,
        "basis": pair.basis,
        "kind": pair.kind,
        "interest": pair.interest,
        "lineage": pair.lineage,
        "low": pair.low,
        "best": pair.best,
        "high": pair.high,
        "reads": _READINGS.get(pair.reads, pair.reads),
        "years": [pair.first_year, pair.last_year],
    }
    return {key: value for key, value in table.items() if value is not None}
