"""A battery of classical tests on the random streams, with SciPy alone: within a stream and across streams.

Each test is applied to single streams and to interleaved ones (draw 0 of every stream, then draw 1 of every stream,
and so on), which is how the draws of a case meet. The tests are those of Knuth (The Art of Computer Programming,
volume 2, section 3.3.2) and Marsaglia's birthday spacings (L'Ecuyer and Simard 2001,
doi 10.1016/S0378-4754(00)00253-6).
The long form draws sixteen times as much from other streams. ``benchmarks/battery`` feeds the same streams to TestU01.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.results.counter_based_random import GAMMA, stream_key, uniforms

type Floats = NDArray[np.float64]

_SHORT = 1 << 17
_LONG = 1 << 21
_LEAST_P = 1e-7
"""Fewer than 50 p values are looked at in each form: one as small as this comes by chance once in 200,000 runs."""
_STREAMS = 64


def _chi_square(counts: NDArray[np.int64], expected: Floats | None = None) -> float:
    return float(stats.chisquare(counts, expected).pvalue)


def _cells(u: Floats, count: int) -> NDArray[np.int64]:
    return np.minimum((u * count).astype(np.int64), count - 1)


def equidistribution(u: Floats) -> float:
    """Draws in 1,024 equal cells."""
    return _chi_square(np.bincount(_cells(u, 1024), minlength=1024))


def serial_pairs(u: Floats) -> float:
    """Pairs that do not overlap, in 32 by 32 cells."""
    at = _cells(u, 32)
    return _chi_square(np.bincount(32 * at[0::2] + at[1::2], minlength=1024))


def serial_triples(u: Floats) -> float:
    """Triples that do not overlap, in 16 by 16 by 16 cells."""
    at = _cells(u[: len(u) // 3 * 3], 16)
    return _chi_square(np.bincount(256 * at[0::3] + 16 * at[1::3] + at[2::3], minlength=4096))


def gaps(u: Floats) -> float:
    """Lengths of the gaps between draws below 1/8, which are geometric; gaps of 40 and more are one class."""
    lengths = np.diff(np.flatnonzero(u < 0.125)) - 1
    probability = 0.125 * 0.875 ** np.arange(40)
    counts = np.bincount(np.minimum(lengths, 40), minlength=41)
    return _chi_square(counts, len(lengths) * np.append(probability, 0.875**40))


def runs(u: Floats) -> float:
    """Rising runs; the draw after a run is left out, so that lengths are independent (Knuth, exercise 3.3.2-14)."""
    is_fall = np.flatnonzero(np.diff(u) < 0.0)
    lengths, start = [], 0
    for fall in is_fall.tolist():
        if fall >= start:
            lengths.append(fall - start + 1)
            start = fall + 2
    r = np.arange(1, 7, dtype=np.float64)
    factorial = np.cumprod(r)
    probability = 1.0 / factorial - 1.0 / (factorial * (r + 1.0))  # of length r; of 7 and more, 1 / 7!
    counts = np.bincount(np.minimum(lengths, 7), minlength=8)[1:]
    return _chi_square(counts, len(lengths) * np.append(probability, 1.0 / 5040.0))


def permutations(u: Floats) -> float:
    """Orders of four draws that do not overlap: 24, all as likely."""
    order = np.argsort(u[: len(u) // 4 * 4].reshape(-1, 4), axis=1)
    return _chi_square(np.unique(order @ np.array([64, 16, 4, 1]), return_counts=True)[1])


def birthday_spacings(u: Floats) -> float:
    """Collisions among the spacings of 1,024 birthdays in a year of 2 to the 26 days: Poisson with mean 4.

    The mean is the number of birthdays cubed over four times the days; birthdays are pairs of draws of 13 bits each.
    """
    at = _cells(u[: len(u) // 2048 * 2048], 1 << 13)
    spacings = np.sort(np.diff(np.sort((at[0::2] << 13 | at[1::2]).reshape(-1, 1024), axis=1), axis=1), axis=1)
    collisions = (np.diff(spacings, axis=1) == 0).sum(axis=1)
    cut = np.arange(12)
    expected = len(collisions) * np.append(stats.poisson.pmf(cut, 4.0), stats.poisson.sf(11, 4.0))
    counts = np.bincount(np.minimum(collisions, 12), minlength=13)
    # classes with few expected are joined, as the chi-square approximation asks for
    edges = [0, *(np.flatnonzero(np.cumsum(expected) > 5.0)[:1] + 1).tolist(), 3, 4, 5, 6, 8]
    edges = sorted(set(edges))
    return _chi_square(np.add.reduceat(counts, edges), np.add.reduceat(expected, edges))


def bit_correlation(u: Floats) -> float:
    """Every pair of the leading 52 bits of a draw, and of one draw and the next: the largest correlation.

    Under independence each is normal with standard deviation one over the root of the draws; Bonferroni for all pairs.
    """
    n = (len(u) - 1) // 64 * 64
    words = (u[: n + 1] * 2.0**52).astype(np.uint64)
    here, there = (_slices(part) for part in (words[:-1], words[1:]))
    pairs = [(here[i], here[j]) for i in range(52) for j in range(i)]
    pairs += [(here[i], there[j]) for i in range(52) for j in range(52)]
    unlike = np.array([int(np.bitwise_count(one ^ other).sum(dtype=np.int64)) for one, other in pairs])
    z = np.abs(n - 2 * unlike) / np.sqrt(n)
    return float(min(1.0, 2.0 * stats.norm.sf(z.max()) * len(z)))


def _slices(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each of 52 bits of the words as a row of packed bits."""
    rows = [np.packbits((words >> np.uint64(bit)).astype(np.uint8) & 1) for bit in range(52)]
    return np.stack(rows).view(np.uint64)


def bit_balance(u: Floats) -> float:
    """How often each of the leading 52 bits is set."""
    words = (u * 2.0**52).astype(np.uint64)
    ones = np.array([int(((words >> np.uint64(bit)) & np.uint64(1)).sum()) for bit in range(52)])
    return float(stats.chi2.sf(np.sum((ones - len(u) / 2) ** 2 / (len(u) / 4)), 52))


TESTS: tuple[Callable[[Floats], float], ...] = (
    equidistribution,
    serial_pairs,
    serial_triples,
    gaps,
    runs,
    permutations,
    birthday_spacings,
    bit_correlation,
    bit_balance,
)


def _interleaved(keys: list[int], count: int) -> Floats:
    each = -(-count // len(keys))
    return np.stack([uniforms(key, 0, each) for key in keys], axis=1).ravel()[:count]


def _arrangements(seed: int, count: int) -> dict[str, Floats]:
    names = [f"all:component-{index}" for index in range(_STREAMS)]
    return {
        "one stream": uniforms(stream_key(seed, names[0]), 0, count),
        "far into one stream": uniforms(stream_key(seed, names[0]), 10**12, count),
        "the components of a run": _interleaved([stream_key(seed, name) for name in names], count),
        "one component under many seeds": _interleaved(
            [stream_key(seed + step, names[0]) for step in range(64)], count
        ),
    }


ARRANGEMENTS = tuple(_arrangements(0, 64))


def _randu(count: int) -> Floats:
    """Return RANDU, whose triples lie in fifteen planes (Marsaglia 1968, doi 10.1073/pnas.61.1.25)."""
    out = np.empty(count)
    state = 1
    for i in range(count):
        state = 65539 * state % 2**31
        out[i] = state / 2**31
    return out


def _lagged(count: int) -> Floats:
    """Return the lagged Fibonacci generator with lags 2 and 3, far too short, from a good start."""
    rng = np.random.default_rng(1)
    state = rng.integers(0, 2**52, count)
    for i in range(3, count):
        state[i] = (state[i - 2] + state[i - 3]) % 2**52
    return np.asarray((state + 0.5) / 2.0**52)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.__name__)
def test_streams_pass(test: Callable[[Floats], float], arrangement: str, seed: int) -> None:
    """No classical test tells 131,072 draws, of one stream or of 64 interleaved, from uniform and independent ones."""
    assert test(_arrangements(seed, _SHORT)[arrangement]) > _LEAST_P


@pytest.mark.statistical
@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.__name__)
def test_streams_pass_at_length(test: Callable[[Floats], float], arrangement: str, seed: int) -> None:
    """No classical test tells two million draws, of one stream or of 64 interleaved, from ideal ones."""
    assert test(_arrangements(seed + 1000, _LONG)[arrangement]) > _LEAST_P


def _unmixed(count: int) -> Floats:
    """Return SplitMix64 without its mixing: multiples of the increment, modulo 1 (a Weyl sequence)."""
    return (np.arange(count, dtype=np.float64) * (GAMMA / 2.0**64)) % 1.0


def _bent(count: int) -> Floats:
    """Return a good stream raised to the power 1.05."""
    return np.asarray(uniforms(stream_key(1, "all:a"), 0, count) ** 1.05)


def _rounded(count: int) -> Floats:
    """Return a good stream whose last twelve bits are never set."""
    return np.asarray(np.floor(uniforms(stream_key(1, "all:a"), 0, count) * 2.0**40) / 2.0**40)


_FAILED_BY: dict[Callable[[int], Floats], tuple[Callable[[Floats], float], ...]] = {
    _randu: (serial_triples,),
    _lagged: (gaps, runs, permutations, bit_correlation),
    _unmixed: (serial_pairs, birthday_spacings, gaps, runs, permutations),
    _bent: (equidistribution,),
    _rounded: (bit_balance,),
}


@pytest.mark.parametrize("make", _FAILED_BY, ids=lambda make: make.__name__.strip("_"))
def test_bad_generators_fail(make: Callable[[int], Floats]) -> None:
    """Negative control: bad generators fail the tests that are known to see their fault, and each test fails one."""
    u = make(_SHORT)
    assert [test.__name__ for test in _FAILED_BY[make] if test(u) > _LEAST_P] == []
    assert {test for tests in _FAILED_BY.values() for test in tests} == set(TESTS)


def _streams(seed: int, count: int) -> Floats:
    return np.stack([uniforms(stream_key(seed, f"all:component-{index}"), 0, count) for index in range(_STREAMS)])


def _largest_correlation(streams: Floats) -> float:
    """Return the p value of the largest of all correlations between rows, by Bonferroni's bound."""
    z = np.abs(np.asarray(np.corrcoef(streams))[np.triu_indices(len(streams), 1)]) * np.sqrt(streams.shape[1])
    return float(min(1.0, 2.0 * stats.norm.sf(z.max()) * len(z)))


def _pairs(streams: Floats) -> float:
    """Return the p value of the 16 by 16 chi-squares of each row with the next, added up."""
    cells = _cells(streams, 16)
    total = 0.0
    for one, other in pairwise(cells):
        counts = np.bincount(16 * one + other, minlength=256)
        expected = streams.shape[1] / 256.0
        total += float(np.sum((counts - expected) ** 2 / expected))
    return float(stats.chi2.sf(total, 255 * (len(streams) - 1)))


def test_streams_are_independent_of_one_another(seed: int) -> None:
    """Among 64 streams of one seed no pair is correlated, and none has a pattern in its joint cells."""
    streams = _streams(seed, 1 << 14)
    assert _largest_correlation(streams) > _LEAST_P
    assert _pairs(streams) > _LEAST_P


@pytest.mark.statistical
def test_streams_are_independent_of_one_another_at_length(seed: int) -> None:
    """The same with a quarter of a million draws of each of 64 streams."""
    streams = _streams(seed + 1000, 1 << 18)
    assert _largest_correlation(streams) > _LEAST_P
    assert _pairs(streams) > _LEAST_P


def test_dependent_streams_fail(seed: int) -> None:
    """Negative control: a stream mixed with a tenth of another is seen, and so is a function of its neighbour."""
    streams = _streams(seed, 1 << 14)
    mixed = streams.copy()
    mixed[5] = 0.9 * mixed[5] + 0.1 * mixed[40]
    assert _largest_correlation(mixed) < _LEAST_P
    folded = streams.copy()
    folded[6] = np.abs(2.0 * folded[5] - 1.0)  # uncorrelated with its neighbour, and a function of it
    assert _largest_correlation(folded) > _LEAST_P
    assert _pairs(folded) < _LEAST_P


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_feeder_of_outside_batteries_hashes_as_mcmort_does(tmp_path: Path) -> None:
    """The C source that feeds TestU01 gives, stream by stream, the words of which `uniforms` keeps 52 bits."""
    folder = Path(__file__).resolve().parents[2] / "benchmarks" / "battery"
    subprocess.run(["cc", "-O1", "-o", tmp_path / "words", folder / "words.c"], check=True)
    streams = [stream_key(1, name) for name in "abc"]
    (tmp_path / "keys").write_text("".join(f"{key:016x}\n" for key in streams), encoding="ascii")
    done = subprocess.run([tmp_path / "words", tmp_path / "keys", "3000"], check=True, capture_output=True)
    words = np.frombuffer(done.stdout, dtype=np.uint64)
    assert np.array_equal(((words >> np.uint64(12)) + 0.5) * 2.0**-52, _interleaved(streams, 3000))
