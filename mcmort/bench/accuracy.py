"""Time to a given accuracy: how many draws a method needs until both limits of an interval are sure, and how long.

The error of a method with n draws is 1.96 times the root mean square of its relative errors over many seeds, the larger
of the two limits, against the exact quantiles. It is measured at powers of two until it falls below the target; between
the last two the needed number is interpolated on logarithmic axes. Independent draws are not searched in this way:
NumPy would take many minutes. Their error is measured at a few sizes and follows the root of their number, alike for
NumPy and mcmort; the time of NumPy is that of a smaller run times the ratio of the numbers. What is extrapolated is
marked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from mcmort.bench.engine import mcmort_quantiles
from mcmort.bench.exact import exact
from mcmort.bench.measure import interleaved
from mcmort.bench.peers import numpy_quantiles, scipy_quantiles
from mcmort.bench.results import Accuracy, Timing
from mcmort.bench.task import Floats, Task, make_task
from mcmort.sampler.kernel.run import REPLICATES

__all__ = ["Method", "accuracy", "draws_by_law", "draws_needed", "error_of", "methods"]

_SEEDS: Final = 40
_MOST: Final = 1 << 24
_REPEATS: Final = 15
_LIMIT: Final = 30.0
"""Seconds after which a method is not given twice as many draws once more."""
_LONGEST: Final = 1 << 20
"""Draws with which the time of NumPy is taken, at most: from there it grows at least linearly."""
_AFFORDABLE: Final = tuple(1 << power for power in range(14, 18))

type Run = Callable[[Task, int, int], Floats]


@dataclass(frozen=True)
class Method:
    """A way to estimate the limits.

    Attributes
    ----------
    name : str
        As it is printed.
    run : callable
        From task, draws and seed to quantiles, shape ``(1, 3)``.
    fewest : int
        Where the search starts, from which it doubles.
    is_stepped : bool
        Whether the method only takes the numbers of that search, so that its time is taken with the next of them.
    affordable : tuple of int
        Numbers of independent draws at which the error is measured, instead of a search.
    longest : int, optional
        Draws with which the time is taken at most.
    """

    name: str
    run: Run
    fewest: int = 1 << 8
    is_stepped: bool = False
    affordable: tuple[int, ...] = ()
    longest: int | None = None


def methods(threads: int) -> tuple[Method, ...]:
    """Return the methods that are compared."""
    return (
        Method("mcmort, plain", partial(mcmort_quantiles, threads=threads), affordable=_AFFORDABLE),
        Method(
            "mcmort, quasi",
            partial(mcmort_quantiles, threads=threads, method="quasi"),
            16 * REPLICATES,
            is_stepped=True,
        ),
        Method("NumPy, plain", numpy_quantiles, affordable=_AFFORDABLE, longest=_LONGEST),
        Method("SciPy Sobol", scipy_quantiles, is_stepped=True),
    )


def error_of(run: Run, task: Task, truth: Floats, n: int, seeds: int = _SEEDS) -> float:
    """Return the 95 % error of the worse limit, relative.

    Parameters
    ----------
    run : callable
        From task, draws and seed to quantiles, shape ``(1, 3)``.
    task : Task
        With one definition.
    truth : ndarray, shape (1, 3)
        Exact quantiles.
    n : int
        Number of draws.
    seeds : int
        Independent runs.

    Returns
    -------
    float
    """
    errors = np.array([run(task, n, seed)[0] / truth[0] - 1.0 for seed in range(1, seeds + 1)])
    return float(1.96 * np.sqrt(np.mean(errors[:, [0, 2]] ** 2, axis=0)).max())


def draws_needed(error: Callable[[int], float], target: float, fewest: int, limit: float = _LIMIT) -> float | None:
    """Return how many draws bring an error down to a target, or None if 2 to the 24, or the time, are too little.

    Parameters
    ----------
    error : callable
        From a number of draws to the error.
    target : float
        The error asked for.
    fewest : int
        Where to start; the number is then doubled.
    limit : float
        Seconds after which the number is not doubled once more.

    Returns
    -------
    float or None
    """
    start = time.perf_counter()
    n, before = fewest, error(fewest)
    if before <= target:
        return float(n)
    while n < _MOST and time.perf_counter() - start < limit:
        n *= 2
        after = error(n)
        if after <= target:
            return float(n * 2.0 ** (np.log(after / target) / np.log(before / after)))
        before = after
    return None


def draws_by_law(error: Callable[[int], float], target: float, sizes: Sequence[int]) -> float:
    """Return how many independent draws bring an error down to a target, by the law of their root.

    Parameters
    ----------
    error : callable
        From a number of draws to the error.
    target : float
        The error asked for.
    sizes : sequence of int
        Numbers of draws at which the error is measured.

    Returns
    -------
    float
    """
    squares = [error(n) ** 2 * n for n in sizes]
    return sum(squares) / len(squares) / target**2


def accuracy(
    *, correlated: bool, target: float, threads: int, chosen: tuple[Method, ...] | None = None
) -> list[Accuracy]:
    """Measure what every method needs for one total of twelve components.

    Parameters
    ----------
    correlated : bool
        Whether a factor correlates the components.
    target : float
        Relative error allowed in both limits, 19 times in 20.
    threads : int
        Threads that mcmort is given.
    chosen : tuple of Method, optional
        By default all.

    Returns
    -------
    list of Accuracy
    """
    task = make_task(12, correlated=correlated, definitions=1)
    truth = exact(task, 1 << 15, 0.2).quantiles
    found: list[tuple[Method, float | None, int]] = []
    for method in methods(threads) if chosen is None else chosen:
        error = partial(error_of, method.run, task, truth)
        law = method.affordable
        needed = draws_by_law(error, target, law) if law else draws_needed(error, target, method.fewest)
        found.append((method, needed, _used(method, needed)))
    works = {method.name: partial(method.run, task, used, 1) for method, needed, used in found if needed is not None}
    seconds = interleaved(works, _REPEATS)
    return [
        Accuracy(
            task.name,
            method.name,
            target,
            needed,
            used,
            _timing(method.name, seconds, (needed or used) / max(used, 1)),
            is_extrapolated=needed is not None and needed > max(method.affordable, default=math.inf),
        )
        for method, needed, used in found
    ]


def _used(method: Method, needed: float | None) -> int:
    """Return the number of draws with which the time is taken."""
    if needed is None:
        return 0
    if method.affordable:
        return min(int(np.ceil(needed)), method.longest or _MOST)
    steps = np.log2(needed / method.fewest)
    return int(np.ceil(method.fewest * 2.0 ** (np.ceil(steps) if method.is_stepped else steps) - 1e-6))


def _timing(name: str, seconds: dict[str, tuple[float, ...]], scale: float) -> Timing:
    """Return the time of a method, in proportion to the draws if it was taken with fewer than are needed."""
    if name in seconds:
        return Timing(name, tuple(max(scale, 1.0) * one for one in seconds[name]))
    return Timing(name, skipped=f"not reached in {_LIMIT:g} s of trials")
