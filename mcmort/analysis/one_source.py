"""Which parts of a total rest on one lineage or one kind of evidence, and what it is if sources lean alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mcmort.analysis.summary import mean_of
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.measured_errors.spreads import shared_by_event
from mcmort.catalogue.records import Component, Estimate
from mcmort.elicit.measured_worth import alone, class_spread
from mcmort.elicit.weights import pool_weights
from mcmort.totals import Total

__all__ = ["Lean", "OneSource", "lean", "one_source"]


@dataclass(frozen=True, slots=True)
class OneSource:
    """Components of a total that have no independent second source.

    Attributes
    ----------
    lineage, basis : tuple of str
        Ids of components whose figures are of one lineage, and of several lineages of one basis; the largest first.
    lineage_share, basis_share : float
        What they have of the sum of the components' means.
    """

    lineage: tuple[str, ...]
    basis: tuple[str, ...]
    lineage_share: float
    basis_share: float


@dataclass(frozen=True, slots=True)
class Lean:
    """What a total is if all sources of its largest component without an independent second source err alike.

    Attributes
    ----------
    component : str
        Its id.
    factor : float
        By how much figures of one event err alike: what they have in common, one standard deviation.
    low, mean, high : float
        Mean of the total if its sources are too high by that factor, as they are, and too low by it.
    """

    component: str
    factor: float
    low: float
    mean: float
    high: float


def one_source(total: Total) -> OneSource | None:
    """Return which components of a total have one lineage, or one kind of evidence.

    Parameters
    ----------
    total : Total
        A total with its parts.

    Returns
    -------
    OneSource or None
        None of registered deaths, which are one register by their nature, of nothing, and of the Bayesian engine.
    """
    if total.draws.manifest.engine != "elicited" or total.definition.measure != "all" or not total.parts:
        return None
    evidence = frozenset(total.draws.manifest.evidence)
    means = {name: abs(mean_of(values)) for name, values in total.parts.items()}
    whole = sum(means.values())
    if whole == 0.0:
        return None
    order = sorted(means, key=lambda name: (-means[name], name))
    found = {name: alone(total.case, total.case.components[name], evidence) for name in order}

    def of(word: str) -> tuple[tuple[str, ...], float]:
        names = tuple(name for name in order if found[name] == word)
        return names, sum(means[name] for name in names) / whole

    (lineage, lineage_share), (basis, basis_share) = of("one lineage"), of("one basis")
    return OneSource(lineage, basis, lineage_share, basis_share)


def lean(total: Total) -> Lean | None:
    """Return what a total is if all sources of a component lean alike by as much as measured.

    That is asked of the largest component whose figures are of one lineage or one basis: figures of several bases that
    agree have tested one another. A component with a register cannot be fewer than that, and one in the formula of
    another moves more than itself: of these it is not said. What an overlap takes off a component leans with it.

    Parameters
    ----------
    total : Total
        A total with its parts.

    Returns
    -------
    Lean or None
        None where there is no such component with printed figures of all deaths.
    """
    found = one_source(total)
    if found is None:
        return None
    case, evidence = total.case, frozenset(total.draws.manifest.evidence)
    for name in sorted((*found.lineage, *found.basis), key=lambda name: (-mean_of(total.parts[name]), name)):
        component = case.components[name]
        printed = _printed(total, component, evidence)
        is_count = case.head.support_of(component) == "count" and mean_of(total.parts[name]) > 0.0
        if not printed or not is_count or _moves_others(total, component):
            continue
        weights = pool_weights(case, printed, total.draws.manifest.weights)
        whole = sum(weights)
        log_sd = sum(
            weight / whole * class_spread(case, component, estimate).log_sd
            for weight, estimate in zip(weights, printed, strict=True)
        )
        factor = math.exp(math.sqrt(shared_by_event()) * log_sd)
        taken = [mean_of(values) for key, values in total.overlaps.items() if case.overlaps[key].of == name]
        part, mean = mean_of(total.parts[name]) - sum(taken), mean_of(total.values)
        return Lean(name, factor, mean - part * (1.0 - 1.0 / factor), mean, mean + part * (factor - 1.0))
    return None


def _printed(total: Total, component: Component, evidence: frozenset[str]) -> list[Estimate]:
    """Return the printed figures of all deaths in a pool; none where it is computed, or has a register beside it."""
    admitted, _ = total.case.admitted(component, evidence)
    if component.formula is not None or any(one.measure == "registered" for one in admitted):
        return []
    return [one for one in admitted if not one.is_one_sided and one.formula is None]


def _moves_others(total: Total, component: Component) -> bool:
    """Whether a formula of another component that counts rests on it."""
    case = total.case
    return any(
        component in owners_behind(case, case.components[other]) for other in total.terms if other != component.id
    )
