"""``mcmort calibrate``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, Evidence, Form, Format, Output, Quiet, Seed, Without, bases
from mcmort.cli.task_options import TaskWords

__all__ = ["calibrate"]


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
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Simulate cases from the model of all the evidence, fit each, and see whether intervals hold the true values.

    Example: `mcmort calibrate ussr --simulations 1000 --plan plan.json`
    """
    from mcmort.analysis.request import CalibrationRequest
    from mcmort.api.calibration_report import calibrate_with

    check_output(output)
    loaded = load_case(case)
    report = calibrate_with(
        loaded, CalibrationRequest(simulations=simulations, believed=believed),
        lambda planned: tasks.results_of(planned, f"Calibrating {loaded.id}", quiet=quiet),
        seed=seed, evidence=bases(evidence), without=without or (),
    )  # fmt: skip
    if report is not None:
        deliver_report(report, form, output)
