"""Predictions of the next source: against closed forms and drawn errors, with errors that repeated seeds bear out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import mcmort as mm
from mcmort.bayes.evidence.error_groups import group_named
from mcmort.catalogue import Case
from mcmort.catalogue.measured_errors.spreads import measured_spread
from mcmort.errors import DefinitionError, UsageError
from mcmort.results import DrawOptions
from mcmort.totals import source_of
from tests.cases import case_of, component, definition, head, ranged

LOW, HIGH = 800_000.0, 1_600_000.0
SCALE = math.log(HIGH / LOW) / (2 * stats.norm.ppf(0.95))
SPREADS = {"registered": 0.05, "demographic": 0.2, "survey": 0.3, "assertion": 0.5}
"""Of the head of a small case."""
SYNTHETIC = str(Path(__file__).parents[2] / "benchmarks" / "synthetic")


def _case() -> Case:
    return case_of(component("one", ranged(LOW, HIGH, reads="90%")), definitions={"whole": definition()})


@pytest.mark.parametrize("source", ["kept", "plain", "quasi"])
def test_next_figure_of_a_lognormal_total_is_lognormal(source: Any) -> None:
    """Variances of the logarithm add up: the ends and the median are those of SciPy within four Monte Carlo errors."""
    case = _case()
    draws = mm.simulate(case, n=40_000, rng=2) if source == "kept" else mm.Sampler(case, 40_000, rng=2, method=source)
    report = mm.predict(draws, "whole", interval=0.9)
    assert [figure.basis for figure in report.figures] == list(SPREADS)
    for figure in report.figures:
        truth = stats.lognorm(math.hypot(SCALE, SPREADS[figure.basis]), scale=math.sqrt(LOW * HIGH))
        for printed, error, probability in (
            (figure.low, figure.low_error, 0.05),
            (figure.median, figure.median_error, 0.5),
            (figure.high, figure.high_error, 0.95),
        ):
            assert abs(printed - truth.ppf(probability)) < 4 * error + 3e-4 * printed


def test_predictive_interval_holds_that_of_the_total_and_never_narrows_below_the_spread() -> None:
    """More spread, a wider interval; and a total known to the last death still leaves the scatter of the basis."""
    figures = mm.predict(mm.Sampler(_case(), 5_000, rng=1), "whole").figures
    widths = [math.log(figure.high / figure.low) for figure in figures]
    assert widths == sorted(widths)
    sure = case_of(component("one", ranged(1e6, 1.000001e6, reads="90%")), definitions={"whole": definition()})
    (figure,) = mm.predict(mm.simulate(sure, n=1_000, rng=1), "whole", bases=["survey"]).figures
    assert math.log(figure.high / figure.low) == pytest.approx(2 * stats.norm.ppf(0.975) * 0.3, rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_monte_carlo_error_of_a_prediction_is_the_spread_over_seeds(method: Any) -> None:
    """Over repeated seeds the ends scatter as their errors say; those of eight nets are widened by Student's t."""
    found = [
        mm.predict(mm.Sampler(_case(), 2_048, rng=seed, method=method), "whole", bases=["demographic"]).figures[0]
        for seed in range(60)
    ]
    for end in ("low", "median", "high"):
        spread = float(np.std([getattr(figure, end) for figure in found], ddof=1))
        usual = math.sqrt(float(np.mean([getattr(figure, f"{end}_error") ** 2 for figure in found])))
        assert (0.75 if method == "plain" else 0.5) < spread / usual < 1.3


@pytest.mark.slow
def test_prediction_of_a_fit_is_that_of_drawn_errors() -> None:
    """With bias and heterogeneity of each draw and Student errors, as drawn by hand, for a basis in the fit."""
    posterior = mm.fit(mm.load(SYNTHETIC), rng=1)
    name = next(iter(posterior.case.definitions))
    total = mm.total(posterior, name)
    informed = [figure for figure in mm.predict(posterior, name).figures if figure.is_informed]
    assert informed
    rng = np.random.default_rng(3)
    for figure in informed:
        tau = posterior.others[f"tau:{figure.basis}"]
        bias = posterior.others.get(f"bias:{figure.basis}", np.zeros(len(tau)))
        synthesis = posterior.case.head.synthesis
        assert synthesis is not None
        repeats = 50
        shape = (repeats, len(tau))
        error = rng.standard_t(4, shape) if synthesis.tails == "heavy" else rng.standard_normal(shape)
        by_hand = np.quantile(total.values * np.exp(bias + tau * error), [0.025, 0.5, 0.975])
        # 200,000 and more drawn errors know the outer quantiles to about a hundredth of their logarithm
        assert np.log([figure.low, figure.median, figure.high]) == pytest.approx(np.log(by_hand), abs=0.02)


@pytest.mark.slow
def test_prediction_from_a_fit_that_is_made_longer_rests_on_the_longer_one() -> None:
    """Where draws are not given, spread and bias are those of the draws of the total, however many these became."""
    case = mm.load(SYNTHETIC)
    report = mm.predict(source_of(case, DrawOptions(engine="synthesis")), next(iter(case.definitions)))
    again = mm.predict(mm.fit(case, rng=1, draws=-(-report.result.total.draws.manifest.draws // 4)), "registered")
    assert report.result.total.definition.id == "registered"
    assert report.figures == again.figures


@pytest.mark.slow
def test_basis_that_a_fit_has_no_figure_of_keeps_its_prior() -> None:
    """The median of its heterogeneity is the spread of the case, or what was measured; the table says so."""
    posterior = mm.fit(mm.load(SYNTHETIC), rng=1)
    report = mm.predict(posterior, next(iter(posterior.case.definitions)))
    outside = [figure for figure in report.figures if not figure.is_informed]
    for figure in outside:
        assert figure.spread == pytest.approx(group_named(posterior.case, figure.basis).spread, rel=0.1)
    assert ("the prior stands" in str(report)) == bool(outside)


def test_table_says_what_a_predictive_interval_is_not() -> None:
    """It is not an interval for the truth, and the total itself stands beside it."""
    text = str(mm.predict(mm.simulate(_case(), n=500, rng=1), "whole", bases=["survey"]))
    assert "A predictive interval is not one for the truth" in text
    assert "the total itself" in text


def test_unknown_basis_is_refused_and_one_without_a_spread_is_read_as_measured() -> None:
    """The message names all bases; what the case gives no spread has the measured one of late figures."""
    draws = mm.simulate(_case(), n=100, rng=1)
    with pytest.raises(UsageError, match=r"no basis 'rumour'|'rumour' is no basis; expected one of registered"):
        mm.predict(draws, "whole", bases=["rumour"])
    (figure,) = mm.predict(draws, "whole", bases=["testimony"]).result.figures
    assert figure.spread == measured_spread("testimony").log_sd


def test_total_that_may_be_negative_is_refused() -> None:
    """Spreads are of logarithms: a total of a signed kind has none."""
    kinds = {"deaths": "Deaths", "gap": {"label": "Gap", "signed": True}}
    facets = head()["facets"] | {"kind": kinds}
    case = case_of(
        component("gap", ranged(-100, 300, family="normal"), facets={"kind": "gap"}),
        head=head(facets=facets),
        definitions={"whole": definition(include=[{"kind": "gap"}])},
    )
    with pytest.raises(DefinitionError, match="may be negative"):
        mm.predict(mm.simulate(case, n=100, rng=1), "whole")
