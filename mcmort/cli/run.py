"""What every command that draws does first: load, then draw, with a progress bar if it takes over a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from mcmort.cli.options import DependenceName, MethodName, PoolName
    from mcmort.sampler import Sampler
    from mcmort.sampler.run import Progress

__all__ = ["PATIENCE", "check_output", "deliver", "progress_bar", "sampling"]

_STDOUT: Final = Path("-")
PATIENCE: Final = 1.0
"""Seconds of work before a progress bar appears."""


@contextmanager
def sampling(
    name: str,
    draws: int | None,
    seed: int,
    *,
    evidence: frozenset[str] | None,
    threads: int | None,
    quiet: bool,
    precision: float | None = None,
    method: MethodName | None = None,
    dependence: DependenceName | None = None,
    pool: PoolName | None = None,
) -> Iterator[Sampler]:
    """Load a case and lend the engine that draws from it, with a progress bar for as long as it may draw."""
    from mcmort.catalogue import load
    from mcmort.sampler import Sampler

    if method is not None and method.value == "exact":
        for given, option in ((draws, "--draws"), (precision, "--precision")):
            if given is not None:
                raise typer.BadParameter("--method exact makes no draws, and takes none", param_hint=option)
    case = load(name)
    with progress_bar(f"Drawing {case.id}", quiet) as progress:
        yield Sampler(
            case,
            draws,
            rng=seed,
            precision=precision,
            method="plain" if method is None else method.value,
            evidence=evidence,
            dependence="declared" if dependence is None else dependence.value,
            pool=None if pool is None else pool.value,
            threads=threads,
            progress=progress,
        )


@contextmanager
def progress_bar(label: str, quiet: bool) -> Iterator[Progress | None]:
    """Show a bar on stderr once the work has taken a second; nothing if stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = Bar(console=Console(file=sys.stderr), transient=True)
    task = bar.add_task(label, total=1)
    timer = threading.Timer(PATIENCE, bar.start)
    timer.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        timer.cancel()
        timer.join()  # it may just be starting the bar
        bar.stop()


def check_output(output: Path | None) -> None:
    """Refuse early an output that cannot be written; none, or ``-``, is stdout."""
    from mcmort.present.write import check_writable

    if output is not None and output != _STDOUT:
        check_writable(output)


def deliver(text: str, output: Path | None) -> None:
    """Print a result, or write it whole to a file."""
    if output is None or output == _STDOUT:
        sys.stdout.write(text)
        return
    from mcmort.present.write import write_whole

    write_whole(output, text.encode())
    sys.stdout.write(f"{output}\n")
