"""``mcmort calibrate``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver, line_width
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, Evidence, Output, Quiet, Seed, Without, bases
from mcmort.cli.task_options import TaskWords

__all__ = ["calibrate"]


class TableForm(StrEnum):
    """How a table is printed that has no JSON document."""

    text = "text"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


@command
def calibrate(
    case: CaseName,
    *,
    simulations: Annotated[
        int, typer.Option("--simulations", "-n", min=5, metavar="N", help="Cases to simulate and fit.")
    ] = 100,
    evidence: Evidence = None,
    without: Without = None,
    believed: Annotated[
        str | None,
        typer.Option("--believed", metavar="NAME", help="Fit a wrong model, to see whether it is found out."),
    ] = None,
    seed: Seed = 1,
    tasks: TaskWords,
    form: Annotated[TableForm, typer.Option("--format", "-f", help="How to print it.")] = TableForm.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Simulate cases from the model of all the evidence, fit each, and see whether intervals hold the true values.

    Example: `mcmort calibrate ussr --simulations 1000 --plan plan.json`
    """
    from mcmort.bayes.calibration.simulation_based import calibration_of, calibration_tasks

    check_output(output)
    loaded = load_case(case)
    planned = calibration_tasks(
        loaded, simulations, seed=seed, evidence=bases(evidence), without=without or (), believed=believed
    )
    results = tasks.results_of(planned, f"Calibrating {loaded.id}", quiet=quiet)
    if results is None:
        return
    from mcmort.api.calibration_report import render_calibration

    deliver(render_calibration(calibration_of(results), loaded, form.value, line_width(output)), output)
