"""Fits that are made longer where a total is not sure to the unit it is printed to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcmort.catalogue import load
from mcmort.results import ComponentStatus, DrawOptions, Draws, Manifest
from mcmort.results.kept_values import KeptValues
from mcmort.totals import source_of, total
from mcmort.totals.fit_on_request import MOST_DRAWS, FitOnRequest, draws_needed
from tests.cases import case_of, component, definition, ranged

_CASE = case_of(component("one", ranged(100, 200)), definitions={"whole": definition()})
_KNOWN = {"one": ComponentStatus({}, (), {"all": ("study-a",)})}


def _normal(draws: int, sd: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(4).normal(1_000_000.0, sd, draws)


class _Fits:
    """Normal values in place of fits, each repeated over some draws, and how many draws were asked for."""

    def __init__(self, sd: float, usual: int = 1_000, repeats: int = 1) -> None:
        self.sd, self.usual, self.repeats = sd, usual, repeats
        self.asked: list[int | None] = []

    def __call__(self, draws: int | None) -> Any:
        self.asked.append(draws)
        count = self.usual if draws is None else -(-draws // 4) * 4  # four chains of one length
        values = np.repeat(_normal(-(-count // self.repeats), self.sd), self.repeats)[:count]
        return Draws(_CASE, Manifest("synthesis", 1, count, (), {}, chains=4), {"all:one": values}, _KNOWN)


def test_draws_needed_make_the_error_as_small_as_the_unit() -> None:
    """The 2.5 % end of n normal draws has an error of 2.67 sd / sqrt(n); the draws needed bring it to the unit."""
    sd = 170_000.0  # the interval is 666,000 wide: its unit is 10,000
    needed = draws_needed(KeptValues(_normal(1_000, sd)), 0.95)
    expected = 1.2 * (2.67 * sd / 10_000.0) ** 2
    assert needed == pytest.approx(expected, rel=0.5)
    enough = KeptValues(_normal(2 * needed, sd))
    assert draws_needed(enough, 0.95) == 2 * needed


def test_fit_grows_until_the_total_is_sure_and_then_stays() -> None:
    """A total that 1,000 draws leave unsure is drawn from a longer fit, and the next question finds it made."""
    fits = _Fits(170_000.0)
    source = FitOnRequest(fits)
    first = total(source, "whole")
    assert fits.asked[0] is None
    assert len(first.draws) == fits.asked[-1]
    assert len(fits.asked) in (2, 3)
    asked = len(fits.asked)
    total(source, "whole")
    assert len(fits.asked) == asked


def test_fit_that_is_sure_is_not_made_again() -> None:
    """Where the errors are below the unit, the usual draws stay."""
    fits = _Fits(80_000.0)  # 314,000 wide: the unit is 10,000, the error of the ends about 6,800
    assert len(total(FitOnRequest(fits), "whole").draws) == 1_000
    assert fits.asked == [None]


def test_fit_stops_at_the_most_draws() -> None:
    """Chains that hardly move are not made longer without end."""
    fits = _Fits(170_000.0, usual=4_000, repeats=100)
    assert len(total(FitOnRequest(fits), "whole").draws) == MOST_DRAWS


@pytest.mark.slow
def test_draws_that_are_given_are_kept_to() -> None:
    """With a number of draws the source is that fit, whatever its errors."""
    source = source_of(load("atlantic-slave-trade"), DrawOptions(engine="synthesis", draws=4_000), store=False)
    assert not isinstance(source, FitOnRequest)
    assert len(total(source, "broad").draws) == 4_000
