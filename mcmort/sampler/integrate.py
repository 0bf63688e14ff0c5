"""Integrates over the random inputs of a register, whose summands `mcmort.sampler.ties` has parted.

What is integrated is left to a `Measure`: spectra on a grid, or just ranges. Inputs are survival probabilities here, as
in the streams of the sampler. Within a group one input runs along the edges of segments, which are the knots of the
tables that it looks up, so that their distribution is met without error; the others, and inputs that are held fixed,
take nodes of the trapezoidal rule in normal scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import SMALLEST, Location, QuantileTable, knots, locate
from mcmort.errors import NotExactError
from mcmort.sampler.convolve import Curve
from mcmort.sampler.nodes import FINEST, Level, edges, trapezoid
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.scores import normal_scores
from mcmort.sampler.ties import Graph, Group, Mixture, Part, split
from mcmort.sampler.twin import evaluate as carry_out

__all__ = ["Integrator", "Measure", "evaluate", "survival_of"]

type Array = NDArray[np.float64]
type Values = dict[int, Array]
type Weights = Mapping[int, Array]
type Curves = dict[tuple[object, ...], Curve]
type Measured = dict[Mixture, tuple[tuple[object, ...], NDArray[np.int64], object]]
"""Of a mixture what was measured last: how, at which nodes, and the measure there."""

_CURVE: Final = 1000
_CELLS: Final = 8
"""What a curve costs beside its points, and cells that cost as much as one, as measured."""
_NOWHERE: Final = np.zeros(0, dtype=np.int64)
_NONE: Final = np.zeros(())
"""In place of the points of a stream where an instruction has none."""


class Measure[T](Protocol):
    """What becomes of distributions that are added and mixed. A measure speaks of one node, or of several at once."""

    def of_sum(self, curves: Sequence[Curve]) -> T:
        """Measure a sum of independent parts, one at least."""
        ...

    def constant(self, values: Array) -> T:
        """Measure constants, one at each node."""
        ...

    def add(self, one: T, other: T) -> T:
        """Return the measure of a sum of independent parts."""
        ...

    def join(self, parts: Iterable[T]) -> T:
        """Return the measure at all nodes from those at each."""
        ...

    def mix(self, weights: Array, nodes: T) -> T:
        """Return the measure of a mixture over nodes."""
        ...


def survival_of(table: QuantileTable, value: Array) -> Array:
    """Return the survival probability that a table gives to values, of any shape.

    It is that of `mcmort.sampler.twin.survival_of`, which goes value by value.
    """
    w = knots(table.resolution)
    last = len(w) - 1

    def between(side: Array, at: Array, sign: float) -> Array:
        high = np.clip(np.searchsorted(sign * side, sign * at, side="left"), 1, last)
        low = high - 1
        gap = side[high] - side[low]
        rest = np.where(gap != 0.0, (at - side[low]) / np.where(gap != 0.0, gap, 1.0), 1.0)
        return np.asarray(w[low] + rest * (w[high] - w[low]))

    upper, lower = table.upper, table.lower
    above = between(upper, np.clip(value, upper[-1], upper[0]), -1.0)
    below = 1.0 - between(lower, np.clip(value, lower[0], lower[-1]), 1.0)
    result = np.where(value >= upper[-1], above, below)
    return np.where(value >= upper[0], 0.0, np.where(value <= lower[0], 1.0, result))


def evaluate(plan: Plan, order: Iterable[int], inputs: Mapping[str, Array], values: Values) -> Values:
    """Carry out instructions on arrays of any shapes that broadcast.

    Parameters
    ----------
    plan : Plan
        The program.
    order : iterable of int
        Instructions, in the order of the plan.
    inputs : mapping of str to ndarray
        Survival probabilities of the random inputs.
    values : dict of int to ndarray
        Registers that are known; the others are added.

    Returns
    -------
    dict of int to ndarray
        `values`.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for at in order:
            values[at] = _value(plan, at, inputs, values)
    return values


def _value(plan: Plan, at: int, inputs: Mapping[str, Array], values: Values) -> Array:
    match int(plan.op[at]):
        case Op.FLOORED:  # the twin goes value by value
            table, floor = plan.tables[int(plan.b[at])], values[int(plan.c[at])]
            survival = values[int(plan.a[at])] * survival_of(table, floor)
            return np.maximum(table(np.maximum(survival, SMALLEST)), floor)
        case Op.CONSTANT:
            return np.asarray(plan.x[at])
        case _:
            return carry_out(plan, at, values, inputs.get(plan.streams[at], _NONE))


class Integrator:
    """Integrates over the inputs of one register.

    Parameters
    ----------
    graph : Graph
        The plan.
    register : int
        The register.

    Raises
    ------
    NotExactError
        If too many inputs are tied together.
    """

    def __init__(self, graph: Graph, register: int) -> None:
        self._graph = graph
        self._plan = graph.plan
        order = graph.order([register])
        self._values = evaluate(self._plan, (at for at in order if not graph.behind[at]), {}, {})
        self._weights, self._constant = graph.linear(order, {register: np.ones(())}, 0, self._values)
        self._parts = split(graph, self._weights)
        self._leading: dict[Group, str] = {}
        self._curves: Curves = {}
        self._measured: Measured = {}
        self._lead(self._parts, self._weights, self._values)

    def measure[T](self, measure: Measure[T], level: Level) -> T:
        """Return the measure of the register, with nodes as fine as `level`."""
        walk = _Walk(self._graph, self._leading, measure, level, self._curves, self._measured)
        return walk.sum(self._parts, self._weights, np.asarray(self._constant), self._values)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """What of a level matters for this register; the edges, of which all the rest takes more, come last."""
        parts = list(self._parts)
        found = {"edges"}
        for part in parts:
            if isinstance(part, Mixture):
                found.add("fixed")
                parts.extend(part.parts)
            elif len(part.inputs) > 1:
                found.add("outer")
        return tuple(name for name in ("fixed", "outer", "edges") if name in found)

    def work(self, level: Level, cells: int) -> int:
        """Return the number of values that a level computes on a grid, at most; a curve itself counts as a thousand."""
        return self._work(self._parts, level, cells)

    def _work(self, parts: Sequence[Part], level: Level, cells: int) -> int:
        total = 0
        for part in parts:
            if isinstance(part, Mixture):
                total += (level.fixed_intervals(part) + 1) * self._work(part.parts, level, cells)
            else:
                count = len(edges(level.resolution(part))[0])
                total += count * (level.outer_intervals(part) + 1) ** (len(part.inputs) - 1) + cells // _CELLS + _CURVE
        return total

    def _lead(self, parts: Sequence[Part], weights: Weights, values: Values) -> None:
        """Choose the leading input of each group: the one that moves it most, so that the rest is smooth in the others.

        Inputs that are held fixed stand at their medians.
        """
        middle, ends = np.asarray(0.5), np.array([0.02, 0.98])
        for part in parts:
            if isinstance(part, Mixture):
                self._lead(part.parts, *_given(self._graph, part, middle, weights, values)[:2])
                continue
            spreads = dict.fromkeys(part.inputs, 0.0)
            for name in part.inputs if len(part.inputs) > 1 else ():
                inputs = dict.fromkeys(part.inputs, middle) | {name: ends}
                scores = _scored(self._graph, part, inputs, values)
                found = evaluate(self._plan, (*part.own, *part.order), inputs, values | scores)
                spreads[name] = float(np.ptp(_weighted(part, weights, found)))
            self._leading[part] = max(spreads, key=lambda name: spreads[name])


def _given(
    graph: Graph, part: Mixture, survival: Array, weights: Weights, values: Values
) -> tuple[dict[int, Array], Values, Array]:
    """Return the summands of a mixture with their weights, the values that are known, and a constant.

    `survival` may hold one node, shape (), or all at once, shape ``(n_nodes,)``.
    """
    settled = evaluate(graph.plan, part.settled, {part.input: survival}, {**values})
    own = {register: weights[register] for register in part.registers}
    leaves, constant = graph.linear(part.order, own, part.fixed, settled)
    return leaves, settled, constant


def _scored(graph: Graph, group: Group, inputs: Mapping[str, Array], values: Values) -> Values:
    """Return the sums of normal scores that are inputs of a group: normal, with the variances of their scores added.

    A stream that stands in a sum twice has one score, whose weights are added first.
    """
    found = {}
    for score in group.scores:
        leaves, constant = graph.linear(score.order, {score.register: np.ones(())}, group.fixed, values)
        loadings: dict[str, Array] = {}
        for leaf, weight in leaves.items():
            stream = graph.plan.streams[leaf]
            loadings[stream] = loadings.get(stream, np.zeros(())) + weight
        spread = np.sqrt(sum(loading * loading for loading in loadings.values()))
        found[score.register] = constant + spread * normal_scores()(inputs[score.name])
    return found


def _weighted(group: Group, weights: Weights, values: Values) -> Array:
    total = reduce(np.add, (weights[register] * values[register] for register in group.registers))
    if not np.isfinite(total).all():
        raise NotExactError(
            f"this total has no exact distribution: it is undefined for some values of {', '.join(group.inputs)}"
        )
    return np.asarray(total)


@dataclass(frozen=True)
class _Given:
    """What the curve of a group depends on, besides its nodes: each known value with an axis for fixed nodes."""

    weights: dict[int, Array]
    values: Values
    constant: Array
    key: tuple[object, ...]


def _given_to(group: Group, weights: Weights, constant: Array, values: Values) -> _Given:
    shape = (-1, *(1,) * len(group.inputs))
    own = {register: weights[register].reshape(shape) for register in group.registers}
    known = {register: values[register].reshape(shape) for register in group.known}
    constant = constant.reshape(shape)
    return _Given(
        own, known, constant, (constant.tobytes(), *(one.tobytes() for one in (*own.values(), *known.values())))
    )


@dataclass(frozen=True)
class _Walk[T]:
    """One measurement of a register."""

    graph: Graph
    leading: Mapping[Group, str]
    measure: Measure[T]
    level: Level
    curves: Curves
    measured: Measured
    prepared: dict[Group, tuple[dict[str, Array], Array, Values]] = field(default_factory=dict)
    places: dict[tuple[int, bytes], Location] = field(default_factory=dict)
    memo: dict[object, T] = field(default_factory=dict)

    def sum(self, parts: Sequence[Part], weights: Weights, constant: Array, values: Values) -> T:
        """Measure a sum of independent parts; the constant goes with the first of them."""
        found: list[T] = []
        curves: list[Curve] = []
        for part in parts:
            if isinstance(part, Mixture):
                found.append(self.mixture(part, weights, constant, values))
            else:
                given = _given_to(part, weights, constant, values)
                if part.depth < 2:
                    curves.append(self.curve(part, given))
                else:
                    found.append(self.group(part, given))
            constant = _NONE
        if curves:
            found.append(self.measure.of_sum(curves))
        return reduce(self.measure.add, found) if found else self.measure.constant(constant.reshape(-1))

    def mixture(self, part: Mixture, weights: Weights, constant: Array, values: Values) -> T:
        """Measure a mixture over one input: all nodes at once, unless others are held fixed within them."""
        survivals, shares = trapezoid(self.level.fixed_intervals(part))

        def at(survival: Array) -> T:
            leaves, settled, more = _given(self.graph, part, survival, weights, values)
            return self.sum(part.parts, leaves, constant + more, settled)

        if not all(isinstance(inner, Group) for inner in part.parts):
            return self.measure.mix(shares, self.measure.join(at(np.asarray(one)) for one in survivals))
        if part.fixed.bit_count() > 1:
            return self.measure.mix(shares, at(survivals))
        # every other node is one of a coarser level, and is measured already if that came before
        count = len(survivals)
        alike = (self.measure, replace(self.level, fixed=0))
        before, order, found = self.measured.get(part, ((), _NOWHERE, None))
        if before != (*alike, count // 2 + 1):
            order, found = _NOWHERE, None
        new = np.setdiff1d(np.arange(count), 2 * order)
        measured = at(survivals[new])
        found = measured if found is None else self.measure.join([cast("T", found), measured])
        order = np.concatenate([2 * order, new])
        self.measured[part] = (*alike, count), order, found
        return self.measure.mix(shares[order], found)

    def group(self, group: Group, given: _Given) -> T:
        """Measure a group under two fixed inputs: often it rests on the inner one only, and comes back as it was."""
        key = (group, *given.key)
        if key not in self.memo:
            self.memo[key] = self.measure.of_sum([self.computed(group, given)])
        return self.memo[key]

    def curve(self, group: Group, given: _Given) -> Curve:
        """Return the distribution of a group as segments along one input, for all nodes of the others."""
        if len(group.inputs) > 1:
            return self.computed(group, given)
        # small ones are kept for other grids
        key = (group, self.level.edges, *given.key)
        if key not in self.curves:
            self.curves[key] = self.computed(group, given)
        return self.curves[key]

    def computed(self, group: Group, given: _Given) -> Curve:
        """Compute the curve of a group."""
        plan = self.graph.plan
        if group not in self.prepared:
            inputs, masses = self.nodes(group)
            known = given.values | self.drawn(group, inputs) | _scored(self.graph, group, inputs, given.values)
            left = [at for at in group.own if at not in known]
            self.prepared[group] = inputs, masses, evaluate(plan, left, inputs, known)
        inputs, masses, own = self.prepared[group]
        scores = _scored(self.graph, group, inputs, given.values)
        found = evaluate(plan, group.order, inputs, own | given.values | scores)
        total = given.constant + _weighted(group, given.weights, found)
        return Curve(np.broadcast_to(total, (len(total), *masses.shape[:-1], masses.shape[-1] + 1)), masses)

    def drawn(self, group: Group, inputs: Mapping[str, Array]) -> Values:
        """Look up the tables of a group at the edges of its leading input: many groups have the same edges."""
        plan, leading = self.graph.plan, self.leading[group]
        found: Values = {}
        for at in group.own:
            if plan.op[at] == Op.DRAW and plan.streams[at] == leading:
                table = plan.tables[int(plan.b[at])]
                key = (table.resolution, inputs[leading].tobytes())
                if key not in self.places:
                    self.places[key] = locate(inputs[leading], table.resolution)
                found[at] = table.at(self.places[key])
        return found

    def nodes(self, group: Group) -> tuple[dict[str, Array], Array]:
        """Return the nodes of the inputs of a group, each along an axis of its own, and the masses between them."""
        leading = self.leading[group]
        along, masses = edges(self.resolution(group))
        inputs = {leading: along}
        others = [name for name in group.inputs if name != leading]
        for axis, name in enumerate(others, start=1):
            survivals, shares = trapezoid(self.level.outer_intervals(group))
            inputs[name] = survivals.reshape(-1, *(1,) * axis)
            masses = masses * shares.reshape(-1, *(1,) * axis)
        return inputs, masses

    def resolution(self, group: Group) -> int:
        """Return a resolution that has the knots of the tables which the leading input looks up."""
        plan, leading = self.graph.plan, self.leading[group]
        looked = [
            plan.tables[int(plan.b[at])].resolution
            for at in (*group.own, *group.order)
            if plan.op[at] == Op.DRAW and plan.streams[at] == leading and at not in self.graph.normal
        ]
        wanted = self.level.resolution(group)
        return wanted if self.level.edges < 0 else min(max([wanted, *looked]), FINEST)
