"""``mcmort fit``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import (
    CaseName,
    DrawCount,
    Evidence,
    Form,
    Format,
    Full,
    Output,
    Quiet,
    Seed,
    Threads,
    Without,
    bases,
)

__all__ = ["SamplerName", "fit"]


class SamplerName(StrEnum):
    """What draws from the posterior."""

    compiled = "compiled"
    pymc = "pymc"


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
    lean: Annotated[
        float,
        typer.Option(
            "--lean",
            min=0.0,
            max=3.0,
            metavar="X",
            help="Error that all figures of a component may share though nothing shows it, such as 0.3 for 30 %.",
        ),
    ] = 0.0,
    sampler: Annotated[
        SamplerName,
        typer.Option(
            "--sampler", help="The density compiled here, or the same model compiled by PyMC, in half a minute."
        ),
    ] = SamplerName.compiled,
    draws: DrawCount = None,
    seed: Seed = 1,
    threads: Threads = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Write the fit to a netCDF file of your own, for ArviZ or later."),
    ] = None,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Condition on all the evidence of a case in one model; the fit is stored, and found again.

    Example: `mcmort fit ussr --figures`
    """
    from mcmort.results import DrawOptions

    if priors and figures:
        raise typer.BadParameter("one table at a time", param_hint="--figures")
    check_output(output)
    check_output(save)
    options = DrawOptions(
        engine="synthesis",
        draws=draws,
        seed=seed,
        evidence=bases(evidence),
        without=frozenset(without or ()),
        lean=lean,
        sampler=sampler.value,
    )
    loaded = load_case(case)
    from mcmort.api.fit_report import FitReport, FitRows  # engines load only for a case that is sound
    from mcmort.bayes import save_fit
    from mcmort.totals import posterior_of

    with progress_bar(f"Fitting {loaded.id}", quiet) as progress:
        posterior = posterior_of(loaded, options, threads=threads, progress=progress)
    if save is not None:
        save_fit(posterior, save)
    rows: FitRows = "priors" if priors else "figures" if figures else "components"
    deliver_report(FitReport(posterior, rows), form, output, full=full)
