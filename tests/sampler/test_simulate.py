"""Draws of whole cases against exact convolution, analytic products, SciPy's truncated distributions and the copula.

The allowance of every comparison is the Dvoretzky-Kiefer-Wolfowitz bound (Massart 1990) or a standard error, with the
stated error of the quantile tables added.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal, stats

from mcmort.catalogue.case import Case
from mcmort.catalogue.reading.load import load
from mcmort.errors import FormulaError, UsageError
from mcmort.results import Draws
from mcmort.sampler import simulate
from mcmort.totals import total
from tests.cases import (
    case_of,
    component,
    count,
    definition,
    dependence,
    overlap,
    point,
    quantity,
    random_tables,
    ranged,
    share,
    write_case,
)

type Array = NDArray[np.float64]

_N = 200_000
_DKW = float(np.sqrt(np.log(2.0 / 1e-6) / (2.0 * _N)))
"""Distance of an empirical distribution function that _N draws exceed once in a million times."""
_TABLE = 1e-4
_Z90 = float(stats.norm.ppf(0.95))


def _lognormal(low: float, high: float) -> Any:
    return stats.lognorm(np.log(high / low) / (2 * _Z90), scale=np.sqrt(low * high))


def _column(draws: Draws, name: str) -> Array:
    return draws.columns[name]


def _distance(values: Array, cdf: Any) -> float:
    return float(stats.kstest(values, cdf).statistic)


class _Sum:
    """The exact sum of independent variables: cell probabilities of SciPy's functions, convolved by FFT.

    Each variable is moved by at most half a cell, the sum of `k` by at most `k` halves: `slack` is how much the
    distribution function can differ for that reason.
    """

    def __init__(self, parts: list[Any], reach: float, cells: int = 1 << 14) -> None:
        self.step = reach / cells
        edges = (np.arange(cells + 1) - 0.5) * self.step
        mass = np.ones(1)
        for part in parts:
            mass = signal.fftconvolve(mass, np.diff(part.cdf(edges)))
        self.lost = 1.0 - float(mass.sum())
        self.below = np.cumsum(mass)
        self.x = (np.arange(len(mass)) + 0.5) * self.step
        self.slack = float(np.max(self.below[len(parts) :] - self.below[: -len(parts)])) + abs(self.lost)

    def cdf(self, x: Array) -> Array:
        """Return the distribution function."""
        return np.interp(x, self.x, self.below)

    def ppf(self, u: float) -> float:
        """Return a quantile."""
        return float(np.interp(u, self.below, self.x))

    def density(self, x: float) -> float:
        """Return the density."""
        return float((self.cdf(np.array(x + 5 * self.step)) - self.cdf(np.array(x - 5 * self.step))) / (10 * self.step))


@pytest.fixture(scope="module")
def three() -> Draws:
    """Return draws of a lognormal, a gamma and a truncated normal component."""
    case = case_of(
        component("one", ranged(100, 400)),
        component("two", ranged(200, 900, family="gamma")),
        component("three", ranged(50, 700, family="truncated-normal")),
    )
    return simulate(case, _N, rng=20_260)


@pytest.fixture(scope="module")
def exact(three: Draws) -> _Sum:
    """Return the exact distribution of their sum, from the fitted parameters and SciPy's functions."""
    from mcmort.elicit import elicit
    from tests.elicit.scipy_reference import reference

    pools = [elicit(three.case).components[name].all for name in ("one", "two", "three")]
    return _Sum([reference(pool.members[0][1]) for pool in pools if pool is not None], 16_000.0)


def test_a_sum_is_the_exact_convolution(three: Draws, exact: _Sum) -> None:
    """The total of three independent families is within the DKW bound of their convolution."""
    values = total(three, "whole").values
    allowed = _DKW + exact.slack + _TABLE * max(x * exact.density(x) for x in np.linspace(200, 3000, 60))
    assert abs(exact.lost) < 1e-6
    assert exact.slack < 0.005
    assert _distance(values, exact.cdf) < allowed


@pytest.mark.parametrize("u", [0.005, 0.025, 0.05, 0.5, 0.95, 0.975, 0.995])
def test_quantiles_of_a_sum_are_within_monte_carlo_error(three: Draws, exact: _Sum, u: float) -> None:
    """Quantiles of the total are within five standard errors of those of the convolution."""
    truth = exact.ppf(u)
    error = np.sqrt(u * (1 - u) / _N) / exact.density(truth)
    allowed = 5 * error + 1.5 * exact.step + _TABLE * truth
    assert abs(float(np.quantile(total(three, "whole").values, u)) - truth) < allowed


def test_a_dependent_sum_is_seen(three: Draws, exact: _Sum) -> None:
    """Negative control: sorted against each other the same columns make another total, far outside the bound."""
    columns = [np.sort(_column(three, f"all:{name}")) for name in ("one", "two", "three")]
    assert _distance(columns[0] + columns[1] + columns[2], exact.cdf) > 5 * (_DKW + exact.slack)


@pytest.mark.slow
def test_a_product_of_lognormals_is_lognormal(seed: int) -> None:
    """A component by formula has the analytic distribution of a product and of a quotient of lognormals."""
    people, rate = quantity("people", ranged(1e4, 4e4)), quantity("rate", ranged(0.01, 0.1))
    case = case_of(
        component("product", formula="people * rate"),
        component("quotient", formula="people / rate"),
        quantity=[people, rate],
    )
    draws = simulate(case, _N, rng=seed)
    log_sd = np.hypot(np.log(4.0), np.log(10.0)) / (2 * _Z90)
    medians = {"product": np.sqrt(4e8) * np.sqrt(1e-3), "quotient": np.sqrt(4e8) / np.sqrt(1e-3)}
    for name, median in medians.items():
        truth = stats.lognorm(log_sd, scale=median)
        assert _distance(_column(draws, f"all:{name}"), truth.cdf) < _DKW + 2 * _TABLE
        wrong = stats.lognorm(log_sd * 1.05, scale=median)
        assert _distance(_column(draws, f"all:{name}"), wrong.cdf) > _DKW + 2 * _TABLE


def test_a_product_of_uniforms_has_its_mellin_convolution(seed: int) -> None:
    """The product of two uniforms from zero is below z with probability z (1 - log z), in units of both ends."""
    ends = {"family": "uniform", "reads": "extremes"}
    case = case_of(
        component("one", formula="first * second"),
        quantity=[quantity("first", ranged(0, 40, **ends)), quantity("second", ranged(0, 5, **ends))],
    )
    z = _column(simulate(case, _N, rng=seed), "all:one") / 200.0
    assert _distance(z, lambda x: x * (1.0 - np.log(x))) < _DKW + 2 * _TABLE


def test_a_formula_is_arithmetic_on_the_draws(seed: int) -> None:
    """Sums, differences, quotients, min, max and components inside a formula are NumPy's on the same draws."""
    case = case_of(
        component("base-camp", ranged(10, 20)),
        component("one", formula="max(0, people - base_camp) / 2 + min(people, 3, base_camp) * (1 + -0.5)"),
        component("other", formula="twice"),
        quantity=[quantity("people", ranged(10, 30)), quantity("twice", formula="2 * people")],
    )
    draws = simulate(case, 1000, rng=seed)
    people, base = _column(draws, "quantity:people"), _column(draws, "all:base-camp")
    expected = np.maximum(0.0, people - base) / 2 + np.minimum(np.minimum(people, 3.0), base) * 0.5
    assert _column(draws, "all:one") == pytest.approx(expected, rel=1e-14)
    assert np.array_equal(_column(draws, "quantity:twice"), 2.0 * people)


def test_a_negative_formula_counts_no_deaths(seed: int) -> None:
    """A component's formula that is negative on a draw gives no deaths on it, never fewer than none."""
    case = case_of(component("one", formula="people - 15"), quantity=[quantity("people", ranged(10, 30))])
    draws = simulate(case, 2000, rng=seed)
    people = _column(draws, "quantity:people")
    assert np.any(people < 15)
    assert np.array_equal(_column(draws, "all:one"), np.maximum(people - 15.0, 0.0))


@pytest.mark.parametrize("text", ["people / none", "none / none", "max(0, none / none)", "min(5, none / none)"])
def test_an_undefined_formula_is_refused(text: str) -> None:
    """A division by zero is named with its column and number of draws; max(0, 0/0) was once taken for 0."""
    case = case_of(
        component("one", formula=text), quantity=[quantity("people", ranged(10, 30)), quantity("none", point(0))]
    )
    with pytest.raises(FormulaError, match="all:one is undefined on 10 of 10 draws"):
        simulate(case, 10, rng=1)


def _scores(values: Array) -> Array:
    """Return normal scores by rank: no knowledge of the marginal distribution."""
    return np.asarray(stats.norm.ppf(stats.rankdata(values) / (len(values) + 1)))


def _copula(loadings: tuple[float, ...], measure: str = "all", **changes: Any) -> Case:
    groups = [dependence(f"g{index}", ["one", "two"], value, measure=measure) for index, value in enumerate(loadings)]
    parts = (
        component("one", ranged(100, 400)),
        component("two", ranged(200, 900, family="gamma")),
        component("three", ranged(50, 700)),
    )
    return case_of(*parts, **{"dependence": groups, **changes})


@pytest.mark.slow
@pytest.mark.parametrize("loadings", [(0.3,), (0.8,), (0.6, 0.5), (1.0,)], ids=str)
def test_members_of_groups_are_correlated_as_declared(loadings: tuple[float, ...], seed: int) -> None:
    """Normal scores of two members correlate by the sum of squared loadings, ranks by (6 / pi) asin(rho / 2).

    Allowed: five standard errors, (1 - rho^2) / sqrt(n) for Pearson's and 1 / sqrt(n) for Spearman's coefficient, with
    1e-4 for the normal tables. A stranger to the groups correlates with neither.
    """
    draws = simulate(_copula(loadings), _N, rng=seed)
    one, two, three = (_scores(_column(draws, f"all:{name}")) for name in ("one", "two", "three"))
    rho = sum(loading**2 for loading in loadings)
    allowed = 5 * (1 - rho**2) / np.sqrt(_N) + 1e-4
    assert float(np.corrcoef(one, two)[0, 1]) == pytest.approx(rho, abs=allowed)
    ranks = float(stats.spearmanr(one, two).statistic)
    assert ranks == pytest.approx(6 / np.pi * np.arcsin(rho / 2), abs=5 * (1 - rho**2) / np.sqrt(_N) + 1e-4)
    for member in (one, two):
        assert abs(float(np.corrcoef(member, three)[0, 1])) < 5 / np.sqrt(_N)


def test_independent_members_are_seen(seed: int) -> None:
    """Negative control: without groups the scores of the same components do not correlate."""
    draws = simulate(_copula(()), _N, rng=seed)
    found = float(np.corrcoef(_scores(_column(draws, "all:one")), _scores(_column(draws, "all:two")))[0, 1])
    assert abs(found) < 5 / np.sqrt(_N)
    assert found != pytest.approx(0.09, abs=5 / np.sqrt(_N))


@pytest.mark.parametrize("loadings", [(0.8,), (0.6, 0.5), (1.0,)], ids=str)
def test_dependence_leaves_the_marginals_as_they_were(loadings: tuple[float, ...], seed: int) -> None:
    """Each member of a group keeps its own distribution, by SciPy's lognormal and the DKW bound."""
    values = _column(simulate(_copula(loadings), _N, rng=seed), "all:one")
    assert _distance(values, _lognormal(100, 400).cdf) < _DKW + 2 * _TABLE


def test_a_group_moves_its_own_measure_only(seed: int) -> None:
    """A group of registered counts leaves all deaths alone, bit for bit, and moves quantities of either kind."""
    plain = simulate(_copula(()), 1000, rng=seed)  # there are no registered counts in it
    other = simulate(_copula((0.9,), "registered"), 1000, rng=seed)
    assert all(np.array_equal(plain.columns[name], other.columns[name]) for name in plain.columns)
    people, rate = quantity("people", ranged(1, 2)), quantity("rate", ranged(1, 2))
    groups = [dependence("g", ["people", "rate"], 1.0, measure="registered")]
    parts = (component("one", formula="people"), component("two", formula="rate"))
    tied = simulate(case_of(*parts, quantity=[people, rate], dependence=groups), 1000, rng=seed)
    assert np.array_equal(_column(tied, "quantity:people"), _column(tied, "quantity:rate"))


def _floored(seed: int, n: int = _N) -> Draws:
    """Return draws of a component whose register reaches far into the estimates of all its deaths."""
    wide = {"basis": "registered", "measure": "registered", "source": "study-b"}
    return simulate(case_of(component("one", ranged(100, 400), ranged(80, 500, **wide))), n, rng=seed)


def test_all_deaths_with_a_register_are_the_larger_of_two_independent_draws(seed: int) -> None:
    """All deaths have the product of SciPy's two distribution functions as theirs (DKW); the register keeps its own."""
    draws = _floored(seed)
    theta, register = _column(draws, "all:one"), _column(draws, "registered:one")
    assert np.all(register <= theta)
    assert _distance(register, _lognormal(80, 500).cdf) < _DKW + _TABLE
    estimated, registered = _lognormal(100, 400), _lognormal(80, 500)
    assert _distance(theta, lambda value: estimated.cdf(value) * registered.cdf(value)) < _DKW + 2 * _TABLE


def test_deaths_truncated_at_the_register_are_seen(seed: int) -> None:
    """Negative control: a draw from the estimates given that it exceeds the register has another distribution."""
    register = _column(_floored(seed), "registered:one")
    estimated, registered = _lognormal(100, 400), _lognormal(80, 500)
    place = np.random.default_rng(seed).random(_N)
    truncated = np.maximum(estimated.isf(place * estimated.sf(register)), register)
    assert _distance(truncated, lambda value: estimated.cdf(value) * registered.cdf(value)) > 5 * _DKW


def test_a_register_above_every_estimate_is_a_floor(seed: int) -> None:
    """Where the register lies above the whole pool of all deaths, all deaths equal it, finite and exact."""
    high = point(1e9, basis="registered", measure="registered", source="study-b")
    draws = simulate(case_of(component("one", ranged(100, 400), high)), 1000, rng=seed)
    assert np.array_equal(_column(draws, "all:one"), _column(draws, "registered:one"))


@pytest.mark.parametrize("measure", ["registered", "all"])
def test_completeness_leads_both_ways(measure: str, seed: int) -> None:
    """Registered over all deaths is the cited share, a beta by SciPy and independent of what was drawn."""
    estimate = ranged(100, 400, measure=measure, basis="registered" if measure == "registered" else "demographic")
    draws = simulate(case_of(component("one", estimate, completeness=share(0.4, 0.8))), _N, rng=seed)
    theta, register = _column(draws, "all:one"), _column(draws, "registered:one")
    drawn = register if measure == "registered" else theta
    assert _distance(drawn, _lognormal(100, 400).cdf) < _DKW + _TABLE
    kappa = register / theta
    a, b, _, _ = stats.beta.fit(kappa, floc=0, fscale=1)
    assert stats.beta(a, b).cdf([0.4, 0.8]) == pytest.approx([0.05, 0.95], abs=0.005)
    assert _distance(kappa, stats.beta(a, b).cdf) < _DKW + 2 * _TABLE
    assert abs(float(np.corrcoef(_scores(kappa), _scores(drawn))[0, 1])) < 5 / np.sqrt(_N)
    assert np.all(register <= theta)


def test_a_derived_component_respects_its_register(seed: int) -> None:
    """A formula gives the larger of its value and the register, on every draw."""
    high = point(22, basis="registered", measure="registered")
    case = case_of(component("one", high, formula="people"), quantity=[quantity("people", ranged(10, 40))])
    draws = simulate(case, 1000, rng=seed)
    register, people = _column(draws, "registered:one"), _column(draws, "quantity:people")
    assert np.array_equal(_column(draws, "all:one"), np.maximum(register, people))


@pytest.mark.slow
@settings(max_examples=15)
@given(tables=random_tables())
def test_registered_deaths_never_exceed_all_deaths(tables: dict[str, Any]) -> None:
    """In whatever case, on every draw the registered part is at most all deaths, and nothing is negative."""
    draws = simulate(case_of(**tables), 300, rng=3)
    for name, values in draws.columns.items():
        assert np.all(values >= 0.0)
        if name.startswith("registered:"):
            assert np.all(values <= _column(draws, name.replace("registered:", "all:")) * (1 + 1e-12))


def _bits(draws: Draws) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in draws.columns.items()}


def test_the_seed_is_honoured() -> None:
    """The same seed gives the same bits, seed 0 among them, and another seed other draws."""
    case = _copula((0.5,))
    bits = {seed: _bits(simulate(case, 100, rng=seed)) for seed in (0, 1, 2**70)}
    assert bits[0] == _bits(simulate(case, 100, rng=0))
    for one, other in ((0, 1), (1, 2**70)):
        assert all(bits[one][name] != bits[other][name] for name in bits[one])
    assert simulate(case, 10, rng=0).manifest.seed == 0


def test_a_generator_gives_the_seed() -> None:
    """A NumPy Generator gives a seed that the manifest records, and two calls give two seeds."""
    rng = np.random.default_rng(4)
    one, two = simulate(_copula(()), 10, rng=rng), simulate(_copula(()), 10, rng=rng)
    assert one.manifest.seed != two.manifest.seed
    assert _bits(simulate(_copula(()), 10, rng=one.manifest.seed)) == _bits(one)
    assert simulate(_copula(()), 10).manifest.seed != simulate(_copula(()), 10).manifest.seed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 0}, "number of draws is 0"),
        ({"n": -3}, "number of draws is -3"),
        ({"n": True}, "number of draws is True"),
        ({"n": 2.5}, "number of draws is 2.5"),
        ({"rng": -1}, "seed is -1"),
        ({"rng": True}, "seed is True"),
        ({"rng": "x"}, "seed is 'x'"),
        ({"threads": 0}, "number of threads is 0"),
    ],
)
def test_senseless_calls_are_refused(changes: dict[str, Any], words: str) -> None:
    """Counts and seeds that make no sense are refused by name, with the error of wrong use."""
    with pytest.raises(UsageError, match=words):
        simulate(_copula(()), **{"n": 10, "rng": 1, **changes})


def test_the_manifest_says_how_draws_were_made() -> None:
    """Engine, seed, draws, evidence and versions stand in the manifest; the draws know their length."""
    draws = simulate(_copula(()), 10, rng=5, evidence=frozenset({"survey", "demographic"}))
    assert (draws.manifest.engine, draws.manifest.seed, draws.manifest.draws) == ("elicited", 5, 10)
    assert draws.manifest.evidence == ("demographic", "survey")
    assert set(draws.manifest.versions) == {"mcmort", "numba", "numpy", "scipy"}
    assert len(draws) == 10
    assert repr(draws) == "<Draws of small: 10 x 3 components, elicited engine>"


@pytest.mark.slow
@settings(max_examples=10)
@given(tables=random_tables(), data=st.data())
def test_the_order_of_files_and_entries_changes_no_bit(tables: dict[str, Any], data: st.DataObject) -> None:
    """Entries in any order, in any files under any names, with keys and estimates shuffled, give the same bits."""
    rule = {"where": {"component": ["part-0", "part-1"], "kind": "deaths"}, **share(0.3, 0.7)}
    tables = {**tables, "definitions": {"whole": definition(share=[rule]), "plain": definition()}}
    turned = {"where": {"kind": "deaths", "component": ["part-1", "part-0"]}, **share(0.3, 0.7)}
    kinds = ("component", "quantity", "profile", "overlap", "dependence")
    entries = data.draw(st.permutations([(kind, at) for kind in kinds for at in range(len(tables[kind]))]))
    cut = data.draw(st.integers(0, len(entries)))
    shuffled: dict[str, Any] = {
        **tables,
        "component": [{**one, "estimate": data.draw(st.permutations(one["estimate"]))} for one in tables["component"]],
        "definitions": {"plain": definition(), "whole": definition(share=[turned])},
    }
    shuffled["dependence"] = [{**one, "members": one["members"][::-1]} for one in tables["dependence"]]
    for kind in kinds:
        shuffled[kind] = [dict(reversed(one.items())) for one in shuffled[kind]]
    with tempfile.TemporaryDirectory() as folder:
        one = load(write_case(Path(folder) / "one", tables))
        other = load(write_case(Path(folder) / "other", shuffled, {"z": entries[:cut], "a": entries[cut:]}))
    first, second = simulate(one, 200, rng=1), simulate(other, 200, rng=1)
    assert one.digest == other.digest
    assert _bits(first) == _bits(second)
    assert total(first, "whole").values.tobytes() == total(second, "whole").values.tobytes()
    assert first.statuses == second.statuses


@pytest.mark.slow
@settings(max_examples=10)
@given(tables=random_tables(most=4))
def test_an_addition_leaves_the_other_streams_as_they_were(tables: dict[str, Any]) -> None:
    """A further component, quantity, claim, definition or overlap changes no bit of the columns that were there."""
    before = _bits(simulate(case_of(**tables), 200, rng=9))
    claim = {"id": "c", "author": "A", "definition": "whole", "counts": "all", **point(5)}
    added = {
        **tables,
        "component": [component("a-first", ranged(5, 6)), *tables["component"], component("z-last", ranged(5, 9))],
        "quantity": [quantity("a_quantity", ranged(5, 6)), *tables["quantity"]],
        "overlap": [overlap("a-first", "z-last", "a-first", low=0.1, high=0.2), *tables["overlap"]],
        "definitions": {"other": definition(measure="registered"), **tables["definitions"]},
        "claim": [claim],
    }
    after = _bits(simulate(case_of(**added), 200, rng=9))
    assert {name: after[name] for name in before} == before
    assert len(after) > len(before)


def test_threads_change_no_bit(seed: int) -> None:
    """One thread and two give the same bits over several tasks, and progress counts all draws."""
    reported: list[int] = []
    one = simulate(_copula((0.5,)), 70_000, rng=seed, threads=1)
    two = simulate(_copula((0.5,)), 70_000, rng=seed, threads=2, progress=lambda done, _: reported.append(done))
    assert _bits(one) == _bits(two)
    assert reported[-1] == 70_000
    fewer = simulate(_copula((0.5,)), 50, rng=seed)
    assert all(np.array_equal(one.columns[name][:50], fewer.columns[name]) for name in one.columns)


def test_one_sided_claims_reach_the_draws(seed: int) -> None:
    """An "at most" moves the draws down: the chance of exceeding it falls below that of its lognormal alone."""
    case = case_of(component("one", ranged(100, 400), count(high=200.0, reads="at-most", source="study-b")))
    over = float(np.mean(_column(simulate(case, 20_000, rng=seed), "all:one") > 300.0))
    assert over < _lognormal(100, 400).sf(300.0) / 4
