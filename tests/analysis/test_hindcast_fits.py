"""Hindcasts by the Bayesian engine: fits of early figures, against quadrature and against a planted library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from mcmort.analysis.library_receipt import library_receipt
from mcmort.analysis.measured_errors.error_law import ErrorLaw, ErrorPrior, FigureLaws
from mcmort.analysis.measured_errors.hindcast import METHODS
from mcmort.analysis.measured_errors.hindcast_fits import (
    FittedHindcasts,
    Refused,
    event_evidence,
    fitted_event_cases,
    fitted_hindcasts,
)
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutEvent, LeftOutFigure, LeftOutNumbers
from mcmort.api.hindcast_report import HindcastReport, hindcast
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair, Frame, load_errors
from tests.measured_errors import ROW, pair, write_pairs

pytestmark = pytest.mark.slow

BIAS, BIAS_SD, SPREAD, SPREAD_LOG_SD = 0.4, 0.2, 0.3, 0.5


def laws() -> FigureLaws:
    """Return what other events teach; in reported corrections twice the bias."""
    law = ErrorLaw(bias=BIAS, log_sd=SPREAD)
    prior = ErrorPrior(bias=BIAS, bias_sd=BIAS_SD, log_spread=math.log(SPREAD), log_spread_sd=SPREAD_LOG_SD)
    twice = prior.model_copy(update={"bias": 2.0 * BIAS})
    return FigureLaws(events=50, found=law, corrected=law, found_prior=twice, corrected_prior=prior)


def library_of(pairs: list[ErrorPair]) -> tuple[ErrorLibrary, LeftOutNumbers]:
    """Return a library of the pairs of one event, and what all other events teach of them."""
    frame = Frame(title="Own", complete=False, chosen="Made.")
    library = ErrorLibrary(tuple(pairs), {"own": frame}, {}, "", None, None)
    event = LeftOutEvent(
        event=pairs[0].event, khat=0.1, figures=tuple(LeftOutFigure(id=one.id, laws=laws()) for one in pairs)
    )
    numbers = LeftOutNumbers(
        schema="mcmort/left-out-errors/1", pairs="", seed=1, events=(event,), before_archives=event, checks=()
    )
    return library, numbers


def fits_of(pairs: list[ErrorPair]) -> FittedHindcasts:
    """Return the fits of the pairs of one event."""
    found = fitted_hindcasts(*library_of(pairs))
    assert found is not None
    return found


def test_prediction_from_one_figure_is_that_of_quadrature() -> None:
    """Deaths are the figure less its bias and an error: the distribution function is that of the mixture of Student t.

    The prior of deaths is lognormal about the figure with four times the spread of its kind in the whole library.
    """
    one = pair()
    found = {row.method: row for row in fits_of([one]).rows}
    latent = event_evidence([one], {one.id: laws()}, "corrected").latents["event"]
    values, nodes = np.linspace(1.0, 9.0, 801), stats.norm.ppf((np.arange(30) + 0.5) / 30)
    tau, bias = SPREAD * np.exp(SPREAD_LOG_SD * nodes[:, None]), BIAS + BIAS_SD * nodes[None, :]
    error = math.log(200.0) - values[:, None, None] - bias[None]
    likelihood = np.asarray(stats.t(4).pdf(error / tau[None]) / tau[None]).mean((1, 2))
    density = np.asarray(likelihood * stats.norm.pdf(values, latent.log_median, latent.log_sd), dtype=np.float64)
    below = np.append(0.0, integrate.cumulative_trapezoid(density, values))
    for level, (low, high) in found["corrected"].prediction.intervals.items():
        tail = (1.0 - level) / 2.0
        exact = np.interp([tail, 1.0 - tail], below / below[-1], values)
        assert np.log([low, high]) == pytest.approx(exact, abs=0.12)
    assert math.log(found["corrected"].prediction.median) == pytest.approx(math.log(200.0) - BIAS, abs=0.06)
    assert math.log(found["as-found"].prediction.median) == pytest.approx(math.log(200.0) - 2.0 * BIAS, abs=0.09)


def test_schools_that_disagree_make_the_prediction_wide_and_copies_do_not_narrow_it() -> None:
    """Three lineages far apart give a wider interval than three that agree; three copies one as wide as a figure."""

    def width(figures: list[float], lineages: list[str]) -> float:
        pairs = [
            pair(id=f"p{index}", best=figure, lineage=line, later_best=100.0)
            for index, (figure, line) in enumerate(zip(figures, lineages, strict=True))
        ]
        (case,) = fitted_event_cases(library_of(pairs)[0], fits_of(pairs).rows)
        assert case.figures == 3
        return case.prediction.intervals[0.9][1] / case.prediction.intervals[0.9][0]

    apart, alike = width([60.0, 200.0, 700.0], ["a", "b", "c"]), width([180.0, 200.0, 220.0], ["a", "b", "c"])
    copies = width([200.0, 200.0, 200.0], ["a", "a", "a"])
    (one,) = (row for row in fits_of([pair()]).rows if row.method == "corrected")
    assert apart > 2.0 * alike
    assert math.log(copies) == pytest.approx(math.log(one.prediction.width), rel=0.1)


def test_report_by_this_engine_says_which_fits_were_refused() -> None:
    """The table of coverage has the fitted predictions, and names what predicts nothing."""
    pairs = [pair(), pair(id="two", best=150.0, lineage="b")]
    library, numbers = library_of(pairs)
    fitted = fits_of(pairs)
    receipt = library_receipt("hindcast", "0" * 16, None, (), refit=False, seed=1, engine="synthesis")
    report = HindcastReport(
        library, numbers, receipt, fitted=replace(fitted, refused=(Refused("A storm", "as-found", "no"),))
    )
    assert report.rows == fitted.rows
    assert report.table("coverage").notes[-1] == "Fits that were refused, and are not counted: A storm (as found)."
    assert {"numba", "nutpie"} <= receipt.versions.keys()


def test_fits_on_two_processes_after_an_interrupted_run_are_those_of_one(tmp_path: Path) -> None:
    """A run that is stopped keeps what it has finished; the next one computes the rest, and all are the same bits."""
    write_pairs(tmp_path, [ROW | {"basis": "testimony", "interest": "neither"}])
    library = load_errors(tmp_path)
    numbers = library_of(list(library.pairs))[1].model_copy(update={"pairs": library.digest})
    (tmp_path / "left-out.json").write_text(numbers.model_dump_json(by_alias=True), encoding="utf-8")
    results = tmp_path / "results"

    def stop(done: int, _: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hindcast(tmp_path, engine="synthesis", folder=results, progress=stop)
    (first,) = results.glob("*.json")
    kept = first.stat().st_mtime_ns
    resumed = hindcast(tmp_path, engine="synthesis", folder=results, workers=2)
    assert first.stat().st_mtime_ns == kept
    assert len(list(results.glob("*.json"))) == len(METHODS)
    here = fitted_hindcasts(library, numbers)
    assert here is not None
    assert resumed.rows == here.rows
    assert [row.method for row in here.rows] == list(METHODS)


def test_request_of_a_fit_holds_all_that_it_depends_on_and_no_more() -> None:
    """What other events teach is part of the key where it is read; the spreads of the shipped cases are not asked."""
    asked: list[dict[str, Any]] = []
    library, numbers = library_of([pair(), pair(id="low", best=None, low=50.0, reads="at-least", basis="survey")])

    def run(_: Any, __: ErrorLibrary, requests: Sequence[dict[str, Any]]) -> None:
        asked.extend(requests)

    assert fitted_hindcasts(library, numbers, 3, run=run) is None
    assert [one["method"] for one in asked] == list(METHODS)
    assert [sorted(one["laws"]) for one in asked] == [[], ["low", "one"], ["low", "one"]]
    assert all(one["seed"] == 3 and one["pairs"] == ["one", "low"] for one in asked)
