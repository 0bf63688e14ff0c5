"""Totals without Monte Carlo error against analytic sums, SciPy's quadrature and draws.

A table whose quantiles are within a relative `_TABLE` of the prior's keeps a sum of positive terms within the same, so
what is allowed of a quantile is that and the numerical error which the engine states of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from mcmort.draws import ExactTotal
from mcmort.elicit.families import Distribution
from mcmort.elicit.table import TARGET, build_score_table, build_table
from mcmort.errors import NotExactError, UsageError
from mcmort.sampler.exact import PRECISION, exact_distribution
from mcmort.sampler.integrate import survival_of
from mcmort.sampler.plan import Builder, Op, Plan
from mcmort.sampler.run import run_plan, tally_plan
from mcmort.sampler.scores import normal_scores, normal_survival
from mcmort.sampler.ties import Graph
from mcmort.sampler.twin import survival_of as slow_survival_of

type Array = NDArray[np.float64]

_P = np.array([0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995])
_TABLE = TARGET
_GOAL = 1e-4
"""Relative numerical error promised for these probabilities."""


class _Made(Builder):
    """A builder with words for what these tests need."""

    def prior(self, stream: str, family: str, *parameters: float, score: int | None = None) -> int:
        """Draw from a prior by a stream of its own, or look it up at a score."""
        prior = Distribution(family, parameters)
        if score is None:
            return self.emit(Op.DRAW, b=self.table(build_table(prior)), stream=stream)
        return self.emit(Op.SCORED, score, self.score_table(build_score_table(prior)))

    def normal(self, stream: str) -> int:
        """Draw a normal score."""
        return self.emit(Op.DRAW, b=self.table(normal_scores()), stream=stream)

    def tied(self, stream: str, loadings: dict[str, float]) -> int:
        """Return the score of an input tied to factors by its loadings."""
        own = float(np.sqrt(1.0 - sum(loading**2 for loading in loadings.values())))
        score = self.emit(Op.SCALE, self.normal(stream), x=own)
        for factor, loading in loadings.items():
            score = self.emit(Op.ADD_SCALED, score, self.normal(factor), x=loading)
        return score

    def constant(self, value: float) -> int:
        """Return a constant."""
        return self.emit(Op.CONSTANT, x=value)

    def sum(self, registers: Sequence[int]) -> int:
        """Add registers."""
        total = registers[0]
        for register in registers[1:]:
            total = self.emit(Op.ADD, total, register)
        return total

    def exact(self, register: int) -> ExactTotal:
        """Return the distribution of a register."""
        return exact_distribution(self.plan(), register)


def _agrees(found: ExactTotal, truth: Array, tables: float = _TABLE) -> bool:
    """Whether quantiles agree within the stated errors, and the error is as small as promised."""
    stated = bool(found.error <= 3 * _GOAL * float(np.max(np.abs(truth))))
    return stated and bool(np.all(np.abs(found.quantile(_P) - truth) <= tables * np.abs(truth) + found.error))


def _inverse(cdf: Callable[[float], float], near: Array) -> Array:
    """Return quantiles by a step of the secant method from a place that is near them, or else far off after it too."""
    step = 1e-4 * near
    below = np.array([cdf(x) for x in near])
    density = (np.array([cdf(x) for x in near + step]) - below) / step
    return np.asarray(near + (_P - below) / density)


def test_a_sum_of_gammas_is_a_gamma() -> None:
    """Twelve gammas of one scale add up to a gamma with the sum of their shapes."""
    made = _Made()
    found = made.exact(made.sum([made.prior(f"x{i}", "gamma", 2.0 + i, 3.0) for i in range(12)]))
    truth = stats.gamma(sum(2.0 + i for i in range(12)), scale=3.0)
    assert _agrees(found, truth.ppf(_P))
    assert abs(found.mean - truth.mean()) < _TABLE * truth.mean()
    x = truth.ppf(np.array([1e-5, 0.01, 0.4, 0.999, 1 - 1e-5]))
    assert np.allclose(found.cdf(x), truth.cdf(x), rtol=2e-3, atol=0)


def test_a_sum_of_uniforms_has_the_distribution_of_irwin_and_hall() -> None:
    """Four uniforms add up as Irwin and Hall have it, with scales and signs undone."""
    made = _Made()
    total = made.prior("x0", "uniform", 0.0, 1.0)
    for i, scale in enumerate((2.0, 5.0, 0.1), start=1):
        total = made.emit(Op.ADD_SCALED, total, made.prior(f"x{i}", "uniform", 0.0, scale), x=1.0 / scale)
    assert _agrees(made.exact(total), stats.irwinhall(4).ppf(_P))
    flipped = made.emit(Op.SUBTRACT, made.constant(4.0), total)
    assert _agrees(made.exact(flipped), stats.irwinhall(4).ppf(_P))


@pytest.mark.parametrize("log_sd", [0.05, 0.5, 1.0])
def test_a_single_term_is_its_prior(log_sd: float) -> None:
    """One lognormal comes back as it went in, narrow or with a heavy tail."""
    made = _Made()
    found = made.exact(made.prior("x", "lognormal", 3.0, log_sd))
    assert _agrees(found, stats.lognorm(log_sd, scale=np.exp(3.0)).ppf(_P))


@pytest.mark.parametrize("op", [Op.MULTIPLY, Op.DIVIDE])
def test_products_and_quotients_of_lognormals_are_lognormal(op: Op) -> None:
    """A group of two inputs, and of three, has the analytic distribution of a product or a quotient."""
    made = _Made()
    two = made.emit(op, made.prior("a", "lognormal", 3.0, 0.5), made.prior("b", "lognormal", 1.0, 0.3))
    three = made.emit(op, two, made.prior("c", "lognormal", 2.0, 0.2))
    sign = 1.0 if op == Op.MULTIPLY else -1.0
    for register, log_median, squares in ((two, 3.0 + sign, 0.34), (three, 3.0 + 3.0 * sign, 0.38)):
        truth = stats.lognorm(np.sqrt(squares), scale=np.exp(log_median)).ppf(_P)
        assert _agrees(made.exact(register), truth, tables=3 * _TABLE)


def test_a_sum_under_a_copula_of_normals_is_normal() -> None:
    """Truncated normals far from zero, under two factors that overlap and a third elsewhere, add up to a normal."""
    made = _Made()
    loadings = [{"f": 0.5}, {"f": 0.6}, {"f": 0.5, "g": 0.5}, {"f": 0.3, "g": 0.8}, {"g": 0.7}, {"h": 0.9}, {"h": 0.4}]
    terms = [
        made.prior("", "truncated-normal", 100.0, 10.0, score=made.tied(f"x{i}", one)) for i, one in enumerate(loadings)
    ]
    found = made.exact(made.sum(terms))
    own = sum(1.0 - sum(loading**2 for loading in one.values()) for one in loadings)
    shared = sum(sum(one.get(factor, 0.0) for one in loadings) ** 2 for factor in "fgh")
    truth = stats.norm(700.0, 10.0 * np.sqrt(own + shared)).ppf(_P)
    assert _agrees(found, truth)
    independent = stats.norm(700.0, 10.0 * np.sqrt(7.0)).ppf(_P)
    assert not _agrees(found, independent)  # the factors are seen


@pytest.mark.parametrize("loading", [0.5, 0.9])
def test_two_lognormals_under_a_factor_agree_with_quadrature(loading: float) -> None:
    """The sum of two lognormals under a copula has the distribution that a one-dimensional integral gives."""
    made = _Made()
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
    assert _agrees(found, _inverse(cdf, found.quantile(_P)))


def test_a_factor_over_twelve_terms_agrees_with_draws() -> None:
    """Twelve lognormals under a factor: quantiles within five standard errors of plain NumPy draws."""
    made = _Made()
    sds = np.linspace(0.2, 0.8, 12)
    terms = [
        made.prior("", "lognormal", 1.0, float(sd), score=made.tied(f"x{i}", {"f": 0.6})) for i, sd in enumerate(sds)
    ]
    found = made.exact(made.sum(terms))
    n, rng = 1_000_000, np.random.default_rng(7)
    factor, values = rng.standard_normal(n), np.zeros(n)
    for sd in sds:
        values += np.exp(1.0 + sd * (0.8 * rng.standard_normal(n) + 0.6 * factor))
    assert found.error < _GOAL * found.quantile(0.5)
    # table errors move a distribution function by no more than this share of it
    slack = 2e-4
    below = np.array([np.mean(values <= x) for x in found.quantile(_P)])
    assert np.all(np.abs(below - _P) < 5.0 * np.sqrt(_P * (1.0 - _P) / n) + slack)


def test_a_common_share_is_held_fixed() -> None:
    """A share of responsibility times five components: conditional on the share the sum is a gamma."""
    made = _Made()
    share = made.prior("share", "beta", 4.0, 2.0)
    parts = [made.prior(f"x{i}", "gamma", 3.0, 2.0) for i in range(5)]
    once = made.emit(Op.MULTIPLY, share, made.sum(parts))
    each = made.sum([made.emit(Op.MULTIPLY, part, share) for part in parts])
    inner, outer = stats.gamma(15.0, scale=2.0), stats.beta(4.0, 2.0)

    def cdf(x: float) -> float:
        return float(integrate.quad(lambda s: outer.pdf(s) * inner.cdf(x / s), 0.0, 1.0, epsabs=1e-11)[0])

    for found in (made.exact(once), made.exact(each)):
        assert _agrees(found, _inverse(cdf, found.quantile(_P)), tables=2 * _TABLE)


def _floored(made: _Made) -> tuple[int, int, Any, Any]:
    """Return the registers of a floor and of what is above it, and their priors."""
    floor = made.prior("registered", "lognormal", 4.0, 0.3)
    table = made.table(build_table(Distribution("lognormal", (4.3, 0.4))))
    above = made.emit(Op.FLOORED, made.emit(Op.UNIFORM, stream="all"), table, floor)
    return floor, above, stats.lognorm(0.3, scale=np.exp(4.0)), stats.lognorm(0.4, scale=np.exp(4.3))


def test_deaths_above_a_floor_agree_with_quadrature() -> None:
    """All deaths above the registered part of the same draw, and what exceeds it, as integrals over the floor."""
    made = _Made()
    floor, above, registered, prior = _floored(made)

    def cdf(x: float, from_floor: bool = False) -> float:
        def below(r: float) -> float:
            end = r + x if from_floor else x
            return float(registered.pdf(r) * (1.0 - prior.sf(end) / prior.sf(r)))

        top = registered.isf(1e-13) if from_floor else min(x, registered.isf(1e-13))
        return float(integrate.quad(below, 0.0, top, points=[min(50.0, 0.5 * top)], epsabs=1e-11, limit=300)[0])

    found = made.exact(above)
    assert _agrees(found, _inverse(cdf, found.quantile(_P)), tables=2 * _TABLE)
    # the excess is a difference: tables may move it by what they move either side
    found = made.exact(made.emit(Op.SUBTRACT, above, floor))
    truth = _inverse(lambda x: cdf(x, from_floor=True), found.quantile(_P))
    assert np.all(np.abs(found.quantile(_P) - truth) <= 2 * _TABLE * (truth + 100.0) + found.error)
    assert found.cdf(-1e-3) < 1e-3


def test_both_measures_of_a_component_are_one_group() -> None:
    """A register added to itself is its double, and taken from itself nothing: what is shared is not drawn twice."""
    made = _Made()
    floor, above, registered, _ = _floored(made)
    assert _agrees(made.exact(made.emit(Op.ADD, floor, floor)), 2.0 * registered.ppf(_P))
    back = made.emit(Op.ADD, made.emit(Op.SUBTRACT, above, floor), floor)
    assert np.allclose(made.exact(back).quantile(_P), made.exact(above).quantile(_P), rtol=1e-9)
    nothing = made.exact(made.emit(Op.SUBTRACT, above, above))
    assert np.allclose(nothing.quantile(_P), 0.0, atol=1e-6)


def test_the_same_stream_is_the_same_input() -> None:
    """Two instructions that name one stream are one input, as they are in the sampler."""
    made = _Made()
    pair = made.emit(Op.ADD, made.prior("x", "lognormal", 1.0, 0.5), made.prior("x", "lognormal", 1.0, 0.5))
    assert _agrees(made.exact(pair), 2.0 * stats.lognorm(0.5, scale=np.e).ppf(_P))


def test_a_total_is_clipped_at_zero() -> None:
    """A final maximum with zero leaves a mass at zero, and the mean of what is above."""
    made = _Made()
    excess = made.emit(
        Op.SUBTRACT, made.prior("a", "truncated-normal", 100.0, 6.0), made.prior("b", "truncated-normal", 95.0, 8.0)
    )
    found = made.exact(made.emit(Op.MAXIMUM, excess, made.constant(0.0)))
    truth = stats.norm(5.0, 10.0)
    # the tables are wrong by a share of what goes in, which is far larger than the difference
    allowed = 2 * _TABLE * 100.0 + found.error
    assert np.all(np.abs(found.quantile(_P) - np.maximum(truth.ppf(_P), 0.0)) <= allowed)
    assert found.quantile(0.2) == 0.0
    assert found.cdf(-1.0) == 0.0
    assert abs(float(found.cdf(0.0)) - truth.cdf(0.0)) < allowed * truth.pdf(0.0)
    assert abs(found.mean - (5.0 * truth.sf(0.0) + 100.0 * truth.pdf(0.0))) < allowed


@pytest.mark.parametrize("precision", [PRECISION, 1e-3])
def test_a_pool_with_a_gap_keeps_its_gap(precision: float) -> None:
    """Where two lineages leave a gap between them, no mass strays into it, alone or beside a small term."""
    from mcmort.elicit.pool import Pool

    pool = Pool(((0.4, Distribution("uniform", (1.0, 2.0))), (0.6, Distribution("uniform", (11.0, 12.0)))))
    made = _Made()
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


def test_scores_that_nothing_else_reads_are_one_input() -> None:
    """One component under three factors of its own is as exact as one without, and a gap of its pool stays empty."""
    from mcmort.elicit.pool import Pool

    made = _Made()
    score = made.tied("x", {"f": 0.5, "g": 0.5, "h": 0.4})
    assert _agrees(made.exact(made.prior("", "gamma", 3.0, 2.0, score=score)), stats.gamma(3.0, scale=2.0).ppf(_P))
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
    assert _agrees(made.exact(both), stats.lognorm(0.6, scale=np.exp(2.0)).ppf(_P), tables=2 * _TABLE)


def test_it_is_the_distribution_of_the_draws_of_the_same_plan() -> None:
    """A plan with everything in it, run by the sampler, has this distribution within the DKW bound (Massart 1990)."""
    made = _Made()
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


def test_a_constant_is_a_constant() -> None:
    """A register without random inputs has one value."""
    made = _Made()
    found = made.exact(made.emit(Op.ADD, made.constant(40.0), made.constant(2.0)))
    assert np.allclose(found.quantile(_P), 42.0, rtol=1e-6)
    assert found.mean == pytest.approx(42.0)


def test_too_many_tied_inputs_are_refused() -> None:
    """A smaller of two sums over eight inputs is refused, with the inputs and what to do instead."""
    made = _Made()
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
    made = _Made()
    gap = made.emit(Op.MAXIMUM, made.prior("x", "uniform", -1.0, 1.0), made.constant(0.0))
    with pytest.raises(NotExactError, match="undefined for some values of x"):
        made.exact(made.emit(Op.DIVIDE, made.constant(1.0), gap))


@pytest.mark.parametrize("precision", [1e-2, 1e-3, 1e-5])
@pytest.mark.parametrize("is_tied", [False, True])
def test_a_precision_is_kept(precision: float, is_tied: bool) -> None:
    """Twelve lognormals, free or under a factor: the stated error covers the distance from a far finer computation.

    It is a change between two levels of three kinds of nodes, each of which may be as large as the precision.
    """
    made = _Made()
    sds = np.linspace(0.2, 0.8, 12)
    scores = [made.tied(f"x{i}", {"f": 0.6}) if is_tied else None for i in range(12)]
    terms = [
        made.prior(f"y{i}", "lognormal", 1.0, float(sd), score=score)
        for i, (sd, score) in enumerate(zip(sds, scores, strict=True))
    ]
    total = made.sum(terms)
    plan = made.plan()
    found, truth = exact_distribution(plan, total, precision), exact_distribution(plan, total, 2e-6).quantile(_P)
    assert found.error <= 3.0 * precision * truth[-1]
    assert np.all(np.abs(found.quantile(_P) - truth) <= found.error + 1e-5 * truth)


@pytest.mark.parametrize("precision", [0.0, 1e-9, 0.5, float("nan")])
def test_a_precision_out_of_reach_is_refused(precision: float) -> None:
    """A precision is a relative error that quantiles can have."""
    made = _Made()
    register = made.prior("x", "gamma", 2.0, 1.0)
    with pytest.raises(UsageError, match="expected a relative error"):
        exact_distribution(made.plan(), register, precision)


def test_a_graph_serves_many_registers() -> None:
    """What is worked out of a plan once gives the same distributions as the plan itself."""
    made = _Made()
    x, y = made.prior("x", "gamma", 2.0, 1.0), made.prior("y", "gamma", 3.0, 1.0)
    total, graph = made.emit(Op.ADD, x, y), Graph(made.plan())
    for register in (x, total):
        assert exact_distribution(graph, register).digest() == made.exact(register).digest()


def test_deaths_above_a_floor_may_follow_a_copula() -> None:
    """A survival probability looked up at a score floors a table as a uniform number of the same stream does."""
    made = _Made()
    floor = made.prior("registered", "lognormal", 4.0, 0.3)
    table = made.table(build_table(Distribution("lognormal", (4.3, 0.4))))
    plain = made.emit(Op.FLOORED, made.emit(Op.UNIFORM, stream="all"), table, floor)
    survivals = made.score_table(normal_survival())
    scored = made.emit(Op.SCORED, made.tied("own", {"f": 0.6}), survivals)
    tied = made.emit(Op.FLOORED, scored, table, floor)
    one, other = made.exact(plain), made.exact(tied)
    assert np.all(np.abs(one.quantile(_P) - other.quantile(_P)) <= one.error + other.error + 1e-5 * one.quantile(_P))


@pytest.mark.parametrize("family", [("lognormal", 1.0, 0.6), ("uniform", 0.0, 2.0), ("beta", 0.6, 3.0)])
def test_survival_of_many_values_is_that_of_each(family: tuple[Any, ...]) -> None:
    """The lookup over arrays gives to the last bit what the plain twin gives value by value, at knots as well."""
    table = build_table(Distribution(family[0], family[1:]))
    inside = table(np.linspace(1e-4, 1.0 - 1e-4, 501))
    values = np.concatenate([inside, table.upper[::97], table.lower[::89], [-1.0, 0.0, 1e9]])
    assert np.array_equal(survival_of(table, values), slow_survival_of(table, values))
    assert survival_of(table, values[:6].reshape(2, 3)).shape == (2, 3)


def test_a_plan_is_left_as_it_was() -> None:
    """Asking for one register of a plan says nothing about the others, and changes none."""
    made = _Made()
    x, y = made.prior("x", "gamma", 2.0, 1.0), made.prior("y", "gamma", 3.0, 1.0)
    plan: Plan = made.plan()
    before = exact_distribution(plan, x).quantile(_P)
    exact_distribution(plan, y)
    assert np.array_equal(before, exact_distribution(plan, x).quantile(_P))


@pytest.mark.parametrize("narrow", [50, 400])
def test_summands_narrower_than_a_cell_shift_a_total_and_no_more(narrow: int) -> None:
    """Hundreds of terms far narrower than a cell of the grid add their means, and leave the quantiles as they were."""
    made = _Made()
    wide = made.prior("w", "lognormal", 13.0, 0.4)
    for i in range(5):
        wide = made.emit(Op.ADD, wide, made.prior(f"w{i}", "lognormal", 13.0 + 0.3 * i, 0.4))
    total, shift = wide, 0.0
    for i in range(narrow):
        median = 20.0 + i % 7
        total = made.emit(Op.ADD, total, made.prior(f"n{i}", "lognormal", float(np.log(median)), 0.1))
        shift += median * float(np.exp(0.005))
    alone, found = made.exact(wide), made.exact(total)
    np.testing.assert_allclose(found.quantile(_P), alone.quantile(_P) + shift, rtol=5e-5)
    assert found.mean == pytest.approx(alone.mean + shift, rel=1e-5)


@pytest.mark.parametrize("precision", [PRECISION, 1e-3])
@pytest.mark.parametrize("log_sd", [1.1, 1.4])
def test_a_heavy_tail_beside_a_narrow_term_is_whole(log_sd: float, precision: float) -> None:
    """A lognormal plus a uniform term has the probabilities of the analytic integral: no window cuts its tail."""
    made = _Made()
    lognormal = made.prior("heavy", "lognormal", 13.0, log_sd)
    total = made.emit(Op.ADD, lognormal, made.prior("narrow", "uniform", 30.0, 90.0))
    found = exact_distribution(made.plan(), total, precision)
    at = found.quantile(_P)
    heavy = stats.lognorm(log_sd, scale=np.exp(13.0))
    # the mean of the lognormal's distribution function over the uniform term, by Gauss and Legendre
    nodes, shares = np.polynomial.legendre.leggauss(40)
    probability = 0.5 * (heavy.cdf(at[:, None] - 60.0 - 30.0 * nodes) @ shares)
    slack = heavy.pdf(at) * (_TABLE * at + precision * at + found.error)
    assert np.all(np.abs(probability - _P) <= slack)


@pytest.mark.parametrize("precision", [PRECISION, 1e-3])
@pytest.mark.parametrize("loading", [0.3, 0.6, 0.9])
def test_a_heavy_tail_under_a_factor_agrees_with_draws(loading: float, precision: float) -> None:
    """A lognormal of a large spread and a gamma under one factor have the distribution of their draws, tails too."""
    made = _Made()
    gamma = made.prior("a", "gamma", 15.0, 68.0, score=made.tied("a", {"factor": loading}))
    total = made.emit(Op.ADD, gamma, made.prior("b", "lognormal", 3.4, 1.4, score=made.tied("b", {"factor": loading})))
    made.outputs["total"] = total
    found, n = exact_distribution(made.plan(), total, precision), 1 << 20
    drawn = tally_plan(made.plan(), 1, n, outputs=["total"])["total"].whole.quantile(_P)
    slack = found.error + (precision + 3e-4) * drawn
    band = 5.0 * np.sqrt(_P * (1.0 - _P) / n)
    assert np.all(found.cdf(drawn - slack) <= _P + band)
    assert np.all(found.cdf(drawn + slack) >= _P - band)


@pytest.mark.parametrize("log_sd", [0.8, 1.4])
def test_a_heavy_tail_times_a_share_is_whole(log_sd: float) -> None:
    """A lognormal times a share, plus a narrow term, has the probabilities of the analytic integral."""
    made = _Made()
    product = made.emit(
        Op.MULTIPLY, made.prior("heavy", "lognormal", 13.0, log_sd), made.prior("share", "uniform", 0.3, 0.8)
    )
    found = made.exact(made.emit(Op.ADD, product, made.prior("narrow", "uniform", 30.0, 90.0)))
    heavy = stats.lognorm(log_sd, scale=np.exp(13.0))
    nodes, weights = np.polynomial.legendre.leggauss(60)
    share = 0.55 + 0.25 * nodes
    at = found.quantile(_P)
    place = (at[:, None, None] - (60.0 + 30.0 * nodes)) / share[:, None]
    probability = 0.25 * (heavy.cdf(place) @ weights) @ weights
    density = 0.25 * (heavy.pdf(place) / share[:, None] @ weights) @ weights
    assert found.error <= 1e-3 * at[-1]
    assert np.all(np.abs(probability - _P) <= density * (2 * _TABLE * at + found.error))
