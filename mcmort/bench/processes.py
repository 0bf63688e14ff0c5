"""What only a process of its own can show: peak memory, and the time from start to end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from mcmort.bench.measure import interleaved
from mcmort.bench.peers import PEERS, available
from mcmort.bench.results import Peak, Timing
from mcmort.bench.task import make_task

__all__ = ["IMPORT_NUMBA", "TOTAL", "peak_of", "peaks", "startups"]

IMPORT_NUMBA: Final = 'python -c "import numba"'
TOTAL: Final = "mcmort total ussr --definition broad"
_PEER_DRAWS: Final = 10**6
"""Draws with which the memory of a peer is measured: it grows in proportion."""


def peak_of(tool: str, components: int, draws: int, *, correlated: bool, threads: int = 1) -> Peak:
    """Return the peak resident memory of a process that does nothing but the task.

    Parameters
    ----------
    tool : str
        ``mcmort``, or the name of a peer.
    components, draws : int
        Size of the task.
    correlated : bool
        Whether a factor correlates the components.
    threads : int
        Threads that mcmort is given.

    Returns
    -------
    Peak
        Without bytes, and with the reason, if the process failed.
    """
    request = {"tool": tool, "components": components, "draws": draws, "correlated": correlated, "threads": threads}
    words = [sys.executable, "-m", "mcmort.bench.child", json.dumps(request)]
    name = make_task(components, correlated=correlated).name
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        return Peak(tool, name, draws, 0, _why(done))
    return Peak(tool, name, draws, int(done.stdout))


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """Return why a process failed."""
    said = done.stderr.strip().splitlines()
    return f"failed with code {done.returncode}: {said[-1] if said else 'it said nothing'}"


def peaks(draws: tuple[int, ...], threads: int) -> tuple[Peak, ...]:
    """Measure the peak memory of mcmort with each number of draws, and of the peers with a million."""
    wanted = [("mcmort", n) for n in draws]
    # monaco keeps an object for each draw, and would take minutes
    wanted += [(peer.name, _PEER_DRAWS) for peer in PEERS if peer.name in available() and peer.name != "monaco"]
    return tuple(peak_of(tool, 12, n, correlated=True, threads=threads) for tool, n in wanted)


def startups(repeats: int) -> tuple[Timing, ...]:
    """Time whole processes: ``import numba``, one total with its kernel cached, and the import of each peer."""
    words: dict[str, tuple[str, ...]] = {
        IMPORT_NUMBA: ("-c", "import numba"),
        TOTAL: ("-m", "mcmort", "total", "ussr", "--definition", "broad", "--quiet"),
    }
    for peer in PEERS:
        if peer.name in available():
            words[f'python -c "import {peer.module}"'] = ("-c", f"import {peer.module}")
    failed: dict[str, str] = {}
    works: dict[str, Callable[[], object]] = {}
    for name, rest in words.items():
        work = partial(subprocess.run, [sys.executable, *rest], check=False, capture_output=True, text=True)
        done = work()
        if done.returncode:
            failed[name] = _why(done)
        else:
            works[name] = work
    seconds = interleaved(works, repeats)
    return tuple(Timing(name, seconds.get(name, ()), failed.get(name, "")) for name in words)
