"""The seed that a user gives, as a number or as a generator to take one from."""

from __future__ import annotations

import numpy as np

from mcmort.errors import UsageError

__all__ = ["given_seed"]


def given_seed(rng: int | np.random.Generator) -> int:
    """Return a seed, or refuse what is none.

    Parameters
    ----------
    rng : int or numpy.random.Generator
        A whole number from 0 up, or a generator to take one from.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        If it is neither.
    """
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return int(rng)
    if isinstance(rng, np.random.Generator):  # asked last: it takes 8 ms to load
        return int(rng.integers(2**63))
    raise UsageError(f"the seed is {rng!r}; expected a whole number from 0 up, or a NumPy Generator")
