"""The pool of threads that carries out the tasks of a run, the caller among them.

A worker that has finished a task takes the next, so that no worker waits before the last task; outcomes come in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from functools import cache
from threading import Condition

from mcmort.errors import UsageError

__all__ = ["run_in_order", "worker_count"]


def worker_count(threads: int | None, executor: Executor | None = None) -> int:
    """Return the number of workers, the caller among them: by default one for each processor.

    With an executor it is one for each processor, and the caller.

    Raises
    ------
    UsageError
        If the number of threads is not positive.
    """
    if executor is not None:
        return _processors() + 1
    if threads is not None and threads < 1:
        raise UsageError(f"the number of threads is {threads}; expected 1 or more")
    return _processors() if threads is None else threads


@cache
def _processors() -> int:
    """Return the number of processors; to ask the system takes as long as 1,000 draws."""
    return os.cpu_count() or 1


def run_in_order[Task, Outcome](
    work: Callable[[Task], Outcome], tasks: Iterable[Task], workers: int, executor: Executor | None = None
) -> Generator[Outcome, None, None]:
    """Yield the outcomes of tasks in the order of the tasks; close the generator to stop the work.

    Parameters
    ----------
    work : callable
        From a task to its outcome. An exception that it raises is raised here, in place of the outcome.
    tasks : iterable
        The tasks, which are taken as they are needed.
    workers : int
        Number of workers, the caller among them: with 1 the caller works alone.
    executor : concurrent.futures.Executor, optional
        Runs the other workers, instead of the thread pool of this module; it must share memory with the caller.

    Yields
    ------
    object
        An outcome. Only a few wait to be yielded, so that memory does not grow with the number of tasks.
    """
    if workers == 1:
        yield from map(work, tasks)
        return
    shared = _OrderedWork(work, iter(tasks), 4 * workers)
    pool = _thread_pool(workers - 1) if executor is None else executor
    helpers = [pool.submit(shared.help) for _ in range(workers - 1)]
    try:
        yield from shared.run()
    finally:
        shared.stop()
        finished, _ = wait([helper for helper in helpers if not helper.cancel()])
    for helper in finished:
        helper.result()  # raises what a worker raised that failed to get a task


@cache
def _thread_pool(threads: int) -> Executor:
    """Return threads that wait for work: to start new ones takes a fifth of a millisecond, as long as 5,000 draws."""
    return ThreadPoolExecutor(threads, "mcmort")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_thread_pool.cache_clear)  # a child process has none of its parent's threads


class _OrderedWork[Task, Outcome]:
    """Tasks that workers take one by one, and outcomes that wait for those of earlier tasks."""

    def __init__(self, work: Callable[[Task], Outcome], tasks: Iterator[Task], ahead: int) -> None:
        self._work = work
        self._tasks = enumerate(tasks)
        self._ahead = ahead
        self._change = Condition()
        self._done: dict[int, Future[Outcome]] = {}
        self._taken = 0
        self._yielded = 0
        self._is_over = False

    def stop(self) -> None:
        """Let no worker take another task."""
        with self._change:
            self._is_over = True
            self._change.notify_all()

    def help(self) -> None:
        """Carry out tasks while there are any."""
        while True:
            with self._change:
                self._change.wait_for(lambda: self._is_over or self._may_take)
                task = self._take()
            if task is None:
                return
            self._carry_out(*task)

    def run(self) -> Iterator[Outcome]:
        """Carry out tasks beside the helpers, and yield the outcomes of all."""
        while True:
            with self._change:
                task = self._take() if self._may_take else None
                if task is None:
                    if self._yielded == self._taken:
                        return
                    self._change.wait_for(lambda: self._yielded in self._done)
            if task is not None:
                self._carry_out(*task)
            while self._yielded in self._done:
                with self._change:
                    done = self._done.pop(self._yielded)
                    self._yielded += 1
                    self._change.notify_all()
                yield done.result()

    @property
    def _may_take(self) -> bool:
        """Whether few enough outcomes wait to be yielded."""
        return self._taken < self._yielded + self._ahead

    def _take(self) -> tuple[int, Task] | None:
        """Return the next task with its number, or None if there is none."""
        task = None if self._is_over else next(self._tasks, None)
        if task is None:
            self._is_over = True
        else:
            self._taken += 1
        return task

    def _carry_out(self, number: int, task: Task) -> None:
        """Do a task, and leave its outcome for the caller."""
        done = Future[Outcome]()
        try:
            done.set_result(self._work(task))
        except BaseException as error:
            done.set_exception(error)  # raised when the caller comes to this task
        with self._change:
            self._done[number] = done
            self._change.notify_all()
