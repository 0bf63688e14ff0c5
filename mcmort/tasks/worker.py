"""What a worker does with a task: compare versions, load its case, call the function, return its result as JSON."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from threading import Thread
from typing import Any, Final

from mcmort.errors import TaskError
from mcmort.tasks.keyed_task import Task, TaskFailure, canonical_json, versions

__all__ = ["different_versions", "perform", "prepare_process"]

_THREADS: Final = ("MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def perform(task: Task, expected: Mapping[str, str]) -> str | TaskFailure:
    """Carry out a task.

    Parameters
    ----------
    task : Task
        The task.
    expected : mapping of str to str
        The versions that are part of its key.

    Returns
    -------
    str or TaskFailure
        The result as canonical JSON, or why there is none.

    Raises
    ------
    TaskError
        If other versions are installed here, so that the result would not be that of the key.
    """
    if difference := different_versions(expected, versions()):
        raise TaskError(f"a worker ({platform_name()}) has other versions: {difference}. Hint: install the same there")
    try:
        function = _function(task.function)
        result = function(task.request) if task.about is None else function(task.about.load(), task.request)
    except Exception as error:
        return TaskFailure(type(error).__name__, str(error))
    try:
        return canonical_json(result)
    except (TypeError, ValueError) as error:
        return TaskFailure(type(error).__name__, f"{task.function} returned what is not JSON: {error}")


def different_versions(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Return in words by what two sets of versions differ; nothing if they do not."""
    names = sorted(expected.keys() | found.keys())
    return "; ".join(
        f"{name} {found.get(name, 'missing')}, expected {expected.get(name, 'none')}"
        for name in names
        if expected.get(name) != found.get(name)
    )


def platform_name() -> str:
    """Return which process of which machine this is."""
    import platform

    return f"process {os.getpid()} on {platform.node() or 'an unnamed machine'}"


def prepare_process() -> None:
    """Make this process a worker: one thread, deaf to Ctrl-C, which its parent handles, and gone when its parent is."""
    from multiprocessing import parent_process

    os.environ.update(dict.fromkeys(_THREADS, "1"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def leave_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=leave_with_parent, daemon=True).start()


@cache
def _function(name: str) -> Callable[..., Any]:
    """Return the function of a dotted name."""
    module, _, attribute = name.rpartition(".")
    found = getattr(import_module(module), attribute)
    if not callable(found):
        raise TypeError(f"{name} is no function")
    return found  # type: ignore[no-any-return]
