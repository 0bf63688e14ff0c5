"""Events of several early figures as cases: what the engine makes of them against pools worked by hand."""

from __future__ import annotations

import math

import pytest

from mcmort.analysis.measured_errors.error_law import ErrorLaw, ErrorPrior, FigureLaws
from mcmort.analysis.measured_errors.hindcast_cases import case_of, event_cases
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutEvent, LeftOutFigure, LeftOutNumbers
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair, Frame
from mcmort.catalogue.measured_errors.spreads import laws_in_place, measured_spread
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Bound, Pool
from tests.measured_errors import pair

PAIRS = (
    pair(id="survey", basis="survey", interest="neither", lineage="survey", best=150.0),
    pair(id="scholar", basis="synthesis", interest="neither", lineage="scholar", best=90.0, said=1990),
    pair(id="party", basis="assertion", interest="high", lineage="party", best=900.0),
    pair(id="office", basis="registered", kind="name-list", lineage="office", best=None, low=60.0, reads="at-least"),
)


def numbers(pairs: tuple[ErrorPair, ...], laws: dict[str, tuple[float, float]]) -> LeftOutNumbers:
    """Return numbers that give each figure a law of its own."""

    def of(one: ErrorPair) -> FigureLaws:
        law = ErrorLaw(bias=laws[one.id][0], log_sd=laws[one.id][1])
        prior = ErrorPrior(bias=law.bias, bias_sd=0.1, log_spread=math.log(law.log_sd), log_spread_sd=0.1)
        return FigureLaws(events=20, found=law, corrected=law, found_prior=prior, corrected_prior=prior)

    event = LeftOutEvent(
        event="A flood", khat=0.1, figures=tuple(LeftOutFigure(id=one.id, laws=of(one)) for one in pairs)
    )
    return LeftOutNumbers(
        schema="mcmort/left-out-errors/1", pairs="", seed=1, events=(event,), before_archives=event, checks=()
    )


def library(pairs: tuple[ErrorPair, ...]) -> ErrorLibrary:
    """Return a library of pairs of one frame."""
    frame = Frame(title="Own", complete=False, chosen="Made.")
    return ErrorLibrary(pairs, {"own": frame}, {}, "", None, None)


def test_event_is_the_pool_of_its_figures_under_the_laws_of_all_other_events() -> None:
    """Two lineages weigh one half each, a floor bounds them, the assertion stays out: the pool written by hand."""
    laws = {"survey": (0.2, 0.5), "scholar": (0.0, 0.9), "party": (1.0, 1.0), "office": (0.0, 0.4)}
    (row,) = event_cases(library(PAIRS), numbers(PAIRS, laws))
    pool = Pool(
        (
            (0.5, Distribution("lognormal", (math.log(150.0) - 0.2, 0.5))),
            (0.5, Distribution("lognormal", (math.log(90.0), 0.9))),
        ),
        (Bound("at-least", 60.0, 0.4),),
    )
    for level, found in row.prediction.intervals.items():
        assert found == pytest.approx(pool.ppf([(1 - level) / 2, (1 + level) / 2]), rel=1e-6)  # type: ignore[arg-type]
    assert (row.figures, row.lineages, row.only_assertions, row.is_contradiction) == (4, 2, False, False)
    assert row.prediction.holds(0.95)


def test_assertions_are_let_in_only_where_nothing_else_was_said() -> None:
    """Three assertions of one event make its prediction; the case says that nothing better was there."""
    pairs = tuple(pair(id=name, lineage=name, best=best) for name, best in (("a", 100.0), ("b", 150.0), ("c", 300.0)))
    (row,) = event_cases(library(pairs), numbers(pairs, dict.fromkeys("abc", (0.5, 0.6))))
    assert row.only_assertions
    assert row.prediction.median == pytest.approx(150.0 * math.exp(-0.5), rel=0.1)


def test_case_of_an_event_has_no_spread_and_dates_its_sources_by_when_they_spoke() -> None:
    """A figure of the year of the event is read as early, one of later years as late."""
    case = case_of(PAIRS)
    assert case.head.spread == {}
    assert {key: source.year for key, source in case.sources.items() if key != "readings"} == {
        "survey": "1993",
        "scholar": "1990",
        "party": "1993",
        "office": "1993",
    }


def test_laws_in_place_hold_for_their_class_and_lag_alone_and_end_with_the_block() -> None:
    """Another class, another lag and what comes after the block are read by the library."""
    before = measured_spread("survey"), measured_spread("survey", is_late=False), measured_spread("testimony")
    with laws_in_place({("survey", True): (0.3, 0.1)}):
        assert (measured_spread("survey").bias, measured_spread("survey").log_sd) == (0.3, 0.1)
        assert (measured_spread("survey", is_late=False), measured_spread("testimony")) == before[1:]
    assert measured_spread("survey") == before[0]
