"""The one decorator of compiled code, and the bits of floats.

``nogil``: blocks run in threads. ``error_model="numpy"``: a division by zero gives infinity, which is found and named
after the run, instead of an exception test in the loop. There is no ``cache``: `mcmort.cache.machine_code` has a
better. ``fastmath`` stays off: it lets the compiler reorder sums, and results would differ from one machine to the
next.
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
    return np.uint64(bits).view(np.float64)  # the compiler wants to see the type where `view` is called
