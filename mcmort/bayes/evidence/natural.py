"""What may be negative, such as net migration: on the natural scale, in a unit of its own; counts have logarithms.

A figure of what may be negative has no logarithm. Its value and error are taken in a unit that stands for the size of
its component, the root mean square of all figures of it. Biases and heterogeneities, which are relative for counts, are
relative to that size: a spread of 0.2 is a fifth of it. So everything after the conversion is as for counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from mcmort.bayes.evidence.datum import Datum, Latent, Side
from mcmort.bayes.evidence.error_groups import group_of
from mcmort.bayes.evidence.standard import Standard
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Claim, Component, Estimate, Figure
from mcmort.definitions import DefinitionTerms
from mcmort.elicit.figure_fit import fit_figure
from mcmort.errors import FitError

__all__ = ["WEAKEST_SIGNED", "claim_unit", "is_signed", "natural_datum", "natural_latent", "units_of"]

WEAKEST_SIGNED: Final = 4.0
"""Least standard deviation of the prior of what may be negative, in its size."""
_ENDS: Final = np.array([0.1586552539, 0.5, 0.8413447461])


def is_signed(case: Case, component: str) -> bool:
    """Return whether a component may be negative."""
    return case.head.support_of(case.components[component]) == "signed"


def units_of(standard: Standard, estimates: Iterable[tuple[Component, Estimate]]) -> dict[str, float]:
    """Return the size of each component with figures that may be negative, by its id.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    estimates : iterable of (Component, Estimate)
        All that are admitted.

    Returns
    -------
    dict of str to float
        Root mean square of the middles of its figures; at least the largest error, where these are zero.
    """
    sizes: dict[str, list[float]] = {}
    for component, estimate in estimates:
        if is_signed(standard.case, component.id):
            own = sizes.setdefault(component.id, [])
            if estimate.formula is not None:
                own.append(standard.middle_of(estimate.formula))
            else:
                own += _middle_and_error(standard.case, estimate)[: 2 if estimate.best == 0 else 1]
    return {name: _size(own) for name, own in sizes.items()}


def _size(values: Sequence[float]) -> float:
    size = math.sqrt(sum(value * value for value in values) / len(values))
    return size if size > 0.0 else 1.0


def claim_unit(case: Case, claim: Claim, resolved: DefinitionTerms) -> float:
    """Return the size of a claim about a sum in which anything may be negative; 0 of one about counts alone."""
    if not any(is_signed(case, term.component) for term in resolved.terms):
        return 0.0
    return _size(_middle_and_error(case, claim)[:1])


def natural_datum(
    case: Case, name: str, figure: Estimate | Claim, owner: Component | None, unit: float, factor: float
) -> Datum:  # fmt: skip
    """Return a figure of what may be negative as a datum, in a unit.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        Of the datum.
    figure : Estimate or Claim
        The figure.
    owner : Component or None
        What an estimate is about; None of a claim.
    unit : float
        From `units_of` or `claim_unit`.
    factor : float
        By which it is carried to the years of its component.

    Returns
    -------
    Datum

    Raises
    ------
    FitError
        If it cannot be modelled.
    """
    line = figure.line if isinstance(figure, Estimate) else figure.lineage or figure.source
    text, group = getattr(figure, "formula", None), group_of(case, owner, figure)
    if text is not None:
        if factor != 1.0:
            raise FitError("a formula of what may be negative is for the years of its component alone")
        return Datum(name, figure.basis, group, line, figure.source, formula=text, unit=unit)
    side: Side = "at-least" if figure.reading == "at-least" else "at-most" if figure.reading == "at-most" else "point"
    middle, error = (value * factor / unit for value in _middle_and_error(case, figure))
    return Datum(name, figure.basis, group, line, figure.source, side, middle, error, unit=unit)


def _middle_and_error(case: Case, figure: Figure) -> tuple[float, float]:
    """Return the middle of a figure and the standard error that its printed range stands for; none for a point."""
    if figure.is_one_sided or figure.reading == "point":
        value = {"at-least": figure.low, "at-most": figure.high}.get(figure.reading, figure.best)
        assert value is not None
        return value, 0.0
    low, middle, high = fit_figure(case, figure, "signed").distribution.ppf(_ENDS).tolist()
    return middle, (high - low) / 2.0


def natural_latent(standard: Standard, points: Sequence[Datum], name: str, unit: float) -> Latent:
    """Return the weak prior of a component that may be negative, normal and as wide as all that is cited of it."""
    ends = [datum.log_value + sign * datum.log_error for datum in points for sign in (-1, 1)]
    pool = standard.priors.components[name].all
    if pool is not None:
        ends += (pool.ppf(np.array([0.05, 0.95])) / unit).tolist()
    return Latent((min(ends) + max(ends)) / 2.0, max(WEAKEST_SIGNED, max(ends) - min(ends)), unit)
