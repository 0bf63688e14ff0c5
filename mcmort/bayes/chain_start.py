"""The first points of chains: nutpie asks for one with a seed, in any order, and each chain has to get its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["ChainStart", "chain_start"]

type Array = NDArray[np.float64]


class ChainStart:
    """Gives a chain its first point by the seed that nutpie gives it, and notes the seeds.

    Attributes
    ----------
    points : dict of int to ndarray
        By seed; the point of any other is near the middle of the priors or a register, jittered by the seed.
    seeds : set of int
        Of the chains that asked.
    """

    def __init__(self, size: int, points: Mapping[int, Array] | None = None) -> None:
        self.size, self.lock = size, threading.Lock()
        self.points, self.seeds = points or {}, set[int]()

    def __call__(self, seed: int) -> Array:
        """Return the first point of a chain, shape ``(size,)``."""
        with self.lock:
            self.seeds.add(seed)
            if seed in self.points:
                return self.points[seed]
            return np.random.default_rng(seed).uniform(-0.5, 0.5, self.size)


def chain_start(size: int, starts: Array | None, run: Callable[[ChainStart], object]) -> ChainStart:
    """Return what gives each chain a starting point of its own, whichever thread asks first.

    nutpie distinguishes chains by their seeds alone, which follows from that of all: a first run says which seeds
    there are, and their order is that of the points.

    Parameters
    ----------
    size : int
        Number of parameters.
    starts : ndarray, shape (n_chains, size), optional
        Where chains start; by default near the middle of the priors.
    run : callable
        Runs the chains, as short as can be, with what gives them their first points.

    Returns
    -------
    ChainStart
    """
    if starts is None:
        return ChainStart(size)
    trial = ChainStart(size)
    run(trial)
    return ChainStart(size, dict(zip(sorted(trial.seeds), starts, strict=False)))
