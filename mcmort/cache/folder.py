"""The cache of computed files: its folder, the number of files in it, and the versions of packages they depend on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final

from mcmort.cache.atomic_write import write_atomically

__all__ = ["KEPT", "cache_folder", "code_stamps", "keep", "version_of"]

KEPT: Final = 128
"""Files of one kind that are kept; the longest unused are deleted first. A multiverse of the largest case goes through
67 plans in turn: a store that holds fewer has deleted each by the time that it is needed again."""


def cache_folder() -> Path:
    """Return the folder of computed files: ``MCMORT_CACHE`` if that is set, else where the system keeps caches."""
    chosen = os.environ.get("MCMORT_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("mcmort", appauthor=False)


def keep(path: Path, fill: Callable[[BinaryIO], object], most: int = KEPT) -> None:
    """Write a file whole or not at all, and delete the oldest of its kind.

    Parameters
    ----------
    path : Path
        The file; its folder is created if need be, and files with its suffix are of its kind.
    fill : callable
        Writes the content to an open file.
    most : int
        Files of its kind that are kept.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, fill)
    by_age = sorted(path.parent.glob(f"*{path.suffix}"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in by_age[most:]:
        old.unlink(missing_ok=True)


def code_stamps(files: Iterable[Path]) -> list[list[str | int]]:
    """Return what tells one version of some source files from another: name, size and time of change of each."""
    found = [(file, file.stat()) for file in sorted(files)]
    return [[file.name, stat.st_size, stat.st_mtime_ns] for file, stat in found]


@cache
def version_of(package: str) -> str:
    """Return the version of an installed package; it is kept, since to look it up takes 3 ms."""
    return version(package)
