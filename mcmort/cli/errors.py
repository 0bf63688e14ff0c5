"""``mcmort errors``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import deliver_report
from mcmort.cli.groups import command
from mcmort.cli.library_options import LibraryWords
from mcmort.cli.options import Form, Format, Output, Quiet, Seed
from mcmort.cli.task_options import TaskWords

__all__ = ["ErrorTable", "errors"]


class ErrorTable(StrEnum):
    """Which table to print."""

    classes = "classes"
    readings = "readings"
    years = "years"
    registers = "registers"
    events = "events"
    pairs = "pairs"


@command
def errors(
    *,
    library: LibraryWords,
    table: Annotated[
        ErrorTable, typer.Option("--table", "-t", help="Which table; JSON holds all of them.")
    ] = ErrorTable.classes,
    seed: Seed = 1,
    tasks: TaskWords,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Show how far early figures of each kind were from later, better counts.

    Example: `mcmort errors --table readings`
    """
    from mcmort.api.errors_report import measured_errors_with
    from mcmort.api.library_runner import library_runner

    library.check(output, tasks, is_fitted=library.refit)
    run = library_runner(lambda planned: tasks.stage_of(planned, "Fitting measured errors", quiet=quiet))
    report = measured_errors_with(run, extra=library.extra, refit=library.refit, seed=seed)
    if report is not None:
        library.deliver(report.fitted, report)
        deliver_report(report.showing(table.value), form, output)
