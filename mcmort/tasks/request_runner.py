"""Requests of one function about a case, carried out as tasks: the rows of an analysis, of which each stands alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from mcmort.catalogue import Case
from mcmort.tasks.keyed_task import TaskFailure, task_of
from mcmort.tasks.run_tasks import run_tasks

__all__ = ["request_runner"]

type Values = dict[str, Any]


def request_runner(
    function: Callable[..., Values],
    failed: Callable[[str], Values],
    workers: int = 1,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
) -> Callable[[Case, Sequence[Values]], list[Values]]:
    """Return what carries out requests as tasks.

    Parameters
    ----------
    function : callable
        Answers a request about a case; see `task_of`.
    failed : callable
        Makes the answer of a task that failed from the reason: one row without an answer stops no others.
    workers, folder, progress, executor
        See `run_tasks`.

    Returns
    -------
    callable
        Takes a case and requests, and returns their answers in the same order.
    """

    def run(case: Case, requests: Sequence[Values]) -> list[Values]:
        tasks = [task_of(function, request, case) for request in requests]
        found = run_tasks(tasks, folder=folder, executor=executor, workers=workers, progress=progress)
        results = [found[task.key] for task in tasks]
        return [failed(str(one)) if isinstance(one, TaskFailure) else one for one in results]

    return run
