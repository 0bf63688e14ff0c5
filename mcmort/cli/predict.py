"""``mcmort predict``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing
from mcmort.cli.groups import command
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
    Output,
    Quiet,
)
from mcmort.cli.total import no_definition

__all__ = ["predict"]


@command
def predict(
    case: CaseName,
    definition: DefinitionName = None,
    *,
    bases: Annotated[
        list[str] | None,
        typer.Option("--basis", metavar="BASIS", help="How the source gets its figure; may be repeated [all]."),
    ] = None,
    changed: ChangeWords,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Predict what the next source of a given basis would print for a total: not an interval for the truth.

    Example: `mcmort predict ussr -d broad --basis testimony`
    """
    if definition is None:
        raise no_definition(case)
    from mcmort.api.prediction_report import predict_with

    check_output(output)
    changes = changed.changes()
    with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
        result = predict_with(source, definition, changes, bases=bases or None, interval=interval)
    deliver_report(result, form, output, full=full)
