"""The Gaussian copula of a case: each tied input's normal score as a sum of independent scores.

Inputs of a group share its factor (one-factor Gaussian copula). Inputs with cited rank correlations, and all that are
tied to them through groups, follow one matrix instead: cited correlations in their places, the rest as groups imply,
made valid where the pieces do not quite fit together, and factored by Cholesky's method.

A link of measure all is about the deaths of a component, however they are known: where they are a register over its
completeness, its register and its completeness share the link (`mcmort.elicit.rotation`); where the register stands for
them alone, they are one input with it. The like holds for a link of measure registered where that part is found from
all deaths and the completeness.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, get_args

import numpy as np

from mcmort.catalogue.records import Component, Quantity
from mcmort.catalogue.vocabulary import LinkMeasure
from mcmort.elicit.correlation import nearest_correlation, normal_correlation
from mcmort.elicit.evidence_rules import Way, known_of
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.elicit.priors import Priors
from mcmort.elicit.rotation import rotated
from mcmort.elicit.segments import is_formula_alone
from mcmort.errors import CaseError, Problem

__all__ = ["Copula"]

type Loadings = Mapping[str, float]

_DECIMALS: Final = 9
"""To these loadings are rounded, since the last digits of linear algebra differ from one platform to another."""
_MOST_CHANGE: Final = 0.05
"""The largest change of a correlation of scores that makes correlations fit together; more is a contradiction."""
_MEASURES: Final = get_args(LinkMeasure)
_LATTICE: Final = (np.arange(2_000) + 0.5) / 2_000


class Copula:
    """How the inputs of a case depend on one another.

    Parameters
    ----------
    priors : Priors
        From `mcmort.elicit.elicit`.

    Raises
    ------
    CaseError
        If links contradict one another.
    """

    def __init__(self, priors: Priors) -> None:
        self.priors = priors
        self.case = priors.case
        self.known = known_of(priors)
        problems = [*self._contradictions(), *self._overloaded()]
        if not problems:
            self._rotated, problems = self._rotations()
        if problems:
            raise CaseError(self.case.where, problems)

    def loadings(self, stream: str) -> Loadings:
        """Return the loadings of an input's score on independent scores.

        Parameters
        ----------
        stream : str
            Name of the input: ``all:ID``, ``registered:ID``, ``completeness:ID`` or ``quantity:NAME``.

        Returns
        -------
        mapping of str to float
            By the name of the stream of each score; empty for an input that is tied to none. Their squares sum to one.
        """
        return self._rotated.get(stream) or self._declared(stream)

    def is_rotated(self, stream: str) -> bool:
        """Return whether an input has a part in a link on what is computed from it, beside links of its own."""
        return stream in self._rotated

    def changes(self, owners: Sequence[Component | Quantity]) -> list[str]:
        """Say for some components and quantities whether their correlations had to be changed to be valid."""
        names = {self.stream(owner.id, measure) for owner in owners for measure in _MEASURES}
        return sorted({text for members, text in self._changed if names & members})

    def stream(self, member: str, measure: LinkMeasure) -> str:
        """Return the name of the input that a link of some measure is about."""
        if member in self.case.quantities:
            return f"quantity:{member}"
        is_one_input = measure == "all" and self.known[member].all is Way.REGISTER_ALONE
        return f"registered:{member}" if is_one_input else f"{measure}:{member}"

    def correlation(self, one: str, other: str) -> float:
        """Return the declared correlation of two scores: the cited one, else what their common groups imply."""
        if one == other:
            return 1.0
        cited = self._pairs.get(frozenset((one, other)))
        if cited is not None:
            return cited
        first, second = self._grouped.get(one, {}), self._grouped.get(other, {})
        return sum(loading * second[factor] for factor, loading in first.items() if factor in second)

    def _declared(self, stream: str) -> Loadings:
        return self._correlated.get(stream) or self._grouped.get(stream, {})

    def _shared(self, stream: str) -> Loadings:
        """Return the loadings of an input on scores that other inputs may have as well."""
        if stream in self._correlated:
            return self._correlated[stream]
        return {name: loading for name, loading in self._grouped.get(stream, {}).items() if name != stream}

    def _rotations(self) -> tuple[dict[str, Loadings], list[Problem]]:
        """Return the loadings of inputs that share a link on what is computed from them."""
        found: dict[str, Loadings] = {}
        problems = []
        for name, known in self.known.items():
            if known.all is Way.FROM_REGISTER:
                target, first, sign = f"all:{name}", f"registered:{name}", -1.0
            elif known.registered is Way.FROM_ALL:
                target, first, sign = f"registered:{name}", f"all:{name}", 1.0
            else:
                continue
            if not self._shared(target):
                continue
            second = f"completeness:{name}"
            c, s = self._direction(name, first)
            pair = rotated(
                self._shared(target), (c, sign * s), (self._shared(first), self._shared(second)), (first, second)
            )
            if pair is None:
                problems.append(self._too_many_links(name))
            else:
                found |= {stream: _rounded(loadings) for stream, loadings in zip((first, second), pair, strict=True)}
        return found, problems

    def _direction(self, name: str, first: str) -> tuple[float, float]:
        """Return by how much the logarithms of a count and of its completeness vary, as cosine and sine."""
        evidence = self.priors.components[name]
        measure = "all" if first.startswith("all:") else "registered"
        pool = evidence.all if measure == "all" else evidence.registered
        is_computed = pool is None or is_formula_alone(evidence, "all" if measure == "all" else "registered")
        count = 0.0 if pool is None or is_computed else _log_deviation(pool)
        share = 0.0 if evidence.completeness is None else _log_deviation(evidence.completeness)
        if count == share == 0.0:
            return 1.0, 0.0
        return count / math.hypot(count, share), share / math.hypot(count, share)

    def _too_many_links(self, name: str) -> Problem:
        hint = "lower a loading, or take it out of one of these links"
        return Problem(
            self.case.files.get(f"component {name}", ""),
            f'component "{name}"',
            "links of its deaths and of its register or completeness that cannot hold together",
            "a register and a completeness that are independent of one another",
            hint,
        )

    def _overloaded(self) -> list[Problem]:
        """Find inputs whose groups, of either measure, leave them nothing of their own."""
        problems = []
        for stream, loadings in self._grouped.items():
            total = sum(loading**2 for name, loading in loadings.items() if name != stream)
            if total > 1.0 + 1e-12:
                name = stream.partition(":")[2]
                found = f"loadings whose squares add up to {total:.3g}, for deaths that are the registered ones alone"
                where = self.case.files.get(f"component {name}", "")
                hint = "lower a loading of one of its groups"
                problems.append(Problem(where, f'component "{name}"', found, "squares that add up to 1 at most", hint))
        return problems

    def _contradictions(self) -> list[Problem]:
        """Find correlations that cannot hold together, or that give two values for one pair."""
        first: dict[frozenset[str], tuple[str, float]] = {}
        problems = []
        for name, one in self.case.correlations.items():
            pair = frozenset(self.stream(member, one.measure) for member in one.between)
            other, rank = first.setdefault(pair, (name, one.rank))
            if rank != one.rank:
                file, where = self.case.files.get(f"correlation {name}", ""), f'correlation "{name}" > rank'
                found = f"{one.rank:g}, where {other!r} has {rank:g} for the same deaths"
                hint = "all deaths are the registered ones alone there: keep one of the two"
                problems.append(Problem(file, where, found, "one correlation for a pair", hint))
        for members, _, change in self._matrices:
            if change > _MOST_CHANGE:
                involved = [
                    name
                    for name, one in self.case.correlations.items()
                    if {self.stream(member, one.measure) for member in one.between} <= set(members)
                ]
                file, where = self.case.files.get(f"correlation {involved[0]}", ""), f'correlation "{involved[0]}"'
                found = f"rank correlations that contradict one another ({', '.join(involved)}, and groups they touch)"
                expected = f"correlations that hold together when moved by {_MOST_CHANGE:g} at most, not {change:.2g}"
                problems.append(Problem(file, where, found, expected, "see which of them the sources support least"))
        return problems

    @cached_property
    def _grouped(self) -> dict[str, dict[str, float]]:
        """Loadings of the inputs of groups, their own score first."""
        found: dict[str, dict[str, float]] = {}
        for group in self.case.dependence.values():
            for member in group.members:
                found.setdefault(self.stream(member, group.measure), {})[f"factor:{group.id}"] = group.loading
        return {
            stream: {stream: math.sqrt(max(0.0, 1.0 - sum(loading**2 for loading in shared.values()))), **shared}
            for stream, shared in found.items()
        }

    @cached_property
    def _pairs(self) -> dict[frozenset[str], float]:
        """Cited correlations, as correlations of normal scores."""
        return {
            frozenset(self.stream(member, one.measure) for member in one.between): float(normal_correlation(one.rank))
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
            asked = np.array([[self.correlation(one, other) for other in members] for one in members])
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
                "the rank correlations given do not quite fit together: each correlation of scores was moved, by at "
                f"most {change:.2g}, to the nearest valid matrix",
            )
            for members, _, change in self._matrices
            if change > 0.0
        ]


def _rounded(loadings: Loadings) -> Loadings:
    return {name: round(loading, _DECIMALS) for name, loading in loadings.items()}


def _log_deviation(prior: Pool | Distribution) -> float:
    """Return the standard deviation of the logarithm of a prior."""
    values = prior.ppf(_LATTICE)
    return float(np.std(np.log(values[values > 0.0]))) if np.any(values > 0.0) else 0.0
