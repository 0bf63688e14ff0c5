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
    from mcmort.bayes import Posterior
    from mcmort.catalogue import Case
    from mcmort.cli.options import DependenceName, EngineName, MethodName, PoolName
    from mcmort.sampler.run import Progress
    from mcmort.totals import Source

__all__ = ["PATIENCE", "check_output", "deliver", "drawing", "fitted", "progress_bar"]

_STDOUT: Final = Path("-")
PATIENCE: Final = 1.0
"""Seconds of work before a progress bar appears."""


@contextmanager
def drawing(
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
    engine: EngineName | None = None,
    without: list[str] | None = None,
) -> Iterator[Source]:
    """Load a case and lend what makes its draws, with a progress bar for as long as that may take."""
    is_synthesis = engine is not None and engine.value == "synthesis"
    _check_engine(is_synthesis, precision, method, dependence, pool, without)
    from mcmort.catalogue import load

    case = load(name)
    if is_synthesis:
        with progress_bar(f"Fitting {case.id}", quiet) as progress:
            yield fitted(case, draws, seed, evidence, without, threads, progress)
        return
    from mcmort.sampler import Sampler

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


def fitted(
    case: Case,
    draws: int | None,
    seed: int,
    evidence: frozenset[str] | None,
    without: list[str] | None,
    cores: int | None,
    progress: Progress | None,
) -> Posterior:
    """Fit a case, or find its fit; the draws asked for are shared by the chains."""
    from mcmort.bayes import fit
    from mcmort.bayes.diagnose import CHAINS, LEAST_DRAWS

    each = None if draws is None else -(-draws // CHAINS)
    if each is not None and each < LEAST_DRAWS:
        raise typer.BadParameter(f"a fit takes {CHAINS * LEAST_DRAWS} draws at least", param_hint="--draws")
    return fit(
        case, rng=seed, evidence=evidence, without=frozenset(without or ()), draws=each, cores=cores, progress=progress
    )


def _check_engine(
    is_synthesis: bool,
    precision: float | None,
    method: MethodName | None,
    dependence: DependenceName | None,
    pool: PoolName | None,
    without: list[str] | None,
) -> None:
    """Refuse options that belong to the other engine."""
    if is_synthesis:
        for given, option in (
            (precision is not None, "--precision"),
            (method is not None and method.value != "plain", "--method"),
            (dependence is not None and dependence.value != "declared", "--dependence"),
            (pool is not None, "--pool"),
        ):
            if given:
                raise typer.BadParameter("it belongs to the engine 'elicited'", param_hint=option)
        return
    if without:
        raise typer.BadParameter("it belongs to --engine synthesis", param_hint="--without")


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
