"""Times universes of the Soviet case: CPU and wall time by their number, with a warm store, and the slope.

Run with ``python benchmarks/multiverse.py [--leave-one-out] [UNIVERSES ...]``. The first run of each number fills the
store and does not count; its time is printed apart. With ``--leave-one-out`` every definition is also asked without
each of its components in turn: as many sets of priors, and about 20,000 universes.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

import mcmort as mm
from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.analysis.multiverse.whole import Multiverse, run_multiverse
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Selector
from mcmort.catalogue.selection import select

DRAWS = 100_000
PRIORS = {
    "pool": ("linear", "log"),
    "weights": ("equal", "confidence"),
    "reading": ("90%", "80%"),
    "family": ("case", "gamma"),
    "evidence": ("admitted",),
}
"""Sixteen sets of priors."""


def leaving_one_out(case: Case) -> Case:
    """Return a case that has each of its definitions also without each of the components that it counts."""
    definitions = dict(case.definitions)
    for name, definition in case.definitions.items():
        for component in select(case, definition):
            shorter = f"{name}-without-{component}"
            exclude = (*definition.exclude, Selector.model_validate({"component": component}))
            definitions[shorter] = definition.model_copy(update={"id": shorter, "exclude": exclude})
    return replace(case, definitions=definitions)


def timed(case: Case, universes: int) -> tuple[float, float, Multiverse]:
    """Return CPU and wall seconds of a run, and what it computed."""
    processor, clock = time.process_time(), time.perf_counter()
    computed = run_multiverse(case, MultiverseRequest(dials=PRIORS, universes=universes), draws=DRAWS, seed=1)
    return time.process_time() - processor, time.perf_counter() - clock, computed


def main() -> None:
    """Print a line for each number of universes, then the slope."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("universes", nargs="*", type=int, default=[125, 250, 500, 1_000])
    parser.add_argument("--leave-one-out", action="store_true")
    given = parser.parse_args()
    case = leaving_one_out(mm.load("ussr")) if given.leave_one_out else mm.load("ussr")
    rows = []
    for universes in given.universes:
        cold, _, _ = timed(case, universes)
        processor, clock, computed = timed(case, universes)
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
