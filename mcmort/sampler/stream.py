"""Random streams: point `i` of a stream is a function of the stream's key and `i` alone.

A stream is keyed by its name and the seed, never by its position, so that adding a component leaves the draws of
the others as they were, and any block of draws can be made by any thread. Point ``i`` starts from the integer
``offset + (i + 1) * step`` of 64 bits. There are two ways to read it:

plain
    It is hashed by SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195), of which each key starts at
    a place of its own: independent draws.
quasi
    It is taken as it is: a rank-1 lattice of ``2**k`` points, randomly shifted (Cranley and Patterson 1976, SIAM
    Journal on Numerical Analysis 13). Shift and generator of a stream are random, by its name, and differ from one
    randomisation to the next; random generators do nearly as well as constructed ones (Goda and L'Ecuyer 2022, SIAM
    Journal on Scientific Computing 44).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAMMA", "MIX_1", "MIX_2", "Points", "key_of", "lattice", "plain", "uniforms"]

type Words = NDArray[np.uint64]

GAMMA: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9
MIX_2: Final = 0x94D049BB133111EB


def key_of(seed: int, name: str) -> int:
    """Return the 64-bit key of a stream."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little")


@dataclass(frozen=True)
class Points:
    """Offsets and steps of several streams, shape ``(n_streams,)`` each, and whether their points are hashed."""

    offsets: Words
    steps: Words
    is_hashed: bool


def plain(seed: int, names: tuple[str, ...]) -> Points:
    """Return the points of independent draws."""
    offsets = np.array([key_of(seed, name) if name else 0 for name in names], dtype=np.uint64)
    return Points(offsets, np.full(len(names), GAMMA, dtype=np.uint64), True)


def lattice(seed: int, names: tuple[str, ...], size: int, randomisation: int) -> Points:
    """Return the points of one randomisation of a lattice.

    Parameters
    ----------
    seed : int
        Seed of the run.
    names : tuple of str
        Names of the streams.
    size : int
        Number of points, a power of two.
    randomisation : int
        Which randomisation.

    Returns
    -------
    Points
        Each stream's generator is an odd number below `size`.
    """
    bits = size.bit_length() - 1
    if size != 1 << bits:
        raise ValueError(f"a lattice of {size} points; expected a power of two")

    def keys(what: str) -> list[int]:
        return [key_of(seed, f"{what} {randomisation}:{name}") if name else 0 for name in names]

    steps = [((number | 1) << (64 - bits)) % 2**64 for number in keys("generator")]
    return Points(np.array(keys("shift"), dtype=np.uint64), np.array(steps, dtype=np.uint64), False)


def uniforms(
    offset: int, first: int, count: int, *, step: int = GAMMA, is_hashed: bool = True
) -> NDArray[np.float64]:  # fmt: skip
    """Return points of a stream: the NumPy twin of the kernel's.

    Parameters
    ----------
    offset : int
        Where the stream starts; of independent draws, its key.
    first : int
        Index of the first draw.
    count : int
        Number of draws.
    step : int
        From one point to the next.
    is_hashed : bool
        Whether points are hashed, or taken as they are.

    Returns
    -------
    ndarray, shape (count,)
        Uniform numbers in the open interval (0, 1).
    """
    index = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    z = np.uint64(offset) + index * np.uint64(step)
    if is_hashed:
        z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
        z = z ^ (z >> np.uint64(31))
    return np.asarray(((z >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)
