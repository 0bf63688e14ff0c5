"""Which summands of a register are tied together by the random inputs behind them, and how to part them.

A register is taken apart into a linear combination of summands. Summands that share no random input are independent.
Where they share some, one or two of these are held fixed at a time (a common factor, a share of responsibility that
several components use), so that what is left falls into independent groups of few inputs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.errors import NotExactError
from mcmort.sampler.plan import Op, Plan, operands
from mcmort.sampler.scores import normal_scores

__all__ = ["Graph", "Group", "Mixture", "Part", "split"]

type Array = NDArray[np.float64]

_LARGEST: Final = 3
"""Random inputs that a group may have."""
_MOST_FIXED: Final = 2
"""Inputs that may be held fixed at once."""
_ONE: Final = np.ones(())
_ANY: Final = defaultdict[int, Array](lambda: _ONE)
"""Values that stand for any, where only the form of a combination matters."""
_NAMED: Final = 6
"""Inputs that an error lists by name."""


@dataclass(frozen=True)
class Graph:
    """A plan as a graph from random inputs to registers."""

    plan: Plan

    @cached_property
    def streams(self) -> tuple[str, ...]:
        """Names of the random inputs; instructions with the same stream are one input."""
        return tuple(sorted(set(self.plan.streams) - {""}))

    @cached_property
    def behind(self) -> tuple[int, ...]:
        """For each register the random inputs behind it, as a set of bits."""
        bit = {stream: 1 << place for place, stream in enumerate(self.streams)} | {"": 0}
        found: list[int] = []
        for at, stream in enumerate(self.plan.streams):
            bits = bit[stream]
            for operand in self.reads[at]:
                bits |= found[operand]
            found.append(bits)
        return tuple(found)

    @cached_property
    def reads(self) -> tuple[tuple[int, ...], ...]:
        """For each instruction the registers that it reads."""
        return tuple(operands(*row[:4]) for row in self.plan.rows)

    @cached_property
    def normal(self) -> frozenset[int]:
        """The instructions that draw a normal score."""
        plan, scores = self.plan, normal_scores()
        tables = {at for at, table in enumerate(plan.tables) if np.array_equal(table.lower, scores.lower)}
        return frozenset(at for at, row in enumerate(plan.rows) if row[0] == Op.DRAW and row[2] in tables)

    def order(self, registers: Iterable[int], without: Iterable[int] = ()) -> tuple[int, ...]:
        """Return the instructions that some registers need, in the order of the plan, where others are known."""
        needed, known = set(registers), set(without)
        left = list(needed)
        while left:
            for operand in self.reads[left.pop()]:
                if operand not in needed and operand not in known:
                    needed.add(operand)
                    left.append(operand)
        return tuple(sorted(needed))

    def inputs(self, bits: int) -> tuple[str, ...]:
        """Return the names of a set of inputs."""
        return tuple(stream for place, stream in enumerate(self.streams) if bits >> place & 1)

    def linear(
        self, order: Sequence[int], weights: Mapping[int, Array], fixed: int, values: Mapping[int, Array]
    ) -> tuple[dict[int, Array], Array]:
        """Write a weighted sum of registers as a weighted sum of summands that cannot be taken apart, and a constant.

        Parameters
        ----------
        order : sequence of int
            The instructions that the registers need.
        weights : mapping of int to ndarray, shape () or (n_nodes,)
            Registers and their weights.
        fixed : int
            Inputs that are held fixed, as a set of bits.
        values : mapping of int to ndarray, shape () or (n_nodes,)
            Values of the registers that rest on nothing else.
        """
        constant = np.zeros(())
        left, leaves = defaultdict(lambda: np.zeros(()), weights), dict[int, Array]()
        for at in reversed(order):
            if at not in left:
                continue
            weight = left[at]
            if not self.behind[at] & ~fixed:
                constant = constant + weight * values[at]
                continue
            op, a, b, _, x, _ = self.plan.rows[at]
            match op:
                case Op.ADD:
                    left[a] = left[a] + weight
                    left[b] = left[b] + weight
                case Op.SUBTRACT:
                    left[a] = left[a] + weight
                    left[b] = left[b] - weight
                case Op.SCALE:
                    left[a] = left[a] + weight * x
                case Op.ADD_SCALED:
                    left[a] = left[a] + weight
                    left[b] = left[b] + weight * x
                case Op.MULTIPLY if not self.behind[a] & ~fixed:
                    left[b] = left[b] + weight * values[a]
                case Op.MULTIPLY if not self.behind[b] & ~fixed:
                    left[a] = left[a] + weight * values[b]
                case Op.DIVIDE if not self.behind[b] & ~fixed:
                    left[a] = left[a] + weight / values[b]
                case _:
                    leaves[at] = weight
        return leaves, constant


@dataclass(frozen=True, slots=True)
class Score:
    """A sum of normal scores that acts as one input, since nothing else reads the scores in it.

    Attributes
    ----------
    register : int
        The sum.
    order : tuple of int
        The instructions that it needs.
    bits : int
        The scores in it that are not fixed, as a set of bits.
    name : str
        Their names.
    """

    register: int
    order: tuple[int, ...]
    bits: int
    name: str


@dataclass(frozen=True, eq=False)
class Group:
    """Summands that rest on the same few inputs and on no others.

    Attributes
    ----------
    registers : tuple of int
        The summands.
    own : tuple of int
        The instructions that they need and that rest on their own inputs alone.
    order : tuple of int
        The instructions that they need and that rest on their own inputs and on fixed ones.
    known : tuple of int
        The fixed registers that these read.
    inputs : tuple of str
        Their random inputs, each sum of scores being one.
    scores : tuple of Score
        The sums of scores.
    fixed : int
        Inputs that are held fixed, as a set of bits.
    depth : int
        How many these are.
    """

    registers: tuple[int, ...]
    own: tuple[int, ...]
    order: tuple[int, ...]
    known: tuple[int, ...]
    inputs: tuple[str, ...]
    scores: tuple[Score, ...]
    fixed: int
    depth: int


@dataclass(frozen=True, eq=False)
class Mixture:
    """Summands that fall into independent parts once one input is held fixed.

    Attributes
    ----------
    registers : tuple of int
        The summands.
    order : tuple of int
        The instructions that they need.
    input : str
        The input that is held fixed.
    fixed : int
        All inputs that are then fixed, as a set of bits.
    settled : tuple of int
        The instructions whose values are then known.
    parts : tuple of Part
        The independent parts.
    is_nested : bool
        Whether two inputs are held fixed at once, here or further down.
    """

    registers: tuple[int, ...]
    order: tuple[int, ...]
    input: str
    fixed: int
    settled: tuple[int, ...]
    parts: tuple[Part, ...]
    is_nested: bool


type Part = Group | Mixture


def split(graph: Graph, registers: Iterable[int], fixed: int = 0, depth: int = 0) -> tuple[Part, ...]:
    """Part some summands into independent groups.

    Parameters
    ----------
    graph : Graph
        Where the registers stand.
    registers : iterable of int
        Summands, from `Graph.linear`.
    fixed : int
        Inputs that are held fixed, as a set of bits.
    depth : int
        How many these are.

    Returns
    -------
    tuple of Part
        Independent of each other, given the fixed inputs.

    Raises
    ------
    NotExactError
        If too many inputs are tied together.
    """
    return tuple(_part(graph, tied, bits, fixed, depth) for tied, bits in _tied(graph, registers, fixed))


def _tied(graph: Graph, registers: Iterable[int], fixed: int) -> list[tuple[tuple[int, ...], int]]:
    """Return the sets of registers that share inputs, each with its inputs that are not fixed."""
    found: list[tuple[tuple[int, ...], int]] = []
    for register in sorted(registers):
        tied: tuple[int, ...] = (register,)
        bits = graph.behind[register] & ~fixed
        apart = []
        for one in found:
            if one[1] & bits:
                tied, bits = (*one[0], *tied), bits | one[1]
            else:
                apart.append(one)
        found = [*apart, (tied, bits)]
    return found


def _part(graph: Graph, registers: tuple[int, ...], bits: int, fixed: int, depth: int) -> Part:
    order = graph.order(registers)
    scores = _scores(graph, registers, order, fixed)
    count = bits.bit_count() - sum(score.bits.bit_count() - 1 for score in scores)
    if count <= 2:
        return _group(graph, registers, scores, bits, fixed, depth)
    pivot, largest = _pivot(graph, registers, order, bits, fixed) if depth < _MOST_FIXED else (0, count)
    if count <= _LARGEST and largest > 1:
        return _group(graph, registers, scores, bits, fixed, depth)
    if not pivot:
        raise NotExactError(_why(graph, bits, fixed))
    given = fixed | pivot
    leaves, _ = graph.linear(order, dict.fromkeys(registers, _ONE), given, _ANY)
    parts = split(graph, leaves, given, depth + 1)
    settled = tuple(at for at in order if graph.behind[at] & pivot and not graph.behind[at] & ~given)
    is_nested = depth > 0 or any(isinstance(part, Mixture) for part in parts)
    return Mixture(registers, order, graph.inputs(pivot)[0], given, settled, parts, is_nested)


def _group(
    graph: Graph, registers: tuple[int, ...], scores: tuple[Score, ...], bits: int, fixed: int, depth: int
) -> Group:
    order = graph.order(registers, without=[score.register for score in scores])
    free = [at for at in order if graph.behind[at] & ~fixed]
    known = {operand for at in free for operand in graph.reads[at] if not graph.behind[operand] & ~fixed}
    known |= {at for score in scores for at in score.order if not graph.behind[at] & ~fixed}
    for score in scores:
        bits &= ~score.bits
    return Group(
        registers,
        own=tuple(at for at in free if not graph.behind[at] & fixed),
        order=tuple(at for at in free if graph.behind[at] & fixed),
        known=tuple(sorted(known)),
        inputs=(*graph.inputs(bits), *(score.name for score in scores)),
        scores=scores,
        fixed=fixed,
        depth=depth,
    )


def _scores(graph: Graph, registers: tuple[int, ...], order: tuple[int, ...], fixed: int) -> tuple[Score, ...]:
    """Return the sums of normal scores that act as one input of some summands."""
    plan, found = graph.plan, []
    scored = sorted({plan.rows[at][1] for at in order if plan.rows[at][0] == Op.SCORED})
    for register in scored:
        bits = graph.behind[register] & ~fixed
        if bits.bit_count() < 2:
            continue
        behind = graph.order([register])
        # found at once where every score shares a factor, which would otherwise be looked for in all instructions
        if any(graph.behind[other] & bits for other in scored if other not in behind):
            continue
        leaves, _ = graph.linear(behind, {register: _ONE}, fixed, _ANY)
        elsewhere = {plan.streams[at] for at in graph.order(registers, without=[register])}
        names = graph.inputs(bits)
        if graph.normal.issuperset(leaves) and elsewhere.isdisjoint(names):
            found.append(Score(register, behind, bits, " + ".join(names)))
    return tuple(found)


def _pivot(graph: Graph, registers: tuple[int, ...], order: tuple[int, ...], bits: int, fixed: int) -> tuple[int, int]:
    """Return the input that parts some summands best when it is held fixed, and the inputs of the largest part."""
    behind = [graph.behind[register] & ~fixed for register in registers]
    every = [1 << place for place in range(bits.bit_length()) if bits >> place & 1]
    shared = [bit for bit in every if sum(bool(bit & one) for one in behind) > 1] or every
    scores = []
    for bit in shared:
        leaves, _ = graph.linear(order, dict.fromkeys(registers, _ONE), fixed | bit, _ANY)
        sizes = [part.bit_count() for _, part in _tied(graph, leaves, fixed | bit)]
        # smaller parts are better; where none gets smaller, the input that most summands share is
        sharing = sum(bool(bit & one) for one in behind)
        scores.append((sum(size * size for size in sizes), -sharing, bit, max(sizes, default=0)))
    *_, pivot, largest = min(scores)
    return pivot, largest


def _why(graph: Graph, bits: int, fixed: int) -> str:
    names = graph.inputs(bits)
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    held = f" even with {' and '.join(graph.inputs(fixed))} held fixed" if fixed else ""
    return (
        f"this total has no exact distribution here: {len(names)} uncertain inputs are tied together{held} ({listed}), "
        f"and at most {_LARGEST} can be integrated at once"
    )
