"""Weak priors of components: about the middle of what is cited, and as wide as all of it or wider."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from mcmort.bayes.evidence.convert import Stated
from mcmort.bayes.evidence.datum import Datum, Latent
from mcmort.bayes.evidence.standard import Standard
from mcmort.errors import EvidenceError

__all__ = ["latent_of", "latents_of_sums"]

_WIDEST: Final = 2.0
"""Log standard deviation of a component that only sums speak of: a factor of fifty either way."""
_WEAKEST: Final = 1.0
"""Least log standard deviation of a component's own prior."""


def latent_of(standard: Standard, name: str, direct: Sequence[Datum]) -> Latent:
    """Return the weak prior of a component with figures of its own.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    name : str
        Id of the component.
    direct : sequence of Datum
        Figures of components.

    Returns
    -------
    Latent
        Its standard deviation is as wide as all that is cited of the component.

    Raises
    ------
    EvidenceError
        If nothing but formulas speaks of it.
    """
    points = [one for one in direct if one.component == name and one.is_plain]
    ends = [one.log_value + sign * one.log_error for one in points for sign in (-1, 1)]
    pool = standard.priors.components[name].all or standard.priors.components[name].registered
    if pool is not None:
        ends += np.log(np.maximum(pool.ppf(np.array([0.05, 0.95])), 1.0)).tolist()
    if not ends:
        raise EvidenceError(f"the figures of {name} are formulas without a range. Hint: give it a figure of its own")
    return Latent((min(ends) + max(ends)) / 2.0, max(_WEAKEST, max(ends) - min(ends)))


def latents_of_sums(standard: Standard, claims: Iterable[Stated], own: set[str]) -> dict[str, Latent]:
    """Return weak priors for components of which only claims about sums speak: an even part of the smallest sum.

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
    found: dict[str, Latent] = {}
    for one in claims:
        if one.datum.side == "point" and one.resolved.definition.measure == "all":
            part = Latent(one.datum.log_value - math.log(len(one.resolved.terms)), _WIDEST)
            for name in (term.component for term in one.resolved.terms):
                if name in own or standard.case.components[name].formula is not None:
                    continue
                if name not in found or part.log_median < found[name].log_median:
                    found[name] = part
    return found
