"""Weak priors of components: about the middle of what is cited, and as wide as all of it or wider."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np

from mcmort.bayes.evidence.convert import Stated
from mcmort.bayes.evidence.datum import Datum, Latent
from mcmort.bayes.evidence.error_groups import ErrorModel
from mcmort.bayes.evidence.natural import WEAKEST_SIGNED, is_signed, natural_latent
from mcmort.bayes.evidence.standard import Standard
from mcmort.catalogue.records import Balance
from mcmort.definitions import DefinitionTerms, of_balance, resolve
from mcmort.errors import EvidenceError

__all__ = ["WIDEST", "latent_of", "latents_of_balances", "latents_of_sums"]

WIDEST: Final = 2.0
"""Log standard deviation of a component that only claims about sums inform: a factor of fifty either way."""
_WEAKEST: Final = 1.0
"""Least log standard deviation of a component's own prior."""
_WIDER: Final = 4.0
"""Least log standard deviation of it, over the spread of any of its figures."""


def latent_of(standard: Standard, name: str, direct: Sequence[Datum], errors: ErrorModel) -> Latent:
    """Return the weak prior of a component with figures of its own.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    name : str
        Id of the component.
    direct : sequence of Datum
        Figures of components.
    errors : ErrorModel
        What is presupposed of their errors.

    Returns
    -------
    Latent
        Its standard deviation is as wide as all that is cited of the component, and several times its errors.

    Raises
    ------
    EvidenceError
        If it has no figures but formulas.
    """
    points = [datum for datum in direct if datum.component == name and datum.is_plain]
    if unit := next((datum.unit for datum in direct if datum.component == name), 0.0):
        return natural_latent(standard, points, name, unit)
    ends = [datum.log_value + sign * datum.log_error for datum in points for sign in (-1, 1)]
    pool = standard.priors.components[name].all or standard.priors.components[name].registered
    if pool is not None:
        ends += np.log(np.maximum(pool.ppf(np.array([0.05, 0.95])), 1.0)).tolist()
    if not ends:
        raise EvidenceError(f"the figures of {name} are formulas without a range. Hint: give it a figure of its own")
    spread = max((errors.groups[datum.group].spread for datum in points), default=0.0)
    return Latent((min(ends) + max(ends)) / 2.0, max(_WEAKEST, _WIDER * spread, max(ends) - min(ends)))


def latents_of_sums(standard: Standard, claims: Iterable[Stated], own: set[str]) -> dict[str, Latent]:
    """Return weak priors for components that only claims about sums inform: an even part of the smallest sum.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    claims : iterable of Stated
        Claims about sums.
    own : set of str
        Components with figures of their own.

    Returns
    -------
    dict of str to Latent
    """
    latents: dict[str, Latent] = {}
    for stated in claims:
        if stated.datum.side == "point" and stated.resolved.definition.measure == "all":
            datum = stated.datum
            log_sum = math.log(max(abs(datum.log_value) * datum.unit, 1.0)) if datum.unit else datum.log_value
            _take_parts(latents, standard, stated.resolved, own, log_sum)
    return latents


def latents_of_balances(
    standard: Standard, balances: Iterable[Balance], known: Collection[str]
) -> dict[str, Latent]:  # fmt: skip
    """Return weak priors for components that nothing but a balance informs: an even part of the smallest balance.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    balances : iterable of Balance
        Those that are data.
    known : collection of str
        Components of which other evidence speaks.

    Returns
    -------
    dict of str to Latent
    """
    latents: dict[str, Latent] = {}
    for balance in balances:
        resolved = resolve(standard.case, of_balance(balance))
        size = max(abs(standard.middle_of(balance.formula)), balance.error)
        _take_parts(latents, standard, resolved, known, math.log(max(size, 1.0)))
    return latents


def _take_parts(
    latents: dict[str, Latent], standard: Standard, resolved: DefinitionTerms, known: Collection[str], log_sum: float
) -> None:  # fmt: skip
    """Give components of a sum that nothing else informs an even part of it, unless they have a smaller one."""
    part = log_sum - math.log(len(resolved.terms))
    for name in (term.component for term in resolved.terms):
        if name in known or standard.case.components[name].formula is not None:
            continue
        even = (
            Latent(0.0, WEAKEST_SIGNED, math.exp(log_sum)) if is_signed(standard.case, name) else Latent(part, WIDEST)
        )
        if name not in latents or (even.unit, even.log_median) < (latents[name].unit, latents[name].log_median):
            latents[name] = even
