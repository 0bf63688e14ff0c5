"""Log pools and envelopes against closed forms and QUADPACK; what members with atoms, or without common ground, do."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from scipy import stats

from mcmort.catalogue.vocabulary import Pooling
from mcmort.elicit.families import Distribution, empirical, fixed
from mcmort.elicit.pool import Bound, ExclusionError, Pool
from mcmort.errors import FitError
from tests.elicit.scipy_reference import pooled_density, pooled_masses, reference

type Members = tuple[tuple[float, Distribution], ...]

_U = np.array([1e-9, 1e-6, 1e-3, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1 - 1e-6, 1 - 1e-9])
_CLOSE = 1e-7
_LOGNORMALS: Members = (
    (0.2, Distribution("lognormal", (5.0, 0.3))),
    (0.5, Distribution("lognormal", (5.6, 0.5))),
    (0.3, Distribution("lognormal", (4.0, 0.9))),
)
_MIXED: Members = (
    (0.25, Distribution("gamma", (8.0, 20.0))),
    (0.25, Distribution("truncated-normal", (200.0, 60.0))),
    (0.5, Distribution("triangular", (40.0, 150.0, 500.0))),
)
_EDGED: Members = (
    (0.7, Distribution("uniform", (100.0, 300.0))),
    (0.3, Distribution("pert", (50.0, 90.0, 400.0))),
)
_EDGES = [40.0, 50.0, 90.0, 100.0, 150.0, 300.0, 400.0, 500.0]
"""Ends and modes of the members, where their densities jump or bend."""


def _geometric_lognormal(members: Members) -> Distribution:
    """Return the log pool of lognormals: precisions of the logarithm add with their weights."""
    precision = sum(weight / one.parameters[1] ** 2 for weight, one in members)
    mean = sum(weight * one.parameters[0] / one.parameters[1] ** 2 for weight, one in members) / precision
    return Distribution("lognormal", (mean, precision**-0.5))


def _inverts(pool: Pool, one: Distribution) -> None:
    """Hold a pool against the closed form: quantiles to 1e-7, both tails included, and the distribution function."""
    truth = np.asarray(reference(one).ppf(_U))
    assert pool.ppf(_U) == pytest.approx(truth, rel=_CLOSE)
    assert pool.cdf(truth) == pytest.approx(_U, rel=_CLOSE)


def test_a_log_pool_of_lognormals_is_a_lognormal() -> None:
    """The geometric mean of lognormal densities is the lognormal whose log precision is their weighted mean."""
    _inverts(Pool(_LOGNORMALS, (), "log"), _geometric_lognormal(_LOGNORMALS))


def test_a_log_pool_finds_its_mass_between_its_members() -> None:
    """Members 70 standard deviations apart still have the lognormal halfway between them as their log pool."""
    members = ((0.5, Distribution("lognormal", (2.0, 0.05))), (0.5, Distribution("lognormal", (9.0, 0.05))))
    _inverts(Pool(members, (), "log"), Distribution("lognormal", (5.5, 0.05)))


def test_a_log_pool_of_gammas_is_a_gamma() -> None:
    """Shapes and rates of gammas add with their weights."""
    members = ((0.4, Distribution("gamma", (2.0, 5.0))), (0.6, Distribution("gamma", (9.0, 2.0))))
    _inverts(Pool(members, (), "log"), Distribution("gamma", (0.4 * 2.0 + 0.6 * 9.0, 1.0 / (0.4 / 5.0 + 0.6 / 2.0))))


def test_a_log_pool_of_betas_is_a_beta() -> None:
    """Shapes of betas add with their weights."""
    members = ((0.3, Distribution("beta", (2.0, 5.0))), (0.7, Distribution("beta", (4.0, 30.0))))
    _inverts(Pool(members, (), "log"), Distribution("beta", (0.3 * 2.0 + 0.7 * 4.0, 0.3 * 5.0 + 0.7 * 30.0)))


def test_a_log_pool_of_uniforms_is_their_common_ground() -> None:
    """What one uniform rules out, the log pool rules out: it is uniform on the intersection, whatever the weights."""
    members = ((0.1, Distribution("uniform", (2.0, 9.0))), (0.9, Distribution("uniform", (5.0, 20.0))))
    _inverts(Pool(members, (), "log"), Distribution("uniform", (5.0, 9.0)))


def test_other_weights_change_a_log_pool() -> None:
    """Negative control: other weights give another log pool, far beyond the tolerance of these tests."""
    other = tuple((weight, one) for weight, (_, one) in zip((0.5, 0.2, 0.3), _LOGNORMALS, strict=True))
    truth = np.asarray(reference(_geometric_lognormal(_LOGNORMALS)).ppf(_U))
    assert float(np.min(np.abs(Pool(other, (), "log").ppf(_U) / truth - 1.0))) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    "bounds", [(), (("at-least", 150.0, 0.3),), (("at-least", 150.0, 0.3), ("at-most", 260.0, 0.1))], ids=len
)
@pytest.mark.parametrize("members", [_LOGNORMALS, _MIXED, _EDGED], ids=["lognormals", "mixed", "edged"])
@pytest.mark.parametrize("way", get_args(Pooling))
def test_every_way_of_pooling_equals_quadrature(
    way: Pooling, members: Members, bounds: tuple[tuple[str, float, float], ...]
) -> None:
    """A pool is SciPy's densities pooled, under its bounds, integrated numerically: to 1e-6 in quantiles and tails."""
    soft = Pool(members, tuple(Bound("at-least" if side == "at-least" else "at-most", *r) for side, *r in bounds), way)
    u = np.array([1e-3, 0.05, 0.5, 0.95, 0.999])
    x = soft.ppf(u)
    cuts = np.unique(np.concatenate([[1e-9, 2e4], _EDGES, x]))
    pieces = pooled_masses(members, bounds, way, cuts)
    below = np.array([pieces[: np.searchsorted(cuts, one)].sum() for one in x]) / pieces.sum()
    slope = pooled_density(members, bounds, way, x) / pieces.sum()
    assert np.abs((below - u) / slope).max() < 1e-6
    assert np.minimum(below, 1.0 - below) == pytest.approx(np.minimum(u, 1.0 - u), rel=1e-6)
    assert soft.cdf(x) == pytest.approx(u, rel=1e-8)


def test_an_envelope_counts_each_estimate_once() -> None:
    """Weights and repetitions do not matter to an envelope: it has the same quantiles to the last bit."""
    once = Pool(_LOGNORMALS, (), "envelope").ppf(_U).tolist()
    other = ((0.9, _LOGNORMALS[0][1]), (0.05, _LOGNORMALS[1][1]), (0.05, _LOGNORMALS[2][1]))
    assert Pool(other, (), "envelope").ppf(_U).tolist() == once
    assert Pool((*_LOGNORMALS, *_LOGNORMALS[:1]), (), "envelope").ppf(_U).tolist() == once


def test_a_linear_pool_counts_repetitions() -> None:
    """Negative control: the same change of weights moves a linear pool."""
    other = ((0.9, _LOGNORMALS[0][1]), (0.05, _LOGNORMALS[1][1]), (0.05, _LOGNORMALS[2][1]))
    assert float(np.max(np.abs(Pool(other).ppf(_U) / Pool(_LOGNORMALS).ppf(_U) - 1.0))) > 0.1


def test_an_envelope_of_disjoint_estimates_gives_each_the_same_share() -> None:
    """Two uniforms that do not meet have half of the envelope each, whatever their widths and weights."""
    members = ((0.9, Distribution("uniform", (1.0, 2.0))), (0.1, Distribution("uniform", (10.0, 14.0))))
    x = np.array([1.0, 1.5, 2.0, 5.0, 11.0, 14.0, 15.0])
    assert Pool(members, (), "envelope").cdf(x) == pytest.approx([0.0, 0.25, 0.5, 0.5, 0.625, 1.0, 1.0], rel=1e-8)


@pytest.mark.parametrize("way", get_args(Pooling))
def test_a_single_member_is_its_own_pool(way: Pooling) -> None:
    """One lineage is pooled to itself in every way, a fixed figure included."""
    for one in (Distribution("gamma", (5.0, 3.0)), fixed(7.0), empirical(np.array([1.0, 2.0, 4.0]))):
        assert Pool(((1.0, one),), (), way).ppf(_U).tolist() == one.ppf(_U).tolist()
        assert Pool(((1.0, one),), (), way).cdf(np.array([3.0])).tolist() == one.cdf(np.array([3.0])).tolist()


@pytest.mark.parametrize(
    "members",
    [
        ((0.5, Distribution("uniform", (1.0, 2.0))), (0.5, Distribution("uniform", (3.0, 4.0)))),
        ((0.5, Distribution("uniform", (1.0, 2.0))), (0.5, fixed(1.5))),
        ((0.5, fixed(1.0)), (0.5, fixed(2.0))),
    ],
    ids=["disjoint", "a fixed figure in a range", "two fixed figures"],
)
def test_a_log_pool_without_common_ground_is_refused(members: Members) -> None:
    """Estimates that exclude one another have no log pool, and the refusal says so; the other ways have one."""
    for bounds in ((), (Bound("at-least", 1.0, 0.5),)):
        with pytest.raises(ExclusionError, match="exclude one another; a log pool needs common ground"):
            Pool(members, bounds, "log").ppf(_U)
    for way in ("linear", "envelope"):
        assert np.all(np.isfinite(Pool(members, (), way).ppf(_U)))


def test_estimates_with_a_little_common_ground_have_a_log_pool() -> None:
    """Negative control of the refusal: a little common ground is enough."""
    members = ((0.5, Distribution("uniform", (1.0, 2.0))), (0.5, Distribution("uniform", (1.999, 4.0))))
    assert Pool(members, (), "log").ppf(np.array([0.0, 0.5, 1.0])) == pytest.approx([1.999, 1.9995, 2.0], rel=1e-9)


def test_atoms_are_pooled_like_densities() -> None:
    """The envelope of a fixed figure and a range gives each its whole, and two equal fixed figures are that figure."""
    one = Distribution("lognormal", (3.0, 0.4))
    pool = Pool(((0.2, fixed(0.0)), (0.8, one)), (), "envelope")
    x = pool.ppf(np.array([0.1, 0.49, 0.75, 0.9]))
    assert x[:2].tolist() == [0.0, 0.0]
    assert x[2:] == pytest.approx(stats.lognorm(0.4, scale=np.exp(3.0)).ppf([0.5, 0.8]), rel=1e-9)
    assert pool.cdf(np.array([-1.0, 0.0])) == pytest.approx([0.0, 0.5], rel=1e-9)
    same = Pool(((0.3, fixed(5.0)), (0.7, fixed(5.0))), (), "log")
    assert same.ppf(_U).tolist() == [5.0] * len(_U)


def test_an_empirical_member_has_the_density_of_its_slopes() -> None:
    """The log pool of a sample and a uniform is the square root of the slopes of the sample, piece by piece."""
    sample = np.array([2.0, 3.0, 5.0, 6.0, 10.0, 11.0])
    members = ((0.5, empirical(sample)), (0.5, Distribution("uniform", (2.5, 10.5))))
    cuts = np.array([2.5, 3.0, 5.0, 6.0, 10.0, 10.5])
    mass = np.diff(cuts) * np.diff(sample) ** -0.5
    truth = np.concatenate([[0.0], np.cumsum(mass)]) / mass.sum()
    pool = Pool(members, (), "log")
    assert pool.cdf(cuts) == pytest.approx(truth, rel=1e-8, abs=1e-12)
    assert pool.ppf(truth) == pytest.approx(cuts, rel=1e-8)


@pytest.mark.parametrize("way", get_args(Pooling))
def test_contradictory_bounds_are_refused_in_every_way(way: Pooling) -> None:
    """Bounds that leave less than a thousandth of the pool are refused, whatever the way of pooling."""
    with pytest.raises(FitError, match=r"leave .* of the pool .* contradicts itself"):
        Pool(_LOGNORMALS, (Bound("at-least", 1e6, 0.1),), way).ppf(_U)
