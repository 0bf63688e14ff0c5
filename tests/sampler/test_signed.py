"""Kinds that may be negative: draws, histograms and totals of differences such as excess deaths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

import mcmort as mm
from mcmort.catalogue.case import Case
from mcmort.errors import CaseError
from mcmort.results import HistogramEstimate, Values
from mcmort.results.histogram import BINS, Histogram, bin_of, bins_between, merge, mirrored
from tests.cases import case_of, component, count, definition, head, point, quantity, ranged

_EXCESS = {"label": "Excess deaths", "signed": True}
_FACETS = {"category": {"a": "A"}, "group": {"x": "X"}, "kind": {"excess": _EXCESS, "deaths": "Deaths"}}


def _signed_case(*components: dict[str, Any], **tables: Any) -> Case:
    """Return a case whose components are of a signed kind."""
    signed = [{**one, "facets": {**one["facets"], "kind": "excess"}} for one in components]
    whole = {"whole": definition(include=[{"kind": ["excess", "deaths"]}])}
    return case_of(*signed, head=head(facets=_FACETS), definitions=whole, **tables)


def _difference(index: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a component that is a count less its expectation, and the two quantities."""
    exact = count(best=2000.0, standard_error=1.0, reads="standard-error")
    rough = count(best=2000.0, standard_error=200.0, reads="standard-error")
    one = component(f"month-{index}", formula=f"observed_{index} - expected_{index}", already_net=True)
    return one, [quantity(f"observed_{index}", exact), quantity(f"expected_{index}", rough, signed=True)]


def _estimate(values: Values) -> HistogramEstimate:
    assert isinstance(values, HistogramEstimate)
    return values


def _twelve() -> Case:
    months = [_difference(index) for index in range(12)]
    return _signed_case(*(one for one, _ in months), quantity=[each for _, pair in months for each in pair])


def _histogram(values: NDArray[np.float64]) -> Histogram:
    """Count values that are not negative."""
    begin, end = bins_between(float(values.min()), float(values.max()))
    bins = np.array([bin_of(value) for value in values.tolist()])
    return Histogram(begin, np.bincount(bins - begin, minlength=end - begin), float(values.min()), float(values.max()))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_sum_of_twelve_differences_about_zero_is_unbiased(method: Any) -> None:
    """Twelve times 2,000 less 2,000 with an error of 200 is 0 with an error of 693; clipped at zero it gave 929."""
    total = mm.total(mm.Sampler(_twelve(), 200_000, method=method, rng=1), "whole").total
    low, middle, high = _estimate(total.values).quantile([0.025, 0.5, 0.975])
    sd = 200.0 * 12**0.5
    assert _estimate(total.values).mean == pytest.approx(0.0, abs=10.0)
    assert [low, middle, high] == pytest.approx([-1.96 * sd, 0.0, 1.96 * sd], abs=15.0)


def test_kept_draws_and_histograms_agree_on_a_signed_total() -> None:
    """The same seed gives the same draws: quantiles of the histogram lie within a bin of those of the draws."""
    case = _signed_case(
        component("below", count(best=-1964.0, standard_error=318.0, reads="standard-error")),
        component("about", ranged(-300, 500, best=20.0, source="study-b")),
    )
    kept = mm.total(mm.simulate(case, n=20_000, rng=3), "whole").total
    counted = mm.total(mm.Sampler(case, 20_000, rng=3), "whole").total
    probabilities = np.array([0.001, 0.025, 0.5, 0.9, 0.999])
    exact = np.quantile(np.asarray(kept.values), probabilities, method="inverted_cdf")
    found = _estimate(counted.values).quantile(probabilities)
    assert found == pytest.approx(exact, rel=3e-3)
    parts = {name: _estimate(part).mean for name, part in counted.parts.items()}
    assert parts["below"] == pytest.approx(-1964.0, rel=0.01)
    assert _estimate(counted.values).mean == pytest.approx(sum(parts.values()), rel=1e-3)


@pytest.mark.parametrize(("best", "error"), [(-1964.0, 318.0), (153.0, 368.0), (0.0, 200.0)])
def test_a_figure_with_a_standard_error_is_a_normal_whatever_its_sign(best: float, error: float) -> None:
    """153 with an error of 368 became 4 to 880, and -1,964 with an error of 318 was refused."""
    estimate = count(best=best, standard_error=error, reads="standard-error")
    draws = mm.simulate(_signed_case(component("one", estimate)), n=50_000, rng=1).columns["all:one"]
    assert stats.kstest(draws, stats.norm(best, error).cdf).pvalue > 1e-4


@pytest.mark.parametrize("pool", ["linear", "log", "envelope"])
def test_a_pool_of_signed_figures_is_that_of_their_densities(pool: str) -> None:
    """Quantiles of every way of pooling agree with the pooled densities on a fine grid."""
    first, second = stats.norm(-50.0, 30.0), stats.norm(20.0, 60.0)
    estimates = [
        count(best=float(one.mean()), standard_error=float(one.std()), reads="standard-error", source=source)
        for one, source in ((first, "study-a"), (second, "study-b"))
    ]
    grid = np.linspace(-600.0, 700.0, 400_001)
    densities = np.stack([first.pdf(grid), second.pdf(grid)])
    pooled = {
        "linear": densities.mean(axis=0),
        "log": np.sqrt(densities[0] * densities[1]),
        "envelope": densities.max(axis=0),
    }[pool]
    cumulative = np.cumsum(pooled) / np.sum(pooled)
    draws = mm.simulate(_signed_case(component("one", *estimates, pool=pool)), n=200_000, rng=2).columns["all:one"]
    for probability in (0.025, 0.25, 0.5, 0.75, 0.975):
        exact = float(np.interp(probability, cumulative, grid))
        assert float(np.mean(draws <= exact)) == pytest.approx(probability, abs=5e-3)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
)
def test_mirrored_histogram_is_that_of_the_signed_values(first: list[float], second: list[float]) -> None:
    """Halves joined and merged hold each value once, in the bin that mirrors the bin of its magnitude."""
    joined = [
        mirrored(_histogram(np.maximum(values, 0.0)), _histogram(np.maximum(-values, 0.0)))
        for values in (np.array(first), np.array(second))
    ]
    values, whole = np.array(first + second) + 0.0, merge(joined)
    assert whole.draws == len(values)
    assert (whole.low, whole.high) == (values.min(), values.max())
    expected = np.zeros(2 * BINS, dtype=int)
    for value in values.tolist():
        expected[BINS + (bin_of(value) if value >= 0.0 else -bin_of(-value))] += 1
    counted = np.zeros(2 * BINS, dtype=int)
    counted[BINS + whole.first : BINS + whole.first + len(whole.counts)] = whole.counts
    assert np.array_equal(counted, expected)
    assert np.all(np.diff(whole.edges) >= 0.0)
    for probability in (0.1, 0.5, 0.9):
        exact = float(np.quantile(values, probability, method="inverted_cdf"))
        assert float(whole.quantile(probability)) == pytest.approx(exact, rel=2.0**-11, abs=2.0**-9)


def test_years_of_a_signed_component_add_up() -> None:
    """A negative total of unknown timing is parted over the years as any other, draw by draw."""
    draws = mm.simulate(_signed_case(component("one", point(-5e4))), n=500, rng=1)
    spans = [(1930, 1932), (1933, 1933), (1934, 1939)]
    parts = [np.asarray(mm.total(draws, "whole", years=span).values) for span in spans]
    whole = np.asarray(mm.total(draws, "whole").values)
    assert np.max(np.abs(sum(parts) - whole)) <= 1e-9 * np.max(np.abs(whole))
    assert whole.max() < 0.0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (component("one", ranged(-10, 10)), "signed = true"),
        (component("one", point(-10.0)), "signed = true"),
        (component("one", ranged(5, 10), facets={"kind": "excess"}, completeness={"best": 0.5}), "completeness"),
        (component("one", point(10.0, measure="registered"), facets={"kind": "excess"}), "measure = 'all'"),
        (component("one", count(low=10.0, reads="at-least"), facets={"kind": "excess"}), "two ends"),
    ],
)
def test_what_a_kind_cannot_have_is_refused(table: dict[str, Any], words: str) -> None:
    """Deaths below zero, and a register, a completeness or a bound of a difference, are refused in clear words."""
    if "completeness" in table:
        table["completeness"] |= {"source": "study-a", "locator": "p. 1"}
    with pytest.raises(CaseError, match=words):
        mm.simulate(
            case_of(table, head=head(facets=_FACETS), definitions={"whole": definition(include=[{"category": "a"}])}),
            n=10,
        )


@pytest.mark.slow
def test_the_bayesian_engine_fits_what_is_negative() -> None:
    """One figure below zero keeps its sign and its place: the whole 95 % interval is negative, about the figure."""
    found = mm.fit(_signed_case(component("one", point(-5e4))), rng=1, store=False).columns["all:one"]
    low, high = np.quantile(found, (0.025, 0.975))
    assert low < -5e4 < high < 0.0
