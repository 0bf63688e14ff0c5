"""Estimates that are arithmetic over quantities: their distribution against closed forms, and its smoothness."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mcmort.elicit import elicit
from mcmort.elicit.families import Array
from tests.cases import case_of, component, count, quantity, ranged


def _derived(formula: str) -> Array:
    """Return the sorted values of an estimate by a formula over people (10,000 to 40,000) and rate (1 to 10 %)."""
    case = case_of(
        component("one", count(formula=formula, source="study-c")),
        quantity=[quantity("people", ranged(1e4, 4e4)), quantity("rate", ranged(0.01, 0.1))],
    )
    pool = elicit(case).components["one"].all
    assert pool is not None
    return np.array(pool.members[0][1].parameters)


def test_a_derived_estimate_has_the_distribution_of_its_formula() -> None:
    """A product of two lognormal quantities is the analytic lognormal, within 2e-3 in the body.

    The lattice has 16,384 points: a discrepancy of about (log n)^2 / n, 6e-3 in the worst case, spread over the body.
    """
    case = case_of(
        component("one", count(formula="people * rate", source="study-c")),
        quantity=[quantity("people", ranged(1e4, 4e4)), quantity("rate", ranged(0.01, 0.1))],
    )
    width = np.hypot(np.log(4.0), np.log(10.0)) / (2 * stats.norm.ppf(0.95))
    truth = stats.lognorm(width, scale=np.sqrt(1e4 * 4e4) * np.sqrt(0.01 * 0.1))
    pool = elicit(case).components["one"].all
    assert pool is not None
    x = truth.ppf(np.linspace(0.01, 0.99, 99))
    assert np.max(np.abs(pool.cdf(x) - truth.cdf(x))) < 2e-3


def _share_of_jumps(values: Array) -> float:
    """Return how often one step between neighbours differs from the next, in the body."""
    steps = np.diff(values[4096:12288])
    return float(np.mean(np.abs(np.diff(steps)) > 1e-3 * steps[1:]))


def test_a_derived_estimate_is_smooth() -> None:
    """Steps between the sorted values are even in long stretches, so that few kinks are left for a table to follow."""
    values = _derived("people * rate")
    assert len(values) == 1 << 14
    assert np.all(np.diff(values) > 0.0)
    assert _share_of_jumps(values) < 0.05


def test_unsmoothed_lattice_has_uneven_steps() -> None:
    """Negative control: of the values of the lattice itself nearly every step differs from the next."""
    values = np.random.default_rng(1).lognormal(size=1 << 14)
    assert _share_of_jumps(np.sort(values)) > 0.9


def test_smoothing_keeps_an_atom_at_zero() -> None:
    """Where `max` leaves an atom at zero its probability is that of SciPy's lognormal, and the rest is smooth."""
    values = _derived("max(0, people - 20000)")
    width = np.log(4.0) / (2 * stats.norm.ppf(0.95))
    truth = stats.lognorm(width, scale=2e4).cdf(2e4)
    # a lattice in one dimension errs by no more than two of its points
    assert float(np.mean(values == 0.0)) == pytest.approx(truth, abs=2 / len(values))
    assert np.all(np.diff(values[values > 0.0]) > 0.0)
