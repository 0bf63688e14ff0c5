"""A cache of its own for a test, which need not compile again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

__all__ = ["cache_of_code"]

_SHARED = Path(os.environ["MCMORT_CACHE"])
"""The cache of all tests, before any of them sets another."""


def cache_of_code(folder: Path) -> Path:
    """Make a cache that holds the machine code compiled by other tests and nothing else: to compile takes seconds.

    Parameters
    ----------
    folder : Path
        Where to; made if it is not there.

    Returns
    -------
    Path
        The folder, for ``MCMORT_CACHE``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in _SHARED.glob("*.bin"):
        shutil.copy2(path, folder)
    return folder
