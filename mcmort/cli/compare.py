"""``mcmort compare``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcmort.cli.drawing import check_output, deliver, drawing, line_width
from mcmort.cli.groups import command
from mcmort.cli.options import (
    CaseName,
    DefinitionNames,
    DrawWords,
    EngineName,
    Form,
    Format,
    Level,
    Output,
    Quiet,
    YearSpan,
    span,
)
from mcmort.cli.standard_streams import write_err, write_out

if TYPE_CHECKING:
    from mcmort.api.reports import ComparisonReport, EnginesReport

__all__ = ["EnginesName", "compare"]


class EnginesName(StrEnum):
    """One way of making draws, or both side by side."""

    elicited = "elicited"
    synthesis = "synthesis"
    both = "both"


@command
def compare(
    case: CaseName,
    *,
    definitions: DefinitionNames = None,
    years: YearSpan = None,
    interval: Level = 0.95,
    engine: Annotated[
        EnginesName, typer.Option("--engine", help="Pooled ranges, the model of all the evidence, or both.")
    ] = EnginesName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    figure: Annotated[
        Path | None,
        typer.Option("--figure", metavar="FILE", help="Where the figure goes; by default CASE-definitions.png here."),
    ] = None,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
    published: Annotated[
        bool, typer.Option("--published", help="Print the published totals as well (in JSON they always are).")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Compare the definitions of a case: a table, and a figure with the published totals of the same scope.

    Example: `mcmort compare ussr --years 1928:1953 --figure ussr.svg`
    """
    from mcmort.api.verbs import compare as compute
    from mcmort.api.verbs import plot

    _check_choices(form, engine, no_figure=no_figure, figure=figure, published=published)
    if figure is None and form is Form.text and not no_figure:
        figure = Path(f"{Path(case).resolve().name}-definitions.png")
    check_output(output)
    _check_figure(figure, output)
    restricted = span(years)

    def computed(engine_name: EngineName, words: DrawWords) -> ComparisonReport:
        with drawing(case, words.options(engine_name.value), threads=words.threads, quiet=quiet) as source:
            return compute(source, definitions, years=restricted, interval=interval)

    result: ComparisonReport | EnginesReport
    width = line_width(output)
    if engine is EnginesName.both:
        result = _both(computed, drawn)
        text = result.render(form.value, width)
    else:
        result = computed(EngineName(engine.value), drawn)
        text = result.render(form.value, width)
        if published and form is not Form.json:
            text += "\n" + result.published(form.value, width)
    drawn_to = plot(result, figure) if figure is not None else ()
    deliver(text, output, is_json=form is Form.json)
    if drawn_to:
        # a result for machines stays alone on stdout
        is_alone = form is not Form.text and output in (None, Path("-"))
        (write_err if is_alone else write_out)(f"\nFigure: {', '.join(map(str, drawn_to))}\n")


def _check_choices(
    form: Form, engine: EnginesName, *, no_figure: bool, figure: Path | None, published: bool
) -> None:  # fmt: skip
    """Refuse options that contradict one another."""
    if no_figure and figure is not None:
        raise typer.BadParameter("it contradicts --no-figure", param_hint="--figure")
    if published and form is Form.csv:
        raise typer.BadParameter("CSV holds one table; use --format json", param_hint="--published")
    if published and engine is EnginesName.both:
        raise typer.BadParameter("it goes with one engine", param_hint="--published")


def _check_figure(figure: Path | None, output: Path | None) -> None:
    """Refuse early a figure that cannot be written."""
    from mcmort.present.write import check_writable, figure_format

    if figure is None:
        return
    figure_format(figure)
    check_writable(figure, "choose another place with --figure, or none with --no-figure")
    if output is not None and output.resolve() == figure.resolve():
        raise typer.BadParameter(f"{figure} would hold both the table and the figure", param_hint="--figure")


def _both(computed: Callable[[EngineName, DrawWords], ComparisonReport], drawn: DrawWords) -> EnginesReport:
    """Compute a comparison by each engine; what one of them does not take is for the other."""
    from mcmort.api.reports import EnginesReport

    return EnginesReport(
        computed(EngineName.elicited, replace(drawn, without=None)), computed(EngineName.synthesis, drawn)
    )
