"""A process that does one task and prints its own peak memory in bytes; `mcmort.bench.processes` starts it."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from mcmort.bench.peers import PEERS
from mcmort.bench.task import make_task

__all__ = ["main", "peak_bytes"]


def peak_bytes() -> int:
    """Return the peak resident memory of this process."""
    try:
        # getrusage would do, but on Linux a new process starts with the peak of the one that made it
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(text: str) -> int:
    """Do what a request in JSON asks for and return the peak memory in bytes."""
    request = json.loads(text)
    task = make_task(request["components"], correlated=request["correlated"])
    run = {peer.name: peer.run for peer in PEERS}.get(request["tool"])
    if run is None:
        from mcmort.bench.engine import mcmort_quantiles

        run = partial(mcmort_quantiles, threads=request["threads"])
    run(task, request["draws"], 1)
    return peak_bytes()


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1])}\n")
