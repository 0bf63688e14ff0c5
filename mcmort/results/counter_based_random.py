"""Counter-based random numbers: draw `i` of a stream is a hash of the stream's key and `i` alone.

The integer ``key + (i + 1) * GAMMA`` is hashed by SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195).
A stream is keyed by its name and the seed, never by its position, so that adding a component leaves the draws of the
others as they were.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAMMA", "MIX_1", "MIX_2", "hash_words", "stream_key", "to_unit_interval", "uniforms"]

type Words = NDArray[np.uint64]

GAMMA: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9
MIX_2: Final = 0x94D049BB133111EB


@lru_cache(maxsize=1 << 12)
def stream_key(seed: int, name: str) -> int:
    """Return the 64-bit key of a stream."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little")


def uniforms(key: int, first: int, count: int) -> NDArray[np.float64]:
    """Return independent draws of a stream; the reference implementation for the kernel.

    Parameters
    ----------
    key : int
        The key of the stream.
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
    return to_unit_interval(hash_words(np.uint64(key) + index * np.uint64(GAMMA)))


def hash_words(z: Words) -> Words:
    """Return the SplitMix64 hashes of integers."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    return z ^ (z >> np.uint64(31))


def to_unit_interval(words: Words) -> NDArray[np.float64]:
    """Return uniform numbers in (0, 1): the middles of 2 to the 52 equal cells, chosen by the leading bits of words."""
    return np.asarray(((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)
