"""One arithmetic of totals, two uses: instructions for the kernel, and arrays of NumPy. They agree to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition
from mcmort.definitions.sums import ResolvedDefinition, evaluate, resolve_definition
from mcmort.errors import DefinitionError
from mcmort.results import Draws, Sums, maximum
from mcmort.sampler import simulate
from mcmort.sampler.kernel.register_allocation import allocate_registers
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program.plan import Builder, Op, Plan, Register
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.sampler.program.planned_splits import PlannedSplits
from mcmort.totals import DefinitionChanges, definition_of, resolve, total_of
from tests.cases import case_of, component, definition, overlap, random_tables, ranged, share
from tests.sampler.programs import fixed_plan

type Array = NDArray[np.float64]
type Columns = dict[str, Array]

_N = 150
_SEED = 9


def _with_definitions(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Add definitions with fixed and uncertain shares of responsibility, two of them on different years, and net."""
    first, last = tables["component"][0]["years"]
    early: dict[str, Any] = {"kind": "deaths", "years": [first, (first + last) // 2]}
    late: dict[str, Any] = {"kind": "deaths", "years": [(first + last) // 2 + 1, 1999]}
    rules = [{"where": early, **share(0.3, 0.7)}, {"where": late, **share(0.1, 0.4)}]
    return {
        **tables,
        "definitions": {
            "whole": definition(),
            "fixed": definition(share=[{"where": early, **share(0.6)}]),
            "ranged": definition(share=[{"where": early, **share(0.3, 0.7)}], net=True),
            "both": definition(share=rules if first < last else rules[:1]),
        },
    }


def _extended(plan: Plan, case: Case, account: ResolvedDefinition) -> Plan:
    """Return a plan extended by the instructions of a total, of which each sum is an output."""
    build = Builder(plan)
    columns = {name: Register(build, at) for name, at in plan.outputs.items()}
    found = evaluate(case, columns, account, PlannedSplits(build))
    build.outputs = _named(found)
    return build.plan()


def _named(sums: Sums[Register]) -> dict[str, int]:
    parts = {f"part {name}": one.at for name, one in sums.parts.items()}
    overlaps = {f"overlap {name}": one.at for name, one in sums.overlaps.items()}
    return {"total": sums.total.at, **parts, **overlaps}


def _both(draws: Draws, plan: Plan, definition: Definition) -> tuple[Columns, Columns] | None:
    """Return the sums of a definition as the kernel and as NumPy add them up; None for a definition of nothing."""
    case = draws.case
    try:
        resolved = resolve(case, definition)
        account = resolve_definition(case, draws.statuses, draws.columns, resolved)
    except DefinitionError:
        return None
    kept = total_of(draws, resolved)
    parts = {f"part {name}": one for name, one in kept.parts.items()}
    overlaps = {f"overlap {name}": one for name, one in kept.overlaps.items()}
    return run_plan(_extended(plan, case, account), _SEED, _N, block=64), {
        "total": kept.values, **parts, **overlaps,
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=20)
@given(
    tables=random_tables(pools=False),
    name=st.sampled_from(["whole", "fixed", "ranged", "both"]),
    net=st.sampled_from([None, True, False]),
    measure=st.sampled_from([None, None, "registered", "all"]),
    years=st.one_of(st.none(), st.tuples(st.integers(1920, 1925), st.integers(1926, 1931))),
    dropped=st.sampled_from([None, "a", "b"]),
)
def test_registers_add_up_as_arrays_do(
    tables: dict[str, Any],
    name: str,
    net: bool | None,
    measure: Any,
    years: tuple[int, int] | None,
    dropped: str | None,
) -> None:
    """Of random cases and definitions the kernel's total, parts and overlaps equal those of kept draws, exactly."""
    case = case_of(**_with_definitions(tables))
    draws = simulate(case, _N, rng=_SEED)
    plan = compiled_case(case).plan
    exclude = [{"category": dropped}] if dropped else []
    found = _both(
        draws,
        plan,
        definition_of(case, name, DefinitionChanges(net=net, measure=measure, years=years, exclude=exclude)),
    )
    assume(found is not None)
    assert found is not None
    kernel, numpy = found
    event(f"{sum(key.startswith('overlap') for key in numpy)} overlaps")
    assert sorted(kernel) == sorted(numpy)
    assert {key: kernel[key].tobytes() for key in kernel} == {key: numpy[key].tobytes() for key in kernel}


def _chain() -> Case:
    """Return a case of three components, each within the one before, with shares that exceed the whole."""
    return case_of(
        component("a", ranged(100, 300), ordinary=share(0.05, 0.3)),
        component("b", ranged(200, 400, source="study-b"), ordinary=share(0.1, 0.2)),
        component("c", ranged(50, 900, source="study-c")),
        overlap=[
            overlap("ba", "b", "a", low=0.4, high=0.9),
            overlap("ca", "c", "a", low=0.4, high=0.9),
            overlap("cb", "c", "b", low=0.3, high=0.8, years=[1931, 1935]),
        ],
        definitions={"whole": definition(), "net": definition(net=True)},
    )


@pytest.mark.parametrize("name", ["whole", "net"])
def test_nested_overlaps_agree_and_are_capped(name: str) -> None:
    """Where overlaps are nested and capped, kernel and NumPy agree to the last bit, on draws where caps bind."""
    case = _chain()
    draws = simulate(case, _N, rng=_SEED)
    plan = compiled_case(case).plan
    found = _both(draws, plan, case.definitions[name])
    assert found is not None
    kernel, numpy = found
    assert all(kernel[key].tobytes() == numpy[key].tobytes() for key in numpy)
    shares = draws.columns["overlap:ca"] + draws.columns["overlap:cb"]
    assert np.any(shares > 1.0)
    taken = numpy["overlap ba"] + numpy["overlap ca"]
    assert np.any(np.isclose(taken, numpy["part a"] * 1.0, rtol=1e-12))  # a is used up by what lies within it
    assert np.any(taken < 0.999 * numpy["part a"])


def test_another_order_of_adding_would_be_seen() -> None:
    """Negative control: the same parts added in another order give other last bits on some draw."""
    case = _chain()
    found = _both(simulate(case, _N, rng=_SEED), compiled_case(case).plan, case.definitions["whole"])
    assert found is not None
    parts = [one for key, one in sorted(found[1].items()) if key.startswith("part")]
    taken = [one for key, one in sorted(found[1].items()) if key.startswith("overlap")]
    forward = sum(parts[1:], parts[0]) - taken[0] - taken[1] - taken[2]
    backward = sum(reversed(parts[:-1]), parts[-1]) - taken[2] - taken[1] - taken[0]
    assert forward.tobytes() == found[0]["total"].tobytes()
    assert backward.tobytes() != found[0]["total"].tobytes()
    assert backward == pytest.approx(forward)


def test_a_plan_of_several_definitions_shares_instructions() -> None:
    """The parts of two definitions that count them alike are computed once, and their totals are unchanged."""
    case = _chain()
    compiled = compiled_case(case)
    build = Builder(compiled.plan)
    columns = {name: Register(build, at) for name, at in compiled.plan.outputs.items()}
    accounts = [
        resolve_definition(case, compiled.statuses, columns, resolve(case, one))
        for one in (
            case.definitions["whole"],
            definition_of(case, "whole", DefinitionChanges(exclude=[{"component": "c"}])),
        )
    ]
    build.outputs = {
        str(index): evaluate(case, columns, account, PlannedSplits(build)).total.at
        for index, account in enumerate(accounts)
    }  # fmt: skip
    plan = build.plan()
    alone = [allocate_registers(plan, [name]) for name in plan.outputs]
    assert len(allocate_registers(plan, list(plan.outputs)).op) < sum(len(one.op) for one in alone)
    for name, account in zip(plan.outputs, accounts, strict=True):
        extended = run_plan(_extended(compiled.plan, case, account), _SEED, _N)
        assert run_plan(plan, _SEED, _N)[name].tobytes() == extended["total"].tobytes()


_FORMULAS: dict[str, Any] = {
    "sum of three": lambda x, y: x + y + x,
    "scaled and added": lambda x, y: x + y * 0.3,
    "a number on either side": lambda x, y: (2.5 + x) - (y - 2.5) + (7.0 - x) * 0.1,
    "zero added, nothing multiplied": lambda x, y: 0.0 + x * 1.0 - 0.0 + 1.0 * y,
    "a ratio": lambda x, y: x / (x + y) * (1.0 / y),
    "the larger": lambda x, y: maximum(x - y * 50.0, 0.0) + maximum(x, y),
    "a sum of scaled": lambda x, y: x * 0.1 + y * 0.7 + x * 0.2,
}


@pytest.mark.parametrize("name", _FORMULAS)
def test_a_register_is_an_array(name: str) -> None:
    """Every operation of a register is that of the array it stands for, folded constants and fused terms included."""
    build = Builder()
    tables = [build.table(one) for one in fixed_plan().tables[:2]]
    x, y = (Register(build, build.emit(Op.DRAW, b=table, stream=str(table))) for table in tables)
    build.outputs = {"f": _FORMULAS[name](x, y).at, "x": x.at, "y": y.at}
    found = run_plan(build.plan(), 2, 500)
    assert found["f"].tobytes() == _FORMULAS[name](found["x"], found["y"]).tobytes()
