"""Sobol' indices against closed forms and another implementation."""

from __future__ import annotations

import numpy as np
import pytest

from mcmort.analysis.sensitivity.sobol import sobol_indices
from tests.analysis.sensitivity.known_models import (
    ISHIGAMI_FIRST,
    ISHIGAMI_TOTAL,
    ishigami,
    normal_sample,
    uniform_sample,
)

_SURE = 4.0


def test_indices_of_ishigami_agree_with_closed_form(seed: int) -> None:
    """First-order and total indices lie within four Monte Carlo errors of the analytic ones, errors below 0.01."""
    found = sobol_indices(ishigami, uniform_sample(seed, 3), [[0], [1], [2]], 1 << 14)
    for own, first, total in zip(found, ISHIGAMI_FIRST, ISHIGAMI_TOTAL, strict=True):
        assert abs(own.first.value - first) <= _SURE * own.first.error
        assert abs(own.total.value - total) <= _SURE * own.total.error
        assert own.first.error < 0.01
        assert own.total.error < 0.01


def test_index_of_input_that_does_not_enter_is_exactly_zero(seed: int) -> None:
    """An input that the function does not read has indices of zero without error."""
    unread = sobol_indices(ishigami, uniform_sample(seed, 4), [[0], [1], [2], [3]], 1 << 10)[3]
    assert unread.first == unread.total == (0.0, 0.0)


def test_index_of_block_of_dependent_inputs_is_that_of_their_sum(seed: int) -> None:
    """Of a sum with two tied inputs the block carries the variance of their sum, alone and in total."""
    correlation = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
    block, rest = sobol_indices(
        lambda inputs: inputs[0] + 2.0 * inputs[1] + inputs[2], normal_sample(seed, correlation), [[0, 1], [2]], 1 << 14
    )
    share = (1.0 + 4.0 + 2.0 * 2.0 * 0.6) / (1.0 + 4.0 + 2.0 * 2.0 * 0.6 + 1.0)
    for own, expected in ((block, share), (rest, 1.0 - share)):
        assert abs(own.first.value - expected) <= _SURE * own.first.error
        assert abs(own.total.value - expected) <= _SURE * own.total.error


@pytest.mark.slow
def test_errors_of_indices_are_the_spread_between_seeds() -> None:
    """Over 60 seeds the standard deviation of an index is its error, to within 40 per cent (three of its errors)."""
    runs = [sobol_indices(ishigami, uniform_sample(seed, 3), [[0], [1], [2]], 1 << 11) for seed in range(60)]
    for block in range(3):
        for kind in ("first", "total"):
            estimates = np.array([getattr(run[block], kind) for run in runs])
            assert estimates[:, 0].std(ddof=1) == pytest.approx(estimates[:, 1].mean(), rel=0.4)


@pytest.mark.slow
def test_indices_agree_with_salib(seed: int) -> None:
    """SALib's Saltelli estimates of Ishigami's indices agree within four errors of both together."""
    from SALib.analyze import sobol as peer
    from SALib.sample import sobol as points

    problem = {"num_vars": 3, "names": ["one", "two", "three"], "bounds": [[-np.pi, np.pi]] * 3}
    sampled = points.sample(problem, 1 << 12, calc_second_order=False, seed=seed)
    theirs = peer.analyze(problem, ishigami(list(sampled.T)), calc_second_order=False, seed=seed)
    ours = sobol_indices(ishigami, uniform_sample(seed, 3), [[0], [1], [2]], 1 << 14)
    for index, own in enumerate(ours):
        for estimate, kind in ((own.first, "S1"), (own.total, "ST")):
            error = np.hypot(estimate.error, theirs[f"{kind}_conf"][index] / 1.96)
            assert abs(estimate.value - theirs[kind][index]) <= _SURE * error
