"""Runs plans: draws in blocks, blocks in tasks, tasks in threads; columns are kept, or only counted in histograms.

No result depends on the number of threads, or on the size of a task or a block.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcmort.results import Method
from mcmort.results.histogram import Histogram, merge, mirrored
from mcmort.results.histogram_estimate import HistogramEstimate, Statistic, statistics_of
from mcmort.sampler.kernel.register_allocation import AllocatedPlan, allocate_registers
from mcmort.sampler.kernel.thread_pool import run_in_order, worker_count
from mcmort.sampler.kernel.workspace import BLOCK, KernelRunner
from mcmort.sampler.program.plan import Plan
from mcmort.sampler.random.streams import Points, digital_net, independent_points, streams_of

__all__ = ["REPLICATES", "Progress", "draw_histograms", "draws_within", "net_size", "run_plan"]

REPLICATES: Final = 8
"""Randomisations of a digital net, from which Monte Carlo errors are estimated."""
_TASK: Final = 1 << 15
_SMALLEST_TASK: Final = 1 << 13
_LARGEST_TASK: Final = 1 << 20
_SMALL_RUN: Final = 1 << 20
"""Draws times instructions that take the caller a millisecond: to share them out costs as much time as it saves."""
_LONG_BLOCK: Final = 1 << 12
_CACHED: Final = 1 << 20
"""Knots of tables that stay in the cache from one block to the next."""
_FEW_REGISTERS: Final = 64
_KEPT_OUTPUTS: Final = 512
_KEPT_TABLES: Final = 10_000
"""Outputs and tables of a plan whose allocation is kept for the next run: of larger ones it takes gigabytes."""

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
        The plan.
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
    allocated = allocate_registers(plan, list(plan.outputs))
    runner = KernelRunner(allocated, block)
    workers = _workers_for(threads, executor, n, allocated)
    inputs = runner.inputs(independent_points(seed, streams_of(allocated.streams)))
    out = np.empty((len(plan.outputs), n))

    def work(first: int) -> int:
        part = np.empty((len(out), min(task, n - first)))
        runner.fill_columns(inputs, first, part)
        out[:, first : first + part.shape[1]] = part
        return part.shape[1]

    done = 0
    with closing(run_in_order(work, range(0, n, task), workers, executor)) as finished:
        for draws in finished:
            done += draws
            if progress is not None:
                progress(done, n)
    return {name: out[index] for index, name in enumerate(plan.outputs)}


def draw_histograms(
    plan: Plan,
    seed: int,
    n: int,
    *,
    method: Method = "plain",
    outputs: Sequence[str] | None = None,
    statistics: Mapping[str, Sequence[Statistic]] | None = None,
    lower_halves: Mapping[str, str] | None = None,
    with_nets: Collection[str] = (),
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    task: int | None = None,
    block: int | None = None,
) -> dict[str, HistogramEstimate]:
    """Run a plan and count its columns, in memory that does not grow with the number of draws.

    Parameters
    ----------
    plan : Plan
        The plan.
    seed : int
        Seed of the run.
    n : int
        Number of draws; with digital nets it is rounded up to `REPLICATES` times a power of two.
    method : {"plain", "quasi"}
        Independent draws, or randomly scrambled Sobol' points.
    outputs : sequence of str, optional
        Columns to count; by default all.
    statistics : mapping of str to sequence of Statistic, optional
        For each output the statistics to compute of each digital net: their Monte Carlo error is estimated from the
        spread between the nets.
    lower_halves : mapping of str to str, optional
        For each of `outputs` that is the upper half of a signed variable, the output that is its lower half: what is
        returned under its name is the signed variable.
    with_nets : collection of str
        Outputs of which the histogram of each digital net is returned as well.
    threads, executor, progress, task, block
        As for `run_plan`.

    Returns
    -------
    dict of str to HistogramEstimate
    """
    names = list(plan.outputs if outputs is None else outputs)
    wanted = [tuple((statistics or {}).get(name, ())) for name in names]
    halves = {names.index(upper): lower for upper, lower in (lower_halves or {}).items()}
    allocate = _allocated if len(names) <= _KEPT_OUTPUTS and len(plan.tables) <= _KEPT_TABLES else allocate_registers
    allocated = allocate(plan, (*names, *halves.values()))
    block = block or _block_for(allocated)
    runner = KernelRunner(allocated, block)
    is_quasi = method == "quasi"
    size = net_size(n) if is_quasi else n
    read = streams_of(allocated.streams)
    inputs = [runner.inputs(points.part(read)) for points in _points_of(plan, seed, size, is_quasi=is_quasi)]
    draws = len(inputs) * size
    workers = _workers_for(threads, executor, draws, allocated)
    spans = _net_spans(size, block, task) if is_quasi else _independent_spans(size, block, task, workers)

    def work(span: _Span) -> tuple[_Span, list[Histogram]]:
        # independent draws stay in the counts of the thread; those of a digital net are taken, for its statistics
        counted = runner.count(inputs[span.replicate], span.first, span.last - span.first, is_taken=is_quasi)
        return span, _joined(counted, halves)

    done, replicates = 0, _Replicates(wanted, [name in with_nets for name in names])
    with closing(run_in_order(work, spans, workers, executor)) as finished:
        for span, histograms in finished:
            if is_quasi:
                replicates.add(histograms, is_complete=span.last == size)
            done += span.last - span.first
            if progress is not None:
                progress(done, draws)
    collected = _joined(runner.collect(), halves)
    wholes = replicates.wholes if is_quasi else collected
    rows = zip(names, wanted, wholes, replicates.rows, replicates.nets, strict=True)
    return {
        name: HistogramEstimate(whole, own, np.array(row), not is_quasi, tuple(nets))
        for name, own, whole, row, nets in rows
    }


def _joined(histograms: list[Histogram], halves: Mapping[int, str]) -> list[Histogram]:
    """Join the halves of signed variables, of which the lower ones come last, in the order of the upper ones."""
    whole = histograms[: len(histograms) - len(halves)]
    for index, below in zip(halves, histograms[len(whole) :], strict=False):
        whole[index] = mirrored(whole[index], below)
    return whole


@lru_cache(maxsize=1)
def _points_of(plan: Plan, seed: int, size: int, *, is_quasi: bool) -> list[Points]:
    """Return the points of each replicate: of `REPLICATES` digital nets, or of one set of independent draws.

    They are kept, since the outputs of a large plan are counted a few at a time.
    """
    streams = streams_of(
        plan.streams
    )  # also those that no output needs: the dimension of a stream depends on the plan alone
    if is_quasi:
        return [digital_net(seed, streams, size, replicate) for replicate in range(REPLICATES)]
    return [independent_points(seed, streams)]


class _Span(NamedTuple):
    """A task: the draws of one replicate from `first` up to `last`."""

    replicate: int
    first: int
    last: int


def _net_spans(size: int, block: int, task: int | None) -> Iterator[_Span]:
    """Yield the tasks of digital nets: as few as two for each, since it takes time to take the counts of a task."""
    step = _task_size(size // 2, block) if task is None else min(task, _LARGEST_TASK)
    for replicate in range(REPLICATES):
        for first in range(0, size, step):
            yield _Span(replicate, first, min(first + step, size))


def _independent_spans(size: int, block: int, task: int | None, workers: int) -> Iterator[_Span]:
    """Yield the tasks of independent draws, smaller and smaller, so that all workers end at about the same time."""
    first = 0
    while first < size:
        step = _task_size((size - first) // (2 * workers), block) if task is None else min(task, _LARGEST_TASK)
        yield _Span(0, first, min(first + step, size))
        first += step


class _Replicates:
    """Merges the histograms of tasks to those of replicates, and these to the whole; computes their statistics."""

    def __init__(self, wanted: Sequence[Sequence[Statistic]], are_kept: Sequence[bool]) -> None:
        self.wholes: list[Histogram] = []
        self.nets: list[list[Histogram]] = [[] for _ in wanted]
        self._are_kept = are_kept
        self.rows: list[list[Array]] = [[] for _ in wanted]
        self._wanted = wanted
        self._parts: list[Histogram] = []

    def add(self, histograms: list[Histogram], *, is_complete: bool) -> None:
        """Add the histograms of a task, with which its replicate may be complete."""
        self._parts = _merge_each(self._parts, histograms)
        if not is_complete:
            return
        for statistics, histogram, row in zip(self._wanted, self._parts, self.rows, strict=True):
            if not histogram.undefined:
                row.append(statistics_of(histogram, statistics))
        for nets, histogram, is_kept in zip(self.nets, self._parts, self._are_kept, strict=True):
            if is_kept:
                nets.append(histogram)
        self.wholes, self._parts = _merge_each(self.wholes, self._parts), []


def _task_size(share: int, block: int) -> int:
    """Return the draws of a task of about this share: whole blocks, and neither too few nor too many."""
    return min(max(-(-share // block) * block, _SMALLEST_TASK), _LARGEST_TASK)


@lru_cache(maxsize=8)
def _allocated(plan: Plan, outputs: tuple[str, ...]) -> AllocatedPlan:
    """Allocate registers once for each plan: it takes a quarter of the time of 10,000 draws."""
    return allocate_registers(plan, outputs)


def _merge_each(old: list[Histogram], new: list[Histogram]) -> list[Histogram]:
    return [merge(pair) for pair in zip(old, new, strict=True)] if old and new else old or new


def net_size(n: int) -> int:
    """Return the points of each randomisation that make at least `n` draws together."""
    return 1 << max(0, -(-n // REPLICATES) - 1).bit_length()


def draws_within(most: int) -> int:
    """Return the largest number of draws of all replicates together that is at most `most`, which is at least 8."""
    return REPLICATES << ((most // REPLICATES).bit_length() - 1)


def _block_for(allocated: AllocatedPlan) -> int:
    """Return the draws of a block: more where tables fill the cache and registers do not, and tables are read once."""
    return _LONG_BLOCK if len(allocated.knots) > _CACHED and allocated.registers <= _FEW_REGISTERS else BLOCK


def _workers_for(threads: int | None, executor: Executor | None, draws: int, allocated: AllocatedPlan) -> int:
    """Return the number of workers for a run: the caller alone, if it is small."""
    workers = worker_count(threads, executor)
    return workers if executor is not None or draws * len(allocated.op) > _SMALL_RUN else 1
