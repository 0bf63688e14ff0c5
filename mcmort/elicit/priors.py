"""From the evidence of a case to one prior for each uncertain input.

The rules are those of the elicited engine: direct estimates become distributions, lineages are pooled, one-sided
claims bound the pool, registered counts give the registered part and the others all deaths. What has no admissible
evidence is unknown, which is not zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, share_column
from mcmort.catalogue.citations import citations
from mcmort.catalogue.measured_errors.spreads import MeasuredSpread
from mcmort.catalogue.records import Component, Estimate, Figure, Quantity, Share, ShareRule
from mcmort.catalogue.selection import years_of
from mcmort.catalogue.vocabulary import POOLINGS, WEIGHTINGS, Measure, Pooling, Support, Weighting
from mcmort.elicit.alternatives import hint_for
from mcmort.elicit.derived import propagate, quantities_of
from mcmort.elicit.estimate_fit import fit_estimate
from mcmort.elicit.families import Distribution
from mcmort.elicit.figure_fit import Fit, fit_figure
from mcmort.elicit.measured_worth import bound_log_sd, measured_for
from mcmort.elicit.pool import Bound, ExclusionError, Pool
from mcmort.elicit.weights import pool_weights
from mcmort.errors import CaseError, FitError, Problem, UsageError

__all__ = ["Elicited", "Priors", "Used", "elicit", "to_years"]


@dataclass(frozen=True, slots=True)
class Used:
    """An estimate as it entered a pool: its weight, its fit, and the factor that scales it to the component's years.

    `measured` is what such figures have proved to be worth, where the case asks for that.
    """

    estimate: Estimate
    weight: float
    fit: Fit
    factor: float = 1.0
    note: str = ""
    measured: MeasuredSpread | None = None


@dataclass(frozen=True)
class Elicited:
    """What the evidence of one component or quantity amounts to.

    Attributes
    ----------
    all, registered : Pool or None
        Pools of the two measures; None where there is no estimate.
    completeness, ordinary : Distribution or None
        Cited shares.
    used : tuple of Used
        Estimates in the pools.
    bounds : tuple of Estimate
        One-sided estimates.
    rejected : tuple of (Estimate, str)
        Estimates that are not used, each with the reason.
    support : {"count", "share", "signed"}
        Where values may lie.
    """

    all: Pool | None = None
    registered: Pool | None = None
    completeness: Distribution | None = None
    ordinary: Distribution | None = None
    used: tuple[Used, ...] = ()
    bounds: tuple[Estimate, ...] = ()
    rejected: tuple[tuple[Estimate, str], ...] = ()
    support: Support = "count"


@dataclass(frozen=True)
class Priors:
    """The priors of a case: what every engine and every report may ask about the elicitation.

    `pool` is the way of pooling that was asked for in place of the case's own, or None; `weights` is by what lineages
    weigh.
    """

    case: Case
    evidence: tuple[str, ...]
    components: dict[str, Elicited] = field(default_factory=dict)
    quantities: dict[str, Elicited] = field(default_factory=dict)
    overlaps: dict[str, Distribution] = field(default_factory=dict)
    shares: dict[str, Distribution] = field(default_factory=dict)
    pool: Pooling | None = None
    weights: Weighting = "equal"


def elicit(
    case: Case,
    evidence: frozenset[str] | None = None,
    pool: Pooling | None = None,
    weights: Weighting = "equal",
) -> Priors:
    """Turn the evidence of a case into priors.

    Parameters
    ----------
    case : Case
        The case.
    evidence : frozenset of str, optional
        Bases to admit; by default those that the case admits.
    pool : {"linear", "log", "envelope"}, optional
        Way of pooling for every component and quantity; by default each has the one that the case gives it.
    weights : {"equal", "confidence", "cited"}
        By what lineages weigh; see `mcmort.elicit.weights`.

    Returns
    -------
    Priors
        One prior for each input that has evidence.

    Raises
    ------
    CaseError
        If figures cannot be fitted or pooled; all of them are listed.
    UsageError
        If there is no such way of pooling or weighing.
    """
    if pool is not None and pool not in POOLINGS:
        raise UsageError(f"no way of pooling {pool!r}; expected one of {', '.join(POOLINGS)}")
    if weights not in WEIGHTINGS:
        raise UsageError(f"no weights {weights!r}; expected one of {', '.join(WEIGHTINGS)}")
    problems: list[Problem] = []
    quantities: dict[str, Elicited] = {}
    for name in case.quantities:
        _quantity(case, name, evidence, pool, weights, quantities, problems)
    components = {
        name: _owner(case, component, evidence, pool, weights, quantities, problems)
        for name, component in case.components.items()
    }
    overlaps, shares = {}, {}
    for name, overlap in case.overlaps.items():
        place = f'overlap "{name}"'
        fitted = _fit(case, overlap, case.files.get(f"overlap {name}", ""), place, problems)
        if fitted is not None:
            overlaps[name] = fitted.distribution
    for one in citations(case):
        if isinstance(one.record, ShareRule):
            fitted = _fit(case, one.record, one.file, one.place, problems)
            if fitted is not None:
                shares[share_column(one.record)] = fitted.distribution
    if case.head.synthesis is not None and case.head.synthesis.completeness is not None:
        _fit(case, case.head.synthesis.completeness, "case.toml", "synthesis > completeness", problems)
    if problems:
        raise CaseError(case.where, problems)
    admitted = tuple(sorted(case.head.evidence if evidence is None else evidence))
    ordered = dict(sorted(quantities.items()))
    return Priors(case, admitted, components, ordered, overlaps, dict(sorted(shares.items())), pool, weights)


def _quantity(
    case: Case,
    name: str,
    evidence: frozenset[str] | None,
    pool: Pooling | None,
    weights: Weighting,
    quantities: dict[str, Elicited],
    problems: list[Problem],
) -> None:
    """Elicit a quantity, after those from which it is computed."""
    if name in quantities:
        return
    quantity = case.quantities[name]
    for text in (quantity.formula, *(estimate.formula for estimate in quantity.estimate)):
        for used in sorted(formula.names(formula.parse(text))) if text is not None else ():
            _quantity(case, used, evidence, pool, weights, quantities, problems)
    quantities[name] = _owner(case, quantity, evidence, pool, weights, quantities, problems)


def _fit(
    case: Case, figure: Figure, file: str, place: str, problems: list[Problem], support: Support = "share"
) -> Fit | None:
    return _made(partial(fit_figure, case, figure, support), case, figure, file, place, problems, support)


def _made(
    make: Callable[[], Fit],
    case: Case,
    figure: Figure,
    file: str,
    place: str,
    problems: list[Problem],
    support: Support,
) -> Fit | None:
    try:
        return make()
    except FitError as error:
        hint = hint_for(case, figure, support)
        problems.append(Problem(file, place, str(error), "a figure that its family can follow", hint))
        return None


def _owner(
    case: Case,
    owner: Component | Quantity,
    evidence: frozenset[str] | None,
    pool: Pooling | None,
    weights: Weighting,
    quantities: dict[str, Elicited],
    problems: list[Problem],
) -> Elicited:
    """Elicit one component or quantity."""
    kind = "component" if isinstance(owner, Component) else "quantity"
    file, place = case.files.get(f"{kind} {owner.id}", ""), f'{kind} "{owner.id}"'
    admitted, rejected = case.admitted(owner, evidence)
    bounds = [estimate for estimate in admitted if estimate.is_one_sided]
    fitted = []
    for estimate in admitted:
        if estimate.is_one_sided:
            continue
        lacking = _lacking(case, estimate, quantities)
        if lacking:
            rejected.append((estimate, f"no admissible evidence on {', '.join(lacking)}"))
            continue
        where = f'{place} > estimate "{estimate.name}"'
        entry = _used(case, owner, estimate, evidence, quantities, file, where, problems)
        fitted += [] if entry is None else [entry]
    used = _weighted(case, fitted, weights)
    soft = [(estimate, _bound(case, owner, estimate)) for estimate in bounds]

    def pooled(measure: Measure) -> Pool | None:
        members = tuple(
            (each.weight, each.fit.distribution.scaled(each.factor))
            for each in used
            if each.estimate.measure == measure and each.weight > 0.0
        )
        # at least so many registered means at least so many in all
        own = tuple(
            bound
            for estimate, bound in soft
            if estimate.measure == measure or (measure == "all" and bound.side == "at-least")
        )
        return _pool(members, own, pool or owner.pool, file, place, problems)

    def share(key: str) -> Distribution | None:
        figure: Share | None = getattr(owner, key, None)
        fit = None if figure is None else _fit(case, figure, file, f"{place} > {key}", problems)
        return None if fit is None else fit.distribution

    return Elicited(
        all=pooled("all"),
        registered=pooled("registered"),
        completeness=share("completeness"),
        ordinary=share("ordinary"),
        used=tuple(used),
        bounds=tuple(bounds),
        rejected=tuple(rejected),
        support=case.head.support_of(owner),
    )


def _lacking(case: Case, estimate: Estimate, quantities: dict[str, Elicited]) -> list[str]:
    """Return the quantities of an estimate's formula that have no pool, sorted."""
    if estimate.formula is None:
        return []
    return sorted(name for name in quantities_of(case, estimate.formula) if quantities[name].all is None)


def _used(
    case: Case,
    owner: Component | Quantity,
    estimate: Estimate,
    evidence: frozenset[str] | None,
    quantities: dict[str, Elicited],
    file: str,
    place: str,
    problems: list[Problem],
) -> Used | None:
    """Fit one estimate and carry it to the years of its owner; the weight comes later."""
    measured = measured_for(case, owner, estimate, evidence)
    if estimate.formula is None:
        make = partial(fit_estimate, case, owner, estimate, measured)
        fit = _made(make, case, estimate, file, place, problems, case.head.support_of(owner))
    else:
        fit = _propagated(case, owner, estimate.formula, quantities, file, place, problems)
    if fit is None:
        return None
    factor, note = to_years(case, owner, estimate)
    return Used(estimate, 0.0, fit, factor, note, measured)


def _propagated(
    case: Case,
    owner: Component | Quantity,
    text: str,
    quantities: dict[str, Elicited],
    file: str,
    place: str,
    problems: list[Problem],
) -> Fit | None:
    """Return the distribution of a formula over quantities that all have a pool."""
    pools = {name: one.all for name, one in quantities.items() if one.all is not None}
    support = case.head.support_of(owner)
    try:
        return Fit(propagate(case, text, pools, support), (), ())
    except FitError as error:
        expected, hint = _FORMULAS[support]
        problems.append(Problem(file, place, str(error), expected, hint))
        return None


_FORMULAS: Final[dict[Support, tuple[str, str]]] = {
    "count": (
        "a formula that is defined and not negative whatever its quantities",
        "look at the low ends of what is subtracted from, or use max(0, ...); what may be negative needs signed = true",
    ),
    "share": ("a formula between zero and one whatever its quantities", "use min(1, ...), or another unit"),
    "signed": ("a formula that is defined whatever its quantities", "look at what it divides by"),
}
"""What is expected of formulas by where their values may lie, with a hint."""


def _pool(
    members: tuple[tuple[float, Distribution], ...],
    bounds: tuple[Bound, ...],
    way: Pooling,
    file: str,
    place: str,
    problems: list[Problem],
) -> Pool | None:
    if not members:
        return None
    pool = Pool(members, bounds, way)
    try:
        pool.ppf(np.array([0.5]))
    except ExclusionError as error:
        hint = "pool = 'linear' keeps them side by side; or mark the wrong one use = 'cross-check' with the reason"
        problems.append(Problem(file, place, str(error), "common ground, which a log pool needs", hint))
    except FitError as error:
        hint = "see which of them is wrong, or mark it use = 'cross-check' with the reason"
        problems.append(Problem(file, place, str(error), "one-sided claims that some estimate respects", hint))
    return pool


def _weighted(case: Case, used: list[Used], weights: Weighting) -> list[Used]:
    """Give each estimate its weight within its measure."""
    found = pool_weights(case, [each.estimate for each in used], weights)
    return [replace(each, weight=weight) for each, weight in zip(used, found, strict=True)]


def _bound(case: Case, owner: Component | Quantity, estimate: Estimate) -> Bound:
    factor, _ = to_years(case, owner, estimate)
    value = estimate.low if estimate.side == "at-least" else estimate.high
    assert value is not None
    assert estimate.side is not None
    return Bound(estimate.side, max(value * factor, math.ulp(0.0)), bound_log_sd(case, owner, estimate))


def to_years(case: Case, owner: Component | Quantity, estimate: Estimate) -> tuple[float, str]:
    """Return the factor that carries an estimate over other years to those of its component, with a note."""
    if estimate.years is None or not isinstance(owner, Component) or estimate.years == owner.years:
        return 1.0, ""
    span = f"{estimate.years[0]}-{estimate.years[1]}"
    if owner.profile is None:
        return 1.0, f"covers {span}; taken as printed, since no annual series carries it over"
    series = case.profiles[owner.profile].by_year
    if any(year not in series for year in years_of(estimate.years)):
        return 1.0, f"covers {span}; taken as printed, since the annual series does not cover these years"
    within = sum(series[year] for year in years_of(estimate.years))
    if within <= 0:
        return 1.0, f"covers {span}; taken as printed, since the annual series is zero there"
    factor = sum(series[year] for year in years_of(owner.years)) / within
    return factor, f"covers {span}; carried over by the annual series {owner.profile} (times {factor:.3g})"
