"""``mcmort total``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.options import (
    CaseName,
    DefinitionName,
    DependenceName,
    DependenceOption,
    DrawCount,
    EngineName,
    EngineOption,
    Evidence,
    Excluding,
    Form,
    Format,
    Including,
    Level,
    MeasureOption,
    MethodName,
    MethodOption,
    Net,
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
    selectors,
    span,
)
from mcmort.cli.run import check_output, deliver, drawing

__all__ = ["total"]


def total(
    case: CaseName,
    definition: DefinitionName,
    years: YearSpan = None,
    measure: MeasureOption = None,
    net: Net = None,
    include: Including = None,
    exclude: Excluding = None,
    evidence: Evidence = None,
    interval: Level = 0.95,
    bounds: Annotated[
        bool, typer.Option("--bounds", help="Print what the interval can be under any dependence.")
    ] = False,
    engine: EngineOption = EngineName.elicited,
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
    quiet: Quiet = False,
) -> None:
    """Compute the total under one definition, with its components, exclusions and unknowns.

    Example: `mcmort total ussr --definition broad --years 1928:1953`
    """
    from mcmort.api.verbs import total as compute

    check_output(output)
    rules = {"include": selectors(include, "--include"), "exclude": selectors(exclude, "--exclude")}
    restricted = span(years)
    with drawing(
        case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet, precision=relative(precision),
        method=method, dependence=dependence, pool=pool, engine=engine, without=without,
    ) as source:  # fmt: skip
        result = compute(
            source,
            definition,
            years=restricted,
            measure=None if measure is None else measure.value,
            net=net,
            interval=interval,
            bounds=bounds,
            **rules,
        )
    deliver(result.render(form.value), output)
