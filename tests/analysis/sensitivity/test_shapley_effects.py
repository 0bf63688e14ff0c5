"""Shapley effects against closed forms, with independent and with dependent inputs."""

from __future__ import annotations

import numpy as np
import pytest

from mcmort.analysis.sensitivity.shapley_effects import shapley_effects
from tests.analysis.sensitivity.known_models import (
    ISHIGAMI_SHAPLEY,
    Tied,
    blocks_of,
    ishigami,
    normal_sample,
    uniform_sample,
)

_SURE = 4.0


def test_effects_of_ishigami_agree_with_closed_form(seed: int) -> None:
    """With independent inputs each has its own variance and half of each interaction of two."""
    names = ["one", "two", "three"]
    effects = shapley_effects(ishigami, uniform_sample(seed, 3), names, blocks_of(np.eye(3), [1, 2, 3]), 1 << 14)
    for name, expected in zip(names, ISHIGAMI_SHAPLEY, strict=True):
        assert abs(effects[name].value - expected) <= _SURE * effects[name].error
        assert effects[name].error < 0.01


@pytest.mark.parametrize("correlation", [-0.9, -0.4, 0.0, 0.5, 0.9])
def test_effects_of_correlated_normal_inputs_agree_with_closed_form(correlation: float, seed: int) -> None:
    """Of a sum of three normal inputs, two of them correlated, the effects are those of Iooss and Prieur (2019).

    In section 3.3 there: X1 is independent and has its own variance, and of the two others each has
    ``b_i^2 (1 - r^2 / 2) + r b_2 b_3 + b_j^2 r^2 / 2``.
    """
    one, two, three = 1.0, 1.5, -2.0
    both = correlation * two * three
    half = correlation**2 / 2.0
    parts = np.array(
        [one**2, two**2 * (1.0 - half) + both + three**2 * half, three**2 * (1.0 - half) + both + two**2 * half]
    )
    matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, correlation], [0.0, correlation, 1.0]])
    effects = shapley_effects(
        lambda inputs: one * inputs[0] + two * inputs[1] + three * inputs[2],
        normal_sample(seed, matrix),
        ["one", "two", "three"],
        blocks_of(matrix, [1, 3]),
        1 << 14,
    )
    for name, expected in zip(("one", "two", "three"), parts / parts.sum(), strict=True):
        assert abs(effects[name].value - expected) <= _SURE * effects[name].error


def test_effects_of_inputs_that_are_one_are_equal(seed: int) -> None:
    """Of two inputs with correlation one, only one of which is read, each has half: neither can be known alone.

    This is the case in which Shapley effects differ from Sobol' indices; see Iooss and Prieur (2019, section 3.1).
    """
    matrix = np.array([[1.0, 0.999999], [0.999999, 1.0]])
    effects = shapley_effects(
        lambda inputs: 1.0 * inputs[0], normal_sample(seed, matrix), ["read", "unread"], [Tied((0, 1), matrix)], 1 << 12
    )
    assert effects["unread"].value == pytest.approx(0.5, abs=_SURE * effects["unread"].error + 1e-3)


def test_effects_of_many_inputs_sum_to_one_and_are_zero_for_an_unread_input(seed: int) -> None:
    """With more inputs than subsets are taken of, effects are those of a sum of independent inputs, and sum to one."""
    weights = np.arange(12.0)
    names = [f"input {index}" for index in range(12)]
    effects = shapley_effects(
        lambda inputs: sum((weight * one for weight, one in zip(weights[1:], inputs[1:], strict=True)), np.zeros(1)),
        normal_sample(seed, np.eye(12)),
        names,
        blocks_of(np.eye(12), range(1, 13)),
        1 << 12,
    )
    assert sum(effect.value for effect in effects.values()) == pytest.approx(1.0, abs=1e-12)
    assert effects["input 0"] == (0.0, 0.0)
    for name, expected in zip(names, weights**2 / (weights**2).sum(), strict=True):
        assert abs(effects[name].value - expected) <= _SURE * effects[name].error + 1e-12
