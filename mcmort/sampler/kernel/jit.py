"""The decorator of the kernel's compiled functions, and conversions between floats and their bits.

``nogil``: blocks run in threads. ``error_model="numpy"``: a division by zero gives infinity, which is reported after
the run, instead of a test for an exception in the loop. No ``cache``: `mcmort.cache.machine_code` stores the kernel,
and loads it sooner. ``fastmath`` stays off: it lets the compiler reorder sums, so that results would differ between
machines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numba
import numpy as np

__all__ = ["bits_of", "float_of", "jit"]


def jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel."""
    compiled = numba.njit(nogil=True, error_model="numpy", fastmath=False)(function)
    return cast("Callable[P, R]", compiled)


@jit
def bits_of(value: float) -> np.uint64:
    """Return the bits of a float as an unsigned integer."""
    return np.float64(value).view(np.uint64)


@jit
def float_of(bits: np.uint64) -> np.float64:
    """Return the float that has the bits of an unsigned integer."""
    return np.uint64(bits).view(np.float64)  # Numba needs to see the type where `view` is called
