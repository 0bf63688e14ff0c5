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
from typing import Final, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import Location, locate
from mcmort.errors import NotExactError
from mcmort.sampler.convolve import Curve
from mcmort.sampler.nodes import FINEST, Level, edges, trapezoid
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.scores import normal_scores
from mcmort.sampler.ties import Graph, Group, Mixture, Part, split
from mcmort.sampler.twin import evaluate as carry_out

__all__ = ["Integrator", "Measure"]

type Array = NDArray[np.float64]
type Values = dict[int, Array]
type Weights = Mapping[int, Array]
type Curves = dict[tuple[object, ...], Curve]
type Measured = dict[Mixture, tuple[tuple[object, ...], tuple[float, ...], object]]
"""Of a mixture what was measured last: how, at which nodes, and the measure there."""

_CURVE: Final = 1000
_CELLS: Final = 8
"""What a curve costs beside its points, and cells that cost as much as one, as measured."""
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
    for at in order:
        values[at] = _value(plan, at, inputs, values)
    return values


def _quiet() -> np.errstate:
    """Return a context in which what is undefined comes without a warning: it is found where it would matter."""
    return np.errstate(divide="ignore", invalid="ignore", over="ignore")


def _value(plan: Plan, at: int, inputs: Mapping[str, Array], values: Values) -> Array:
    op, *_, x, stream = plan.rows[at]
    match op:
        case Op.CONSTANT:
            return np.asarray(x)
        case _:
            return carry_out(plan, at, values, inputs.get(stream, _NONE))


class Leading(NamedTuple):
    """The input of a group that runs along edges.

    Attributes
    ----------
    name : str
        Its name.
    draws : tuple of (int, int)
        The group's own instructions that draw from it, and their tables.
    resolution : int
        The finest of the tables that it looks up, but for normal scores; 0 if there is none.
    """

    name: str
    draws: tuple[tuple[int, int], ...]
    resolution: int


def _leading(graph: Graph, group: Group, name: str) -> Leading:
    rows = graph.plan.rows
    draws = [(at, rows[at][2]) for at in (*group.own, *group.order) if rows[at][0] == Op.DRAW and rows[at][5] == name]
    finest = max((graph.plan.tables[b].resolution for at, b in draws if at not in graph.normal), default=0)
    return Leading(name, tuple(draw for draw in draws if draw[0] in group.own), finest)


def _resolution(level: Level, group: Group, leading: Leading) -> int:
    """Return a resolution that has the knots of the tables which the leading input looks up."""
    wanted = level.resolution(group)
    return wanted if level.edges < 0 else min(max(wanted, leading.resolution), FINEST)


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
        self._leading: dict[Group, Leading] = {}
        self._curves: Curves = {}
        self._measured: Measured = {}
        order = graph.order([register])
        with _quiet():
            self._values = evaluate(self._plan, (at for at in order if not graph.behind[at]), {}, {})
            self._weights, self._constant = graph.linear(order, {register: np.ones(())}, 0, self._values)
            self._parts = split(graph, self._weights)
            self._lead(self._parts, self._weights, self._values)

    def measure[T](self, measure: Measure[T], level: Level) -> T:
        """Return the measure of the register, with nodes as fine as `level`."""
        walk = _Walk(self._graph, self._leading, measure, level, self._curves, self._measured)
        with _quiet():
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
                total += (level.fixed_intervals(part) - 1) * self._work(part.parts, level, cells)
            else:
                count = len(edges(_resolution(level, part, self._leading[part]))[0])
                total += count * (level.outer_intervals(part) - 1) ** (len(part.inputs) - 1) + cells // _CELLS + _CURVE
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
            self._leading[part] = _leading(self._graph, part, max(spreads, key=lambda name: spreads[name]))


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
    if not np.isfinite(np.sum(total)):
        raise NotExactError(
            f"this total has no exact distribution: it is undefined for some values of {', '.join(group.inputs)}"
        )
    return np.asarray(total)


class _Given(NamedTuple):
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
    leading: Mapping[Group, Leading]
    measure: Measure[T]
    level: Level
    curves: Curves
    measured: Measured
    prepared: dict[Group, tuple[dict[str, Array], Array, Values]] = field(default_factory=dict)
    places: dict[tuple[int, int], Location] = field(default_factory=dict)
    looked_up: dict[tuple[int, int], Array] = field(default_factory=dict)
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
        # nodes of a coarser level are among these, and are measured already if that came before
        weight = dict(zip(survivals.tolist(), shares.tolist(), strict=True))
        key = (self.measure, replace(self.level, fixed=0))
        before, order, found = self.measured.get(part, ((), (), None))
        if before != key or not weight.keys() > set(order):
            order, found = (), None
        new = tuple(survival for survival in weight if survival not in order)
        measured = at(np.array(new))
        measured = measured if found is None else self.measure.join([cast("T", found), measured])
        order = (*order, *new)
        self.measured[part] = key, order, measured
        return self.measure.mix(np.array([weight[survival] for survival in order]), measured)

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
            resolution = _resolution(self.level, group, self.leading[group])
            inputs, masses = self.nodes(group, resolution)
            known = given.values | self.drawn(group, resolution) | _scored(self.graph, group, inputs, given.values)
            left = [at for at in group.own if at not in known]
            self.prepared[group] = inputs, masses, evaluate(plan, left, inputs, known)
        inputs, masses, own = self.prepared[group]
        scores = _scored(self.graph, group, inputs, given.values)
        found = evaluate(plan, group.order, inputs, own | given.values | scores)
        total = given.constant + _weighted(group, given.weights, found)
        shape = (len(total), *masses.shape[:-1], masses.shape[-1] + 1)
        return Curve(total if total.shape == shape else np.broadcast_to(total, shape), masses)

    def drawn(self, group: Group, resolution: int) -> Values:
        """Look up the tables of a group at the edges of its leading input: many groups have the same edges.

        Groups under a factor even have the same table, of normal scores.
        """
        draws = self.leading[group].draws
        for _, which in draws:
            if (which, resolution) not in self.looked_up:
                table = self.graph.plan.tables[which]
                key = (table.resolution, resolution)
                if key not in self.places:
                    self.places[key] = locate(edges(resolution)[0], table.resolution)
                self.looked_up[which, resolution] = table.at(self.places[key])
        return {at: self.looked_up[which, resolution] for at, which in draws}

    def nodes(self, group: Group, resolution: int) -> tuple[dict[str, Array], Array]:
        """Return the nodes of the inputs of a group, each along an axis of its own, and the masses between them."""
        leading = self.leading[group].name
        along, masses = edges(resolution)
        inputs = {leading: along}
        others = [name for name in group.inputs if name != leading]
        for axis, name in enumerate(others, start=1):
            survivals, shares = trapezoid(self.level.outer_intervals(group))
            inputs[name] = survivals.reshape(-1, *(1,) * axis)
            masses = masses * shares.reshape(-1, *(1,) * axis)
        return inputs, masses
