"""Writes files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["write_atomically", "write_once"]


def write_atomically(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file under another name and move it into place, so that no reader sees it half-written.

    Parameters
    ----------
    path : Path
        The file, in a folder that exists. A symbolic link is replaced, not followed.
    fill : callable
        Writes the content to an open file, which may be read and written at any place.

    Raises
    ------
    OSError
        If the file cannot be written; what was there before is left.
    """
    with _draft(path, fill) as draft:
        draft.replace(path)


def write_once(path: Path, fill: Callable[[BinaryIO], object]) -> bool:
    """Write a file as `write_atomically` does, unless there is one of its name already.

    Returns
    -------
    bool
        Whether it was written. Of several writers at once only the first writes, on file systems that have links.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with _draft(path, fill) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:
            if path.exists():
                return False
            draft.replace(path)
        return True


@contextlib.contextmanager
def _draft(path: Path, fill: Callable[[BinaryIO], object]) -> Iterator[Path]:
    """Write a file under another name; it is deleted afterwards unless it was moved."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:  # HDF5 reads what it has written
            fill(file)
        # a temporary file is private; this one gets the permissions of any new file
        umask = os.umask(0)
        os.umask(umask)
        draft.chmod(0o666 & ~umask)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
