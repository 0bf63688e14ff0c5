"""The tape: what is shared, what is dropped, and the order in which batches run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.autodiff.tape import Tape, TapeOp, TapeProgram, Variable
from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence.collect import collect
from tests.bayes.small_cases import every_kind, figures, plain
from tests.cases import component, point, ranged

BINARY = (TapeOp.ADD_SCALED, TapeOp.MULTIPLY, TapeOp.MINIMUM, TapeOp.MAXIMUM)
UNARY = (TapeOp.NORM,)
EXACT = (TapeOp.MULTIPLY, TapeOp.MINIMUM, TapeOp.MAXIMUM)
"""Operations without a constant."""


def assert_is_a_schedule(program: TapeProgram) -> None:
    """Check that batches partition the instructions and that each instruction reads only what stands before it."""
    known = len(program.parameters) + len(program.constants)
    assert program.start[0] == 0
    assert program.start[-1] == len(program.a) == len(program.b) == len(program.x)
    assert (np.diff(program.start) > 0).all()
    own = known + np.arange(len(program.a))
    assert (program.a < own).all()
    assert (program.b < own).all()
    assert (np.diff(program.op) != 0).all()
    assert (program.terms < program.size).all()
    assert (program.scores < program.size).all()


def test_instructions_read_only_earlier_values() -> None:
    """In the program of a case no instruction reads its own value or a later one, and batches change the operation."""
    for case in (plain(), every_kind(), every_kind(tails="normal")):
        program = program_of(collect(case))
        assert_is_a_schedule(program)
        assert len(program.op) < len(program.a) / 2


def test_wrong_order_of_batches_is_detected() -> None:
    """Negative control: with two batches exchanged, the check of the order fails."""
    tape = Tape()
    a = tape.parameter("a")
    tape.add((a * 2.0 + 1.0) * 3.0)
    program = tape.program()
    assert_is_a_schedule(program)
    program.b[[0, -1]] = program.b[[-1, 0]]
    with pytest.raises(AssertionError):
        assert_is_a_schedule(program)


def test_chain_of_one_operation_is_one_batch() -> None:
    """Sums of sums stand in one batch, forward in their order and backward against it."""
    tape = Tape()
    parts = [tape.parameter(f"p{k}") for k in range(5)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    tape.add(tape.emit(TapeOp.EXP, whole + parts[0]))
    program = tape.program()
    assert program.op.tolist() == [TapeOp.ADD_SCALED, TapeOp.EXP]
    at = np.array([0.5, -1.0, 0.25, 2.0, -0.125])
    value, gradient = Density(program)(at)
    assert value == pytest.approx(np.exp(at.sum() + at[0]), rel=1e-15)
    assert gradient == pytest.approx(value * np.array([2.0, 1.0, 1.0, 1.0, 1.0]), rel=1e-15)


def test_operation_with_longest_chain_runs_first() -> None:
    """An operation that others wait for runs first, though more are ready of another: two batches in place of three."""
    tape = Tape()
    a, b, c = (tape.parameter(name) for name in "abc")
    products = [tape.emit(TapeOp.MULTIPLY, one, other) for one, other in ((a, b), (a, c), (b, c))]
    late = tape.emit(TapeOp.MULTIPLY, tape.emit(TapeOp.EXP, a), tape.emit(TapeOp.EXP, b))
    for one in (*products, late):
        tape.add(one)
    assert tape.program().op.tolist() == [TapeOp.EXP, TapeOp.MULTIPLY]


def _graph(rng: np.random.Generator, parameters: int, size: int) -> list[tuple[TapeOp, int, int, float]]:
    """Return random operations; operands are numbered from the parameters on."""
    found = []
    for at in range(parameters, parameters + size):
        op = (BINARY + UNARY)[rng.integers(len(BINARY) + len(UNARY))]
        left, right = rng.integers(max(0, at - 12), at, 2)
        found.append((op, int(left), int(right) if op in BINARY else int(left), round(float(rng.normal()), 3)))
    return found


def _emitted(
    graph: list[tuple[TapeOp, int, int, float]], parameters: int, pick: Callable[[list[int]], int]
) -> TapeProgram:
    """Emit a graph in any order that its operands allow."""
    tape = Tape()
    done: dict[int, Variable] = {at: tape.parameter(f"p{at}") for at in range(parameters)}
    waiting = set(range(parameters, parameters + len(graph)))
    while waiting:
        ready = [at for at in sorted(waiting) if {graph[at - parameters][1], graph[at - parameters][2]} <= done.keys()]
        at = pick(ready)
        op, left, right, x = graph[at - parameters]
        done[at] = tape.emit(op, done[left], done[right] if op in BINARY else None, 0.0 if op in EXACT else x)
        waiting.remove(at)
    for at in range(parameters + len(graph) - 5, parameters + len(graph)):
        tape.add(done[at], 0.5)
    return tape.program()


def test_order_of_emission_does_not_change_program(seed: int) -> None:
    """However a model is emitted, it has the same batches, and gives the same value and gradient to the bit."""
    rng = np.random.default_rng(seed)
    for _ in range(10):
        graph = _graph(rng, 4, 60)
        one = _emitted(graph, 4, lambda ready: ready[0])
        other = _emitted(graph, 4, lambda ready: ready[rng.integers(len(ready))])
        assert_is_a_schedule(one)
        assert_is_a_schedule(other)
        assert one.op.tolist() == other.op.tolist()
        assert one.start.tolist() == other.start.tolist()
        at = rng.normal(size=4)
        assert Density(one)(at)[0] == Density(other)(at)[0]
        # derivatives are added up in the order of the instructions, which differs
        np.testing.assert_allclose(Density(one)(at)[1], Density(other)(at)[1], rtol=1e-12, atol=1e-12)


def test_order_of_case_files_does_not_change_program() -> None:
    """Components and estimates in another order give the same program, byte for byte."""
    tables = [
        component("one", ranged(100, 400), point(120, source="study-b"), ranged(90, 300, source="study-c")),
        component("two", ranged(50, 70, source="study-c"), facets={"category": "b"}),
        component("three", ranged(5, 70, source="study-d"), facets={"category": "c"}),
    ]
    turned = [{**one, "estimate": one["estimate"][::-1]} for one in tables[::-1]]
    one, other = (program_of(collect(figures(*order))) for order in (tables, turned))
    assert one.parameters == other.parameters
    for name in ("constants", "op", "start", "a", "b", "x", "terms", "weights", "scores", "curves"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


def test_equal_operations_are_recorded_once() -> None:
    """A constant, an operation and a whole expression that is written twice stand on the tape once."""
    tape = Tape()
    a, b = tape.parameter("a"), tape.parameter("b")
    for _ in range(2):
        tape.add(tape.emit(TapeOp.EXP, (a + b) * 2.0) / tape.constant(3.0))
    program = tape.program()
    assert len(program.a) == 4
    assert sorted(program.constants.tolist()) == [0.0, 3.0]
    assert program.terms[0] == program.terms[1]
    value, gradient = Density(program)(np.array([0.1, 0.2]))
    assert value == pytest.approx(2.0 * np.exp(0.6) / 3.0, rel=1e-15)
    assert gradient == pytest.approx([4.0 * np.exp(0.6) / 3.0] * 2, rel=1e-15)
    different = tape.emit(TapeOp.EXP, (a + b) * 2.5)
    tape.add(different)
    assert len(tape.program().a) > 4


def test_multiple_is_merged_into_addition() -> None:
    """A multiple on the right of a sum, or beside a number, takes no operation of its own, and no bit changes."""
    tape = Tape()
    a, b = tape.parameter("a"), tape.parameter("b")
    tape.add((a + b * 0.3) - b * 0.7)
    tape.add(b * 0.9 + 0.2, 0.5)
    tape.add(0.1 - a, 0.25)
    program = tape.program()
    assert (len(program.a), len(program.constants)) == (4, 2)
    for x, y in np.random.default_rng(1).normal(size=(50, 2)).tolist():
        expected = (x + y * 0.3) - y * 0.7 + (y * 0.9 + 0.2) * 0.5 + (0.1 - x) * 0.25
        assert Density(program)(np.array([x, y]))[0] == expected


def test_operations_without_term_are_left_out() -> None:
    """Operations and constants that lead nowhere are not in the program; every parameter is."""
    tape = Tape()
    a, _ = tape.parameter("a"), tape.parameter("idle")
    tape.emit(TapeOp.EXP, a * 5.0 + tape.constant(7.0))
    tape.add(a * 2.0, 3.0)
    program = tape.program()
    assert (len(program.a), program.constants.tolist()) == (1, [0.0])
    assert program.parameters == ("a", "idle")
    value, gradient = Density(program)(np.array([0.5, 9.0]))
    assert (value, gradient.tolist()) == (3.0, [6.0, 0.0])


def test_variable_has_arithmetic_with_numbers() -> None:
    """A variable behaves as a number on either side of each operator; to add zero or multiply by one does nothing."""
    tape = Tape()
    a = tape.parameter("a")
    assert a + 0.0 is a
    assert a * 1.0 is a
    expressions: list[Callable[[float | Variable], float | Variable]] = [
        lambda v: v + 3.0, lambda v: 3.0 + v, lambda v: v - 3.0, lambda v: 3.0 - v, lambda v: v * 3.0,
        lambda v: 3.0 * v, lambda v: v / 3.0, lambda v: 3.0 / v, lambda v: -v, lambda v: v * v - v / v,
    ]  # fmt: skip
    for number, expression in enumerate(expressions):
        own = Tape()
        made = expression(own.parameter("a"))
        assert isinstance(made, Variable)
        own.add(made)
        expected = expression(0.7)
        assert Density(own.program())(np.array([0.7]))[0] == pytest.approx(expected, rel=1e-15), number
    for made, expected in ((a.at_least(2.0), 2.0), (a.at_most(2.0), 0.7), (a.at_least(0.5), 0.7)):
        own_terms, tape.terms = tape.terms, []
        tape.add(made)
        assert Density(tape.program())(np.array([0.7]))[0] == expected
        tape.terms = own_terms
