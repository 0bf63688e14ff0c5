"""``mcmort fit``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver, line_width, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, DrawCount, Evidence, Form, Format, Output, Quiet, Seed, Threads, Without, bases

__all__ = ["fit"]


@command
def fit(
    case: CaseName,
    evidence: Evidence = None,
    without: Without = None,
    priors: Annotated[
        bool, typer.Option("--priors", help="Print what is presupposed of the figures, before and after.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Print each figure against the model, and those not used.")
    ] = False,
    draws: DrawCount = None,
    seed: Seed = 1,
    threads: Threads = None,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Condition on all the evidence of a case in one model; the fit is stored, and found again.

    Example: `mcmort fit ussr --figures`
    """
    from mcmort.api.fit_report import FitReport, FitRows
    from mcmort.results import DrawOptions
    from mcmort.totals import posterior_of

    if priors and figures:
        raise typer.BadParameter("one table at a time", param_hint="--figures")
    check_output(output)
    options = DrawOptions(
        engine="synthesis", draws=draws, seed=seed, evidence=bases(evidence), without=frozenset(without or ())
    )
    loaded = load_case(case)
    with progress_bar(f"Fitting {loaded.id}", quiet) as progress:
        posterior = posterior_of(loaded, options, threads=threads, progress=progress)
    rows: FitRows = "priors" if priors else "figures" if figures else "components"
    deliver(FitReport(posterior, rows).render(form.value, line_width(output)), output, is_json=form is Form.json)
