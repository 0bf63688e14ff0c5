"""The kernel: each operation and its derivative against mpmath, far into the tails."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath as mp  # type: ignore[import-untyped]
import numpy as np
import pytest

from mcmort.bayes.autodiff.density import Density, density_address
from mcmort.bayes.autodiff.tape import Tape, TapeOp
from mcmort.bayes.quantile_spline import QuantileSpline, spline_of
from mcmort.elicit.families import Distribution, empirical

type Function = Callable[[Any, Any, Any], Any]

EPS = float(np.finfo(np.float64).eps)
WITH_ZEROS = empirical(np.concatenate([np.zeros(900), np.linspace(1.0, 50.0, 3100)]))


def _normal_above(z: Any) -> Any:
    return mp.log(mp.erfc(z / mp.sqrt(2)) / 2)


def _student_above(t: Any) -> Any:
    """Return the log survival function by the incomplete beta function: no closed form is shared with the kernel."""
    if t < 0:
        return mp.log1p(-mp.betainc(2, mp.mpf(1) / 2, 0, 4 / (4 + t * t), regularized=True) / 2)
    return mp.log(mp.betainc(2, mp.mpf(1) / 2, 0, 4 / (4 + t * t), regularized=True) / 2)


def _student_log_density(t: Any) -> Any:
    """Return the log density with its constant from gamma functions."""
    return mp.loggamma(mp.mpf(5) / 2) - mp.loggamma(2) - mp.log(4 * mp.pi) / 2 - mp.mpf(5) / 2 * mp.log1p(t * t / 4)


def _normal_log_density(z: Any) -> Any:
    return -z * z / 2 - mp.log(2 * mp.pi) / 2


ORACLES: dict[TapeOp, Function] = {
    TapeOp.ADD_SCALED: lambda a, b, x: a + x * b,
    TapeOp.MULTIPLY: lambda a, b, _: a * b,
    TapeOp.DIVIDE: lambda a, b, _: a / b,
    TapeOp.MINIMUM: lambda a, b, _: min(a, b),
    TapeOp.MAXIMUM: lambda a, b, _: max(a, b),
    TapeOp.EXP: lambda a, _, __: mp.exp(a),
    TapeOp.LOG: lambda a, _, __: mp.log(a),
    TapeOp.NORM: lambda a, _, x: mp.sqrt(a * a + x * x),
    TapeOp.NORMAL: lambda a, b, _: _normal_log_density(a / b) - mp.log(b),
    TapeOp.NORMAL_ABOVE: lambda a, b, _: _normal_above(a / b),
    TapeOp.STUDENT: lambda a, b, _: _student_log_density(a / b) - mp.log(b),
    TapeOp.STUDENT_ABOVE: lambda a, b, _: _student_above(a / b),
}
UNARY = {TapeOp.EXP, TapeOp.LOG, TapeOp.NORM}
POSITIVE_FIRST = {TapeOp.LOG}


def _density(op: TapeOp, x: float) -> Density:
    """Return the kernel over one operation of two parameters."""
    tape = Tape()
    a, b = tape.parameter("a"), tape.parameter("b")
    tape.add(tape.emit(op, a, None if op in UNARY else b, x))
    return Density(tape.program())


def _derivatives(oracle: Function, a: float, b: float, x: float) -> list[float]:
    """Return derivatives by mpmath's difference quotients, at fifty digits."""
    at = (mp.mpf(a), mp.mpf(b))
    return [
        float(mp.diff(lambda one: oracle(one, at[1], mp.mpf(x)), at[0])),
        float(mp.diff(lambda one: oracle(at[0], one, mp.mpf(x)), at[1])),
    ]


def test_every_operation_but_curve_has_oracle() -> None:
    """No operation goes untested: what is not in this table is a curve, tested below."""
    assert set(TapeOp) - ORACLES.keys() == {TapeOp.CURVE}


@pytest.mark.parametrize("op", ORACLES, ids=lambda op: TapeOp(op).name.lower())
def test_operation_has_value_and_derivatives_of_mpmath(op: TapeOp, seed: int) -> None:
    """At random points, value and both derivatives are mpmath's within rounding: 32 units of the largest part."""
    rng = np.random.default_rng(seed)
    with mp.workdps(50):
        for _ in range(25):
            a, b, x = rng.normal(0.0, 2.0), np.exp(rng.normal(0.0, 0.7)), rng.normal(0.0, 2.0)
            a = abs(a) if op in POSITIVE_FIRST else a
            value, gradient = _density(op, x)(np.array([a, b]))
            expected = float(ORACLES[op](mp.mpf(a), mp.mpf(b), mp.mpf(x)))
            wanted = _derivatives(ORACLES[op], a, b, x)
            assert value == pytest.approx(expected, rel=32 * EPS, abs=32 * EPS * (1.0 + abs(a / b) ** 2))
            assert gradient == pytest.approx(wanted, rel=64 * EPS, abs=64 * EPS * (1.0 + abs(a / b) ** 2) / min(1.0, b))


def test_wrong_derivative_is_detected() -> None:
    """Negative control: the derivative of one operation is not that of another."""
    gradient = _density(TapeOp.STUDENT, 0.0)(np.array([1.5, 0.8]))[1]
    with mp.workdps(50):
        assert gradient != pytest.approx(_derivatives(ORACLES[TapeOp.NORMAL], 1.5, 0.8, 0.0), rel=1e-3)


DEEP = [-1e6, -100.0, -38.0, -20.0, -8.0, -1.0, 0.0, 1.0, 8.0, 20.0, 24.999, 25.0, 25.001, 30.0, 38.0, 100.0, 1e4, 1e6]


@pytest.mark.parametrize("z", DEEP)
def test_log_survival_of_normal_is_that_of_mpmath(z: float) -> None:
    """To |z| = a million, the log survival function is mpmath's to 1e-12, relative; near its zero, to 1e-15.

    From 25 on a series is used, whose first term left out is 945 / z^10. The hazard is the exponential of a difference
    of numbers of the size of z^2 / 2, so its relative error grows as their rounding: 2 eps z^2.
    """
    value, gradient = _density(TapeOp.NORMAL_ABOVE, 0.0)(np.array([z, 1.0]))
    with mp.workdps(60):
        exact = mp.log(mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2) if z < 1e4 else _far(mp.mpf(z))
        hazard = mp.exp(_normal_log_density(mp.mpf(z)) - exact)
        assert abs(mp.mpf(value) - exact) <= 1e-15 + 1e-12 * abs(exact)
        assert abs(mp.mpf(-gradient[0]) - hazard) <= hazard * (4 * EPS * (4.0 + z * z) + 1e-11) + 1e-300
        assert gradient[1] == pytest.approx(-z * gradient[0], rel=4 * EPS)


def _far(z: Any) -> Any:
    """Return the log survival function for large z by a continued fraction (Abramowitz and Stegun 26.2.14)."""
    fraction = z
    for k in range(60, 0, -1):
        fraction = z + k / fraction
    return _normal_log_density(z) - mp.log(fraction)


@pytest.mark.parametrize("t", [*DEEP, 1e12, 1e30, -1e30, 1e60])
def test_log_survival_of_student_t_is_that_of_mpmath(t: float) -> None:
    """To t = 1e60, log survival function and hazard are mpmath's to 1e-14, relative; near its zero, to 1e-15."""
    value, gradient = _density(TapeOp.STUDENT_ABOVE, 0.0)(np.array([t, 1.0]))
    with mp.workdps(400):
        exact = _student_above(mp.mpf(t))
        hazard = mp.exp(_student_log_density(mp.mpf(t)) - exact)
        assert abs(mp.mpf(value) - exact) <= 1e-15 + 1e-14 * abs(exact)
        assert abs(mp.mpf(-gradient[0]) - hazard) <= 1e-14 * hazard


def test_two_forms_of_normal_tail_agree_where_they_meet() -> None:
    """Where the series takes over, the step of value and slope is that of the first term left out, 945 / 25^10."""
    density = _density(TapeOp.NORMAL_ABOVE, 0.0)
    below, above = (density(np.array([z, 1.0])) for z in (np.nextafter(25.0, 0.0), 25.0))
    step = 945.0 / 25.0**10
    assert abs(below[0] - above[0]) < 1.1 * step
    assert abs(below[1][0] - above[1][0]) < 1.1 * step * 25.0


@pytest.mark.parametrize("is_log", [True, False])
def test_spline_in_compiled_code_is_that_of_numpy(is_log: bool, seed: int) -> None:
    """Value and slope of the kernel are those of `QuantileSpline`, inside, at the knots, and beyond both ends."""
    family = Distribution("lognormal", (3.0, 0.4)) if is_log else WITH_ZEROS
    curve = spline_of(family)
    assert curve.is_log is is_log
    tape = Tape()
    a = tape.parameter("a")
    tape.add(tape.emit(TapeOp.CURVE, a, x=float(tape.curve(curve.coefficients))))
    density = Density(tape.program())
    scores = np.concatenate(
        [np.random.default_rng(seed).normal(0.0, 3.0, 200), np.arange(-96, 97) / 16.0, [-9.0, 9.0, -50.0, 50.0]]
    )
    plain = QuantileSpline(curve.coefficients, is_log=False)
    for score in scores:
        value, gradient = density(np.array([score]))
        assert value == pytest.approx(plain(np.array([score]))[0], rel=4 * EPS, abs=4 * EPS)
        # a cubic is its own third-order expansion: differences over a step that stays in the piece are exact
        inside = (np.floor(score * 16.0) + 0.5) / 16.0
        h = 1e-3
        ends = plain(np.array([inside - 2 * h, inside - h, inside + h, inside + 2 * h]))
        slope = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * h)
        assert density(np.array([inside]))[1][0] == pytest.approx(slope, rel=1e-9, abs=1e-11)
        assert gradient[0] >= 0.0


def test_term_counts_with_its_weight() -> None:
    """A term counts with its weight, in the value and in the gradient, and a term added twice counts twice."""
    tape = Tape()
    a = tape.parameter("a")
    term = tape.emit(TapeOp.EXP, a)
    tape.add(term, 0.25)
    tape.add(term, 0.5)
    value, gradient = Density(tape.program())(np.array([1.0]))
    assert value == pytest.approx(0.75 * math.e, rel=2 * EPS)
    assert gradient[0] == pytest.approx(0.75 * math.e, rel=2 * EPS)


def test_score_adds_standard_normal_log_density(seed: int) -> None:
    """A score adds SciPy's standard normal log density, be it a parameter or the result of an operation."""
    from scipy import stats

    tape = Tape()
    a, b = tape.parameter("a"), tape.parameter("b")
    tape.add_score(a)
    tape.add_score(a * b)
    density = Density(tape.program())
    for x, y in np.random.default_rng(seed).normal(size=(20, 2)).tolist():
        value, gradient = density(np.array([x, y]))
        assert value == pytest.approx(stats.norm.logpdf(x) + stats.norm.logpdf(x * y), rel=8 * EPS)
        assert gradient == pytest.approx([-x - x * y * y, -y * x * x], rel=8 * EPS)


def _called(density: Density, point: list[float]) -> tuple[int, float, list[float]]:
    """Call the compiled function through its address, as the sampler does."""
    import ctypes

    double = ctypes.POINTER(ctypes.c_double)
    signature = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, double, double, double, ctypes.c_void_p)
    call = signature(density_address())
    at, gradient, value = np.array(point), np.zeros(len(point)), np.zeros(1)
    pointers = [one.ctypes.data_as(double) for one in (at, gradient, value)]
    return call(len(point), *pointers, density.head.ctypes.data), float(value[0]), gradient.tolist()


def test_compiled_density_returns_status_through_its_address() -> None:
    """Through its address: 0 and the same numbers, 3 where the density is not finite, -1 for another dimension."""
    density = _density(TapeOp.LOG, 0.0)
    value, gradient = density(np.array([2.0, 1.0]))
    assert _called(density, [2.0, 1.0]) == (0, value, gradient.tolist())
    for point in ([-1.0, 1.0], [0.0, 1.0], [float("nan"), 1.0], [float("inf"), 1.0]):
        assert _called(density, point)[0] == 3
    assert _called(density, [2.0])[0] == -1


def test_density_at_nan_or_infinity_is_not_finite() -> None:
    """A curve at infinity or at no number is looked up within its table, and the result is no number."""
    curve = spline_of(Distribution("lognormal", (3.0, 0.4)))
    tape = Tape()
    a = tape.parameter("a")
    tape.add(tape.emit(TapeOp.CURVE, a, x=float(tape.curve(curve.coefficients))))
    density = Density(tape.program())
    assert np.isnan(density(np.array([np.nan]))[0])
    assert density(np.array([np.inf]))[0] == np.inf
    assert density(np.array([-np.inf]))[0] == -np.inf
