"""``mcmort conflict``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, Evidence, Form, Format, Full, Output, Quiet, Seed, Without, bases
from mcmort.cli.task_options import WorkerWords
from mcmort.errors import OptionError

__all__ = ["conflict"]


@command
def conflict(
    case: CaseName,
    *,
    evidence: Evidence = None,
    without: Without = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", "-n", min=1, metavar="N", help="Draws of each fit [4,000, more where p asks for it]."),
    ] = None,
    seed: Seed = 1,
    workers: WorkerWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Say what pulls against what: each component's figures, register, claim and balance against all other evidence.

    Each comparison takes fits of its own: seconds for a small case, many minutes for one as large as ussr. Each is kept
    when it is done, so that a run that was interrupted goes on where it was.

    Example: `mcmort conflict bengal-1943`
    """
    from mcmort.api.conflict_report import comparison_folder, comparison_runner, conflict_with
    from mcmort.bayes.diagnostics import CHAINS, LEAST_DRAWS

    check_output(output)
    each = None if draws is None else -(-draws // CHAINS)
    if each is not None and each < LEAST_DRAWS:
        raise OptionError("draws", f"a fit takes {CHAINS * LEAST_DRAWS} draws at least")
    loaded, admitted = load_case(case), bases(evidence)
    with workers.executor() as executor, progress_bar("Comparing", quiet) as bar:
        result = conflict_with(
            loaded, seed=seed, evidence=admitted, without=without or (), draws=each,
            run=comparison_runner(workers.processes, comparison_folder(), bar, executor),
        )  # fmt: skip
    deliver_report(result, form, output, full=full)
