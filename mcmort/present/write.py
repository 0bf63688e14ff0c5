"""Files of results: checked before the work starts, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mcmort.cache.atomic_write import write_atomically
from mcmort.catalogue.reading.joint_write import write_jointly
from mcmort.errors import OutputError, UsageError

__all__ = ["FIGURE_FORMATS", "check_writable", "figure_format", "write_together", "write_whole"]

FIGURE_FORMATS: Final = ("png", "svg", "pdf")


def figure_format(path: Path) -> str:
    """Return the format that a figure's name asks for by its ending.

    Raises
    ------
    UsageError
        If the ending is none of .png, .svg and .pdf.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FIGURE_FORMATS:
        raise UsageError(f"{path}: no figure format {path.suffix!r}; expected the ending .png, .svg or .pdf")
    return form


def check_writable(path: Path, hint: str = "choose another place with -o") -> None:
    """Refuse early where a file could not be written.

    Parameters
    ----------
    path : Path
        Where a result is to go.
    hint : str
        What to do if it may not go there.

    Raises
    ------
    OutputError
        If the folder is missing or cannot be written to, or the path is a folder or a device.
    """
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; expected the name of a file")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: is no ordinary file; expected one, or the name of a new one")
    folder = path.parent
    if not folder.is_dir():
        raise OutputError(f"{path}: no folder {folder}. Hint: make it first")
    target = path if path.exists() else folder
    if not os.access(target, os.W_OK) or not os.access(folder, os.W_OK):
        raise OutputError(f"{path}: may not be written. Hint: {hint}")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, or say why it cannot be written.

    A symbolic link stays one: the file that it leads to is written.
    """
    check_writable(path)
    path = path.resolve()
    try:
        write_atomically(path, lambda file: file.write(content))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})") from error


def write_together(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files of a case folder, by their names, all of them or none; or say why they cannot be written."""
    for name in texts:
        check_writable(folder / name)
    try:
        write_jointly(folder, texts)
    except OSError as error:
        raise OutputError(f"{folder}: {', '.join(texts)} cannot be written ({error.strerror})") from error
