"""Draws from the posterior by the No-U-Turn sampler of nutpie, which runs the compiled density of the model.

nutpie runs the chains in threads and calls the density through its address, so neither Python nor a model compiler
stands between (Hoffman and Gelman 2014, JMLR 15; mass matrix as in Seyboldt, Carlson and Carpenter 2024).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.autodiff.tape import TapeProgram
from mcmort.bayes.diagnostics import CHAINS, DRAWS
from mcmort.bayes.nutpie_adapter import Chains, SamplerSettings, sample_chains
from mcmort.bayes.predictive import generator

if TYPE_CHECKING:
    from mcmort.bayes.pymc_chains import PymcChains

__all__ = ["CHAINS", "DRAWS", "TARGET_ACCEPT", "TUNE", "Chains", "Progress", "sample", "sample_briefly"]

type Array = NDArray[np.float64]
type Progress = Callable[[int, int], None]

TUNE: Final = 400
SHORT_TUNE: Final = 150
SHORT_DRAWS: Final = 50
"""Of the chains that look for modes."""
TARGET_ACCEPT: Final = 0.8
"""Mean acceptance that steps are tuned to; `mcmort.bayes.inference` asks for more where transitions diverge."""


def sample(
    program: TapeProgram | PymcChains,
    seed: int,
    *,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
    target_accept: float = TARGET_ACCEPT,
    cores: int | None = None,
    progress: Progress | None = None,
    starts: Array | None = None,
) -> Chains:
    """Draw from the density of a program.

    Parameters
    ----------
    program : TapeProgram or PymcChains
        The log density.
    seed : int
        The same seed gives the same draws on any number of cores.
    draws, tune, chains : int
        Draws that are kept and draws before them, of each chain.
    target_accept : float
        Mean acceptance that steps are tuned to: shorter steps follow sharper bends.
    cores : int, optional
        Chains at a time; by default as many as there are processors.
    progress : callable, optional
        Called with the draws done and the draws asked for, from another thread; what it raises is raised here.
    starts : ndarray, shape (chains, n_parameters), optional
        Where chains start; by default near the middle of the priors.

    Returns
    -------
    Chains

    Raises
    ------
    ConvergenceError
        If the sampler cannot start.
    KeyboardInterrupt
        If it is interrupted; nothing is left behind.
    """
    if progress is None:
        report = None
    else:

        def report(done: int) -> None:
            progress(done, (draws + tune) * chains)

    settings = SamplerSettings(seed, draws, tune, chains, target_accept, cores or os.cpu_count() or 1, starts)
    if isinstance(program, TapeProgram):
        return sample_chains(Density(program), settings, report)
    return program.sample(settings, report)


def sample_briefly(
    program: TapeProgram | PymcChains,
    starts: Array,
    seed: int,
    *,
    cores: int | None = None,
    progress: Progress | None = None,
) -> Chains:
    """Draw short chains that show whether they come to the same place; the parameters are those of `sample`."""
    own_seed = int(generator(seed, "search").integers(2**63))  # else they draw what the chains after them draw
    return sample(
        program, own_seed, draws=SHORT_DRAWS, tune=SHORT_TUNE, chains=len(starts), cores=cores, progress=progress,
        starts=starts,
    )  # fmt: skip
