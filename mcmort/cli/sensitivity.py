"""``mcmort sensitivity``."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import (
    CaseName,
    ChangeWords,
    DefinitionName,
    DrawWords,
    EngineName,
    EngineOption,
    Form,
    Format,
    Full,
    Level,
    MethodName,
    Output,
    Quiet,
)

__all__ = ["sensitivity"]


class RowsName(StrEnum):
    """What the table has a row for."""

    components = "components"
    inputs = "inputs"


@command
def sensitivity(
    case: CaseName,
    definition: DefinitionName = None,
    *,
    table: Annotated[
        RowsName, typer.Option("--table", help="A row for each component, or for each figure, share and prior.")
    ] = RowsName.components,
    changed: ChangeWords,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Say what carries the width of a total: how much narrower it would be if a component or an input were known.

    Example: `mcmort sensitivity ussr --definition broad --table inputs`
    """
    from mcmort.analysis.sensitivity.total_sensitivity import check_parts
    from mcmort.api.sensitivity_report import sensitivity_with
    from mcmort.cli.total import no_definition
    from mcmort.errors import OptionError
    from mcmort.totals import definition_of, kept_draws_of, resolve

    if definition is None:
        raise no_definition(case, "sensitivity")
    if drawn.precision is not None or drawn.method is not MethodName.plain:
        option = "method" if drawn.precision is None else "precision"
        raise OptionError(option, "sensitivity takes a number of independent draws: give --draws")
    check_output(output)
    changes = changed.changes()
    options = drawn.options(engine.value)
    loaded = load_case(case)
    check_parts(resolve(loaded, definition_of(loaded, definition, changes)))
    with progress_bar(f"Drawing {loaded.id}", quiet) as progress:
        draws = kept_draws_of(loaded, options, threads=drawn.threads, progress=progress)
        result = sensitivity_with(draws, definition, changes, interval=interval)
    deliver_report(replace(result, rows=table.value), form, output, full=full)
