"""Simulation-based calibration: the model is calibrated, and wrong models are rejected."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.bayes.calibration import simulation_based
from mcmort.bayes.calibration.negative_controls import NEGATIVE_CONTROLS
from mcmort.bayes.calibration.simulation_based import DRAWS, Calibration, calibrate, calibration_of, rank_one_case
from mcmort.bayes.sample import Chains, sample
from mcmort.errors import ConvergenceError, UsageError
from mcmort.tasks import TaskFailure
from tests.bayes.small_cases import plain
from tests.bayes.synthetic_case import synthetic

pytestmark = pytest.mark.slow

CASE = synthetic().case
_QUANTITIES = 53


def _as_usual(count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return divergent transitions of fits, none, and which were made in full, none."""
    return np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)


def test_ranks_of_the_synthetic_case_are_uniform(seed: int) -> None:
    """In 60 simulated cases no quantity, total or log density is off: a short version of the test of 500."""
    found = calibrate(CASE, 60, seed=seed)
    assert found.counted.shape == (60, _QUANTITIES)
    assert {"log density", "total:broad", "tau:synthesis", "lineage:register", "residual:two-censuses"} <= set(
        found.quantities
    )
    assert np.all((found.ranks >= 0) & (found.ranks <= DRAWS))
    assert not found.rejected(0.01)


def test_too_narrow_prior_of_heterogeneity_is_rejected(seed: int) -> None:
    """Negative control: 24 cases fitted with a quarter of the width of the heterogeneities' prior reject it."""
    found = calibrate(CASE, 24, seed=seed, believed="quartered-heterogeneity")
    assert any(name.startswith("tau:") for name in found.rejected(0.01))
    assert "log density" not in found.quantities


def test_number_of_threads_does_not_change_ranks() -> None:
    """One thread and three give the same ranks, bit for bit; another seed gives others."""
    ranks = []
    for workers in (1, 3):
        with ThreadPoolExecutor(workers) as pool:
            ranks.append(calibrate(CASE, 3, seed=2, executor=pool).ranks)
    np.testing.assert_array_equal(ranks[0], ranks[1])
    assert np.any(calibrate(CASE, 1, seed=3).ranks != ranks[0][:1])


def test_calibration_with_wrong_arguments_is_refused() -> None:
    """No simulations, or a wrong model that is not there, are refused before anything is fitted."""
    with pytest.raises(UsageError, match="number of simulations is 0"):
        calibrate(CASE, 0)
    with pytest.raises(UsageError, match="no wrong model 'right'; expected one of halved-heterogeneity"):
        calibrate(CASE, 2, believed="right")


@pytest.mark.parametrize("believed", NEGATIVE_CONTROLS)
def test_wrong_model_has_the_parameters_of_the_model(believed: str) -> None:
    """What is believed wrongly changes what parameters say, and not which there are, so that ranks can be told."""
    evidence = synthetic()
    assert NEGATIVE_CONTROLS[believed](evidence).parameters == evidence.parameters


def test_coverage_of_central_interval_is_its_probability() -> None:
    """With each rank once, a central interval of p holds exactly the share p."""
    every = Calibration(("x",), np.arange(100)[:, np.newaxis], np.full(100, 400.0), *_as_usual(100))
    for probability in (0.5, 0.8, 0.9):
        assert every.coverage("x", probability) == pytest.approx(probability, abs=1e-12)


def test_refused_fits_are_left_out_of_ranks() -> None:
    """Ranks at one end, from fits that were refused, do not make the others look uneven."""
    ranks = np.concatenate([np.arange(100), np.zeros(30, dtype=np.int64)])[:, np.newaxis]
    size = np.concatenate([np.full(100, 400.0), np.zeros(30)])
    found = Calibration(("x",), ranks, size, *_as_usual(130))
    assert found.counted.shape == (100, 1)
    assert not found.rejected(0.01)
    assert replace(found, ess=np.full(130, 400.0)).rejected(0.01)


def test_fit_whose_short_chains_diverge_is_made_in_full_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then draws are those of `mcmort.fit`, without divergence; where that refuses, the fit counts as refused."""

    def diverging(*arguments: Any, **options: Any) -> Chains:
        chains = sample(*arguments, **options)
        chains.stats["diverging"] = np.ones_like(chains.stats["diverging"])
        return chains

    def refuse(*_arguments: object, **_options: object) -> None:
        raise ConvergenceError("refused")

    case = plain()
    request = {"seed": 1, "number": 0, "believed": None, "evidence": sorted(case.head.evidence), "without": []}
    monkeypatch.setattr(simulation_based, "sample", diverging)
    found = calibration_of({"a": rank_one_case(case, request)})
    assert (found.in_full.tolist(), found.divergent.tolist(), len(found.counted)) == ([True], [0], 1)
    monkeypatch.setattr(simulation_based, "checked_chains", refuse)
    found = calibration_of({"a": rank_one_case(case, request)})
    assert (found.in_full.tolist(), found.ess.tolist(), len(found.counted)) == ([True], [0.0], 0)


def test_failed_fits_and_too_few_ranks_are_refused() -> None:
    """The number and the first reason are named; with four ranks there is nothing to say, with five there is."""
    fit = {"ranks": {"x": 3}, "ess": 300.0, "divergent": 0, "in_full": False}
    with pytest.raises(ConvergenceError, match="1 of 2 simulated cases could not be fitted; the first: OSError: gone"):
        calibration_of({"a": fit, "b": TaskFailure("OSError", "gone")})
    few = {str(number): fit for number in range(4)} | {"4": fit | {"ess": 0.0}}
    with pytest.raises(ConvergenceError, match="4 of 5 fits of simulated cases were not refused; expected 5 or more"):
        calibration_of(few).rejected()
    assert calibration_of(few | {"5": fit}).probabilities()["x"][0] > 0.0


@pytest.mark.statistical
def test_ranks_of_many_simulated_cases_are_uniform(seed: int) -> None:
    """In 500 simulated cases no quantity is off, and intervals of 50, 80 and 90 % hold as many true values."""
    found = calibrate(CASE, 500, seed=seed)
    assert not found.rejected(0.01)
    for probability in (0.5, 0.8, 0.9):
        error = math.sqrt(probability * (1.0 - probability) / 500)
        covered = [found.coverage(name, probability) for name in found.quantities]
        assert np.max(np.abs(np.array(covered) - probability)) < 4.0 * error  # the largest of 45


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("believed", "kind"),
    [
        ("halved-heterogeneity", "tau:registered"),
        ("copies-in-full", "tau:synthesis"),
        ("bounds-as-points", "tau:assertion"),
    ],
)
def test_wrong_models_are_rejected(believed: str, kind: str, seed: int) -> None:
    """Negative control: heterogeneities twice as sure, copies in full, and bounds read as points, are rejected."""
    assert kind in calibrate(CASE, 200, seed=seed, believed=believed).rejected(0.01)


@pytest.mark.statistical
def test_processes_give_same_ranks_as_threads() -> None:
    """Two processes of their own give the ranks of threads, bit for bit."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        elsewhere = calibrate(CASE, 3, seed=2, executor=pool)
    np.testing.assert_array_equal(elsewhere.ranks, calibrate(CASE, 3, seed=2).ranks)
