"""Tasks beside: whoever carries them out, each is done once; what the other process cannot do is done or said here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mcmort.errors import EvidenceError
from mcmort.tasks.beside import tasks_beside
from mcmort.tasks.keyed_task import Task, task_of
from tests.tasks import functions


def _here(task: Task) -> Any:
    return getattr(functions, task.function.rpartition(".")[2])(task.request)


@pytest.mark.slow
def test_tasks_are_done_once_by_either_process(tmp_path: Path) -> None:
    """Of tasks that take a while both processes do some; every result is there, and nothing was done twice."""
    asked = [{"log": str(tmp_path), "n": n, "seconds": 0.3} for n in range(20)]
    tasks = [task_of(functions.wait_and_log, request) for request in asked]
    with tasks_beside(tasks) as beside:
        found = beside.finish(_here)
    assert [found[task.key] for task in tasks] == [n * n for n in range(20)]
    calls = [path.name.split("-") for path in tmp_path.iterdir()]
    assert sorted(int(n) for n, _, _ in calls) == list(range(20))
    assert str(os.getpid()) in {process for _, _, process in calls}


@pytest.mark.slow
def test_task_whose_process_dies_is_done_here(tmp_path: Path) -> None:
    """The process ends in its first task; that one and all others are carried out in this process."""
    tasks = [task_of(functions.die_once, {"mark": str(tmp_path / "mark"), "n": n}) for n in range(3)]
    with tasks_beside(tasks) as beside:
        beside._thread.join()  # type: ignore[union-attr]  # noqa: SLF001
        found = beside.finish(_here)
    assert [found[task.key] for task in tasks] == [0, 1, 2]


def test_failure_is_raised_where_there_is_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another process all is done here, and a task that fails says why."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    tasks = [task_of(functions.fail_below, {"n": n}) for n in (4, -1)]
    with tasks_beside(tasks) as beside, pytest.raises(EvidenceError, match="no square root"):
        beside.finish(_here)
