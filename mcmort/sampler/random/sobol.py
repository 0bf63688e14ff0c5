"""Digital nets: the direction numbers of the Sobol' sequence, and their random scrambling.

Point ``i`` of a digital net is the exclusive or of the direction numbers of those binary digits of ``i`` that are 1. In
every dimension the first ``2**k`` points have one point in each of ``2**k`` equal cells, and in pairs of low dimensions
they fill the cells of a grid nearly as evenly. A random matrix that mixes each digit into later ones preserves this,
and with a random shift every point is uniform (Matousek 1998, Journal of Complexity 14, doi 10.1006/jcom.1998.0489).

The numbers in ``sobol.txt`` are those of Joe and Kuo (2008, SIAM Journal on Scientific Computing 30, doi
10.1137/070709359). For streams and dimensions see `mcmort.sampler.random.streams`.

Tried as well, on totals of 12 components, 2 to the 13 to 2 to the 16 draws: rank-1 lattices with random generators,
whose errors are 1.5 times as large; lattices with the generating vector of Cools, Kuo and Nuyens (2006, SIAM Journal on
Scientific Computing 28), as good there, but with fewer draws no better than random ones; Owen's nested scrambling by
hashes (Burley 2020, Journal of Computer Graphics Techniques 9), as good, but slower; one net in place of 8, with errors
up to 1.8 times smaller, but without replicates from which to estimate them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGITS", "DIMENSIONS", "random_directions", "scramble", "sobol_directions"]

type Words = NDArray[np.uint64]

DIGITS: Final = 32
"""Binary digits of the index of a point: a digital net has at most 2 to the 32 points."""
DIMENSIONS: Final = 250
"""Dimensions whose direction numbers are stored."""
_WORD: Final = 64


@cache
def sobol_directions(dimension: int) -> tuple[int, ...]:
    """Return the direction numbers of a dimension of the Sobol' sequence.

    Parameters
    ----------
    dimension : int
        From 0 to `DIMENSIONS` - 1.

    Returns
    -------
    tuple of int, shape (DIGITS,)
        Integers of 64 bits, of which number `k` uses the leading ``k + 1``.
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


def random_directions(words: Words) -> Words:
    """Return random direction numbers: points that are even in their own dimension, but in no pair of dimensions.

    Parameters
    ----------
    words : ndarray of uint64, shape (..., n_digits)
        Random bits.

    Returns
    -------
    ndarray of uint64, of the same shape
        In number `k` the last digit that is 1 is digit `k`; the digits before it are random.
    """
    last = np.uint64(1 << (_WORD - 1)) >> np.arange(words.shape[-1], dtype=np.uint64)
    return np.asarray((words & ~(last - np.uint64(1))) | last)


def scramble(numbers: Words, words: Words) -> Words:
    """Multiply direction numbers by random lower triangular matrices over the field of two elements.

    Parameters
    ----------
    numbers : ndarray of uint64, shape (n_streams, n_digits)
        Direction numbers, which use the leading `n_digits` bits.
    words : ndarray of uint64, shape (n_streams, n_digits)
        Random bits; word `k` says into which later digits digit `k` is mixed.

    Returns
    -------
    ndarray of uint64, shape (n_streams, n_digits)
        Scrambled direction numbers, of 64 digits each.
    """
    mixed = np.zeros_like(numbers)
    for digit in range(numbers.shape[1]):
        place = np.uint64(_WORD - 1 - digit)
        column = (np.uint64(1) << place) | (words[:, digit] >> np.uint64(digit + 1))
        mixed ^= ((numbers >> place) & np.uint64(1)) * column[:, None]
    return mixed
