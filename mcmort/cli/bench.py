"""``mcmort bench``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcmort.cli.standard_streams import write_err, write_out

if TYPE_CHECKING:
    from mcmort.bench.results import Report

__all__ = ["bench"]


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Twelve components, fewer draws: a few minutes.")] = False,
    draws: Annotated[
        list[int] | None, typer.Option("--draws", "-n", min=100, metavar="N", help="Only these numbers of draws.")
    ] = None,
    components: Annotated[
        list[int] | None, typer.Option("--components", min=2, metavar="K", help="Only these numbers of components.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Measure mcmort on 1 and on so many threads.")
    ] = None,
    limit: Annotated[
        float | None, typer.Option("--limit", min=0.1, metavar="SECONDS", help="Start no run longer than this.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all that was measured.")] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE", help="Draw time against draws (.png, .svg or .pdf).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Measure the sampler against NumPy and the other tools that are installed; answers are checked first.

    Example: `mcmort bench --quick --figure cost.svg`
    """
    from mcmort.present.write import check_writable, figure_format, write_whole

    if json is not None and figure is not None and json.resolve() == figure.resolve():
        raise typer.BadParameter(f"{figure} would hold both the figures and the drawing", param_hint="--figure")
    for path, option in ((json, "--json"), (figure, "--figure")):
        if path is not None:
            check_writable(path, f"choose another place with {option}")
    form = "" if figure is None else figure_format(figure)
    from mcmort.bench.results import to_json
    from mcmort.bench.suite import FULL, QUICK, run_benchmarks

    settings = QUICK if quick else FULL
    settings = replace(
        settings,
        threads=tuple(sorted({1, threads or os.cpu_count() or 1})),
        draws=tuple(sorted(set(draws or settings.draws))),
        components=tuple(sorted(set(components or settings.components))),
        limit=limit or settings.limit,
    )
    report = run_benchmarks(settings, (lambda _: None) if quiet else _say)
    _print(report)
    if json is not None:
        write_whole(json, to_json(report).encode())
    if figure is not None:
        from mcmort.bench.figure import cost_figure

        write_whole(figure, cost_figure(report, form))
        write_out(f"\nFigure: {figure}\n")


def _print(report: Report) -> None:
    """Print what was measured: the tools that are missing, the checks, the tables, and where mcmort loses."""
    from mcmort.bench.tables import check_lines, losing_cells, slope_lines, tables
    from mcmort.present.tables.plain_text import to_text

    for name, reason in report.missing.items():
        write_out(f"{name}: {reason}\n")
    for line in check_lines(report):
        write_out(f"{line}\n")
    for table in tables(report):
        write_out(f"\n{to_text(table, 150)}")
    for line in slope_lines(report):
        write_out(f"{line}\n")
    losing = losing_cells(report)
    write_out("\nWhere mcmort loses:\n" + "".join(f"  {line}\n" for line in losing or ["in no cell of this run"]))


def _say(line: str) -> None:
    write_err(f"{line}\n")
