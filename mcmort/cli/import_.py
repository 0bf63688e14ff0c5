"""``mcmort import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver
from mcmort.cli.options import Output
from mcmort.errors import OutputError

__all__ = ["import_"]


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A spreadsheet of estimates, .csv or .xlsx.")],
    output: Output = None,
    force: Annotated[bool, typer.Option("--force", help="Write over the output file if it exists.")] = False,
) -> None:
    """Turn a spreadsheet of estimates into an evidence file, refusing what cannot be placed.

    One row is one estimate; docs/import.md describes the columns. Sources are keys of the case's sources.bib.

    Example: `mcmort import estimates.csv --output my-case/imported.toml`
    """
    from mcmort.catalogue.reading.spreadsheet import import_sheet

    check_output(output)
    if output is not None and output.is_file() and not force:
        hint = "choose another name, or add --force to lose what the file holds"
        raise OutputError(f"{output}: exists already. Hint: {hint}")
    text = import_sheet(file, lambda sentence: sys.stderr.write(f"mcmort: notice: {sentence}\n"))
    deliver(text, output)
