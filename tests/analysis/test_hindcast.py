"""Hindcasts: predictions against formulas worked by hand, scores against their definitions, and planted libraries."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from mcmort.analysis.measured_errors.error_law import ErrorLaw, ErrorPrior, FigureLaws, error_law
from mcmort.analysis.measured_errors.hindcast import Hindcast, hindcasts, predicted
from mcmort.analysis.measured_errors.hindcast_scores import hindcast_scores
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutEvent, LeftOutFigure, LeftOutNumbers
from mcmort.analysis.measured_errors.scored_prediction import LEVELS, prediction_of
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair, Frame, load_errors
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from tests.measured_errors import pair

SPREAD = 0.6
BIAS = 0.4


def numbers_of(pairs: list[ErrorPair], bias: float, log_sd: float) -> LeftOutNumbers:
    """Return numbers that give every figure the same law."""
    law = ErrorLaw(bias=bias, log_sd=log_sd)
    prior = ErrorPrior(bias=bias, bias_sd=0.1, log_spread=math.log(log_sd), log_spread_sd=0.1)
    laws = FigureLaws(events=50, found=law, corrected=law, found_prior=prior, corrected_prior=prior)
    events = {one.event: [other for other in pairs if other.event == one.event] for one in pairs}
    found = tuple(
        LeftOutEvent(event=name, khat=0.1, figures=tuple(LeftOutFigure(id=one.id, laws=laws) for one in members))
        for name, members in events.items()
    )
    return LeftOutNumbers(
        schema="mcmort/left-out-errors/1", pairs="", seed=1, events=found, before_archives=found[0], checks=()
    )


def library_of(pairs: list[ErrorPair]) -> ErrorLibrary:
    """Return a library of pairs in one frame."""
    frame = Frame(title="Own", complete=False, chosen="Made.")
    return ErrorLibrary(tuple(pairs), {"own": frame}, {}, "", None, None)


def test_prediction_of_one_point_is_its_lognormal_and_crps_that_of_a_normal() -> None:
    """A point of 200 with bias 0.4 and spread 0.6: quantiles and CRPS are those of the normal on the logarithm."""
    figure = predicted(None, 200.0, None, ErrorLaw(bias=BIAS, log_sd=SPREAD), stretch=False)
    found = prediction_of(Pool(((1.0, figure),)), 100.0)
    normal = stats.norm(math.log(200.0) - BIAS, SPREAD)
    low, high = found.intervals[0.9]
    assert (math.log(low), math.log(high)) == pytest.approx(normal.interval(0.9), rel=1e-9)
    assert found.pit == pytest.approx(normal.cdf(math.log(100.0)), rel=1e-9)
    score = (math.log(100.0) - normal.mean()) / SPREAD
    known = SPREAD * (score * (2 * stats.norm.cdf(score) - 1) + 2 * stats.norm.pdf(score) - 1 / math.sqrt(math.pi))
    assert found.crps == pytest.approx(known, abs=2e-3)


def test_crps_of_a_pool_is_the_squared_distance_of_distribution_functions() -> None:
    """Of a mixture of two lognormals the score is the integral that defines it (Matheson & Winkler 1976)."""
    pool = Pool(((0.5, Distribution("lognormal", (3.0, 0.2))), (0.5, Distribution("lognormal", (5.0, 0.5)))))
    truth = 4.2
    found = prediction_of(pool, math.exp(truth)).crps
    grid = np.linspace(0.0, 9.0, 20_001)
    squared = (pool.cdf(np.exp(grid)) - (grid >= truth)) ** 2
    assert found == pytest.approx(integrate.trapezoid(squared, grid), abs=5e-3)


def test_interval_score_adds_width_and_misses() -> None:
    """By the equation of Bracher et al. (2021) for a count far above the prediction."""
    normal = stats.norm(0.0, 1.0)
    found = prediction_of(Pool(((1.0, Distribution("lognormal", (0.0, 1.0))),)), math.exp(3.0))
    expected = 3.0 / 2
    for level in LEVELS:
        alpha, (low, high) = 1 - level, normal.interval(level)
        expected += alpha / 2 * ((high - low) + 2 / alpha * (3.0 - high))
    assert found.interval_score == pytest.approx(expected / (len(LEVELS) + 0.5), rel=1e-6)


def test_range_is_read_as_printed_or_as_its_class_is_worth() -> None:
    """A narrow range keeps its ends as the cases read it, and has the measured spread otherwise; a wide one its own."""
    law = ErrorLaw(bias=0.0, log_sd=SPREAD)
    narrow = predicted(90.0, None, 110.0, law, stretch=True)
    assert narrow.ppf(np.array([0.05, 0.95])) == pytest.approx([90.0, 110.0], rel=1e-9)
    assert predicted(90.0, None, 110.0, law, stretch=False).parameters[1] == SPREAD
    wide = predicted(10.0, None, 1000.0, law, stretch=False)
    assert wide.ppf(np.array([0.05, 0.95])) == pytest.approx([10.0, 1000.0], rel=1e-9)


def test_law_of_certain_draws_holds_nine_tenths_of_student_t() -> None:
    """With one bias and one scale the law's middle nine tenths are those of Student's t about the bias."""
    bias, scale, weights = np.full(3, 0.5), np.full(3, 0.4), np.full(3, 1 / 3)
    law = error_law(bias, scale, weights, events=10)
    assert law.bias == 0.5
    assert law.log_sd * stats.norm.ppf(0.95) == pytest.approx(0.4 * stats.t(4).ppf(0.95), abs=2e-4)


def test_bias_of_fewer_than_ten_events_widens_instead_of_shifting() -> None:
    """With nine events nothing is taken off; the law then holds nine tenths about the figure itself."""
    bias, scale, weights = np.full(3, 0.5), np.full(3, 0.4), np.full(3, 1 / 3)
    law = error_law(bias, scale, weights, events=9)
    assert law.bias == 0.0
    half = law.log_sd * stats.norm.ppf(0.95)
    inside = stats.t(4).cdf((half - 0.5) / 0.4) - stats.t(4).cdf((-half - 0.5) / 0.4)
    assert inside == pytest.approx(0.9, abs=1e-4)


def test_lineages_count_once_and_assertions_only_where_nothing_else_is() -> None:
    """Two copies of 400 weigh as much as one register of 100; a claim of 9,000 beside them is left out."""
    pairs = [
        pair(id="a", basis="testimony", best=400.0, lineage="x"),
        pair(id="b", basis="testimony", best=400.0, lineage="x"),
        pair(id="c", basis="survey", best=100.0, lineage="y"),
        pair(id="d", best=9000.0),
    ]
    (row,) = [one for one in hindcasts(library_of(pairs), numbers_of(pairs, 0.0, 0.05)) if one.method == "as-found"]
    assert (row.pairs, row.lineages, row.only_assertions) == (("a", "b", "c"), 2, False)
    assert row.prediction.pit == pytest.approx(0.25, abs=1e-6)  # half of the pool is about 100, the count
    alone = [pairs[3]]
    assert all(one.only_assertions for one in hindcasts(library_of(alone), numbers_of(alone, 0.0, 0.05)))


def test_bound_from_a_document_cuts_the_pool() -> None:
    """With "at least 150" beside a point of 100 the prediction lies higher than without."""
    point = pair(id="a", basis="testimony", best=100.0)
    bound = pair(id="b", basis="registered", interest="neither", reads="at-least", best=None, low=150.0)
    numbers = numbers_of([point, bound], 0.0, 0.5)
    medians = [
        next(one.prediction.median for one in hindcasts(library_of(pairs), numbers) if one.method == "as-found")
        for pairs in ([point], [point, bound])
    ]
    assert medians[0] < 110.0 < medians[1]


@pytest.fixture(scope="module")
def planted() -> tuple[Hindcast, ...]:
    """Hindcasts of 400 events whose errors have a known bias and spread, and are read as such."""
    rng = np.random.default_rng(7)
    pairs = [
        pair(id=f"p{index}", event=f"event {index}", basis="testimony", best=float(100.0 * math.exp(error)))
        for index, error in enumerate(rng.normal(BIAS, SPREAD, 400))
    ]
    return hindcasts(library_of(pairs), numbers_of(pairs, BIAS, SPREAD))


def test_planted_library_has_nominal_coverage_and_an_even_pit(planted: tuple[Hindcast, ...]) -> None:
    """Intervals of 400 events hold within 4 standard errors of their probability; the transform is uniform."""
    score = next(one for one in hindcast_scores(planted) if one.method == "as-found" and one.group == "all")
    assert score.events == 400
    for found in score.coverage:
        error = math.sqrt(found.level * (1 - found.level) / 400)
        assert abs(found.held - found.level) < 4 * error
        assert found.low < found.held < found.high
    pits = [row.prediction.pit for row in planted if row.method == "as-found"]
    assert stats.kstest(pits, "uniform").pvalue > 1e-3
    assert sum(score.pit) == pytest.approx(1.0)


def test_proper_score_prefers_the_planted_spread_to_wider_and_narrower(planted: tuple[Hindcast, ...]) -> None:
    """The mean CRPS is smaller with the planted spread than with half of it, or three times as much, or no bias."""
    truth = next(one for one in hindcast_scores(planted) if one.method == "as-found" and one.group == "all")
    later = [row.prediction.median for row in planted if row.method == "as-found"]
    scores = {
        (bias, spread): np.mean(
            [
                prediction_of(Pool(((1.0, Distribution("lognormal", (math.log(middle) + bias, spread))),)), 100.0).crps
                for middle in later
            ]
        )
        for bias, spread in ((0.0, SPREAD / 2), (0.0, 3 * SPREAD), (BIAS, SPREAD))
    }
    assert all(truth.crps < other for other in scores.values()), scores


def test_event_with_two_later_figures_counts_once() -> None:
    """One event of two counts, one held and one missed, is half an event that held."""
    pairs = [
        pair(id="a", basis="testimony", best=100.0, later_best=100.0),
        pair(id="b", basis="testimony", best=100.0, later_best=9_000.0),
    ]
    score = next(
        one
        for one in hindcast_scores(hindcasts(library_of(pairs), numbers_of(pairs, 0.0, 0.1)))
        if one.method == "as-found"
    )
    assert (score.events, score.counts, score.coverage[-1].held) == (1, 2, 0.5)


def test_shipped_numbers_belong_to_the_pairs_beside_them() -> None:
    """What was fitted with each event left out rests on exactly the pairs that ship, and covers each event."""
    library = load_errors()
    assert library.left_out is not None
    numbers = LeftOutNumbers.model_validate(library.left_out)
    assert numbers.pairs == library.digest
    assert {one.event for one in numbers.events} == {one.event for one in library.pairs if one.measures_error}


def test_importance_sampling_agrees_with_refits() -> None:
    """Where the model was also fitted anew, biases differ by less than 0.15 and spreads by less than 15 %."""
    library = load_errors()
    checks = LeftOutNumbers.model_validate(library.left_out).checks
    assert len({one.event for one in checks}) >= 6
    for one in checks:
        for weighed, refitted in (
            (one.weighed.found, one.refitted.found),
            (one.weighed.corrected, one.refitted.corrected),
        ):
            assert weighed.bias == pytest.approx(refitted.bias, abs=0.15), one
            assert weighed.log_sd == pytest.approx(refitted.log_sd, rel=0.15), one


def test_own_library_without_numbers_is_refused_with_a_hint(tmp_path: Path) -> None:
    """Pairs to which nothing was fitted are refused, and the hint says what to do."""
    import mcmort as mm
    from mcmort.errors import UsageError
    from tests.measured_errors import ROW, write_pairs

    write_pairs(tmp_path, [ROW])
    with pytest.raises(UsageError, match="--refit"):
        mm.hindcast(extra=[tmp_path])
