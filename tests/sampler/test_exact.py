"""Totals without Monte Carlo error against analytic sums, SciPy's quadrature and draws.

A table whose quantiles are within a relative `TABLE` of the prior's keeps a sum of positive terms within the same, so
what is allowed of a quantile is that and the numerical error which the engine states of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from mcmort.elicit.families import Distribution
from mcmort.elicit.table import build_score_table, build_table
from mcmort.errors import NotExactError, UsageError
from mcmort.sampler.exact import exact_distribution
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.run import run_plan
from mcmort.sampler.scores import normal_survival
from mcmort.sampler.ties import Graph
from tests.sampler.made import GOAL, TABLE, Made, P, agrees

type Array = NDArray[np.float64]


def _inverse(cdf: Callable[[float], float], near: Array) -> Array:
    """Return quantiles by a step of the secant method from a place that is near them, or else far off after it too."""
    step = 1e-4 * near
    below = np.array([cdf(x) for x in near])
    density = (np.array([cdf(x) for x in near + step]) - below) / step
    return np.asarray(near + (P - below) / density)


def test_a_sum_of_gammas_is_a_gamma() -> None:
    """Twelve gammas of one scale add up to a gamma with the sum of their shapes."""
    made = Made()
    found = made.exact(made.sum([made.prior(f"x{i}", "gamma", 2.0 + i, 3.0) for i in range(12)]))
    truth = stats.gamma(sum(2.0 + i for i in range(12)), scale=3.0)
    assert agrees(found, truth.ppf(P))
    assert abs(found.mean - truth.mean()) < TABLE * truth.mean()
    x = truth.ppf(np.array([1e-5, 0.01, 0.4, 0.999, 1 - 1e-5]))
    assert np.allclose(found.cdf(x), truth.cdf(x), rtol=2e-3, atol=0)


def test_a_sum_of_uniforms_has_the_distribution_of_irwin_and_hall() -> None:
    """Four uniforms add up as Irwin and Hall have it, with scales and signs undone."""
    made = Made()
    total = made.prior("x0", "uniform", 0.0, 1.0)
    for i, scale in enumerate((2.0, 5.0, 0.1), start=1):
        total = made.emit(Op.ADD_SCALED, total, made.prior(f"x{i}", "uniform", 0.0, scale), x=1.0 / scale)
    assert agrees(made.exact(total), stats.irwinhall(4).ppf(P))
    flipped = made.emit(Op.SUBTRACT, made.constant(4.0), total)
    assert agrees(made.exact(flipped), stats.irwinhall(4).ppf(P))


@pytest.mark.parametrize("log_sd", [0.05, 0.5, 1.0])
def test_a_single_term_is_its_prior(log_sd: float) -> None:
    """One lognormal comes back as it went in, narrow or with a heavy tail."""
    made = Made()
    found = made.exact(made.prior("x", "lognormal", 3.0, log_sd))
    assert agrees(found, stats.lognorm(log_sd, scale=np.exp(3.0)).ppf(P))


@pytest.mark.parametrize("op", [Op.MULTIPLY, Op.DIVIDE])
def test_products_and_quotients_of_lognormals_are_lognormal(op: Op) -> None:
    """A group of two inputs, and of three, has the analytic distribution of a product or a quotient."""
    made = Made()
    two = made.emit(op, made.prior("a", "lognormal", 3.0, 0.5), made.prior("b", "lognormal", 1.0, 0.3))
    three = made.emit(op, two, made.prior("c", "lognormal", 2.0, 0.2))
    sign = 1.0 if op == Op.MULTIPLY else -1.0
    for register, log_median, squares in ((two, 3.0 + sign, 0.34), (three, 3.0 + 3.0 * sign, 0.38)):
        truth = stats.lognorm(np.sqrt(squares), scale=np.exp(log_median)).ppf(P)
        assert agrees(made.exact(register), truth, tables=3 * TABLE)


def test_a_sum_under_a_copula_of_normals_is_normal() -> None:
    """Truncated normals far from zero, under two factors that overlap and a third elsewhere, add up to a normal."""
    made = Made()
    loadings = [{"f": 0.5}, {"f": 0.6}, {"f": 0.5, "g": 0.5}, {"f": 0.3, "g": 0.8}, {"g": 0.7}, {"h": 0.9}, {"h": 0.4}]
    terms = [
        made.prior("", "truncated-normal", 100.0, 10.0, score=made.tied(f"x{i}", one)) for i, one in enumerate(loadings)
    ]
    found = made.exact(made.sum(terms))
    own = sum(1.0 - sum(loading**2 for loading in one.values()) for one in loadings)
    shared = sum(sum(one.get(factor, 0.0) for one in loadings) ** 2 for factor in "fgh")
    truth = stats.norm(700.0, 10.0 * np.sqrt(own + shared)).ppf(P)
    assert agrees(found, truth)
    independent = stats.norm(700.0, 10.0 * np.sqrt(7.0)).ppf(P)
    assert not agrees(found, independent)  # the factors are seen


@pytest.mark.parametrize("loading", [0.5, 0.9])
def test_two_lognormals_under_a_factor_agree_with_quadrature(loading: float) -> None:
    """The sum of two lognormals under a copula has the distribution that a one-dimensional integral gives."""
    made = Made()
    terms = [made.prior("", "lognormal", 1.0, 0.5, score=made.tied(f"x{i}", {"f": loading})) for i in range(2)]
    correlation = loading**2

    def cdf(x: float) -> float:
        def below(score: float) -> float:
            rest = x - np.exp(1.0 + 0.5 * score)
            conditional = ((np.log(rest) - 1.0) / 0.5 - correlation * score) / np.sqrt(1.0 - correlation**2)
            return float(stats.norm.pdf(score) * stats.norm.cdf(conditional))

        top = (np.log(x) - 1.0) / 0.5
        return float(integrate.quad(below, -9.0, min(9.0, top - 1e-12), epsabs=1e-10, limit=200)[0])

    found = made.exact(made.sum(terms))
    assert agrees(found, _inverse(cdf, found.quantile(P)))


def test_a_factor_over_twelve_terms_agrees_with_draws() -> None:
    """Twelve lognormals under a factor: quantiles within five standard errors of plain NumPy draws."""
    made = Made()
    sds = np.linspace(0.2, 0.8, 12)
    terms = [
        made.prior("", "lognormal", 1.0, float(sd), score=made.tied(f"x{i}", {"f": 0.6})) for i, sd in enumerate(sds)
    ]
    found = made.exact(made.sum(terms))
    n, rng = 1_000_000, np.random.default_rng(7)
    factor, values = rng.standard_normal(n), np.zeros(n)
    for sd in sds:
        values += np.exp(1.0 + sd * (0.8 * rng.standard_normal(n) + 0.6 * factor))
    assert found.error < GOAL * found.quantile(0.5)
    # table errors move a distribution function by no more than this share of it
    slack = 2e-4
    below = np.array([np.mean(values <= x) for x in found.quantile(P)])
    assert np.all(np.abs(below - P) < 5.0 * np.sqrt(P * (1.0 - P) / n) + slack)


def test_a_common_share_is_held_fixed() -> None:
    """A share of responsibility times five components: conditional on the share the sum is a gamma."""
    made = Made()
    share = made.prior("share", "beta", 4.0, 2.0)
    parts = [made.prior(f"x{i}", "gamma", 3.0, 2.0) for i in range(5)]
    once = made.emit(Op.MULTIPLY, share, made.sum(parts))
    each = made.sum([made.emit(Op.MULTIPLY, part, share) for part in parts])
    inner, outer = stats.gamma(15.0, scale=2.0), stats.beta(4.0, 2.0)

    def cdf(x: float) -> float:
        return float(integrate.quad(lambda s: outer.pdf(s) * inner.cdf(x / s), 0.0, 1.0, epsabs=1e-11)[0])

    for found in (made.exact(once), made.exact(each)):
        assert agrees(found, _inverse(cdf, found.quantile(P)), tables=2 * TABLE)


def _floored(made: Made) -> tuple[int, int, Any, Any]:
    """Return the registers of a floor and of what is above it, and their priors."""
    floor = made.prior("registered", "lognormal", 4.0, 0.3)
    table = made.table(build_table(Distribution("lognormal", (4.3, 0.4))))
    above = made.emit(Op.FLOORED, made.emit(Op.UNIFORM, stream="all"), table, floor)
    return floor, above, stats.lognorm(0.3, scale=np.exp(4.0)), stats.lognorm(0.4, scale=np.exp(4.3))


def test_deaths_above_a_floor_agree_with_quadrature() -> None:
    """All deaths above the registered part of the same draw, and what exceeds it, as integrals over the floor."""
    made = Made()
    floor, above, registered, prior = _floored(made)

    def cdf(x: float, from_floor: bool = False) -> float:
        def below(r: float) -> float:
            end = r + x if from_floor else x
            return float(registered.pdf(r) * (1.0 - prior.sf(end) / prior.sf(r)))

        top = registered.isf(1e-13) if from_floor else min(x, registered.isf(1e-13))
        return float(integrate.quad(below, 0.0, top, points=[min(50.0, 0.5 * top)], epsabs=1e-11, limit=300)[0])

    found = made.exact(above)
    assert agrees(found, _inverse(cdf, found.quantile(P)), tables=2 * TABLE)
    # the excess is a difference: tables may move it by what they move either side
    found = made.exact(made.emit(Op.SUBTRACT, above, floor))
    truth = _inverse(lambda x: cdf(x, from_floor=True), found.quantile(P))
    assert np.all(np.abs(found.quantile(P) - truth) <= 2 * TABLE * (truth + 100.0) + found.error)
    assert found.cdf(-1e-3) < 1e-3


def test_both_measures_of_a_component_are_one_group() -> None:
    """A register added to itself is its double, and taken from itself nothing: what is shared is not drawn twice."""
    made = Made()
    floor, above, registered, _ = _floored(made)
    assert agrees(made.exact(made.emit(Op.ADD, floor, floor)), 2.0 * registered.ppf(P))
    back = made.emit(Op.ADD, made.emit(Op.SUBTRACT, above, floor), floor)
    assert np.allclose(made.exact(back).quantile(P), made.exact(above).quantile(P), rtol=1e-9)
    nothing = made.exact(made.emit(Op.SUBTRACT, above, above))
    assert np.allclose(nothing.quantile(P), 0.0, atol=1e-6)


def test_the_same_stream_is_the_same_input() -> None:
    """Two instructions that name one stream are one input, as they are in the sampler."""
    made = Made()
    pair = made.emit(Op.ADD, made.prior("x", "lognormal", 1.0, 0.5), made.prior("x", "lognormal", 1.0, 0.5))
    assert agrees(made.exact(pair), 2.0 * stats.lognorm(0.5, scale=np.e).ppf(P))


def test_scores_that_nothing_else_reads_are_one_input() -> None:
    """One component under three factors of its own is as exact as one without, and a gap of its pool stays empty."""
    from mcmort.elicit.pool import Pool

    made = Made()
    score = made.tied("x", {"f": 0.5, "g": 0.5, "h": 0.4})
    assert agrees(made.exact(made.prior("", "gamma", 3.0, 2.0, score=score)), stats.gamma(3.0, scale=2.0).ppf(P))
    pool = Pool(((0.4, Distribution("uniform", (1.0, 2.0))), (0.6, Distribution("uniform", (11.0, 12.0)))))
    gap = made.emit(Op.SCORED, score, made.score_table(build_score_table(pool)))
    product = made.emit(Op.MULTIPLY, gap, made.prior("rate", "uniform", 0.9, 1.1))
    assert abs(float(made.exact(product).cdf(5.0)) - 0.4) < 0.01
    # read twice, a score is no longer alone: the register and what it is multiplied by move together
    both = made.emit(
        Op.MULTIPLY,
        made.prior("", "lognormal", 1.0, 0.3, score=score),
        made.prior("", "lognormal", 1.0, 0.3, score=score),
    )
    assert agrees(made.exact(both), stats.lognorm(0.6, scale=np.exp(2.0)).ppf(P), tables=2 * TABLE)


def test_it_is_the_distribution_of_the_draws_of_the_same_plan() -> None:
    """A plan with everything in it, run by the sampler, has this distribution within the DKW bound (Massart 1990)."""
    made = Made()
    floor, above, *_ = _floored(made)
    tied = [made.prior("", "gamma", 4.0, 9.0, score=made.tied(f"t{i}", {"f": 0.7})) for i in range(3)]
    overlap = made.emit(Op.MINIMUM, made.emit(Op.MULTIPLY, made.constant(0.4), above), tied[0])
    terms = [above, *tied, made.emit(Op.DIVIDE, floor, made.constant(2.0))]
    total = made.emit(Op.SUBTRACT, made.sum(terms), made.emit(Op.ADD_SCALED, made.constant(0.0), overlap, x=0.5))
    made.outputs["total"] = total
    found = made.exact(total)
    n = 400_000
    values = np.sort(run_plan(made.plan(), 11, n)["total"])
    bound = float(np.sqrt(np.log(2.0 / 1e-6) / (2.0 * n)))
    distance = float(np.max(np.abs(found.cdf(values) - (np.arange(n) + 0.5) / n)))
    assert distance < bound + 0.5 / n + 1e-4
    assert abs(float(np.mean(values)) - found.mean) < 5.0 * float(np.std(values)) / np.sqrt(n) + 1e-4 * found.mean
    assert float(np.max(np.abs(found.cdf(1.02 * values) - (np.arange(n) + 0.5) / n))) > bound  # two per cent are seen


def test_too_many_tied_inputs_are_refused() -> None:
    """A smaller of two sums over eight inputs is refused, with the inputs and what to do instead."""
    made = Made()
    parts = [made.prior(f"all:{name}", "gamma", 2.0, 1.0) for name in "abcdefgh"]
    least = made.emit(Op.MINIMUM, made.sum(parts[:4]), made.sum(parts[4:]))
    with pytest.raises(NotExactError) as refused:
        made.exact(least)
    message = str(refused.value)
    assert "uncertain inputs are tied together even with all:" in message
    assert "--method quasi" in message
    assert issubclass(NotExactError, UsageError)


def test_an_undefined_total_is_refused() -> None:
    """A quotient by zero names the inputs behind it."""
    made = Made()
    gap = made.emit(Op.MAXIMUM, made.prior("x", "uniform", -1.0, 1.0), made.constant(0.0))
    with pytest.raises(NotExactError, match="undefined for some values of x"):
        made.exact(made.emit(Op.DIVIDE, made.constant(1.0), gap))


@pytest.mark.parametrize("precision", [1e-2, 1e-3, 1e-5])
@pytest.mark.parametrize("is_tied", [False, True])
def test_a_precision_is_kept(precision: float, is_tied: bool) -> None:
    """Twelve lognormals, free or under a factor: the stated error covers the distance from a far finer computation.

    It is a change between two levels of three kinds of nodes, each of which may be as large as the precision.
    """
    made = Made()
    sds = np.linspace(0.2, 0.8, 12)
    scores = [made.tied(f"x{i}", {"f": 0.6}) if is_tied else None for i in range(12)]
    terms = [
        made.prior(f"y{i}", "lognormal", 1.0, float(sd), score=score)
        for i, (sd, score) in enumerate(zip(sds, scores, strict=True))
    ]
    total = made.sum(terms)
    plan = made.plan()
    found, truth = (
        exact_distribution(plan, total, precision),
        exact_distribution(plan, total, 2e-6).quantile(P),
    )
    assert found.error <= 3.0 * precision * truth[-1]
    assert np.all(np.abs(found.quantile(P) - truth) <= found.error + 1e-5 * truth)


@pytest.mark.parametrize("precision", [0.0, 1e-9, 0.5, float("nan")])
def test_a_precision_out_of_reach_is_refused(precision: float) -> None:
    """A precision is a relative error that quantiles can have."""
    made = Made()
    register = made.prior("x", "gamma", 2.0, 1.0)
    with pytest.raises(UsageError, match="expected a relative error"):
        exact_distribution(made.plan(), register, precision)


def test_a_graph_serves_many_registers() -> None:
    """What is worked out of a plan once gives the same distributions as the plan itself."""
    made = Made()
    x, y = made.prior("x", "gamma", 2.0, 1.0), made.prior("y", "gamma", 3.0, 1.0)
    total, graph = made.emit(Op.ADD, x, y), Graph(made.plan())
    for register in (x, total):
        assert exact_distribution(graph, register).digest() == made.exact(register).digest()


def test_deaths_above_a_floor_may_follow_a_copula() -> None:
    """A survival probability looked up at a score floors a table as a uniform number of the same stream does."""
    made = Made()
    floor = made.prior("registered", "lognormal", 4.0, 0.3)
    table = made.table(build_table(Distribution("lognormal", (4.3, 0.4))))
    plain = made.emit(Op.FLOORED, made.emit(Op.UNIFORM, stream="all"), table, floor)
    survivals = made.score_table(normal_survival())
    scored = made.emit(Op.SCORED, made.tied("own", {"f": 0.6}), survivals)
    tied = made.emit(Op.FLOORED, scored, table, floor)
    one, other = made.exact(plain), made.exact(tied)
    assert np.all(np.abs(one.quantile(P) - other.quantile(P)) <= one.error + other.error + 1e-5 * one.quantile(P))


def test_a_plan_is_left_as_it_was() -> None:
    """Asking for one register of a plan says nothing about the others, and changes none."""
    made = Made()
    x, y = made.prior("x", "gamma", 2.0, 1.0), made.prior("y", "gamma", 3.0, 1.0)
    plan: Plan = made.plan()
    before = exact_distribution(plan, x).quantile(P)
    exact_distribution(plan, y)
    assert np.array_equal(before, exact_distribution(plan, x).quantile(P))
