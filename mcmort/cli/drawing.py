"""What every command that draws does first: load, then draw, with a progress bar if it takes over a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from mcmort.cli.loading import load_case
from mcmort.cli.standard_streams import write_out

if TYPE_CHECKING:
    from mcmort.api.printed import Printed
    from mcmort.catalogue import Case
    from mcmort.cli.options import Form
    from mcmort.results import DrawOptions
    from mcmort.sampler.kernel.run import Progress
    from mcmort.totals import DrawSource

__all__ = ["PATIENCE", "check_output", "deliver", "deliver_report", "drawing", "line_width", "progress_bar"]

_STDOUT: Final = Path("-")
PATIENCE: Final = 1.0
"""Seconds of work before a progress bar appears."""


@contextmanager
def drawing(name: str | Case, options: DrawOptions, *, threads: int | None, quiet: bool) -> Iterator[DrawSource]:
    """Lend what makes the draws of a case, loaded first if named, with a progress bar for as long as that may take."""
    case = load_case(name) if isinstance(name, str) else name
    from mcmort.totals import source_of

    doing = "Fitting" if options.engine == "synthesis" else "Drawing"
    with progress_bar(f"{doing} {case.id}", quiet) as progress:
        yield source_of(case, options, threads=threads, progress=progress)


@contextmanager
def progress_bar(label: str, quiet: bool) -> Iterator[Progress | None]:
    """Show a bar on stderr once the work has taken a second; nothing if stderr is no terminal."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = Bar(console=Console(file=sys.stderr), transient=True)
    task = bar.add_task(label, total=1)
    timer = threading.Timer(PATIENCE, bar.start)
    timer.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        timer.cancel()
        timer.join()  # it may just be starting the bar
        bar.stop()


def check_output(output: Path | None) -> None:
    """Refuse early an output that cannot be written; none, or ``-``, is stdout."""
    from mcmort.present.write import check_writable

    if output is not None and output != _STDOUT:
        check_writable(output)


def line_width(output: Path | None) -> int:
    """Return the columns of a line of plain text: those of the terminal, unless the text goes to a file."""
    from mcmort.present.print_format import FILE_WIDTH, page_width

    return page_width() if output is None or output == _STDOUT else FILE_WIDTH


def deliver(text: str, output: Path | None, *, is_json: bool = False) -> None:
    """Print a result, or write it whole to a file."""
    if output is None or output == _STDOUT:
        write_out(text, is_json=is_json)
        return
    from mcmort.present.write import write_whole

    write_whole(output, text.encode())
    write_out(f"{output}\n")


def deliver_report(report: Printed, form: Form, output: Path | None, *, full: bool = False) -> None:
    """Print a report in a format, or write it whole to a file, where a workbook must go."""
    is_workbook = output is not None and output.suffix.lower() == ".xlsx"
    if form.value != "xlsx":
        if is_workbook:
            raise typer.BadParameter(f"{output} is to be a workbook; expected --format xlsx", param_hint="--format")
        deliver(report.render(form.value, line_width(output), full=full), output, is_json=form.value == "json")
        return
    if output is None or output == _STDOUT:
        raise typer.BadParameter("a workbook needs a file: --output FILE.xlsx", param_hint="--format")
    if not is_workbook:
        raise typer.BadParameter(f"{output}: a workbook needs the ending .xlsx", param_hint="--output")
    from mcmort.present.write import write_whole

    write_whole(output, report.workbook())
    write_out(f"{output}\n")
