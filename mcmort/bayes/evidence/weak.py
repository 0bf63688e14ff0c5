"""Weak priors of components: about the middle of what is cited, and as wide as all of it or wider."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from mcmort.bayes.evidence.convert import Stated
from mcmort.bayes.evidence.datum import Datum, Latent
from mcmort.bayes.evidence.error_groups import ErrorModel
from mcmort.bayes.evidence.standard import Standard
from mcmort.errors import EvidenceError

__all__ = ["WIDEST", "latent_of", "latents_of_sums"]

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
            part = Latent(stated.datum.log_value - math.log(len(stated.resolved.terms)), WIDEST)
            for name in (term.component for term in stated.resolved.terms):
                if name in own or standard.case.components[name].formula is not None:
                    continue
                if name not in latents or part.log_median < latents[name].log_median:
                    latents[name] = part
    return latents
