"""``mcmort compare``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.options import (
    CaseName,
    DependenceName,
    DependenceOption,
    DrawCount,
    EngineName,
    EnginesName,
    Evidence,
    Form,
    Format,
    Level,
    MethodName,
    MethodOption,
    Output,
    PoolOption,
    Precision,
    Quiet,
    Seed,
    Threads,
    Without,
    YearSpan,
    bases,
    relative,
    span,
)
from mcmort.cli.run import check_output, deliver, drawing

__all__ = ["compare"]


def compare(
    case: CaseName,
    definitions: Annotated[
        list[str] | None, typer.Option("--definition", "-d", metavar="NAME", help="Only these definitions.")
    ] = None,
    years: YearSpan = None,
    evidence: Evidence = None,
    interval: Level = 0.95,
    engine: Annotated[
        EnginesName, typer.Option("--engine", help="Pooled ranges, the model of all the evidence, or both.")
    ] = EnginesName.elicited,
    without: Without = None,
    draws: DrawCount = None,
    precision: Precision = None,
    method: MethodOption = MethodName.plain,
    dependence: DependenceOption = DependenceName.declared,
    pool: PoolOption = None,
    seed: Seed = 1,
    threads: Threads = None,
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
    from mcmort.api.verbs import Comparison, plot
    from mcmort.api.verbs import compare as compute
    from mcmort.present.tables.engines_table import Engines
    from mcmort.present.write import check_writable, figure_format

    if no_figure and figure is not None:
        raise typer.BadParameter("it contradicts --no-figure", param_hint="--figure")
    if published and form is Form.csv:
        raise typer.BadParameter("CSV holds one table; use --format json", param_hint="--published")
    if figure is None and form is Form.text and not no_figure:
        figure = Path(f"{Path(case).resolve().name}-definitions.png")
    check_output(output)
    if figure is not None:
        figure_format(figure)
        check_writable(figure, "choose another place with --figure, or none with --no-figure")
        if output is not None and output.resolve() == figure.resolve():
            raise typer.BadParameter(f"{figure} would hold both the table and the figure", param_hint="--figure")
    restricted = span(years)

    def computed(one: EngineName, left_out: list[str] | None) -> Comparison:
        with drawing(
            case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet, precision=relative(precision),
            method=method, dependence=dependence, pool=pool, engine=one, without=left_out,
        ) as source:  # fmt: skip
            return compute(source, definitions, years=restricted, interval=interval)

    result: Comparison | Engines
    if engine is EnginesName.both:
        if published:
            raise typer.BadParameter("it goes with one engine", param_hint="--published")
        result = Engines(computed(EngineName.elicited, None), computed(EngineName.synthesis, without))
    else:
        result = computed(EngineName(engine.value), without)
    text = result.render(form.value)
    if published and form is not Form.json and not isinstance(result, Engines):
        text += "\n" + result.published(form.value)
    if figure is not None:
        plot(result, figure)
    deliver(text, output)
    if figure is not None:
        # a result for machines stays alone on stdout
        is_alone = form is not Form.text and output in (None, Path("-"))
        (sys.stderr if is_alone else sys.stdout).write(f"\nFigure: {figure}\n")
