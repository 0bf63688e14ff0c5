"""Summaries: intervals against SciPy, and whether the Monte Carlo errors mean what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from mcmort.analysis import summarise
from mcmort.analysis.summary import PROBABILITIES
from mcmort.errors import UsageError
from mcmort.results.histogram import quantile_error
from mcmort.results.kept_values import highest_density

type Array = NDArray[np.float64]

_GAMMA = stats.gamma(5.1975, scale=0.955)
_QUANTILES = (0.025, 0.05, 0.25, 0.5, 0.95, 0.975)
_SHAPES = {"normal": stats.norm(10.0, 1.0), "gamma": _GAMMA, "lognormal": stats.lognorm(0.8, scale=1e5)}


def _shortest(distribution: Any, probability: float) -> tuple[float, float]:
    """Return the analytic highest-density interval: the shortest between two quantiles of SciPy."""

    def width(below: float) -> float:
        return float(distribution.ppf(below + probability) - distribution.ppf(below))

    below = optimize.minimize_scalar(width, bounds=(1e-9, 1.0 - probability - 1e-9), method="bounded").x
    return float(distribution.ppf(below)), float(distribution.ppf(below + probability))


def _stated(values: Array, probability: float) -> float:
    """Return the error stated of a quantile."""
    return quantile_error(lambda wanted: np.quantile(values, wanted), probability, len(values))


def _calibration(distribution: Any, u: float, repeats: int, draws: int, seed: int) -> tuple[float, float]:
    """Return the error stated over the spread observed of a quantile, and the coverage of two of its errors."""
    rng = np.random.default_rng([seed, int(u * 1000), draws])
    found, stated = np.empty(repeats), np.empty(repeats)
    for at in range(repeats):
        values = np.sort(distribution.rvs(draws, random_state=rng))
        found[at], stated[at] = np.quantile(values, u), _stated(values, u)
    covered = np.abs(found - distribution.ppf(u)) <= 1.959964 * stated
    return float(np.sqrt(np.mean(stated**2)) / np.std(found, ddof=1)), float(covered.mean())


@pytest.mark.slow
@pytest.mark.parametrize("u", _QUANTILES)
def test_error_of_a_quantile_is_its_spread(u: float, seed: int) -> None:
    """Over 1,000 repeats of 10,000 draws the error stated is the spread of the quantile, and two cover 95 %.

    Allowed: 10 % for what the estimate may miss and a coverage of 92 to 98 %, each with three standard errors of what
    1,000 repeats can tell. The long version below allows nothing for these.
    """
    repeats = 1_000
    ratio, covered = _calibration(_GAMMA, u, repeats, 10_000, seed)
    assert ratio == pytest.approx(1.0, abs=0.1 + 3 / np.sqrt(2 * repeats))
    assert 0.92 - 3 * np.sqrt(0.92 * 0.08 / repeats) <= covered <= 0.98 + 3 * np.sqrt(0.98 * 0.02 / repeats)


@pytest.mark.statistical
@pytest.mark.parametrize("name", _SHAPES)
@pytest.mark.parametrize("draws", [2_000, 10_000, 50_000])
@pytest.mark.parametrize("u", _QUANTILES)
def test_error_of_a_quantile_is_its_spread_over_many_repeats(name: str, draws: int, u: float, seed: int) -> None:
    """Over 5,000 repeats the error stated is within 10 % of the spread, and nominal 95 % intervals cover 92 to 98 %.

    The limits 1.96 deviations off lie where the quantile function bends: of 2,000 draws that adds up to 9 % to the
    error in the outer tails, for which one rank in the seven that make a standard error there is allowed.
    """
    ratio, covered = _calibration(_SHAPES[name], u, 5_000, draws, seed)
    ranks = 1.0 / np.sqrt(draws * u * (1 - u))
    assert 0.95 <= ratio <= 1.05 + max(0.05, ranks)
    assert 0.92 <= covered <= 0.98


def test_wrong_error_changes_the_coverage(seed: int) -> None:
    """Negative control: two thirds of the error stated covers far less than 92 %, half as much again more than 98 %."""
    rng = np.random.default_rng(seed)
    samples = [np.sort(_GAMMA.rvs(5_000, random_state=rng)) for _ in range(400)]
    away = np.abs([float(np.quantile(one, 0.5)) - _GAMMA.ppf(0.5) for one in samples])
    stated = 1.959964 * np.array([_stated(one, 0.5) for one in samples])
    assert np.mean(away <= stated * 2 / 3) < 0.92
    assert np.mean(away <= stated * 1.5) > 0.98


@pytest.mark.parametrize("probability", PROBABILITIES)
def test_intervals_are_those_of_the_gamma(probability: float, seed: int) -> None:
    """Both intervals lie within five of their own errors of the analytic ones (the shortest by SciPy's optimiser)."""
    values = _GAMMA.rvs(200_000, random_state=np.random.default_rng(seed))
    found = summarise(values)
    equal = found.interval(probability)
    tails = ((1 - probability) / 2, (1 + probability) / 2)
    dense = found.interval(probability, "highest-density")
    for one, truth in ((equal, [float(_GAMMA.ppf(tail)) for tail in tails]), (dense, _shortest(_GAMMA, probability))):
        assert abs(one.low - truth[0]) < 5 * one.low_error
        assert abs(one.high - truth[1]) < 5 * one.high_error
        assert 0.0 < one.low_error < 0.1 * _GAMMA.std()
        assert 0.0 < one.high_error < 0.1 * _GAMMA.std()
    assert dense.high - dense.low < equal.high - equal.low
    inside = float(_GAMMA.cdf(dense.high) - _GAMMA.cdf(dense.low))
    assert inside == pytest.approx(probability, abs=2 * np.sqrt(np.log(2e6) / (2 * 200_000)))


def test_the_two_kinds_of_interval_differ(seed: int) -> None:
    """Negative control: the equal-tailed interval of a gamma is not the shortest, by many errors."""
    values = _GAMMA.rvs(200_000, random_state=np.random.default_rng(seed))
    one = summarise(values).interval(0.9, "equal-tailed")
    low, high = _shortest(_GAMMA, 0.9)
    assert abs(one.low - low) > 20 * one.low_error
    assert abs(one.high - high) > 20 * one.high_error


@pytest.mark.statistical
@pytest.mark.parametrize("probability", PROBABILITIES)
def test_the_error_of_a_highest_density_interval_is_its_spread(probability: float, seed: int) -> None:
    """Over 600 repeats of 20,000 draws the errors stated of both ends are within a third of the spread.

    The law of the cube root by which batches are carried over is asymptotic, hence the wide allowance.
    """
    rng = np.random.default_rng(seed)
    found = [
        summarise(_GAMMA.rvs(20_000, random_state=rng), (probability,)).interval(probability, "highest-density")
        for _ in range(600)
    ]
    for ends, stated in (
        ([one.low for one in found], [one.low_error for one in found]),
        ([one.high for one in found], [one.high_error for one in found]),
    ):
        ratio = float(np.sqrt(np.mean(np.square(stated))) / np.std(ends, ddof=1))
        assert 2 / 3 < ratio < 3 / 2


def test_the_shortest_interval_holds_its_share_exactly() -> None:
    """Among all runs of nine in ten ordered values the shortest is found, by trying each."""
    values = np.sort(np.random.default_rng(2).lognormal(size=100))
    widths = {values[at + 89] - values[at]: (values[at], values[at + 89]) for at in range(11)}
    assert highest_density(values, 0.9) == widths[min(widths)]
    assert highest_density(values, 1.0 - 1e-12) == (values[0], values[-1])


def test_summary_equals_numpy_and_scipy(seed: int) -> None:
    """Median, mean, standard deviation, their errors and equal-tailed ends are those of NumPy and SciPy."""
    values = _GAMMA.rvs(5_000, random_state=np.random.default_rng(seed))
    found = summarise(values, (0.8,))
    assert found.draws == 5_000
    assert found.median == np.median(values)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12)
    assert found.sd == pytest.approx(np.std(values, ddof=1), rel=1e-12)
    assert found.mean_error == pytest.approx(stats.sem(values), rel=1e-12)
    assert found.median_error == _stated(values, 0.5)
    one = found.interval(0.8)
    assert (one.low, one.high) == pytest.approx(tuple(np.quantile(values, [0.1, 0.9])), rel=1e-12)
    assert [(each.probability, each.kind) for each in found.intervals] == [
        (0.8, "equal-tailed"),
        (0.8, "highest-density"),
    ]


def test_order_of_draws_changes_only_the_batch_errors(seed: int) -> None:
    """A summary rests on the values, not on their order; the values themselves stay as they were."""
    values = _GAMMA.rvs(1_000, random_state=np.random.default_rng(seed))
    before = values.copy()
    one, other = summarise(values), summarise(values[::-1])
    assert np.array_equal(values, before)
    assert (one.median, one.sd, one.median_error) == (other.median, other.sd, other.median_error)
    assert one.interval(0.9) == other.interval(0.9)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 1.5, 90.0, float("nan")])
def test_probability_outside_the_unit_interval_is_refused(probability: float) -> None:
    """A probability outside the open unit interval, such as 90 for 90 %, is refused by value."""
    with pytest.raises(UsageError, match=f"an interval of probability {probability:g}"):
        summarise(np.arange(10.0), (0.5, probability))


def test_interval_not_asked_for_raises_key_error() -> None:
    """Asking a summary for an interval that it does not hold is a mistake of the caller."""
    with pytest.raises(KeyError, match=r"no highest-density interval of probability 0\.8"):
        summarise(np.arange(500.0)).interval(0.8, "highest-density")


def test_few_draws_have_undefined_errors() -> None:
    """One draw has no spread; fewer than 200 leave the error of the shortest interval undefined, not zero."""
    one = summarise(np.array([7.0]))
    assert (one.median, one.mean, one.sd, one.median_error) == (7.0, 7.0, 0.0, 0.0)
    assert np.isnan(summarise(np.arange(199.0)).interval(0.9, "highest-density").low_error)
    assert np.isfinite(summarise(np.arange(200.0)).interval(0.9, "highest-density").low_error)


def test_a_constant_has_an_interval_of_no_width() -> None:
    """Draws that are all the same give that value everywhere, with no error."""
    found = summarise(np.full(1_000, 5.0))
    assert {(one.low, one.high, one.low_error, one.high_error) for one in found.intervals} == {(5.0, 5.0, 0.0, 0.0)}
    assert found.sd == 0.0
