"""``mcmort priors``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import (
    CaseName,
    DefinitionName,
    Evidence,
    Form,
    Format,
    Full,
    Output,
    Quiet,
    Seed,
    Without,
    bases,
)
from mcmort.cli.task_options import WorkerWords
from mcmort.errors import OptionError

__all__ = ["priors"]


@command
def priors(
    case: CaseName,
    *,
    definition: DefinitionName = None,
    evidence: Evidence = None,
    without: Without = None,
    draws: Annotated[
        int | None, typer.Option("--draws", "-n", min=1, metavar="N", help="Draws of each fit [4,000 or more].")
    ] = None,
    seed: Seed = 1,
    workers: WorkerWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Say how far a total of the Bayesian engine depends on its priors: one whole fit with each of them changed.

    Without a definition it is the one with the largest total. Each fit is kept when it is done; all take a minute for a
    small case, and several for one as large as ussr.

    Example: `mcmort priors bengal-1943`
    """
    from mcmort.api.prior_sensitivity_report import prior_runner, prior_sensitivity_with
    from mcmort.bayes.diagnostics import CHAINS, LEAST_DRAWS
    from mcmort.cache.folder import cache_folder

    check_output(output)
    each = None if draws is None else -(-draws // CHAINS)
    if each is not None and each < LEAST_DRAWS:
        raise OptionError("draws", f"a fit takes {CHAINS * LEAST_DRAWS} draws at least")
    loaded, admitted = load_case(case), bases(evidence)
    with workers.executor() as executor, progress_bar("Fitting with other priors", quiet) as bar:
        result = prior_sensitivity_with(
            loaded, definition, seed=seed, evidence=admitted, without=without or (), draws=each,
            run=prior_runner(workers.processes, cache_folder() / "priors", bar, executor),
        )  # fmt: skip
    deliver_report(result, form, output, full=full)
