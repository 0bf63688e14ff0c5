"""Linear pools and soft bounds against sums of SciPy distribution functions and numerical quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mcmort.elicit.families import Distribution, fixed
from mcmort.elicit.pool import Bound, Pool
from mcmort.errors import FitError
from tests.elicit.scipy_reference import bounded_density, bounded_mass, mixture_cdf, reference

_POOLS = {
    "two lognormals": ((0.5, Distribution("lognormal", (5.0, 0.3))), (0.5, Distribution("lognormal", (5.6, 0.5)))),
    "three families": (
        (0.25, Distribution("gamma", (8.0, 20.0))),
        (0.25, Distribution("truncated-normal", (200.0, 60.0))),
        (0.5, Distribution("metalog", (5.2, 0.2, 0.1))),
    ),
    "gamma and normal": (
        (0.5, Distribution("gamma", (8.0, 20.0))),
        (0.5, Distribution("truncated-normal", (200.0, 60.0))),
    ),
    "with edges": ((0.7, Distribution("uniform", (100.0, 300.0))), (0.3, Distribution("pert", (50.0, 90.0, 400.0)))),
    "far apart": ((0.5, Distribution("lognormal", (2.0, 0.2))), (0.5, Distribution("lognormal", (9.0, 0.2)))),
    "triangles": (
        (0.4, Distribution("triangular", (0.0, 10.0, 30.0))),
        (0.6, Distribution("triangular", (5.0, 5.0, 50.0))),
    ),
}
_BOUNDS = {
    "at least": (("at-least", 170.0, 0.2),),
    "at most": (("at-most", 230.0, 0.1),),
    "both": (("at-least", 150.0, 0.3), ("at-most", 260.0, 0.05)),
    "two at least": (("at-least", 150.0, 0.3), ("at-least", 200.0, 0.5)),
}
_U = np.array([1e-9, 1e-6, 1e-3, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1 - 1e-6])


@pytest.mark.parametrize("members", _POOLS.values(), ids=_POOLS)
def test_the_pool_is_the_weighted_sum(members: tuple[tuple[float, Distribution], ...]) -> None:
    """The distribution function of a linear pool is the weighted sum of those of its members' SciPy references."""
    x = np.geomspace(1.0, 20000.0, 200)
    assert Pool(members).cdf(x) == pytest.approx(mixture_cdf(members, x), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("members", _POOLS.values(), ids=_POOLS)
def test_quantiles_invert_the_pool(members: tuple[tuple[float, Distribution], ...]) -> None:
    """SciPy's distribution function at a quantile of the pool gives the probability back, in both tails."""
    x = Pool(members).ppf(_U)
    below = mixture_cdf(members, x)
    above = sum(weight * reference(member).sf(x) for weight, member in members)
    if members is _POOLS["far apart"]:  # the median falls into the gap, where the function is flat
        assert 7.0 * np.exp(0.2) < x[5] < np.exp(9.0)
    assert np.minimum(below, above) == pytest.approx(np.minimum(_U, 1 - _U), rel=1e-6)


def test_a_pool_of_one_has_the_quantiles_of_its_member() -> None:
    """A pool of a single lineage is that lineage, to the last bit."""
    one = Distribution("gamma", (5.0, 3.0))
    assert Pool(((1.0, one),)).ppf(_U).tolist() == one.ppf(_U).tolist()


def test_zero_count_is_pooled_as_an_atom() -> None:
    """A pool of a zero and a lognormal has an atom of the zero's weight at zero, and the lognormal above it."""
    one = Distribution("lognormal", (3.0, 0.4))
    x = Pool(((0.25, fixed(0.0)), (0.75, one))).ppf(np.array([0.1, 0.2, 0.5, 0.9]))
    assert x[:2] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert x[2:] == pytest.approx(stats.lognorm(0.4, scale=np.exp(3.0)).ppf([1 / 3, 13 / 15]), rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("bounds", _BOUNDS.values(), ids=_BOUNDS)
@pytest.mark.parametrize("pool", ["two lognormals", "gamma and normal"])
def test_soft_bounds_equal_quadrature(pool: str, bounds: tuple[tuple[str, float, float], ...]) -> None:
    """Under soft bounds the pool is its density times the probability of each bound, integrated by QUADPACK.

    Allowed: a relative error of a quantile of 1e-4, as for the tables, and of a probability of 1e-3 in either tail.
    """
    members = _POOLS[pool]
    soft = Pool(members, tuple(Bound("at-least" if side == "at-least" else "at-most", *rest) for side, *rest in bounds))
    density = bounded_density(members, bounds)
    u = np.array([1e-3, 0.05, 0.5, 0.95, 0.999])
    x = soft.ppf(u)
    pieces = [bounded_mass(density, ends) for ends in zip([1e-4, *x], [*x, 2e4], strict=True)]
    below = np.cumsum(pieces)[:-1] / sum(pieces)
    above = np.cumsum(pieces[::-1])[::-1][1:] / sum(pieces)
    slope = np.array([density(float(np.log(value))) for value in x]) / sum(pieces)
    assert np.abs((below - u) / slope).max() < 1e-4
    assert below == pytest.approx(u, rel=1e-3)
    assert above == pytest.approx(1.0 - u, rel=1e-3)
    assert soft.cdf(x) == pytest.approx(u, rel=1e-6)


def test_pool_without_its_bound_misses_the_quadrature() -> None:
    """Negative control: the pool without its bound misses the quadrature with it by far more than is allowed."""
    members = _POOLS["two lognormals"]
    x = float(Pool(members).ppf(np.array([0.5]))[0])
    bounds = _BOUNDS["at least"]
    density = bounded_density(members, bounds)
    share = bounded_mass(density, (1e-4, x)) / bounded_mass(density, (1e-4, 2e4))
    assert abs(share - 0.5) > 0.1


@pytest.mark.parametrize("value", [50.0, 170.0, 230.0])
def test_a_bound_weighs_by_its_own_uncertainty(value: float) -> None:
    """A bound's weight is the lognormal probability that the true bound lies on the right side of the value."""
    truth = stats.lognorm(0.3, scale=170.0).cdf(value)
    assert float(Bound("at-least", 170.0, 0.3).weight(np.array(value))) == pytest.approx(truth, rel=1e-12)
    assert float(Bound("at-most", 170.0, 0.3).weight(np.array(value))) == pytest.approx(1.0 - truth, rel=1e-12)


@pytest.mark.parametrize(
    "bounds",
    [
        (Bound("at-least", 1e5, 0.1),),
        (Bound("at-most", 1.0, 0.1),),
        (Bound("at-least", 400.0, 0.05), Bound("at-most", 100.0, 0.05)),
    ],
)
def test_contradictory_bounds_are_refused(bounds: tuple[Bound, ...]) -> None:
    """Bounds that leave less than a thousandth of the pool are refused, and named."""
    with pytest.raises(FitError, match=r"leave .* of the pool .* contradicts itself"):
        Pool(_POOLS["two lognormals"], bounds).ppf(np.array([0.5]))


def test_bound_that_leaves_a_hundredth_is_accepted() -> None:
    """Negative control of the refusal: bounds that leave a hundredth of the pool are accepted."""
    members = ((1.0, Distribution("lognormal", (0.0, 1.0))),)
    kept = Pool(members, (Bound("at-least", float(np.exp(2.3)), 0.01),)).ppf(np.array([0.001]))
    assert float(kept[0]) == pytest.approx(np.exp(2.3), rel=0.03)
