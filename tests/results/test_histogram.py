"""Histograms: what counts in bins tell of the draws, within proven bounds, however the draws were divided.

A bin is at most 2**-12 as wide as its lower edge is high, so whatever stays within its bin errs by that much.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from mcmort.results.histogram import (
    BINS,
    RESOLUTION,
    Histogram,
    bin_of,
    lower_edge,
    merge,
)
from mcmort.results.histogram_estimate import HistogramEstimate, Statistic, statistics_of
from mcmort.results.kept_values import highest_density
from tests.results.slow_histogram import EDGES, histogram_of

type Array = NDArray[np.float64]

_BIN_WIDTH = 2.0**-12
"""Width of a bin over its lower edge, at most."""
_LEAST, _MOST = 2.0**-10, 2.0**50
_ROUNDING = 1e-12
"""Allowed for the rounding of a few operations, each of which errs by 1.1e-16."""

_inside = st.floats(_LEAST, math.nextafter(_MOST, 0.0))
_near = st.builds(
    lambda at, towards: math.nextafter(float(EDGES[at]), towards),
    st.integers(2, BINS - 2),
    st.sampled_from([0.0, 1e20]),
)
_edge = st.builds(lambda at: float(EDGES[at]), st.integers(1, BINS - 2))
_values = st.lists(st.one_of(_inside, _edge, _near), min_size=1, max_size=60)
"""Data of all sizes, with many values on the edges of bins and beside them."""
_clustered = st.builds(
    lambda base, offs: [base * (1.0 + off) for off in offs],
    st.floats(1.0, 1e9),
    st.lists(st.floats(0.0, 0.01), min_size=1, max_size=60),
)
"""Data in few bins, several to a bin."""
_data = st.one_of(_values, _clustered)
_probability = st.floats(0.0, 1.0)


def _same(one: Histogram, other: Histogram) -> bool:
    return one.digest() == other.digest() and one.counts.tobytes() == other.counts.tobytes()


def _estimate(values: Array) -> HistogramEstimate:
    return HistogramEstimate(histogram_of(values), (), np.empty((0, 0)), True)


@given(value=st.one_of(_inside, _edge, _near, st.floats(0.0, _LEAST), st.floats(_MOST)))
def test_the_bin_of_a_value_is_between_its_edges(value: float) -> None:
    """The bits of a value give the bin that a search among the edges gives, on the edges and one step beside them."""
    place = bin_of(value)
    assert place == min(int(np.searchsorted(EDGES, value, side="right")) - 1, BINS - 1)
    assert EDGES[place] <= value
    assert place == BINS - 1 or value < EDGES[place + 1]


def test_bins_cover_the_numbers_without_gaps() -> None:
    """Edges as the histogram gives them are those of the formula, and no bin is wider than it says."""
    histogram = Histogram(0, np.ones(BINS - 1, dtype=np.int64), 0.0, _MOST)
    assert histogram.edges.tolist() == EDGES.tolist() == [lower_edge(index) for index in range(BINS)]
    assert np.max(np.diff(EDGES[1:]) / EDGES[1:-1]) == _BIN_WIDTH == 2.0**-RESOLUTION
    assert [bin_of(float(edge)) for edge in EDGES[::997]] == list(range(0, BINS, 997))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, 0),
        (-0.0, 0),
        (math.nextafter(-_LEAST, 0.0), 0),
        (-_LEAST, BINS - 1),
        (-5.0, BINS - 1),
        (-math.inf, BINS - 1),
        (5e-324, 0),
        (math.nextafter(_LEAST, 0.0), 0),
        (_LEAST, 1),
        (math.nextafter(_MOST, 0.0), BINS - 2),
        (_MOST, BINS - 1),
        (1e308, BINS - 1),
        (math.inf, BINS - 1),
        (math.nan, BINS - 1),
    ],
)
def test_what_lies_outside_falls_into_the_outermost_bins(value: float, expected: int) -> None:
    """Within 2**-10 of zero is the first bin; 2**50 and more, the negative and the undefined are in the last."""
    assert bin_of(value) == expected


@pytest.mark.parametrize("value", [math.nan, -math.nan, math.inf, -math.inf, _MOST, 1e300, -_LEAST, -3.0])
def test_what_cannot_be_placed_is_counted_as_undefined(value: float) -> None:
    """Beside sound draws, one that is undefined, infinite, negative or too large is counted, also after a merge."""
    bad = histogram_of(np.array([1.0, value, 3.0, value]))
    assert (bad.undefined, bad.draws) == (2, 4)
    sound = histogram_of(np.array([1.0, 2.0]))
    assert sound.undefined == 0
    for both in (merge([bad, sound]), merge([sound, bad])):
        assert (both.undefined, both.draws) == (2, 6)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((1.0, -3.0), "negative"),
        ((1.0, _MOST), "larger than 10^15"),
        ((-3.0, _MOST), "undefined"),
        ((1.0, math.nan, -3.0), "undefined"),
        ((1.0, -math.inf), "undefined"),
        ((1.0, math.inf), "undefined"),
    ],
)
def test_the_reason_is_named_where_it_is_sure(values: tuple[float, ...], why: str) -> None:
    """Draws are called negative, or too large, only if all that are undefined are; the largest called so is 2**50."""
    assert histogram_of(np.array(values)).why_undefined == why
    assert _MOST > 1e15


@given(values=_data, probability=_probability)
def test_a_quantile_is_within_a_cell_of_the_order_statistic(values: list[float], probability: float) -> None:
    """Whatever the data, a quantile is at most a relative 2**-12 from the order statistic whose rank is asked for."""
    array = np.sort(np.array(values))
    rank = max(math.ceil(probability * len(array)), 1)
    found = float(histogram_of(array).quantile(probability))
    assert abs(found - array[rank - 1]) <= _BIN_WIDTH * array[rank - 1]
    assert array[0] <= found <= array[-1]


@given(values=st.lists(st.floats(0.0, 4 * _LEAST), min_size=1, max_size=30), probability=_probability)
def test_below_the_first_edge_the_error_is_absolute(values: list[float], probability: float) -> None:
    """Of values down to zero a quantile is at most 2**-10 off: a thousandth of a death."""
    array = np.sort(np.array(values))
    rank = max(math.ceil(probability * len(array)), 1)
    assert abs(float(histogram_of(array).quantile(probability)) - array[rank - 1]) <= _LEAST


def test_the_bound_of_a_quantile_is_tight() -> None:
    """Negative control: a draw alone in its bin, at the lower edge, is given as the upper edge: off by all of it."""
    found = float(histogram_of(np.array([0.5, 1.0, 2.0])).quantile(2.0 / 3.0))
    assert found - 1.0 == pytest.approx(_BIN_WIDTH)


@given(values=_data, probabilities=st.lists(_probability, min_size=2, max_size=9))
def test_quantiles_rise_and_are_the_same_alone_or_together(values: list[float], probabilities: list[float]) -> None:
    """Quantiles never fall as the probability rises, and asking for several gives what asking for each gives."""
    histogram = histogram_of(np.array(values))
    found = histogram.quantile(sorted(probabilities))
    assert np.all(np.diff(found) >= 0.0)
    assert found.tolist() == [float(histogram.quantile(one)) for one in sorted(probabilities)]


@given(values=_data)
def test_many_quantiles_at_once_equal_those_one_at_a_time(values: list[float]) -> None:
    """Bounds under any dependence ask for thousands at once, where a loop over them took nine tenths of the time."""
    counted = histogram_of(np.array(values))
    probabilities = np.linspace(0.0, 1.0, 60).reshape(3, 20)
    alone = [[float(counted.quantile(probability)) for probability in row] for row in probabilities]
    np.testing.assert_allclose(counted.quantile(probabilities), alone, rtol=1e-12)


@given(values=_data, at=st.integers(0, 59), off=st.sampled_from([1.0, 0.5, 2.0, 1.0001]))
def test_the_distribution_function_is_within_the_draws_of_a_bin(values: list[float], at: int, off: float) -> None:
    """The share at most a value differs from the share of the data by at most the draws of one bin."""
    array, histogram = np.array(values), histogram_of(np.array(values))
    value = values[at % len(values)] * off
    if histogram.first <= bin_of(value) < histogram.first + len(histogram.counts):
        inside = int(histogram.counts[bin_of(value) - histogram.first])
    else:
        inside = 0
    assert abs(float(histogram.cdf(value)) - float(np.mean(array <= value))) <= inside / len(array) + _ROUNDING
    assert float(histogram.cdf(array.max())) == 1.0
    assert float(histogram.cdf(np.nextafter(array.min(), 0.0))) == 0.0


@pytest.mark.parametrize("spread", [1e-3, 0.1, 2.0])
def test_distribution_function_and_quantile_are_inverse(spread: float) -> None:
    """The share at most a quantile is its probability; the quantile of the share at most a value is the value.

    The second holds inside bins that have draws: between them the share does not rise. Places within a bin of 2**-13
    of its edge are known to 2**-53 of the edge: to 1e-12 of the draws of the bin.
    """
    histogram = histogram_of(np.random.default_rng(8).lognormal(12.0, spread, 3_000))
    probability = np.linspace(0.0, 1.0, 1_001)[1:-1]
    values = histogram.quantile(probability)
    assert histogram.cdf(values) == pytest.approx(probability, abs=1e-12)
    middles = (0.5 * (histogram.edges[1:] + histogram.edges[:-1]))[histogram.counts > 0]
    assert histogram.quantile(histogram.cdf(middles)) == pytest.approx(middles, rel=1e-12)


@given(values=st.one_of(_data, st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40)), cuts=st.data())
def test_a_histogram_does_not_depend_on_how_draws_are_divided(values: list[float], cuts: st.DataObject) -> None:
    """Any division of the data, in any order and any nesting of merges, gives the same bits as the whole."""
    array = np.array(values)
    whole = histogram_of(array)
    owner = np.array(cuts.draw(st.lists(st.integers(0, 4), min_size=len(array), max_size=len(array))))
    parts = [histogram_of(array[owner == at]) for at in range(5) if (owner == at).any()]
    parts = cuts.draw(st.permutations(parts))
    assert _same(merge(parts), whole)
    from_left = functools.reduce(lambda one, other: merge([one, other]), parts)
    from_right = functools.reduce(lambda one, other: merge([other, one]), reversed(parts))
    assert _same(from_left, whole)
    assert _same(from_right, whole)
    assert _same(merge([whole]), whole)


def test_a_merge_keeps_what_is_undefined() -> None:
    """An undefined extreme survives a merge on either side, where ``min`` and ``max`` of Python would drop it."""
    bad, sound = histogram_of(np.array([math.nan])), histogram_of(np.array([7.0]))
    assert _same(merge([bad, sound]), merge([sound, bad]))
    assert math.isnan(merge([sound, bad]).low)
    assert math.isnan(merge([sound, bad]).high)


@given(value=st.one_of(_inside, st.just(0.0), st.floats(0.0, _LEAST)), count=st.integers(1, 10**9))
def test_a_constant_is_exact(value: float, count: int) -> None:
    """Of draws that are all the same every quantile is that value to the last bit, and nothing spreads."""
    histogram = Histogram(bin_of(value), np.array([count], dtype=np.int64), value, value)
    assert histogram.quantile([0.0, 0.025, 0.5, 1.0]).tolist() == [value] * 4
    assert histogram.shortest(0.9) == (value, value)
    assert (float(histogram.cdf(value)), float(histogram.cdf(math.nextafter(value, -1.0)))) == (1.0, 0.0)
    assert histogram.mean == pytest.approx(value, rel=1e-15, abs=1e-320)
    assert histogram.sd <= 1e-15 * value
    one = HistogramEstimate(histogram, (), np.empty((0, 0)), True)
    assert one.quantile_error(0.5) == 0.0
    assert one.mean_error() <= 1e-15 * value


def test_atoms_at_both_ends_are_exact() -> None:
    """Where half of the draws are the smallest value and half the largest, quantiles are these, without a bin's width.

    The values stand on the edges of their bins, where a bin that is clipped to the extremes has no width.
    """
    histogram = histogram_of(np.array([8.0] * 500 + [1024.0] * 500))
    assert histogram.quantile([0.025, 0.49]).tolist() == pytest.approx([8.0, 8.0], rel=_BIN_WIDTH)
    assert histogram.quantile([0.51, 0.975, 1.0]).tolist() == [1024.0] * 3
    assert (float(histogram.cdf(9.0)), float(histogram.cdf(1024.0))) == (0.5, 1.0)


@given(values=_data)
def test_mean_and_deviation_are_within_half_a_bin(values: list[float]) -> None:
    """The mean errs by at most a relative 2**-13; so does the deviation, over the root mean square of the data.

    Every draw is moved by at most 2**-13 of itself, and a deviation is a norm: it moves by no more than the norm of the
    moves.
    """
    array, histogram = np.array(values), histogram_of(np.array(values))
    n = len(array)
    assert abs(histogram.mean - array.mean()) <= (_BIN_WIDTH / 2 + _ROUNDING) * array.mean()
    if n > 1:
        square = float(np.sqrt(np.mean((array / array.max()) ** 2)) * array.max())
        moved = (_BIN_WIDTH / 2) * square * math.sqrt(n / (n - 1))
        assert abs(histogram.sd - float(np.std(array, ddof=1))) <= moved + _ROUNDING * square
    else:
        assert histogram.sd == 0.0


@given(values=_data, probability=st.floats(0.05, 0.999))
def test_the_shortest_interval_is_no_longer_than_the_exact_one(values: list[float], probability: float) -> None:
    """Its length exceeds that of the exact shortest interval by at most a bin on either side, and it holds its share.

    The share is that of the histogram, on which draws are spread within a bin: the data of one bin may be missing.
    """
    array = np.sort(np.array(values))
    # the last digit of a product of count and probability may ask for one draw more: a hair less asks for the same
    asked = probability * (1.0 - 1e-12)
    low, high = histogram_of(array).shortest(asked)
    exact_low, exact_high = highest_density(array, probability)
    assert high - low <= exact_high - exact_low + _BIN_WIDTH * (exact_low + exact_high) * (1.0 + 1e-9)
    assert array[0] <= low <= high <= array[-1]
    histogram = histogram_of(array)
    largest = histogram.counts.max() / len(array)
    assert np.mean((array >= low) & (array <= high)) >= asked - largest - _ROUNDING


def test_the_shortest_interval_of_a_skew_distribution() -> None:
    """Of a million quantiles of a lognormal the interval is SciPy's analytic highest-density interval.

    A share that lies within `d` of the best has ends that stray by its square root: the density is flat to first order
    there. Allowed for each end is 1 %, and for the length two bins.
    """
    distribution = stats.lognorm(0.8, scale=1e5)
    array = np.asarray(distribution.ppf((np.arange(1_000_000) + 0.5) / 1e6))
    low, high = histogram_of(array).shortest(0.9)
    below = np.linspace(1e-4, 0.1 - 1e-4, 20_001)
    widths = distribution.ppf(below + 0.9) - distribution.ppf(below)
    best = int(np.argmin(widths))
    assert high - low == pytest.approx(widths[best], rel=2 * _BIN_WIDTH)
    assert low == pytest.approx(distribution.ppf(below[best]), rel=0.01)
    assert high == pytest.approx(distribution.ppf(below[best] + 0.9), rel=0.01)
    equal_tailed = np.quantile(array, [0.05, 0.95])
    assert high - low < 0.95 * (equal_tailed[1] - equal_tailed[0])  # so the test could tell them apart


@given(values=_data, at=st.integers(0, 59))
def test_the_digest_changes_with_any_count(values: list[float], at: int) -> None:
    """One draw more in any bin, another place or another extreme by one bit, and the digest is another."""
    histogram = histogram_of(np.array(values))
    digest = histogram.digest()
    counts = histogram.counts.copy()
    counts[at % len(counts)] += 1
    changed = [
        replace(histogram, counts=counts),
        replace(histogram, first=histogram.first + 1),
        replace(histogram, low=math.nextafter(histogram.low, 0.0)),
        replace(histogram, high=math.nextafter(histogram.high, math.inf)),
        replace(histogram, counts=np.append(histogram.counts, 0)),
    ]
    assert len({digest, *(one.digest() for one in changed)}) == 6
    assert replace(histogram, counts=histogram.counts.copy()).digest() == digest


def test_the_digest_is_that_of_a_fixed_text() -> None:
    """Golden: the digest of a small histogram, so that receipts of today can be verified tomorrow."""
    histogram = Histogram(5, np.array([1, 2, 3], dtype=np.int64), 0.5, 2.0)
    assert histogram.digest() == "4447b56fe2a6dae6487b23d57dc77cc9f4dcd19b8ffd9de8e76fca6d18eb4337"


@pytest.mark.parametrize("probability", [0.025, 0.5, 0.975])
def test_the_error_of_a_quantile_is_that_of_theory(probability: float) -> None:
    """Of 400,000 draws the error is the root of p (1 - p) / n over the density, as for any sample quantile.

    Between the two quantiles a standard error apart lie ``2 sqrt(n p (1 - p))`` draws, 197 in the tails, whose number
    varies by its root: three of these are 21 %. Of evenly placed draws only the width of the bins is left.
    """
    distribution = stats.lognorm(0.5, scale=1e6)
    n = 400_000
    array = np.asarray(distribution.rvs(n, random_state=np.random.default_rng(3)))
    density = distribution.pdf(distribution.ppf(probability))
    expected = math.sqrt(probability * (1.0 - probability) / n) / density
    assert _estimate(array).quantile_error(probability) == pytest.approx(expected, rel=0.21)
    exact = _estimate(np.asarray(distribution.ppf((np.arange(n) + 0.5) / n)))
    bins = _BIN_WIDTH * float(distribution.ppf(probability)) / expected
    assert exact.quantile_error(probability) == pytest.approx(expected, rel=0.01 + bins)


def test_the_error_of_a_mean_is_that_of_theory() -> None:
    """The error of a mean of independent draws is their standard deviation over the root of their number."""
    array = np.random.default_rng(4).gamma(5.0, 1e5, 40_000)
    assert _estimate(array).mean_error() == pytest.approx(np.std(array, ddof=1) / 200.0, rel=1e-3)


def _of_replicates(rows: Sequence[Sequence[float]], statistics: tuple[Statistic, ...]) -> HistogramEstimate:
    return HistogramEstimate(histogram_of(np.array([1.0, 2.0])), statistics, np.array(rows), False)


def test_errors_of_nets_come_from_their_spread() -> None:
    """The error is the standard error of the mean of 8 replicates, widened from the normal to Student's t."""
    rows = np.random.default_rng(5).normal(10.0, 1.0, (8, 4))
    statistics: tuple[Statistic, ...] = (
        ("mean", 0.0),
        ("quantile", 0.5),
        ("shortest-low", 0.9),
        ("shortest-high", 0.9),
    )
    estimate = _of_replicates(rows.tolist(), statistics)
    half_width = stats.t.ppf(0.975, 7) * rows.std(axis=0, ddof=1) / math.sqrt(8.0)
    assert 1.96 * estimate.mean_error() == pytest.approx(half_width[0], rel=1e-4)
    assert 1.96 * estimate.quantile_error(0.5) == pytest.approx(half_width[1], rel=1e-4)
    assert 1.96 * np.array(estimate.shortest_errors(0.9)) == pytest.approx(half_width[2:], rel=1e-4)


def test_an_error_that_was_not_asked_for_is_unknown() -> None:
    """Figures that were not computed of each replicate, or of one replicate only, have no error: NaN, not zero."""
    one = _of_replicates([[1.0], [2.0]], (("quantile", 0.5),))
    assert math.isnan(one.quantile_error(0.9))
    assert math.isnan(one.mean_error())
    assert all(math.isnan(error) for error in one.shortest_errors(0.9))
    assert math.isnan(_of_replicates([[1.0]], (("quantile", 0.5),)).quantile_error(0.5))
    assert not math.isnan(one.quantile_error(0.5))


def test_a_probability_typed_by_hand_has_its_error() -> None:
    """The lower limit of a 95 % interval is asked for as (1 - 0.95) / 2; 0.025 differs in the last digits only."""
    tail = (1.0 - 0.95) / 2.0
    assert tail != 0.025
    one = _of_replicates([[1.0], [2.0]], (("quantile", tail),))
    assert one.quantile_error(0.025) == one.quantile_error(tail) > 0.0
    assert math.isnan(one.quantile_error(0.0250001))


@pytest.mark.slow
def test_the_error_of_a_shortest_interval_is_its_spread(seed: int) -> None:
    """Over 60 samples the errors stated of the ends are their spread, within a factor of two.

    A spread of 60 has a relative error of 0.09 and the mean of ten, of 20 subsamples each, one of 0.05, and the law of
    the cube root holds in the limit only: a factor of two is seven standard errors.
    """
    samples = np.random.default_rng(seed).lognormal(10.0, 0.8, (60, 20_000))
    histograms = [_estimate(sample) for sample in samples]
    spread = np.std([one.whole.shortest(0.9) for one in histograms], axis=0)
    stated = np.mean([one.shortest_errors(0.9) for one in histograms[:10]], axis=0)
    assert np.all((stated / spread > 0.5) & (stated / spread < 2.0))


def test_the_error_of_a_shortest_interval_repeats_itself() -> None:
    """The same histogram has the same errors to the last bit; too few draws have none."""
    array = np.random.default_rng(6).lognormal(10.0, 0.8, 5_000)
    assert _estimate(array).shortest_errors(0.9) == _estimate(array).shortest_errors(0.9)
    assert all(math.isnan(error) for error in _estimate(array[:199]).shortest_errors(0.9))


def test_figures_are_those_of_the_histogram() -> None:
    """Figures of a replicate are its mean, quantiles and ends of shortest intervals, in the order asked for."""
    histogram = histogram_of(np.random.default_rng(7).lognormal(10.0, 0.8, 1_000))
    statistics: list[Statistic] = [
        ("shortest-high", 0.9), ("quantile", 0.975), ("mean", 0.0), ("quantile", 0.5), ("shortest-low", 0.9),
    ]  # fmt: skip
    low, high = histogram.shortest(0.9)
    expected = [high, float(histogram.quantile(0.975)), histogram.mean, float(histogram.quantile(0.5)), low]
    assert statistics_of(histogram, statistics).tolist() == expected
    assert statistics_of(histogram, []).tolist() == []
