"""The random streams: published vectors of SplitMix64, uniformity, independence, equal bits in kernel and reference."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.elicit.families import Distribution
from mcmort.elicit.table import build_table
from mcmort.results.counter_based_random import stream_key, uniforms
from mcmort.sampler.kernel.register_allocation import allocate_registers
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.kernel.workspace import KernelRunner
from mcmort.sampler.program import reference
from mcmort.sampler.program.plan import Builder, Op
from mcmort.sampler.random.sobol import DIGITS
from mcmort.sampler.random.streams import Points, digital_net, independent_points, streams_of

_N = 200_000
_PUBLISHED = (
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
)
"""First outputs of SplitMix64 from state 1234567, as in Rosetta Code's task "Pseudo-random numbers/Splitmix64"."""
_LEAST_P = 1e-6
"""A test that is run on a fixed seed and a few streams should see no p value as small as this."""


def _splitmix64(state: int, count: int) -> list[int]:
    """Return outputs of SplitMix64 in Python's own whole numbers, after Vigna's public domain splitmix64.c."""
    out = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        out.append(z ^ (z >> 31))
    return out


def _kernel(seed: int, names: tuple[str, ...], count: int) -> dict[str, NDArray[np.float64]]:
    build = Builder()
    for name in names:
        build.outputs[name] = build.emit(Op.UNIFORM, stream=name)
    return run_plan(build.plan(), seed, count, threads=1)


def test_the_stream_is_splitmix64() -> None:
    """From state 1234567 the stream gives the published outputs, of which each uniform keeps the leading 52 bits."""
    assert tuple(_splitmix64(1234567, 5)) == _PUBLISHED
    expected = [((word >> 12) + 0.5) * 2.0**-52 for word in _PUBLISHED]
    assert uniforms(1234567, 0, 5).tolist() == expected
    assert uniforms(1234567, 2, 3).tolist() == expected[2:]


def test_kernel_and_reference_give_the_same_uniforms() -> None:
    """The compiled hash and the NumPy one agree on every bit, and both with whole-number arithmetic."""
    names = ("all:camps", "registered:camps", "factor:archive", "ü")
    found = _kernel(7, names, 40_000)
    for name in names:
        assert found[name].tobytes() == uniforms(stream_key(7, name), 0, 40_000).tobytes()
        words = _splitmix64(stream_key(7, name), 100)
        assert found[name][:100].tolist() == [((word >> 12) + 0.5) * 2.0**-52 for word in words]


@pytest.mark.parametrize("word", [0, 2**64 - 1, 2**63, 2**12 - 1])
def test_uniforms_lie_strictly_between_zero_and_one(word: int) -> None:
    """The extreme outputs of the hash stay inside the open interval (the largest was once rounded to 1).

    The hash is a bijection: the key that leads to an output is found by undoing its steps.
    """
    mask = 2**64 - 1

    def unshift(z: int, by: int) -> int:
        known = z
        for _ in range(64 // by + 1):
            known = z ^ (known >> by)
        return known

    z = unshift(word, 31) * pow(0x94D049BB133111EB, -1, 2**64) & mask
    z = unshift(z, 27) * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
    key = (unshift(z, 30) - 0x9E3779B97F4A7C15) & mask
    assert _splitmix64(key, 1) == [word]
    (value,) = uniforms(key, 0, 1)
    assert 0.0 < value < 1.0
    assert value == ((word >> 12) + 0.5) * 2.0**-52


def test_keys_are_sha256_of_seed_and_name() -> None:
    """A key is the first eight bytes of SHA-256 of "seed:name", little end first: "0:a" is checked by hand.

    The digest of "0:a" was computed with coreutils' sha256sum.
    """
    assert stream_key(0, "a") == int.from_bytes(bytes.fromhex("9df3c5fab8ef8fe7"), "little")
    assert independent_points(0, ("a", "b")).offsets.tolist() == [stream_key(0, "a"), stream_key(0, "b")]
    assert len({stream_key(seed, name) for seed in range(50) for name in "abc"}) == 150


def test_a_stream_is_uniform(seed: int) -> None:
    """Kolmogorov-Smirnov and chi-square (1,000 cells) find nothing in 200,000 draws of each of five streams."""
    for name in ("all:camps", "all:famine", "registered:camps", "quantity:rate", "share:0"):
        u = uniforms(stream_key(seed, name), 0, _N)
        assert stats.kstest(u, "uniform").pvalue > _LEAST_P
        assert stats.chisquare(np.histogram(u, 1000, (0.0, 1.0))[0]).pvalue > _LEAST_P


def test_the_low_bits_of_a_stream_are_uniform(seed: int) -> None:
    """The last eight of the 52 bits are as even as the first."""
    u = uniforms(stream_key(seed, "all:camps"), 0, _N)
    low = (u * 2.0**52).astype(np.uint64) & np.uint64(255)
    assert stats.chisquare(np.bincount(low.astype(np.int64), minlength=256)).pvalue > _LEAST_P


def test_a_biased_stream_is_seen(seed: int) -> None:
    """Negative control: a stream raised to the power 1.05 fails both tests of uniformity."""
    u = uniforms(stream_key(seed, "all:camps"), 0, _N) ** 1.05
    assert stats.kstest(u, "uniform").pvalue < _LEAST_P
    assert stats.chisquare(np.histogram(u, 1000, (0.0, 1.0))[0]).pvalue < _LEAST_P


def _pairs_p(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the p value of a chi-square test of independence on a 20 by 20 grid."""
    table = np.histogram2d(x, y, 20, ((0.0, 1.0), (0.0, 1.0)))[0].ravel()
    return float(stats.chisquare(table).pvalue)


def _correlated(x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    """Whether a correlation exceeds five standard errors of independent draws."""
    return abs(float(np.corrcoef(x, y)[0, 1])) > 5.0 / float(np.sqrt(len(x)))


def test_two_streams_are_independent(seed: int) -> None:
    """Streams of similar names, of neighbouring seeds and of the same draw are neither correlated nor patterned."""
    base = uniforms(stream_key(seed, "all:part-1"), 0, _N)
    for other in (
        uniforms(stream_key(seed, "all:part-2"), 0, _N),
        uniforms(stream_key(seed, "registered:part-1"), 0, _N),
        uniforms(stream_key(seed + 1, "all:part-1"), 0, _N),
    ):
        assert not _correlated(base, other)
        assert _pairs_p(base, other) > _LEAST_P


def test_a_stream_does_not_remember(seed: int) -> None:
    """Draws at distances 1, 2 and 512 (a block) of one stream are neither correlated nor patterned."""
    u = uniforms(stream_key(seed, "all:part-1"), 0, _N)
    for lag in (1, 2, 512):
        assert not _correlated(u[:-lag], u[lag:])
        assert _pairs_p(u[:-lag], u[lag:]) > _LEAST_P


def test_dependent_streams_are_seen(seed: int) -> None:
    """Negative control: a stream mixed with 2 % of another is found correlated, and its fractional part patterned."""
    x, y = (uniforms(stream_key(seed, name), 0, _N) for name in "ab")
    assert _correlated(x, 0.98 * y + 0.02 * x)
    assert _pairs_p(x, (0.5 * x + 0.1 * y) % 1.0) < _LEAST_P


def test_factors_come_first() -> None:
    """Each stream is named once, in the order of its first use, but for factors, which get the first dimensions."""
    assert streams_of(["all:b", "", "factor:g", "all:a", "all:b", "factor:f"]) == (
        "factor:g",
        "factor:f",
        "all:b",
        "all:a",
    )


def test_rows_say_which_stream_an_instruction_has() -> None:
    """Instructions without a stream have row 0, which nothing reads."""
    points = independent_points(1, ("b", "a"))
    assert points.rows(["a", "", "b", "a"]).tolist() == [1, 0, 0, 1]
    assert points.is_independent
    assert not digital_net(1, ("b", "a"), 4, 0).is_independent


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, 1_000), (255, 2), (256, 256), (700, 3_000), (4_095, 1)])
def test_kernel_and_reference_give_the_same_points_of_a_net(first: int, count: int) -> None:
    """From any point on, the kernel's runs of 256 give the exclusive or of direction numbers that defines a point."""
    build = Builder()
    names = ("factor:f", "all:a", "all:b")
    for name in names:
        build.outputs[name] = build.emit(Op.UNIFORM, stream=name)
    runner = KernelRunner(allocate_registers(build.plan(), list(names)), 333)
    points, out = digital_net(7, names, 4_096, 3), np.empty((3, count))
    runner.fill_columns(runner.inputs(points), first, out)
    for name, column in zip(names, out, strict=True):
        assert column.tobytes() == points.uniforms(name, first, count).tobytes()


@pytest.mark.parametrize("side", [0, 2**64 - 1])
def test_kernel_and_reference_agree_on_the_outermost_points(side: int) -> None:
    """On either side of the first 8,192 points, of which tables tell only the last 6,144 apart, values are the same."""
    build = Builder()
    prior = build_table(Distribution("lognormal", (3.0, 1.0)))
    build.outputs["x"] = build.emit(Op.DRAW, b=build.table(prior), stream="x")
    plan, digits = build.plan(), np.arange(DIGITS, dtype=np.uint64)
    points = Points(("x",), np.array([side], dtype=np.uint64), (np.uint64(1) << (digits + np.uint64(12)))[None])
    runner, out = KernelRunner(allocate_registers(plan, ["x"])), np.empty((1, 8_192))
    runner.fill_columns(runner.inputs(points), 0, out)
    expected = reference.run_plan(plan, 0, 0, 8_192, points=points)["x"]
    assert out[0].tobytes() == expected.tobytes()
    assert np.unique(expected).size == 6_144 + 1  # all points below the least probability have its value
