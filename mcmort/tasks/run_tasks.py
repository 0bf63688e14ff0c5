"""Runs tasks: those that are not finished, on this process, on processes of its own, or on any executor."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from contextlib import closing
from pathlib import Path
from typing import Any

from mcmort.errors import TaskError, UsageError
from mcmort.tasks.keyed_task import Task, TaskFailure, versions
from mcmort.tasks.process_pool import in_processes
from mcmort.tasks.result_folder import ResultFolder
from mcmort.tasks.worker import perform

__all__ = ["run_tasks"]

type Outcomes = Generator[tuple[str, str | TaskFailure]]
"""Keys of tasks, each with its result as JSON or its failure, in the order in which they are done."""


def run_tasks(
    tasks: Iterable[Task],
    *,
    folder: Path | str | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Carry out tasks, each at most once, and return their results by key.

    Parameters
    ----------
    tasks : iterable of Task
        What is to be done.
    folder : Path or str, optional
        Where results are kept, and found by any later or simultaneous run; without it they are only returned.
    executor : concurrent.futures.Executor, optional
        What runs the tasks: threads, processes, or a cluster (`mcmort.tasks.dask_cluster`).
    workers : int
        Without an executor, so many processes of one thread each; with one, the tasks are done here, one after another.
    progress : callable, optional
        Called with the tasks done and the tasks asked for, at the start and after each task.

    Returns
    -------
    dict of str to object
        By key, in the order of the tasks: the result as values of JSON, or a `TaskFailure` with its reason.

    Raises
    ------
    TaskError
        If a worker has other versions, a task has two results, or the executor is gone.
    OutputError
        If a result cannot be written.
    UsageError
        If the number of workers is not one.

    Notes
    -----
    Whatever ends the run, an interrupt too, what was finished before stays in the folder, and the next run goes on
    from there. A failed task is noted in the folder with its reason and carried out again by the next run.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise UsageError(f"the number of workers is {workers!r}; expected a whole number from 1 up")
    by_key = {task.key: task for task in tasks}
    store = None if folder is None else ResultFolder(folder)
    results: dict[str, Any] = dict.fromkeys(by_key)
    missing = dict(by_key)
    if store is not None:
        store.make()
        for key, task in by_key.items():
            if (stored := store.read(task)) is not None:
                results[key] = json.loads(stored)
                del missing[key]
    done = len(by_key) - len(missing)
    if progress is not None:
        progress(done, len(by_key))
    with closing(_outcomes(missing, executor, workers)) as outcomes:
        for key, outcome in outcomes:
            if isinstance(outcome, TaskFailure):
                results[key] = outcome
                if store is not None:
                    store.note_failure(by_key[key], outcome)
            else:
                if store is not None:
                    store.keep(by_key[key], outcome)
                results[key] = json.loads(outcome)
            done += 1
            if progress is not None:
                progress(done, len(by_key))
    return results


def _outcomes(tasks: Mapping[str, Task], executor: Executor | None, workers: int) -> Outcomes:
    """Carry out tasks where they are to be done."""
    if executor is not None:
        return _by_executor(tasks, executor)
    return in_processes(tasks, min(workers, len(tasks))) if min(workers, len(tasks)) > 1 else _here(tasks)


def _here(tasks: Mapping[str, Task]) -> Outcomes:
    for key, task in tasks.items():
        yield key, perform(task, versions())


def _by_executor(tasks: Mapping[str, Task], executor: Executor) -> Outcomes:
    futures: dict[Future[str | TaskFailure], str] = {}
    try:
        for key, task in tasks.items():
            futures[executor.submit(perform, task, versions())] = key
        for future in as_completed(futures):
            yield futures[future], _outcome_of(future)
    except BrokenExecutor as error:
        raise TaskError(
            f"the workers are gone ({error}). Hint: what was finished before is kept in the folder"
        ) from None
    finally:
        for future in futures:
            future.cancel()


def _outcome_of(future: Future[str | TaskFailure]) -> str | TaskFailure:
    """Return the outcome of a task; what stops the whole run is raised."""
    try:
        return future.result()
    except (TaskError, BrokenExecutor):
        raise
    except CancelledError:
        raise TaskError(
            "the executor cancelled a task: its scheduler is gone. Hint: what was finished before is kept in the folder"
        ) from None
    except Exception as error:
        return TaskFailure(type(error).__name__, str(error))
