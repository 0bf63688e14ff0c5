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


def peak_of(tool: str, components: int, draws: int, *, correlated: bool, threads: int = 1) -> int:
    """Return the peak resident memory of a process that does nothing but the task, bytes.

    Parameters
    ----------
    tool : str
        ``mcmort``, or the name of a peer.
    components, draws : int
        Size of the task.
    correlated : bool
        Whether a factor ties the components.
    threads : int
        Threads that mcmort is given.

    Returns
    -------
    int
    """
    request = {"tool": tool, "components": components, "draws": draws, "correlated": correlated, "threads": threads}
    words = [sys.executable, "-m", "mcmort.bench.child", json.dumps(request)]
    return int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def peaks(draws: tuple[int, ...], threads: int) -> tuple[Peak, ...]:
    """Measure the peak memory of mcmort with each number of draws, and of the peers with a million."""
    name = make_task(12, correlated=True).name
    wanted = [("mcmort", n) for n in draws]
    # monaco keeps an object for each draw, and would take minutes
    wanted += [(peer.name, _PEER_DRAWS) for peer in PEERS if peer.name in available() and peer.name != "monaco"]
    return tuple(Peak(tool, name, n, peak_of(tool, 12, n, correlated=True, threads=threads)) for tool, n in wanted)


def startups(repeats: int) -> tuple[Timing, ...]:
    """Time whole processes: one total with its kernel cached, ``import numba``, and the import of each peer."""
    words: dict[str, tuple[str, ...]] = {
        IMPORT_NUMBA: ("-c", "import numba"),
        TOTAL: ("-m", "mcmort", "total", "ussr", "--definition", "broad", "--quiet"),
    }
    for peer in PEERS:
        if peer.name in available():
            words[f'python -c "import {peer.module}"'] = ("-c", f"import {peer.module}")
    works: dict[str, Callable[[], object]] = {
        name: partial(subprocess.run, [sys.executable, *rest], check=True, capture_output=True)
        for name, rest in words.items()
    }
    return tuple(Timing(name, runs) for name, runs in interleaved(works, repeats).items())
