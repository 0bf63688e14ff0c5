"""Priors that a case declares of single components, in place of the weak ones."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.evidence.datum import Latent
from mcmort.catalogue.records import Heterogeneity, Synthesis

__all__ = ["HalfDistribution", "declared_heterogeneities", "with_declared"]

type Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HalfDistribution:
    """A half-normal or half-Cauchy distribution: that of the absolute value of one about zero."""

    declared: Heterogeneity

    def ppf(self, u: Array) -> Array:
        """Return quantiles at probabilities `u`, shape ``(n,)``."""
        from scipy import stats

        law = stats.halfnorm if self.declared.family == "half-normal" else stats.halfcauchy
        return np.asarray(law.ppf(u, scale=self.declared.scale))


def declared_heterogeneities(synthesis: Synthesis, components: Collection[str]) -> dict[str, HalfDistribution]:
    """Return the heterogeneities that a case declares of components, by column."""
    return {
        f"heterogeneity:{name}": HalfDistribution(prior.heterogeneity)
        for name, prior in sorted(synthesis.prior.items())
        if prior.heterogeneity is not None and name in components
    }


def with_declared(synthesis: Synthesis, latents: Mapping[str, Latent]) -> dict[str, Latent]:
    """Return priors of components, the declared ones in place of the weak ones.

    Parameters
    ----------
    synthesis : Synthesis
        What the case declares.
    latents : mapping of str to Latent
        Weak priors of the components.

    Returns
    -------
    dict of str to Latent
    """
    chosen = dict(latents)
    for name, prior in synthesis.prior.items():
        if name not in latents:
            continue
        unit = latents[name].unit
        if prior.median is not None and prior.log_sd is not None:
            chosen[name] = Latent(math.log(prior.median), prior.log_sd)
        elif prior.mean is not None and prior.sd is not None and unit:
            chosen[name] = Latent(prior.mean / unit, prior.sd / unit, unit)
    return chosen
