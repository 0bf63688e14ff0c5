"""``mcmort new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.standard_streams import write_out

__all__ = ["new"]


def new(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder to make; its name becomes the id of the case.")],
) -> None:
    """Start a case of your own: a commented folder that runs at once.

    Example: `mcmort new my-case`
    """
    from mcmort.catalogue.reading.new_case import new_case

    folder = new_case(path)
    write_out(f"{folder}: made. Edit its files, then: mcmort check {folder}; mcmort compare {folder}\n")
