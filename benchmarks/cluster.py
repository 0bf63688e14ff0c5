"""Efficiency of a Dask cluster of two workers: simulated cases a second, against one worker and this process.

Run with ``python benchmarks/cluster.py``; it needs the extra ``mcmort[dask]`` and takes about a minute. On a machine
that does other work too, compare processor time, which is printed beside the time on the clock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psutil  # comes with distributed

import mcmort as mm
from mcmort.bayes.calibration.simulation_based import calibration_tasks
from mcmort.tasks import results_digest, run_tasks
from mcmort.tasks.dask_cluster import dask_executor

ROOT: Final = Path(__file__).resolve().parent.parent
CASES: Final = 100


def main() -> None:
    """Measure, and print."""
    case = mm.load(ROOT / "benchmarks" / "synthetic")
    warming, tasks = calibration_tasks(case, 8, seed=2), calibration_tasks(case, CASES, seed=1)
    run_tasks(warming)
    begun, worked = time.perf_counter(), time.process_time()
    digest = results_digest(run_tasks(tasks))
    here = time.process_time() - worked
    print(f"this process: {time.perf_counter() - begun:.1f} s on the clock, {here:.1f} s of the processor")
    seconds = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _start(stack, folder, "scheduler", "--host", "127.0.0.1", "--port", "0")
        while not (folder / "scheduler.json").exists():
            time.sleep(0.1)
        address = json.loads((folder / "scheduler.json").read_text())["address"]
        processes = []
        for workers in (1, 2):
            processes.append(_start(stack, folder, "worker", "--nthreads", "1", "--no-nanny"))
            with dask_executor(address, patience=60, workers=workers) as executor:
                run_tasks(warming, executor=executor)
                begun, worked = time.perf_counter(), _processor_time(processes)
                results = run_tasks(tasks, executor=executor)
                seconds[workers] = time.perf_counter() - begun
                worked = _processor_time(processes) - worked
            assert results_digest(results) == digest, "the results differ"
            share = worked / (workers * seconds[workers])
            print(
                f"workers: {workers}: {seconds[workers]:.1f} s on the clock, {worked:.1f} s of the processor "
                f"({share:.0%} of their time; {here / worked:.0%} of it is what the tasks take in one process)"
            )
    print(f"efficiency of two workers against one: {seconds[1] / (2 * seconds[2]):.0%}, with a load of", end=" ")
    print(f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _start(stack: ExitStack, folder: Path, *words: str) -> psutil.Process:
    """Start a part of the cluster, which ends with the measurement."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *words, "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json")],
        cwd=folder, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    stack.callback(process.wait)
    stack.callback(process.kill)
    return psutil.Process(process.pid)


def _processor_time(processes: list[psutil.Process]) -> float:
    """Return the seconds of the processor that processes have taken."""
    times = [process.cpu_times() for process in processes]
    return float(sum(taken.user + taken.system for taken in times))


if __name__ == "__main__":
    main()
