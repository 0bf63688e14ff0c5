"""Shares of modes: where modes are cut apart, what is no mode, and how sure a share is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcmort.bayes.mode_shares import cuts_between, share_errors, weighed
from mcmort.results.weighed_modes import SplitDeaths, deaths_in, joint_shares, told_once


def _mixture(rng: np.random.Generator, *modes: tuple[float, float, int]) -> np.ndarray:
    """Return lognormal draws: middle, log standard deviation and number of each mode."""
    values = np.concatenate([middle * np.exp(sd * rng.standard_normal(count)) for middle, sd, count in modes])
    return rng.permutation(values)


@pytest.mark.parametrize("seed", range(5))
def test_modes_are_cut_apart_in_the_valley(seed: int) -> None:
    """Of three modes, one of 3 %, each keeps its share; middles that are no modes are left out."""
    values = _mixture(np.random.default_rng(seed), (1e4, 0.1, 120), (1e5, 0.3, 2880), (2e6, 0.05, 1000))
    cuts = cuts_between(values, [1e4, 0.9e5, 1.2e5, 2e6, 1e8])
    assert len(cuts) == 2
    assert np.bincount(np.searchsorted(cuts, values)).tolist() == pytest.approx([120, 2880, 1000], abs=5)


@pytest.mark.parametrize("seed", range(20))
def test_one_mode_is_not_cut(seed: int) -> None:
    """Neither a normal nor a heavy-tailed hump falls apart, wherever schools of figures lie in it."""
    rng = np.random.default_rng(seed)
    for errors in (rng.standard_normal(4000), rng.standard_t(4, 4000)):
        assert cuts_between(1e6 * np.exp(0.3 * errors), 1e6 * np.exp([-1.5, -0.6, -0.1, 0.0, 0.2, 0.9, 2.0])) == ()


def test_error_of_a_share_is_that_of_its_chains() -> None:
    """Of independent draws the error is binomial; of chains that stay in a mode for long it is larger."""
    rng = np.random.default_rng(1)
    independent = (rng.random(8000) < 0.3).astype(np.int64)
    (_, error), _ = share_errors(independent, 2, 4)
    assert error == pytest.approx(math.sqrt(0.3 * 0.7 / 8000), rel=0.2)
    (_, longer), _ = share_errors(np.repeat(independent[:400], 20), 2, 4)
    assert longer == pytest.approx(math.sqrt(0.3 * 0.7 / 400), rel=0.3)


def test_figures_behind_a_mode_and_joint_shares_follow_from_draws() -> None:
    """A figure is behind the mode in which its likelihood is greater; combinations of modes have their shares."""
    rng = np.random.default_rng(2)
    low = rng.random(4000) < 0.25
    one = np.where(low, 1e4, 1e6) * np.exp(0.1 * rng.standard_normal(4000))
    two = np.where(low, 1e6, 1e4) * np.exp(0.1 * rng.standard_normal(4000))
    likelihood = {"one:a": np.where(low, -1.0, -4.0), "one:b": np.where(low, -9.0, -2.0), "two:c": np.zeros(4000)}
    splits = [weighed((name,), [1e4, 1e6], values, likelihood, 4) for name, values in (("one", one), ("two", two))]
    first, second = (split for split in splits if split is not None)
    assert [mode.figures for mode in first.modes] == [("one:a",), ("one:b",)]
    assert [mode.figures for mode in second.modes] == [("one:b",), ("one:a",)]
    joint = joint_shares([first, second], {"one": one, "two": two})
    assert joint == {(1, 0): 1.0 - low.mean(), (0, 1): low.mean()}
    assert weighed(("one",), [1e4, 1e6], one[~low][:2000], {"one:a": np.zeros(2000)}, 4) is None


def test_modes_are_cut_in_their_valley_where_schools_lie_far_from_them() -> None:
    """One school lies in the upper flank of a valley: the cut is where draws are sparsest all the same."""
    values = _mixture(np.random.default_rng(3), (1e5, 0.3, 1000), (4e6, 0.1, 3000))
    split = weighed((), [1.9e6, 4e6], values, {}, 4)
    assert split is not None
    assert split.modes[0].share == pytest.approx(0.25, abs=0.001)
    assert 2e5 < split.cuts[0] < 3e6
    assert split.modes[0].high < 2.5e5


def test_modes_that_follow_from_others_are_told_with_those() -> None:
    """A sum with the modes of its large part is told by that part, if its own figures part it; else the sum is told."""
    rng = np.random.default_rng(4)
    is_high = rng.random((2, 4000)) < 0.3
    one, two = np.where(is_high, 1e6, 1e4) * np.exp(0.1 * rng.standard_normal((2, 4000)))
    columns = {"all:one": one, "all:two": two, "all:small": 5e3 * np.exp(0.1 * rng.standard_normal(4000))}

    def split(figure: str, *names: str) -> SplitDeaths:
        likelihood = {figure: np.where(is_high[0], -3.0, -1.0)}
        found = weighed(names, [1e4, 1e6], deaths_in(columns, names), likelihood, 4)
        assert found is not None
        return found

    by_figure, by_claim = split("one:a", "all:one"), split("claim:a", "all:one")
    with_small, both = split("claim:a", "all:one", "all:small"), split("claim:a", "all:one", "all:two")
    assert told_once([by_figure, both, with_small], columns) == [by_figure, both]
    assert told_once([by_claim, with_small], columns) == [with_small]
    assert told_once([by_claim], columns) == [by_claim]
