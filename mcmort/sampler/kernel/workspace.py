"""Memory in which a plan runs: registers for a block of draws, and the counts of what came out.

Each thread has a workspace of its own while it works. When a run is over, the memory is kept for the next run.
"""

from __future__ import annotations

import mmap
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.cache.native_call import Native
from mcmort.results.histogram import BINS, Histogram, bins_between, merge
from mcmort.sampler.kernel.arguments import HistogramBuffers, KernelInputs
from mcmort.sampler.kernel.register_allocation import SUM, AllocatedPlan
from mcmort.sampler.random.streams import LOW_DIGITS, Points

__all__ = ["BLOCK", "KERNEL", "KernelRunner"]

BLOCK: Final = 1 << 9
"""Draws in a block: the registers of a plan then fit the second-level cache, and a few of them the first."""
_MAX_COUNTED: Final = 1 << 30
"""Draws after which counts of 32 bits are emptied; a task adds at most 2 to the 20."""
_LIMITS: Final = np.iinfo(np.int64)
_NOTHING: Final = np.zeros(0, dtype=np.int64)
_NO_REGISTERS: Final = np.zeros(0, dtype=np.uint64)
_NO_COLUMNS: Final = np.zeros((0, 0))

type Array = NDArray[np.float64]


def _import_kernel() -> Callable[..., None]:
    from mcmort.sampler.kernel.kernel import run

    return run


_PACKAGE: Final = Path(__file__).parents[2]
_SOURCES: Final = tuple(
    _PACKAGE / folder / f"{name}.py"
    for folder, names in {
        "sampler/kernel": ("arguments", "jit", "kernel", "loops", "register_allocation"),
        "sampler/program": ("plan",),
        "sampler/random": ("sobol", "streams"),
        "cache": ("folder", "machine_code"),
        "results": ("counter_based_random", "histogram"),
        "elicit": ("table",),
    }.items()
    for name in names
)
"""The files that the kernel's machine code depends on: its source, and the modules that it takes constants from."""
KERNEL: Final = Native("kernel", _import_kernel, _SOURCES)
"""The compiled kernel: `mcmort.sampler.kernel.kernel.run`, which documents its arguments."""


@dataclass(frozen=True)
class _Memory:
    """Memory for a workspace: registers and places, which need no initial values, and counts, which are all zero."""

    registers: Array
    places: NDArray[np.uint64]
    counts: NDArray[np.int32]

    def is_enough(self, registers: int, places: int, rows: int) -> bool:
        """Return whether each array has at least this length."""
        return len(self.registers) >= registers and len(self.places) >= places and len(self.counts) >= rows


_spare_memory: Final = deque[_Memory](maxlen=4)
"""Memory of runs that are over. The first use of memory from the system takes a millisecond for ten totals, in which
30,000 draws are made."""


def _take_memory(registers: int, places: int, rows: int) -> _Memory:
    """Return memory of at least these lengths."""
    with suppress(IndexError):
        memory = _spare_memory.popleft()
        if memory.is_enough(registers, places, rows):
            return memory
    return _Memory(_aligned(registers), _aligned(places).view(np.uint64), _zero_counts(rows))


def _aligned(size: int) -> Array:
    """Return an array that starts at a line of the cache: no vector then straddles two (an eighth of the time)."""
    line = 8
    whole = np.empty(size + line)
    first = -(whole.ctypes.data // whole.itemsize) % line
    return whole[first : first + size]


def _zero_counts(rows: int) -> NDArray[np.int32]:
    """Return counts of zero for some columns, of which only the pages that are written to take memory and time.

    NumPy asks for pages of two megabytes, and all of such a page is cleared at the first count on it: of the 45 columns
    of a total of ussr that took a third of the time of 10,000 draws.
    """
    size = max(rows * BINS * np.dtype(np.int32).itemsize, 1)
    if hasattr(mmap, "MAP_PRIVATE"):
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with suppress(OSError, AttributeError):  # it is a hint, which not every system takes
            memory.madvise(mmap.MADV_NOHUGEPAGE)
    else:
        memory = mmap.mmap(-1, size)
    return np.frombuffer(memory, np.int32, rows * BINS).reshape(rows, BINS)


def _floats(ordered: NDArray[np.int64]) -> Array:
    """Return the floats that the kernel's ordered integers stand for, a negative zero as zero."""
    return np.asarray((ordered ^ ((ordered >> 63) & _LIMITS.max)).view(np.float64) + 0.0)


@dataclass
class _Workspace:
    """Memory that one thread uses at a time, with its counts, and the kernel bound to its arguments."""

    memory: _Memory
    buffers: HistogramBuffers
    span: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, np.int64))
    draws: int = 0
    inputs: KernelInputs | None = None
    run: Callable[[], None] | None = None

    @property
    def _histograms(self) -> list[Histogram]:
        """The histograms so far; their counts are views of the buffers."""
        lows, highs = _floats(self.buffers.low).tolist(), _floats(self.buffers.high).tolist()
        histograms = list[Histogram]()
        for row, low, high in zip(self.buffers.counts, lows, highs, strict=True):
            begin, end = bins_between(low, high)
            histograms.append(Histogram(begin, row[begin:end], low, high))
        return histograms

    def take(self, kind: type[np.signedinteger]) -> list[Histogram]:
        """Return the histograms with counts of some integer type, and clear the buffers."""
        views = self._histograms
        taken = [Histogram(view.first, view.counts.astype(kind), view.low, view.high) for view in views]
        self._clear(views)
        return taken

    def take_over(self, other: _Workspace) -> None:
        """Add the counts of another workspace, whose buffers are cleared."""
        views = other._histograms
        for row, view in zip(self.buffers.counts, views, strict=True):
            row[view.first : view.first + len(view.counts)] += view.counts
        np.minimum(self.buffers.low, other.buffers.low, out=self.buffers.low)
        np.maximum(self.buffers.high, other.buffers.high, out=self.buffers.high)
        self.draws += other.draws
        other._clear(views)

    def _clear(self, views: list[Histogram]) -> None:
        for view in views:
            view.counts[:] = 0
        self.buffers.low[:], self.buffers.high[:] = _LIMITS.max, _LIMITS.min
        self.draws = 0


@dataclass
class KernelRunner:
    """Runs the kernel on a plan from any thread; histograms stay in the workspaces until they are collected.

    Attributes
    ----------
    allocated : AllocatedPlan
        What to run.
    block : int
        Draws in a block of the kernel; it changes no result.
    """

    allocated: AllocatedPlan
    block: int = BLOCK
    idle: SimpleQueue[_Workspace] = field(default_factory=SimpleQueue)
    full: list[list[Histogram]] = field(default_factory=list)

    def inputs(self, points: Points) -> KernelInputs:
        """Return the inputs of the kernel for the plan with some random points."""
        plan = self.allocated
        is_sum, rows = plan.op == SUM, points.rows(plan.streams)
        keys = np.append(points.offsets, np.uint64(0))  # there may be no stream at all
        columns = (
            plan.op,
            self._offsets(plan.target),
            self._offsets(plan.a),
            np.where(is_sum, plan.b, self._offsets(plan.b)),
            np.where(is_sum, plan.c, self._offsets(plan.c)),
            plan.table_starts,
            plan.table_sizes,
            plan.table_resolutions,
            keys[rows],
            rows,
        )
        code = np.stack([column.astype(np.uint64) for column in columns], axis=1)
        low, high = points.low.ravel(), points.directions[:, LOW_DIGITS:].ravel()
        return KernelInputs(code, plan.x, self._offsets(plan.terms), plan.weights, low, high, plan.knots)

    def _offsets(self, registers: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return where registers begin in the memory of a workspace."""
        return (registers * self.block).astype(np.uint64)

    def _take_workspace(self, counted: NDArray[np.int64]) -> _Workspace:
        """Return an idle or a new workspace that counts some registers."""
        with suppress(Empty):
            return self.idle.get_nowait()
        size = len(counted)
        memory = _take_memory(self.allocated.registers * self.block, self.block, size)
        low, high = np.full(size, _LIMITS.max), np.full(size, _LIMITS.min)
        return _Workspace(memory, HistogramBuffers(self._offsets(counted), memory.counts[:size], low, high))

    def fill_columns(self, inputs: KernelInputs, first: int, out: Array) -> None:
        """Fill columns with draws from `first` on."""
        work = self._take_workspace(_NOTHING)
        work.span[:] = first, out.shape[1], self.block
        kept, memory = self._offsets(self.allocated.kept), work.memory
        KERNEL(inputs, kept, work.span, memory.registers, memory.places, out, work.buffers)
        self.idle.put(work)

    def count(self, inputs: KernelInputs, first: int, draws: int, *, is_taken: bool) -> list[Histogram]:
        """Count draws from `first` on; return their histograms, or leave them with those of other tasks.

        To take the histograms of ten totals, and clear their counts, takes 0.2 ms: a tenth of the time in which 60,000
        draws are counted.
        """
        work = self._take_workspace(self.allocated.kept)
        if work.run is None or work.inputs is not inputs:
            memory, work.inputs = work.memory, inputs
            work.run = KERNEL.bound(
                inputs, _NO_REGISTERS, work.span, memory.registers, memory.places, _NO_COLUMNS, work.buffers
            )
        work.span[:] = first, draws, self.block
        work.run()
        work.draws += draws
        if not is_taken and work.draws > _MAX_COUNTED:
            self.full.append(work.take(np.int64))
        histograms = work.take(np.int64) if is_taken else []
        self.idle.put(work)
        return histograms

    def collect(self) -> list[Histogram]:
        """Return the histograms of all that was counted and not taken; no thread may count meanwhile."""
        workspaces = [self.idle.get() for _ in range(self.idle.qsize())]
        used = [work for work in workspaces if work.draws]
        is_small = not self.full and sum(work.draws for work in used) <= _MAX_COUNTED
        if is_small and used:
            whole, *others = used
            for other in others:
                whole.take_over(other)
            histograms = whole.take(np.int32)
        else:
            self.full += [work.take(np.int64) for work in used]
            histograms = [merge(parts) for parts in zip(*self.full, strict=True)]
        _spare_memory.extend(work.memory for work in workspaces)
        return histograms
