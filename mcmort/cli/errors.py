"""``mcmort errors``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.library_options import LibraryWords
from mcmort.cli.options import Form, Format, Output, Quiet, Seed

__all__ = ["ErrorTable", "errors"]


class ErrorTable(StrEnum):
    """Which table to print."""

    classes = "classes"
    readings = "readings"
    years = "years"
    registers = "registers"
    pairs = "pairs"


@command
def errors(
    *,
    library: LibraryWords,
    table: Annotated[
        ErrorTable, typer.Option("--table", "-t", help="Which table; JSON holds all of them.")
    ] = ErrorTable.classes,
    seed: Seed = 1,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Show how far early figures of each kind were from later, better counts.

    Example: `mcmort errors --table readings`
    """
    from mcmort.api.errors_report import measured_errors

    library.check(output)
    with progress_bar("Fitting", quiet or not library.refit):
        report = measured_errors(extra=library.extra, refit=library.refit, seed=seed)
    library.deliver(report.fitted, report.figure)
    deliver_report(report.showing(table.value), form, output)
