"""Register allocation: unused instructions are dropped, registers are used again, and no live value is overwritten."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcmort.elicit.table import UPPER
from mcmort.sampler.kernel.register_allocation import MAX_TERMS, SUM, AllocatedPlan, allocate_registers
from mcmort.sampler.kernel.run import draw_histograms, run_plan
from mcmort.sampler.program import reference
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


def _reads(allocated: AllocatedPlan, step: int) -> tuple[int, ...]:
    """Return the registers that an instruction of an allocated plan reads."""
    a, b, c = int(allocated.a[step]), int(allocated.b[step]), int(allocated.c[step])
    op = int(allocated.op[step])
    return (a, *allocated.terms[b:c].tolist()) if op == SUM else operands(op, a, b, c)


def _asked(plan: Plan, allocated: AllocatedPlan, step: int) -> tuple[int, ...]:
    """Return the values that an instruction of an allocated plan has to read; of a sum, those of all its additions."""
    at = allocated.origins[step]
    if allocated.op[step] != SUM:
        return operands(int(plan.op[at]), int(plan.a[at]), int(plan.b[at]), int(plan.c[at]))
    terms: list[int] = []
    for _ in range(int(allocated.c[step] - allocated.b[step])):
        terms.insert(0, int(plan.b[at]))
        at = int(plan.a[at])
    if at not in allocated.origins:  # a product that nothing else reads, with which the sum begins
        assert plan.op[at] == Op.SCALE
        at = int(plan.a[at])
    return (at, *terms)


def _bits(values: Array) -> bytes:
    return np.where(np.isnan(values), np.nan, values).tobytes()


def _run_symbolically(allocated: AllocatedPlan, plan: Plan) -> list[str]:
    """Run an allocated plan on names of values instead of numbers, and return each wrong read or write.

    A register that is read must hold the value that the plan's instruction asks for.
    """
    held: dict[int, int] = {}
    wrong = []
    for step, at in enumerate(allocated.origins):
        asked = _asked(plan, allocated, step)
        found = tuple(held.get(register, -1) for register in _reads(allocated, step))
        if found != asked:
            wrong.append(f"step {step} reads {found} for {asked}")
        if allocated.target[step] in _reads(allocated, step):
            wrong.append(f"step {step} writes what it reads")
        held[int(allocated.target[step])] = at
    return wrong


@settings(max_examples=60)
@given(plan=programs(), data=st.data())
def test_every_instruction_reads_the_values_it_needs(plan: Plan, data: st.DataObject) -> None:
    """Whatever the program and its outputs, every instruction reads the values it asks for and writes none of them.

    At the end every output still stands in its register: nothing that is live has been written over.
    """
    names = _chosen(plan, data)
    allocated = allocate_registers(plan, names)
    assert _run_symbolically(allocated, plan) == []
    held = dict(zip(allocated.target.tolist(), allocated.origins, strict=True))
    assert [held[register] for register in allocated.kept.tolist()] == [plan.outputs[name] for name in names]
    assert set(allocated.target.tolist()) == set(range(allocated.registers))


def test_a_register_overwritten_too_soon_fails_the_check() -> None:
    """Negative control: a target moved onto a live register, or onto one that is read, fails the check above."""
    plan = fixed_plan()
    names = list(plan.outputs)
    right = allocate_registers(plan, names)
    for at in range(1, len(right.origins)):
        allocated = allocate_registers(plan, names)
        assert _run_symbolically(allocated, plan) == []
        allocated.target[at] = allocated.target[at - 1]
        is_read_later = any(
            right.origins[at - 1] in _asked(plan, right, later) for later in range(at, len(right.origins))
        )
        assert not is_read_later or _run_symbolically(allocated, plan)


@settings(max_examples=40)
@given(plan=programs(), data=st.data())
def test_columns_in_any_order_equal_the_reference_implementation(plan: Plan, data: st.DataObject) -> None:
    """The kernel with its few registers gives the columns of the reference, which keeps all registers."""
    names = _chosen(plan, data)
    chosen = replace(plan, outputs={name: plan.outputs[name] for name in names})
    with np.errstate(all="ignore"):
        expected = reference.run_plan(plan, 3, 0, _COUNT)
    found = run_plan(chosen, 3, _COUNT, threads=1)
    assert list(found) == names
    for name in names:
        assert _bits(found[name]) == _bits(expected[name])


@settings(max_examples=25)
@given(plan=programs(), data=st.data())
def test_histograms_of_some_outputs_equal_those_of_all(plan: Plan, data: st.DataObject) -> None:
    """Columns are those of the reference implementation, and histograms of some outputs are those of all outputs."""
    with np.errstate(all="ignore"):
        expected = reference.run_plan(plan, 3, 0, _COUNT)
    found = run_plan(plan, 3, _COUNT, threads=1)
    assert {name: _bits(column) for name, column in found.items()} == {
        name: _bits(column) for name, column in expected.items()
    }
    names = _chosen(plan, data)
    some, every = (draw_histograms(plan, 3, _COUNT, outputs=chosen, threads=1) for chosen in (names, None))
    assert list(some) == names
    assert {name: estimate.whole.digest() for name, estimate in some.items()} == {
        name: every[name].whole.digest() for name in names
    }


@given(plan=programs(), data=st.data())
def test_allocated_plan_has_only_needed_instructions(plan: Plan, data: st.DataObject) -> None:
    """The instructions of an allocated plan are those that its outputs rest on, each once and after what it reads."""
    names = _chosen(plan, data)
    wanted = [plan.outputs[name] for name in names]
    needed = plan.needed(wanted)
    assert len(needed) == len(set(needed))
    assert set(wanted) <= set(needed)
    reads = {at: operands(int(plan.op[at]), int(plan.a[at]), int(plan.b[at]), int(plan.c[at])) for at in needed}
    place = {at: position for position, at in enumerate(needed)}
    assert all(place[register] < place[at] for at, registers in reads.items() for register in registers)
    read = {register for registers in reads.values() for register in registers}
    assert set(needed) == read | set(wanted)  # all that is read is there, and what is there is read or wanted
    allocated = allocate_registers(plan, names)
    assert set(allocated.origins) <= set(needed)
    # a sum stands for as many additions as it has terms, and for a product that nothing else reads
    gone = [at for at in needed if at not in allocated.origins]
    assert {int(plan.op[at]) for at in gone} <= {Op.ADD, Op.ADD_SCALED, Op.SCALE}
    additions = sum(int(plan.op[at]) != Op.SCALE for at in gone)
    assert additions == len(allocated.terms) - int(np.sum(allocated.op == SUM))
    assert len(allocated.origins) == len(set(allocated.origins)) == len(needed) - len(gone)


def test_unused_draw_is_dropped() -> None:
    """A draw that no output rests on is not made; a draw that one rests on indirectly is."""
    build = Builder()
    table = build.table(fixed_plan().tables[0])
    dead = build.emit(Op.DRAW, b=table, stream="dead")
    build.emit(Op.SCALE, dead, x=2.0)
    alive = build.emit(Op.DRAW, b=table, stream="alive")
    build.outputs["twice"] = build.emit(Op.SCALE, alive, x=2.0)
    plan = build.plan()
    allocated = allocate_registers(plan, ["twice"])
    assert allocated.streams == ("alive", "")
    assert len(plan.op) == 4
    assert plan.needed([]) == []


def test_long_sum_needs_few_registers() -> None:
    """Of a sum of a hundred draws only the draws of one part are live at a time, its result and the one before."""
    build = Builder()
    table = build.table(fixed_plan().tables[0])
    total = build.emit(Op.DRAW, b=table, stream="0")
    for index in range(1, 100):
        total = build.emit(Op.ADD, total, build.emit(Op.DRAW, b=table, stream=str(index)))
    build.outputs["total"] = total
    allocated = allocate_registers(build.plan(), ["total"])
    assert len(allocated.op) == 100 + math.ceil(99 / MAX_TERMS)
    assert allocated.registers == MAX_TERMS + 2


@given(plan=programs(most=40))
def test_registers_are_at_most_as_many_as_instructions(plan: Plan) -> None:
    """Registers number at most the instructions, and at least the different outputs."""
    allocated = allocate_registers(plan, list(plan.outputs))
    assert len(set(plan.outputs.values())) <= allocated.registers <= len(allocated.op)


def test_instruction_refers_to_its_table() -> None:
    """At the start of a quantile table is its lower side, then its upper side; of a score table, its values."""
    plan = fixed_plan()
    allocated = allocate_registers(plan, list(plan.outputs))
    needed = [at for at in plan.needed(plan.outputs.values()) if plan.op[at] in (Op.DRAW, Op.LOOKED_UP, Op.SCORED)]
    looking = [at for at in range(len(allocated.op)) if allocated.op[at] in (Op.DRAW, Op.LOOKED_UP, Op.SCORED)]
    assert len(needed) == len(looking) > 0
    knots = (allocated.knots & np.uint64(UPPER)).view(np.float64)
    for at, here in zip(needed, looking, strict=True):
        start = int(allocated.table_starts[here])
        size = int(allocated.table_sizes[here])
        resolution = int(allocated.table_resolutions[here])
        which = int(plan.b[at])
        if plan.op[at] == Op.SCORED:
            scores = plan.score_tables[which]
            assert (size, resolution) == (len(scores.values) - 1, scores.steps)
            assert knots[start : start + size + 1].tolist() == scores.values.tolist()
        else:
            table = plan.tables[which]
            assert (size, resolution) == (len(table.lower), 52 - table.resolution)
            assert knots[start : start + size].tolist() == table.lower.tolist()
            assert knots[start + size : start + 2 * size].tolist() == table.upper.tolist()


def test_empty_plan_has_no_registers() -> None:
    """A plan without instructions gives an allocated plan without registers."""
    allocated = allocate_registers(Builder().plan(), [])
    assert (len(allocated.op), allocated.registers, allocated.kept.tolist()) == (0, 0, [])
