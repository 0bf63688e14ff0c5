"""The only file that depends on what nutpie keeps private: its compiled part, or its public interface if that fails.

`sample_compiled` drives `nutpie._lib`, which is private. It takes the density as an address, so that chains run in
threads without Python, and it loads in a few milliseconds; the public interface takes a Python function, which one
thread runs at a time, and loads all of ArviZ and Matplotlib. A release of nutpie may change what is private:
`missing_from` compares it with what is used here, and `sample_public` takes its place. Both draw from the same
density with the same settings.
"""

from __future__ import annotations

import inspect
import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any, Final, Protocol
from weakref import WeakSet, ref

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import Density, FiniteDensity, density_address, identity_address
from mcmort.bayes.chain_settings import Chains, SamplerSettings
from mcmort.bayes.chain_start import ChainStart, chain_start
from mcmort.cache.folder import version_of
from mcmort.errors import ConvergenceError

__all__ = [
    "SIGNATURES",
    "STATISTICS",
    "Chains",
    "Relay",
    "SamplerSettings",
    "checked_part",
    "compiled_part",
    "finished",
    "missing_from",
    "run_from_starts",
    "sample_chains",
    "sample_compiled",
    "sample_public",
    "start_public",
]

type Array = NDArray[np.float64]
type Report = Callable[[int], None]
type _Run = Callable[[SamplerSettings, Relay | None, ChainStart], Chains]

SIGNATURES: Final[dict[str, tuple[str, ...]]] = {
    "LogpFunc": ("ptr", "user_data_ptr", "keep_alive"),
    "ExpandFunc": ("dim", "expanded_dim", "ptr", "user_data_ptr", "keep_alive"),
    "PyVariable.new_variables": ("names", "item_types", "shapes", "dim_sizes", "dims"),
    "PyMcModel": ("density", "expand", "variables", "dim", "dim_sizes", "coords", "init_func", "transform_adapter"),
    "PyNutsSettings.Diag": ("seed",),
    "PyNutsSettings.update": ("self", "kwargs"),
    "ProgressType.none": (),
    "PyStorage.arrow": (),
    "PySampler.from_pymc": (
        "settings", "cores", "model", "progress_type", "extra_callback", "extra_callback_rate", "store",
    ),
    "PySampler.wait": ("self", "timeout_seconds"),
    "PySampler.abort": ("self",),
    "PySampler.take_results": ("self",),
    "PyTrace.get_arrow_trace": ("self",),
}  # fmt: skip
"""What is used of the private part, with the names of the arguments."""
STATISTICS: Final = ("diverging", "energy", "n_steps", "logp", "step_size")
"""What is kept of the sampler's own record of each draw."""
_VARIABLE: Final = "score"
_SHORTEST_TUNING: Final = 2
"""Draws before the first, of a run that only asks for starting points."""
_INTERVAL: Final = 200
"""Milliseconds between reports of progress."""
_LONGEST_WAIT: Final = 5.0
"""Seconds to wait for chains that were stopped."""
_LOADING: Final = threading.Lock()
_LOG: Final = logging.getLogger("mcmort")


class _Running(Protocol):
    """Chains at work in threads of the sampler."""

    def wait(self, seconds: float) -> None:
        """Wait until all chains are done, or raise TimeoutError after so many seconds."""

    def stop(self) -> None:
        """Stop all chains."""

    def result(self) -> Chains:
        """Return what they drew."""


def sample_chains(density: Density, settings: SamplerSettings, report: Report | None = None) -> Chains:
    """Draw by the compiled part of nutpie, or by its public interface if that part is not as expected.

    Parameters
    ----------
    density : Density
        The log density.
    settings : SamplerSettings
        How chains are run.
    report : callable, optional
        Called with the draws that all chains have done, from another thread; what it raises is raised here.

    Returns
    -------
    Chains

    Raises
    ------
    ConvergenceError
        If the sampler cannot start.
    """
    core = checked_part()
    if core is None:
        return sample_public(density, settings, report)
    return sample_compiled(core, density, settings, report)


@cache
def checked_part() -> Any:
    """Return the compiled part of nutpie; None, and one line to the log, if it is not as expected."""
    core = compiled_part()
    missing = ["nutpie._lib"] if core is None else missing_from(core)
    if not missing:
        return core
    _LOG.warning(
        "nutpie %s has no %s as mcmort uses it: sampling goes through its public interface, which is slower",
        version_of("nutpie"),
        ", ".join(missing),
    )
    return None


def compiled_part() -> Any:
    """Return the compiled part of nutpie without its Python part; None if there is no such module.

    Its Python part loads all of ArviZ and Matplotlib: longer than it takes to sample.
    """
    name = "nutpie._lib"
    with _LOADING:
        if name not in sys.modules:
            package = find_spec("nutpie")
            spec = PathFinder.find_spec(name, None if package is None else package.submodule_search_locations)
            if spec is None or spec.loader is None:
                return None
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[name] = module
    return sys.modules[name]


def missing_from(core: Any) -> list[str]:
    """Return the names of `SIGNATURES` that a compiled part lacks, or that take other arguments there."""
    return [name for name, expected in SIGNATURES.items() if _arguments(core, name) != expected]


def _arguments(core: Any, name: str) -> tuple[str, ...] | None:
    """Return the names of the arguments of a callable; None if there is none of that name."""
    callable_: Any = core
    for part in name.split("."):
        callable_ = getattr(callable_, part, None)
    try:
        return tuple(inspect.signature(callable_).parameters)
    except (TypeError, ValueError):
        return None


def sample_compiled(core: Any, density: Density, settings: SamplerSettings, report: Report | None = None) -> Chains:
    """Draw by the compiled part of nutpie, `core`, which calls the density through its address.

    The other parameters are those of `sample_chains`.
    """

    def run(settings: SamplerSettings, relay: Relay | None, start: ChainStart) -> Chains:
        return finished(_CompiledRun(core, density, settings, relay, start), relay)

    return run_from_starts(run, density.size, settings, report)


def sample_public(density: Density, settings: SamplerSettings, report: Report | None = None) -> Chains:
    """Draw by the public interface of nutpie, which calls the density as a Python function.

    The parameters are those of `sample_chains`.
    """

    def run(settings: SamplerSettings, relay: Relay | None, start: ChainStart) -> Chains:
        return finished(_public_run(density, settings, relay, start), relay)

    return run_from_starts(run, density.size, settings, report)


def _public_run(
    density: Density, settings: SamplerSettings, relay: Relay | None, start: ChainStart
) -> _PublicRun:  # fmt: skip
    """Start chains by the public interface of nutpie."""
    from nutpie.compiled_pyfunc import from_pyfunc

    size = density.size
    chains = WeakSet[FiniteDensity]()

    def log_density() -> FiniteDensity:
        chain = FiniteDensity(density)
        chains.add(chain)
        return chain

    model = from_pyfunc(
        size, log_density, lambda *_seeds: lambda point: {_VARIABLE: np.array(point)},
        [np.dtype("float64")], [(size,)], [_VARIABLE], make_initial_point_fn=start,
    )  # fmt: skip
    return start_public(model, (_VARIABLE,), settings, relay, lambda: not chains)


def start_public(
    model: Any, names: Sequence[str], settings: SamplerSettings, relay: Relay | None, is_stopped: Callable[[], bool]
) -> _PublicRun:  # fmt: skip
    """Start chains of a compiled model, whose vectors of these names are the parameters."""
    import nutpie

    sampler = nutpie.sample(
        model, seed=settings.seed, cores=settings.cores, draws=settings.draws, tune=settings.tune,
        chains=settings.chains, target_accept=settings.target_accept, save_warmup=False, blocking=False,
        progress_bar=False, progress_callback=relay, progress_rate=_INTERVAL,
    )  # fmt: skip
    return _PublicRun(sampler, names, is_stopped)


def run_from_starts(run: _Run, size: int, settings: SamplerSettings, report: Report | None) -> Chains:
    """Run chains, each from its own starting point; a first run, as short as can be, says which chain is which."""
    as_short = replace(settings, draws=settings.chains, tune=_SHORTEST_TUNING)  # ArviZ warns of fewer draws than chains
    start = chain_start(size, settings.starts, lambda trial: run(as_short, None, trial))
    return run(settings, None if report is None else Relay(report), start)


class Relay:
    """Passes progress on, and keeps what that raises: the sampler's thread would swallow it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.errors: list[BaseException] = []

    def __call__(self, chains: list[Any]) -> None:
        """Report what all chains have done."""
        try:
            self.report(sum(chain.finished_draws for chain in chains))
        except BaseException as error:
            self.errors.append(error)

    def raise_error(self) -> None:
        """Raise the first error, if there is one."""
        if self.errors:
            raise self.errors[0]


class _CompiledRun:
    """Chains at work in the compiled part of nutpie."""

    def __init__(
        self, core: Any, density: Density, settings: SamplerSettings, relay: Relay | None, start: ChainStart
    ) -> None:  # fmt: skip
        self.settings, self.size = settings, density.size
        size, address, sizes = density.size, density.head.ctypes.data, {"parameter": density.size}
        model = core.PyMcModel(
            core.LogpFunc(density_address(), address, density),
            core.ExpandFunc(size, size, identity_address(), address, density),
            core.PyVariable.new_variables([_VARIABLE], ["float64"], [[size]], sizes, {_VARIABLE: ["parameter"]}),
            size, sizes, {}, start, None,
        )  # fmt: skip
        options = core.PyNutsSettings.Diag(settings.seed)
        options.update(
            {"num_draws": settings.draws, "num_tune": settings.tune, "num_chains": settings.chains,
             "target_accept": settings.target_accept}
        )  # fmt: skip
        self.sampler = core.PySampler.from_pymc(
            options, settings.cores, model, core.ProgressType.none(), relay, _INTERVAL, core.PyStorage.arrow()
        )
        self.start = ref(start)

    def wait(self, seconds: float) -> None:
        self.sampler.wait(seconds)

    def stop(self) -> None:
        """Stop all chains, and wait until their threads let go of the model."""
        _stop(self.sampler.abort, lambda: self.start() is None)

    def result(self) -> Chains:
        """Return the draws: of each chain a batch of Arrow, a row for each draw, tuning included."""
        positions, statistics = self.sampler.take_results().get_arrow_trace()
        shape = (self.settings.draws, self.size)
        return Chains(
            np.stack([self._column(batch, _VARIABLE).reshape(shape) for batch in positions]),
            {name: np.stack([self._column(batch, name) for batch in statistics]) for name in STATISTICS},
        )

    def _column(self, batch: Any, name: str) -> NDArray[Any]:
        """Return a column of a chain, without the draws of its tuning."""
        import pyarrow as pa

        column = pa.array(batch.column(name)).slice(self.settings.tune)
        if hasattr(column, "flatten"):
            column = column.flatten()
        return np.asarray(column.to_numpy(zero_copy_only=False))


class _PublicRun:
    """Chains at work behind the public interface of nutpie."""

    def __init__(self, sampler: Any, names: Sequence[str], is_stopped: Callable[[], bool]) -> None:
        self.sampler, self.names, self.is_stopped = sampler, names, is_stopped
        self.tree: Any = None

    def wait(self, seconds: float) -> None:
        self.tree = self.sampler.wait(timeout=seconds)

    def stop(self) -> None:
        """Stop all chains, and wait until they let go of what they draw from."""
        _stop(self.sampler.cancel, self.is_stopped)

    def result(self) -> Chains:
        """Return the draws: a tree of arrays by chain and draw."""
        statistics = self.tree["sample_stats"]
        return Chains(
            np.concatenate([self.tree["posterior"][name].to_numpy() for name in self.names], axis=2),
            {name: np.ascontiguousarray(statistics[name].to_numpy()) for name in STATISTICS},
        )


def finished(run: _Running, relay: Relay | None) -> Chains:
    """Wait for the sampler, stop it if anything goes wrong, and return its draws."""
    try:
        while not _is_finished(run, relay):
            pass
        return run.result()
    except BaseException as error:
        run.stop()
        if not isinstance(error, RuntimeError) or (relay is not None and relay.errors):
            raise
        reason = str(error).partition("\n")[0]  # what follows is a trace of the library's own
        raise ConvergenceError(f"the sampler cannot go on: {reason}") from error


def _stop(stop: Callable[[], None], is_stopped: Callable[[], bool]) -> None:
    """Stop chains, and wait for their threads: one that called Python while the process ends would crash it.

    Each call of the library also releases the Python objects that its threads gave up since the last.
    """
    deadline = time.monotonic() + _LONGEST_WAIT
    stop()
    while not is_stopped() and time.monotonic() < deadline:
        time.sleep(0.01)
        stop()


def _is_finished(run: _Running, relay: Relay | None) -> bool:
    """Wait for one interval, and return whether all chains are done."""
    is_finished = True
    try:
        run.wait(_INTERVAL / 1000.0)
    except TimeoutError:
        is_finished = False
    if relay is not None:
        relay.raise_error()
    return is_finished
