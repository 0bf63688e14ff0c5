"""Quantile tables: the stated error bounds, judged by SciPy at dense random probabilities."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from mcmort.catalogue.vocabulary import Pooling
from mcmort.elicit.families import Distribution, fixed
from mcmort.elicit.pool import Bound, Pool
from mcmort.elicit.table import (
    LARGEST_SCORE,
    OCTAVES,
    SMALLEST,
    TARGET,
    QuantileTable,
    ScoreTable,
    build_score_table,
    build_table,
    knots,
)
from tests.elicit.scipy_reference import mixture_cdf, reference

type Array = NDArray[np.float64]

_FAMILIES = [
    *(("lognormal", (12.0, sd)) for sd in (0.01, 0.3, 1.0, 2.0)),
    *(("gamma", p) for p in [(0.5, 10.0), (5.1975, 0.955), (400.0, 2e3)]),
    *(("truncated-normal", (ratio * 2.5, 2.5)) for ratio in (-3.0, 0.0, 2.5188, 30.0)),
    *(("pert", p) for p in [(0.0, 4.0, 10.0), (1.133, 4.0, 13.28), (0.0, 0.0, 8.0), (2.0, 9.0, 9.0)]),
    *(("triangular", p) for p in [(0.0, 4.0, 10.0), (100.0, 900.0, 1000.0), (0.0, 0.0, 5.0)]),
    *(("uniform", p) for p in [(0.0, 1.0), (2.0, 9.0)]),
    *(("beta", p) for p in [(1.0, 3.0), (2.0, 8.0), (40.0, 60.0), (300.0, 5.0)]),
    *(("metalog", p) for p in [(12.0, 0.3, 0.0), (12.0, 0.4, 0.2), (12.0, 0.3, -0.2)]),
    *(("logit-metalog", p) for p in [(-2.0, 0.3, 0.0), (0.5, 0.4, 0.2)]),
]
_STEEP = [
    *(("gamma", (shape, 10.0)) for shape in (0.1, 0.05, 0.02)),
    *(("beta", p) for p in [(0.1, 0.1), (0.05, 2.0), (0.1, 5.0), (0.02, 0.5)]),
    ("lognormal", (12.0, 6.0)),
]
"""Families whose quantiles run through many orders of magnitude; the first two once missed the target by 7e-4."""
_SMOOTH_POOLS = {
    "lognormals": ((0.5, Distribution("lognormal", (5.0, 0.3))), (0.5, Distribution("lognormal", (5.6, 0.5)))),
    "gamma and normal": (
        (0.3, Distribution("gamma", (8.0, 20.0))),
        (0.7, Distribution("truncated-normal", (200.0, 60.0))),
    ),
    "three lognormals": tuple((1 / 3, Distribution("lognormal", (mean, 0.4))) for mean in (10.0, 10.5, 11.2)),
}
_KINKS = {
    "uniform in a lognormal": (
        (0.75, Distribution("lognormal", (14.0, 0.25))),
        (0.25, Distribution("uniform", (5e5, 2e6))),
    ),
    "two uniforms": ((0.3, Distribution("uniform", (1.0, 2.0))), (0.7, Distribution("uniform", (1.7, 9.0)))),
    "triangles and a pert": (
        (0.2, Distribution("triangular", (2.0, 2.0, 9.0))),
        (0.3, Distribution("triangular", (1.0, 4.0, 5.0))),
        (0.5, Distribution("pert", (3.0, 8.0, 8.0))),
    ),
}
"""Pools whose density jumps: there the quantile function has a kink, which need not lie in the middle of a cell."""
_GAPS = {
    "uniforms": ((0.3001, Distribution("uniform", (1.0, 2.0))), (0.6999, Distribution("uniform", (10.0, 11.0)))),
    "lognormals": ((0.5, Distribution("lognormal", (2.0, 0.05))), (0.5, Distribution("lognormal", (9.0, 0.05)))),
    "a rare high one": ((0.997, Distribution("lognormal", (2.0, 0.1))), (0.003, Distribution("lognormal", (9.0, 0.1)))),
}


def _probabilities(seed: int) -> Array:
    """Return dense random probabilities in [0.0005, 0.9995], with more of them towards the ends."""
    rng = np.random.default_rng(seed)
    w = np.exp(rng.uniform(np.log(5e-4), np.log(0.5), 4000))
    return np.concatenate([w, 1.0 - w, rng.uniform(5e-4, 0.9995, 4000), [5e-4, 0.5, 0.9995]])


def _worst(table: QuantileTable, u: Array, truth: Array) -> float:
    return float(np.max(np.abs(table(1.0 - u) - truth) / truth))


@pytest.mark.parametrize(("family", "parameters"), [*_FAMILIES, *_STEEP], ids=str)
def test_a_table_keeps_to_its_target(family: str, parameters: tuple[float, ...], seed: int) -> None:
    """For every family the error measured and the error that SciPy finds are below 1e-4 from 0.0005 to 0.9995."""
    one = Distribution(family, parameters)
    table, u = build_table(one), _probabilities(seed)
    assert table.error <= TARGET == 1e-4
    worst = _worst(table, u, np.asarray(reference(one).ppf(u)))
    assert worst < TARGET
    assert worst <= table.error + 1e-9
    assert table.missed == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("pooling", get_args(Pooling))
@pytest.mark.parametrize("members", [*_SMOOTH_POOLS.values(), *_KINKS.values()], ids=[*_SMOOTH_POOLS, *_KINKS])
def test_tables_of_pools_keep_to_their_target(
    members: tuple[tuple[float, Distribution], ...], pooling: Pooling, seed: int
) -> None:
    """For every way of pooling both tables follow the pool's own quantiles within 1e-4, at kinks too.

    Where an envelope ends at the edge of a member its quantiles bend too sharply: there the table says so, and what it
    sets aside holds every miss. The quantiles themselves are judged in the tests of the pools.
    """
    pool, u = Pool(members, (), pooling), _probabilities(seed)
    # about ten places in each cell of a table of resolution 8
    w = np.exp(np.linspace(np.log(5e-4), np.log(0.5), 30_000))
    u = np.sort(np.concatenate([u, w, 1.0 - w]))
    truth = pool.ppf(u)
    table, by_score = build_table(pool), build_score_table(pool)
    for found, missed in ((table(1.0 - u), table.missed), (by_score(special.ndtri(u)), by_score.missed)):
        wrong = u[np.abs(found - truth) >= TARGET * truth]
        assert missed == 0.0 or (pooling == "envelope" and missed < TARGET)
        assert float(np.ptp(wrong)) <= missed if len(wrong) else True


@pytest.mark.parametrize("members", _SMOOTH_POOLS.values(), ids=_SMOOTH_POOLS)
def test_a_table_of_a_smooth_pool_keeps_to_its_target(
    members: tuple[tuple[float, Distribution], ...], seed: int
) -> None:
    """For smooth pools the distance to the quantile, found by Newton's step on SciPy's functions, is below 1e-4."""
    table, u = build_table(Pool(members)), _probabilities(seed)
    assert table.error <= TARGET
    x = table(1.0 - u)
    density = sum(weight * np.asarray(reference(member).pdf(x)) for weight, member in members)
    assert float(np.max(np.abs(mixture_cdf(members, x) - u) / (density * x))) < TARGET


def test_a_table_under_a_soft_bound_keeps_to_its_target(seed: int) -> None:
    """A pool under a soft bound is tabulated as exactly as the pool itself."""
    pool = Pool(_SMOOTH_POOLS["lognormals"], (Bound("at-least", 170.0, 0.2), Bound("at-most", 400.0, 0.1)))
    table, u = build_table(pool), _probabilities(seed)
    assert table.error <= TARGET
    assert _worst(table, u, pool.ppf(u)) < TARGET


@pytest.mark.parametrize(("family", "parameters"), _FAMILIES, ids=str)
def test_far_tails_keep_within_a_thousandth(family: str, parameters: tuple[float, ...], seed: int) -> None:
    """Beyond 0.0005 quantiles keep within 1e-3 down to a probability of 1e-9 on both sides."""
    one = Distribution(family, parameters)
    w = np.exp(np.random.default_rng(seed).uniform(np.log(1e-9), np.log(5e-4), 2000))
    table = build_table(one)
    for survival, u in ((1.0 - w, w), (w, 1.0 - w)):
        truth = np.asarray(reference(one).ppf(u))
        assert float(np.max(np.abs(table(survival) - truth) / truth)) < 1e-3


def test_coarse_table_misses_its_target(seed: int) -> None:
    """Negative control: every fourth knot alone of a table that meets its target misses it."""
    one = Distribution("lognormal", (12.0, 1.0))
    table, u = build_table(one), _probabilities(seed)
    coarse = QuantileTable(table.lower[::4], table.upper[::4], table.resolution - 2, 0.0, 0.0)
    assert _worst(coarse, u, np.asarray(reference(one).ppf(u))) > TARGET


def _exact(members: tuple[tuple[float, Distribution], ...], w: Array, *, upper: bool) -> Array:
    """Return the exact quantile at a probability from the nearer end."""
    return Pool(members).ppf(1.0 - w if upper else w)


def _at_jump(members: tuple[tuple[float, Distribution], ...], seed: int) -> Array:
    """Return probabilities, half of them within a cell or two of the place where the quantiles jump."""
    rng = np.random.default_rng(seed)
    near = members[0][0] + (1.0 - members[0][0]) * rng.uniform(-0.01, 0.01, 20_000)
    return np.concatenate([near, rng.uniform(1e-6, 1.0 - 1e-6, 20_000)])


def _outside(members: tuple[tuple[float, Distribution], ...], table: QuantileTable, u: Array, step: float) -> int:
    """Count the values further than the stated error from the exact quantiles `step` below to `step` above."""
    count = 0
    for upper in (False, True):
        w = (1.0 - u[u > 0.5]) if upper else u[u <= 0.5]
        value = table(w if upper else 1.0 - w)
        one, other = (_exact(members, w * factor, upper=upper) for factor in (1.0 - step, 1.0 + step))
        low, high = np.minimum(one, other), np.maximum(one, other)
        count += int(np.sum((value < low * (1.0 - table.error)) | (value > high * (1.0 + table.error))))
    return count


@pytest.mark.parametrize("members", _GAPS.values(), ids=_GAPS)
def test_a_pool_with_a_gap_keeps_to_its_error_of_probability(
    members: tuple[tuple[float, Distribution], ...], seed: int
) -> None:
    """Where quantiles jump the value still lies between the exact quantiles one stated step of probability away.

    Half a cell was once stated, which values just past a jump exceed.
    """
    table, u = build_table(Pool(members)), _at_jump(members, seed)
    assert table.error <= TARGET
    assert 0.0 < table.missed <= 1 / 128
    assert table.probability_error <= 1 / 256
    assert _outside(members, table, u, table.probability_error) == 0


def test_half_the_stated_error_of_probability_is_exceeded(seed: int) -> None:
    """Negative control: half the stated step is exceeded at the jump between two uniforms."""
    table, u = build_table(Pool(_GAPS["uniforms"])), _at_jump(_GAPS["uniforms"], seed)
    assert _outside(_GAPS["uniforms"], table, u, table.probability_error / 2) > 0


@pytest.mark.parametrize("members", [*_SMOOTH_POOLS.values(), *_GAPS.values()], ids=[*_SMOOTH_POOLS, *_GAPS])
def test_a_table_is_monotone(members: tuple[tuple[float, Distribution], ...]) -> None:
    """A higher survival probability never gives a higher value, through the middle and through jumps."""
    survival = np.linspace(SMALLEST / 4, 1.0 - SMALLEST / 4, 200_001)
    assert np.all(np.diff(build_table(Pool(members))(survival)) <= 0.0)


def test_knots_are_spaced_evenly_within_octaves() -> None:
    """The layout runs from 2 to the minus 41 to one half, each octave in equal steps, exactly."""
    w = knots(5)
    assert len(w) == OCTAVES * 32 + 1
    assert w[0] == SMALLEST == 2.0**-41
    assert w[-1] == 0.5
    assert w[::32].tolist() == [2.0 ** (octave - 41) for octave in range(OCTAVES + 1)]
    for octave in (0, 17, OCTAVES - 1):
        steps = np.diff(w[32 * octave : 32 * octave + 33])
        assert np.all(steps == steps[0])


def test_a_constant_is_tabulated_exactly() -> None:
    """A table of a constant, zero included, gives the constant at every probability, the ends 0 and 1 included."""
    survival = np.array([0.0, 1e-300, 1e-12, 0.3, 0.5, 0.7, 1.0])
    for value in (0.0, 5.5):
        table = build_table(fixed(value))
        assert table.error == 0.0
        assert table(survival).tolist() == [value] * len(survival)


def test_probabilities_beyond_the_table_stop_at_its_ends() -> None:
    """Survival probabilities of 0 and 1 give the outermost quantiles, to 21 binary digits, finite and in order."""
    one = Distribution("lognormal", (0.0, 1.0))
    top, bottom = build_table(one)(np.array([0.0, 1.0]))
    assert top == pytest.approx(float(reference(one).ppf(1.0 - SMALLEST)), rel=2.0**-21)
    assert bottom == pytest.approx(float(reference(one).ppf(SMALLEST)), rel=2.0**-21)


@pytest.mark.parametrize(("family", "parameters"), [*_FAMILIES, *_STEEP], ids=str)
def test_a_table_by_score_keeps_to_its_target(family: str, parameters: tuple[float, ...], seed: int) -> None:
    """For every family the quantile at a normal score is within 1e-4 of SciPy's from probability 0.0005 to 0.9995."""
    one = Distribution(family, parameters)
    table = build_score_table(one)
    u = _probabilities(seed)
    truth = np.asarray(reference(one).ppf(u))
    worst = float(np.max(np.abs(table(special.ndtri(u)) - truth) / truth))
    assert table.error <= TARGET
    assert worst <= table.error + 1e-9
    assert len(table.values) == 16 * table.steps + 1
    assert table.steps >= 32
    assert table.steps & (table.steps - 1) == 0
    assert np.all(np.diff(table.values) >= 0.0)


def test_a_high_score_is_a_high_value() -> None:
    """A score is that of the value: two standard deviations up is the quantile with upper tail Phi(-2), not Phi(2)."""
    one = Distribution("lognormal", (3.0, 0.5))
    table = build_score_table(one)
    assert table(np.array([2.0, -1.0])) == pytest.approx(np.exp([4.0, 2.5]), rel=TARGET)
    survival = special.ndtr(-np.linspace(-3.0, 3.0, 501))
    assert table(np.linspace(-3.0, 3.0, 501)) == pytest.approx(build_table(one)(survival), rel=2 * TARGET)


def test_scores_beyond_the_table_stop_at_its_ends() -> None:
    """Scores beyond 8, infinite ones included, give the outermost quantiles, to 21 binary digits."""
    table = build_score_table(Distribution("lognormal", (0.0, 1.0)))
    assert LARGEST_SCORE == 8.0
    low, high = table(np.array([-np.inf, np.inf]))
    assert low == table(np.array([-8.0]))[0] == pytest.approx(np.exp(-8.0), rel=2.0**-21)
    # a probability near one is told apart to 2^-53 only, a fifth of the tail beyond 8
    assert high == table(np.array([8.0]))[0] == pytest.approx(np.exp(8.0), rel=0.03)


def test_coarse_table_by_score_misses_its_target(seed: int) -> None:
    """Negative control: every fourth knot alone of a table by score that meets its target misses it."""
    one = Distribution("lognormal", (12.0, 2.0))
    table, u = build_score_table(one), _probabilities(seed)
    coarse = ScoreTable(table.values[::4], table.steps // 4, 0.0)
    truth = np.asarray(reference(one).ppf(u))
    assert float(np.max(np.abs(coarse(special.ndtri(u)) - truth) / truth)) > TARGET


@pytest.mark.parametrize("value", [0.0, 5.5])
def test_a_constant_is_tabulated_exactly_by_score(value: float) -> None:
    """A table by score of a constant gives the constant at every score."""
    table = build_score_table(fixed(value))
    assert (table.steps, table.error) == (32, 0.0)
    assert table(np.array([-9.0, -3.2, 0.0, 1.7, 8.0])).tolist() == [value] * 5


def _loads(code: str) -> bool:
    """Tell whether a fresh interpreter has loaded SciPy after some code."""
    code += "; import sys; print('scipy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return result.stdout.strip() == "True"


def test_tables_load_without_scipy() -> None:
    """A stored plan needs the tables alone, which need NumPy alone."""
    assert not _loads("import mcmort.elicit.table as t; t.knots(5)")


@pytest.mark.slow
def test_check_for_scipy_can_fail() -> None:
    """Negative control: to elicit does load SciPy, and the check sees it."""
    assert _loads("from mcmort.elicit import elicit")


def test_verb_check_stays_a_function() -> None:
    """The verb `check` is the function whatever was loaded before it, since no module has its name."""
    import mcmort.elicit
    import mcmort.elicit.check_case

    for name in mcmort.elicit.__all__:
        assert callable(getattr(mcmort.elicit, name)), name
    assert set(dir(mcmort.elicit)) == set(mcmort.elicit.__all__)
    assert not hasattr(mcmort.elicit, "nothing")
