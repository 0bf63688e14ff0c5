"""Pools of distributions: each lineage counts once, one-sided claims act as soft bounds.

Three ways of pooling:

- ``linear``: the density of the pool is the weighted mean of the densities of its members (Stone 1961, Annals of
  Mathematical Statistics 32).
- ``log``: it is proportional to their weighted geometric mean (Genest & Zidek 1986, Statistical Science 1(1)). What one
  member rules out, the pool rules out.
- ``envelope``: it is proportional to the largest of them at each value. Every estimate counts once, however many
  lineages hold it, so weights do not matter.

A soft bound multiplies the density by the probability that the bound, itself uncertain on the log scale, lies on the
right side of the value. Where members have atoms, values with a probability of their own (a fixed figure has no other),
the same rules hold for these probabilities: a log pool keeps an atom only if all members share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from scipy import special

from mcmort.catalogue.vocabulary import Pooling
from mcmort.elicit.families import Array, Distribution
from mcmort.elicit.quadrature import Integral, integrate
from mcmort.elicit.quantile_inversion import Cells, Places, Side, quantiles
from mcmort.errors import FitError

__all__ = ["Bound", "ExclusionError", "Pool"]

_LEAST_MASS: Final = 1e-3
_TAIL: Final = np.exp2(-np.concatenate([np.arange(60.0, 12.0, -1.0), np.arange(12.0, 0.9, -0.25)]))
_MARKS: Final = np.concatenate([[0.0], _TAIL, 1.0 - _TAIL[::-1], [1.0]])
"""Probabilities whose quantiles are the marks of a member: near enough for Newton's method to start between them."""
_NEAR_ZERO: Final = 1e-17
_OUTERMOST: Final = np.exp2(np.array([-60.0])), np.array([1.0 - 2.0**-53])
"""Probabilities beyond which nothing is drawn."""


class ExclusionError(FitError):
    """No value is possible under all members of a log pool."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A soft bound: "at least" or "at most" a value, which is uncertain by `log_sd` on the log scale."""

    side: Literal["at-least", "at-most"]
    value: float
    log_sd: float

    def weight(self, x: Array) -> Array:
        """Probability that a value respects the bound."""
        with np.errstate(divide="ignore"):
            score = (np.log(np.maximum(x, 0.0)) - np.log(self.value)) / self.log_sd
        return np.asarray(special.ndtr(score if self.side == "at-least" else -score))


@dataclass(frozen=True)
class Pool:
    """Distributions pooled into one, under soft bounds.

    Attributes
    ----------
    members : tuple of (float, Distribution)
        Weights, which sum to one, and distributions.
    bounds : tuple of Bound
        May be empty.
    pooling : {"linear", "log", "envelope"}
        The way of pooling; a single member is its own pool whatever the way.
    """

    members: tuple[tuple[float, Distribution], ...]
    bounds: tuple[Bound, ...] = ()
    pooling: Pooling = "linear"

    def ppf(self, u: Array) -> Array:
        """Return the quantiles of the pool at probabilities `u`, shape ``(n,)``.

        Raises
        ------
        ExclusionError
            If the members of a log pool exclude one another.
        FitError
            If the bounds leave next to nothing of the pool.
        """
        u = np.asarray(u, dtype=np.float64)
        if len(self.members) == 1 and not self.bounds:
            return self.members[0][1].ppf(u)
        if self._raised is not None:
            return self._raised.ppf(u) - self._lift
        return quantiles(self._cells, u)

    def cdf(self, x: Array) -> Array:
        """Return the probability of a value at most `x`, shape ``(n,)``.

        Raises
        ------
        ExclusionError, FitError
            As `ppf`.
        """
        x = np.asarray(x, dtype=np.float64)
        if self._is_plain:
            return self._mean([member.cdf(x) for _, member in self.members])
        if self._raised is not None:
            return self._raised.cdf(x + self._lift)
        return self._integral.below(x)

    @property
    def _is_plain(self) -> bool:
        """Whether distribution functions need only be summed."""
        return not self.bounds and (self.pooling == "linear" or len(self.members) == 1)

    @cached_property
    def _lift(self) -> float:
        """What is added to values of a signed kind while they are pooled, which is done on the logarithm; else 0."""
        least = min(float(member.ppf(_OUTERMOST[0])[0]) for _, member in self.members)
        if least >= 0.0:
            return 0.0
        most = max(float(member.ppf(_OUTERMOST[1])[0]) for _, member in self.members)
        return (most - least) - least  # by the width of the pool above zero

    @cached_property
    def _raised(self) -> Pool | None:
        """The pool of a signed kind, raised above zero; None where nothing is negative."""
        if self._lift == 0.0:
            return None
        return Pool(tuple((weight, member.shifted(self._lift)) for weight, member in self.members), (), self.pooling)

    @cached_property
    def _marks(self) -> Array:
        """Values between which the pool is smooth, or nearly so, increasing."""
        parts = [member.ppf(_MARKS) for _, member in self.members if member.family != "empirical"]
        parts += [
            np.array(member.parameters) + member.shift for _, member in self.members if member.family == "empirical"
        ]
        marks = np.unique(np.concatenate(parts))
        marks = marks[np.isfinite(marks) & (marks >= 0.0)]
        if marks[0] == 0.0 and len(marks) > 1:
            marks = np.insert(marks, 1, marks[1] * _NEAR_ZERO)
        return marks

    def _atoms(self) -> Array:
        """Return the pooled probability of each mark by itself, before the bounds."""
        marks = self._marks
        by_member = np.zeros((len(self.members), len(marks)))
        for row, (_, member) in zip(by_member, self.members, strict=True):
            values, masses = member.atoms()
            row[np.searchsorted(marks, values)] = masses
        with np.errstate(divide="ignore"):
            return np.exp(self._combined(np.log(by_member)))

    @cached_property
    def _cells(self) -> Cells:
        marks = self._marks
        if not self._is_plain:
            return self._integral.cells()
        below = np.maximum.accumulate(self._mean([member.cdf(marks) for _, member in self.members]))
        above = np.minimum.accumulate(self._mean([member.sf(marks) for _, member in self.members]))
        atoms = self._atoms()

        def from_below(x: Array, _: Places) -> tuple[Array, Array]:
            return self._mean([member.cdf(x) for _, member in self.members]), density(x)

        def from_above(x: Array, _: Places) -> tuple[Array, Array]:
            return self._mean([member.sf(x) for _, member in self.members]), density(x)

        def density(x: Array) -> Array:
            return self._mean([np.exp(member.log_density(x)) for _, member in self.members])

        return Cells(
            Side(marks, below - atoms, below, from_below),
            Side(marks[::-1], above[::-1], (above + atoms)[::-1], from_above),
        )

    @cached_property
    def _integral(self) -> Integral:
        def tilted(x: Array) -> Array:
            return self._log_density(x) + self._log_weight(x)

        marks = self._marks
        with np.errstate(divide="ignore"):
            atoms = self._atoms()
            bounded = integrate(tilted, marks, atoms * np.exp(self._log_weight(marks)))
            log_total = integrate(self._log_density, marks, atoms).log_total if self.bounds else bounded.log_total
        if not np.isfinite(log_total):
            raise ExclusionError("the estimates exclude one another; a log pool needs common ground")
        remaining = float(np.exp(bounded.log_total - log_total))
        if remaining < _LEAST_MASS:
            bounds = ", ".join(f"{bound.side.replace('-', ' ')} {bound.value:,.10g}" for bound in self.bounds)
            raise FitError(
                f"the one-sided claims ({bounds}) leave {remaining:.2g} of the pool of the other estimates: the "
                "evidence contradicts itself"
            )
        return bounded

    def _mean(self, functions: list[Array]) -> Array:
        """Return the weighted mean of a function of the members."""
        return sum(
            (weight * values for (weight, _), values in zip(self.members, functions, strict=True)),
            np.zeros_like(functions[0]),
        )

    def _log_density(self, x: Array) -> Array:
        """Return the logarithm of the pooled density before the bounds, not normalised."""
        return self._combined(np.stack([member.log_density(x) for _, member in self.members]))

    def _log_weight(self, x: Array) -> Array:
        """Return the logarithm of the probability that a value respects the bounds."""
        with np.errstate(divide="ignore"):
            return sum((np.log(bound.weight(x)) for bound in self.bounds), np.zeros_like(x))

    def _combined(self, logs: Array) -> Array:
        """Pool logarithms of densities, or of atoms, shape ``(n_members, n)``, in the way of this pool."""
        weights = np.array([weight for weight, _ in self.members])[:, None]
        largest = np.max(logs, axis=0)
        match self.pooling:
            case "linear":
                finite = np.where(np.isfinite(largest), largest, 0.0)
                with np.errstate(divide="ignore"):
                    return np.asarray(finite + np.log(np.sum(weights * np.exp(logs - finite), axis=0)))
            case "log":
                return np.asarray(np.sum(weights * logs, axis=0))
            case "envelope":
                return np.asarray(largest)
