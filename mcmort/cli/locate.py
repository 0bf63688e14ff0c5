"""``mcmort locate``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing
from mcmort.cli.groups import command
from mcmort.cli.options import (
    CaseName,
    DefinitionNames,
    DrawWords,
    EngineName,
    EngineOption,
    Form,
    Format,
    Full,
    Level,
    Output,
    Quiet,
    YearSpan,
    deaths,
    span,
)

__all__ = ["locate"]


@command
def locate(
    case: CaseName,
    figure: Annotated[
        float,
        typer.Argument(metavar="NUMBER", parser=deaths, help="Such as 20e6, 20,000,000 or '20 million'."),
    ],
    *,
    definitions: DefinitionNames = None,
    years: YearSpan = None,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Say which definitions, and which years, fit a printed number: where it lies in our total under each.

    Example: `mcmort locate ussr 20e6`
    """
    from mcmort.api.location_report import locate as compute

    check_output(output)
    restricted = span(years)
    with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
        result = compute(source, figure, definitions, years=restricted, interval=interval)
    deliver_report(result, form, output, full=full)
