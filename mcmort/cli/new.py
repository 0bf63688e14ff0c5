"""``mcmort new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.standard_streams import write_out

__all__ = ["new"]


def new(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder to make; its name becomes the id of the case.")],
    minimal: Annotated[
        bool, typer.Option("--minimal", help="Only what a case needs, to be filled or imported.")
    ] = False,
) -> None:
    """Start a case of your own: a commented folder that runs at once.

    Example: `mcmort new my-case`
    """
    from mcmort.catalogue.reading.new_case import MINIMAL, TEMPLATE, new_case

    folder = new_case(path, MINIMAL if minimal else TEMPLATE)
    write_out(f"{folder}: made. Edit its files, then: mcmort check {folder}; mcmort compare {folder}\n")
