"""``mcmort hindcast``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver, deliver_report, progress_bar
from mcmort.cli.options import EngineName, EngineOption, Form, Format, Output, Quiet, Seed

__all__ = ["HindcastTable", "hindcast"]


class HindcastTable(StrEnum):
    """Which table to print."""

    coverage = "coverage"
    events = "events"
    pit = "pit"
    cases = "cases"
    archives = "archives"


def hindcast(
    *,
    own: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="PATH", help="Folder with pairs of your own to add, with --refit; repeatable."),
    ] = None,
    table: Annotated[
        HindcastTable, typer.Option("--table", "-t", help="Which table; JSON holds all of them.")
    ] = HindcastTable.coverage,
    engine: EngineOption = EngineName.elicited,
    refit: Annotated[bool, typer.Option("--refit", help="Fit the model anew (some minutes).")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the fitted numbers, with --refit.")
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option("--figure", metavar="FILE", help="Draw where later counts lie, ending in .png, .svg or .pdf."),
    ] = None,
    seed: Seed = 1,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Predict each later count from early figures, its own event left out, and say how often that held.

    Example: `mcmort hindcast --table events`
    """
    from mcmort.api.hindcast_report import hindcast as hindcast_of
    from mcmort.present.write import figure_format, write_whole

    if save is not None and not refit:
        raise typer.BadParameter("there are new numbers only with --refit", param_hint="--save")
    if figure is not None:
        figure_format(figure)
    for place in (output, save, figure):
        check_output(place)
    with progress_bar("Fitting", quiet or not (refit or engine is EngineName.synthesis)) as progress:
        report = hindcast_of(extra=tuple(own or ()), engine=engine.value, refit=refit, seed=seed, progress=progress)
    if save is not None:
        deliver(report.numbers.model_dump_json(indent=1, by_alias=True) + "\n", save, is_json=True)
    if figure is not None:
        from mcmort.present.figures.style import figure_bytes

        write_whole(figure, figure_bytes(report.figure(), figure_format(figure)))
    deliver_report(report.showing(table.value), form, output)
