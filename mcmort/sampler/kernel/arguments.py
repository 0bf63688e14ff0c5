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
    """The instructions of an `mcmort.sampler.kernel.register_allocation.Assembly`, with all that they look up.

    Attributes
    ----------
    code : ndarray of uint64, shape (n_instructions, 10)
        One row for each, with these columns: the operation; where the registers of the result and of the operands
        ``a``, ``b`` and ``c`` begin (of a sum, ``b`` and ``c`` are its first term and the one after its last); of its
        table the place among the knots, the knots on a side (or cells), and the bits of a float that lie below its
        resolution (or cells in a unit of score); and of its stream the key, and the row in `low` and `high`.
    x : ndarray of float64, shape (n_instructions,)
        Constants.
    terms : ndarray of uint64, shape (n_terms,)
        Where the registers of the terms of sums begin.
    weights : ndarray of float64, shape (n_terms,)
        Weights of the terms.
    is_hashed : bool
        Whether draws are independent, not points of a net.
    low : ndarray of uint64, shape (n_streams << LOW,)
        Of a net the first points of each stream.
    high : ndarray of uint64, shape (n_streams * (DIGITS - LOW),)
        Its direction numbers for the other digits of an index.
    knots : ndarray of uint64
        All tables, as `mcmort.elicit.table.packed` packs them.
    """

    code: Words
    x: Floats
    terms: Words
    weights: Floats
    is_hashed: bool
    low: Words
    high: Words
    knots: Words


class Counted(NamedTuple):
    """Where totals are counted, each with its smallest and largest value as ordered integers."""

    registers: Words
    counts: NDArray[np.int32]
    low: Ints
    high: Ints
