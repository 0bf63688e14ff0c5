"""A total as a function of its uncertain inputs, which can be computed again with some of them changed.

The plan of a total is cut at its inputs: the random number of a stream or, where an input is tied to others by the
Gaussian copula, its normal score. What lies between the inputs and the total is arithmetic, carried out by the
reference implementation of the kernel, and only where an input has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.errors import FormulaError
from mcmort.results import Manifest, Question
from mcmort.results.counter_based_random import stream_key, uniforms
from mcmort.sampler.program.plan import Op, Plan, operands
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.sampler.program.planned_splits import planned_answers
from mcmort.sampler.program.reference import evaluate

__all__ = ["Block", "VariedInputs", "varied_inputs"]

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Inputs that depend on one another and on no others; mostly a single one.

    Attributes
    ----------
    members : tuple of int
        Positions of the inputs.
    correlation : ndarray, shape (n_members, n_members)
        Of their normal scores.
    factors : tuple of str
        Names of the scores that they share.
    """

    members: tuple[int, ...]
    correlation: Array
    factors: tuple[str, ...] = ()


class VariedInputs:
    """A total as a function of its inputs.

    Parameters
    ----------
    plan : Plan
        With the instructions of the total.
    total : int
        Its register.
    tied : mapping of str to mapping of str to float
        The loadings of each input that may be tied to others, on independent scores.
    seed : int
        Of the run.

    Attributes
    ----------
    names : tuple of str
        The inputs, by the names of their streams, sorted.
    blocks : tuple of Block
        Which of them depend on one another.
    """

    def __init__(self, plan: Plan, total: int, tied: Mapping[str, Mapping[str, float]], seed: int) -> None:
        self._plan, self._total, self._seed = plan, total, seed
        leaves, self._between = _cut(plan, total)
        owners = {_key(loadings): name for name, loadings in sorted(tied.items(), reverse=True)}
        found = {_name(plan, leaf, owners): leaf for leaf in leaves}
        self.names = tuple(sorted(found))
        self._leaves = tuple(found[name] for name in self.names)
        self._after = tuple(self._reached_from(leaf) for leaf in self._leaves)
        self.blocks = _blocks([_loadings(plan, leaf) for leaf in self._leaves])
        self._registers: dict[int, Array] = {}
        self._inputs: tuple[Array, ...] = ()

    def sample(self, role: str, first: int, count: int) -> list[Array]:
        """Draw all inputs jointly.

        Parameters
        ----------
        role : str
            Samples of different roles are independent; that of the role ``""`` are the draws of the run itself.
        first, count : int
            Which draws.

        Returns
        -------
        list of ndarray, shape (count,)
            One for each of `names`: a value, a survival probability, or the normal score of a tied input.
        """
        registers: dict[int, Array] = {}
        for register in self._plan.needed(self._leaves):
            stream = self._plan.streams[register]
            key = stream_key(self._seed, f"{role}:{stream}" if role else stream)
            uniform = uniforms(key, first, count) if stream else np.zeros(count)
            registers[register] = evaluate(self._plan, register, registers, uniform)
        return [registers[leaf] for leaf in self._leaves]

    def __call__(self, inputs: Sequence[Array]) -> Array:
        """Return the total of each draw of the inputs.

        Only what rests on arrays that are not those of the call before is computed again.

        Raises
        ------
        FormulaError
            If the total is undefined on some draw.
        """
        count = len(inputs[0])
        if self._inputs and len(self._inputs[0]) == count:
            changed = [index for index, values in enumerate(inputs) if values is not self._inputs[index]]
            again = sorted(set().union(*(self._after[index] for index in changed)))
        else:
            again = list(self._between)
        self._inputs = tuple(inputs)
        self._registers.update(zip(self._leaves, inputs, strict=True))
        shape = np.zeros(count)
        with np.errstate(divide="ignore", invalid="ignore"):
            for register in again:
                self._registers[register] = evaluate(self._plan, register, self._registers, shape)
        total = self._registers[self._total]
        if not np.isfinite(total).all():
            raise FormulaError(f"the total is undefined on {int((~np.isfinite(total)).sum()):,} of {count:,} draws")
        return total

    def _reached_from(self, leaf: int) -> frozenset[int]:
        """Return the instructions between an input and the total."""
        reached = {leaf}
        for register in self._between:
            if reached.intersection(operands(*self._plan.rows[register][:4])):
                reached.add(register)
        return frozenset(reached - {leaf})


def _cut(plan: Plan, total: int) -> tuple[list[int], list[int]]:
    """Return the registers of the inputs of a total, and those between them and the total, both in order."""
    scores = {plan.rows[register][1] for register in plan.needed([total]) if plan.rows[register][0] == Op.SCORED}
    leaves, between, stack = set[int](), set[int](), [total]
    while stack:
        register = stack.pop()
        if register in scores or plan.streams[register]:
            leaves.add(register)
        elif register not in between:
            between.add(register)
            stack += operands(*plan.rows[register][:4])
    return sorted(leaves), sorted(between)


def _loadings(plan: Plan, leaf: int) -> dict[str, float]:
    """Return the loadings of an input on independent scores, by the names of their streams."""
    op, a, b, _, x, stream = plan.rows[leaf]
    if stream:
        return {stream: 1.0}
    if op == Op.SCALE:
        return {plan.streams[a]: x}
    return {**_loadings(plan, a), plan.streams[b]: x}


def _name(plan: Plan, leaf: int, owners: Mapping[frozenset[tuple[str, float]], str]) -> str:
    loadings = _loadings(plan, leaf)
    return owners.get(_key(loadings)) or next(iter(loadings))


def _key(loadings: Mapping[str, float]) -> frozenset[tuple[str, float]]:
    return frozenset(loadings.items())


def _blocks(loadings: Sequence[Mapping[str, float]]) -> tuple[Block, ...]:
    """Return the inputs that share scores."""
    remaining, blocks = list(range(len(loadings))), []
    while remaining:
        members, wave = set[int](), {remaining[0]}
        while wave:
            members |= wave
            scores = {score for index in members for score in loadings[index]}
            wave = {index for index in remaining if index not in members and scores & loadings[index].keys()}
        remaining = [index for index in remaining if index not in members]
        ordered, uses = sorted(members), Counter(score for index in members for score in loadings[index])
        matrix = np.array([[loadings[index].get(score, 0.0) for score in sorted(uses)] for index in ordered])
        factors = tuple(sorted(score for score, count in uses.items() if count > 1))
        blocks.append(Block(tuple(ordered), matrix @ matrix.T, factors))
    return tuple(blocks)


def varied_inputs(case: Case, manifest: Manifest, question: Question) -> VariedInputs:
    """Return a total of the elicited engine as a function of its inputs.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    manifest : Manifest
        How draws are made.
    question : Question
        The total.

    Returns
    -------
    VariedInputs
    """
    evidence = frozenset(manifest.evidence)
    compiled = compiled_case(case, evidence, manifest.pool, manifest.dependence, manifest.weights)
    build, (answer,) = planned_answers(compiled.plan, [question])
    tied: dict[str, Mapping[str, float]] = {}
    if manifest.dependence == "declared" and any(op == Op.SCORED for op in compiled.plan.op):
        from mcmort.elicit import elicit  # loads SciPy
        from mcmort.elicit.copula import Copula

        copula = Copula(elicit(case, evidence, manifest.pool, manifest.weights))
        streams = [f"{kind}:{name}" for kind in ("all", "registered", "completeness") for name in case.components]
        streams += [f"quantity:{name}" for name in case.quantities]
        tied = {stream: loadings for stream in streams if (loadings := copula.loadings(stream))}
    return VariedInputs(build.plan(), answer.total.at, tied, manifest.seed)
