"""Assembling a plan: dead code goes, registers are used again, and no value is lost for it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcmort.elicit.table import UPPER
from mcmort.sampler.kernel.register_allocation import MOST_TERMS, SUM, Assembly, assemble
from mcmort.sampler.kernel.run import histogram_plan, run_plan
from mcmort.sampler.program import reference as twin
from mcmort.sampler.program.plan import Builder, Op, Plan, operands
from tests.sampler.programs import fixed_plan, programs

type Array = NDArray[np.float64]

_COUNT = 200
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning", "ignore:invalid:RuntimeWarning"),
]


def _chosen(plan: Plan, data: st.DataObject) -> list[str]:
    """Draw some of the outputs of a plan, in any order."""
    names = data.draw(st.permutations(list(plan.outputs)))
    return names[: data.draw(st.integers(1, len(names)))]


def _reads(one: Assembly, step: int) -> tuple[int, ...]:
    """Return the registers that an instruction of an assembly reads."""
    a, b, c = int(one.a[step]), int(one.b[step]), int(one.c[step])
    return (a, *one.terms[b:c].tolist()) if one.op[step] == SUM else operands(int(one.op[step]), a, b, c)


def _asked(plan: Plan, one: Assembly, step: int) -> tuple[int, ...]:
    """Return the values that an instruction of an assembly has to read; of a sum, those of all its additions."""
    at = one.origins[step]
    if one.op[step] != SUM:
        return operands(int(plan.op[at]), int(plan.a[at]), int(plan.b[at]), int(plan.c[at]))
    terms: list[int] = []
    for _ in range(int(one.c[step] - one.b[step])):
        terms.insert(0, int(plan.b[at]))
        at = int(plan.a[at])
    if at not in one.origins:  # a product that nothing else reads, with which the sum begins
        assert plan.op[at] == Op.SCALE
        at = int(plan.a[at])
    return (at, *terms)


def _bits(values: Array) -> bytes:
    return np.where(np.isnan(values), np.nan, values).tobytes()


def _run_symbolically(one: Assembly, plan: Plan) -> list[str]:
    """Run an assembly on names of values instead of numbers, and return what each register reads, instruction by step.

    A register that is read must hold the value that the plan's instruction asks for.
    """
    held: dict[int, int] = {}
    wrong = []
    for step, at in enumerate(one.origins):
        asked = _asked(plan, one, step)
        found = tuple(held.get(register, -1) for register in _reads(one, step))
        if found != asked:
            wrong.append(f"step {step} reads {found} for {asked}")
        if one.target[step] in _reads(one, step):
            wrong.append(f"step {step} writes what it reads")
        held[int(one.target[step])] = at
    return wrong


@settings(max_examples=60)
@given(plan=programs(), data=st.data())
def test_registers_hold_what_is_read(plan: Plan, data: st.DataObject) -> None:
    """Whatever the program and its outputs, every instruction reads the values it asks for and writes none of them.

    At the end every output still stands in its register: nothing that is live has been written over.
    """
    names = _chosen(plan, data)
    one = assemble(plan, names)
    assert _run_symbolically(one, plan) == []
    held = dict(zip(one.target.tolist(), one.origins, strict=True))
    assert [held[register] for register in one.kept.tolist()] == [plan.outputs[name] for name in names]
    assert set(one.target.tolist()) == set(range(one.registers))


def test_a_register_written_too_soon_would_be_seen() -> None:
    """Negative control: a target moved onto a live register, or onto one that is read, is told by the check above."""
    plan = fixed_plan()
    names = list(plan.outputs)
    right = assemble(plan, names)
    for at in range(1, len(right.origins)):
        one = assemble(plan, names)
        assert _run_symbolically(one, plan) == []
        one.target[at] = one.target[at - 1]
        is_read_later = any(
            right.origins[at - 1] in _asked(plan, right, later) for later in range(at, len(right.origins))
        )
        assert not is_read_later or _run_symbolically(one, plan)


@settings(max_examples=40)
@given(plan=programs(), data=st.data())
def test_any_outputs_in_any_order_are_those_of_the_twin(plan: Plan, data: st.DataObject) -> None:
    """An assembly run by the kernel over its few registers gives the columns of the twin, which keeps all of them."""
    names = _chosen(plan, data)
    chosen = replace(plan, outputs={name: plan.outputs[name] for name in names})
    with np.errstate(all="ignore"):
        expected = twin.run_plan(plan, 3, 0, _COUNT)
    found = run_plan(chosen, 3, _COUNT, threads=1)
    assert list(found) == names
    for name in names:
        assert _bits(found[name]) == _bits(expected[name])


@settings(max_examples=25)
@given(plan=programs(), data=st.data())
def test_the_kernel_runs_any_subset_of_outputs(plan: Plan, data: st.DataObject) -> None:
    """The kernel's columns of a plan are the twin's, and a tally of some outputs, in any order, is that of all."""
    with np.errstate(all="ignore"):
        expected = twin.run_plan(plan, 3, 0, _COUNT)
    found = run_plan(plan, 3, _COUNT, threads=1)
    assert {name: _bits(one) for name, one in found.items()} == {name: _bits(one) for name, one in expected.items()}
    names = _chosen(plan, data)
    some, every = (histogram_plan(plan, 3, _COUNT, outputs=chosen, threads=1) for chosen in (names, None))
    assert list(some) == names
    assert {name: one.whole.digest() for name, one in some.items()} == {
        name: every[name].whole.digest() for name in names
    }


@given(plan=programs(), data=st.data())
def test_only_what_is_needed_is_run(plan: Plan, data: st.DataObject) -> None:
    """The instructions of an assembly are those that its outputs rest on, each once, and no other."""
    names = _chosen(plan, data)
    wanted = [plan.outputs[name] for name in names]
    needed = plan.needed(wanted)
    assert needed == sorted(set(needed))
    assert set(wanted) <= set(needed)
    read = {
        register
        for at in needed
        for register in operands(int(plan.op[at]), int(plan.a[at]), int(plan.b[at]), int(plan.c[at]))
    }
    assert set(needed) == read | set(wanted)  # all that is read is there, and what is there is read or wanted
    one = assemble(plan, names)
    assert set(one.origins) <= set(needed)
    # a sum stands for as many additions as it has terms, and for a product that nothing else reads
    gone = [at for at in needed if at not in one.origins]
    assert {int(plan.op[at]) for at in gone} <= {Op.ADD, Op.ADD_SCALED, Op.SCALE}
    additions = sum(int(plan.op[at]) != Op.SCALE for at in gone)
    assert additions == len(one.terms) - int(np.sum(one.op == SUM))
    assert len(one.origins) == len(set(one.origins)) == len(needed) - len(gone)


def test_dead_code_is_dropped() -> None:
    """A draw that no output rests on is not made; one that an output rests on by a detour is."""
    build = Builder()
    table = build.table(fixed_plan().tables[0])
    dead = build.emit(Op.DRAW, b=table, stream="dead")
    build.emit(Op.SCALE, dead, x=2.0)
    alive = build.emit(Op.DRAW, b=table, stream="alive")
    build.outputs["twice"] = build.emit(Op.SCALE, alive, x=2.0)
    plan = build.plan()
    one = assemble(plan, ["twice"])
    assert one.streams == ("alive", "")
    assert len(plan.op) == 4
    assert plan.needed([]) == []


def test_a_long_sum_needs_few_registers() -> None:
    """The sum of a hundred draws, some terms at a time, holds the draws of one part, its sum and the one before."""
    build = Builder()
    table = build.table(fixed_plan().tables[0])
    total = build.emit(Op.DRAW, b=table, stream="0")
    for index in range(1, 100):
        total = build.emit(Op.ADD, total, build.emit(Op.DRAW, b=table, stream=str(index)))
    build.outputs["total"] = total
    one = assemble(build.plan(), ["total"])
    assert len(one.op) == 100 + math.ceil(99 / MOST_TERMS)
    assert one.registers == MOST_TERMS + 2


@given(plan=programs(most=40))
def test_there_are_no_more_registers_than_instructions(plan: Plan) -> None:
    """Registers number at most the instructions, and at least the different outputs."""
    one = assemble(plan, list(plan.outputs))
    assert len(set(plan.outputs.values())) <= one.registers <= len(one.op)


def test_an_instruction_knows_where_its_table_stands() -> None:
    """Of a quantile table the lower side stands at the start and the upper after it; of a score table, its values."""
    plan = fixed_plan()
    one = assemble(plan, list(plan.outputs))
    needed = [at for at in plan.needed(plan.outputs.values()) if plan.op[at] in (Op.DRAW, Op.LOOKED_UP, Op.SCORED)]
    looking = [at for at in range(len(one.op)) if one.op[at] in (Op.DRAW, Op.LOOKED_UP, Op.SCORED)]
    assert len(needed) == len(looking) > 0
    knots = (one.knots & np.uint64(UPPER)).view(np.float64)
    for at, here in zip(needed, looking, strict=True):
        start, count, grain = (int(part[here]) for part in (one.starts, one.counts, one.grains))
        which = int(plan.b[at])
        if plan.op[at] == Op.SCORED:
            scores = plan.score_tables[which]
            assert (count, grain) == (len(scores.values) - 1, scores.steps)
            assert knots[start : start + count + 1].tolist() == scores.values.tolist()
        else:
            table = plan.tables[which]
            assert (count, grain) == (len(table.lower), 52 - table.resolution)
            assert knots[start : start + count].tolist() == table.lower.tolist()
            assert knots[start + count : start + 2 * count].tolist() == table.upper.tolist()


def test_an_empty_plan_is_assembled() -> None:
    """A plan without instructions becomes an assembly without registers."""
    one = assemble(Builder().plan(), [])
    assert (len(one.op), one.registers, one.kept.tolist()) == (0, 0, [])
