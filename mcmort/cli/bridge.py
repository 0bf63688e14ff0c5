"""``mcmort bridge``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing
from mcmort.cli.groups import command
from mcmort.cli.options import (
    CaseName,
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

__all__ = ["OrdersName", "bridge"]


class OrdersName(StrEnum):
    """How steps are ordered."""

    stated = "stated"
    average = "average"


@command
def bridge(
    case: CaseName,
    start: Annotated[str, typer.Argument(metavar="FROM", help="A definition, or the id of an author's claim.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Another definition or claim.")],
    *,
    years: YearSpan = None,
    orders: Annotated[
        OrdersName, typer.Option("--orders", help="Steps in the stated order, or averages over all (Shapley values).")
    ] = OrdersName.stated,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Say why two numbers differ, step by step: totals under definitions, or figures that authors print.

    Example: `mcmort bridge ussr getty-1993-total rummel-1990`
    """
    from mcmort.api.bridge_report import bridge as compute

    check_output(output)
    restricted = span(years)
    with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
        result = compute(source, start, end, years=restricted, orders=orders.value, interval=interval)
    deliver_report(result, form, output, full=full)
