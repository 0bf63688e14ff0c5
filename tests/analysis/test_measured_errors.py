"""What pairs show when counted: small examples worked by hand, and intervals against SciPy."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy import stats

from mcmort.analysis.measured_errors import agreement, completeness, kappa, lag_errors, observed, readings_held
from mcmort.analysis.measured_errors.observed import held_share
from mcmort.catalogue.measured_errors import load_errors
from mcmort.catalogue.measured_errors.load import errors_folder
from tests.measured_errors import ROW, pair, write_pairs


def test_event_with_many_figures_counts_once() -> None:
    """Errors of ln 2 and ln 8 in one event and 0 in another: the mean of event means is ln 2, not (4/3) ln 2."""
    pairs = [
        pair(),
        pair(id="two", best=800.0),
        pair(id="three", event="A fire", best=100.0),
    ]
    counted = observed(pairs)
    assert (counted.pairs, counted.events) == (3, 2)
    assert counted.mean == pytest.approx(math.log(2), rel=1e-12)
    assert counted.spread == pytest.approx(2 * math.log(2) / math.sqrt(2), rel=1e-12)
    assert counted.median == pytest.approx(math.log(2), rel=1e-12)
    assert (counted.too_high, counted.too_low) == pytest.approx((2 / 3, 0.0))
    assert (counted.within_two, counted.within_five) == pytest.approx((2 / 3, 2 / 3))


def test_no_pairs_give_nothing_to_say() -> None:
    """Without pairs the means are not numbers, and one event has no spread."""
    assert math.isnan(observed([]).mean)
    assert math.isnan(observed([pair()]).spread)


@pytest.mark.parametrize(("held", "count"), [(3, 24), (0, 7), (12, 12), (13, 27)])
def test_interval_of_a_share_agrees_with_scipy(held: int, count: int) -> None:
    """The interval of a share is that of Wilson, as SciPy has it."""
    expected = stats.binomtest(held, count).proportion_ci(method="wilson")
    assert held_share(held, count) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_kappa_of_a_published_table() -> None:
    """Two readers agree in 20 + 15 of 50 judgements, with 25 and 30 times yes: kappa is 0.4."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(first, second) == pytest.approx(0.4, rel=1e-12)
    assert kappa(first, first) == 1.0


def test_second_reading_of_what_ships_agrees_beyond_chance() -> None:
    """The blind reading agrees with the first nearly always in basis and kind, and substantially in interest."""
    found = {one.code: one for one in agreement(errors_folder() / "second-reading.csv")}
    assert found["basis"].kappa > 0.9
    assert found["kind"].kappa > 0.9
    assert 0.6 < found["interest"].kappa < 0.9


def test_second_reading_of_added_pairs_agrees_in_basis_and_less_in_kind() -> None:
    """A reader who had not seen the table agrees substantially in basis, less in kind and interest."""
    found = {one.code: one for one in agreement(errors_folder() / "second-reading-added.csv")}
    assert found["basis"].pairs == 42
    assert found["basis"].kappa > 0.6
    assert 0.2 < found["kind"].kappa < 0.6
    assert 0.2 < found["interest"].kappa < 0.6


def test_readings_hold_or_fail_by_their_own_rule() -> None:
    """A range holds inside its ends, "at least" from above, "up to" from below; the shortfall is in half-widths."""
    wide = {"reads": "range", "low": 50.0, "high": 200.0, "best": None}
    narrow = {"reads": "range", "low": 200.0, "high": 800.0, "best": None, "id": "two"}
    bound = {"reads": "at-least", "low": 200.0, "best": None, "id": "three"}
    upper = {"reads": "up-to", "high": 200.0, "best": None, "id": "four"}
    records = {record.name: record for record in readings_held([pair(**one) for one in (wide, narrow, bound, upper)])}
    ranges = records["printed ranges"]
    assert (ranges.pairs, ranges.held) == (2, 1)
    # the count of 100 is the middle of 50 to 200, and ln 4 below that of 200 to 800, whose half-width is ln 2
    assert ranges.ratio == pytest.approx((0.0 + 2.0) / 2)
    assert (records['"at least", in assertions'].held, records['"at least", in assertions'].pairs) == (0, 1)
    assert records['"up to", "as many as"'].held == 1
    assert records['"up to", "as many as"'].ratio == pytest.approx(0.5)


def test_figures_are_sorted_by_years_after_the_event() -> None:
    """A figure said in the last year of the event belongs to the first span, one of three years later to the second."""
    same, later, *_ = lag_errors([pair(said=1990), pair(id="two"), pair(id="three", basis="testimony", said=1995)])
    assert (same.all.pairs, same.documents.pairs) == (1, 0)
    assert (later.all.pairs, later.documents.pairs) == (2, 1)


def test_completeness_is_early_over_later_by_kind_and_frame(tmp_path: Path) -> None:
    """A name list of 60 for 100 dead is 60 % complete."""
    change = {"basis": "registered", "kind": "name-list", "interest": "neither", "best": "60"}
    write_pairs(tmp_path, [ROW | change])
    (row,) = completeness(load_errors(tmp_path))
    assert (row.kind, row.pairs, row.is_complete) == ("name-list", 1, False)
    assert row.median == pytest.approx(0.6)


def test_contested_floors_and_unequal_scopes_measure_no_error() -> None:
    """Only a settled count of the same deaths tells how far a figure was off."""
    assert pair().measures_error
    for change in ({"later_is": "floor"}, {"later_is": "contested"}, {"scope": "narrower"}):
        assert not pair(**change).measures_error
