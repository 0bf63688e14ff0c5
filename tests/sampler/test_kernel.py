"""The compiled kernel against the reference implementation, bit for bit, over random cases and random programs."""

from __future__ import annotations

import concurrent.futures
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from mcmort.elicit import build_score_table, build_table, elicit
from mcmort.elicit.families import Distribution, fixed
from mcmort.elicit.pool import Pool
from mcmort.errors import UsageError
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program import reference
from mcmort.sampler.program.compile import compile_priors
from mcmort.sampler.program.normal_tables import normal_scores, normal_survival
from mcmort.sampler.program.plan import Builder, Op, Plan
from tests.cases import case_of, random_tables

type Columns = dict[str, NDArray[np.float64]]

_COUNT = 700


def _same(one: Columns, other: Columns) -> bool:
    """Whether two runs have the same columns, to the last bit (an undefined value is like any other)."""

    def bits(values: NDArray[np.float64]) -> bytes:
        return np.where(np.isnan(values), np.nan, values).tobytes()

    return list(one) == list(other) and all(bits(one[name]) == bits(other[name]) for name in one)


@st.composite
def _programs(draw: st.DrawFn) -> Plan:
    """Draw a program over every operation, with tables of lognormals, a pool with a gap, a uniform and a constant."""
    build = Builder()
    priors = (
        Distribution("lognormal", (1.0, 0.5)),
        Distribution("uniform", (0.0, 2.0)),
        fixed(3.0),
        Pool(((0.4, Distribution("uniform", (1.0, 2.0))), (0.6, Distribution("uniform", (8.0, 9.0))))),
    )
    tables = [build.table(build_table(prior)) for prior in priors]
    by_score = [build.score_table(build_score_table(prior)) for prior in priors]
    normal = build.table(normal_scores())
    survivals = [build.emit(Op.UNIFORM, stream=f"u{index}") for index in range(draw(st.integers(1, 3)))]
    scores = [build.emit(Op.DRAW, b=normal, stream=f"n{index}") for index in range(draw(st.integers(1, 2)))]
    total = build.emit(Op.ADD_SCALED, scores[0], scores[-1], x=draw(st.floats(-9.0, 9.0)))
    survivals.append(build.emit(Op.SCORED, total, build.score_table(normal_survival())))
    values = [build.emit(Op.CONSTANT, x=draw(st.sampled_from([0.0, -1.0, 1.5, 1e300])))]
    values += [build.emit(Op.DRAW, b=draw(st.sampled_from(tables)), stream=f"d{index}") for index in range(3)]
    values += [build.emit(Op.SCORED, total, draw(st.sampled_from(by_score)))]
    arithmetic = [Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.MINIMUM, Op.MAXIMUM]
    for _ in range(draw(st.integers(1, 12))):
        left, right = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        match draw(st.integers(0, 5)):
            case 0:
                table = draw(st.sampled_from(tables))
                values.append(build.emit(Op.LOOKED_UP, draw(st.sampled_from(survivals)), table))
            case 1:
                selector = draw(st.sampled_from([*survivals, *scores, *values]))
                values.append(build.emit(Op.SELECT, left, right, selector, x=draw(st.floats(-1.0, 2.0))))
            case 2:
                values.append(build.emit(Op.SCALE, left, x=draw(st.floats(-3.0, 3.0))))
            case _:
                values.append(build.emit(draw(st.sampled_from(arithmetic)), left, right))
    build.outputs = {f"v{index:02d}": register for index, register in enumerate([*values, *scores, total, *survivals])}
    return build.plan()


@settings(max_examples=25)
@given(program=_programs(), seed=st.integers(0, 2**40), block=st.integers(1, 900), task=st.integers(1, 900))
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_kernel_on_random_programs_equals_reference(program: Plan, seed: int, block: int, task: int) -> None:
    """Whatever the program, seed, block and task, kernel and reference give the same bits, also of NaN."""
    with np.errstate(all="ignore"):
        slow = reference.run_plan(program, seed, 0, _COUNT)
    assert _same(run_plan(program, seed, _COUNT, threads=2, block=block, task=task), slow)


@pytest.mark.slow
@settings(max_examples=15)
@given(
    tables=random_tables(),
    seed=st.integers(0, 2**40),
    block=st.integers(1, 900),
    task=st.integers(1, 900),
    first=st.integers(0, _COUNT),
    threads=st.sampled_from([1, 2]),
)
def test_kernel_on_random_cases_equals_reference(
    tables: dict[str, Any], seed: int, block: int, task: int, first: int, threads: int
) -> None:
    """On cases with pools, floors, formulas, groups and completeness both give the same bits, from any draw on."""
    plan = compile_priors(elicit(case_of(**tables))).plan
    fast = run_plan(plan, seed, _COUNT, threads=threads, block=block, task=task)
    assert _same(fast, run_plan(plan, seed, _COUNT, threads=1))
    one, other = reference.run_plan(plan, seed, 0, first), reference.run_plan(plan, seed, first, _COUNT - first)
    assert _same(fast, {name: np.concatenate([one[name], other[name]]) for name in one})


def test_another_seed_is_seen() -> None:
    """Negative control: with different seeds, or one draw further, the kernel and the reference differ."""
    build = Builder()
    build.outputs["x"] = build.emit(Op.UNIFORM, stream="x")
    plan = build.plan()
    fast = run_plan(plan, 1, 100)
    assert _same(fast, reference.run_plan(plan, 1, 0, 100))
    assert not _same(fast, reference.run_plan(plan, 2, 0, 100))
    assert not _same(fast, reference.run_plan(plan, 1, 1, 100))


def test_an_undefined_value_stays_undefined() -> None:
    """Minimum and maximum of an undefined value are undefined on either side (max(0, 0/0) once was 0)."""
    build = Builder()
    zero = build.emit(Op.CONSTANT)
    undefined = build.emit(Op.DIVIDE, zero, zero)
    for name, op in (("min", Op.MINIMUM), ("max", Op.MAXIMUM)):
        build.outputs[f"{name}-left"] = build.emit(op, undefined, zero)
        build.outputs[f"{name}-right"] = build.emit(op, zero, undefined)
    for values in (run_plan(build.plan(), 1, 3), reference.run_plan(build.plan(), 1, 0, 3)):
        assert all(np.isnan(column).all() for column in values.values())
        assert len(values) == 4


def test_any_executor_gives_the_same_bits() -> None:
    """Tasks may run in an executor of the caller, which stays open, and progress is told of every task."""
    build = Builder()
    build.outputs["x"] = build.emit(Op.DRAW, b=build.table(normal_scores()), stream="x")
    told: list[tuple[int, int]] = []
    with concurrent.futures.ThreadPoolExecutor(3) as executor:
        other = run_plan(
            build.plan(), 5, 1000, executor=executor, task=300, progress=lambda done, of: told.append((done, of))
        )
        assert executor.submit(lambda: 1).result() == 1
    assert _same(other, run_plan(build.plan(), 5, 1000))
    assert told == [(300, 1000), (600, 1000), (900, 1000), (1000, 1000)]


def test_an_empty_plan_has_no_columns() -> None:
    """A case without evidence compiles to a plan without instructions, which runs."""
    assert run_plan(Builder().plan(), 1, 10) == {}


def test_no_threads_are_refused() -> None:
    """Zero threads are a mistake of the caller, named."""
    with pytest.raises(UsageError, match="number of threads is 0"):
        run_plan(Builder().plan(), 1, 10, threads=0)


def test_scores_equal_the_normal_distribution() -> None:
    """Normal scores and their survival probabilities keep to SciPy's normal within 1e-4 and 1e-5, relative."""
    survival = np.exp(np.linspace(np.log(1e-9), np.log(0.45), 3001))
    scores = normal_scores()(survival)
    assert np.max(np.abs(scores / stats.norm.isf(survival) - 1.0)) < 1e-4
    assert (
        np.max(
            np.abs(
                normal_scores()(1.0 - survival[survival > 1e-6]) / stats.norm.isf(1.0 - survival[survival > 1e-6]) - 1.0
            )
        )
        < 1e-4
    )
    z = np.linspace(-4.0, 4.0, 5001)
    assert np.max(np.abs(normal_survival()(z) / stats.norm.sf(z) - 1.0)) < 1e-5
    beyond = normal_survival()(np.array([-50.0, 50.0]))
    assert np.all((beyond > 0.0) & (beyond <= 1.0))
