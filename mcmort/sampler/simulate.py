"""Draws from the priors of a case, in blocks that any number of threads may make."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from importlib.metadata import version
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.draws import Draws, Manifest
from mcmort.elicit import elicit
from mcmort.errors import FormulaError, UsageError
from mcmort.sampler.compile import compile_priors
from mcmort.sampler.plan import Plan
from mcmort.sampler.scores import normal_scores, survival_table
from mcmort.sampler.stream import keys_of

__all__ = ["DEFAULT_DRAWS", "run_plan", "seed_of", "simulate"]

DEFAULT_DRAWS: Final = 100_000
_TASK: Final = 1 << 15
_BLOCK: Final = 1 << 9
"""Draws in a block: the registers of about a hundred instructions then fit the second-level cache."""

type Array = NDArray[np.float64]
type Progress = Callable[[int, int], None]


def seed_of(rng: int | np.random.Generator | None) -> int:
    """Return the seed that `rng` stands for; None asks the system for a fresh one."""
    if rng is None:
        return secrets.randbits(32)
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**63))
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise UsageError(f"the seed is {rng!r}; expected a whole number from 0 up, or a NumPy Generator")
    return int(rng)


def simulate(
    case: Case,
    n: int = DEFAULT_DRAWS,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: frozenset[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Draws:
    """Draw every uncertain input of a case from its prior.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    n : int
        Number of joint draws.
    rng : int or numpy.random.Generator, optional
        Seed, or a generator to take one from. The same seed gives the same bits for any number of threads.
    evidence : frozenset of str, optional
        Bases of evidence to admit, instead of those that the case admits.
    threads : int, optional
        By default as many as there are processors.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Returns
    -------
    Draws
        One column for each input, shape ``(n,)`` each.

    Raises
    ------
    UsageError
        If `n` or `threads` is not positive.
    CaseError
        If figures of the case cannot be fitted.
    FormulaError
        If a formula of the case is undefined on some draw.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=1_000, rng=1)
    >>> len(draws)
    1000
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise UsageError(f"the number of draws is {n!r}; expected a whole number from 1 up")
    seed = seed_of(rng)
    priors = elicit(case, evidence)
    compiled = compile_priors(priors)
    columns = run_plan(compiled.plan, seed, int(n), threads=threads, progress=progress)
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise FormulaError(f"{name} is undefined on {int((~np.isfinite(values)).sum()):,} of {n:,} draws")
    versions = {name: version(name) for name in ("mcmort", "numba", "numpy", "scipy")}
    manifest = Manifest("elicited", seed, int(n), priors.evidence, versions)
    return Draws(case, manifest, columns, compiled.standing)


def run_plan(
    plan: Plan,
    seed: int,
    n: int,
    *,
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    task: int = _TASK,
    block: int = _BLOCK,
) -> dict[str, Array]:
    """Run a plan with the compiled kernel.

    Parameters
    ----------
    plan : Plan
        The program.
    seed : int
        Seed of the run.
    n : int
        Number of draws.
    threads : int, optional
        Threads to use if no `executor` is given.
    executor : concurrent.futures.Executor, optional
        Runs the tasks; it must share memory with the caller.
    progress : callable, optional
        Called with the draws done and the draws asked for.
    task, block : int
        Draws in a task and in a block of the kernel; neither changes any result.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        The output columns, which share one array.
    """
    from mcmort.sampler.kernel import Program, Tables, run

    workers = (os.cpu_count() or 1) if threads is None else threads
    if workers < 1:
        raise UsageError(f"the number of threads is {threads}; expected 1 or more")
    everything = (*plan.tables, normal_scores())
    counts = np.array([len(table.lower) for table in everything], dtype=np.uint64)
    tables = Tables(
        knots=np.concatenate([side for table in everything for side in (table.lower, table.upper)]),
        starts=np.concatenate([[0], 2 * np.cumsum(counts)[:-1]]).astype(np.uint64),
        counts=counts,
        resolutions=np.array([table.resolution for table in everything], dtype=np.uint64),
        normal=len(plan.tables),
        scores=survival_table(),
    )
    program = Program(plan.op, plan.a, plan.b, plan.c, plan.x, keys_of(seed, plan.streams))
    kept = np.array(list(plan.outputs.values()), dtype=np.int64)
    out = np.empty((len(kept), n))

    def work(first: int) -> int:
        part = np.empty((len(kept), min(task, n - first)))
        run(program, tables, kept, first, np.empty((len(plan.op), block)), part)
        out[:, first : first + part.shape[1]] = part
        return part.shape[1]

    own = ThreadPoolExecutor(workers) if executor is None else None
    try:
        done = 0
        pool = executor or own
        assert pool is not None
        for count in pool.map(work, range(0, n, task)):
            done += count
            if progress is not None:
                progress(done, n)
    finally:
        if own is not None:
            own.shutdown(cancel_futures=True)
    return {name: out[index] for index, name in enumerate(plan.outputs)}
