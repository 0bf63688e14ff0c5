"""Random streams: point `i` of a stream is a function of the stream's key and `i` alone.

There are two ways to make points; in both, any block of draws can be made by any thread.

plain
    Independent draws. The integer ``key + (i + 1) * GAMMA`` is hashed by SplitMix64 (Steele, Lea and Flood 2014, doi
    10.1145/2660193.2660195). A stream is keyed by its name and the seed, never by its position, so that adding a
    component leaves the draws of the others as they were.
quasi
    Points of a randomly scrambled and shifted Sobol' net; see `mcmort.sampler.random.sobol`. Scrambling and shift are
    keyed by name, and differ from one randomisation to the next; the dimension is the position of the stream in the
    plan, since only dimensions of one net are even together. So a new component may change the dimension, and the
    draws, of others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.sampler.random.sobol import DIGITS, DIMENSIONS, directions, scrambled, unrelated

__all__ = ["GAMMA", "LOW", "MIX_1", "MIX_2", "Points", "key_of", "net", "plain", "streams_of", "uniforms"]

type Words = NDArray[np.uint64]

GAMMA: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9
MIX_2: Final = 0x94D049BB133111EB
LOW: Final = 8
"""Digits of an index whose points the kernel looks up; the rest are the same for 2 to the 8 points in a row."""


@lru_cache(maxsize=1 << 12)
def key_of(seed: int, name: str) -> int:
    """Return the 64-bit key of a stream."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little")


def streams_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the streams that instructions name, each once, in the order of their first use, but factors first.

    Many inputs rest on a factor, and the first dimensions of a net are the most even: of 12 components under a factor
    the root mean square error of a limit from 2,048 draws falls from 180 to 94 parts in 10,000.
    """
    return tuple(sorted(dict.fromkeys(name for name in names if name), key=lambda name: not name.startswith("factor")))


@dataclass(frozen=True)
class Points:
    """Where the points of several streams come from.

    Attributes
    ----------
    names : tuple of str
        The streams.
    offsets : ndarray of uint64, shape (n_streams,)
        Of independent draws the keys, of a net the shifts.
    directions : ndarray of uint64, shape (n_streams, DIGITS)
        The direction numbers of a net; of independent draws, none: ``(n_streams, 0)``.
    """

    names: tuple[str, ...]
    offsets: Words
    directions: Words

    @property
    def is_hashed(self) -> bool:
        """Whether draws are independent."""
        return not self.directions.size

    @cached_property
    def low(self) -> Words:
        """The first 2 to the `LOW` points of each stream, shape ``(n_streams, 1 << LOW)``; of a net only."""
        points = self.offsets[:, None]
        for digit in range(0 if self.is_hashed else LOW):
            points = np.concatenate([points, points ^ self.directions[:, digit, None]], axis=1)
        return points

    def rows(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return which of the streams each name means, shape ``(n_names,)``; 0 for no name."""
        place = {name: at for at, name in enumerate(self.names)}
        return np.array([place[name] if name else 0 for name in names], dtype=np.int64)

    def uniforms(self, name: str, first: int, count: int) -> NDArray[np.float64]:
        """Return points of a stream: the slow, obvious twin of the kernel's.

        Parameters
        ----------
        name : str
            Which stream.
        first : int
            Index of the first draw.
        count : int
            Number of draws.

        Returns
        -------
        ndarray, shape (count,)
            Uniform numbers in the open interval (0, 1).
        """
        row = self.names.index(name)
        if self.is_hashed:
            return uniforms(int(self.offsets[row]), first, count)
        index = np.arange(first, first + count, dtype=np.uint64)
        words = np.full(count, self.offsets[row])
        for digit, number in enumerate(self.directions[row]):
            words ^= ((index >> np.uint64(digit)) & np.uint64(1)) * number
        return _opened(words)


def plain(seed: int, names: tuple[str, ...]) -> Points:
    """Return the points of independent draws."""
    return Points(names, _keys(seed, "", names), np.zeros((len(names), 0), dtype=np.uint64))


def net(seed: int, names: tuple[str, ...], size: int, randomisation: int) -> Points:
    """Return the points of one randomisation of a net.

    Parameters
    ----------
    seed : int
        Seed of the run.
    names : tuple of str
        Names of the streams, in the order of the dimensions that they get. Those beyond the stored dimensions get
        random direction numbers.
    size : int
        Number of points, a power of two.
    randomisation : int
        Which randomisation.

    Returns
    -------
    Points
    """
    digits = size.bit_length() - 1
    if size != 1 << digits or digits > DIGITS:
        raise ValueError(f"a net of {size} points; expected a power of two up to 2 to the {DIGITS}")

    def words(what: str) -> Words:
        keys = _keys(seed, f"{what} {randomisation}:", names)
        return _hashed(keys[:, None] + np.arange(1, digits + 1, dtype=np.uint64) * np.uint64(GAMMA))

    numbers = unrelated(words("directions"))
    for at in range(min(len(names), DIMENSIONS)):
        numbers[at] = directions(at)[:digits]
    padded = np.zeros((len(names), DIGITS), dtype=np.uint64)
    padded[:, :digits] = scrambled(numbers, words("scrambling"))
    return Points(names, _keys(seed, f"shift {randomisation}:", names), padded)


def uniforms(key: int, first: int, count: int) -> NDArray[np.float64]:
    """Return independent draws of a stream: the NumPy twin of the kernel's.

    Parameters
    ----------
    key : int
        Where the stream starts.
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
    return _opened(_hashed(np.uint64(key) + index * np.uint64(GAMMA)))


def _keys(seed: int, what: str, names: tuple[str, ...]) -> Words:
    return np.array([key_of(seed, f"{what}{name}") for name in names], dtype=np.uint64)


def _hashed(z: Words) -> Words:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    return z ^ (z >> np.uint64(31))


def _opened(words: Words) -> NDArray[np.float64]:
    """Return the middles of the 2 to the 52 cells that the leading bits of words name."""
    return np.asarray(((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)
