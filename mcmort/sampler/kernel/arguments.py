"""The arguments of the kernel: named arrays, which can be made without Numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["HistogramBuffers", "KernelInputs"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]


class KernelInputs(NamedTuple):
    """The instructions of an `mcmort.sampler.kernel.register_allocation.AllocatedPlan`, and the data that they read.

    Attributes
    ----------
    code : ndarray of uint64, shape (n_instructions, 10)
        One row for each instruction, with these columns: the operation; where the registers of the result and of the
        operands ``a``, ``b`` and ``c`` begin (of a sum, ``b`` and ``c`` are the indices of its first term and of the
        one after its last); start, size and resolution of the table that it looks up, as in `AllocatedPlan`; and of
        its random stream the key, and the row in `low` and `high`.
    x : ndarray of float64, shape (n_instructions,)
        Constants.
    terms : ndarray of uint64, shape (n_terms,)
        Where the registers of the terms of sums begin.
    weights : ndarray of float64, shape (n_terms,)
        Weights of the terms.
    low : ndarray of uint64, shape (n_streams << LOW_DIGITS,)
        Of a digital net the first points of each stream.
    high : ndarray of uint64, shape (n_streams * (DIGITS - LOW_DIGITS),)
        Of a digital net the direction numbers for the other digits of an index; empty for independent draws.
    knots : ndarray of uint64
        All tables, as `mcmort.elicit.table.packed` packs them.
    """

    code: Words
    x: Floats
    terms: Words
    weights: Floats
    low: Words
    high: Words
    knots: Words


class HistogramBuffers(NamedTuple):
    """The registers to count, their counts by bin, and their smallest and largest values as ordered integers."""

    registers: Words
    counts: NDArray[np.int32]
    low: Ints
    high: Ints
