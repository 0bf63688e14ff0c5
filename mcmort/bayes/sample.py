"""Draws from the posterior: the No-U-Turn sampler of nutpie, driven by the compiled density of the story.

nutpie runs the chains in threads and calls the density through its address, so neither Python nor a model compiler
stands between (Hoffman and Gelman 2014, JMLR 15; mass matrix as in Seyboldt, Carlson and Carpenter 2024).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import Density, density_address, identity_address
from mcmort.bayes.autodiff.tape import Program
from mcmort.bayes.diagnostics import CHAINS
from mcmort.errors import ConvergenceError

__all__ = ["CHAINS", "DRAWS", "TARGET_ACCEPT", "TUNE", "Chains", "Progress", "sample"]

type Progress = Callable[[int, int], None]

TUNE: Final = 400
DRAWS: Final = 1000
TARGET_ACCEPT: Final = 0.8
"""Mean acceptance that steps are tuned to; `mcmort.bayes.inference` asks for more where transitions diverge."""
_RATE: Final = 200
"""Milliseconds between reports of progress."""
_LOADING: Final = threading.Lock()


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
    target_accept: float = TARGET_ACCEPT,
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
    target_accept : float
        Mean acceptance that steps are tuned to: shorter steps follow sharper bends.
    cores : int, optional
        Chains at a time; by default as many as there are processors.
    progress : callable, optional
        Called with the draws done and the draws asked for, from another thread; what it raises is raised here.

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
    core, density, size = _core(), Density(program), len(program.parameters)
    address, sizes = density.head.ctypes.data, {"parameter": size}
    model = core.PyMcModel(
        core.LogpFunc(density_address(), address, density),
        core.ExpandFunc(size, size, identity_address(), address, density),
        core.PyVariable.new_variables(["score"], ["float64"], [[size]], sizes, {"score": ["parameter"]}),
        size, sizes, {}, _start(size), None,
    )  # fmt: skip
    settings = core.PyNutsSettings.Diag(seed)
    settings.update({"num_draws": draws, "num_tune": tune, "num_chains": chains, "target_accept": target_accept})
    failed: list[BaseException] = []

    def report(found: list[Any]) -> None:
        assert progress is not None
        try:
            progress(sum(one.finished_draws for one in found), (draws + tune) * chains)
        except BaseException as error:  # the sampler's thread would swallow it
            failed.append(error)

    running = core.PySampler.from_pymc(
        settings, cores or os.cpu_count() or 1, model, core.ProgressType.none(),
        None if progress is None else report, _RATE, core.PyStorage.arrow(),
    )  # fmt: skip
    try:
        _wait(running, failed)
        positions, stats = running.take_results().get_arrow_trace()
    except RuntimeError as error:
        if failed:
            raise
        reason = str(error).partition("\n")[0]  # what follows is a trace of the library's own
        raise ConvergenceError(f"the sampler cannot go on: {reason}") from error
    names = ("diverging", "energy", "n_steps", "logp", "step_size")
    return Chains(
        np.stack([_column(one, "score", tune).reshape(draws, size) for one in positions]),
        {name: np.stack([_column(one, name, tune) for one in stats]) for name in names},
    )


def _core() -> Any:
    """Return the compiled part of nutpie.

    Its Python part, which drives the same calls, loads all of ArviZ and Matplotlib: longer than it takes to sample.
    """
    name = "nutpie._lib"
    with _LOADING:
        if name not in sys.modules:
            package = find_spec("nutpie")
            spec = PathFinder.find_spec(name, None if package is None else package.submodule_search_locations)
            if spec is None or spec.loader is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[name] = module
    return sys.modules[name]


def _column(batch: Any, name: str, tune: int) -> NDArray[Any]:
    """Return a column of a chain, without the draws before those that are kept."""
    import pyarrow as pa

    column = pa.array(batch.column(name)).slice(tune)
    if hasattr(column, "flatten"):
        column = column.flatten()
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _start(size: int) -> Callable[[int], NDArray[np.float64]]:
    """Return what gives a chain its first point: near the middle of the priors or a register, jittered by its seed."""
    lock = threading.Lock()

    def start(seed: int) -> NDArray[np.float64]:
        with lock:
            return np.random.default_rng(seed).uniform(-0.5, 0.5, size)

    return start


def _wait(running: Any, failed: list[BaseException]) -> None:
    """Wait for the sampler, and stop it if anything goes wrong here."""
    try:
        while not _is_over(running, failed):
            pass
    except BaseException:
        running.abort()
        raise


def _is_over(running: Any, failed: list[BaseException]) -> bool:
    """Wait a little, and return whether the sampler is through."""
    is_over = True
    try:
        running.wait(_RATE / 1000.0)
    except TimeoutError:
        is_over = False
    if failed:
        raise failed[0]
    return is_over
