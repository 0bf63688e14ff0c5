"""Digital nets: the direction numbers of the Sobol' sequence, and their random scrambling.

Point ``i`` of a net is the exclusive or of the direction numbers that stand for the binary digits of ``i``. The first
``2**k`` points have one point in each of ``2**k`` equal cells, in every dimension, and those of low dimensions fill the
cells of pairs of dimensions nearly as evenly. A random matrix that mixes each digit into those after it keeps all that,
and with a random shift makes every point uniform (Matousek 1998, Journal of Complexity 14, doi 10.1006/jcom.1998.0489).

The numbers in ``sobol.txt`` are those of Joe and Kuo (2008, SIAM Journal on Scientific Computing 30, doi
10.1137/070709359). Knows nothing of streams; see `mcmort.sampler.random.streams`.

Tried as well, on totals of 12 components, 2 to the 13 to 2 to the 16 draws: rank-1 lattices with random generators,
whose errors are 1.5 times as large; lattices with the generating vector of Cools, Kuo and Nuyens (2006, SIAM Journal on
Scientific Computing 28), as good there, but of fewer draws no better than random ones; Owen's nested scrambling by
hashes (Burley 2020, Journal of Computer Graphics Techniques 9), as good, but dearer; one net in place of 8, up to 1.8
times better, but without replicates that tell its error.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGITS", "DIMENSIONS", "directions", "scrambled", "unrelated"]

type Words = NDArray[np.uint64]

DIGITS: Final = 32
"""Binary digits of the index of a point: nets have 2 to the 32 points at most."""
DIMENSIONS: Final = 250
"""Dimensions whose direction numbers are stored."""
_WORD: Final = 64


@cache
def directions(dimension: int) -> tuple[int, ...]:
    """Return the direction numbers of a dimension of the Sobol' sequence.

    Parameters
    ----------
    dimension : int
        From 0 to `DIMENSIONS` - 1.

    Returns
    -------
    tuple of int, shape (DIGITS,)
        Of 64 bits, of which number `k` uses the leading ``k + 1``.
    """
    if dimension == 0:  # the sequence of van der Corput
        return tuple(1 << (_WORD - 1 - k) for k in range(DIGITS))
    degree, polynomial, *first = _stored()[dimension - 1]
    numbers = list(first)
    for k in range(degree, DIGITS):
        number = numbers[k - degree] ^ (numbers[k - degree] << degree)
        for j in range(1, degree):
            if (polynomial >> (degree - 1 - j)) & 1:
                number ^= numbers[k - j] << j
        numbers.append(number)
    return tuple(number << (_WORD - 1 - k) for k, number in enumerate(numbers))


@cache
def _stored() -> list[list[int]]:
    """Return degree, inner coefficients and initial numbers of each stored dimension from the second on."""
    lines = (Path(__file__).with_name("sobol.txt")).read_text(encoding="ascii").splitlines()
    return [[int(word) for word in line.split()[1:]] for line in lines if not line.startswith("#")]


def unrelated(words: Words) -> Words:
    """Return direction numbers made of random words: an even net of its own, not matched to those of any dimension.

    Parameters
    ----------
    words : ndarray of uint64, shape (..., n_digits)
        Random.

    Returns
    -------
    ndarray of uint64, of the same shape
        Number `k` has its last digit at place `k`, and random ones before it.
    """
    last = np.uint64(1 << (_WORD - 1)) >> np.arange(words.shape[-1], dtype=np.uint64)
    return np.asarray((words & ~(last - np.uint64(1))) | last)


def scrambled(numbers: Words, words: Words) -> Words:
    """Multiply direction numbers by random lower triangular matrices over the field of two elements.

    Parameters
    ----------
    numbers : ndarray of uint64, shape (n_streams, n_digits)
        Direction numbers, which use the leading `n_digits` bits.
    words : ndarray of uint64, shape (n_streams, n_digits)
        Random; word `k` says into which later digits digit `k` is mixed.

    Returns
    -------
    ndarray of uint64, shape (n_streams, n_digits)
        Of 64 digits each.
    """
    mixed = np.zeros_like(numbers)
    for digit in range(numbers.shape[1]):
        place = np.uint64(_WORD - 1 - digit)
        column = (np.uint64(1) << place) | (words[:, digit] >> np.uint64(digit + 1))
        mixed ^= ((numbers >> place) & np.uint64(1)) * column[:, None]
    return mixed
