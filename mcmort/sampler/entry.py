"""The way into the kernel: a C function, so that a process that has its machine code on disk needs no Numba."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from mcmort.draws.tally import CELLS
from mcmort.sampler import native

__all__ = ["kernel"]

_ARGUMENTS: Final = (
    # the program, and how many instructions and knots it has
    *("int64*", "uint64*", "uint64*", "uint64*", "uint64*", "float64*", "float64*", "uint64*", "uint64*", "int64"),
    *("uint64*", "uint64*", "uint64*", "float64*", "int64", "int64"),
    # columns to keep, draws, work space, and where columns go
    *("uint64*", "int64", "int64", "int64", "int64", "float64*", "uint64*", "float64*"),
    # tallies
    *("uint64*", "int32*", "int64*", "int64*", "int64"),
)
"""Types of the C function; a star marks an array, by its first element."""
_HOME: Final = Path(__file__).parents[1]
_SOURCES: Final = (
    *(_HOME / "sampler" / f"{name}.py" for name in ("assemble", "entry", "jit", "kernel", "plan", "stream")),
    _HOME / "draws" / "tally.py",
    _HOME / "elicit" / "table.py",
)
"""What the kernel's code depends on: its source, and where it takes constants from."""


@cache
def kernel() -> Callable[..., None]:
    """Return `mcmort.sampler.kernel.run` as a C function.

    Returns
    -------
    callable
        It takes the program's arrays in the order of ``Program`` (of ``is_hashed`` a 0 or 1), with the numbers of
        instructions and of knots behind them; the columns to keep and their number; then as `run` does; last the
        arrays of ``Counted`` and their number. An array that is not contiguous, or whose elements are of another type
        than `run` asks for, is refused. The interpreter's lock is let go of for the time of a call.
    """
    types = [_c_type(name) for name in _ARGUMENTS]
    return ctypes.CFUNCTYPE(None, *types)(native.load("kernel", _build, _SOURCES))


def _c_type(name: str) -> Any:
    if name.endswith("*"):
        return np.ctypeslib.ndpointer(name.removesuffix("*"), flags="C_CONTIGUOUS")
    return ctypes.c_int64


def _build() -> native.CFunction:
    """Compile the kernel."""
    from numba import cfunc, types
    from numba.np.numpy_support import carray

    from mcmort.sampler.kernel import Counted, Program, run

    pointer: Any = types.CPointer

    def numba_type(name: str) -> Any:
        kind = getattr(types, name.removesuffix("*"))
        return pointer(kind) if name.endswith("*") else kind

    def entry(
        op: Any, target: Any, a: Any, b: Any, c: Any, x: Any, y: Any, offsets: Any, steps: Any, is_hashed: Any,
        starts: Any, counts: Any, grains: Any, knots: Any, n: Any, n_knots: Any,
        kept: Any, columns: Any, first: Any, total: Any, block: Any, registers: Any, cells: Any, out: Any,
        counted: Any, tallies: Any, low: Any, high: Any, totals: Any,
    ) -> None:  # fmt: skip
        if block < 1:  # it then follows that no loop over blocks fails, and nothing is left that could raise
            return
        program = Program(
            carray(op, n), carray(target, n), carray(a, n), carray(b, n), carray(c, n), carray(x, n), carray(y, n),
            carray(offsets, n), carray(steps, n), is_hashed != 0, carray(starts, n), carray(counts, n),
            carray(grains, n), carray(knots, n_knots),
        )  # fmt: skip
        run(
            program, carray(kept, columns), first, total, block, carray(registers, 1), carray(cells, block),
            carray(out, (columns, total)),
            Counted(
                carray(counted, totals), carray(tallies, (totals, CELLS)), carray(low, totals), carray(high, totals)
            ),
        )  # fmt: skip

    signature = types.void(*(numba_type(name) for name in _ARGUMENTS))
    return cfunc(signature, error_model="numpy")(entry)
