"""How the figures behind a total were read: in the original, through another work, or from memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from mcmort.analysis.summary import mean_of
from mcmort.catalogue import Case, formula
from mcmort.catalogue.records import Component, Estimate, Figure, Quantity
from mcmort.catalogue.vocabulary import Measure, Weighting
from mcmort.elicit.weights import pool_weights
from mcmort.totals import Total

__all__ = ["HowRead", "Provenance", "how_read", "provenance"]

type HowRead = Literal["original", "second_hand", "memory", "assumption"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Shares of a total's weight by how its figures were read; they add up to one.

    Attributes
    ----------
    original : float
        Figures seen in the work that is cited, or in its abstract.
    second_hand : float
        Figures seen in another work that quotes them, or in an encyclopaedia.
    memory : float
        Figures that were not seen.
    assumption : float
        Choices of the case.
    """

    original: float = 0.0
    second_hand: float = 0.0
    memory: float = 0.0
    assumption: float = 0.0


def how_read(case: Case, figure: Figure) -> HowRead:
    """Return how a figure was read, as far as the case says it.

    Parameters
    ----------
    case : Case
        Holds the source.
    figure : Figure
        A cited figure.

    Returns
    -------
    {"original", "second_hand", "memory", "assumption"}
    """
    source = case.sources[figure.source]
    if source.is_assumption:
        return "assumption"
    if figure.from_memory:
        return "memory"
    return "second_hand" if figure.via is not None or source.is_retelling else "original"


def provenance(total: Total) -> Provenance | None:
    """Return how the figures behind a total were read.

    A figure weighs what its component has of the sum of the components' means, times its weight in the pool of the
    component. A formula passes its weight on to what it is computed from, in equal parts.

    Parameters
    ----------
    total : Total
        A total with its parts.

    Returns
    -------
    Provenance or None
        None where the weights of figures are not those of pools (the Bayesian engine), or nothing has a weight.
    """
    manifest = total.draws.manifest
    if manifest.engine != "elicited":
        return None
    weighing = _Weighing(total.case, frozenset(manifest.evidence), manifest.weights)
    shares = defaultdict[HowRead, float](float)
    for name, values in total.parts.items():
        own = weighing.of(total.case.components[name], total.definition.measure)
        mean = abs(mean_of(values))  # a difference may be negative
        for how, weight in own.items():
            shares[how] += mean * weight
    whole = sum(shares.values())
    return Provenance(**{how: weight / whole for how, weight in shares.items()}) if whole > 0.0 else None


@dataclass(frozen=True, slots=True)
class _Weighing:
    """Weights of figures by how they were read, given which are admitted and how they weigh."""

    case: Case
    evidence: frozenset[str]
    weights: Weighting

    def of(self, owner: Component | Quantity, measure: Measure) -> dict[HowRead, float]:
        """Return weights that add up to one, or nothing where no figure speaks."""
        if owner.formula is not None:
            inputs = [self._of_input(name) for name in sorted(formula.names(formula.parse(owner.formula)))]
            spoken = [weights for weights in inputs if weights]
            return {how: sum(one.get(how, 0.0) for one in spoken) / len(spoken) for one in spoken for how in one}
        estimates = self._pooled(owner)
        same = [estimate for estimate in estimates if estimate.measure == measure] or estimates
        found = defaultdict[HowRead, float](float)
        for estimate, weight in zip(same, pool_weights(self.case, same, self.weights), strict=True):
            found[how_read(self.case, estimate)] += weight
        return found

    def _of_input(self, name: str) -> dict[HowRead, float]:
        """Return the weights of what a formula names: a quantity, or all deaths of a component."""
        by_column = self.case.by_column
        owner = by_column[name] if name in by_column else self.case.quantities[name]
        return self.of(owner, "all")

    def _pooled(self, owner: Component | Quantity) -> list[Estimate]:
        """Return the estimates in the pools: admitted, not one-sided, and with all that their formulas name."""
        admitted, _ = self.case.admitted(owner, self.evidence)
        return [
            estimate
            for estimate in admitted
            if not estimate.is_one_sided
            and (
                estimate.formula is None
                or all(self._of_input(name) for name in formula.names(formula.parse(estimate.formula)))
            )
        ]
