"""The run of the benchmarks: answers are checked first, then everything is timed in one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import Final

import numpy as np

from mcmort.bench.accuracy import accuracy
from mcmort.bench.bound import bound_sum, bound_tables
from mcmort.bench.engine import mcmort_quantiles
from mcmort.bench.exact import exact
from mcmort.bench.measure import available_bytes, interleaved, machine
from mcmort.bench.peers import PEERS, Peer, available, missing
from mcmort.bench.processes import peaks, startups
from mcmort.bench.results import Cell, Check, Report, Timing
from mcmort.bench.task import Floats, Task, make_task
from mcmort.errors import McmortError

__all__ = ["FULL", "QUICK", "TOLERANCE", "Settings", "base_tool", "check", "run_benchmarks", "tools"]

TOLERANCE: Final = 5.0
"""Standard errors by which a quantile may differ from the exact one: by chance once in a million, of 30 in a check."""
_SEED: Final = 1
BOUND: Final = "hash, gather, add"

type Progress = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What to measure.

    Attributes
    ----------
    components, draws, threads : tuple of int
        Sizes of the tasks, numbers of draws, and threads that mcmort is given.
    repeats : int
        Counted runs of each tool.
    limit : float
        Seconds beyond which a run is not started, judging by the run before it.
    target : float
        Relative error asked of both limits in the measurement of accuracy.
    memory : tuple of int
        Numbers of draws with which peak memory is measured.
    """

    components: tuple[int, ...]
    draws: tuple[int, ...]
    threads: tuple[int, ...] = (1, 2)
    repeats: int = 5
    limit: float = 5.0
    target: float = 0.001
    memory: tuple[int, ...] = (10**7, 10**9)


FULL: Final = Settings((4, 12, 64), (10**4, 10**5, 2**20, 10**7, 10**8), limit=20.0)
QUICK: Final = Settings((12,), (10**4, 10**5, 2**20), repeats=3, limit=2.0, target=0.01, memory=(10**5, 10**7))


def base_tool(threads: int) -> str:
    """Return the name under which mcmort stands in a report."""
    return f"mcmort, {threads} thread{'s' if threads != 1 else ''}"


def tools(threads: tuple[int, ...]) -> tuple[Peer, ...]:
    """Return mcmort, once for each number of threads, and the peers that are installed."""
    own = tuple(
        Peer(base_tool(count), "mcmort", "mcmort", partial(mcmort_quantiles, threads=count), lambda _: 0)
        for count in threads
    )
    return own + tuple(peer for peer in PEERS if peer.name in available())


def check(task: Task, tool: Peer) -> Check:
    """Compare the answers of a tool with the exact ones.

    Parameters
    ----------
    task : Task
        What to compute.
    tool : Peer
        The tool.

    Returns
    -------
    Check
        Passed if every quantile of every total is within `TOLERANCE` standard errors of plain Monte Carlo.
    """
    answer, found = exact(task), tool.run(task, tool.check_draws, _SEED)
    if found.shape != answer.quantiles.shape or not np.isfinite(found).all():
        return Check(task.name, tool.name, tool.check_draws, float("inf"), passed=False)
    worst = float(np.max(np.abs(found - answer.quantiles) / answer.standard_errors(tool.check_draws)))
    return Check(task.name, tool.name, tool.check_draws, worst, passed=worst <= TOLERANCE)


def run_benchmarks(settings: Settings, progress: Progress = lambda _: None) -> Report:
    """Check, then measure everything.

    Parameters
    ----------
    settings : Settings
        What to measure: `FULL`, `QUICK`, or either with changes.
    progress : callable, optional
        Called with a line of text before each part.

    Returns
    -------
    Report

    Raises
    ------
    McmortError
        If mcmort's own answers differ from the exact ones: then nothing is worth timing.
    """
    everything = tools(settings.threads)
    checks: list[Check] = []
    cells: list[Cell] = []
    for components in settings.components:
        for correlated in (False, True):
            task = make_task(components, correlated=correlated)
            progress(f"{task.name}: checking answers")
            found = [check(task, tool) for tool in everything]
            _refuse_own(found)
            checks += found
            cells += _cells(task, everything, {one.tool: one for one in found}, settings, progress)
    progress("accuracy")
    accuracies = [
        one
        for correlated in (False, True)
        for one in accuracy(correlated=correlated, target=settings.target, threads=max(settings.threads))
    ]
    progress("bound")
    bounds = [_bound(threads, settings.repeats) for threads in settings.threads]
    progress("memory and start-up")
    return Report(
        machine=machine(),
        versions={"mcmort": version("mcmort"), "numba": version("numba"), **available()},
        missing=missing(),
        threads=settings.threads,
        limit=settings.limit,
        checks=tuple(checks),
        cells=tuple(cells),
        bound=tuple(bounds),
        accuracy=tuple(accuracies),
        peaks=peaks(settings.memory, max(settings.threads)),
        startups=startups(settings.repeats),
    )


def _refuse_own(found: list[Check]) -> None:
    for one in found:
        if one.tool.startswith("mcmort") and not one.passed:
            raise McmortError(
                f"{one.task}: a quantile of {one.tool} is {one.worst:.1f} standard errors from the exact one; expected "
                f"at most {TOLERANCE:g}; nothing was timed. Hint: report this as a defect of mcmort"
            )


def _cells(
    task: Task, everything: tuple[Peer, ...], checks: dict[str, Check], settings: Settings, progress: Progress
) -> list[Cell]:
    """Time all tools on one task, from the fewest draws to the most."""
    cells: list[Cell] = []
    for draws in sorted(settings.draws):
        progress(f"{task.name}: {draws:,} draws")
        skipped = {tool.name: _why_not(task, tool, draws, checks[tool.name], cells, settings) for tool in everything}
        works = {tool.name: partial(tool.run, task, draws, _SEED) for tool in everything if not skipped[tool.name]}
        seconds = interleaved(works, settings.repeats)
        timings = tuple(Timing(tool.name, seconds.get(tool.name, ()), skipped[tool.name]) for tool in everything)
        cells.append(Cell(len(task.medians), task.loading > 0.0, draws, timings))
    return cells


def _why_not(task: Task, tool: Peer, draws: int, checked: Check, before: list[Cell], settings: Settings) -> str:
    """Return why a tool is not run, or nothing."""
    if not checked.passed:
        return f"answers differ by {checked.worst:.1f} standard errors"
    free = available_bytes()
    if free is not None and tool.bytes_per_draw(task) * draws > 0.6 * free:
        return "needs more memory than is free"
    if before and before[-1].timing(tool.name).skipped:
        return before[-1].timing(tool.name).skipped
    # a check of a few draws is enough for a tool that takes a millisecond for each
    known = before[-1].timing(tool.name).median / before[-1].draws if before else 0.0
    if known * draws > settings.limit:
        return f"longer than {settings.limit:g} s, judging by {before[-1].draws:,} draws"
    return ""


def _bound(threads: int, repeats: int) -> Cell:
    """Time the bound and mcmort on as many values: one total, and ten, of twelve independent components."""
    draws = 1 << 22
    one = make_task(12, correlated=False, definitions=1)
    ten, tied = make_task(12, correlated=False), make_task(12, correlated=True)
    tables = bound_tables(one)
    works: dict[str, Callable[[], float | Floats]] = {
        BOUND: partial(bound_sum, tables, draws, _SEED, threads=threads),
        "mcmort, one total": partial(mcmort_quantiles, one, draws, _SEED, threads=threads),
        "mcmort, ten totals": partial(mcmort_quantiles, ten, draws, _SEED, threads=threads),
        "mcmort, ten totals, factor copula": partial(mcmort_quantiles, tied, draws, _SEED, threads=threads),
    }
    timings = tuple(Timing(f"{name}; {threads}", runs) for name, runs in interleaved(works, repeats).items())
    return replace(Cell(12, False, draws, ()), timings=timings)
