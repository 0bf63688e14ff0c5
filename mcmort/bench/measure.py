"""Timing: runs interleaved, so that whatever else the machine does falls on all tools alike."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

__all__ = ["available_bytes", "interleaved", "machine", "seconds_of"]

_LONG: Final = 5.0
"""A first run as long as this counts: what it warms up is a small part of it."""
_BUDGET: Final = 5.0
"""Seconds that the counted runs of one tool may take, as long as there are a few."""
_FEWEST: Final = 3
"""Counted runs at least: a single one of 15 seconds came out between 13 and 20."""


def seconds_of(work: Callable[[], object]) -> float:
    """Return the seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(works: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, tuple[float, ...]]:
    """Time several works in turn: a, b, c, a, b, c ...

    Parameters
    ----------
    works : dict of str to callable
        What to time.
    repeats : int
        Counted rounds. Works that would take longer than 5 seconds in all take part in fewer, but in three at least.

    Returns
    -------
    dict of str to tuple of float
        Seconds of each counted run. The first run of each is not counted, unless it takes 5 seconds or more.
    """
    first = {name: seconds_of(work) for name, work in works.items()}
    seconds = {name: [once] if once >= _LONG else [] for name, once in first.items()}
    rounds = {name: min(repeats, max(_FEWEST, int(_BUDGET / max(once, 1e-9)))) for name, once in first.items()}
    for _ in range(repeats):
        for name, work in works.items():
            if len(seconds[name]) < rounds[name]:
                seconds[name].append(seconds_of(work))
    return {name: tuple(runs) for name, runs in seconds.items()}


def available_bytes() -> int | None:
    """Return the memory that is free for use, or None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def machine() -> dict[str, str]:
    """Return what the figures of a run rest on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "system": platform.system(),
        "python": platform.python_version(),
    }
