"""Bounds under any dependence, judged by closed forms, a published root, and every arrangement of a few cells."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from mcmort.analysis.bounds import Extreme, _convolution_bound, _rearranged, interval_bounds, sum_bounds
from mcmort.errors import UsageError

type Array = NDArray[np.float64]
type Marginal = Callable[[Array], Array]

UNIFORM: Marginal = stats.uniform.ppf
PARETO: Marginal = stats.lomax(2.0).ppf
"""Survival function (1 + x) to the minus 2, the example of Embrechts, Puccetti and Rueschendorf (2013)."""


def taken_off(marginal: Marginal) -> Marginal:
    """Return the quantile function of a term that is taken off."""
    return lambda u: -marginal(1.0 - u)


def lognormals(n: int) -> list[Marginal]:
    """Return terms of unlike size and spread."""
    return [stats.lognorm(0.1 + 0.9 * k / n, scale=10.0 ** (3.0 * ((k * 7) % n) / n)).ppf for k in range(n)]


def close(found: Extreme, truth: float, *, slack: float = 0.0) -> bool:
    """Whether a true extreme lies between what is reached and what cannot be passed, and within the width."""
    inner, limit = sorted((found.inner, found.limit))
    return inner - slack <= truth <= limit + slack and abs(found.inner - truth) <= found.width + slack


MIXED = {
    "uniforms": (UNIFORM, UNIFORM),
    "normal and lognormal": (stats.norm(3.0, 1.0).ppf, stats.lognorm(0.8, scale=2.0).ppf),
    "gamma and beta": (stats.gamma(0.7, scale=5.0).ppf, stats.beta(2.0, 5.0, scale=9.0).ppf),
    "one taken off": (stats.lognorm(0.5, scale=20.0).ppf, taken_off(stats.lognorm(0.6, scale=10.0).ppf)),
}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("p", [0.025, 0.3, 0.5, 0.975])
def test_two_terms_have_the_bounds_of_makarov(name: str, p: float) -> None:
    """For two terms the bounds are those of Makarov, found by SciPy on the quantile functions.

    The largest quantile is the least of ``q(u) + r(1 + p - u)``, the smallest the largest of ``q(u) + r(p - u)``
    (Makarov 1981; Rueschendorf 1982), sought on a grid that closes in on both ends and then refined.
    """
    one, other = MIXED[name]
    ends = 1e-12 * np.exp2(np.linspace(0.0, 38.0, 4000))
    shares = np.concatenate([ends, 1.0 - ends])
    grid = np.sort(shares)

    def refined(function: Marginal) -> float:
        values = function(grid)
        at = int(np.argmin(values))
        around = (grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)])

        def at_one(share: float) -> float:
            return float(function(np.array(share)))

        found = optimize.minimize_scalar(at_one, bounds=around, method="bounded", options={"xatol": 1e-14})
        return min(float(found.fun), float(values[at]))

    def upper(share: Array) -> Array:
        u = p + (1.0 - p) * share
        return one(u) + other(1.0 - (u - p))

    def lower(share: Array) -> Array:
        return -(one(p * share) + other(p * (1.0 - share)))

    largest, smallest = refined(upper), -refined(lower)
    found = sum_bounds([one, other], p)
    scale = 1e-6 * (1.0 + abs(largest) + abs(smallest))
    assert close(found.high, largest, slack=scale)
    assert close(found.low, smallest, slack=scale)
    assert found.high.inner > found.low.inner


@pytest.mark.parametrize("n_terms", [3, 4, 5, 8])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_three_or_more_uniforms_have_the_bounds_of_rueschendorf(n_terms: int, p: float) -> None:
    """The p-quantile of a sum of d > 2 uniforms lies between d p / 2 and d (1 + p) / 2 (Rueschendorf 1982).

    Uniforms above or below p can be made to add up to a constant, so the mean of the tail is reached. A cell is
    ``1 / points`` wide at most, and each term is off by no more than one.
    """
    found = sum_bounds([UNIFORM] * n_terms, p)
    step = n_terms / found.points
    for extreme, truth in ((found.high, n_terms * (1.0 + p) / 2.0), (found.low, n_terms * p / 2.0)):
        assert extreme.inner == pytest.approx(truth, abs=step)
        assert extreme.outer == pytest.approx(truth, abs=step)
        assert extreme.limit == pytest.approx(truth, abs=step)
        assert min(extreme.inner, extreme.limit) <= truth <= max(extreme.inner, extreme.limit)


def dual_bound(p: float, n_terms: int) -> float:
    """Return the largest p-quantile of a sum of Pareto(2) terms: the root of the dual bound, by SciPy.

    Embrechts, Puccetti and Rueschendorf (2013), proposition 4; it is sharp for decreasing densities.
    """

    def survival(x: float) -> float:
        return 1.0 / (1.0 + x) ** 2

    def exceeded(s: float) -> float:
        def mean(t: float) -> float:
            area, _ = integrate.quad(survival, t, s - (n_terms - 1) * t, limit=200)
            return n_terms * area / (s - n_terms * t)

        inside = (0.0, s / n_terms * (1.0 - 1e-9))
        return float(optimize.minimize_scalar(mean, bounds=inside, method="bounded", options={"xatol": 1e-12}).fun)

    return float(optimize.brentq(lambda s: exceeded(s) - (1.0 - p), n_terms * 5.0, 5_000.0))


@pytest.mark.parametrize("p", [0.99, 0.999])
@pytest.mark.parametrize("n_terms", [3, 8])
def test_heavy_tails_have_the_dual_bound(p: float, n_terms: int) -> None:
    """For 3 and 8 Pareto(2) terms the largest quantile is the dual bound; the smallest is that of one term alone.

    The smallest is no less than the quantile of one term, as all others are above zero; and it is that, for the means
    of what lies below are smaller.
    """
    found = sum_bounds([PARETO] * n_terms, p)
    assert close(found.high, dual_bound(p, n_terms))
    assert found.high.width < 2e-3 * found.high.inner
    # what is reached is on a grid, whose first step is up to 11 % of the quantile
    one = float(PARETO(np.array(p)))
    assert found.low.limit == pytest.approx(one, rel=2e-4)
    assert found.low.limit <= one <= found.low.inner * (1.0 + 1e-12)
    assert found.low.inner == pytest.approx(one, rel=1e-3)
    assert abs(found.low.outer - one) <= found.low.width


def test_largest_quantile_exceeds_that_of_comonotonic_terms() -> None:
    """Negative control: what is reached for 8 Pareto(2) terms is almost twice the sum of their quantiles."""
    found = sum_bounds([PARETO] * 8, 0.99)
    assert found.high.inner > 1.9 * 8.0 * float(PARETO(np.array(0.99)))


@pytest.mark.parametrize("p", [0.025, 0.5, 0.975])
def test_computed_dependences_lie_within_the_limits(p: float) -> None:
    """Normal terms that are independent, in step, against one another, or correlated keep to the limits."""
    deviations = np.array([1.0, 2.0, 3.0, 1.5])
    terms = [stats.norm(10.0, deviation).ppf for deviation in deviations]
    found = sum_bounds(terms, p)
    signs = np.array(list(itertools.product([1.0, -1.0], repeat=4)))
    spreads = np.concatenate([np.abs(signs @ deviations), [np.linalg.norm(deviations)]])
    quantiles = 40.0 + spreads * stats.norm.ppf(p)
    assert found.low.limit <= found.low.inner <= quantiles.min()
    assert quantiles.max() <= found.high.inner <= found.high.limit
    assert found.low.inner < quantiles.min() - 0.1
    assert found.high.inner > quantiles.max() + 0.1


def _tables(points: int) -> st.SearchStrategy[list[list[int]]]:
    """Return tables of two or three terms with few cells."""
    return st.lists(st.lists(st.integers(-9, 30), min_size=points, max_size=points), min_size=2, max_size=3)


@given(st.integers(2, 4).flatmap(_tables))
@example([[-3, 0, 0, 11], [-3, 0, 0, 11]])  # once bounded by -2: a tie in rounding left out more places than there are
def test_all_arrangements_of_a_few_cells_lie_within_the_bounds(table: list[list[int]]) -> None:
    """Of all arrangements the largest least sum is no less than the one found, and no more than the convolution bound.

    For two terms the one found is the best. Values are whole numbers, so nothing is rounded but the means.
    """
    columns = np.sort(np.array(table, dtype=np.float64), axis=1)
    orders = [np.array(order) for order in itertools.permutations(range(columns.shape[1]))]
    sums = [columns[0]]
    for column in columns[1:]:
        sums = [total + column[order] for total in sums for order in orders]
    best = max(float(total.min()) for total in sums)
    found, cells = _rearranged(columns, columns)
    assert found == np.take_along_axis(columns, cells, axis=1).sum(axis=0).min()
    assert columns[:, 0].sum() <= found <= best
    assert best <= _convolution_bound(columns) + 1e-9
    if len(columns) == 2:
        assert found == best


def test_value_below_the_convolution_bound_is_exceeded() -> None:
    """Negative control: an arrangement exceeds a value slightly below the convolution bound of two terms."""
    columns = np.array([[0.0, 1.0, 5.0], [2.0, 3.0, 9.0]])
    found, _ = _rearranged(columns, columns)
    assert found == _convolution_bound(columns) == 4.0


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.025, 0.5, 0.975])
def test_the_bounds_of_many_terms_are_narrow(p: float) -> None:
    """For 35 lognormals of sizes over three decades, what is reached is within 1 % of what cannot be passed."""
    found = sum_bounds(lognormals(35), p)
    for extreme in (found.low, found.high):
        assert extreme.inner == pytest.approx(extreme.limit, rel=0.01)
        assert extreme.width < 0.01 * abs(extreme.inner)
    terms_in_step = sum(float(one(np.array(p))) for one in lognormals(35))
    assert found.low.limit <= found.low.inner < terms_in_step < found.high.inner <= found.high.limit


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(10))
def test_limits_of_few_points_hold_for_many_points(attempt: int, seed: int) -> None:
    """Random terms of both signs, heavy and light tails: the limits of 16 cells hold for what 4,096 cells reach."""
    rng = np.random.default_rng([seed, attempt])
    terms: list[Marginal] = []
    for _ in range(int(rng.integers(2, 9))):
        shape, scale = rng.uniform(0.3, 2.0), 10.0 ** rng.uniform(0.0, 2.0)
        kinds = (
            stats.lognorm(shape, scale=scale),
            stats.gamma(shape, scale=scale),
            stats.beta(shape, 2.0, scale=scale),
        )
        kind = kinds[int(rng.integers(3))].ppf
        terms.append(kind if rng.random() < 0.7 else taken_off(kind))
    p = float(rng.uniform(0.01, 0.99))
    few, many = (sum_bounds(terms, p, points=points) for points in (16, 4096))
    assert few.low.limit <= many.low.inner <= many.high.inner <= few.high.limit
    assert few.low.outer <= few.low.inner <= few.high.inner <= few.high.outer
    assert many.low.outer <= many.low.inner
    assert many.high.inner <= many.high.outer


def test_more_points_narrow_the_brackets() -> None:
    """With four times the points the brackets are about a quarter as wide, and they overlap."""
    terms = lognormals(6)
    few, many = (sum_bounds(terms, 0.9, points=points) for points in (512, 2048))
    for coarse, fine in ((few.low, many.low), (few.high, many.high)):
        assert 0.1 * coarse.width < fine.width < 0.5 * coarse.width
        assert abs(fine.inner - coarse.inner) <= coarse.width
        assert abs(fine.limit - coarse.inner) <= abs(coarse.limit - coarse.inner) + coarse.width


def test_one_term_has_its_own_quantile() -> None:
    """The quantile of a single term depends on nothing else."""
    term = stats.lognorm(0.6).ppf
    found = sum_bounds([term], 0.975)
    truth = float(term(0.975))
    assert (found.low.inner, found.high.inner) == pytest.approx((truth, truth), rel=1e-9)
    assert (found.low.limit, found.high.limit) == pytest.approx((truth, truth), rel=1e-6)


def test_negated_terms_have_negated_and_swapped_bounds() -> None:
    """Every term with its sign changed: the largest quantile at 1 - p is the smallest at p with its sign changed."""
    terms = lognormals(4)
    one, other = sum_bounds(terms, 0.2), sum_bounds([taken_off(term) for term in terms], 0.8)
    for key in ("inner", "outer", "limit"):
        assert getattr(other.high, key) == pytest.approx(-getattr(one.low, key), rel=1e-9)
        assert getattr(other.low, key) == pytest.approx(-getattr(one.high, key), rel=1e-9)


def test_order_of_terms_leaves_bounds_scale_multiplies_them_and_repeats_agree() -> None:
    """Terms in another order give the same bounds, terms in another unit the same in that unit, twice the same bits."""
    terms = lognormals(5)

    def scaled(term: Marginal) -> Marginal:
        return lambda u: 1000.0 * term(u)

    one = sum_bounds(terms, 0.9, points=512)
    assert sum_bounds(terms, 0.9, points=512) == one
    assert sum_bounds(terms[::-1], 0.9, points=512) == one
    other = sum_bounds([scaled(term) for term in terms], 0.9, points=512)
    for key in ("inner", "outer", "limit"):
        assert getattr(other.high, key) == pytest.approx(1000.0 * getattr(one.high, key), rel=1e-4)


def test_constant_term_shifts_the_bounds() -> None:
    """A term without spread is added to both ends."""
    terms = lognormals(3)
    one = sum_bounds(terms, 0.9, points=512)
    other = sum_bounds([*terms, lambda u: np.full_like(u, 70.0)], 0.9, points=512)
    for key in ("inner", "outer", "limit"):
        assert getattr(other.high, key) == pytest.approx(getattr(one.high, key) + 70.0, rel=1e-4)
        assert getattr(other.low, key) == pytest.approx(getattr(one.low, key) + 70.0, rel=1e-4)


def test_terms_that_jump_are_bounded() -> None:
    """Five terms of two lumps: their tails share out unevenly, so the mean is not reached, and the limit says no more.

    Above 0.3 a share of 2 in 7 of each term is low, so that some places hold two low values or more: the least sum is
    at most that of three high and two low ones.
    """
    found = sum_bounds([lambda u: np.where(u < 0.5, u, 10.0 + u)] * 5, 0.3)
    assert 30.0 < found.high.inner <= found.high.outer < 3 * 11.0 + 2 * 0.5
    assert found.high.limit >= found.high.inner


def test_an_interval_has_the_bounds_of_its_ends() -> None:
    """The ends of a 90 % interval are bounded as the quantiles at 0.05 and 0.95 are."""
    terms = lognormals(3)
    found = interval_bounds(terms, 0.9, points=256)
    assert found.probability == 0.9
    assert found.low == sum_bounds(terms, (1.0 - 0.9) / 2.0, points=256)
    assert found.high == sum_bounds(terms, (1.0 + 0.9) / 2.0, points=256)
    assert found.low.low.limit < found.low.high.limit
    assert found.high.low.limit < found.high.high.limit


REFUSED: list[tuple[Sequence[Marginal], float, int, str]] = [
    ([UNIFORM], 0.0, 64, "a quantile of probability 0; expected one between 0 and 1"),
    ([UNIFORM], 95.0, 64, r"did you mean 0\.95\?"),
    ([UNIFORM], float("nan"), 64, "a quantile of probability nan"),
    ([UNIFORM], 0.5, 1, "1 points; expected 2 or more"),
    ([], 0.5, 64, "a sum of no terms"),
    ([UNIFORM, lambda u: 1.0 - u], 0.5, 64, "a quantile function that falls"),
    ([UNIFORM, lambda u: u * np.nan], 0.5, 64, "missing or not finite"),
    ([UNIFORM, lambda u: np.where(u > 0.9, np.inf, u)], 0.5, 64, "missing or not finite"),
    ([lambda u: np.float64(1.0) + u[:1]], 0.5, 64, "missing or not finite"),
]


@pytest.mark.parametrize(("terms", "p", "points", "words"), REFUSED)
def test_invalid_arguments_are_refused(terms: Sequence[Marginal], p: float, points: int, words: str) -> None:
    """A probability, a number of points or a quantile function that makes no sense is named."""
    with pytest.raises(UsageError, match=words):
        sum_bounds(terms, p, points=points)


def test_probability_outside_the_unit_interval_is_refused() -> None:
    """A probability such as 90 for 90 % is refused with a hint."""
    with pytest.raises(UsageError, match=r"an interval of probability 90; .* did you mean 0\.9\?"):
        interval_bounds([UNIFORM], 90.0)
