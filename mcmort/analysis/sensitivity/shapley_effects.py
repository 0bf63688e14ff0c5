"""Shapley effects: the variance of a total shared among its inputs, which may depend on one another.

The effect of an input is the Shapley value of ``E[var(T | all inputs but u)]``, the variance that remains when the
inputs of a set ``u`` alone are unknown (Song, Nelson and Staum 2016, SIAM/ASA Journal on Uncertainty Quantification 4,
doi 10.1137/15M1048070). With ``x'`` drawn anew in ``u``, given what ``x`` has elsewhere, it is
``E[(f(x) - f(x'))^2] / 2``. Along an order of the inputs the sets grow by one input at a time, so a draw costs as many
totals as there are inputs, and the effects of each draw sum to ``(f(x) - f(y))^2 / 2``: this is the algorithm of Goda
(2021, Reliability Engineering & System Safety 213, doi 10.1016/j.ress.2021.107673), here with draws that are
conditional where inputs depend on one another.

Inputs that are tied by a Gaussian copula are drawn by their normal scores. Given the scores ``z`` of some, those of the
others are ``w + R R'^-1 (z - w')``, with ``w`` and ``w'`` a fresh joint draw of both, ``R`` the correlations between
the two and ``R'`` those among the known (Matheron's rule; Hoffman and Ribak 1991).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.sensitivity.estimate import Estimate
from mcmort.analysis.sensitivity.sobol import Function, Sample
from mcmort.analysis.shapley import shapley_values

__all__ = ["DependentInputs", "shapley_effects"]

type Array = NDArray[np.float64]

_BATCHES: Final = 32
"""Batches of draws, each with an order of its own and the reverse of it; errors come from the spread between them."""


class DependentInputs(Protocol):
    """Inputs that depend on one another and on no others."""

    @property
    def members(self) -> tuple[int, ...]:
        """Positions of the inputs."""
        ...

    @property
    def correlation(self) -> Array:
        """Correlations of their normal scores; of a single input, whatever its distribution, one."""
        ...


def shapley_effects(
    function: Function, sample: Sample, names: Sequence[str], blocks: Sequence[DependentInputs], n: int
) -> dict[str, Estimate]:
    """Estimate Shapley effects.

    Parameters
    ----------
    function : callable
        The total.
    sample : callable
        Makes joint draws of its inputs; those of a block of several are normal scores.
    names : sequence of str
        Of the inputs.
    blocks : sequence of DependentInputs
        Every input is in one of them.
    n : int
        Draws.

    Returns
    -------
    dict of str to Estimate
        Shares of the variance by name, whose sum is one.
    """
    size, rng = max(1, -(-n // _BATCHES)), np.random.default_rng(0)
    means = []
    for batch in range(_BATCHES):
        redrawn = _Redrawn(function, sample, names, blocks, batch * size, size)
        values = shapley_values(names, redrawn.remaining, orders=2, rng=rng).values
        means.append(values.mean(axis=1))
    effects = np.array(means)  # shape (batches, inputs)
    variance = effects.sum(axis=1).mean()
    shares = effects.mean(axis=0) / variance
    residuals = (effects - shares * effects.sum(axis=1, keepdims=True)) / variance
    errors = residuals.std(axis=0, ddof=1) / math.sqrt(_BATCHES)
    return {name: Estimate(float(shares[index]), float(errors[index])) for index, name in enumerate(names)}


class _Redrawn:
    """Draws of all inputs, and what the total becomes where some of them are drawn anew."""

    def __init__(
        self,
        function: Function,
        sample: Sample,
        names: Sequence[str],
        blocks: Sequence[DependentInputs],
        first: int,
        count: int,
    ) -> None:
        self._function, self._blocks = function, blocks
        self._place = {name: index for index, name in enumerate(names)}
        self._own, self._fresh = sample("own", first, count), sample("fresh", first, count)
        self._total = function(self._own)
        self._known: dict[tuple[int, frozenset[int]], Mapping[int, Array]] = {}

    def remaining(self, subset: frozenset[str]) -> Array:
        """Return half the square of what the total changes by where a set of inputs is drawn anew."""
        redrawn, inputs = {self._place[name] for name in subset}, list(self._own)
        for number, block in enumerate(self._blocks):
            inside = redrawn.intersection(block.members)
            if inside:
                for index, values in self._conditional(number, frozenset(inside)).items():
                    inputs[index] = values
        return np.asarray(0.5 * (self._total - self._function(inputs)) ** 2)

    def _conditional(self, number: int, inside: frozenset[int]) -> Mapping[int, Array]:
        """Return inputs of a block drawn anew, given the others of the block; the same arrays each time."""
        if (number, inside) not in self._known:
            members = self._blocks[number].members
            drawn = [place for place, index in enumerate(members) if index in inside]
            given = [place for place, index in enumerate(members) if index not in inside]
            values = {members[place]: self._fresh[members[place]] for place in drawn}
            if given:
                correlation = self._blocks[number].correlation
                change = np.stack([self._own[members[at]] - self._fresh[members[at]] for at in given])
                weights = correlation[np.ix_(drawn, given)] @ np.linalg.pinv(correlation[np.ix_(given, given)])
                for row, place in enumerate(drawn):
                    values[members[place]] = self._fresh[members[place]] + weights[row] @ change
            self._known[number, inside] = values
        return self._known[number, inside]
