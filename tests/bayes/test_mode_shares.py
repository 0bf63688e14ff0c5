"""Shares of modes: where modes are cut apart, what is no mode, and how sure a share is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcmort.bayes.mode_shares import cuts_between, share_errors, weighed
from mcmort.results.weighed_modes import joint_shares


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
    splits = [weighed(name, [1e4, 1e6], values, likelihood, 4) for name, values in (("one", one), ("two", two))]
    first, second = (split for split in splits if split is not None)
    assert [mode.figures for mode in first.modes] == [("one:a",), ("one:b",)]
    assert [mode.figures for mode in second.modes] == [("one:b",), ("one:a",)]
    joint = joint_shares([first, second], {"one": one, "two": two})
    assert joint == {(1, 0): 1.0 - low.mean(), (0, 1): low.mean()}
    assert weighed("one", [1e4, 1e6], one[~low][:2000], {"one:a": np.zeros(2000)}, 4) is None
