"""Tasks that one more process carries out beside what this one does; whoever is free takes the next."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread
from typing import Any

from mcmort.tasks.keyed_task import Task, TaskFailure, versions
from mcmort.tasks.worker import perform, prepare_process

__all__ = ["TasksBeside", "tasks_beside"]


class TasksBeside:
    """Tasks under way; see `tasks_beside`.

    Parameters
    ----------
    tasks : sequence of Task
        In the order in which the other process takes them.
    pool : ProcessPoolExecutor or None
        The other process; without one, all is done here.
    """

    def __init__(self, tasks: Sequence[Task], pool: ProcessPoolExecutor | None) -> None:
        self._waiting, self._done = deque(tasks), dict[str, Any]()
        self._lost: list[Task] = []
        self._thread = Thread(target=self._hand_over, args=(pool,), daemon=True) if pool is not None else None
        if self._thread is not None:
            self._thread.start()

    def _hand_over(self, pool: ProcessPoolExecutor) -> None:
        """Give the other process one task after the other, so that the rest stays free to be taken here."""
        while self._waiting:
            try:
                task = self._waiting.popleft()
            except IndexError:
                return
            try:
                outcome = pool.submit(perform, task, versions()).result()
            except (BrokenProcessPool, RuntimeError, OSError):
                self._lost.append(task)
                return
            if isinstance(outcome, TaskFailure):
                self._lost.append(task)
            else:
                self._done[task.key] = json.loads(outcome)

    def finish(self, here: Callable[[Task], Any]) -> dict[str, Any]:
        """Carry out here what is left, the last first, and return all results by key.

        Parameters
        ----------
        here : callable
            Carries out a task in this process. It is called as well with what the other process could not do, so that
            it says or raises why.
        """
        while self._waiting:
            try:
                task = self._waiting.pop()
            except IndexError:
                break
            self._done[task.key] = here(task)
        if self._thread is not None:
            self._thread.join()
        for task in [*self._lost, *self._waiting]:
            self._done[task.key] = here(task)
        return self._done


@contextmanager
def tasks_beside(tasks: Sequence[Task]) -> Iterator[TasksBeside]:
    """Begin tasks on one more process, where the machine has more than one processor.

    Parameters
    ----------
    tasks : sequence of Task
        Those that take longest first.

    Yields
    ------
    TasksBeside
        `TasksBeside.finish` returns the results. Whatever ends the work before its time ends the other process too.
    """
    if len(tasks) < 2 or (os.cpu_count() or 1) < 2:
        yield TasksBeside(tasks, None)
        return
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=prepare_process)
    try:
        yield TasksBeside(tasks, pool)
    finally:
        processes = list((pool._processes or {}).values())  # noqa: SLF001
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
