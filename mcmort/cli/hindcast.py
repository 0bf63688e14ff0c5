"""``mcmort hindcast``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.library_options import LibraryWords
from mcmort.cli.options import EngineName, EngineOption, Form, Format, Output, Quiet, Seed

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
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Predict each later count from early figures, its own event left out, and say how often that held.

    Example: `mcmort hindcast --table events`
    """
    from mcmort.api.hindcast_report import hindcast as hindcast_of

    library.check(output)
    with progress_bar("Fitting", quiet or not (library.refit or engine is EngineName.synthesis)) as progress:
        report = hindcast_of(
            extra=library.extra, engine=engine.value, refit=library.refit, seed=seed, progress=progress
        )
    library.deliver(report.numbers, report.figure)
    deliver_report(report.showing(table.value), form, output)
