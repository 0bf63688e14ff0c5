"""``mcmort report``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.compare import EnginesName
from mcmort.cli.drawing import progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, DefinitionName, DrawWords, Quiet
from mcmort.cli.standard_streams import write_out

__all__ = ["report"]


class FiguresName(StrEnum):
    """Which figures a report has."""

    all = "all"
    few = "few"


@command
def report(
    case: CaseName,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="The folder to write; made if it is not there.")
    ],
    definition: DefinitionName = None,
    engine: Annotated[
        EnginesName, typer.Option("--engine", help="Pooled ranges, the model of all the evidence, or both.")
    ] = EnginesName.elicited,
    figures: Annotated[
        FiguresName, typer.Option("--figures", help="All kinds that the case has, or those that are quick to make.")
    ] = FiguresName.all,
    drawn: DrawWords,
    force: Annotated[
        bool,
        typer.Option("--force", help="Write into a folder that holds files; those of the same names are replaced."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write a report as a folder: a page to pass around, with its figures, tables, draws, methods, sources, receipt.

    The page report.html needs nothing but a browser: what counts is chosen in it, and totals follow at once.

    Example: `mcmort report ussr -o ussr-report`
    """
    from mcmort.api.report_folder import check_folder, report_with

    check_folder(output, force=force)
    loaded = load_case(case)
    with progress_bar(f"Drawing {loaded.id}", quiet) as progress:
        written = report_with(
            loaded, output, drawn.options("synthesis" if engine is EnginesName.synthesis else "elicited"),
            definition=definition, engine=engine.value, figures=figures.value,
            force=force, threads=drawn.threads, progress=progress,
        )  # fmt: skip
    write_out(f"{written}\n")
