"""Integrates over the random inputs of a register, whose summands `mcmort.sampler.ties` has parted.

What is integrated is left to a `Measure`: spectra on a grid, or just ranges. Inputs are survival probabilities here, as
in the streams of the sampler. Within a group one input runs along the edges of segments, which are the knots of the
tables that it looks up, so that their distribution is met without error; the others, and inputs that are held fixed,
take nodes of the trapezoidal rule in normal scores.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, reduce
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from mcmort.elicit.table import SMALLEST, QuantileTable, knots
from mcmort.errors import NotExactError
from mcmort.sampler.convolve import Curve
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.scores import normal_scores
from mcmort.sampler.ties import Graph, Group, Mixture, Part, split
from mcmort.sampler.twin import evaluate as carry_out

__all__ = ["ROUGH", "Integrator", "Level", "Measure", "evaluate", "survival_of"]

type Array = NDArray[np.float64]
type Values = dict[int, Array]
type Curves = dict[tuple[object, ...], Curve]

_REACH: Final = 6.0
"""Normal scores of nodes go from minus this to plus this; beyond lies a probability of 2e-9."""
_BODY: Final = 2.0**-12
"""Below this probability the edges of segments are thinned to four in an octave."""
_LEAST: Final = 2.0**-31
_CURVE: Final = 1000
_NONE: Final = np.zeros(())
"""In place of the points of a stream where an instruction has none."""
_FINEST: Final = 9
"""Resolution beyond which edges are no finer than those of any table, which end at 8."""


class Measure[T](Protocol):
    """What becomes of distributions that are added and mixed."""

    def of(self, curve: Curve) -> T:
        """Measure a distribution."""
        ...

    def of_sum(self, curves: Sequence[Curve]) -> T:
        """Measure a sum of independent parts, one at least."""
        ...

    def constant(self, value: float) -> T:
        """Measure a constant."""
        ...

    def add(self, one: T, other: T) -> T:
        """Return the measure of a sum of independent parts."""
        ...

    def mix(self, weights: Array, parts: Iterable[T]) -> T:
        """Return the measure of a mixture."""
        ...


@dataclass(frozen=True, slots=True)
class Level:
    """How fine nodes and grid are: each step up of a number halves intervals.

    Attributes
    ----------
    edges : int
        For the segments of leading inputs.
    outer : int
        For the other inputs of groups.
    fixed : int
        For inputs that are held fixed.
    cells : int
        For the grid.
    """

    edges: int = 0
    outer: int = 0
    fixed: int = 0
    cells: int = 0

    def resolution(self, group: Group) -> int:
        """Return the logarithm to base 2 of the edges in an octave; more where a group rests on one input alone."""
        return self.edges + (5 if group.depth == 0 and len(group.inputs) == 1 else 4)

    def outer_intervals(self, group: Group) -> int:
        """Return the intervals of each input of a group but the leading one."""
        intervals = (24, 12) if len(group.inputs) == 2 else (16, 8)
        return int(intervals[group.depth > 0] * 2.0**self.outer)

    def fixed_intervals(self, part: Mixture) -> int:
        """Return the intervals of an input that is held fixed."""
        return int((12 if part.is_nested else 24) * 2.0**self.fixed)


ROUGH: Final = Level(-1, -1, -1)
"""Enough to find where a distribution lies."""


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


@cache
def _edges(resolution: int) -> tuple[Array, Array]:
    """Return survival probabilities of the edges of segments, rising, and the masses of the segments."""
    w = knots(resolution)
    kept = (w >= _BODY) | ((w >= _LEAST) & (np.arange(len(w)) % (1 << max(resolution - 2, 0)) == 0))
    side = w[kept]
    masses = np.diff(side)
    masses[0] += side[0]
    return np.concatenate([side, 1.0 - side[-2::-1]]), np.concatenate([masses, masses[::-1]])


@cache
def _nodes(intervals: int) -> tuple[Array, Array]:
    """Return survival probabilities of the nodes of the trapezoidal rule, and their weights."""
    score = np.linspace(-_REACH, _REACH, intervals + 1)
    weights = np.exp(-0.5 * score * score)
    return np.asarray(ndtr(-score)), weights / weights.sum()


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
        self._weights, self._constant = graph.linear(order, {register: 1.0}, 0, self._values)
        self._parts = split(graph, self._weights)
        self._leading: dict[Group, str] = {}
        self._curves: Curves = {}
        self._lead(self._parts, self._weights, self._values)

    def measure[T](self, measure: Measure[T], level: Level) -> T:
        """Return the measure of the register, with nodes as fine as `level`."""
        walk = _Walk(self._graph, self._leading, measure, level, self._curves)
        return walk.sum(self._parts, self._weights, self._constant, self._values)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """What of a level matters for this register."""
        parts = list(self._parts)
        found = {"edges", "cells"}
        for part in parts:
            if isinstance(part, Mixture):
                found.add("fixed")
                parts.extend(part.parts)
            elif len(part.inputs) > 1:
                found.add("outer")
        return tuple(name for name in ("edges", "cells", "fixed", "outer") if name in found)

    def work(self, level: Level) -> int:
        """Return the number of values that a level computes, at most; a curve costs as much as a thousand of them."""
        return _work(self._parts, level)

    def _lead(self, parts: Sequence[Part], weights: Mapping[int, float], values: Values) -> None:
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


def _work(parts: Sequence[Part], level: Level) -> int:
    total = 0
    for part in parts:
        if isinstance(part, Mixture):
            total += (level.fixed_intervals(part) + 1) * _work(part.parts, level)
        else:
            edges = len(_edges(level.resolution(part))[0])
            total += edges * (level.outer_intervals(part) + 1) ** (len(part.inputs) - 1) + _CURVE
    return total


def _given(
    graph: Graph, part: Mixture, survival: Array, weights: Mapping[int, float], values: Values
) -> tuple[dict[int, float], Values, float]:
    """Return the summands of a mixture with their weights, the values that are known, and a constant, at one node."""
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
        leaves, constant = graph.linear(score.order, {score.register: 1.0}, group.fixed, values)
        loadings: dict[str, float] = {}
        for leaf, weight in leaves.items():
            stream = graph.plan.streams[leaf]
            loadings[stream] = loadings.get(stream, 0.0) + weight
        found[score.register] = constant + math.hypot(*loadings.values()) * normal_scores()(inputs[score.name])
    return found


def _weighted(group: Group, weights: Mapping[int, float], values: Values) -> Array:
    total = reduce(np.add, (weights[register] * values[register] for register in group.registers))
    if not np.isfinite(total).all():
        raise NotExactError(
            f"this total has no exact distribution: it is undefined for some values of {', '.join(group.inputs)}"
        )
    return np.asarray(total)


def _known(group: Group, weights: Mapping[int, float], values: Values) -> tuple[float, ...]:
    """Return what the curve of a group depends on, besides its nodes."""
    return *(weights[register] for register in group.registers), *(float(values[register]) for register in group.known)


@dataclass(frozen=True)
class _Walk[T]:
    """One measurement of a register."""

    graph: Graph
    leading: Mapping[Group, str]
    measure: Measure[T]
    level: Level
    curves: Curves
    prepared: dict[Group, tuple[dict[str, Array], Array, Values]] = field(default_factory=dict)
    memo: dict[object, T] = field(default_factory=dict)

    def sum(self, parts: Sequence[Part], weights: Mapping[int, float], constant: float, values: Values) -> T:
        """Measure a sum of independent parts; the constant goes with the first of them."""
        found: list[T] = []
        curves: list[Curve] = []
        for part in parts:
            if isinstance(part, Mixture):
                found.append(self.mixture(part, weights, constant, values))
            elif part.depth < 2:
                curves.append(self.curve(part, weights, constant, values))
            else:
                found.append(self.group(part, weights, constant, values))
            constant = 0.0
        if curves:
            found.append(self.measure.of_sum(curves))
        return reduce(self.measure.add, found) if found else self.measure.constant(constant)

    def mixture(self, part: Mixture, weights: Mapping[int, float], constant: float, values: Values) -> T:
        """Measure a mixture over one input."""
        survivals, shares = _nodes(self.level.fixed_intervals(part))

        def at(survival: Array) -> T:
            leaves, settled, more = _given(self.graph, part, survival, weights, values)
            return self.sum(part.parts, leaves, constant + more, settled)

        return self.measure.mix(shares, (at(survival) for survival in survivals))

    def group(self, group: Group, weights: Mapping[int, float], constant: float, values: Values) -> T:
        """Measure a group under two fixed inputs: it often rests on one only, and returns at each node of the other."""
        key = (group, constant, *_known(group, weights, values))
        if key not in self.memo:
            self.memo[key] = self.measure.of(self.curve(group, weights, constant, values))
        return self.memo[key]

    def curve(self, group: Group, weights: Mapping[int, float], constant: float, values: Values) -> Curve:
        """Return the distribution of a group as segments along one input, for all nodes of the others."""
        if len(group.inputs) > 1:
            return self.computed(group, weights, constant, values)
        # small ones are kept for other grids
        key = (group, self.level.edges, constant, *_known(group, weights, values))
        if key not in self.curves:
            self.curves[key] = self.computed(group, weights, constant, values)
        return self.curves[key]

    def computed(self, group: Group, weights: Mapping[int, float], constant: float, values: Values) -> Curve:
        """Compute the curve of a group."""
        if group not in self.prepared:
            inputs, masses = self.nodes(group)
            known = values | _scored(self.graph, group, inputs, values)
            self.prepared[group] = inputs, masses, evaluate(self.graph.plan, group.own, inputs, known)
        inputs, masses, own = self.prepared[group]
        scores = _scored(self.graph, group, inputs, values)
        found = evaluate(self.graph.plan, group.order, inputs, own | values | scores)
        total = constant + _weighted(group, weights, found)
        return Curve(np.broadcast_to(total, (*masses.shape[:-1], masses.shape[-1] + 1)), masses)

    def nodes(self, group: Group) -> tuple[dict[str, Array], Array]:
        """Return the nodes of the inputs of a group, each along an axis of its own, and the masses between them."""
        leading = self.leading[group]
        edges, masses = _edges(self.resolution(group))
        inputs = {leading: edges}
        others = [name for name in group.inputs if name != leading]
        for axis, name in enumerate(others, start=1):
            survivals, shares = _nodes(self.level.outer_intervals(group))
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
        return wanted if self.level.edges < 0 else min(max([wanted, *looked]), _FINEST)
