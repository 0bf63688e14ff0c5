"""``mcmort rates``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import (
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
    span,
)

__all__ = ["rates"]


@command
def rates(
    cases: Annotated[
        list[str], typer.Argument(metavar="CASE...", help="Shipped cases, or paths of case folders, one or several.")
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
    """Compute deaths per population, where a definition names its population at risk; several cases side by side.

    Example: `mcmort rates cambodia ireland-1845-52 bengal-1943`
    """
    from mcmort.api.rates_report import RatesReport, rates_with
    from mcmort.definitions import DefinitionChanges

    check_output(output)
    changes = DefinitionChanges.checked(years=span(years))
    loaded = [load_case(case) for case in dict.fromkeys(cases)]
    reports = []
    for case in loaded:
        with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
            reports.append(rates_with(source, definitions, changes, interval=interval))
    result = RatesReport.joined(reports)
    deliver_report(result, form, output, full=full)
