"""Shares of the variance of a sum among its parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcmort.analysis.sensitivity.covariance import covariance_shares, linear_shapley_shares

_SURE = 4.0


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 6))
def test_shares_sum_to_one_and_a_constant_part_has_none(seed: int, count: int) -> None:
    """Covariance and Shapley shares of parts of any dependence sum to one; a part that does not vary has none."""
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(count, count)) @ rng.lognormal(size=(count, 500))
    parts = {f"part {index}": row for index, row in enumerate(mixed)} | {"constant": np.full(500, 3.0)}
    total = sum(parts.values(), np.zeros(500))
    for shares in (covariance_shares(parts, total), linear_shapley_shares(parts, total)):
        assert sum(share.value for share in shares.values()) == pytest.approx(1.0, abs=1e-9)
        assert shares["constant"] == (0.0, 0.0)


def test_shares_of_correlated_normal_parts_agree_with_closed_forms(seed: int) -> None:
    """Covariance shares are ``(s_i^2 + r s_i s_j) / var``, Shapley shares those of Iooss and Prieur (2019)."""
    correlation, one, two = 0.7, 1.0, 2.0
    draws = np.random.default_rng(seed).multivariate_normal(
        [0.0, 0.0], [[one**2, correlation * one * two], [correlation * one * two, two**2]], 20_000
    )
    parts = {"one": draws[:, 0], "two": draws[:, 1]}
    variance = one**2 + two**2 + 2.0 * correlation * one * two
    by_covariance, by_shapley = (
        (one**2 + correlation * one * two) / variance,
        (one**2 * (1.0 - correlation**2 / 2.0) + correlation * one * two + two**2 * correlation**2 / 2.0) / variance,
    )
    found = covariance_shares(parts, draws.sum(axis=1))["one"]
    assert abs(found.value - by_covariance) <= _SURE * found.error < 0.02
    found = linear_shapley_shares(parts, draws.sum(axis=1))["one"]
    assert abs(found.value - by_shapley) <= _SURE * found.error < 0.02


def test_share_of_part_that_offsets_others_is_negative(seed: int) -> None:
    """What is taken off of another part has a negative covariance share, and no negative Shapley share."""
    part = np.random.default_rng(seed).normal(size=5_000)
    parts = {"part": part, "taken off": -0.3 * part + 0.01 * part**2}
    total = parts["part"] + parts["taken off"]
    assert covariance_shares(parts, total)["taken off"].value < 0.0
    assert linear_shapley_shares(parts, total)["taken off"].value >= 0.0


@pytest.mark.slow
def test_errors_of_shares_are_the_spread_between_seeds() -> None:
    """Over 60 seeds the standard deviation of either share is its error, to within 40 per cent."""
    runs = []
    for seed in range(60):
        one, two = np.random.default_rng(seed).lognormal(sigma=[[0.4], [0.6]], size=(2, 2_000))
        parts = {"one": one, "two": two + 0.5 * one}
        total = one + parts["two"]
        runs.append([covariance_shares(parts, total)["one"], linear_shapley_shares(parts, total)["one"]])
    for estimates in np.swapaxes(np.array(runs), 0, 1):
        assert estimates[:, 0].std(ddof=1) == pytest.approx(estimates[:, 1].mean(), rel=0.4)
