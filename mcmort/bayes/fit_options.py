"""Options of a fit as they are given in Python: checked, and as plain numbers that a stored fit is found by."""

from __future__ import annotations

from typing import Final, TypeGuard

import numpy as np

from mcmort.bayes.diagnostics import LEAST_DRAWS
from mcmort.errors import UsageError

__all__ = ["given_cores", "given_draws", "given_lean"]

MOST_LEAN: Final = 3.0
"""Largest lean that may be asked for."""


def given_draws(draws: object) -> int | None:
    """Return a number of draws of each chain, or None; refuse what is neither."""
    if draws is None or (_is_whole(draws) and int(draws) >= LEAST_DRAWS):
        return None if draws is None else int(draws)
    raise UsageError(f"the number of draws is {draws!r}; expected a whole number from {LEAST_DRAWS} up, of each chain")


def given_cores(cores: object) -> int | None:
    """Return a number of cores, or None; refuse what is neither."""
    if cores is None or (_is_whole(cores) and int(cores) >= 1):
        return None if cores is None else int(cores)
    raise UsageError(f"the number of cores is {cores!r}; expected 1 or more")


def given_lean(lean: object) -> float:
    """Return a lean; refuse what is no share, a truth value too, which would be one of 100 %."""
    if isinstance(lean, int | float | np.integer | np.floating) and not isinstance(lean, bool):
        share = float(lean)
        if 0.0 <= share <= MOST_LEAN:
            return share
    raise UsageError(f"the lean is {lean!r}; expected a share from 0 to {MOST_LEAN:g}, such as 0.3 for 30 %")


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
