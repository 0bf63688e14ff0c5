"""``mcmort new``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["new"]


def new(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder to make; its name becomes the id of the case.")],
) -> None:
    """Start a case of your own: a commented folder that runs at once.

    Example: `mcmort new my-case`
    """
    from mcmort.catalogue.reading.new_case import new_case

    folder = new_case(path)
    sys.stdout.write(f"{folder}: made. Edit its files, then: mcmort check {folder}; mcmort compare {folder}\n")
