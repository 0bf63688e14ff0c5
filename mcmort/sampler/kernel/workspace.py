"""Memory in which a plan runs: registers for a block of draws, and the counts of what came out.

Each thread has its own while it works. When a run is over, its space is kept for the next.
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
from mcmort.results.histogram import CELLS, Histogram, cells_between, merge
from mcmort.sampler.kernel.arguments import Counted, Program
from mcmort.sampler.kernel.register_allocation import SUM, Assembly
from mcmort.sampler.random.streams import LOW, Points

__all__ = ["BLOCK", "KERNEL", "Machine"]

BLOCK: Final = 1 << 9
"""Draws in a block: the registers of a plan then fit the second-level cache, and few of them the first."""
_MOST_COUNTED: Final = 1 << 30
"""Draws after which counts of 32 bits are emptied; a task adds at most 2 to the 20."""
_LIMITS: Final = np.iinfo(np.int64)
_NOTHING: Final = np.zeros(0, dtype=np.int64)
_NO_REGISTERS: Final = np.zeros(0, dtype=np.uint64)
_NO_COLUMNS: Final = np.zeros((0, 0))

type Array = NDArray[np.float64]


def _find() -> Callable[..., None]:
    from mcmort.sampler.kernel.kernel import run

    return run


_HOME: Final = Path(__file__).parents[2]
_SOURCES: Final = tuple(
    _HOME / folder / f"{name}.py"
    for folder, names in {
        "sampler/kernel": ("arguments", "jit", "kernel", "loops", "register_allocation"),
        "sampler/program": ("plan",),
        "sampler/random": ("sobol", "streams"),
        "cache": ("folder", "machine_code"),
        "results": ("hashed", "histogram"),
        "elicit": ("table",),
    }.items()
    for name in names
)
"""What the kernel's code depends on: its source, and where that takes constants from."""
KERNEL: Final = Native("kernel", _find, _SOURCES)
"""The compiled kernel: `mcmort.sampler.kernel.kernel.run`, which says what its arguments are."""


@dataclass(frozen=True)
class _Room:
    """Memory to work in: registers and places, whose numbers mean nothing, and counts, which are all zero."""

    registers: Array
    places: NDArray[np.uint64]
    counts: NDArray[np.int32]

    def has(self, registers: int, places: int, rows: int) -> bool:
        """Return whether there are as many numbers."""
        return len(self.registers) >= registers and len(self.places) >= places and len(self.counts) >= rows


_rooms: Final = deque[_Room](maxlen=4)
"""Those of runs that are over. The first use of memory that comes from the system costs a millisecond for ten totals,
in which 30,000 draws are made."""


def _room(registers: int, places: int, rows: int) -> _Room:
    """Return memory for so many numbers, or more."""
    with suppress(IndexError):
        room = _rooms.popleft()
        if room.has(registers, places, rows):
            return room
    return _Room(_aligned(registers), _aligned(places).view(np.uint64), _cleared(rows))


def _aligned(size: int) -> Array:
    """Return work space that starts at a line of the cache, so that no vector straddles two (an eighth of the time)."""
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


def _floats(ordered: NDArray[np.int64]) -> Array:
    """Return the floats that the kernel's ordered integers stand for, a negative zero as zero."""
    return np.asarray((ordered ^ ((ordered >> 63) & _LIMITS.max)).view(np.float64) + 0.0)


@dataclass
class _Scratch:
    """Work space of one thread at a time, with what it has counted, and the kernel with all of its arguments."""

    room: _Room
    counted: Counted
    span: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2, np.int64))
    draws: int = 0
    program: Program | None = None
    run: Callable[[], None] | None = None

    @property
    def _found(self) -> list[Histogram]:
        """What was counted, in the memory where it was."""
        lows, highs = (_floats(one).tolist() for one in (self.counted.low, self.counted.high))
        found = list[Histogram]()
        for row, low, high in zip(self.counted.counts, lows, highs, strict=True):
            begin, end = cells_between(low, high)
            found.append(Histogram(begin, row[begin:end], low, high))
        return found

    def take(self, kind: type[np.signedinteger]) -> list[Histogram]:
        """Return what was counted, as integers of some type, and forget it."""
        found = self._found
        taken = [Histogram(one.first, one.counts.astype(kind), one.low, one.high) for one in found]
        self._forget(found)
        return taken

    def take_over(self, other: _Scratch) -> None:
        """Add what another one has counted, which forgets it."""
        found = other._found
        for row, one in zip(self.counted.counts, found, strict=True):
            row[one.first : one.first + len(one.counts)] += one.counts
        np.minimum(self.counted.low, other.counted.low, out=self.counted.low)
        np.maximum(self.counted.high, other.counted.high, out=self.counted.high)
        self.draws += other.draws
        other._forget(found)

    def _forget(self, found: list[Histogram]) -> None:
        for one in found:
            one.counts[:] = 0
        self.counted.low[:], self.counted.high[:] = _LIMITS.max, _LIMITS.min
        self.draws = 0


@dataclass
class Machine:
    """An assembly with work space, ready to run: what is counted stays there until it is gathered.

    Attributes
    ----------
    assembly : Assembly
        What to run.
    block : int
        Draws in a block of the kernel; it changes no result.
    """

    assembly: Assembly
    block: int = BLOCK
    spare: SimpleQueue[_Scratch] = field(default_factory=SimpleQueue)
    full: list[list[Histogram]] = field(default_factory=list)

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

    def _begin(self, registers: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return where registers begin in the work space."""
        return (registers * self.block).astype(np.uint64)

    def _scratch(self, counted: NDArray[np.int64]) -> _Scratch:
        """Return work space that counts some registers."""
        with suppress(Empty):
            return self.spare.get_nowait()
        size = len(counted)
        room = _room(self.assembly.registers * self.block, self.block, size)
        counts = Counted(
            self._begin(counted), room.counts[:size], np.full(size, _LIMITS.max), np.full(size, _LIMITS.min)
        )  # fmt: skip
        return _Scratch(room, counts)

    def keep(self, program: Program, first: int, out: Array) -> None:
        """Fill columns with draws from `first` on."""
        scratch = self._scratch(_NOTHING)
        scratch.span[:] = first, out.shape[1]
        KERNEL(
            program, self._begin(self.assembly.kept), scratch.span, self.block, scratch.room.registers,
            scratch.room.places, out, scratch.counted,
        )  # fmt: skip
        self.spare.put(scratch)

    def count(self, program: Program, first: int, total: int, *, is_taken: bool) -> list[Histogram]:
        """Count draws from `first` on; return their tallies, or leave them with those of other tasks.

        To take the counts of ten totals, and clear them, takes 0.2 ms: a tenth of what it takes to count 60,000 draws.
        """
        scratch = self._scratch(self.assembly.kept)
        if scratch.run is None or scratch.program is not program:
            scratch.program = program
            scratch.run = KERNEL.bound(
                program, _NO_REGISTERS, scratch.span, self.block, scratch.room.registers, scratch.room.places,
                _NO_COLUMNS, scratch.counted,
            )  # fmt: skip
        scratch.span[:] = first, total
        scratch.run()
        scratch.draws += total
        if not is_taken and scratch.draws > _MOST_COUNTED:
            self.full.append(scratch.take(np.int64))
        tallies = scratch.take(np.int64) if is_taken else []
        self.spare.put(scratch)
        return tallies

    def gathered(self) -> list[Histogram]:
        """Return the tallies of all that was counted and not taken; nothing may run meanwhile."""
        left = [self.spare.get() for _ in range(self.spare.qsize())]
        counted = [scratch for scratch in left if scratch.draws]
        is_small = not self.full and sum(scratch.draws for scratch in counted) <= _MOST_COUNTED
        if is_small and counted:
            whole, *others = counted
            for other in others:
                whole.take_over(other)
            found = whole.take(np.int32)
        else:
            self.full += [scratch.take(np.int64) for scratch in counted]
            found = [merge(parts) for parts in zip(*self.full, strict=True)]
        _rooms.extend(scratch.room for scratch in left)
        return found
