"""What the grids and windows of the exact engine must not lose: points, gaps, narrow terms and heavy tails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mcmort.elicit.families import Distribution
from mcmort.elicit.table import build_table
from mcmort.sampler.exact import PRECISION, exact_distribution
from mcmort.sampler.plan import Op
from mcmort.sampler.run import tally_plan
from tests.sampler.made import TABLE, Made, P


def test_a_total_is_clipped_at_zero() -> None:
    """A final maximum with zero leaves a mass at zero, and the mean of what is above."""
    made = Made()
    excess = made.emit(
        Op.SUBTRACT, made.prior("a", "truncated-normal", 100.0, 6.0), made.prior("b", "truncated-normal", 95.0, 8.0)
    )
    found = made.exact(made.emit(Op.MAXIMUM, excess, made.constant(0.0)))
    truth = stats.norm(5.0, 10.0)
    # the tables are wrong by a share of what goes in, which is far larger than the difference
    allowed = 2 * TABLE * 100.0 + found.error
    assert np.all(np.abs(found.quantile(P) - np.maximum(truth.ppf(P), 0.0)) <= allowed)
    assert found.quantile(0.2) == 0.0
    assert found.cdf(-1.0) == 0.0
    assert abs(float(found.cdf(0.0)) - truth.cdf(0.0)) < allowed * truth.pdf(0.0)
    assert abs(found.mean - (5.0 * truth.sf(0.0) + 100.0 * truth.pdf(0.0))) < allowed


@pytest.mark.parametrize("precision", [PRECISION, 1e-3])
def test_a_pool_with_a_gap_keeps_its_gap(precision: float) -> None:
    """Where two lineages leave a gap between them, no mass strays into it, alone or beside a small term."""
    from mcmort.elicit.pool import Pool

    pool = Pool(((0.4, Distribution("uniform", (1.0, 2.0))), (0.6, Distribution("uniform", (11.0, 12.0)))))
    made = Made()
    table = build_table(pool)
    gap = made.emit(Op.DRAW, b=made.table(table), stream="x")
    total = made.emit(Op.ADD, gap, made.prior("small", "uniform", 0.0, 0.5))
    for register, low in ((gap, 2.0), (total, 2.5)):
        found = exact_distribution(made.plan(), register, precision)
        # a table tells probabilities apart by the width of its cells
        allowed = 0.4 * table.probability_error + 1e-4
        assert abs(float(found.cdf(low + 0.2)) - 0.4) < allowed
        assert abs(float(found.cdf(10.8)) - 0.4) < allowed
        assert abs(float(found.quantile(0.2)) - (1.5 + 0.5 * (low - 2.0))) < 0.1


def test_a_constant_is_a_constant() -> None:
    """A register without random inputs has one value."""
    made = Made()
    found = made.exact(made.emit(Op.ADD, made.constant(40.0), made.constant(2.0)))
    assert np.allclose(found.quantile(P), 42.0, rtol=1e-6)
    assert found.mean == pytest.approx(42.0)


@pytest.mark.parametrize("narrow", [50, 400])
def test_summands_narrower_than_a_cell_shift_a_total_and_no_more(narrow: int) -> None:
    """Hundreds of terms far narrower than a cell of the grid add their means, and leave the quantiles as they were."""
    made = Made()
    wide = made.prior("w", "lognormal", 13.0, 0.4)
    for i in range(5):
        wide = made.emit(Op.ADD, wide, made.prior(f"w{i}", "lognormal", 13.0 + 0.3 * i, 0.4))
    total, shift = wide, 0.0
    for i in range(narrow):
        median = 20.0 + i % 7
        total = made.emit(Op.ADD, total, made.prior(f"n{i}", "lognormal", float(np.log(median)), 0.1))
        shift += median * float(np.exp(0.005))
    alone, found = made.exact(wide), made.exact(total)
    np.testing.assert_allclose(found.quantile(P), alone.quantile(P) + shift, rtol=5e-5)
    assert found.mean == pytest.approx(alone.mean + shift, rel=1e-5)


@pytest.mark.parametrize("precision", [PRECISION, 1e-3])
@pytest.mark.parametrize("log_sd", [1.1, 1.4])
def test_a_heavy_tail_beside_a_narrow_term_is_whole(log_sd: float, precision: float) -> None:
    """A lognormal plus a uniform term has the probabilities of the analytic integral: no window cuts its tail."""
    made = Made()
    lognormal = made.prior("heavy", "lognormal", 13.0, log_sd)
    total = made.emit(Op.ADD, lognormal, made.prior("narrow", "uniform", 30.0, 90.0))
    found = exact_distribution(made.plan(), total, precision)
    at = found.quantile(P)
    heavy = stats.lognorm(log_sd, scale=np.exp(13.0))
    # the mean of the lognormal's distribution function over the uniform term, by Gauss and Legendre
    nodes, shares = np.polynomial.legendre.leggauss(40)
    probability = 0.5 * (heavy.cdf(at[:, None] - 60.0 - 30.0 * nodes) @ shares)
    slack = heavy.pdf(at) * (TABLE * at + precision * at + found.error)
    assert np.all(np.abs(probability - P) <= slack)


@pytest.mark.parametrize("precision", [PRECISION, 1e-3])
@pytest.mark.parametrize("loading", [0.3, 0.6, 0.9])
def test_a_heavy_tail_under_a_factor_agrees_with_draws(loading: float, precision: float) -> None:
    """A lognormal of a large spread and a gamma under one factor have the distribution of their draws, tails too."""
    made = Made()
    gamma = made.prior("a", "gamma", 15.0, 68.0, score=made.tied("a", {"factor": loading}))
    total = made.emit(Op.ADD, gamma, made.prior("b", "lognormal", 3.4, 1.4, score=made.tied("b", {"factor": loading})))
    made.outputs["total"] = total
    found, n = exact_distribution(made.plan(), total, precision), 1 << 20
    drawn = tally_plan(made.plan(), 1, n, outputs=["total"])["total"].whole.quantile(P)
    slack = found.error + (precision + 3e-4) * drawn
    band = 5.0 * np.sqrt(P * (1.0 - P) / n)
    assert np.all(found.cdf(drawn - slack) <= P + band)
    assert np.all(found.cdf(drawn + slack) >= P - band)


@pytest.mark.parametrize("log_sd", [0.8, 1.4])
def test_a_heavy_tail_times_a_share_is_whole(log_sd: float) -> None:
    """A lognormal times a share, plus a narrow term, has the probabilities of the analytic integral."""
    made = Made()
    product = made.emit(
        Op.MULTIPLY, made.prior("heavy", "lognormal", 13.0, log_sd), made.prior("share", "uniform", 0.3, 0.8)
    )
    found = made.exact(made.emit(Op.ADD, product, made.prior("narrow", "uniform", 30.0, 90.0)))
    heavy = stats.lognorm(log_sd, scale=np.exp(13.0))
    nodes, weights = np.polynomial.legendre.leggauss(60)
    share = 0.55 + 0.25 * nodes
    at = found.quantile(P)
    place = (at[:, None, None] - (60.0 + 30.0 * nodes)) / share[:, None]
    probability = 0.25 * (heavy.cdf(place) @ weights) @ weights
    density = 0.25 * (heavy.pdf(place) / share[:, None] @ weights) @ weights
    assert found.error <= 1e-3 * at[-1]
    assert np.all(np.abs(probability - P) <= density * (2 * TABLE * at + found.error))
