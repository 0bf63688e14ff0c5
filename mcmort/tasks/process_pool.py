"""Tasks on processes of our own, one thread each; a process that dies costs time, not results."""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import Final

from mcmort.tasks.keyed_task import Task, TaskFailure, versions
from mcmort.tasks.worker import perform, prepare_process

__all__ = ["in_processes"]

_SUSPECT: Final = 2
"""Tasks whose process died so often are carried out alone: then it is known which of them it was."""


def in_processes(tasks: Mapping[str, Task], workers: int) -> Generator[tuple[str, str | TaskFailure]]:
    """Carry out tasks on new processes.

    Parameters
    ----------
    tasks : mapping of str to Task
        By key.
    workers : int
        Number of processes.

    Yields
    ------
    tuple of str and (str or TaskFailure)
        Key and outcome of a task, in the order in which they are done. If a process dies, whatever was not done is
        carried out again; a task whose process dies each time is a failure.
    """
    waiting, suspects = deque(tasks), deque[str]()
    deaths: Counter[str] = Counter()
    while waiting or suspects:
        alone = not waiting
        queue = suspects if alone else waiting
        lost: list[str] = []
        with _pool(1 if alone else min(workers, len(queue))) as pool:
            yield from _until_one_dies(pool, tasks, queue, 1 if alone else 2 * workers, lost)
        for key in lost:
            deaths[key] += 1
            if alone:
                reason = f"its process died {deaths[key]} times, the last time with no other task beside it"
                yield key, TaskFailure("BrokenProcessPool", f"{reason}. Hint: it may need more memory than there is")
            elif deaths[key] < _SUSPECT:
                waiting.append(key)
            else:
                suspects.append(key)


def _until_one_dies(
    pool: ProcessPoolExecutor, tasks: Mapping[str, Task], queue: deque[str], window: int, lost: list[str]
) -> Generator[tuple[str, str | TaskFailure]]:
    """Carry out tasks from a queue until it is empty or a process dies; add to `lost` what was under way then."""
    under_way: dict[Future[str | TaskFailure], str] = {}
    while (queue and not lost) or under_way:
        while queue and not lost and len(under_way) < window:
            key = queue.popleft()
            try:
                under_way[pool.submit(perform, tasks[key], versions())] = key
            except BrokenProcessPool:
                lost.append(key)
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            key = under_way.pop(future)
            try:
                outcome = future.result()
            except BrokenProcessPool:
                lost.append(key)
            else:
                yield key, outcome


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Start processes; if something ends the work before its time, an interrupt too, they end at once."""
    others = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=prepare_process)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - others:
            process.terminate()
        raise
    pool.shutdown()
