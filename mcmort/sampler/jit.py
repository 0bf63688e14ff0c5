"""The one decorator of compiled code, with its reasons.

``nogil``: blocks run in threads. ``cache``: compiled once for a machine, whatever the case. ``error_model="numpy"``:
a division by zero gives infinity, which is found and named after the run, instead of an exception test in the loop.
``fastmath`` stays off: it lets the compiler reorder sums, and results would differ from one machine to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numba

__all__ = ["jit"]


def jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel."""
    compiled = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=False)(function)
    return cast("Callable[P, R]", compiled)
