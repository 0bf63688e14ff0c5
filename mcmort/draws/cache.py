"""Where compiled cases and fits are kept between commands."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_folder"]


def cache_folder() -> Path:
    """Return the folder: ``MCMORT_CACHE`` if that is set, else where the system keeps caches."""
    chosen = os.environ.get("MCMORT_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("mcmort", appauthor=False)
