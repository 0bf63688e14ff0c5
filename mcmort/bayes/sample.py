"""Draws from the posterior: the No-U-Turn sampler of nutpie, driven by the compiled density of the story.

nutpie runs the chains in threads and calls the density through its address, so neither Python nor a model compiler
stands between (Hoffman and Gelman 2014, JMLR 15; mass matrix as in Seyboldt, Carlson and Carpenter 2024).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.density import Density, density_address, identity_address
from mcmort.bayes.diagnose import CHAINS
from mcmort.bayes.tape import Program
from mcmort.errors import ConvergenceError

__all__ = ["CHAINS", "DRAWS", "TARGET_ACCEPT", "TUNE", "Chains", "Progress", "sample"]

type Progress = Callable[[int, int], None]

TUNE: Final = 600
DRAWS: Final = 1000
TARGET_ACCEPT: Final = 0.9
"""At 0.8 some seeds gave a few divergences, at 0.9 none."""


@dataclass(frozen=True)
class Chains:
    """What the sampler returns.

    Attributes
    ----------
    scores : ndarray, shape (n_chains, n_draws, n_parameters)
        Draws of the parameters.
    stats : dict of str to ndarray, shape (n_chains, n_draws)
        ``diverging``, ``energy``, ``n_steps``, ``logp``, ``step_size``.
    """

    scores: NDArray[np.float64]
    stats: dict[str, NDArray[Any]]


def sample(
    program: Program,
    seed: int,
    *,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
    cores: int | None = None,
    progress: Progress | None = None,
) -> Chains:
    """Draw from the density of a program.

    Parameters
    ----------
    program : Program
        The log density.
    seed : int
        The same seed gives the same draws on any number of cores.
    draws, tune, chains : int
        Draws that are kept and draws before them, of each chain.
    cores : int, optional
        Chains at a time; by default as many as there are processors.
    progress : callable, optional
        Called with the draws done and the draws asked for, from another thread.

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
    import nutpie
    from nutpie import _lib
    from nutpie.sample import CompiledModel

    density = Density(program)
    size = len(program.parameters)

    class Model(CompiledModel):  # type: ignore[misc]
        n_dim = size
        shapes: Any = {"score": (size,)}  # noqa: RUF012
        coords: Any = {}  # noqa: RUF012

        def _make_model(self, _mean: Any) -> Any:
            address, sizes = density.head.ctypes.data, {"parameter": size}
            return _lib.PyMcModel(
                _lib.LogpFunc(density_address(), address, density),
                _lib.ExpandFunc(size, size, identity_address(), address, density),
                _lib.PyVariable.new_variables(["score"], ["float64"], [[size]], sizes, {"score": ["parameter"]}),
                size, sizes, {}, _start(size), None,
            )  # fmt: skip

        def _make_sampler(
            self, settings: Any, mean: Any, cores: int, kind: Any, callback: Any, rate: Any, store: Any
        ) -> Any:
            return _lib.PySampler.from_pymc(settings, cores, self._make_model(mean), kind, callback, rate, store)

    def report(found: list[Any]) -> None:
        assert progress is not None
        progress(sum(one.finished_draws for one in found), (draws + tune) * chains)

    try:
        background = nutpie.sample(
            Model(dims={"score": ("parameter",)}),
            draws=draws, tune=tune, chains=chains, cores=cores or os.cpu_count() or 1, seed=seed,
            save_warmup=False, progress_bar=False, target_accept=TARGET_ACCEPT, blocking=False,
            progress_callback=None if progress is None else report, progress_rate=200,
        )  # fmt: skip
        tree = _wait(background)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]  # what follows is a trace of the library's own
        raise ConvergenceError(f"the sampler cannot go on: {reason}") from error
    stats = tree["sample_stats"]
    names = ("diverging", "energy", "n_steps", "logp", "step_size")
    return Chains(
        np.ascontiguousarray(tree["posterior"]["score"].to_numpy()),
        {name: np.ascontiguousarray(stats[name].to_numpy()) for name in names},
    )


def _start(size: int) -> Callable[[int], NDArray[np.float64]]:
    """Return what gives a chain its first point: near the middle of the priors, jittered by the chain's seed."""
    lock = threading.Lock()

    def start(seed: int) -> NDArray[np.float64]:
        with lock:
            return np.random.default_rng(seed).uniform(-0.5, 0.5, size)

    return start


def _wait(background: Any) -> Any:
    try:
        return background.wait()
    except BaseException:
        background.cancel()
        raise
