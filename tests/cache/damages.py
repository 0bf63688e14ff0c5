"""Random damages to stored files: flipped bits, lost ends, blocks exchanged within a file or with another one."""

from __future__ import annotations

import numpy as np

__all__ = ["random_damage"]


def random_damage(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return a content after one damage, drawn at random; it differs from the content.

    Parameters
    ----------
    content, other : bytes
        Of the file to damage, and of a sound file of the same kind.
    rng : numpy.random.Generator
        Source of randomness.
    """
    kinds = (_flip_bits, _truncate, _swap_blocks, _graft_block, _exchange)
    while True:
        damaged = kinds[rng.integers(len(kinds))](content, other, rng)
        if damaged != content:
            return damaged


def _flip_bits(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(content)
    for place in rng.integers(len(content), size=rng.integers(1, 4)):
        damaged[place] ^= 1 << rng.integers(8)
    return bytes(damaged)


def _truncate(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(len(content))]


def _swap_blocks(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    size = int(rng.integers(1, min(4096, len(content) // 2)))
    first, second = sorted(int(place) for place in rng.integers(len(content) - size, size=2))
    second = max(second, first + size)
    between, block = content[first + size : second], content[second : second + size]
    return content[:first] + block + between + content[first : first + size] + content[second + size :]


def _graft_block(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    start, end = sorted(int(place) for place in rng.integers(min(len(content), len(other)), size=2))
    return content[:start] + other[start:end] + content[end:]


def _exchange(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    return other if rng.integers(2) else content + other
