"""The pool of threads that carries out the tasks of a run, the caller among them.

Whoever is done with a task takes the next, so nobody waits before the last one; the outcomes come in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from functools import cache
from threading import Condition

from mcmort.errors import UsageError

__all__ = ["hands", "in_order"]


def hands(threads: int | None, executor: Executor | None = None) -> int:
    """Return how many work together: so many threads, or one for each processor, and the caller with an executor.

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
    """Return how many processors there are, which takes as long to find as 1,000 draws."""
    return os.cpu_count() or 1


def in_order[Task, Outcome](
    work: Callable[[Task], Outcome], tasks: Iterable[Task], count: int, executor: Executor | None = None
) -> Generator[Outcome, None, None]:
    """Yield the outcomes of tasks in their order; close it to stop the work.

    Parameters
    ----------
    work : callable
        From a task to its outcome. What it raises is raised here, in its turn.
    tasks : iterable
        The tasks, which are taken as they are needed.
    count : int
        Who works together, the caller among them: with 1 it is alone.
    executor : concurrent.futures.Executor, optional
        Lends the others, instead of threads of our own; it must share memory with the caller.

    Yields
    ------
    object
        An outcome. Only a few are kept waiting, so that memory does not grow with the number of tasks.
    """
    if count == 1:
        yield from map(work, tasks)
        return
    crew = _Crew(work, iter(tasks), 4 * count)
    pool = _helpers(count - 1) if executor is None else executor
    helping = [pool.submit(crew.help) for _ in range(count - 1)]
    try:
        yield from crew.lead()
    finally:
        crew.stop()
        helped, _ = wait([one for one in helping if not one.cancel()])
    for one in helped:
        one.result()  # if there was no task to take, for an error


@cache
def _helpers(count: int) -> Executor:
    """Return threads that wait for work: to start them anew takes a fifth of a millisecond, as long as 5,000 draws."""
    return ThreadPoolExecutor(count, "mcmort")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_helpers.cache_clear)  # a child process has none of its parent's threads


class _Crew[Task, Outcome]:
    """Tasks that are taken one by one, and outcomes that wait for those before them."""

    def __init__(self, work: Callable[[Task], Outcome], tasks: Iterator[Task], ahead: int) -> None:
        self._work = work
        self._tasks = enumerate(tasks)
        self._ahead = ahead
        self._change = Condition()
        self._done: dict[int, Future[Outcome]] = {}
        self._taken = 0
        self._given = 0
        self._is_over = False

    def stop(self) -> None:
        """Let nobody take another task."""
        with self._change:
            self._is_over = True
            self._change.notify_all()

    def help(self) -> None:
        """Carry out tasks while there are any."""
        while True:
            with self._change:
                self._change.wait_for(lambda: self._is_over or self._has_room)
                task = self._take()
            if task is None:
                return
            self._carry_out(*task)

    def lead(self) -> Iterator[Outcome]:
        """Carry out tasks among others, and yield the outcomes of all."""
        while True:
            with self._change:
                task = self._take() if self._has_room else None
                if task is None:
                    if self._given == self._taken:
                        return
                    self._change.wait_for(lambda: self._given in self._done)
            if task is not None:
                self._carry_out(*task)
            while self._given in self._done:
                with self._change:
                    done = self._done.pop(self._given)
                    self._given += 1
                    self._change.notify_all()
                yield done.result()

    @property
    def _has_room(self) -> bool:
        return self._taken < self._given + self._ahead

    def _take(self) -> tuple[int, Task] | None:
        """Return the next task with its number, or nothing if none is left."""
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
            done.set_exception(error)  # it is raised in its turn
        with self._change:
            self._done[number] = done
            self._change.notify_all()
