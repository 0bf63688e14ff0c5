"""``mcmort probability``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, drawing
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
    Output,
    Quiet,
    deaths,
)
from mcmort.cli.total import no_definition

if TYPE_CHECKING:
    from mcmort.api.reports import TotalReport
    from mcmort.catalogue import Case
    from mcmort.results import DrawOptions

__all__ = ["probability"]


@command
def probability(
    case: CaseName,
    definition: DefinitionName = None,
    *,
    above: Annotated[
        float | None,
        typer.Option("--above", metavar="X", parser=deaths, help="More than X, such as 20e6 or '20 million'."),
    ] = None,
    below: Annotated[
        float | None,
        typer.Option("--below", metavar="Y", parser=deaths, help="Less than Y; with --above, between the two."),
    ] = None,
    exceeds: Annotated[
        str | None,
        typer.Option(
            "--exceeds",
            metavar="OTHER",
            help="More than another definition on the same draws, or than CASE:DEFINITION on independent draws.",
        ),
    ] = None,
    table: Annotated[
        bool, typer.Option("--table", help="Probabilities at round numbers; so without any of the others.")
    ] = False,
    changed: ChangeWords,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Say how probable it is that a total exceeds a number, or another total.

    Example: `mcmort probability ussr -d broad --above '20 million'`
    """
    if definition is None:
        raise no_definition(case)
    from mcmort.api.probability_report import probability_with

    check_output(output)
    if exceeds is not None and (above is not None or below is not None or table):
        raise typer.BadParameter("it goes with neither --above, --below nor --table", param_hint="--exceeds")
    loaded, changes, options = load_case(case), changed.changes(), drawn.options(engine.value)
    other = None if exceeds is None else _other(loaded, exceeds, options, drawn.threads, interval, quiet=quiet)
    is_table = table or (above is None and below is None and exceeds is None)
    with drawing(loaded, options, threads=drawn.threads, quiet=quiet) as source:
        result = probability_with(
            source, definition, changes, above=above, below=below, exceeds=other, table=is_table, interval=interval
        )
    deliver_report(result, form, output, full=full)


def _other(
    case: Case, words: str, options: DrawOptions, threads: int | None, interval: float, *, quiet: bool
) -> str | TotalReport:
    """Return the name of another definition of a case, or the total of another case."""
    name, colon, definition = words.rpartition(":")
    if words in case.definitions or not colon:
        return words
    other = load_case(name)
    if other.digest == case.digest:
        return definition
    from mcmort.api.verbs import total

    with drawing(other, options, threads=threads, quiet=quiet) as source:
        return total(source, definition, interval=interval)
