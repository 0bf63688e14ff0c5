"""Counter-based random streams: draw `i` of a stream is a hash of the stream's key and `i`.

A stream is keyed by its name and the seed, never by its position, so that adding a component leaves the draws of
the others as they were, and any block of draws can be made by any thread. The hash is SplitMix64 (Steele, Lea and
Flood 2014, doi 10.1145/2660193.2660195), of which each key starts at a place of its own.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAMMA", "MIX_1", "MIX_2", "key_of", "keys_of", "uniforms"]

GAMMA: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9
MIX_2: Final = 0x94D049BB133111EB


def key_of(seed: int, name: str) -> int:
    """Return the 64-bit key of a stream."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little")


def keys_of(seed: int, names: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return the keys of several streams, shape ``(n_streams,)``."""
    return np.array([key_of(seed, name) for name in names], dtype=np.uint64)


def uniforms(key: int, first: int, count: int) -> NDArray[np.float64]:
    """Return draws of a stream: the NumPy twin of the kernel's hash.

    Parameters
    ----------
    key : int
        Key of the stream.
    first : int
        Index of the first draw.
    count : int
        Number of draws.

    Returns
    -------
    ndarray, shape (count,)
        Uniform numbers in the open interval (0, 1).
    """
    index = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    z = np.uint64(key) + index * np.uint64(GAMMA)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
