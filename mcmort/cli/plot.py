"""``mcmort plot``."""

from __future__ import annotations

import warnings
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcmort.cli.drawing import drawing, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.influence import ByName
from mcmort.cli.loading import load_case
from mcmort.cli.options import (
    CaseName,
    DefinitionNames,
    DrawWords,
    EngineName,
    EngineOption,
    Level,
    MethodName,
    Quiet,
    YearSpan,
    deaths,
    span,
)
from mcmort.cli.standard_streams import write_err, write_out

if TYPE_CHECKING:
    from mcmort.api.pictures import Picture, PictureRequest
    from mcmort.catalogue import Case

__all__ = ["Kind", "plot"]


class Kind(StrEnum):
    """Which figure to draw."""

    definitions = "definitions"
    components = "components"
    bridge = "bridge"
    probability = "probability"
    published = "published"
    uncertainty = "uncertainty"
    multiverse = "multiverse"
    box = "box"
    influence = "influence"
    conflict = "conflict"
    documented = "documented"
    years = "years"
    evidence = "evidence"


class WidthName(StrEnum):
    """How wide a figure is."""

    page = "page"
    column = "column"


@command
def plot(
    case: CaseName,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Ending in .png, .svg or .pdf.")],
    *,
    kind: Annotated[Kind, typer.Option("--kind", "-k", help="Which figure.")] = Kind.definitions,
    definitions: DefinitionNames = None,
    width: Annotated[WidthName, typer.Option("--width", help="6.9 inches, or 3.4.")] = WidthName.page,
    years: YearSpan = None,
    above: Annotated[
        float | None,
        typer.Option("--above", metavar="X", parser=deaths, help="Of a probability: more than X, such as 20e6."),
    ] = None,
    below: Annotated[
        float | None, typer.Option("--below", metavar="Y", parser=deaths, help="Of a probability: less than Y.")
    ] = None,
    component: Annotated[
        str | None, typer.Option("--component", metavar="NAME", help="Of evidence: on which component.")
    ] = None,
    by: Annotated[ByName, typer.Option("--by", help="Of influence: what is left out.")] = ByName.source,
    universes: Annotated[
        int, typer.Option("--universes", min=1, metavar="N", help="Of a multiverse or box: the most universes.")
    ] = 100,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    quiet: Quiet = False,
) -> None:
    """Draw a figure for a report, with its receipt beside it; one too tall for a page goes to FILE-1, FILE-2, ...

    Definitions are compared; the components, years, documents, evidence, uncertainty, influence or probabilities are
    those of one definition (-d); a bridge has two sides (-d FROM -d TO); a conflict is one in all the evidence.

    Example: `mcmort plot ussr --kind bridge -d archival -d maximal -o bridge.svg`
    """
    from mcmort.api.pictures import PictureRequest
    from mcmort.api.verbs import plot as write
    from mcmort.present.write import check_writable, figure_format

    figure_format(output)
    check_writable(output)
    loaded = load_case(case)
    asked = PictureRequest(
        kind=kind.value, definitions=tuple(definitions or ()), years=span(years), above=above, below=below,
        component=component, by=by.value, universes=universes, interval=interval,
    )  # fmt: skip
    asked.check(loaded)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", UserWarning)
        result = _picture(loaded, asked, drawn, engine, quiet=quiet)
        written = write(result, output, width=width.value)
    for line in dict.fromkeys(str(warning.message) for warning in heard if warning.category is UserWarning):
        write_err(f"mcmort: {line}\n")
    write_out("".join(f"{path}\n" for path in written))
    if len(written) > 1:
        write_err(f"mcmort: taller than a page, so in {len(written)} parts\n")


def _picture(loaded: Case, asked: PictureRequest, drawn: DrawWords, engine: EngineName, *, quiet: bool) -> Picture:
    """Draw what a figure needs, and prepare it."""
    from mcmort.api.influence_report import refit_folder, task_runner
    from mcmort.api.pictures import picture_of

    options = drawn.options(engine.value)
    if asked.kind == "uncertainty":
        from mcmort.errors import OptionError
        from mcmort.totals import kept_draws_of

        if drawn.precision is not None or drawn.method is not MethodName.plain:
            option = "method" if drawn.precision is None else "precision"
            raise OptionError(option, "uncertainty takes a number of independent draws: give --draws")
        with progress_bar(f"Drawing {loaded.id}", quiet) as progress:
            return picture_of(kept_draws_of(loaded, options, threads=drawn.threads, progress=progress), asked)
    if asked.kind == "influence":
        with progress_bar(f"Leaving out each {asked.by}", quiet) as progress:
            asked = replace(asked, run=task_runner(1, refit_folder(), progress))
            with drawing(loaded, options, threads=drawn.threads, quiet=True) as source:
                return picture_of(source, asked)
    if asked.kind == "conflict":
        from mcmort.api.conflict_report import comparison_folder, comparison_runner

        with progress_bar("Comparing", quiet) as progress:
            asked = replace(asked, run=comparison_runner(1, comparison_folder(), progress))
            with drawing(loaded, options, threads=drawn.threads, quiet=True) as source:
                return picture_of(source, asked)
    with drawing(loaded, options, threads=drawn.threads, quiet=quiet) as source:
        return picture_of(source, asked)
