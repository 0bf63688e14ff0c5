"""Probabilities of what a total may be: against SciPy and counting, with errors that repeated seeds bear out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import mcmort as mm
from mcmort.analysis.probability import probability_between, probability_equal, round_thresholds
from mcmort.api.probability_report import ProbabilityReport
from mcmort.catalogue import Case
from mcmort.errors import UsageError
from mcmort.present.numbers import probability_text
from mcmort.results.histogram import Histogram, bin_of
from mcmort.results.histogram_estimate import HistogramEstimate
from tests.cases import case_of, component, definition, head, point, ranged

LOW, HIGH = 800_000.0, 1_600_000.0
"""A range that the small case reads as the middle 90 per cent of a lognormal distribution."""
LOGNORMAL = stats.lognorm(s=math.log(HIGH / LOW) / (2 * stats.norm.ppf(0.95)), scale=math.sqrt(LOW * HIGH))


def _case(**changes: Any) -> Case:
    register = point(5_000, measure="registered", basis="registered", source="study-b")
    return case_of(
        component("one", ranged(LOW, HIGH, reads="90%"), register),
        component("two", ranged(LOW, HIGH, reads="90%"), facets={"category": "b"}),
        definitions={
            "whole": definition(),
            "first": definition(include=[{"category": "a"}]),
            "second": definition(include=[{"category": "b"}]),
            "again": definition(include=[{"category": "a"}]),
        },
        **changes,
    )


@pytest.mark.parametrize("method", ["plain", "quasi"])
@pytest.mark.parametrize("threshold", [0.5e6, 0.9e6, 1.1e6, 1.5e6, 2.5e6])
def test_exceedance_of_a_lognormal_total_is_that_of_scipy(threshold: float, method: Any) -> None:
    """Within four Monte Carlo errors, in the middle and in both tails, counted or on digital nets."""
    sampler = mm.Sampler(_case(), 60_000, rng=3, method=method)
    own = mm.probability(sampler, "first", above=threshold).probability
    # a prior's table has a relative error of a ten-thousandth
    assert abs(own.value - LOGNORMAL.sf(threshold)) < 4 * own.error + 2e-4


def test_probability_between_is_the_difference_of_two_exceedances() -> None:
    """More than a, less than b: what is more than a but not than b, for counted and for kept draws."""
    for source in (mm.Sampler(_case(), 20_000, rng=1), mm.simulate(_case(), n=20_000, rng=1)):
        report = mm.total(source, "whole")
        between = report.probability_above(2e6, 2.5e6).value
        assert between == pytest.approx(report.probability_above(2e6).value - report.probability_above(2.5e6).value)
        assert mm.probability(source, "whole", above=2e6, below=2.5e6).probability.value == between


def test_counted_and_kept_draws_tell_the_same_probability() -> None:
    """A histogram of the same draws agrees to what one of its bins holds."""
    kept = mm.total(mm.simulate(_case(), n=50_000, rng=1), "whole")
    counted = mm.total(mm.Sampler(_case(), 50_000, rng=1), "whole")
    for threshold in (1.7e6, 2.3e6, 3.1e6):
        assert counted.probability_above(threshold).value == pytest.approx(
            kept.probability_above(threshold).value, abs=3e-4
        )


@pytest.mark.slow
@pytest.mark.parametrize("method", ["plain", "quasi"])
@pytest.mark.parametrize("threshold", [1.9e6, 2.3e6, 3.2e6])
def test_monte_carlo_error_is_the_spread_over_seeds(threshold: float, method: Any) -> None:
    """Over repeated seeds the probabilities scatter as their errors say, to what so many repeats can tell."""
    case = _case()
    found = [
        mm.total(mm.Sampler(case, 4_096, rng=seed, method=method), "whole").probability_above(threshold)
        for seed in range(60)
    ]
    spread = float(np.std([own.value for own in found], ddof=1))
    usual = math.sqrt(float(np.mean([own.error**2 for own in found])))
    # errors from eight nets are widened by Student's t, 1.21 on average
    assert 0.72 < spread / usual < 1.3 if method == "plain" else 0.5 < spread / usual < 1.3
    if method == "quasi":
        assert usual < math.sqrt(found[0].value * (1 - found[0].value) / 4_096)


def test_interval_of_a_probability_covers_the_truth_nineteen_times_in_twenty() -> None:
    """Wilson intervals of 2,000 repeats of 200 draws hold a small and a middling probability in 93 to 97.5 %."""
    rng = np.random.default_rng(7)
    for truth in (0.02, 0.4):
        repeats = [probability_between(rng.random(200), 1 - truth) for _ in range(2_000)]
        covered = np.mean([own.low <= truth <= own.high for own in repeats])
        assert 0.93 <= covered <= 0.975


def test_error_of_correlated_chains_is_that_of_their_effective_size() -> None:
    """Over repeated autoregressive chains the probabilities scatter as their errors say, not as independent draws."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(100):
        noise = rng.normal(size=(4, 1_000))
        chains = np.empty_like(noise)
        chains[:, 0] = noise[:, 0]
        for index in range(1, 1_000):
            chains[:, index] = 0.8 * chains[:, index - 1] + 0.6 * noise[:, index]
        found.append(probability_between(chains.ravel(), 0.5, chains=4))
    spread = float(np.std([own.value for own in found], ddof=1))
    usual = float(np.mean([own.error for own in found]))
    assert 0.8 < spread / usual < 1.25
    assert usual > 2 * math.sqrt(0.31 * 0.69 / 4_000)


def test_what_equals_a_threshold_is_neither_above_nor_below_it() -> None:
    """Ties count on neither side, for kept draws and for a total that is one number."""
    values = np.array([1.0, 2.0, 2.0, 3.0])
    assert probability_between(values, 2.0).value == 0.25
    assert probability_between(values, below=2.0).value == 0.25
    assert probability_between(np.array([0.0, 0.0, 5.0, -1.0]), 0.0).value == 0.25
    assert probability_between(np.array([0.0, 0.0, 5.0, -1.0]), below=0.0).value == 0.25
    assert probability_equal(np.array([0.0, 0.0, 5.0, -1.0])).value == 0.5
    first = bin_of(5_000.0)
    constant = HistogramEstimate(Histogram(first, np.array([500]), 5_000.0, 5_000.0), (), np.empty(0), True)
    for total in (constant, np.full(500, 5_000.0)):
        assert probability_between(total, 5_000.0).value == 0.0
        assert probability_between(total, below=5_000.0).value == 0.0
        assert probability_between(total, 4_999.0, 5_001.0).value == 1.0


def test_thresholds_outside_the_range_are_neither_impossible_nor_certain() -> None:
    """No draw beyond a threshold leaves an upper limit, about 3.8 over the draws; the text says no 0 or 100 %."""
    report = mm.total(mm.Sampler(_case(), 1_000, rng=1), "whole")
    none, all_ = report.probability_above(1e12), report.probability_above(-5)
    assert (none.value, none.low, all_.value, all_.high) == (0.0, 0.0, 1.0, 1.0)
    assert none.high == pytest.approx(1.96**2 / (1_000 + 1.96**2))
    assert probability_text(none.value, none.low, none.high) == "less than 1 in 200"
    assert probability_text(all_.value, all_.low, all_.high) == "more than 199 in 200"
    assert float(none) == 0.0


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.0, 0.0, 4e-5), "less than 1 in 1,000"),
        ((0.0005, 0.0004, 0.0006), "less than 1 in 1,000"),
        ((1.0, 1 - 4e-5, 1.0), "more than 999 in 1,000"),
        ((0.004, 0.0035, 0.0045), "0.4 %"),
        ((0.996, 0.9955, 0.9965), "99.6 %"),
        ((0.4, 0.39, 0.41), "40 %"),
        ((0.0, 0.0, 0.3), "less than 1 in 2"),
        ((0.0004, 0.0001, 0.0014), "less than 1 in 500"),
    ],
)
def test_probability_is_never_printed_as_nothing_or_certain(numbers: tuple[float, float, float], text: str) -> None:
    """A rare chance reads less than one in so many as the draws allow, at most one in a thousand."""
    assert probability_text(*numbers) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "20 million", True])
def test_threshold_that_is_no_number_is_refused(value: Any) -> None:
    """NaN, infinities, words and truth values: a clear error, for either end."""
    report = mm.total(mm.simulate(_case(), n=100, rng=1), "whole")
    with pytest.raises(UsageError, match="expected a finite number of deaths"):
        report.probability_above(value)
    with pytest.raises(UsageError, match="expected a finite number of deaths"):
        report.probability_above(0.0, value)


@pytest.mark.parametrize("below", [4.0, 5.0])
def test_above_that_is_not_less_than_below_is_refused(below: float) -> None:
    """Nothing lies between five and four, or five and five."""
    with pytest.raises(UsageError, match="expected the first to be the smaller"):
        mm.probability(mm.simulate(_case(), n=100, rng=1), "whole", above=5.0, below=below)


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_exceedance_of_definitions_is_draw_by_draw(method: Any) -> None:
    """A part never exceeds its whole, equals itself, and of two alike each exceeds the other half the time."""
    sampler = mm.Sampler(_case(), 16_384, rng=1, method=method)

    def found(first: str, second: str) -> list[float]:
        return [event.probability.value for event in mm.probability(sampler, first, exceeds=second).result.events]

    assert found("whole", "first") == [1.0, 0.0, 0.0]
    assert found("first", "whole") == [0.0, 0.0, 1.0]
    assert found("first", "again") == [0.0, 1.0, 0.0]
    one, tied, other = found("first", "second")
    assert tied == 0.0
    assert one == pytest.approx(0.5, abs=0.02)
    assert one + other == pytest.approx(1.0)


def test_exceedance_of_definitions_on_kept_draws_is_counted() -> None:
    """The probability is the share of the draws in which the one total is larger."""
    draws = mm.simulate(_case(), n=5_000, rng=2)
    own = mm.probability(draws, "first", exceeds="second").probability.value
    assert own == float(np.mean(mm.total(draws, "first").values > mm.total(draws, "second").values))


def _independent(keep: bool, n: int = 20_000, **options: Any) -> ProbabilityReport:
    other = case_of(
        component("other", ranged(1.4e6, 2.8e6, reads="90%")), head=head(id="other"), definitions={"all": definition()}
    )
    make = (lambda case: mm.simulate(case, n=n, rng=1)) if keep else lambda case: mm.Sampler(case, n, rng=1, **options)
    return mm.probability(make(_case()), "first", exceeds=mm.total(make(other), "all"))


@pytest.mark.parametrize(("keep", "options"), [(True, {}), (False, {}), (False, {"method": "quasi"})])
def test_exceedance_between_cases_is_that_of_independent_lognormals(keep: bool, options: Any) -> None:
    """The logarithms are normal and independent, so that their difference is; within four Monte Carlo errors."""
    own = _independent(keep, **options).probability
    scale = math.log(2.0) / (2 * stats.norm.ppf(0.95)) * math.sqrt(2.0)
    truth = stats.norm.sf(math.log(1.4e6 / LOW) / scale)
    assert abs(own.value - truth) < 4 * own.error + 3e-4
    # both terms of the variance, each at most a quarter over the draws
    assert own.error <= math.sqrt(2 * 0.25 / 20_000)


def test_thresholds_of_a_table_are_round_and_within_the_distribution() -> None:
    """Steps of 1, 2 or 5 times a power of ten; over orders of magnitude 1, 2, 5 themselves; a constant is its own."""
    rng = np.random.default_rng(1)
    assert round_thresholds(rng.normal(19.2e6, 2.9e6, 10_000)) == pytest.approx((14e6, 16e6, 18e6, 20e6, 22e6, 24e6))
    wide = round_thresholds(rng.lognormal(math.log(1e5), 1.6, 10_000))
    assert wide == pytest.approx((5e3, 1e4, 5e4, 1e5, 5e5, 1e6, 5e6)[: len(wide)]) or len(wide) <= 9
    assert all(float(f"{value:.0e}") == pytest.approx(value) for value in wide)
    assert round_thresholds(np.full(10, 7.0)) == (7.0,)
