"""``mcmort plot``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import drawing
from mcmort.cli.groups import command
from mcmort.cli.options import (
    CaseName,
    DefinitionNames,
    DrawWords,
    EngineName,
    EngineOption,
    Level,
    Quiet,
    YearSpan,
    span,
)
from mcmort.cli.standard_streams import write_out

__all__ = ["Kind", "plot"]


class Kind(StrEnum):
    """Which figure to draw."""

    definitions = "definitions"


@command
def plot(
    case: CaseName,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Ending in .png, .svg or .pdf.")],
    *,
    kind: Annotated[Kind, typer.Option("--kind", "-k", help="Which figure.")] = Kind.definitions,
    definitions: DefinitionNames = None,
    years: YearSpan = None,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    quiet: Quiet = False,
) -> None:
    """Draw a figure for a report, with its receipt beside it.

    Example: `mcmort plot ussr --kind definitions -o ladder.svg`
    """
    from mcmort.api.verbs import compare
    from mcmort.api.verbs import plot as write
    from mcmort.present.write import check_writable, figure_format

    del kind  # there is one so far
    figure_format(output)
    check_writable(output)
    restricted = span(years)
    with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
        comparison = compare(source, definitions, years=restricted, interval=interval)
    written = write(comparison, output)
    write_out(f"{written}\n")
