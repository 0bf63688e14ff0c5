"""Pieces of highest-density regions: mixtures against quadrature, unimodal families, noise, both kinds of draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

import mcmort as mm
from mcmort.analysis.pieces import LEAST, PROBABILITY, Piece, median_between, pieces_of
from tests.cases import case_of, component, definition, ranged

type Array = NDArray[np.float64]
type Mixture = tuple[tuple[float, float, float], ...]
"""Weight, mean and standard deviation of each normal."""

MIXTURES: dict[str, Mixture] = {
    "two, even": ((0.5, 10.0, 1.0), (0.5, 20.0, 1.0)),
    "two, uneven and of unlike widths": ((0.2, 10.0, 0.3), (0.8, 18.0, 2.0)),
    "three": ((0.3, 10.0, 1.0), (0.5, 20.0, 1.5), (0.2, 30.0, 1.0)),
    "three, two of them joined": ((0.4, 10.0, 1.0), (0.3, 12.5, 1.0), (0.3, 30.0, 1.5)),
}
FAMILIES: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "normal": lambda rng, n: rng.normal(10.0, 1.0, n),
    "uniform": lambda rng, n: rng.uniform(0.0, 1.0, n),
    "triangular": lambda rng, n: rng.triangular(0.0, 1.0, 5.0, n),
    "lognormal over orders of magnitude": lambda rng, n: rng.lognormal(0.0, 1.5, n),
    "exponential": lambda rng, n: rng.exponential(1.0, n),
    "gamma without a mode inside": lambda rng, n: rng.gamma(0.5, 1.0, n),
    "beta": lambda rng, n: rng.beta(2.0, 30.0, n),
    "Student of two degrees of freedom": lambda rng, n: rng.standard_t(2.0, n),
    "half of it one value": lambda rng, n: np.maximum(rng.lognormal(0.0, 0.3, n), 1.0),
}


def _density(mixture: Mixture, x: Array | float) -> Array:
    return np.asarray(sum(weight * stats.norm.pdf(x, mean, sd) for weight, mean, sd in mixture))


def _exact(mixture: Mixture) -> list[Piece]:
    """Return the pieces of the region: where the density exceeds the level at which they hold 95 %."""
    x = np.linspace(0.0, 45.0, 45_001)

    def pieces(level: float) -> list[Piece]:
        def above(value: float) -> float:
            return float(_density(mixture, value) - level)

        crossings = np.flatnonzero(np.diff(np.sign(_density(mixture, x) - level)))
        ends = [optimize.brentq(above, x[index], x[index + 1]) for index in crossings]
        return [
            Piece(low, high, integrate.quad(lambda value: float(_density(mixture, value)), low, high)[0])
            for low, high in zip(ends[::2], ends[1::2], strict=True)
        ]

    def lacking(level: float) -> float:
        return sum(piece.probability for piece in pieces(level)) - PROBABILITY

    return pieces(optimize.brentq(lacking, 1e-4, 0.06, xtol=1e-10))


def _drawn(mixture: Mixture, n: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    weights, means, sds = np.array(mixture).T
    chosen = rng.choice(len(mixture), n, p=weights)
    return np.asarray(rng.normal(means[chosen], sds[chosen]))


@pytest.mark.slow
@pytest.mark.parametrize("n", [20_000, 100_000])
@pytest.mark.parametrize("name", MIXTURES)
def test_pieces_of_normal_mixtures_agree_with_quadrature(name: str, n: int) -> None:
    """Of seeds 1 to 5 the pieces are as many as in truth, with their probabilities within 1.5 % and near their ends.

    The standard error of a share of a half of 20,000 draws is 0.35 %. Ends converge with the cube root of the draws,
    and move by jumps from one cluster of draws to the next, so that the region holds 95 % or somewhat more.
    """
    mixture = MIXTURES[name]
    truth = _exact(mixture)
    for seed in range(1, 6):
        pieces = pieces_of(_drawn(mixture, n, seed))
        assert len(pieces) == len(truth)
        assert PROBABILITY <= sum(piece.probability for piece in pieces) + 1e-9 <= PROBABILITY + 0.01
        for piece, exact in zip(pieces, truth, strict=True):
            width = exact.high - exact.low
            assert piece.probability == pytest.approx(exact.probability, abs=0.015)
            assert piece.low == pytest.approx(exact.low, abs=0.12 * width)
            assert piece.high == pytest.approx(exact.high, abs=0.12 * width)


def test_quadrature_finds_the_interval_of_one_normal() -> None:
    """The oracle itself: one normal has one piece, 1.96 standard deviations to either side."""
    (piece,) = _exact(((1.0, 20.0, 2.0),))
    assert (piece.low, piece.high) == pytest.approx((20.0 - 3.919928, 20.0 + 3.919928), abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_unimodal_families_are_in_one_piece_of_any_seed(family: str) -> None:
    """Sampling noise makes no pieces: one of each of 200 runs of 20,000 draws."""
    counts = [len(pieces_of(FAMILIES[family](np.random.default_rng(seed), 20_000))) for seed in range(200)]
    assert counts == [1] * 200


@pytest.mark.parametrize("n", [100, 1_000, 5_000])
def test_few_draws_make_no_pieces_of_a_uniform_density(n: int) -> None:
    """What noise can do grows as draws become fewer, and so does what a piece must exceed."""
    counts = [len(pieces_of(np.random.default_rng(seed).uniform(0.0, 1.0, n))) for seed in range(200)]
    assert counts == [1] * 200


def test_dependent_draws_count_as_their_effective_number() -> None:
    """Chains that stay long where they are have humps of their own: these are no pieces."""
    rng = np.random.default_rng(1)
    steps = np.repeat(rng.uniform(0.0, 1.0, 80), 250) + rng.normal(0.0, 1e-3, 20_000)
    assert len(pieces_of(steps, chains=4)) == 1
    assert len(pieces_of(steps)) > 1


def test_a_value_of_its_own_probability_is_a_piece() -> None:
    """A tenth of the draws at zero, the others far away: two pieces, the first without width."""
    rng = np.random.default_rng(1)
    values = np.where(rng.uniform(size=50_000) < 0.1, 0.0, rng.normal(100.0, 5.0, 50_000))
    nothing, others = pieces_of(values)
    assert (nothing.low, nothing.high) == (0.0, 0.0)
    assert nothing.probability == pytest.approx(0.1, abs=0.005)
    assert others.low > 80.0


def test_a_constant_is_one_piece() -> None:
    """All draws the same: the piece is that value."""
    assert pieces_of(np.full(1_000, 7.0)) == (Piece(7.0, 7.0, 1.0),)


def test_a_sum_that_is_constant_up_to_rounding_is_one_piece() -> None:
    """A total of exactly 10,000 was said to lie "either 10,000 to 10,000 or 10,000 to 10,000"."""
    parts = np.random.default_rng(1).uniform(0.0, 10_000.0, 5_000)
    values = (10_000.0 - parts * 1.1) + parts * 1.1 + np.where(parts > 5_000.0, 1e-12, 0.0) * parts
    assert np.ptp(values) > 0.0
    (piece,) = pieces_of(values)
    assert piece.probability == 1.0


def test_a_gap_that_lacks_less_than_the_least_parts_nothing() -> None:
    """A narrow hump at the foot of a wide one: quadrature finds a dip between them, of too little weight to part them.

    It lacks less than half of `LEAST` of what the level gives to its length, so it is one piece for each seed.
    """
    shallow: Mixture = ((0.2, 10.0, 0.3), (0.8, 15.0, 2.0))
    first, second = _exact(shallow)
    level, width = float(_density(shallow, first.high)), second.low - first.high
    inside, _ = integrate.quad(lambda value: float(_density(shallow, value)), first.high, second.low)
    assert 0.0 < level * width - inside < 0.5 * LEAST
    assert [len(pieces_of(_drawn(shallow, 100_000, seed))) for seed in range(20)] == [1] * 20


def test_a_hump_below_the_least_excess_is_no_piece() -> None:
    """One draw in a hundred far away is in the tail, not a piece."""
    rng = np.random.default_rng(1)
    values = np.where(rng.uniform(size=100_000) < 0.01, rng.normal(50.0, 1.0, 100_000), rng.normal(10.0, 1.0, 100_000))
    assert len(pieces_of(values)) == 1


@pytest.mark.parametrize("name", MIXTURES)
def test_scale_and_place_change_nothing_but_the_unit(name: str) -> None:
    """Multiplied and shifted draws have the pieces multiplied and shifted."""
    values = _drawn(MIXTURES[name], 20_000, 1)
    for piece, moved in zip(pieces_of(values), pieces_of(1e6 * values - 3e6), strict=True):
        assert (moved.low, moved.high) == pytest.approx((1e6 * piece.low - 3e6, 1e6 * piece.high - 3e6))
        assert moved.probability == pytest.approx(piece.probability)


def test_histogram_and_kept_draws_have_the_same_pieces() -> None:
    """The draws of one seed, kept and counted: the ends agree to the cells between which they lie."""
    case = case_of(
        component("one", ranged(1e6, 1.2e6), ranged(4e6, 5e6, source="study-b")),
        definitions={"whole": definition()},
    )
    kept = pieces_of(mm.total(mm.simulate(case, n=20_000, rng=1), "whole").values)
    counted = pieces_of(mm.total(mm.Sampler(case, 20_000, rng=1), "whole").total.values)
    assert len(kept) == len(counted) == 2
    for piece, other in zip(kept, counted, strict=True):
        assert (other.low, other.high) == pytest.approx((piece.low, piece.high), rel=0.02)
        assert other.probability == pytest.approx(piece.probability, abs=0.01)


def test_median_of_even_halves_lies_anywhere_between_them() -> None:
    """For each of 40 seeds the range of the median reaches into both humps, though one median lies in one of them."""
    mixture = MIXTURES["two, even"]
    medians = []
    for seed in range(40):
        values = _drawn(mixture, 20_000, seed)
        between = median_between(pieces_of(values), values)
        assert between is not None
        low, high = between
        medians.append(float(np.median(values)))
        assert low < 15.0 < high
    assert min(medians) < 14.0
    assert max(medians) > 16.0
