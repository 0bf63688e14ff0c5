"""Times universes of the Soviet case: CPU and wall time by their number, with a warm store, and the slope.

Run with ``python benchmarks/multiverse.py [UNIVERSES ...]``. The first run of each number fills the store and does not
count; its time is printed apart.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import mcmort as mm
from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.analysis.multiverse.whole import Multiverse, run_multiverse

DRAWS = 100_000
PRIORS = {
    "pool": ("linear", "log"),
    "weights": ("equal", "confidence"),
    "reading": ("90%", "80%"),
    "family": ("case", "gamma"),
    "evidence": ("admitted",),
}
"""Sixteen sets of priors."""


def timed(universes: int) -> tuple[float, float, Multiverse]:
    """Return CPU and wall seconds of a run, and what it computed."""
    case = mm.load("ussr")
    processor, clock = time.process_time(), time.perf_counter()
    computed = run_multiverse(case, MultiverseRequest(dials=PRIORS, universes=universes), draws=DRAWS, seed=1)
    return time.process_time() - processor, time.perf_counter() - clock, computed


def main() -> None:
    """Print a line for each number of universes, then the slope."""
    rows = []
    for universes in [int(word) for word in sys.argv[1:]] or [125, 250, 500, 1_000]:
        cold, _, _ = timed(universes)
        processor, clock, computed = timed(universes)
        rows.append((len(computed.universes), processor))
        print(
            f"{len(computed.universes):6,} universes of {computed.allowed:,}: {processor:.1f} s of CPU, {clock:.1f} s "
            f"by the clock; {cold:.1f} s of CPU the first time",
            flush=True,
        )
    if len(rows) > 1:
        counts, seconds = np.array(rows).T
        slope, start = np.polyfit(counts, seconds, 1)
        print(f"slope {1e3 * slope:.2f} ms of CPU a universe of {DRAWS:,} draws, {start:.1f} s to begin")


if __name__ == "__main__":
    main()
