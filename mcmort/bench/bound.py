"""The least that a sampler of this kind can do: hash a counter, gather two knots of a table, interpolate and add.

There is no copula, no tail, no definition and no quantile here; the time for a value is a floor on this machine for
every design that draws by hash and table. The sampler is compared with it on the same number of values.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, cast

import numba
import numpy as np
from numpy.typing import NDArray

from mcmort.bench.task import Floats, Task
from mcmort.elicit.families import Distribution
from mcmort.results.counter_based_random import GAMMA, MIX_1, MIX_2
from mcmort.sampler.random.streams import independent_points

__all__ = ["bound_sum", "bound_tables"]

_BITS: Final = 8
"""Knots of a table as a power of two: 12 tables fit the first-level cache, as the busy parts of the sampler's do."""
_GAMMA: Final = np.uint64(GAMMA)
_MIX_1: Final = np.uint64(MIX_1)
_MIX_2: Final = np.uint64(MIX_2)
_CELL_SHIFT: Final = np.uint64(64 - _BITS)
_REST_SHIFT: Final = np.uint64(_BITS)
_ONE: Final = np.uint64(1)


def _jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    # sums may be reordered here, unlike in the sampler: without that the loop would not be vectorised, and the bound
    # would be no bound
    compiled: Any = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "contract"})(function)
    return cast("Callable[P, R]", compiled)


def bound_tables(task: Task) -> Floats:
    """Return quantiles of the components at even probabilities, shape ``(n_components, knots + 1)``."""
    knots = 1 << _BITS
    p = np.clip(np.arange(knots + 1) / knots, 0.25 / knots, 1.0 - 0.25 / knots)
    parameters = zip(task.log_medians.tolist(), task.log_sds, strict=True)
    return np.stack([Distribution("lognormal", pair).ppf(p) for pair in parameters])


@_jit
def _sum(table: Floats, key: np.uint64, first: int, count: int) -> float:
    total = 0.0
    start = np.uint64(first + 1)
    for i in range(count):
        z = key + (start + np.uint64(i)) * _GAMMA
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        z = z ^ (z >> np.uint64(31))
        cell = z >> _CELL_SHIFT
        rest = np.float64((z << _REST_SHIFT) >> np.uint64(12)) * 2.0**-52
        left = table[cell]
        total += left + rest * (table[cell + _ONE] - left)
    return total


@_jit
def _sum_all(tables: Floats, keys: NDArray[np.uint64], first: int, count: int) -> float:
    total = 0.0
    for component in range(tables.shape[0]):
        total += _sum(tables[component], keys[component], first, count)
    return total


def bound_sum(tables: Floats, n: int, seed: int, *, threads: int = 1) -> float:
    """Add up as many values as the task has draws and components.

    Parameters
    ----------
    tables : ndarray, shape (n_components, knots + 1)
        From `bound_tables`.
    n : int
        Number of draws.
    seed : int
        Seed of the streams.
    threads : int
        Threads to use.

    Returns
    -------
    float
        The sum of all values over all draws, deaths: it is returned so that no compiler may leave the work out.
    """
    keys = independent_points(seed, tuple(f"component-{component}" for component in range(len(tables)))).offsets
    ends = np.linspace(0, n, threads + 1).astype(np.int64).tolist()
    pieces = [(first, last - first) for first, last in pairwise(ends)]
    if threads == 1:
        return _sum_all(tables, keys, 0, n)
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda piece: _sum_all(tables, keys, *piece), pieces))
