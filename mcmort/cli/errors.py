"""``mcmort errors``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver, deliver_report, progress_bar
from mcmort.cli.options import Form, Format, Output, Quiet, Seed

__all__ = ["ErrorTable", "errors"]


class ErrorTable(StrEnum):
    """Which table to print."""

    classes = "classes"
    readings = "readings"
    years = "years"
    registers = "registers"
    pairs = "pairs"


def errors(
    *,
    own: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="PATH", help="Folder with pairs.csv and sources.bib to add; may be repeated."),
    ] = None,
    table: Annotated[
        ErrorTable, typer.Option("--table", "-t", help="Which table; JSON holds all of them.")
    ] = ErrorTable.classes,
    refit: Annotated[bool, typer.Option("--refit", help="Fit the model anew to all pairs (about a minute).")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the fitted numbers, with --refit.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE", help="Draw it, ending in .png, .svg or .pdf.")
    ] = None,
    seed: Seed = 1,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Show how far early figures of each kind were from later, better counts.

    Example: `mcmort errors --table readings`
    """
    from mcmort.api.errors_report import measured_errors
    from mcmort.present.write import figure_format, write_whole

    if save is not None and not refit:
        raise typer.BadParameter("there are new numbers only with --refit", param_hint="--save")
    if figure is not None:
        figure_format(figure)
    for place in (output, save, figure):
        check_output(place)
    with progress_bar("Fitting", quiet or not refit):
        report = measured_errors(extra=tuple(own or ()), refit=refit, seed=seed)
    if save is not None and report.fitted is not None:
        deliver(report.fitted.model_dump_json(indent=1, by_alias=True) + "\n", save, is_json=True)
    if figure is not None:
        from mcmort.present.figures.style import figure_bytes

        write_whole(figure, figure_bytes(report.figure(), figure_format(figure)))
    deliver_report(report.showing(table.value), form, output)
