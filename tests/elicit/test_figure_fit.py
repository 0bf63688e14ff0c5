"""Fits of printed figures, judged by the SciPy reference of what was fitted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Claim, Estimate, Overlap, Share
from mcmort.elicit.families import Distribution
from mcmort.elicit.figure_fit import coverage, fit_figure
from mcmort.errors import FitError
from tests.cases import case_of, component, count, point, ranged, share
from tests.elicit.scipy_reference import reference

_LEVELS = {"50%": 0.5, "80%": 0.8, "90%": 0.9, "95%": 0.95, "range": 0.9, "plausible": 0.8}
_WITH_MODE = ("pert", "triangular")
_WITH_BEST = (*_WITH_MODE, "metalog")
_ENDS = [(100.0, 130.0), (1e6, 1.3e6), (0.4, 0.5)]
_WIDE = {"lognormal": (10.0, 200.0), "gamma": (10.0, 200.0), "metalog": (10.0, 200.0), "truncated-normal": (2.0, 9.0)}


@pytest.fixture(scope="module")
def case() -> Case:
    """Return a case in which a range holds 90 %, a plausible range 80 %."""
    return case_of(component("one", ranged(1, 2)))


def _estimate(low: float, high: float, **changes: Any) -> Estimate:
    return Estimate.model_validate(ranged(low, high, **changes))


def _judge(case: Case, figure: Estimate | Share, probability: float) -> None:
    """Check that the SciPy reference puts the mass asked for outside each end."""
    assert figure.low is not None
    assert figure.high is not None
    fit = fit_figure(case, figure)
    one = reference(fit.distribution)
    tail = (1.0 - probability) / 2.0
    assert float(one.cdf(figure.low)) == pytest.approx(tail, abs=1e-6)
    assert float(one.sf(figure.high)) == pytest.approx(tail, abs=1e-6)
    assert fit.asked[0] == pytest.approx((tail, figure.low), rel=1e-12)
    assert fit.asked[-1] == pytest.approx((1.0 - tail, figure.high), rel=1e-12)
    assert fit.achieved == pytest.approx([float(one.cdf(value)) for _, value in fit.asked], abs=1e-9)


@pytest.mark.parametrize(("reads", "probability"), _LEVELS.items())
@pytest.mark.parametrize(
    "family", ["lognormal", "gamma", "truncated-normal", "uniform", "pert", "triangular", "metalog"]
)
def test_a_range_holds_the_mass_asked(case: Case, family: str, reads: str, probability: float) -> None:
    """Whatever the family and the reading of a range, SciPy finds the mass asked within one in a million."""
    ends = [*_ENDS, *([_WIDE[family]] if family in _WIDE and reads != "50%" else [])]
    for low, high in ends:
        best = {"best": low + 0.4 * (high - low)} if family in _WITH_BEST and (low, high) != (10.0, 200.0) else {}
        if family in _WITH_BEST and not best:
            best = {"best": 50.0}
        figure = _estimate(low, high, reads=reads, family=family, **best)
        assert coverage(case, figure) == probability
        _judge(case, figure, probability)


@pytest.mark.parametrize(("reads", "probability"), _LEVELS.items())
@pytest.mark.parametrize("ends", [(0.05, 0.15), (0.3, 0.7), (0.9, 0.98), (0.001, 0.002)], ids=str)
def test_a_share_holds_the_mass_asked(case: Case, ends: tuple[float, float], reads: str, probability: float) -> None:
    """A range of a share is a beta distribution, one with a best figure a metalog, both with the mass asked."""
    plain = Share.model_validate(share(*ends, reads=reads))
    assert fit_figure(case, plain).distribution.family == "beta"
    _judge(case, plain, probability)
    odds = [math.log(end / (1.0 - end)) for end in ends]
    middle = 1.0 / (1.0 + math.exp(-0.55 * odds[0] - 0.45 * odds[1]))
    skewed = Share.model_validate(share(*ends, reads=reads, best=middle))
    assert fit_figure(case, skewed).distribution.family == "logit-metalog"
    _judge(case, skewed, probability)
    assert float(reference(fit_figure(case, skewed).distribution).cdf(middle)) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("best", [120.0, 600.0, 1500.0])
def test_a_range_with_a_best_figure_has_it_as_median(case: Case, best: float) -> None:
    """The default for low, best and high is a metalog with the best figure as its exact median."""
    figure = _estimate(100, 4000, best=best) if best > 200 else _estimate(100, 150, best=best)
    fit = fit_figure(case, figure)
    assert fit.distribution.family == "metalog"
    assert float(reference(fit.distribution).cdf(best)) == pytest.approx(0.5, abs=1e-9)
    _judge(case, figure, 0.9)


@pytest.mark.parametrize("family", _WITH_MODE)
@pytest.mark.parametrize("reads", ["90%", "extremes"])
def test_pert_and_triangular_have_the_best_figure_as_mode(case: Case, family: str, reads: str) -> None:
    """The density of the SciPy reference is highest at the best figure."""
    one = reference(fit_figure(case, _estimate(2, 9, best=4.0, reads=reads, family=family)).distribution)
    found = optimize.minimize_scalar(lambda x: -float(one.pdf(x)), bounds=(2.0, 9.0), method="bounded")
    assert found.x == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "family"),
    [({}, "uniform"), ({"best": 4.0}, "pert"), ({"best": 4.0, "family": "triangular"}, "triangular")],
)
def test_extremes_are_the_ends_of_all_mass(case: Case, changes: dict[str, Any], family: str) -> None:
    """Between extremes lies all the mass, right up to them."""
    fit = fit_figure(case, _estimate(2, 9, reads="extremes", **changes))
    one = reference(fit.distribution)
    assert fit.distribution.family == family
    assert float(one.cdf(2.0)) == 0.0
    assert float(one.sf(9.0)) == pytest.approx(0.0, abs=1e-12)
    assert float(one.cdf(2.2)) > 0.0
    assert float(one.sf(8.8)) > 0.0


@pytest.mark.parametrize("best", [0.0, 10.0])
def test_extremes_may_have_the_best_figure_at_an_end(case: Case, best: float) -> None:
    """A best figure at an extreme, zero included, gives a one-sided PERT or triangular without a warning."""
    for family in _WITH_MODE:
        fit = fit_figure(case, _estimate(0, 10, best=best, reads="extremes", family=family))
        u = np.array([0.01, 0.5, 0.99])
        assert fit.distribution.ppf(u) == pytest.approx(reference(fit.distribution).ppf(u), rel=1e-9)
        assert fit.achieved == pytest.approx((0.0, 1.0), abs=1e-12)


@pytest.mark.parametrize(
    ("family", "allowed"), [("lognormal", 1e-9), ("gamma", 1e-9), ("truncated-normal", 0.01), (None, 1e-9)]
)
def test_a_standard_error_is_the_standard_deviation(case: Case, family: str | None, allowed: float) -> None:
    """Best and standard error are mean and standard deviation, judged by integrating the SciPy reference's quantiles.

    The normal is cut at zero three standard errors from its middle or further, which moves both by less than 1 % of
    the standard error.
    """
    figure = count(best=300.0, standard_error=100.0, reads="standard-error", **({"family": family} if family else {}))
    one: Any = reference(fit_figure(case, Estimate.model_validate(figure)).distribution)
    assert one.mean() == pytest.approx(300.0, abs=100.0 * allowed)
    assert one.std() == pytest.approx(100.0, rel=allowed)


@pytest.mark.parametrize(("basis", "log_sd"), [("registered", 0.05), ("demographic", 0.2), ("survey", 0.3)])
def test_a_point_takes_its_spread_from_its_basis(case: Case, basis: str, log_sd: float) -> None:
    """A bare point is the median of a lognormal with the log standard deviation that the case gives its basis."""
    one: Any = reference(fit_figure(case, Estimate.model_validate(point(5e5, basis=basis))).distribution)
    assert one.median() == pytest.approx(5e5, rel=1e-12)
    assert math.log(float(one.ppf(0.8413447460685429)) / 5e5) == pytest.approx(log_sd, rel=1e-9)


def test_a_point_of_a_share_or_a_zero_is_fixed(case: Case) -> None:
    """A share without a range is fixed, and so is a count of none."""
    for figure in (Share.model_validate(share(0.3)), Estimate.model_validate(point(0))):
        assert fit_figure(case, figure).distribution.family == "fixed"
        assert fit_figure(case, figure).distribution.parameters == (figure.best,)


@pytest.mark.parametrize(
    ("family", "changes", "published", "digits"),
    [
        ("gamma", {}, (5.1975, 1.0 / 1.0472), 1e-4),
        ("truncated-normal", {}, (5.4408, 2.1601), 1e-4),
        ("pert", {"best": 4.0}, (1.133, 4.0, 13.28), 5e-3),
    ],
)
def test_fitted_parameters_equal_published_ones(
    case: Case, family: str, changes: dict[str, float], published: tuple[float, ...], digits: float
) -> None:
    """With 5 % below 2 and 95 % below 9 the parameters are those published, to the digits printed.

    The figures were handed to us with the design: gamma of shape 5.1975 and rate 1.0472, a normal (5.4408, 2.1601) cut
    at zero, and a PERT of mode 4 from 1.133 to 13.28. That they have these quantiles is checked with SciPy first.
    """
    as_printed = Distribution(family, published)
    assert reference(as_printed).cdf([2.0, 9.0]) == pytest.approx([0.05, 0.95], abs=2e-4)
    fit = fit_figure(case, _estimate(2, 9, reads="90%", family=family, **changes))
    assert fit.distribution.parameters == pytest.approx(published, abs=digits)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (ranged(0, 9), "lognormal cannot have a quantile at zero"),
        (ranged(0, 9, family="gamma"), "gamma cannot have a quantile at zero"),
        (ranged(0, 9, best=2.0), "metalog cannot have a quantile at zero"),
        (ranged(0, 9, family="truncated-normal"), "no member of the family truncated-normal"),
        (ranged(10, 200, family="truncated-normal", reads="50%"), "no member of the family truncated-normal"),
        (ranged(1, 9, family="uniform", reads="50%"), "uniform would reach below zero"),
        (ranged(10, 200, best=50.0, family="pert"), "pert would reach below zero"),
        (ranged(10, 200, best=50.0, family="triangular"), "triangular would reach below zero"),
        (ranged(100, 1000, best=995.0), "metalog cannot reach 995 as median"),
        (ranged(100, 1000, best=900.0, family="lognormal"), "lognormal puts .* of its mass below 900"),
        (ranged(2, 9, family="pert"), "pert needs a best figure"),
        (ranged(2, 9, family="triangular"), "triangular needs a best figure"),
        (ranged(2, 9, family="metalog"), "metalog needs a best figure"),
        (ranged(2, 9, family="lognormal", reads="extremes"), "lognormal has no extremes"),
        (ranged(2, 9, family="gamma", reads="extremes"), "gamma has no extremes"),
        (ranged(2, 9, family="beta"), "beta is not for counts"),
        (count(low=5.0, reads="at-least"), "a bound, not a distribution"),
        (count(high=5.0, reads="at-most"), "a bound, not a distribution"),
        (
            count(best=5.0, standard_error=2.0, reads="standard-error", family="truncated-normal"),
            "three standard errors",
        ),
        (count(best=5.0, standard_error=2.0, reads="standard-error", family="uniform"), "takes no standard error"),
    ],
)
def test_impossible_figures_are_refused(case: Case, table: dict[str, Any], words: str) -> None:
    """A figure that its family cannot follow is refused in words that name the family, never fitted approximately."""
    with pytest.raises(FitError, match=words):
        fit_figure(case, Estimate.model_validate(table))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (share(0.6, 0.99, family="uniform"), "uniform would reach above one"),
        (share(0.6, 0.99, best=0.95, family="pert"), "pert would reach above one"),
        (share(0.6, 0.99, best=0.95, family="triangular"), "triangular would reach above one"),
        (share(0.0, 0.2), "beta cannot have quantiles at zero or one"),
        (share(0.2, 1.0), "beta cannot have quantiles at zero or one"),
        (share(0.2, 1.0, best=0.9), "metalog cannot have a quantile at one"),
        (share(0.01, 0.9), "no member of the family beta"),
    ],
)
def test_a_share_above_one_is_refused(case: Case, table: dict[str, Any], words: str) -> None:
    """No share reaches above one: it would take off more deaths than there were (a uniform and a PERT once did)."""
    with pytest.raises(FitError, match=words):
        fit_figure(case, Share.model_validate(table))


def test_a_bare_point_without_a_basis_is_refused(case: Case) -> None:
    """A figure that is no estimate has no basis to take a spread from."""
    claim = Claim.model_validate({"id": "c", "author": "A", "definition": "whole", "counts": "all", **point(5)})
    with pytest.raises(FitError, match="needs a basis"):
        fit_figure(case, claim)


def test_coverage_of_a_point_is_refused(case: Case) -> None:
    """Asking a point for the coverage of its range is a mistake of the caller, and said so."""
    with pytest.raises(ValueError, match="is no range"):
        coverage(case, Estimate.model_validate(point(5)))


def test_an_overlap_is_fitted_as_a_share(case: Case) -> None:
    """An overlap is a share: a range of it is a beta distribution within zero and one."""
    figure = Overlap.model_validate({"id": "o", "of": "a", "within": "b", **share(0.1, 0.4)})
    one = reference(fit_figure(case, figure).distribution)
    assert float(one.cdf(0.1)) == pytest.approx(0.05, abs=1e-6)
    assert float(one.sf(1.0)) == 0.0


@pytest.mark.parametrize("best", [0.001, 0.2, 0.5, 0.935, 0.999])
def test_a_point_of_unit_share_stays_below_one(case: Case, best: float) -> None:
    """A bare share keeps its figure as median and never exceeds one; as a count's, 2 % of its draws did."""
    figure = Estimate.model_validate(point(best))
    one = fit_figure(case, figure, "share").distribution
    assert float(one.ppf(np.array(0.5))) == pytest.approx(best, rel=1e-12)
    assert float(one.ppf(np.array(1.0 - 2.0**-41))) <= 1.0
    count_low, share_low = (
        float(fit_figure(case, figure, support).distribution.ppf(np.array(stats.norm.cdf(-2.0))))
        for support in ("count", "share")
    )
    assert share_low == pytest.approx(count_low, rel=1e-9)


@pytest.mark.parametrize("figure", [ranged(0.3, 0.9, best=0.6), ranged(0.85, 0.99), ranged(0.5, 1.0, reads="extremes")])
def test_a_range_of_unit_share_stays_below_one(case: Case, figure: dict[str, Any]) -> None:
    """Two points or three, whatever the family, a share lies between zero and one."""
    one = fit_figure(case, Estimate.model_validate(figure), "share").distribution
    assert float(one.ppf(np.array(1.0 - 2.0**-41))) <= 1.0
    assert float(one.ppf(np.array(2.0**-41))) >= 0.0


@pytest.mark.parametrize(("mean", "sd"), [(0.1, 0.02), (0.5, 0.2), (0.9, 0.05)])
def test_a_share_with_a_standard_error_has_these_moments(case: Case, mean: float, sd: float) -> None:
    """SciPy's beta distribution with the parameters found has the mean and the standard deviation printed."""
    figure = Estimate.model_validate(count(best=mean, standard_error=sd, reads="standard-error"))
    a, b = fit_figure(case, figure, "share").distribution.parameters
    assert stats.beta(a, b).mean() == pytest.approx(mean, rel=1e-12)
    assert stats.beta(a, b).std() == pytest.approx(sd, rel=1e-12)


@pytest.mark.parametrize("family", [None, "triangular"])
@pytest.mark.parametrize("best", [200.0, 240.0, 290.0])
def test_best_as_mode_is_where_the_density_is_highest(case: Case, family: str | None, best: float) -> None:
    """With best_is = "mode" the range holds its mass and the density of the SciPy reference peaks at best."""
    changes = {} if family is None else {"family": family}
    one = reference(
        fit_figure(case, _estimate(200, 290, best=best, best_is="mode", reads="80%", **changes)).distribution
    )
    assert float(one.cdf(290.0)) - float(one.cdf(200.0)) == pytest.approx(0.8, abs=1e-6)
    values = np.linspace(float(one.ppf(1e-6)), float(one.ppf(1.0 - 1e-6)), 20_001)
    assert values[int(np.argmax(one.pdf(values)))] == pytest.approx(best, abs=0.05)


@pytest.mark.parametrize(
    ("figure", "family"),
    [
        (ranged(-100, 300), "normal"),
        (ranged(-100, 300, best=50.0), "identity-metalog"),
        (ranged(-100, 300, reads="extremes"), "uniform"),
        (ranged(-100, 300, best=50.0, best_is="mode"), "pert"),
        (count(best=-1964.0, standard_error=318.0, reads="standard-error"), "normal"),
        (point(-500.0), "normal"),
    ],
)
def test_a_signed_figure_has_families_on_the_natural_scale(case: Case, figure: dict[str, Any], family: str) -> None:
    """Figures of differences may be negative; their ends hold the mass asked and a point is the median."""
    fit = fit_figure(case, Estimate.model_validate(figure), "signed")
    assert fit.distribution.family == family
    for (wanted, _), achieved in zip(fit.asked, fit.achieved, strict=True):
        assert achieved == pytest.approx(wanted, abs=1e-6)


def test_a_signed_standard_error_is_that_of_a_normal(case: Case) -> None:
    """-1,964 with a standard error of 318 was refused."""
    figure = Estimate.model_validate(count(best=-1964.0, standard_error=318.0, reads="standard-error"))
    assert fit_figure(case, figure, "signed").distribution == Distribution("normal", (-1964.0, 318.0))
