"""``mcmort plot``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.options import CaseName, DrawCount, Evidence, Level, Quiet, Seed, Threads, YearSpan, bases, span
from mcmort.cli.run import draw

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
    draws: DrawCount = 100_000,
    seed: Seed = 1,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Draw a figure for a report, with its receipt beside it.

    Example: `mcmort plot ussr --kind definitions -o ladder.svg`
    """
    from mcmort.present.verbs import compare
    from mcmort.present.verbs import plot as write
    from mcmort.present.write import check_writable, figure_format

    del kind  # there is one so far
    figure_format(output)
    check_writable(output)
    restricted = span(years)
    made = draw(case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet)
    written = write(compare(made, definitions, years=restricted, interval=interval), output)
    sys.stdout.write(f"{written}\n")
