"""Options of commands whose work is made of tasks: where it is carried out, kept, or written to a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcmort.cli.drawing import progress_bar
from mcmort.cli.standard_streams import write_err

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mcmort.tasks import Task

__all__ = ["TaskWords", "WorkerWords"]


@dataclass(frozen=True, kw_only=True)
class WorkerWords:
    """Where tasks are carried out."""

    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Processes of one thread each; by default one a processor."),
    ] = None
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Use the workers of this Dask scheduler instead."),
    ] = None

    def run(self, tasks: Sequence[Task], folder: Path | None, label: str, *, quiet: bool) -> dict[str, Any]:
        """Carry out tasks with a progress bar, and return their results by key; see `mcmort.tasks.run_tasks`."""
        from mcmort.tasks import run_tasks

        with self.executor() as executor, progress_bar(label, quiet) as progress:
            return run_tasks(tasks, folder=folder, executor=executor, workers=self.processes, progress=progress)

    @property
    def processes(self) -> int:
        """How many processes of this machine are used, unless a scheduler is."""
        return self.workers or os.cpu_count() or 1

    def executor(self) -> AbstractContextManager[Executor | None]:
        """Lend the executor that was asked for, or none."""
        if self.scheduler is None:
            return nullcontext()
        if self.workers is not None:
            raise typer.BadParameter("a Dask cluster has workers of its own", param_hint="--workers")
        from mcmort.tasks.dask_cluster import dask_executor

        return dask_executor(self.scheduler)


@dataclass(frozen=True, kw_only=True)
class TaskWords(WorkerWords):
    """Where tasks are carried out, where results are kept, or the plan that is written instead."""

    results: Annotated[
        Path | None,
        typer.Option("--results", metavar="FOLDER", help="Keep each finished task here, and take from here what is."),
    ] = None
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Only write the tasks to this file, for 'mcmort sweep'."),
    ] = None

    def results_of(self, tasks: Sequence[Task], label: str, *, quiet: bool) -> dict[str, Any] | None:
        """Carry out tasks and return their results by key, or write the plan that was asked for and return None."""
        return None if self.has_written_plan(lambda: tasks) else self.run(tasks, self.results, label, quiet=quiet)

    def stage_of(self, tasks: Sequence[Task], label: str, *, quiet: bool) -> dict[str, Any] | None:
        """Carry out one stage of work whose later tasks depend on the results of earlier ones.

        Like `results_of`; but a stage that is finished in the folder of results is taken from there even where a plan
        is asked for, which then holds the stage after it.
        """
        if self.plan is not None and self.results is not None:
            from mcmort.tasks import ResultFolder, sweep_status

            found = sweep_status(tasks, ResultFolder(self.results))
            if len(found.results) == len(tasks):
                return found.results
        return self.results_of(tasks, label, quiet=quiet)

    def has_written_plan(self, make: Callable[[], Sequence[Task]]) -> bool:
        """Write a plan of the tasks that are made if one was asked for, and say whether it was."""
        if self.plan is None:
            return False
        from mcmort.tasks import write_plan

        tasks = make()
        write_plan(self.plan, tasks)
        write_err(f"{self.plan}: {len(tasks)} tasks; 'mcmort sweep {self.plan} -o FOLDER' carries them out\n")
        return True
