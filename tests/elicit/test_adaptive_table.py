"""Adaptive tables of functions known in closed form: the error stated is met, and no work is done twice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.elicit.adaptive_table import Places, Scale, Tabulated, tabulate

type Array = NDArray[np.float64]

_SCALE = Scale(8, (2, 6), usual=6, finest=10)
_TARGET = 1e-4


def _unit(places: Places) -> Array:
    """Return places as numbers from 0 to 1."""
    return places / float(_SCALE.spans << _SCALE.top)


def _tabulated(function: Callable[[Array], Array]) -> Tabulated:
    return tabulate(lambda places: function(_unit(places)), _SCALE, _TARGET)


def _errors(table: Tabulated, function: Callable[[Array], Array], x: Array) -> Array:
    knots = np.linspace(0.0, 1.0, len(table.values))
    return np.asarray(np.abs(np.interp(x, knots, table.values) - function(x)) / function(x))


_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "exponential": lambda x: np.exp(5.0 * x),
    "steep": lambda x: np.exp(60.0 * (x - 0.5)),
    "straight": lambda x: 1.0 + x,
    "kink at a third of a cell": lambda x: 1.0 + x + np.maximum(0.0, x - 0.5 - 1.0 / (3.0 * 8 * 64)),
    "two kinks": lambda x: 1.0 + x + np.maximum(0.0, x - 0.4001) + 0.5 * np.maximum(0.0, x - 0.4003),
}


@pytest.mark.parametrize("function", _FUNCTIONS.values(), ids=_FUNCTIONS)
def test_stated_error_bounds_the_error(function: Callable[[Array], Array], seed: int) -> None:
    """At 100,000 random places of the body no relative error exceeds the one stated, which is within the target."""
    table = _tabulated(function)
    x = np.random.default_rng(seed).uniform(0.25, 0.75, 100_000)
    assert table.error <= _TARGET
    assert len(table.missed) == 0
    assert float(np.max(_errors(table, function, x))) <= table.error + 1e-14
    assert len(table.values) == (8 << table.resolution) + 1


def test_half_the_resolution_misses_the_target() -> None:
    """Negative control: every second knot of a steep function misses the target."""
    function = _FUNCTIONS["steep"]
    table = _tabulated(function)
    half = Tabulated(table.values[::2], table.resolution - 1, 0.0, table.missed)
    assert float(np.max(_errors(half, function, np.linspace(0.25, 0.75, 9999)))) > _TARGET


def test_tails_keep_to_ten_times_the_target(seed: int) -> None:
    """Outside the body ten times as much is allowed, and no more."""
    function = _FUNCTIONS["exponential"]
    x = np.random.default_rng(seed).uniform(0.0, 1.0, 10_000)
    assert float(np.max(_errors(_tabulated(function), function, x))) <= 10.0 * _TARGET


def test_a_jump_is_set_aside() -> None:
    """A jump is counted among the misses with its cell of the usual resolution, and the error holds elsewhere."""
    at = 0.5 + 1e-3

    def function(x: Array) -> Array:
        return np.where(x < at, 1.0 + x, 50.0 + x)

    table = _tabulated(function)
    (ends,) = _unit(table.missed)
    assert ends[0] <= at <= ends[1]
    assert ends[1] - ends[0] == 1.0 / (8 << 6)
    x = np.linspace(0.25, 0.75, 20_001)
    outside = (x < ends[0]) | (x > ends[1])
    assert table.error <= _TARGET
    assert float(np.max(_errors(table, function, x[outside]))) <= table.error + 1e-14


def test_function_is_evaluated_once_at_each_place() -> None:
    """Within the body every place is asked for once, and in all far fewer than a full table would take."""
    asked: list[Places] = []

    def function(places: Places) -> Array:
        asked.append(places)
        return np.asarray(_FUNCTIONS["two kinks"](_unit(places)))

    table = tabulate(function, _SCALE, _TARGET)
    every = np.concatenate(asked)
    ends = 2 * 3  # each of the three parts evaluates its own ends
    assert len(every) - len(np.unique(every)) <= ends
    assert table.resolution > _SCALE.usual - 1
    assert len(every) < 8 << table.resolution


def test_a_function_of_zeros_is_exact() -> None:
    """Where a function is zero the table is zero, without a relative error."""
    table = _tabulated(np.zeros_like)
    assert table.error == 0.0
    assert not np.any(table.values)
