"""The Gaussian copula of a case: each tied input's normal score as a sum of independent scores.

Inputs of a group share its factor (one-factor Gaussian copula). Inputs with cited rank correlations, and all that are
tied to them through groups, follow one matrix instead: cited correlations in their places, the rest as groups imply,
made valid where the pieces contradict one another, and factored by Cholesky's method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Quantity
from mcmort.catalogue.vocabulary import Measure
from mcmort.elicit.correlation import nearest_correlation, normal_correlation
from mcmort.results import Dependence

__all__ = ["Copula"]

_DECIMALS: Final = 9
"""To these loadings are rounded, since the last digits of linear algebra differ from one platform to another."""


class Copula:
    """How the inputs of a case depend on one another.

    Parameters
    ----------
    case : Case
        The case.
    dependence : {"declared", "independent", "comonotonic"}
        The dial.
    """

    def __init__(self, case: Case, dependence: Dependence = "declared") -> None:
        self.case = case
        self.dependence = dependence

    def loadings(self, stream: str) -> dict[str, float]:
        """Return the loadings of an input's score on independent scores.

        Parameters
        ----------
        stream : str
            Name of the input: ``all:ID``, ``registered:ID`` or ``quantity:NAME``.

        Returns
        -------
        dict of str to float
            By the name of the stream of each score; empty for an input that is tied to none. Their squares sum to one.
        """
        if self.dependence == "independent":
            return {}
        if self.dependence == "comonotonic":
            return {"factor:comonotonic": 1.0}
        return self._correlated.get(stream) or self._grouped.get(stream, {})

    def changes(self, owners: Sequence[Component | Quantity]) -> list[str]:
        """Say for some components and quantities whether their correlations had to be changed to be valid."""
        names = {self._stream(owner.id, measure) for owner in owners for measure in ("all", "registered")}
        return sorted({text for members, text in self._changed if names & members})

    def _stream(self, member: str, measure: Measure) -> str:
        return f"quantity:{member}" if member in self.case.quantities else f"{measure}:{member}"

    @cached_property
    def _grouped(self) -> dict[str, dict[str, float]]:
        """Loadings of the inputs of groups, their own score first."""
        found: dict[str, dict[str, float]] = {}
        for group in self.case.dependence.values():
            for member in group.members:
                found.setdefault(self._stream(member, group.measure), {})[f"factor:{group.id}"] = group.loading
        return {
            stream: {stream: math.sqrt(max(0.0, 1.0 - sum(loading**2 for loading in shared.values()))), **shared}
            for stream, shared in found.items()
        }

    @cached_property
    def _pairs(self) -> dict[frozenset[str], float]:
        """Cited correlations, as correlations of normal scores."""
        return {
            frozenset(self._stream(member, one.measure) for member in one.between): float(normal_correlation(one.rank))
            for one in self.case.correlations.values()
        }

    @cached_property
    def _matrices(self) -> list[tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float64]], float]]:
        """Return for each set of inputs that are tied together their names, their matrix and its largest change."""
        found = []
        left = sorted({stream for pair in self._pairs for stream in pair})
        while left:
            members = self._tied_to(left[0])
            left = [stream for stream in left if stream not in members]
            asked = np.array([[self._correlation(one, other) for other in members] for one in members])
            nearest = nearest_correlation(asked)
            found.append((members, nearest.matrix, nearest.largest_change))
        return found

    def _tied_to(self, stream: str) -> list[str]:
        """Return all inputs that correlations and groups tie to one, sorted."""
        found, wave = {stream}, {stream}
        while wave:
            near = {other for pair in self._pairs if pair & wave for other in pair}
            factors = {factor for one in wave for factor in self._grouped.get(one, {}) if factor != one}
            near |= {other for other, shared in self._grouped.items() if factors & shared.keys()}
            wave = near - found
            found |= wave
        return sorted(found)

    def _correlation(self, one: str, other: str) -> float:
        """Return the correlation of two scores: the cited one, else what their common groups imply."""
        if one == other:
            return 1.0
        cited = self._pairs.get(frozenset((one, other)))
        if cited is not None:
            return cited
        shared, also = self._grouped.get(one, {}), self._grouped.get(other, {})
        return sum(loading * also[factor] for factor, loading in shared.items() if factor in also)

    @cached_property
    def _correlated(self) -> dict[str, dict[str, float]]:
        """Loadings of the inputs with cited correlations, and of those tied to them."""
        found = {}
        for members, matrix, _ in self._matrices:
            factor = np.round(np.linalg.cholesky(matrix), _DECIMALS)
            for row, stream in enumerate(members):
                found[stream] = {members[at]: float(factor[row, at]) for at in range(row + 1) if factor[row, at]}
        return found

    @cached_property
    def _changed(self) -> list[tuple[frozenset[str], str]]:
        return [
            (
                frozenset(members),
                "the rank correlations given contradict one another: each correlation of scores was moved, by at most "
                f"{change:.2g}, to the nearest valid matrix",
            )
            for members, _, change in self._matrices
            if change > 0.0
        ]
