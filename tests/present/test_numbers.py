"""Rounding: within a twentieth of the interval's width, above the Monte Carlo error, one unit for an interval."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import mcmort as mm
from mcmort.analysis import Interval, summarise
from mcmort.present.engine_note import engine_note
from mcmort.present.numbers import (
    FEWEST,
    MINUS,
    Rounding,
    is_near_zero,
    percent,
    rounding_for,
    rounding_of,
    share_moved,
    significant,
    telling_apart,
    with_error,
)
from tests.cases import case_of, component, ranged
from tests.present.made import normal_summary, ussr_comparison, ussr_draws, ussr_total

DASH = "\N{EN DASH}"
VECTORS = json.loads((Path(__file__).parent / "rounding-vectors.json").read_text(encoding="utf-8"))["vectors"]


def read(text: str) -> float:
    """Return the number that a text without unit word stands for."""
    return float(text.replace(",", "").replace(MINUS, "-"))


def read_span(text: str) -> tuple[float, float]:
    """Return the ends of a printed interval."""
    bare = text.removesuffix(" or more")
    unit = 1e6 if bare.endswith(" million") else 1.0
    low, high = re.split(rf"{DASH}| to ", bare.removesuffix(" million"))
    return unit * read(low), unit * read(high)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["why"] for vector in VECTORS])
def test_shared_vectors_are_printed_as_they_say(vector: dict[str, Any]) -> None:
    """The vectors that every implementation of the rule shares hold for this one."""
    low, median, high = vector["low"], vector["median"], vector["high"]
    rounding = rounding_of((low, median, high), error=vector["error"])
    printed = (rounding.span(low, high), rounding.number(median), rounding.is_limited)
    assert printed == (vector["interval"], vector["middle"], vector["limited"])


@given(
    ends=st.tuples(st.floats(-1e9, 1e9), st.floats(1e3, 1e9), st.floats(0.0, 1.0)),
    error=st.floats(0.0, 0.01),
)
def test_printed_numbers_lie_within_a_twentieth_of_the_width_and_the_error_below_the_unit(
    ends: tuple[float, float, float], error: float
) -> None:
    """However an interval lies, each printed number is near its computed one, and a hundredth is less than the unit."""
    low, width, place = ends
    high, median = low + width, low + place * width
    rounding = rounding_of((low, median, high), width, error * width)
    unit = 1e6 if rounding.millions else 1.0
    for number in (low, median, high):
        assert abs(unit * read(rounding.digits(number)) - number) <= width / 20 * (1 + 1e-6)
    assert error * width <= 10.0**rounding.exponent <= width / 8
    assert not rounding.is_limited
    assert rounding.value(low) < rounding.value(high)


@given(low=st.floats(0.0, 1e8), width=st.floats(1e3, 1e9), place=st.floats(0.0, 1.0))
def test_no_coarser_unit_would_do(low: float, width: float, place: float) -> None:
    """With ten times the unit an end or the median is too far off, or the width has fewer than eight units."""
    numbers = (low, low + place * width, low + width)
    unit = 10.0 ** rounding_of(tuple(-number for number in numbers), width).exponent  # where no small number is kept
    errors = [abs(round(number / (10 * unit)) * 10 * unit - number) for number in numbers]
    assert max(errors) > width / 20 * (1 - 1e-6) or 80 * unit > width


@given(centre=st.floats(1.0, 1e9), spread=st.floats(0.01, 50.0), error=st.floats(0.0, 10.0))
def test_positive_counts_are_not_printed_as_zero(centre: float, spread: float, error: float) -> None:
    """However wide the interval and however large the Monte Carlo error, what is positive keeps a figure."""
    numbers = (centre, (1.0 + spread) * centre, (1.0 + 100.0 * spread) * centre)
    rounding = rounding_of(numbers, error=error * centre)
    assert all(read(rounding.digits(number)) > 0.0 for number in numbers)


def test_error_of_the_median_is_said_and_leaves_the_ends_their_digits() -> None:
    """Where only the median is unsure, as between two humps, the rounding is marked and its unit stays."""
    sure = normal_summary(5e6, 1e6)
    unsure = replace(sure, median_error=150_000.0)
    assert rounding_for(unsure) == replace(rounding_for(sure), is_limited=True)
    assert not rounding_for(sure).is_limited


def test_unit_is_that_of_the_interval_that_is_printed() -> None:
    """Each interval has the unit that its own width asks for, whatever others the summary holds."""
    values = ussr_draws().columns["all:famine-ukraine"]
    for level in (0.5, 0.8, 0.95):
        alone, among = summarise(values, (level,)), summarise(values, (0.5, 0.8, 0.95))
        assert rounding_for(alone, level) == rounding_for(among, level)


def test_an_interval_has_one_unit_word() -> None:
    """A span says million once, for both ends, and never mixes persons with millions."""
    rounding = Rounding(4, millions=True)
    assert rounding.span(503_000, 1_634_000) == "0.50\N{EN DASH}1.63 million"
    assert rounding.span(503_000, 1_634_000, to=" to ") == "0.50 to 1.63 million"
    assert Rounding(4, millions=False).span(503_000, 938_000) == "500,000\N{EN DASH}940,000"
    assert Rounding(6, millions=True).number(12_345_678) == "12 million"


def test_few_draws_print_one_figure() -> None:
    """With too few draws to estimate the Monte Carlo error, a single draw is not printed with three digits."""
    summary = summarise(ussr_draws().columns["all:famine-ukraine"][: FEWEST - 1])
    assert rounding_for(summary).exponent == math.floor(math.log10(summary.median))
    one = summarise(ussr_draws().columns["all:famine-ukraine"][:1])
    assert re.fullmatch(r"[1-9]\N{EN DASH}[1-9] million", rounding_for(one).span(one.median, one.median))


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


@st.composite
def shapes(draw: st.DrawFn) -> NDArray[np.float64]:
    """Return draws of a random distribution: lognormal, normal on either side of zero, or of two humps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale, spread = 10.0 ** draw(st.floats(3.5, 8.0)), draw(st.floats(0.05, 1.5))
    shape = draw(st.sampled_from(["lognormal", "normal", "humps"]))
    values = rng.lognormal(0.0, spread, 20_000) if shape == "lognormal" else rng.normal(0.0, spread, 20_000)
    if shape == "normal":
        values += draw(st.floats(-2.0, 2.0))
    elif shape == "humps":
        values = 0.1 * values + np.where(rng.random(20_000) < 0.7, 1.0, 3.0)
    scaled: NDArray[np.float64] = scale * values
    return scaled


@given(values=shapes(), level=st.sampled_from([0.5, 0.8, 0.95]))
def test_intervals_of_random_distributions_obey_the_rule(values: NDArray[np.float64], level: float) -> None:
    """The printed ends and median are near the computed ones, and errors are below the unit or said."""
    summary = summarise(values, (level,), shortest=False)
    interval, rounding = summary.interval(level), rounding_for(summary, level)
    width = interval.high - interval.low
    if max(interval.low_error, interval.high_error) <= width / 20:
        printed = read_span(rounding.span(interval.low, interval.high))
        assert abs(printed[0] - interval.low) <= width / 20 * (1 + 1e-6)
        assert abs(printed[1] - interval.high) <= width / 20 * (1 + 1e-6)
        assert abs(rounding.value(summary.median) - summary.median) <= width / 20 * (1 + 1e-6)
    errors = (interval.low_error, summary.median_error, interval.high_error)
    assert rounding.is_limited or max(errors) <= 10.0**rounding.exponent


@pytest.mark.slow
@given(low=st.floats(1e2, 1e6), ratio=st.floats(1.05, 200.0), level=st.sampled_from([0.5, 0.8, 0.95]))
@settings(max_examples=15, deadline=None)
def test_headline_table_figure_and_json_print_one_interval(low: float, ratio: float, level: float) -> None:
    """The same digits stand in the headline, in the tables, beside the line of the figure and in the texts of JSON."""
    draws = mm.simulate(case_of(component("one", ranged(low, low * ratio))), 1_000, rng=1)
    total, compared = mm.total(draws, "whole", interval=level), mm.compare(draws, interval=level)
    rounding, interval = rounding_for(total.summary, level), total.summary.interval(level)
    span, median = rounding.span(interval.low, interval.high), rounding.number(total.summary.median)
    sentence = f": {span.replace(DASH, ' to ')} ({100 * level:g} % credible interval; median {median})"
    assert sentence in total.headline
    lines = [line for line in total.render("text").splitlines() if line.startswith(" Total ")]
    lines += [line for line in compared.render("text").splitlines() if line.startswith(" whole ")]
    assert all(span in line and median in line for line in lines)
    assert len(lines) == 2
    assert span in [text.get_text() for text in compared.figure().axes[0].texts]
    document = total.document()
    assert document.headline in total.headline
    texts = {one.text for one in document.intervals if (one.probability, one.kind) == (level, "equal-tailed")}
    assert texts == {span}


def test_elicited_engine_draws_until_digits_are_sure_unless_told_how_often() -> None:
    """A wide total gets more draws than usual; a number of draws that is given stays, and what is unsure is said."""
    case = case_of(component("one", ranged(100.0, 1_000_000.0, family="lognormal")))
    enough = mm.total(mm.Sampler(case, rng=1), "whole")
    interval = enough.summary.interval(0.95)
    assert enough.total.draws.manifest.draws > 100_000
    assert max(interval.low_error, interval.high_error) <= 0.01 * (interval.high - interval.low)
    few = mm.total(mm.Sampler(case, 300, rng=1), "whole")
    assert few.total.draws.manifest.draws == 300
    assert "known less surely than the last digit printed" in " ".join(str(few).split())
    assert "known less surely" not in str(enough)


def test_error_is_no_share_of_a_median_near_zero() -> None:
    """Beneath a total around zero the Monte Carlo error is in persons, beneath another in per cent of the median."""
    total = ussr_total("broad").total
    around = normal_summary(3.0, 693.0, error=4.2)
    assert "Monte Carlo error of the interval's ends at most 4.2." in engine_note(total, around)
    assert "% of the median" in engine_note(total, normal_summary(-5_000.0, 693.0, error=4.2))
    assert is_near_zero(-3.0, Interval(0.95, "equal-tailed", -100.0, 90.0, 0.0, 0.0))
    assert not is_near_zero(-30.0, Interval(0.95, "equal-tailed", -100.0, 40.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("value", "text"), [(1_234_567.0, "1.23 million"), (-45_678.0, f"{MINUS}45,700"), (3.14159, "3.14"), (0.0, "0")]
)
def test_numbers_without_an_interval_have_three_figures(value: float, text: str) -> None:
    """Of an error or a bare figure three significant figures are printed."""
    assert significant(value) == text


def test_shipped_case_is_printed_within_a_twentieth() -> None:
    """On the Soviet case every printed end lies within a twentieth of its interval's width of the computed one."""
    for row in ussr_comparison().rows:
        for interval in [interval for interval in row.summary.intervals if interval.kind == "equal-tailed"]:
            rounding = rounding_for(row.summary, interval.probability)
            printed = read_span(rounding.span(interval.low, interval.high))
            allowed = (interval.high - interval.low) / 20 * (1 + 1e-6)
            assert abs(printed[0] - interval.low) <= allowed
            assert abs(printed[1] - interval.high) <= allowed


@pytest.mark.parametrize(
    ("value", "error", "finest", "millions", "printed"),
    [
        (4_112_345.0, 48_000.0, 4, True, "+4.11±0.05"),
        (-1_383.4, 34.1, 1, False, f"{MINUS}1,380±30"),
        (-53_000.0, 400.0, 4, True, f"{MINUS}0.05"),
        (0.0, 0.0, 0, False, "0"),
        (-1_380_000.0, 130_000.0, 4, True, f"{MINUS}1.4±0.1"),
        (3_000.0, 6_000.0, 4, True, "0.00±0.01"),
    ],
)
def test_shift_is_printed_to_the_unit_of_its_error(
    value: float, error: float, finest: int, millions: bool, printed: str
) -> None:
    """A shift and its error share one unit: that of the table, or the first figure of a larger error."""
    assert with_error(value, error, finest, millions=millions) == printed


@pytest.mark.parametrize(
    ("share", "error", "printed"),
    [(0.0864, 0.0005, "8.6 %"), (-0.123, 0.0, "12 %"), (0.02, 0.006, "2 %"), (0.0001, 0.0001, "under 0.1 %")],
)
def test_share_of_a_shift_is_printed_as_far_as_its_error_allows(share: float, error: float, printed: str) -> None:
    """Per cent with a decimal below ten, unless the error is half a per cent or more; the sign is said in words."""
    assert share_moved(share, error) == printed


def test_numbers_that_differ_are_printed_apart_with_two_more_digits_at_most() -> None:
    """1.93, 1.98 and 2.02 million at one decimal would read 1.9, 2.0 and 2.0; what hardly differs stays alike."""
    coarse = Rounding(5, millions=True)
    finer = telling_apart(coarse, [(1.93e6, 1.98e6), (1.98e6, 2.02e6)])
    assert [finer.digits(number) for number in (1.93e6, 1.98e6, 2.02e6)] == ["1.93", "1.98", "2.02"]
    assert telling_apart(coarse, [(1.9e6, 1.9e6), (1.9e6, 2.1e6)]) == coarse
    assert telling_apart(coarse, [(1.98e6, 1.98e6 + 1)]).exponent == 3
