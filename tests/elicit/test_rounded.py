"""Knots are rounded, so that a difference in the last place of a library's function leaves a table as it was.

Where a quantile is itself the difference of two nearly equal numbers (a truncated normal next to its limit, below a
probability of some millionths) a library's last place is more than one of the quantile, and no rounding helps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.elicit.table import UPPER, build_score_table, build_table, packed, rounded
from mcmort.sampler.program.normal_tables import normal_scores, normal_survival

type Array = NDArray[np.float64]

_GRAIN = 2.0**-21
"""Half a unit in the last of 21 digits, relative to the value."""
_PRIORS: list[Any] = [
    Distribution("lognormal", (12.0, 0.3)),
    Distribution("gamma", (5.1975, 0.955)),
    Distribution("truncated-normal", (75.0, 2.5)),
    Distribution("pert", (0.0, 4.0, 10.0)),
    Distribution("beta", (40.0, 60.0)),
    Distribution("metalog", (12.0, 0.4, 0.2)),
    Pool(((0.5, Distribution("lognormal", (5.0, 0.3))), (0.5, Distribution("lognormal", (5.6, 0.5))))),
]


def _moved(values: Array, steps: Array) -> Array:
    """Return floats some units in the last place away."""
    moved: NDArray[np.int64] = np.asarray(values).view(np.int64) + steps.astype(np.int64)
    return moved.view(np.float64)


@dataclass(eq=False)
class _Elsewhere:
    """A prior whose quantiles come from another library: each is off by `off` units in the last place, up or down."""

    prior: Any
    off: int
    rng: np.random.Generator

    def ppf(self, u: Array) -> Array:
        values = self.prior.ppf(u)
        return np.where(values > 0.0, _moved(values, self.off * self.rng.choice([-1, 0, 1], np.shape(values))), values)


@pytest.mark.parametrize("prior", _PRIORS, ids=str)
@pytest.mark.parametrize("build", [build_table, build_score_table])
def test_error_in_the_last_place_changes_no_table(build: Any, prior: Any, seed: int) -> None:
    """With every quantile one unit in the last place off, up or down, the table is the same to the last bit.

    A knot changes with a probability of 2**-32, and these tables have 200,000 together: one in 21,000 such tests fails.
    """
    here, elsewhere = build(prior), build(_Elsewhere(prior, 1, np.random.default_rng(seed)))
    for name in ("lower", "upper") if build is build_table else ("values",):
        assert getattr(here, name).tobytes() == getattr(elsewhere, name).tobytes()
    # negative control: a relative 1e-6 is no rounding of a library, and is seen
    other = build(_Elsewhere(prior, 2**32, np.random.default_rng(seed)))
    name = "lower" if build is build_table else "values"
    assert getattr(here, name).tobytes() != getattr(other, name).tobytes()


@pytest.mark.parametrize("off", [2**19, 2**23, 2**27])
def test_difference_survives_rounding_with_the_probability_of_its_size(off: int, seed: int) -> None:
    """Of numbers that are `off` units in the last place apart, a share of off / 2**32 is rounded to different ones.

    Allowed are five standard deviations of the count, and one more for the few that are expected of the smallest.
    """
    rng = np.random.default_rng([seed, off])
    count = 4_000_000
    values = np.exp(rng.uniform(-20.0, 20.0, count))
    changed = int(np.sum(rounded(values) != rounded(_moved(values, np.full(count, off)))))
    expected = count * off / 2.0**32
    assert abs(changed - expected) <= 5.0 * math.sqrt(expected) + 1.0


def test_rounding_moves_nothing_by_more_than_half_a_digit(seed: int) -> None:
    """Numbers of any size and sign move by 2**-21 of themselves at most, order is kept, and rounding twice is once."""
    rng = np.random.default_rng(seed)
    values: Array = np.sort(rng.choice([-1.0, 1.0], 100_000) * np.exp(rng.uniform(-600.0, 600.0, 100_000)))
    found = rounded(values)
    assert np.all(np.abs(found - values) <= _GRAIN * np.abs(values))
    assert float(np.max(np.abs(found - values) / np.abs(values))) > 0.9 * _GRAIN
    assert np.all(np.diff(found) >= 0.0)
    assert rounded(found).tobytes() == found.tobytes()
    mantissa, _ = np.frexp(found)
    assert np.array_equal(mantissa * 2.0**21, np.rint(mantissa * 2.0**21))


def test_special_numbers_are_not_rounded() -> None:
    """Zeros, infinities, NaN, whole numbers below 2**21 and powers of two are not moved."""
    values = np.array([0.0, -0.0, math.inf, -math.inf, 1.0, 2_097_151.0, -0.5, 2.0**1000, math.nan])
    assert rounded(values).tobytes() == values.tobytes()


def test_knots_are_packed_in_pairs(seed: int) -> None:
    """Each word holds a knot and the one after it, the last one twice; zeros and infinities are no exception."""
    rng = np.random.default_rng(seed)
    sizes: Array = np.exp(rng.uniform(-600.0, 600.0, 1000))
    values = rounded(rng.choice([-1.0, 1.0], 1000) * sizes)
    values[:4] = 0.0, -0.0, math.inf, -math.inf
    words = packed(values)
    left, right = (words & np.uint64(UPPER)).view(np.float64), (words << np.uint64(32)).view(np.float64)
    assert left.tobytes() == values.tobytes()
    assert right[:-1].tobytes() == values[1:].tobytes()
    assert right[-1] == values[-1]


@pytest.mark.parametrize("value", [0.1, 2_097_153.0])
def test_a_knot_of_more_digits_is_not_packed(value: float) -> None:
    """What would lose digits is an error, not another number."""
    with pytest.raises(ValueError, match="more than 21 binary digits"):
        packed(np.array([1.0, value, 2.0]))


def test_the_normal_tables_are_rounded() -> None:
    """The tables between scores and probabilities are those of SciPy to 21 digits."""
    scores, survival = normal_scores(), normal_survival()
    for table in (scores.lower, scores.upper, survival.values):
        assert rounded(table).tobytes() == table.tobytes()
    places = np.arange(len(survival.values)) / survival.steps - 8.0
    assert np.allclose(survival.values, np.asarray(special.ndtr(-places)), rtol=_GRAIN, atol=0.0)
