"""The sampler against its NumPy twin and against plain NumPy, on the plan of a shipped case.

Answers are checked equal before anything is timed; kernels are warmed; times are medians of several runs, and what
counts are the ratios within one run of this file. Run with ``make bench``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import mcmort as mm
from mcmort.elicit import elicit
from mcmort.sampler.compile import compile_priors
from mcmort.sampler.plan import Op
from mcmort.sampler.run import run_plan
from mcmort.sampler.twin import run_plan as run_twin

REPEATS = 5


def median_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time of several runs after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def numpy_lognormals(columns: int, draws: int) -> NDArray[np.float64]:
    """Draw as many lognormals as the plan has random columns: the least that plain NumPy would have to do."""
    rng = np.random.default_rng(1)
    return np.stack([rng.lognormal(13.0, 0.3, draws) for _ in range(columns)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="ussr")
    parser.add_argument("--draws", type=int, default=200_000)
    options = parser.parse_args()
    plan = compile_priors(elicit(mm.load(options.case))).plan
    twin = run_twin(plan, 1, 0, 2_000)
    kernel = run_plan(plan, 1, 2_000)
    for name, values in twin.items():
        if not np.array_equal(values, kernel[name]):
            raise SystemExit(f"{name}: the kernel and its twin differ; nothing was timed")
    random = int(np.isin(plan.op, (Op.UNIFORM, Op.DRAW)).sum())
    one = median_seconds(lambda: run_plan(plan, 1, options.draws, threads=1))
    two = median_seconds(lambda: run_plan(plan, 1, options.draws, threads=2))
    few = options.draws // 20
    slow = 20 * median_seconds(lambda: run_twin(plan, 1, 0, few), 3)
    plain = median_seconds(lambda: numpy_lognormals(random, options.draws))
    print(f"{options.case}: {len(plan.op)} instructions, {random} random columns, {options.draws:,} draws")
    print("| what | seconds | draws of a column a second | against the kernel on 1 thread |")
    print("| --- | ---: | ---: | ---: |")
    rows = [
        ("kernel, 1 thread", one),
        ("kernel, 2 threads", two),
        ("its NumPy twin (scaled up from a twentieth)", slow),
        ("NumPy: the random columns as plain lognormals, nothing else", plain),
    ]
    for label, seconds in rows:
        print(f"| {label} | {seconds:.3f} | {random * options.draws / seconds:.3g} | {seconds / one:.2f} |")


if __name__ == "__main__":
    main()
