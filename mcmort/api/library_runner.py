"""Fits about a library of measured errors, carried out as tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mcmort.analysis.measured_errors.refits import Runner
from mcmort.catalogue.measured_errors import ErrorLibrary
from mcmort.tasks import Task, answers, run_tasks

__all__ = ["library_runner", "library_runner_here"]


def library_runner(carry_out: Callable[[Sequence[Task]], Mapping[str, Any] | None]) -> Runner:
    """Return what has requests about a library answered by tasks.

    Parameters
    ----------
    carry_out : callable
        Returns results of tasks by key, or None where they are only planned.

    Returns
    -------
    callable
        Takes a function, a library and requests, and returns the answers in their order.
    """

    def run(
        function: Callable[[ErrorLibrary, Mapping[str, Any]], dict[str, Any]],
        library: ErrorLibrary,
        requests: Sequence[dict[str, Any]],
    ) -> list[dict[str, Any]] | None:
        return answers(function, library, requests, _failed, carry_out)

    return run


def library_runner_here(workers: int, folder: str | Path | None, progress: Callable[[int, int], None] | None) -> Runner:
    """Return what has requests answered on processes of this machine; see `mcmort.tasks.run_tasks`."""
    return library_runner(partial(run_tasks, folder=folder, workers=workers, progress=progress))


def _failed(reason: str) -> dict[str, Any]:
    return {"refused": reason}
