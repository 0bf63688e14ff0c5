"""``mcmort plot``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.options import (
    CaseName,
    DependenceName,
    DependenceOption,
    DrawCount,
    EngineName,
    EngineOption,
    Evidence,
    Level,
    MethodName,
    MethodOption,
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
from mcmort.cli.run import drawing

__all__ = ["Kind", "plot"]


class Kind(StrEnum):
    """Which figure to draw."""

    definitions = "definitions"


def plot(
    case: CaseName,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Ending in .png, .svg or .pdf.")],
    kind: Annotated[Kind, typer.Option("--kind", "-k", help="Which figure.")] = Kind.definitions,
    definitions: Annotated[
        list[str] | None, typer.Option("--definition", "-d", metavar="NAME", help="Only these definitions.")
    ] = None,
    years: YearSpan = None,
    evidence: Evidence = None,
    interval: Level = 0.95,
    engine: EngineOption = EngineName.elicited,
    without: Without = None,
    draws: DrawCount = None,
    precision: Precision = None,
    method: MethodOption = MethodName.plain,
    dependence: DependenceOption = DependenceName.declared,
    pool: PoolOption = None,
    seed: Seed = 1,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Draw a figure for a report, with its receipt beside it.

    Example: `mcmort plot ussr --kind definitions -o ladder.svg`
    """
    from mcmort.api.verbs import compare
    from mcmort.api.verbs import plot as write
    from mcmort.present.write import check_writable, figure_format

    del kind  # there is one so far
    figure_format(output)
    check_writable(output)
    restricted = span(years)
    with drawing(
        case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet, precision=relative(precision),
        method=method, dependence=dependence, pool=pool, engine=engine, without=without,
    ) as source:  # fmt: skip
        comparison = compare(source, definitions, years=restricted, interval=interval)
    written = write(comparison, output)
    sys.stdout.write(f"{written}\n")
