"""``mcmort import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver
from mcmort.cli.options import Output

__all__ = ["import_"]


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A spreadsheet of estimates, .csv or .xlsx.")],
    output: Output = None,
) -> None:
    """Turn a spreadsheet of estimates into an evidence file, refusing what cannot be placed.

    One row is one estimate; docs/import.md describes the columns. Sources are keys of the case's sources.bib.

    Example: `mcmort import estimates.csv --output my-case/imported.toml`
    """
    from mcmort.catalogue.reading.spreadsheet import import_sheet

    check_output(output)
    deliver(import_sheet(file), output)
