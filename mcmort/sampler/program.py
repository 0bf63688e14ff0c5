"""What the kernel reads and where it counts: named arrays, which no Numba is needed to make."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counted", "Program"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]


class Program(NamedTuple):
    """The instructions of an `mcmort.sampler.assemble.Assembly`, with all that they look up.

    Attributes
    ----------
    op : ndarray of int64, shape (n_instructions,)
        Operation.
    target, a, b, c : ndarray of uint64, shape (n_instructions,)
        Where the registers of the result and of the operands begin.
    x, y : ndarray of float64, shape (n_instructions,)
        Constants.
    offsets, steps : ndarray of uint64, shape (n_instructions,)
        Point ``i`` of a stream is ``offsets + (i + 1) * steps``.
    is_hashed : bool
        Whether points are hashed, or taken as they are (a lattice).
    starts, counts, grains : ndarray of uint64, shape (n_instructions,)
        Of the table of an instruction: its place among the knots, knots on a side (or cells), and the bits of a float
        that lie below its resolution (or cells in a unit of score).
    knots : ndarray of float64
        All tables.
    """

    op: Ints
    target: Words
    a: Words
    b: Words
    c: Words
    x: Floats
    y: Floats
    offsets: Words
    steps: Words
    is_hashed: bool
    starts: Words
    counts: Words
    grains: Words
    knots: Floats


class Counted(NamedTuple):
    """Where totals are counted, each with its smallest and largest value as `_ordered` integers."""

    registers: Words
    counts: NDArray[np.int32]
    low: Ints
    high: Ints
