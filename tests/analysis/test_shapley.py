"""Shapley values, against games whose answer is known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mcmort.analysis.shapley import MOST_EXACT, shapley_values


def _gloves(subset: frozenset[str]) -> float:
    return float(min(len(subset & {"left"}), len(subset & {"right 1", "right 2"})))


def test_values_of_the_glove_game_are_the_published_ones() -> None:
    """One left and two right gloves: a pair is worth 1, the left glove 2/3, each right one 1/6."""
    shared = shapley_values(["left", "right 1", "right 2"], _gloves)
    assert shared.values == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert shared.orders is None


def test_values_equal_the_mean_over_all_orders_written_out() -> None:
    """For a game of random worths the values are the mean of what each adds over all 120 orders."""
    rng = np.random.default_rng(5)
    names = list("abcde")
    worth = {frozenset(part): rng.normal(size=3) for size in range(6) for part in itertools.combinations(names, size)}
    expected = np.zeros((5, 3))
    for order in itertools.permutations(range(5)):
        done: frozenset[str] = frozenset()
        for place in order:
            wider = done | {names[place]}
            expected[place] += (worth[wider] - worth[done]) / math.factorial(5)
            done = wider
    assert shapley_values(names, worth.__getitem__).values == pytest.approx(expected)


def test_sampled_values_are_within_their_error_and_sum_exactly() -> None:
    """With twenty factors the sampled values of a game with interactions lie within four standard errors."""
    count = 2 * MOST_EXACT
    rng = np.random.default_rng(8)
    names = [f"f{place}" for place in range(count)]
    own, pair = rng.normal(size=count), np.triu(rng.normal(size=(count, count)), 1)

    def value(subset: frozenset[str]) -> float:
        there = np.array([name in subset for name in names], dtype=float)
        return float(own @ there + there @ pair @ there + 2.0 * there[0] * there[1] * there[2])

    shared = shapley_values(names, value, orders=400)
    exact = own + 0.5 * (pair + pair.T).sum(axis=0)
    exact[:3] += 2.0 / 3.0
    assert shared.values.sum() == pytest.approx(value(frozenset(names)))
    assert np.all(np.abs(shared.values - exact) <= 4.0 * shared.errors + 1e-9)
    assert shared.errors[:3].max() > 0.0
    assert shared.orders == 400


def test_no_factor_has_no_value() -> None:
    """Without factors nothing is shared."""
    assert shapley_values([], lambda _: 3.0).values.size == 0
