"""How much of the measured errors rests on single events: medians under weights, and the farthest of them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from mcmort.analysis.measured_errors import FittedErrors
from mcmort.analysis.measured_errors.error_law import class_draws
from mcmort.analysis.measured_errors.fitted import fitted_errors
from mcmort.analysis.measured_errors.left_out_numbers import left_out_numbers
from mcmort.analysis.measured_errors.refits import event_names, refitted_errors
from mcmort.analysis.measured_errors.single_events import COMMON, SingleEvents, medians, moved_medians, single_events
from mcmort.bayes.measured_errors import Fit
from mcmort.bayes.measured_errors.left_out import LIMIT
from mcmort.catalogue.measured_errors import load_errors
from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import ConvergenceError
from mcmort.present.tables.single_events_table import single_events_table
from tests.bayes.test_left_out import fit_of
from tests.bayes.test_measured_errors_model import small_design
from tests.measured_fits import Answers


def fit_with_new_classes(count: int = 400) -> Fit:
    """Return draws that a model might have, those of bases without a pair among them."""
    fit = fit_of(small_design(10), count)
    rng = np.random.default_rng(4)
    new = {name: rng.normal(0.0, 0.4, (count, len(BASES))) for name in ("new_bias", "new_log_scale")}
    return Fit(fit.design, fit.draws | new, fit.rhat, fit.ess)


def test_median_under_whole_weights_is_that_of_draws_repeated_so_often() -> None:
    """Weights of 1, 2 and 3 parts give the medians of a sample in which each draw stands once, twice or three times."""
    fit = fit_with_new_classes(401)
    often = np.random.default_rng(5).integers(1, 4, 401)
    often[0] += 1 - often.sum() % 2  # so that one draw is in the middle
    (found,) = moved_medians(fit, [often / often.sum()])
    bias, scale = class_draws(fit, "assertion, low", is_late=False)
    assert found["bias:assertion, low"][0] == pytest.approx(np.median(np.repeat(bias, often)), abs=1e-12)
    assert found["spread:assertion, low"][0] == pytest.approx(np.median(np.repeat(scale, often)), abs=1e-12)


def test_equal_weights_move_nothing_and_have_no_error() -> None:
    """Draws that all weigh the same have the medians of the fit; what is common to both has no Monte Carlo error."""
    fit = fit_with_new_classes(401)
    (found,) = moved_medians(fit, [np.full(401, 1 / 401)])
    whole = medians(fit)
    assert all(found[name][0] == pytest.approx(whole[name][0], rel=1e-9) for name in COMMON)
    assert all(error < 0.2 * whole[name][1] for name, (_, error) in found.items() if name in COMMON)


def test_error_of_a_median_is_that_of_independent_draws() -> None:
    """Of 40,000 independent normal draws the standard error is 1.2533 sd / sqrt(n), within a third."""
    fit = fit_with_new_classes(40_000)
    expected = 1.2533 * 0.5 / math.sqrt(40_000)
    errors = [medians(fit)[f"bias:{name}"][1] for name in fit.design.cells]
    assert np.mean(errors) == pytest.approx(expected, rel=1 / 3)


def planted() -> tuple[dict[str, list[float]], dict[str, dict[str, list[float]]]]:
    """Return medians of one class from all events and without each of three."""
    numbers = ("bias:survey", "spread:survey", *COMMON)
    whole = {name: [0.5, 0.01] for name in numbers}
    moved = {event: {name: [0.5, 0.002] for name in numbers} for event in ("fire", "flood", "war")}
    moved["flood"]["bias:survey"] = [0.2, 0.004]
    moved["war"]["bias:survey"] = [0.6, 0.004]
    moved["war"]["spread:survey"] = [0.25, 0.004]
    moved["fire"]["spread:survey"] = [0.7, 0.004]
    return whole, moved


def test_farthest_event_is_named_spreads_by_ratio_biases_by_difference() -> None:
    """A spread halved moves farther than one 1.4 times as large; a bias of 0.3 less farther than one of 0.1 more."""
    found = single_events(*planted(), {}, ["survey"])
    (row,) = found.classes
    assert (row.bias.event, row.bias.without, row.bias.error) == ("flood", 0.2, 0.004)
    assert (row.spread.event, row.spread.without) == ("war", 0.25)
    assert found.events == 3


def test_fit_anew_takes_the_place_of_weights_and_adds_its_own_error() -> None:
    """What importance sampling cannot be relied on for is not shown, however far it is."""
    whole, moved = planted()
    again = {name: [0.45, 0.01] for name in whole}
    found = single_events(whole, moved, {"war": again}, ["survey"])
    (row,) = found.classes
    assert (row.spread.event, row.spread.refitted) == ("fire", False)
    assert found.refitted == ("war",)
    assert found.common["shared_by_event"].refitted
    assert found.common["shared_by_event"].error == pytest.approx(math.hypot(0.01, 0.01), abs=1e-4)


def test_shipped_numbers_name_events_of_the_library_for_every_class() -> None:
    """What ships was made with the fit beside it: its medians are those of the table of classes."""
    library = load_errors()
    assert library.is_fitted
    fitted = FittedErrors.model_validate(library.fitted)
    found = fitted.single_events
    assert found is not None
    names = event_names(library)
    assert found.events == len(names)
    assert {row.name for row in found.classes} == {row.name for row in (*fitted.classes, *fitted.bases)}
    shifts = [shift for row in found.classes for shift in (row.bias, row.spread)] + list(found.common.values())
    assert {shift.event for shift in shifts} <= set(names)
    for row in found.classes:
        of_model = fitted.of(row.name)
        assert of_model is not None
        assert row.bias.value == pytest.approx(of_model.bias.median, abs=1e-3)
        assert row.spread.value == pytest.approx(of_model.spread.median, abs=1e-3)
    assert found.common["shared_by_event"].value == pytest.approx(fitted.shared_by_event.median, abs=1e-3)


def test_events_that_weights_cannot_leave_out_are_fitted_anew() -> None:
    """Those over the limit, and those without a diagnostic, are asked for once each, with the seed of the whole fit."""
    library = load_errors()
    first, second, *_ = event_names(library)
    answers = Answers(library, khat={first: LIMIT + 0.1, second: None})
    fitted = refitted_errors(library, 7, answers)
    assert fitted is not None
    assert fitted.single_events is not None
    assert fitted.single_events.refitted == (first, second)
    whole, *refits = answers.asked
    assert whole == {"seed": 7}
    assert [(one["events"], one["seed"]) for one in refits] == [([first], 7), ([second], 7)]


def test_hindcasts_ask_for_the_same_refits_and_for_some_more_as_checks() -> None:
    """What both commands need has one key, so that one folder of results serves both; weights stand where they may."""
    library = load_errors()
    first, second, third, *_ = event_names(library)
    answers, other = (Answers(library, khat={first: 1.0, third: 0.6}) for _ in range(2))
    numbers = left_out_numbers(library, 7, checks=2, run=answers)
    refitted_errors(library, 7, other)
    assert numbers is not None
    assert other.asked[1] in answers.asked
    assert [one["events"] for one in answers.asked[1:3]] == [[first], [third]]
    assert {one.event for one in numbers.checks} == {first, third}
    by_name = {one.event: one for one in numbers.events}
    assert (by_name[first].khat, by_name[third].khat) == (None, 0.6)
    assert by_name[first].figures[0].laws.corrected.log_sd == answers.refitted_sd
    assert by_name[second].figures[0].laws.corrected.log_sd == answers.weighed_sd


def test_order_of_figures_is_that_of_the_library_whichever_way_an_answer_went() -> None:
    """An answer that went through a file has its keys sorted; the numbers are the same bytes."""
    library = load_errors()
    answers = Answers(library, khat={})

    def by_file(*asked: Any) -> list[dict[str, Any]] | None:
        return [json.loads(json.dumps(one, sort_keys=True)) for one in answers(*asked)]

    here, there = (left_out_numbers(library, 1, run=run) for run in (answers, by_file))
    assert here is not None
    assert there is not None
    assert here.model_dump_json() == there.model_dump_json()


def test_refused_fit_says_which_and_planned_fits_give_nothing() -> None:
    """A fit whose chains do not agree ends the command with its reason; a plan gives no numbers."""
    library = load_errors()
    with pytest.raises(ConvergenceError, match="all events: chains"):
        refitted_errors(library, 1, lambda *_: [{"refused": "chains"}])
    assert refitted_errors(library, 1, lambda *_: None) is None
    assert left_out_numbers(library, 1, run=lambda *_: None) is None


def test_table_has_two_rows_a_class_and_none_without_numbers() -> None:
    """Bias and spread of each class that is asked for, then the numbers that all share."""
    found = single_events(*planted(), {}, ["survey"])
    table = single_events_table(found, ["survey", "synthesis"])
    assert [row[1] for row in table.rows[:2]] == ["bias", "spread"]
    assert table.rows[1][-1] == "war"
    assert len(table.rows) == 2 + len(COMMON)
    assert single_events_table(None, ["survey"]).rows == ()


@pytest.mark.statistical
def test_weights_agree_with_fits_anew_for_the_events_that_move_most() -> None:
    """For the largest shift of bias and of spread among classes of ten events, a fit without the event says the same.

    Four Monte Carlo standard errors of the difference, those of the fit anew included.
    """
    from mcmort.analysis.measured_errors.refits import fit_without, request_without

    library = load_errors()
    fitted = FittedErrors.model_validate(library.fitted)
    found: SingleEvents | None = fitted.single_events
    assert found is not None
    many = [row for row in found.classes if (one := fitted.of(row.name)) is not None and one.events >= 10]
    bias = max((row for row in many if not row.bias.refitted), key=lambda row: abs(row.bias.without - row.bias.value))
    spread = max(
        (row for row in many if not row.spread.refitted),
        key=lambda row: abs(math.log(row.spread.without / row.spread.value)),
    )
    for name, shift in ((f"bias:{bias.name}", bias.bias), (f"spread:{spread.name}", spread.spread)):
        again = fit_without(library, request_without([shift.event], [], fitted.seed))
        value, error = again["medians"][name]
        assert abs(value - shift.without) < 4.0 * math.hypot(error, shift.error) + 0.005, (name, shift, value, error)


def test_numbers_of_a_fit_are_summarised_without_single_events() -> None:
    """The summary alone asks nothing of single events: they are added once all events were left out."""
    fit = fit_with_new_classes()
    assert fitted_errors(fit, load_errors(), 1).single_events is None
