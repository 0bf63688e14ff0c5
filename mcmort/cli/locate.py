"""``mcmort locate``."""

from __future__ import annotations

import math
import re
from typing import Annotated, Final

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
    span,
)

__all__ = ["locate", "number"]

_UNITS: Final = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_NUMBER: Final = re.compile(
    r"\s*([-\N{MINUS SIGN}]?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-z]*)\s*"
)


def number(text: str | float) -> float:
    """Read a number as sources and programs write it: ``20e6``, ``20,000,000`` or ``20 million``."""
    match = _NUMBER.fullmatch(str(text))
    if match is None or match[3] not in _UNITS or not math.isfinite(value := float(match[2].replace(",", ""))):
        raise typer.BadParameter(f"{text!r} is no number; write it as 20e6, 20,000,000 or '20 million'")
    return (-value if match[1] else value) * _UNITS[match[3]]


@command
def locate(
    case: CaseName,
    figure: Annotated[
        float,
        typer.Argument(metavar="NUMBER", parser=number, help="Such as 20e6, 20,000,000 or '20 million'."),
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
