"""How chains are run, and what they return, whichever library runs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chains", "SamplerSettings"]

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class Chains:
    """What the sampler returns.

    Attributes
    ----------
    scores : ndarray, shape (n_chains, n_draws, n_parameters)
        Draws of the parameters.
    stats : dict of str to ndarray, shape (n_chains, n_draws)
        By name, such as ``energy``: what the sampler notes of each draw.
    """

    scores: Array
    stats: dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """How chains are run.

    Attributes
    ----------
    seed : int
        Of all chains together.
    draws, tune, chains : int
        Draws that are kept and draws before them, of each chain.
    target_accept : float
        Mean acceptance that steps are tuned to.
    cores : int
        Chains at a time.
    starts : ndarray, shape (n_chains, n_parameters), optional
        Where chains start, each of them at another point; by default near the middle of the priors.
    """

    seed: int
    draws: int
    tune: int
    chains: int
    target_accept: float
    cores: int
    starts: Array | None = None
