"""Whether the Bayesian engine finds again what simulated evidence was made from: the verb, and its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import CalibrationRequest
from mcmort.api.printed import Printed
from mcmort.bayes.calibration.simulation_based import DRAWS, Calibration, calibration_of, calibration_tasks
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.inference import manifest_of
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.present.documents.calibration_document import CalibrationDocument, calibration_document
from mcmort.present.tables.calibration_table import calibration_finding, calibration_table
from mcmort.present.tables.columns import Table
from mcmort.results import Draws, DrawSource
from mcmort.results.seed import given_seed
from mcmort.tasks import Task, run_tasks

__all__ = ["CalibrationReport", "again", "calibrate", "calibrate_with"]

type Runner = Callable[[Sequence[Task]], Mapping[str, Any] | None]
"""Carries out tasks and returns their results by key, or None where they are only planned."""


@dataclass(frozen=True, repr=False)
class CalibrationReport(Printed):
    """How often intervals of simulated cases held the true values, with a receipt.

    Attributes
    ----------
    calibration : Calibration
        Ranks of true values among draws of their posteriors.
    draws : Draws
        No draws, but the case and how fits were made.
    request : CalibrationRequest
        What was asked.
    """

    calibration: Calibration
    draws: Draws
    request: CalibrationRequest

    @property
    def headline(self) -> str:
        """The sentence that says the finding."""
        return calibration_finding(self.calibration)

    @property
    def receipt(self) -> Receipt:
        """All that is needed to make it again."""
        return receipt_of(self.request, {}, self.draws)

    def tables(self, *, whole: bool = False) -> Sequence[Table]:
        """Return its one table: a row for each width of interval."""
        del whole
        return (calibration_table(self.calibration, self.draws.case.head.title),)

    def document(self) -> CalibrationDocument:
        """Return the result in the stable JSON schema."""
        return calibration_document(self.calibration, self.draws, self.request, self.receipt)


@checked_arguments
def calibrate(
    case: Case,
    simulations: int = 100,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    believed: str | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CalibrationReport:
    """Simulate cases from the model of all the evidence, fit each, and see whether intervals hold the true values.

    Parameters
    ----------
    case : Case
        From `mcmort.load`; says what figures there are.
    simulations : int
        Cases to simulate.
    rng, evidence, without
        Of the fits; see `mcmort.fit`.
    believed : str, optional
        Name of a wrong model by which the simulated cases are fitted, to see whether it is found out.
    workers : int
        Processes that share the fits; they change no bit.
    folder : str or Path, optional
        Where each fit is kept once it is done, so that a run that was interrupted goes on.
    progress : callable, optional
        Called with the fits done and the fits asked for.

    Returns
    -------
    CalibrationReport
        Prints itself: whether the ranks of true values are uniform, then how often intervals held them.

    Raises
    ------
    EvidenceError
        If the case declares no priors for this engine, or nothing is left to condition on.
    UsageError
        If a basis, source, model or number is not one.
    ConvergenceError
        If all but a few fits were refused.

    Examples
    --------
    >>> import mcmort as mm
    >>> print(mm.calibrate(mm.load("cambodia"), workers=2))  # doctest: +SKIP
    """

    def run(tasks: Sequence[Task]) -> dict[str, Any]:
        kept = None if folder is None else Path(folder)
        return run_tasks(tasks, folder=kept, workers=workers, progress=progress)

    seed = 1 if rng is None else given_seed(rng)
    report = calibrate_with(
        case, CalibrationRequest(simulations=simulations, believed=believed), run,
        seed=seed, evidence=evidence, without=without,
    )  # fmt: skip
    assert report is not None
    return report


def calibrate_with(
    case: Case,
    request: CalibrationRequest,
    run: Runner,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
) -> CalibrationReport | None:
    """Simulate cases and fit them, by what runs the tasks; nothing is returned where they are only planned."""
    collected = collect(case, evidence, without)
    tasks = calibration_tasks(
        case, request.simulations, seed=seed, evidence=collected.admitted, without=collected.without,
        believed=request.believed,
    )  # fmt: skip
    results = run(tasks)
    if results is None:
        return None
    return CalibrationReport(calibration_of(results), Draws(case, manifest_of(collected, seed, DRAWS, 1), {}), request)


def again(draws: DrawSource, request: CalibrationRequest, receipt: Receipt) -> CalibrationReport:
    """Simulate and fit every case again."""
    report = calibrate_with(
        draws.case, request, run_tasks, seed=receipt.seed, evidence=receipt.evidence, without=receipt.without
    )
    assert report is not None
    return report
