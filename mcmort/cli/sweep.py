"""``mcmort sweep``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mcmort.cli.groups import command
from mcmort.cli.options import Quiet
from mcmort.cli.standard_streams import write_err, write_out
from mcmort.cli.task_options import WorkerWords

if TYPE_CHECKING:
    from mcmort.tasks import SweepStatus

__all__ = ["sweep"]

_MOST_NAMED: Final = 10
"""Failed tasks that are named; of more the number is said."""


@command
def sweep(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A file that a command wrote with --plan.")],
    *,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where results are kept, one file for each task.")
    ],
    part: Annotated[
        str | None, typer.Option("--part", metavar="I/N", help="Carry out only this of so many parts: 1/20 to 20/20.")
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Carry out nothing; say how many tasks are done, failed and missing.")
    ] = False,
    works: WorkerWords,
    quiet: Quiet = False,
) -> None:
    """Carry out the tasks of a plan, or a part of them; what is finished is kept and never computed again.

    Any number of machines may work into one folder at once. Then the command that wrote the plan prints the result,
    with the same options and `--results FOLDER`.

    Example: `mcmort sweep plan.json --part 3/20 -o results`
    """
    from mcmort.tasks import ResultFolder, part_of, read_plan, sweep_status

    if part is not None and status:
        raise typer.BadParameter("it is of all parts", param_hint="--status")
    number, parts = _part(part)
    tasks = part_of(read_plan(plan), number, parts)
    if not status:
        works.run(tasks, folder, f"Sweeping {plan.name}", quiet=quiet)
    found = sweep_status(tasks, ResultFolder(folder))
    write_out(_said(found, "" if part is None else f"Part {number} of {parts}: "))
    if found.failed:
        write_err(_failures(found))
        if not status:
            raise typer.Exit(1)


def _part(text: str | None) -> tuple[int, int]:
    """Read ``3/20``."""
    if text is None:
        return 1, 1
    match = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        hint = "write it as 1/20, up to 20/20" if match is None else f"expected 1 to {match[2]} of {match[2]}"
        raise typer.BadParameter(f"{text!r} is no part; {hint}", param_hint="--part")
    return int(match[1]), int(match[2])


def _said(status: SweepStatus, before: str) -> str:
    """Say how far a plan has come."""
    from mcmort.tasks import results_digest

    done, failed = len(status.results), len(status.failed)
    total = done + failed + status.missing
    if done == total:
        return f"{before}{total} of {total} tasks are done. Digest of the results: {results_digest(status.results)}\n"
    return f"{before}{done} of {total} tasks are done, {failed} failed, {status.missing} are missing\n"


def _failures(status: SweepStatus) -> str:
    """Name the failed tasks, each with its reason."""
    lines = [f"mcmort: {task} failed: {failure}" for task, failure in status.failed.items()]
    more = [f"mcmort: and {len(lines) - _MOST_NAMED} more"] if len(lines) > _MOST_NAMED else []
    return "\n".join([*lines[:_MOST_NAMED], *more]) + "\n"
