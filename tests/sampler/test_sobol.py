"""Digital nets: the points of SciPy's Sobol' sequence, even in one and two dimensions, also when scrambled."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import qmc

from mcmort.sampler.random.sobol import DIGITS, DIMENSIONS, random_directions, scramble, sobol_directions
from mcmort.sampler.random.streams import digital_net

type Words = NDArray[np.uint64]


def _points(numbers: Words, size: int) -> NDArray[np.float64]:
    """Return points without a shift, shape ``(n_streams, size)``, by the definition."""
    index = np.arange(size, dtype=np.uint64)
    words = np.zeros((len(numbers), size), dtype=np.uint64)
    for digit in range(numbers.shape[1]):
        words ^= ((index >> np.uint64(digit)) & np.uint64(1)) * numbers[:, digit, None]
    return words.astype(np.float64) * 2.0**-64


def _random(seed: int, *shape: int) -> Words:
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64)


def _numbers(dimensions: int, digits: int = DIGITS) -> Words:
    return np.array([sobol_directions(at)[:digits] for at in range(dimensions)], dtype=np.uint64)


def _parities(first: NDArray[np.float64], second: NDArray[np.float64], of_first: int, of_second: int) -> set[int]:
    """Return how many points lie in the cells of a pair of dimensions, so many halvings of each."""
    cells = (first * 2**of_first).astype(int) * 2**of_second + (second * 2**of_second).astype(int)
    return set(np.bincount(cells, minlength=2 ** (of_first + of_second)).tolist())


def test_the_points_are_those_of_scipy() -> None:
    """In all stored dimensions the first 4,096 points are those of SciPy's Sobol' sequence, in another order.

    SciPy goes from point to point by one direction number (Gray's code): its point ``i`` is ours of ``i ^ (i >> 1)``.
    """
    index = np.arange(4_096)
    expected = qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(4_096)
    assert np.array_equal(_points(_numbers(DIMENSIONS), 4_096).T[index ^ (index >> 1)], expected)


def test_direction_numbers_are_triangular() -> None:
    """Number `k` of any dimension, stored or random, ends at digit `k`, so that every 2**k points fill all cells."""
    last = np.uint64(1 << 63) >> np.arange(DIGITS, dtype=np.uint64)
    for numbers in (_numbers(DIMENSIONS), random_directions(_random(1, 50, DIGITS))):
        assert np.all(numbers & last == last)
        assert np.all(numbers & (last - np.uint64(1)) == 0)


@pytest.mark.parametrize("size", [1, 2, 64, 4096])
def test_a_scrambled_net_is_even_in_every_dimension(size: int) -> None:
    """Each stream, stored or not, has exactly one point in each of as many equal cells as there are points."""
    names = tuple(f"all:{index}" for index in range(DIMENSIONS + 5))
    points = digital_net(3, names, size, 0)
    for name in (*names[:8], *names[-8:]):
        u = points.uniforms(name, 0, size)
        assert np.bincount((u * size).astype(int), minlength=size).tolist() == [1] * size


def test_a_scrambled_net_is_even_in_pairs_of_dimensions() -> None:
    """The first two dimensions have one of 1,024 points in each of 1,024 cells, however their sides are halved.

    They are a (0, m, 2)-net in base 2 (Niederreiter 1992), and scrambling keeps that. The control pairs the first with
    random nets, which are even in each dimension but mostly leave cells of the pair empty.
    """
    numbers = scramble(_numbers(2, 10), _random(2, 2, 10))
    first, second = _points(numbers, 1_024)
    assert all(_parities(first, second, halvings, 10 - halvings) == {1} for halvings in range(11))
    others = _points(scramble(random_directions(_random(3, 20, 10)), _random(4, 20, 10)), 1_024)
    assert any(_parities(first, other, 5, 5) != {1} for other in others)


def test_scrambling_leaves_the_leading_digit_in_its_place() -> None:
    """A random matrix has ones on its diagonal and mixes a digit into later ones alone: by the matrix, bit by bit."""
    numbers, words = _numbers(3, 6), _random(5, 3, 6)
    found = scramble(numbers, words)
    for stream in range(3):
        matrix = np.zeros((64, 6), dtype=int)
        for digit in range(6):
            matrix[digit, digit] = 1
            for later in range(digit + 1, 64):
                matrix[later, digit] = (int(words[stream, digit]) >> (63 - (later - digit - 1))) & 1
        for number, scrambled_number in zip(numbers[stream].tolist(), found[stream].tolist(), strict=True):
            digits = np.array([(number >> (63 - place)) & 1 for place in range(6)])
            expected = (matrix @ digits) % 2
            assert [(scrambled_number >> (63 - place)) & 1 for place in range(64)] == expected.tolist()


def test_a_net_is_of_a_power_of_two() -> None:
    """A net of another number of points would not be even and is refused; so is one of too many."""
    with pytest.raises(ValueError, match="a digital net of 1000 points"):
        digital_net(1, ("a",), 1_000, 0)
    with pytest.raises(ValueError, match="up to 2 to the 32"):
        digital_net(1, ("a",), 1 << 33, 0)


def test_randomisations_differ_in_shift_and_scrambling(seed: int) -> None:
    """Randomisations of a net, and streams within one, share neither their shift nor their scrambling."""
    found = [digital_net(seed, ("a", "b"), 1 << 16, one) for one in range(20)]
    assert len({int(value) for one in found for value in one.offsets}) == 40
    assert len({row.tobytes() for one in found for row in one.directions}) == 40


def test_a_new_stream_keeps_the_shifts_of_others(seed: int) -> None:
    """Shifts go by name; scrambled numbers also by the dimension, which a stream before it moves."""
    few, more = digital_net(seed, ("b", "c"), 256, 0), digital_net(seed, ("a", "b", "c"), 256, 0)
    assert few.offsets.tolist() == more.offsets[1:].tolist()
    assert not np.any(np.all(few.directions == more.directions[1:], axis=1))
    assert np.all(few.offsets != digital_net(seed + 1, ("b", "c"), 256, 0).offsets)


def test_points_of_a_net_are_uniform(seed: int) -> None:
    """Over 400 randomisations any one point of a net is uniform: its mean and its square's, within four errors."""
    u = np.array([digital_net(seed, ("a", "b"), 8, one).uniforms("b", 5, 1)[0] for one in range(400)])
    assert abs(u.mean() - 1 / 2) < 4 * np.sqrt(1 / 12 / 400)
    assert abs((u**2).mean() - 1 / 3) < 4 * np.sqrt(4 / 45 / 400)
