"""Draws from the prior, and replicates of the figures for prior and posterior predictive checks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mcmort.bayes.backends import ArrayBackend, PriorBackend
    from mcmort.bayes.evidence import Evidence

__all__ = ["draw_prior", "generator", "independent", "replicates"]

type Array = NDArray[np.float64]


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return a generator for one purpose, by its names: what is drawn for others does not change its numbers."""
    key = hashlib.sha256("/".join(names).encode()).digest()[:8]
    return np.random.default_rng([seed, int.from_bytes(key, "little")])


def draw_prior(evidence: Evidence, draws: int, seed: int) -> PriorBackend:
    """Evaluate the model over draws from the prior, ``draws`` of them."""
    from mcmort.bayes.backends import evaluate_prior

    return evaluate_prior(evidence, independent(evidence, draws, seed))


def independent(evidence: Evidence, draws: int, seed: int) -> Array:
    """Return standard normal scores, from which draws from the prior are made, shape ``(draws, n_parameters)``."""
    return np.stack([generator(seed, "prior", name).standard_normal(draws) for name in evidence.parameters], axis=1)


def replicates(evidence: Evidence, backend: ArrayBackend, seed: int, purpose: str) -> dict[str, Array]:
    """Draw replicates of the logarithm of each figure; of a one-sided claim, of the figure that it bounds.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    backend : ArrayBackend
        Over which the model was evaluated.
    seed : int
        Of the replicates.
    purpose : str
        Name of this set of replicates.

    Returns
    -------
    dict of str to ndarray, shape (n_draws,)
        Natural logarithms, by the name of the figure.
    """
    is_heavy = evidence.synthesis.tails == "heavy"
    drawn = {}
    for datum in evidence.data:
        rng = generator(seed, purpose, datum.name)
        error = rng.standard_t(4, backend.size) if is_heavy else rng.standard_normal(backend.size)
        drawn[datum.name] = backend.kept[f"expected:{datum.name}"] + backend.kept[f"scale:{datum.name}"] * error
    return drawn
