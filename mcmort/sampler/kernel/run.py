"""Runs plans: blocks of draws in tasks, tasks in threads; columns are kept, or only counted.

No result depends on the number of threads, or on the size of a task or a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcmort.results import Method
from mcmort.results.histogram import Figure, Histogram, HistogramEstimate, figures_of, merge
from mcmort.sampler.kernel.register_allocation import Assembly, assemble
from mcmort.sampler.kernel.thread_pool import hands, in_order
from mcmort.sampler.kernel.workspace import BLOCK, Machine
from mcmort.sampler.program.plan import Plan
from mcmort.sampler.random.streams import Points, net, plain, streams_of

__all__ = ["REPLICATES", "Progress", "draws_within", "histogram_plan", "net_size", "run_plan"]

REPLICATES: Final = 8
"""Randomisations of a net, from which Monte Carlo errors are estimated."""
_TASK: Final = 1 << 15
_SMALLEST_TASK: Final = 1 << 13
_LARGEST_TASK: Final = 1 << 20
_LITTLE: Final = 1 << 20
"""Draws times instructions that take the caller a millisecond: to share them out takes as much as it saves."""

type Array = NDArray[np.float64]
type Progress = Callable[[int, int], None]


def run_plan(
    plan: Plan,
    seed: int,
    n: int,
    *,
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    task: int = _TASK,
    block: int = BLOCK,
) -> dict[str, Array]:
    """Run a plan and keep its columns.

    Parameters
    ----------
    plan : Plan
        The program.
    seed : int
        Seed of the run.
    n : int
        Number of independent draws.
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
    machine = Machine(assemble(plan, list(plan.outputs)), block)
    count = _hands(threads, executor, n, machine.assembly)
    program = machine.program(plain(seed, streams_of(machine.assembly.streams)))
    out = np.empty((len(plan.outputs), n))

    def work(first: int) -> int:
        part = np.empty((len(out), min(task, n - first)))
        machine.keep(program, first, part)
        out[:, first : first + part.shape[1]] = part
        return part.shape[1]

    done = 0
    with closing(in_order(work, range(0, n, task), count, executor)) as finished:
        for draws in finished:
            done += draws
            if progress is not None:
                progress(done, n)
    return {name: out[index] for index, name in enumerate(plan.outputs)}


def histogram_plan(
    plan: Plan,
    seed: int,
    n: int,
    *,
    method: Method = "plain",
    outputs: Sequence[str] | None = None,
    figures: Mapping[str, Sequence[Figure]] | None = None,
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    task: int | None = None,
    block: int = BLOCK,
) -> dict[str, HistogramEstimate]:
    """Run a plan and count its columns, in memory that does not grow with the number of draws.

    Parameters
    ----------
    plan : Plan
        The program.
    seed : int
        Seed of the run.
    n : int
        Number of draws; with nets it is rounded up to `REPLICATES` times a power of two.
    method : {"plain", "quasi"}
        Independent draws, or randomly scrambled Sobol' nets.
    outputs : sequence of str, optional
        Columns to count; by default all.
    figures : mapping of str to sequence of Figure, optional
        For each output the figures that are wanted of each net, since their Monte Carlo error is estimated from
        the spread.
    threads, executor, progress, task, block
        As for `run_plan`.

    Returns
    -------
    dict of str to HistogramEstimate
    """
    names = list(plan.outputs if outputs is None else outputs)
    wanted = [tuple((figures or {}).get(name, ())) for name in names]
    machine = Machine(_assembled(plan, tuple(names)), block)
    is_quasi = method == "quasi"
    size = net_size(n) if is_quasi else n
    programs = [machine.program(points) for points in _points_of(plan, seed, size, is_quasi=is_quasi)]
    draws = len(programs) * size
    together = _hands(threads, executor, draws, machine.assembly)
    spans = _net_spans(size, block, task) if is_quasi else _plain_spans(size, block, task, together)

    def work(span: _Span) -> tuple[_Span, list[Histogram]]:
        # independent draws stay in the counts of the thread; those of a net are taken, for the figures of each
        tallies = machine.count(programs[span.replicate], span.first, span.last - span.first, is_taken=is_quasi)
        return span, tallies

    done, replicates = 0, _Replicates(wanted)
    with closing(in_order(work, spans, together, executor)) as finished:
        for span, tallies in finished:
            if is_quasi:
                replicates.add(tallies, is_complete=span.last == size)
            done += span.last - span.first
            if progress is not None:
                progress(done, draws)
    left = machine.gathered()
    rows = zip(names, wanted, replicates.wholes if is_quasi else left, replicates.rows, strict=True)
    return {name: HistogramEstimate(whole, own, np.array(row), not is_quasi) for name, own, whole, row in rows}


def _points_of(plan: Plan, seed: int, size: int, *, is_quasi: bool) -> list[Points]:
    """Return the points of each replicate: of `REPLICATES` nets, or of one set of independent draws."""
    streams = streams_of(plan.streams)  # also those that no output needs: a dimension rests on the plan alone
    if is_quasi:
        return [net(seed, streams, size, replicate) for replicate in range(REPLICATES)]
    return [plain(seed, streams)]


class _Span(NamedTuple):
    """A task: the draws of one replicate from `first` up to `last`."""

    replicate: int
    first: int
    last: int


def _net_spans(size: int, block: int, task: int | None) -> Iterator[_Span]:
    """Yield the tasks of nets: as few as two for each, since to take the counts of a task takes time."""
    step = _task_of(size // 2, block) if task is None else min(task, _LARGEST_TASK)
    for replicate in range(REPLICATES):
        for first in range(0, size, step):
            yield _Span(replicate, first, min(first + step, size))


def _plain_spans(size: int, block: int, task: int | None, together: int) -> Iterator[_Span]:
    """Yield the tasks of independent draws, smaller and smaller, so that all threads end at about the same time."""
    first = 0
    while first < size:
        step = _task_of((size - first) // (2 * together), block) if task is None else min(task, _LARGEST_TASK)
        yield _Span(0, first, min(first + step, size))
        first += step


class _Replicates:
    """Merges the tallies of tasks to those of replicates, and these to the whole; keeps figures of each replicate."""

    def __init__(self, wanted: Sequence[Sequence[Figure]]) -> None:
        self.wholes: list[Histogram] = []
        self.rows: list[list[Array]] = [[] for _ in wanted]
        self._wanted = wanted
        self._parts: list[Histogram] = []

    def add(self, tallies: list[Histogram], *, is_complete: bool) -> None:
        """Add the tallies of a task, with which its replicate may be complete."""
        self._parts = _added(self._parts, tallies)
        if not is_complete:
            return
        for figures, tally, row in zip(self._wanted, self._parts, self.rows, strict=True):
            if not tally.undefined:
                row.append(figures_of(tally, figures))
        self.wholes, self._parts = _added(self.wholes, self._parts), []


def _task_of(share: int, block: int) -> int:
    """Return the draws of a task of about so many: whole blocks, and neither too few nor too many."""
    return min(max(-(-share // block) * block, _SMALLEST_TASK), _LARGEST_TASK)


@lru_cache(maxsize=8)
def _assembled(plan: Plan, outputs: tuple[str, ...]) -> Assembly:
    """Assemble a plan, or return what was made of it before: a quarter of the time of 10,000 draws."""
    return assemble(plan, outputs)


def _added(old: list[Histogram], new: list[Histogram]) -> list[Histogram]:
    return [merge(pair) for pair in zip(old, new, strict=True)] if old and new else old or new


def net_size(n: int) -> int:
    """Return the points of each randomisation that make at least `n` draws together."""
    return 1 << max(0, -(-n // REPLICATES) - 1).bit_length()


def draws_within(most: int) -> int:
    """Return the largest number of draws, up to a most of at least `REPLICATES`, that nets make together."""
    return REPLICATES << ((most // REPLICATES).bit_length() - 1)


def _hands(threads: int | None, executor: Executor | None, draws: int, assembly: Assembly) -> int:
    """Return how many work together on so many draws: the caller alone, if they are few."""
    count = hands(threads, executor)
    return count if executor is not None or draws * len(assembly.op) > _LITTLE else 1
