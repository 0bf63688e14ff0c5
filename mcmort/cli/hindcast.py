"""``mcmort hindcast``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import deliver_report
from mcmort.cli.groups import command
from mcmort.cli.library_options import LibraryWords
from mcmort.cli.options import EngineName, EngineOption, Form, Format, Output, Quiet, Seed
from mcmort.cli.task_options import TaskWords

__all__ = ["HindcastTable", "hindcast"]


class HindcastTable(StrEnum):
    """Which table to print."""

    coverage = "coverage"
    events = "events"
    pit = "pit"
    cases = "cases"
    archives = "archives"


@command
def hindcast(
    *,
    library: LibraryWords,
    table: Annotated[
        HindcastTable, typer.Option("--table", "-t", help="Which table; JSON holds all of them.")
    ] = HindcastTable.coverage,
    engine: EngineOption = EngineName.elicited,
    seed: Seed = 1,
    tasks: TaskWords,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Predict each later count from early figures, its own event left out, and say how often that held.

    Example: `mcmort hindcast --table events`
    """
    from mcmort.api.hindcast_report import hindcast_with
    from mcmort.api.library_runner import library_runner

    library.check(output, tasks, is_fitted=library.refit or engine is EngineName.synthesis)
    run = library_runner(lambda planned: tasks.stage_of(planned, "Fitting with events left out", quiet=quiet))
    report = hindcast_with(run, extra=library.extra, engine=engine.value, refit=library.refit, seed=seed)
    if report is not None:
        library.deliver(report.numbers, report)
        deliver_report(report.showing(table.value), form, output)
