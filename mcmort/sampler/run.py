"""Runs plans: blocks of draws in tasks, tasks in threads; columns are kept, or only counted.

No result depends on the number of threads, or on the size of a task or a block.
"""

from __future__ import annotations

import mmap
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.draws import Method
from mcmort.draws.tally import CELLS, Figure, Tallied, Tally, cells_between, figures_of, merge
from mcmort.errors import UsageError
from mcmort.machine.native import Native
from mcmort.sampler.assemble import PADDING, SUM, Assembly, assemble
from mcmort.sampler.plan import Plan
from mcmort.sampler.program import Counted, Program
from mcmort.sampler.stream import LOW, Points, net, plain, streams_of

__all__ = ["KERNEL", "REPLICATES", "Progress", "draws_within", "net_size", "run_plan", "tally_plan"]

REPLICATES: Final = 8
"""Randomisations of a net, from which Monte Carlo errors are estimated."""
_TASK: Final = 1 << 15
_TASKS: Final = 32
_SMALLEST_TASK: Final = 1 << 14
_LITTLE: Final = 1 << 22
"""Draws times instructions that take the caller 4 ms: to start threads, and to put their counts together, takes 3."""
_LARGEST_TASK: Final = 1 << 20
_BLOCK: Final = 1 << 10
"""Draws in a block: the registers of a plan then fit the second-level cache."""
_MOST_COUNTED: Final = 1 << 30
"""Draws after which counts of 32 bits are emptied; a task adds at most 2 to the 20."""
_NOTHING: Final = np.zeros(0, dtype=np.int64)
_NO_REGISTERS: Final = np.zeros(0, dtype=np.uint64)

type Array = NDArray[np.float64]
type Progress = Callable[[int, int], None]


def _find() -> Callable[..., None]:
    from mcmort.sampler.kernel import run

    return run


_HOME: Final = Path(__file__).parents[1]
_SOURCES: Final = (
    *(
        _HOME / "sampler" / f"{name}.py"
        for name in ("assemble", "jit", "kernel", "lanes", "plan", "program", "sobol", "stream", "vectors")
    ),
    _HOME / "draws" / "tally.py",
    _HOME / "elicit" / "table.py",
)
"""What the kernel's code depends on: its source, and where that takes constants from."""
KERNEL: Final = Native("kernel", _find, _SOURCES)
"""The compiled kernel: `mcmort.sampler.kernel.run`, which says what its arguments are."""


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
    machine = _Machine(assemble(plan, list(plan.outputs)), block)
    program = machine.program(plain(seed, streams_of(machine.assembly.streams)))
    out = np.empty((len(plan.outputs), n))

    def work(first: int) -> int:
        part = np.empty((len(out), min(task, n - first)))
        machine.keep(program, first, part)
        out[:, first : first + part.shape[1]] = part
        return part.shape[1]

    done = 0
    with _workers(threads, executor, n * len(machine.assembly.op)) as pool:
        for count in _in_order(pool, work, range(0, n, task)):
            done += count
            if progress is not None:
                progress(done, n)
    return {name: out[index] for index, name in enumerate(plan.outputs)}


def tally_plan(
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
    block: int = _BLOCK,
) -> dict[str, Tallied]:
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
    dict of str to Tallied
    """
    names = list(plan.outputs if outputs is None else outputs)
    wanted = [tuple((figures or {}).get(name, ())) for name in names]
    machine = _Machine(_assembled(plan, tuple(names)), block)
    streams = streams_of(plan.streams)  # also those that no output needs: a dimension rests on the plan alone
    size = net_size(n) if method == "quasi" else n
    count = REPLICATES if method == "quasi" else 1
    task = min(max(count * size // _TASKS, _SMALLEST_TASK) if task is None else task, _LARGEST_TASK)
    points = [net(seed, streams, size, one) if method == "quasi" else plain(seed, streams) for one in range(count)]
    programs = [machine.program(one) for one in points]
    done, wholes, parts = 0, list[Tally](), list[Tally]()
    rows: list[list[Array]] = [[] for _ in names]

    def tasks() -> Iterator[tuple[int, int, int]]:
        for one in range(count):
            for begin in range(0, size, task):
                yield one, begin, min(begin + task, size)

    def work(task: tuple[int, int, int]) -> list[Tally]:
        one, first, last = task
        # replicates are told apart; of independent draws each thread only adds to its counts, whatever the task
        return machine.count(programs[one], first, last - first, is_gathered=count > 1)

    with _workers(threads, executor, count * size * len(machine.assembly.op)) as pool:
        for (_, first, last), tallies in zip(tasks(), _in_order(pool, work, tasks()), strict=True):
            parts = _added(parts, tallies)
            if count > 1 and last == size:  # a replicate is complete
                for own, tally, row in zip(wanted, parts, rows, strict=True):
                    if not tally.undefined:
                        row.append(figures_of(tally, own))
                wholes, parts = _added(wholes, parts), []
            done += last - first
            if progress is not None:
                progress(done, count * size)
    wholes = wholes or machine.gathered()
    return {
        name: Tallied(whole, own, np.array(row), method == "plain")
        for name, own, whole, row in zip(names, wanted, wholes, rows, strict=True)
    }


@lru_cache(maxsize=8)
def _assembled(plan: Plan, outputs: tuple[str, ...]) -> Assembly:
    """Assemble a plan, or return what was made of it before: a quarter of the time of 10,000 draws."""
    return assemble(plan, outputs)


def _added(old: list[Tally], new: list[Tally]) -> list[Tally]:
    return [merge(pair) for pair in zip(old, new, strict=True)] if old and new else old or new


def net_size(n: int) -> int:
    """Return the points of each randomisation that make at least `n` draws together."""
    return 1 << max(0, -(-n // REPLICATES) - 1).bit_length()


def draws_within(most: int) -> int:
    """Return the largest number of draws, up to a most of at least `REPLICATES`, that nets make together."""
    return REPLICATES << ((most // REPLICATES).bit_length() - 1)


def _in_order[Task, Outcome](
    pool: Executor, work: Callable[[Task], Outcome], tasks: Iterable[Task]
) -> Iterator[Outcome]:  # fmt: skip
    """Yield the outcomes of tasks in their order, a few ahead of the caller: memory does not grow with their number."""
    waiting: deque[Future[Outcome]] = deque()
    ahead = 4 * (os.cpu_count() or 1)
    for task in tasks:
        waiting.append(pool.submit(work, task))
        while waiting and (waiting[0].done() or len(waiting) >= ahead):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Here(Executor):
    """Does work at once, in the caller's own thread."""

    def submit[**P, T](self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the outcome of work, which is done; what it raises is raised here."""
        done = Future[T]()
        done.set_result(work(*args, **kwargs))
        return done


@contextmanager
def _workers(threads: int | None, executor: Executor | None, work: int) -> Iterator[Executor]:
    """Lend an executor, or one of our own for the time of a run of so many draws times instructions."""
    if executor is not None:
        yield executor
        return
    workers = (os.cpu_count() or 1) if threads is None else threads
    if workers < 1:
        raise UsageError(f"the number of threads is {threads}; expected 1 or more")
    if workers == 1 or work <= _LITTLE:
        yield _Here()
        return
    own = ThreadPoolExecutor(workers)
    try:
        yield own
    finally:
        own.shutdown(cancel_futures=True)


def _floats(ordered: NDArray[np.int64]) -> Array:
    """Return the floats that the kernel's ordered integers stand for, a negative zero as zero."""
    return np.asarray((ordered ^ ((ordered >> 63) & np.iinfo(np.int64).max)).view(np.float64) + 0.0)


def _aligned(size: int) -> Array:
    """Return work space that starts at a line of the cache, so that no vector straddles two (a sixth of the time)."""
    line = 8
    whole = np.empty(size + line)
    first = -(whole.ctypes.data // whole.itemsize) % line
    return whole[first : first + size]


def _cleared(rows: int) -> NDArray[np.int32]:
    """Return counts of zero for some columns, of which only the pages that are counted on take memory and time.

    NumPy asks for pages of two megabytes, and all of such a page is cleared at the first count on it: of the 45 columns
    of a total of ussr that took a third of the time of 10,000 draws.
    """
    size = max(rows * CELLS * np.dtype(np.int32).itemsize, 1)
    if hasattr(mmap, "MAP_PRIVATE"):
        room = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with suppress(OSError, AttributeError):  # it is a hint, which not every system takes
            room.madvise(mmap.MADV_NOHUGEPAGE)
    else:
        room = mmap.mmap(-1, size)
    return np.frombuffer(room, np.int32, rows * CELLS).reshape(rows, CELLS)


@dataclass
class _Scratch:
    """Work space of one thread at a time, with what it has counted, and the kernel with all of its arguments."""

    registers: Array
    cells: NDArray[np.uint32]
    counted: Counted
    span: NDArray[np.int64]
    draws: int = 0
    program: Program | None = None
    run: Callable[[], None] | None = None


@dataclass
class _Machine:
    """An assembly with work space, ready to run."""

    assembly: Assembly
    block: int
    spare: SimpleQueue[_Scratch] = field(default_factory=SimpleQueue)
    full: list[list[Tally]] = field(default_factory=list)

    def program(self, points: Points) -> Program:
        """Return what the kernel reads."""
        one = self.assembly
        is_sum, rows = one.op == SUM, points.rows(one.streams)
        keys = np.append(points.offsets, np.uint64(0))  # there may be no stream at all
        columns = (
            one.op, self._begin(one.target), self._begin(one.a), np.where(is_sum, one.b, self._begin(one.b)),
            np.where(is_sum, one.c, self._begin(one.c)), one.starts, one.counts, one.grains, keys[rows], rows,
        )  # fmt: skip
        code = np.stack([column.astype(np.uint64) for column in columns], axis=1)
        low, high = points.low.ravel(), points.directions[:, LOW:].ravel()
        return Program(code, one.x, self._begin(one.terms), one.weights, points.is_hashed, low, high, one.knots)

    @property
    def _length(self) -> int:
        """Length of a register: the kernel writes whole vectors."""
        return -(-self.block // PADDING) * PADDING

    def _begin(self, registers: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return where registers begin in the work space."""
        return (registers * self._length).astype(np.uint64)

    def _scratch(self, counted: NDArray[np.int64]) -> _Scratch:
        """Return work space that counts some registers."""
        with suppress(Empty):
            return self.spare.get_nowait()
        size, limits = len(counted), np.iinfo(np.int64)
        return _Scratch(
            _aligned(self.assembly.registers * self._length),
            _aligned(self._length).view(np.uint32),
            Counted(
                self._begin(counted), _cleared(size), np.full(size, limits.max),
                np.full(size, limits.min), np.full(size, CELLS, np.uint64), np.zeros(size, np.uint64),
                np.zeros(2, np.uint64),
            ),
            np.zeros(2, np.int64),
        )  # fmt: skip

    def keep(self, program: Program, first: int, out: Array) -> None:
        """Fill columns with draws from `first` on."""
        scratch = self._scratch(_NOTHING)
        scratch.span[:] = first, out.shape[1]
        KERNEL(
            program, self._begin(self.assembly.kept), scratch.span, self.block, scratch.registers, scratch.cells, out,
            scratch.counted,
        )  # fmt: skip
        self.spare.put(scratch)

    def count(self, program: Program, first: int, total: int, *, is_gathered: bool) -> list[Tally]:
        """Count draws from `first` on; return their tallies, or leave them with those of other tasks.

        Reading, clearing and merging the counts of ten totals takes half a millisecond, a tenth of what it takes to
        count 130,000 draws.
        """
        scratch = self._scratch(self.assembly.kept)
        if scratch.run is None or scratch.program is not program:
            scratch.program = program
            scratch.run = KERNEL.bound(
                program, _NO_REGISTERS, scratch.span, self.block, scratch.registers, scratch.cells, np.empty((0, 0)),
                scratch.counted,
            )  # fmt: skip
        scratch.span[:] = first, total
        scratch.run()
        scratch.draws += total
        if not is_gathered and scratch.draws > _MOST_COUNTED:
            self.full.append(_emptied(scratch))
        tallies = _emptied(scratch) if is_gathered else []
        self.spare.put(scratch)
        return tallies

    def gathered(self) -> list[Tally]:
        """Return the tallies of all tasks whose counts were left; the work space is not used again."""
        left = [self.spare.get() for _ in range(self.spare.qsize())]
        is_small = not self.full and sum(scratch.draws for scratch in left) <= _MOST_COUNTED
        self.full += [_counted(scratch, is_small=is_small) for scratch in left if scratch.draws]
        return [merge(parts) for parts in zip(*self.full, strict=True)]


def _counted(scratch: _Scratch, *, is_small: bool) -> list[Tally]:
    """Return the tallies of all that a work space has counted; small ones share its memory."""
    counted, tallies = scratch.counted, list[Tally]()
    lows, highs = (_floats(one).tolist() for one in (counted.low, counted.high))
    for row, low, high in zip(counted.counts, lows, highs, strict=True):
        begin, end = cells_between(low, high)
        counts = row[begin:end] if is_small else row[begin:end].astype(np.int64)
        tallies.append(Tally(begin, counts, low, high))
    return tallies


def _emptied(scratch: _Scratch) -> list[Tally]:
    """Return the tallies of all that a work space has counted, and clear it."""
    counted, limits = scratch.counted, np.iinfo(np.int64)
    tallies = _counted(scratch, is_small=False)
    for row, one in zip(counted.counts, tallies, strict=True):
        row[one.first : one.first + len(one.counts)] = 0
    counted.low[:], counted.high[:], counted.first[:], counted.last[:] = limits.max, limits.min, CELLS, 0
    scratch.draws = 0
    return tallies
