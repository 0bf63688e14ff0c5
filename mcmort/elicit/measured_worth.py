"""By what an estimate is read: as printed, or as uncertain as figures of its kind have proved to be.

Figures of a basis to which the case gives no spread of its own are read by what such figures have proved to be worth
(`mcmort.catalogue.measured_errors`):

====================================  ==================================================================================
figure                                read as
====================================  ==================================================================================
a point                               lognormal with the measured bias and spread of its kind
a range whose meaning is left open    no narrower than that
any other                             as its author prints it; where its component has one lineage, or one basis, no
                                      narrower than that either: one source is not certainty
"up to"                               a bound from above, at least as soft as points of its kind are uncertain
====================================  ==================================================================================

Figures of the registered part measure the register itself: they are worth what archival registers have proved to be
worth, and what they lack is their completeness. Formulas, quantities, shares and signed kinds are read as before, since
nothing has been measured of them.
"""

from __future__ import annotations

from dataclasses import replace

from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors.spreads import MeasuredSpread, measured_spread
from mcmort.catalogue.records import Claim, Component, Estimate, Quantity

__all__ = ["alone", "bound_log_sd", "class_spread", "maximum_log_sd", "measured_for"]


def measured_for(
    case: Case, owner: Component | Quantity, estimate: Estimate, evidence: frozenset[str] | None = None
) -> MeasuredSpread | None:
    """Return what figures such as an estimate have proved to be worth, where that is how it is to be read.

    Parameters
    ----------
    case : Case
        Says which bases have a spread of their own.
    owner : Component or Quantity
        What the estimate is about.
    estimate : Estimate
        One of its estimates.
    evidence : frozenset of str, optional
        Bases that are admitted; by default those that the case admits.

    Returns
    -------
    MeasuredSpread or None
        None where the figure is read as the case and its author say.
    """
    head = case.head
    is_of_deaths = isinstance(owner, Component) and head.support_of(owner) == "count" and estimate.formula is None
    if not is_of_deaths or estimate.basis in head.spread:
        return None
    says_little = estimate.reading in ("point", "range") or estimate.is_one_sided
    if not says_little and (estimate.measure == "registered" or not alone(case, owner, evidence)):
        return None
    return class_spread(case, owner, estimate)


def class_spread(case: Case, owner: Component | Quantity, estimate: Estimate) -> MeasuredSpread:
    """Return what figures of the kind and lag of an estimate have proved to be worth, whatever the case gives them."""
    is_late = _is_late(case, owner, estimate)
    if estimate.measure == "registered":
        # what a register lacks is its completeness, so that its bias as a count of all deaths is none of its own
        return replace(measured_spread(estimate.basis, "archival-register", is_late=is_late), bias=0.0)
    return measured_spread(estimate.basis, estimate.kind, estimate.interest, is_late=is_late)


def bound_log_sd(case: Case, owner: Component | Quantity, estimate: Estimate) -> float:
    """Return how uncertain a one-sided figure is on the logarithm."""
    measured = measured_for(case, owner, estimate)
    log_sd = case.head.log_sd_of(estimate.basis) if measured is None else measured.log_sd
    return max(log_sd, maximum_log_sd(estimate))


def maximum_log_sd(figure: Estimate | Claim) -> float:
    """Return how uncertain at least the most is that a speaker holds possible ("up to"); zero of other figures."""
    if figure.reading != "up-to":
        return 0.0
    kind, interest = (figure.kind, figure.interest) if isinstance(figure, Estimate) else (None, None)
    return measured_spread(figure.basis, kind, interest).log_sd


def alone(case: Case, owner: Component | Quantity, evidence: frozenset[str] | None = None) -> str:
    """Say whether the figures of all deaths that a pool admits are of one lineage, or of one basis only.

    Parameters
    ----------
    case : Case
        The case.
    owner : Component or Quantity
        Whose figures.
    evidence : frozenset of str, optional
        Bases that are admitted; by default those that the case admits.

    Returns
    -------
    str
        ``"one lineage"``, ``"one basis"``, or "" where there are several of both, a formula, or no figure.
    """
    admitted, _ = case.admitted(owner, evidence)
    every = [one for one in admitted if not one.is_one_sided]
    pooled = [one for one in every if one.measure == "all"] or every
    if not pooled or any(one.formula is not None for one in pooled):
        return ""
    if len({one.line for one in pooled}) == 1:
        return "one lineage"
    return "one basis" if len({one.basis for one in pooled}) == 1 else ""


def _is_late(case: Case, owner: Component | Quantity, estimate: Estimate) -> bool:
    """Whether a figure was published after the years that it covers; of an undated work that is not known."""
    year = case.sources[estimate.source].year
    return year.isdigit() and int(year) > (estimate.years or owner.years)[1]
