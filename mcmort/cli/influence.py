"""``mcmort influence``."""

from __future__ import annotations

from enum import StrEnum
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.options import (
    CaseName,
    ChangeWords,
    DefinitionName,
    DrawWords,
    EngineName,
    EngineOption,
    Form,
    Format,
    Full,
    Level,
    Output,
    Quiet,
)
from mcmort.cli.standard_streams import write_err
from mcmort.cli.task_options import WorkerWords
from mcmort.cli.total import no_definition

if TYPE_CHECKING:
    from mcmort.results import DrawSource
    from mcmort.sampler.kernel.run import Progress

__all__ = ["ByName", "influence"]

_WORTH_SAYING: Final = 5.0
"""Seconds of work from which on it is said how long it may take."""
_MINUTE: Final = 90.0


class ByName(StrEnum):
    """What is left out, one at a time."""

    source = "source"
    lineage = "lineage"
    school = "school"
    basis = "basis"


@command
def influence(
    case: CaseName,
    definition: DefinitionName = None,
    *,
    by: Annotated[ByName, typer.Option("--by", help="What is left out, one at a time.")] = ByName.source,
    changed: ChangeWords,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    workers: WorkerWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Leave out each source in turn, and compute the total again: which of them moves it, and how far.

    By the Bayesian engine each is a fit of its own, which takes many minutes for a case as large as ussr. Each is kept
    when it is done, so that a run that was interrupted goes on where it was.

    Example: `mcmort influence ussr -d broad --by lineage`
    """
    if definition is None:
        raise no_definition(case, "influence")
    from mcmort.api.influence_report import influence_with, refit_folder, task_runner

    check_output(output)
    with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
        pass  # a fit has a progress bar of its own, which ends before that of the refits begins
    with workers.executor() as executor, progress_bar(f"Leaving out each {by.value}", quiet) as bar:
        count = workers.processes
        run = task_runner(count, refit_folder(), None if quiet else _announced(bar, source, count), executor)
        result = influence_with(source, definition, changed.changes(), by=by.value, interval=interval, run=run)
    deliver_report(result, form, output, full=full)


def _announced(bar: Progress | None, source: DrawSource, workers: int) -> Progress:
    """Return what is printed of the refits done: before the first of them it says how long all may take."""
    from mcmort.api.influence_report import seconds_of_fit

    begun, is_first = perf_counter(), True

    def progress(done: int, count: int) -> None:
        nonlocal is_first
        if is_first:
            is_first = False
            # the total from all the evidence has just been computed as each refit will be; a fit knows what it took
            each = seconds_of_fit(source) or perf_counter() - begun
            seconds = each * (count - done) / workers
            kept = f" ({done} of {count} are kept from before)" if done else ""
            if seconds > _WORTH_SAYING:
                write_err(
                    f"mcmort: {count - done} refits{kept}, about {_duration(seconds)}; each is kept when it is done, "
                    "and a run that is interrupted goes on from there\n"
                )
        if bar is not None:
            bar(done, count)

    return progress


def _duration(seconds: float) -> str:
    """Return a time in words."""
    return f"{seconds:.0f} seconds" if seconds < _MINUTE else f"{seconds / 60.0:.0f} minutes"
