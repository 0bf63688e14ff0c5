"""Distribution and quantile functions of every family against SciPy, mpmath and Keelin's formula."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from mcmort.elicit.families import FAMILIES, Distribution, empirical, fixed
from tests.elicit.scipy_reference import reference

mpmath = importlib.import_module("mpmath")  # it ships no types

_BODY = np.concatenate([np.geomspace(5e-4, 0.5, 60), 1.0 - np.geomspace(5e-4, 0.5, 60)[::-1]])
_TAILS = np.concatenate([np.geomspace(1e-9, 0.5, 60), 1.0 - np.geomspace(1e-9, 0.5, 60)[::-1]])
_CLOSE = 1e-9

_SMOOTH = [
    *(("lognormal", (mean, sd)) for mean in (-3.0, 0.0, 12.5) for sd in (0.01, 0.2, 1.0, 2.5)),
    *(("gamma", (shape, scale)) for shape in (0.3, 1.0, 5.1975, 400.0, 1e6) for scale in (1e-3, 0.955, 2e4)),
    *(("pert", p) for p in [(0.0, 4.0, 10.0), (1.133, 4.0, 13.28), (5e5, 5e5, 9e5), (10.0, 90.0, 90.0)]),
    *(("triangular", p) for p in [(0.0, 4.0, 10.0), (2e5, 3e5, 9e5), (0.0, 0.0, 5.0), (1.0, 6.0, 6.0)]),
    *(("uniform", p) for p in [(0.0, 1.0), (2.0, 9.0), (1e6, 1.3e6)]),
    *(("beta", p) for p in [(0.5, 0.5), (1.0, 3.0), (2.0, 8.0), (40.0, 60.0), (9000.0, 1000.0)]),
    *(("metalog", p) for p in [(0.0, 0.3, 0.0), (12.0, 0.4, 0.2), (12.0, 0.4, -0.2), (3.0, 0.01, 0.01)]),
    *(("logit-metalog", p) for p in [(-2.0, 0.3, 0.0), (0.5, 0.4, 0.2), (-1.0, 0.2, -0.15)]),
]
_TRUNCATED = [("truncated-normal", (ratio * 2.5, 2.5)) for ratio in (-10.0, -3.0, 0.0, 0.5, 2.5188, 8.0, 100.0)]


def _worst(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the largest relative difference; a truth of zero must be met exactly."""
    scale = np.where(truth == 0.0, np.finfo(float).tiny, np.abs(truth))
    return float(np.max(np.abs(found - truth) / scale))


@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_quantiles_equal_those_of_scipy(family: str, parameters: tuple[float, ...]) -> None:
    """Quantiles agree with SciPy to 1e-9, from 1e-9 up (where both cancel in the tail: from 0.0005 up)."""
    u = _BODY if family in ("truncated-normal", "triangular") else _TAILS
    one = Distribution(family, parameters)
    assert _worst(one.ppf(u), reference(one).ppf(u)) <= _CLOSE


@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_distribution_functions_equal_those_of_scipy(family: str, parameters: tuple[float, ...]) -> None:
    """Distribution functions agree with SciPy to 1e-9 over the body and both tails."""
    one = Distribution(family, parameters)
    x = reference(one).ppf(_BODY)
    assert _worst(one.cdf(x), reference(one).cdf(x)) <= _CLOSE


@pytest.mark.slow
@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_survival_functions_equal_those_of_scipy(family: str, parameters: tuple[float, ...]) -> None:
    """Survival functions agree with SciPy to 1e-9, and to 1e-7 far in the upper tail, where 1 - cdf is noise.

    The rounding of a value near one end of a finite support moves its survival by much more than its own 1e-16.
    """
    one = Distribution(family, parameters)
    x = reference(one).ppf(_BODY)
    assert _worst(one.sf(x), reference(one).sf(x)) <= _CLOSE
    assert _worst(1.0 - one.sf(x), reference(one).cdf(x)) <= 1e-9
    if family in ("lognormal", "gamma", "metalog", "truncated-normal"):
        far = one.ppf(np.array([1.0 - 1e-14])) * 1.05
        assert _worst(one.sf(far), np.asarray(reference(one).sf(far))) <= 1e-7


@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_densities_equal_those_of_scipy(family: str, parameters: tuple[float, ...]) -> None:
    """Densities agree with SciPy to 1e-7: at large shapes both subtract logarithms of the order of 1e7."""
    one = Distribution(family, parameters)
    x = np.asarray(reference(one).ppf(_TAILS[5:-5]))
    truth = np.asarray(reference(one).pdf(x))
    finite = np.isfinite(truth)
    assert _worst(np.exp(one.log_density(x[finite])), truth[finite]) <= 1e-7


@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_no_density_lies_outside_the_support(family: str, parameters: tuple[float, ...]) -> None:
    """Below zero, below the low end and above the high end of a family there is no density."""
    one = Distribution(family, parameters)
    ends = one.ppf(np.array([0.0, 1.0]))
    outside = np.array([-1.0, ends[0] - 1.0, min(ends[1] * 1.001 + 1.0, np.inf)])
    assert np.all(one.log_density(outside[np.isfinite(outside)]) == -np.inf)


@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_wrong_parameter_fails_the_comparison(family: str, parameters: tuple[float, ...]) -> None:
    """Negative control: a parameter that is off by one part in a million fails the comparison with SciPy."""
    one = Distribution(family, parameters)
    moved = Distribution(family, (*parameters[:-1], parameters[-1] * (1.0 + 1e-6) + 1e-6 * (parameters[-1] == 0.0)))
    assert _worst(one.ppf(_BODY), reference(moved).ppf(_BODY)) > _CLOSE


@pytest.mark.parametrize("ratio", [-10.0, -3.0, 0.0, 3.0])
def test_tails_of_the_truncated_normal_keep_within_a_thousandth(ratio: float) -> None:
    """Far tails of the truncated normal, where differences cancel, keep within 1e-3 of 50-digit arithmetic."""
    one = Distribution("truncated-normal", (ratio * 2.0, 2.0))
    with mpmath.workdps(50):
        for u in (1e-9, 1e-7, 1e-5, 1.0 - 1e-9):
            x = mpmath.mpf(float(one.ppf(np.array(u))))
            below = 1 - mpmath.ncdf((2 * mpmath.mpf(ratio) - x) / 2) / mpmath.ncdf(ratio)
            side = (below, u) if u < 0.5 else (1 - below, 1 - mpmath.mpf(u))
            assert abs(float(side[0] / side[1]) - 1.0) < 1e-3


@pytest.mark.parametrize("parameters", [(5.1975, 0.955), (0.3, 2.0), (400.0, 10.0)], ids=str)
def test_gamma_equals_fifty_digit_arithmetic(parameters: tuple[float, float]) -> None:
    """The gamma family, for which SciPy calls the same special functions, agrees with mpmath's integral to 1e-9."""
    one = Distribution("gamma", parameters)
    x = one.ppf(np.array([1e-6, 0.05, 0.5, 0.95]))
    with mpmath.workdps(50):
        truth = [float(mpmath.gammainc(parameters[0], 0, value / parameters[1], regularized=True)) for value in x]
    assert _worst(one.cdf(x), np.array(truth)) <= _CLOSE
    assert truth == pytest.approx([1e-6, 0.05, 0.5, 0.95], rel=_CLOSE)


@pytest.mark.parametrize("parameters", [(2.0, 8.0), (0.5, 0.5), (40.0, 60.0)], ids=str)
def test_beta_equals_fifty_digit_arithmetic(parameters: tuple[float, float]) -> None:
    """The beta family, for which SciPy calls the same special functions, agrees with mpmath's integral to 1e-9."""
    one = Distribution("beta", parameters)
    x = one.ppf(np.array([1e-6, 0.05, 0.5, 0.95]))
    with mpmath.workdps(50):
        truth = [float(mpmath.betainc(*parameters, 0, value, regularized=True)) for value in x]
    assert _worst(one.cdf(x), np.array(truth)) <= _CLOSE


@pytest.mark.parametrize("terms", [(12.0, 0.4, 0.2), (3.0, 0.05, -0.04)], ids=str)
@pytest.mark.parametrize("u", [1e-9, 0.05, 0.4, 0.975])
def test_metalog_equals_fifty_digit_arithmetic(terms: tuple[float, float, float], u: float) -> None:
    """Metalog quantiles follow Keelin's equation 6 in 50 digits, and the distribution function takes them back."""
    with mpmath.workdps(50):
        y = mpmath.mpf(u)
        odds = mpmath.log(y / (1 - y))
        inner = terms[0] + terms[1] * odds + terms[2] * (y - mpmath.mpf(1) / 2) * odds
        count, share = float(mpmath.exp(inner)), float(1 / (1 + mpmath.exp(-inner)))
    for family, truth in (("metalog", count), ("logit-metalog", share)):
        one = Distribution(family, terms)
        assert float(one.ppf(np.array(u))) == pytest.approx(truth, rel=_CLOSE)
    assert float(Distribution("metalog", terms).cdf(np.array(count))) == pytest.approx(u, rel=_CLOSE)


@pytest.mark.parametrize(("family", "parameters"), [*_SMOOTH, *_TRUNCATED], ids=str)
def test_families_have_no_mass_below_zero(family: str, parameters: tuple[float, ...]) -> None:
    """No family puts mass below zero (metalog: less than 1e-26), and distribution functions end at 0 and 1."""
    one = Distribution(family, parameters)
    assert float(one.cdf(np.array(-1.0))) <= (1e-26 if "metalog" in family else 0.0)
    assert 0.0 <= float(one.cdf(np.array(0.0))) <= 1.0
    assert float(one.cdf(np.array(1e300))) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("family", "parameters"),
    [one for one in [*_SMOOTH, *_TRUNCATED] if one[0] not in ("beta", "logit-metalog")],
    ids=str,
)
def test_scaling_scales_every_quantile(family: str, parameters: tuple[float, ...]) -> None:
    """The scaled distribution has the SciPy reference's quantiles times the factor."""
    one = Distribution(family, parameters)
    assert _worst(one.scaled(2.5).ppf(_BODY), 2.5 * reference(one).ppf(_BODY)) <= _CLOSE
    assert one.scaled(1.0) is one


@pytest.mark.parametrize("family", ["beta", "logit-metalog"])
def test_scaling_a_share_is_refused(family: str) -> None:
    """Scaling a share is refused, because it would leave the unit interval."""
    with pytest.raises(ValueError, match="has no scale"):
        Distribution(family, (2.0, 3.0, 0.0)[: len(FAMILIES[family].parameters)]).scaled(2.0)


def test_constant_has_one_quantile() -> None:
    """A constant has one quantile, and its distribution function jumps there from 0 to 1."""
    one = fixed(7)
    assert one.ppf(np.array([0.01, 0.5, 0.99])).tolist() == [7.0, 7.0, 7.0]
    assert one.cdf(np.array([6.999, 7.0, 8.0])).tolist() == [0.0, 1.0, 1.0]
    assert one.sf(np.array([6.999, 7.0, 8.0])).tolist() == [1.0, 0.0, 0.0]
    assert np.all(one.log_density(np.array([6.0, 7.0])) == -np.inf)
    assert [part.tolist() for part in one.atoms()] == [[7.0], [1.0]]
    assert one.scaled(3.0).parameters == (21.0,)


def test_an_empirical_distribution_interpolates_its_sample() -> None:
    """Quantiles of a sample are NumPy's of the hazen rule, and its distribution function takes them back."""
    values = np.random.default_rng(3).lognormal(size=501)
    one = empirical(values)
    u = np.linspace(0.01, 0.99, 99)
    assert one.ppf(u) == pytest.approx(np.quantile(values, u, method="hazen"), rel=1e-12)
    assert one.cdf(one.ppf(u)) == pytest.approx(u, rel=1e-12)
    assert one.scaled(2.0).ppf(u) == pytest.approx(2.0 * one.ppf(u), rel=1e-12)


def test_an_empirical_distribution_is_the_sum_of_its_slopes_and_atoms() -> None:
    """Density times width and the atoms, half a step at each end and a step for each repetition, add up to one."""
    one = empirical(np.array([1.0, 2.0, 2.0, 2.0, 4.0]))
    values, masses = one.atoms()
    assert values.tolist() == [1.0, 2.0, 4.0]
    assert masses == pytest.approx([0.1, 0.4, 0.1])
    density = np.exp(one.log_density(np.array([0.9, 1.5, 3.0, 4.1])))
    assert density == pytest.approx([0.0, 0.2, 0.1, 0.0])
    assert float(density[1] * 1.0 + density[2] * 2.0 + masses.sum()) == pytest.approx(1.0)
    x = np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0])
    assert one.cdf(x) == pytest.approx([0.0, 0.1, 0.2, 0.7, 0.8, 1.0, 1.0])
    assert one.sf(x) == pytest.approx(1.0 - one.cdf(x))


def test_an_empirical_distribution_of_one_value_is_a_constant() -> None:
    """A sample of equal values has an atom of all the probability and no density."""
    one = empirical(np.full(8, 9.0))
    assert [part.tolist() for part in one.atoms()] == [[9.0], [1.0]]
    assert np.all(one.log_density(np.array([8.0, 9.0])) == -np.inf)
    assert one.cdf(np.array([8.9, 9.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("shape", [2e4, 3e7])
def test_density_of_a_narrow_gamma_has_no_noise(shape: float) -> None:
    """The log density of a gamma distribution of large shape is exact to 1e-11, so that quadrature ends."""
    scale = 5.5
    distribution = Distribution("gamma", (shape, scale))
    values = shape * scale * (1.0 + np.array([-8.0, -1.0, -0.01, 0.0, 0.3, 6.0]) / np.sqrt(shape))
    with mpmath.workdps(40):
        truth = [
            float((shape - 1) * mpmath.log(mpmath.mpf(x) / scale) - mpmath.mpf(x) / scale
                  - mpmath.loggamma(shape) - mpmath.log(scale))
            for x in values.tolist()
        ]  # fmt: skip
    assert np.abs(distribution.log_density(values) - truth).max() < 1e-11
