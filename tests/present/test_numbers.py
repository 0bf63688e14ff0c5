"""Rounding: the rule of the Particle Data Group, its limit by the Monte Carlo error, and one unit for an interval."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcmort.analysis import Summary, summarise
from mcmort.present.numbers import FEWEST, Rounding, deciding, percent, rounding_for
from tests.present.made import normal_summary, ussr_comparison, ussr_draws

MILLION = 1_000_000.0


def _width(quarter: float, centre: float | None = None) -> Summary:
    """Return a summary of which a quarter of the 95 % interval has a given size."""
    centre = 6.0 * quarter if centre is None else centre
    summary = normal_summary(centre, 1.0)
    ends = (centre - 2 * quarter, centre + 2 * quarter)
    intervals = tuple(
        replace(one, low=ends[0], high=ends[1]) if one.probability == 0.95 else one for one in summary.intervals
    )
    return replace(summary, intervals=intervals)


@pytest.mark.parametrize(
    ("quarter", "exponent"),
    [
        (100_000, 4),
        (354_000, 4),
        (354_499, 4),
        (354_501, 5),  # three leading digits are 355
        (355_000, 5),
        (949_000, 5),
        (949_499, 5),
        (950_000, 5),  # becomes 1.0 million with two digits, whose unit is the same
        (999_000, 5),
        (1_000_000, 5),
        (3_540_000, 5),
        (3_560_000, 6),
    ],
)
def test_the_unit_follows_the_rule_of_the_particle_data_group(quarter: float, exponent: int) -> None:
    """Leading digits 100-354 keep two digits of a quarter of the interval, 355-949 one; 950-999 become 1000."""
    assert rounding_for(_width(quarter)).exponent == exponent


@pytest.mark.parametrize(
    ("centre", "error", "printed"),
    [(0.827, 0.119, ("0.83", "0.12")), (0.827, 0.367, ("0.8", "0.4")), (0.827, 0.960, ("0.8", "1.0"))],
)
def test_the_published_examples_round_as_published(centre: float, error: float, printed: tuple[str, str]) -> None:
    """0.827 +- 0.119 is printed 0.83 +- 0.12 and 0.827 +- 0.367 is printed 0.8 +- 0.4 (PDG Review, section 5.3)."""
    # in millions, with the interval as wide as four times the error, whatever the median
    rounding = replace(rounding_for(_width(error * MILLION)), millions=True)
    assert (rounding.digits(centre * MILLION), rounding.digits(error * MILLION)) == printed


@given(
    quarter=st.floats(0.6, 9e7),
    error=st.floats(0.0, 1e7),
    centre=st.floats(1e8, 1e9),
)
def test_no_digit_is_finer_than_twice_the_monte_carlo_error(quarter: float, error: float, centre: float) -> None:
    """The unit is at least twice the largest Monte Carlo error of median and ends, unless the median would vanish."""
    summary = _width(quarter, centre)
    intervals = tuple(replace(one, low_error=error, high_error=error / 3) for one in summary.intervals)
    rounding = rounding_for(replace(summary, median_error=error / 2, intervals=intervals))
    assert 10.0**rounding.exponent >= min(2.0 * error, 10.0 ** math.floor(math.log10(centre)))


def test_the_error_of_the_median_limits_digits_too() -> None:
    """Where the median is less sure than the ends, the median's error sets the unit."""
    summary = replace(normal_summary(5e6, 1e4, error=0.0), median_error=40_000.0)
    assert rounding_for(summary).exponent == 5
    assert rounding_for(summary).is_limited
    assert not rounding_for(normal_summary(5e6, 1e4)).is_limited


def test_the_unit_is_the_same_whichever_interval_is_printed() -> None:
    """Digits follow the 95 % interval also where one of 50 % or 99 % is printed beside it."""
    values = ussr_draws().columns["all:famine-ukraine"]
    units = {rounding_for(summarise(values, levels)).exponent for levels in [(0.95,), (0.5, 0.95), (0.95, 0.99)]}
    assert len(units) == 1
    assert deciding(summarise(values, (0.5, 0.95, 0.99))).probability == 0.95
    assert deciding(summarise(values, (0.5, 0.9))).probability == 0.9


@given(centre=st.floats(1.0, 1e9), spread=st.floats(0.01, 50.0), error=st.floats(0.0, 10.0))
def test_nothing_positive_has_a_median_printed_as_zero(centre: float, spread: float, error: float) -> None:
    """However wide the interval and however large the Monte Carlo error, a positive median keeps a figure."""
    rounding = rounding_for(normal_summary(centre, spread * centre, error * centre))
    headline = rounding_for(normal_summary(centre, spread * centre, error * centre), headline=True)
    for one in (rounding, headline):
        assert float(one.digits(centre).replace(",", "")) > 0.0


@given(low=st.floats(1e3, 1e8), wide=st.floats(1.001, 50.0))
def test_a_headline_has_at_most_two_figures(low: float, wide: float) -> None:
    """Both ends of a headline are multiples of a unit with two figures of the upper, unless that would merge them."""
    high = low * wide
    summary = normal_summary((low + high) / 2, (high - low) / (2 * 1.959964))
    short, usual = rounding_for(summary, headline=True), rounding_for(summary)
    assert short.exponent >= usual.exponent
    ends = deciding(summary)
    two = math.floor(math.log10(ends.high)) - 1
    merged = round(ends.low, -two) == round(ends.high, -two) or round(ends.low, -two) == 0
    assert merged or short.exponent >= two
    assert short.value(ends.low) < short.value(ends.high) or usual.value(ends.low) == usual.value(ends.high)


@given(centre=st.floats(1_000.0, 1e9), wide=st.floats(0.02, 0.5))
def test_a_table_has_at_most_three_figures(centre: float, wide: float) -> None:
    """Ends further apart than one in a hundred are printed with at most three significant figures."""
    summary = normal_summary(centre, wide * centre / 1.959964)
    rounding, high = rounding_for(summary), deciding(summary).high
    assert rounding.exponent >= math.floor(math.log10(high)) - 2
    assert rounding.value(deciding(summary).low) < rounding.value(high)


def test_close_ends_keep_the_digits_in_which_they_differ() -> None:
    """A count known to one in ten thousand is not printed as an interval of no width."""
    summary = normal_summary(436_450, 20)
    assert rounding_for(summary).span(*(deciding(summary).low, deciding(summary).high)) == "436,411\N{EN DASH}436,489"


def test_an_interval_has_one_unit_word() -> None:
    """A span says million once, for both ends, and never mixes persons with millions."""
    rounding = Rounding(4, millions=True)
    assert rounding.span(503_000, 1_634_000) == "0.50\N{EN DASH}1.63 million"
    assert rounding.span(503_000, 1_634_000, to=" to ") == "0.50 to 1.63 million"
    assert Rounding(4, millions=False).span(503_000, 938_000) == "500,000\N{EN DASH}940,000"
    assert Rounding(6, millions=True).number(12_345_678) == "12 million"


def test_what_rounds_to_a_million_is_printed_in_millions() -> None:
    """An upper end of 999,700 that rounds to a million reads 1.0 million, not 1,000,000."""
    rounding = rounding_for(normal_summary(800_000, 199_700 / 1.959964))
    assert rounding.span(600_300, 999_700) == "0.60\N{EN DASH}1.00 million"


def test_few_draws_print_one_figure() -> None:
    """With too few draws to estimate the Monte Carlo error, a single draw is not printed with three digits."""
    summary = summarise(ussr_draws().columns["all:famine-ukraine"][: FEWEST - 1])
    assert rounding_for(summary).exponent == math.floor(math.log10(summary.median))
    one = summarise(ussr_draws().columns["all:famine-ukraine"][:1])
    assert re.fullmatch(r"[1-9]\N{EN DASH}[1-9] million", rounding_for(one).span(one.median, one.median))


def test_zero_is_printed_as_zero() -> None:
    """A total that is nothing on every draw neither fails nor gets invented digits."""
    summary = summarise(ussr_draws().columns["all:famine-ukraine"] * 0.0)
    assert rounding_for(summary).span(0.0, 0.0) == "0\N{EN DASH}0"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.004, "under 1 %"),
        (0.005, "under 1 %"),
        (0.006, "1 %"),
        (0.25, "25 %"),
        (0.9949, "99 %"),
        (0.998, "over 99 %"),
        (1.0, "100 %"),
        (1.0 - 1e-12, "100 %"),
        (1.02, "102 %"),
        (-0.02, "\N{MINUS SIGN}2 %"),
        (-0.004, "\N{MINUS SIGN}(under 1 %)"),
    ],
)
def test_a_share_is_neither_rounded_to_nothing_nor_to_the_whole(share: float, text: str) -> None:
    """A share is printed in whole per cent; what would read as nothing or as all says so in words."""
    assert percent(share) == text


def test_the_rule_bites_on_the_shipped_case() -> None:
    """On the Soviet case the printed ends differ from the raw ones by no more than half a unit."""
    for row in ussr_comparison().rows:
        rounding = rounding_for(row.summary)
        for interval in row.summary.intervals:
            assert abs(rounding.value(interval.high) - interval.high) <= 0.5 * 10.0**rounding.exponent * (1 + 1e-12)
