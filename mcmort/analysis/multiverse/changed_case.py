"""A case with other readings of its ranges, or other families of distributions."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from mcmort.analysis.multiverse.dials import coverage_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Estimate, Quantity
from mcmort.catalogue.vocabulary import Family

__all__ = ["changed_case"]


def changed_case(case: Case, reading: str = "case", family: str = "case") -> Case:
    """Return a case as it would be with another default reading and another default family.

    Parameters
    ----------
    case : Case
        The case.
    reading : str
        What a range holds whose source does not say it: a probability such as ``80%``, ``extremes``, or ``case``.
    family : str
        Family of counts that are printed as a range without a best figure, where the case names none; or ``case``.

    Returns
    -------
    Case
        The case itself where nothing changes, so that its stored priors serve.
    """
    coverage = coverage_of(reading)
    if coverage is not None and coverage != case.head.readings.range:
        readings = case.head.readings.model_copy(update={"range": coverage})
        case = replace(case, head=case.head.model_copy(update={"readings": readings}))
    if family != "case":
        case = replace(
            case,
            components={name: _with_family(case, each, family) for name, each in case.components.items()},
            quantities={name: _with_family(case, each, family) for name, each in case.quantities.items()},
        )
    return case


def _with_family[Owner: (Component, Quantity)](case: Case, owner: Owner, family: str) -> Owner:
    """Name a family in those estimates of a count that leave it open."""
    if case.head.support_of(owner) != "count":
        return owner
    estimates = tuple(
        estimate.model_copy(update={"family": cast(Family, family)}) if _is_open(estimate) else estimate
        for estimate in owner.estimate
    )
    return owner.model_copy(update={"estimate": estimates})


def _is_open(estimate: Estimate) -> bool:
    """Whether an estimate is a range with inner ends alone, whose family the case does not say."""
    has_ends = estimate.low is not None and estimate.high is not None
    return has_ends and estimate.best is None and estimate.family is None and estimate.reading != "extremes"
