"""Requests of one function about a case or a library, carried out as tasks: rows of which each stands alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any

from mcmort.catalogue import Case
from mcmort.tasks.keyed_task import Task, TaskFailure, task_of
from mcmort.tasks.locations import Located
from mcmort.tasks.run_tasks import run_tasks

__all__ = ["answers", "request_runner"]

type Values = dict[str, Any]


def answers(
    function: Callable[..., Values],
    about: Located,
    requests: Sequence[Values],
    failed: Callable[[str], Values],
    carry_out: Callable[[Sequence[Task]], Mapping[str, Any] | None],
) -> list[Values] | None:
    """Carry out requests as tasks.

    Parameters
    ----------
    function : callable
        Answers a request about a case or a library; see `task_of`.
    about : Case or ErrorLibrary
        What the requests are about.
    requests : sequence of dict
        What is asked.
    failed : callable
        Makes the answer of a task that failed from the reason, or raises.
    carry_out : callable
        Returns results of tasks by key, or None where they are only planned.

    Returns
    -------
    list of dict or None
        The answers in the order of the requests; None where these are only planned.
    """
    tasks = [task_of(function, request, about) for request in requests]
    found = carry_out(tasks)
    if found is None:
        return None
    results = [found[task.key] for task in tasks]
    return [failed(str(one)) if isinstance(one, TaskFailure) else one for one in results]


def request_runner(
    function: Callable[..., Values],
    failed: Callable[[str], Values],
    workers: int = 1,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
) -> Callable[[Case, Sequence[Values]], list[Values]]:
    """Return what carries out requests about a case as tasks.

    Parameters
    ----------
    function, failed
        See `answers`; one row without an answer stops no others.
    workers, folder, progress, executor
        See `run_tasks`.

    Returns
    -------
    callable
        Takes a case and requests, and returns their answers in the same order.
    """
    carry_out = partial(run_tasks, folder=folder, executor=executor, workers=workers, progress=progress)

    def run(case: Case, requests: Sequence[Values]) -> list[Values]:
        found = answers(function, case, requests, failed, carry_out)
        assert found is not None
        return found

    return run
