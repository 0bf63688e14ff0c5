"""``mcmort total``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing
from mcmort.cli.groups import command
from mcmort.cli.options import (
    CaseName,
    ChangeWords,
    DefinitionName,
    EngineName,
    EngineOption,
    Form,
    Format,
    Full,
    Level,
    Output,
    Quiet,
    TotalDrawWords,
)

if TYPE_CHECKING:
    from mcmort.errors import UsageError

__all__ = ["no_definition", "total"]


@command
def total(
    case: CaseName,
    definition: DefinitionName = None,
    *,
    changed: ChangeWords,
    interval: Level = 0.95,
    bounds: Annotated[
        bool, typer.Option("--bounds", help="Print what the interval can be under any dependence.")
    ] = False,
    engine: EngineOption = EngineName.elicited,
    drawn: TotalDrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Compute the total under one definition, with its components, exclusions and unknowns.

    Example: `mcmort total ussr --definition broad --years 1928:1953`
    """
    if definition is None:
        raise no_definition(case)
    from mcmort.api.reports import DependenceReport
    from mcmort.api.verbs import total_with

    check_output(output)
    changes = changed.changes()
    reports = []
    for options in drawn.settings(engine.value):
        with drawing(case, options, threads=drawn.threads, quiet=quiet) as source:
            reports.append(total_with(source, definition, changes, interval=interval, bounds=bounds))
    result = reports[0] if len(reports) == 1 else DependenceReport(*reports)
    deliver_report(result, form, output, full=full)


def no_definition(case: str, what: str = "a total") -> UsageError:
    """Return the error of a result that needs a definition and has none, which names those of the case."""
    from mcmort.catalogue import load
    from mcmort.errors import UsageError

    names = ", ".join(load(case).definitions)
    return UsageError(f"{what} needs a definition, given with --definition (-d); {case} has {names}")
