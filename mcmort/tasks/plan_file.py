"""Plans: tasks in a file, to be carried out later, elsewhere, in parts; and how far a folder of results has come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mcmort.cache.atomic_write import write_atomically
from mcmort.catalogue.reading.bounded_toml import refuse_device
from mcmort.errors import OutputError, TaskError, UsageError
from mcmort.tasks.keyed_task import Task, TaskFailure, versions
from mcmort.tasks.locations import read_location, written_location
from mcmort.tasks.result_folder import ResultFolder
from mcmort.tasks.worker import different_versions

__all__ = ["SweepStatus", "part_of", "read_plan", "sweep_status", "write_plan"]

_KIND: Final = "mcmort plan"
_PACKAGE: Final = "mcmort."


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """How far the tasks of a plan have come.

    Attributes
    ----------
    results : dict of str to object
        By key, those that are in the folder, whole.
    failed : dict of Task to TaskFailure
        Tasks that failed when they were last carried out.
    missing : int
        Tasks that have not been carried out, or whose files are damaged.
    """

    results: dict[str, Any]
    failed: dict[Task, TaskFailure]
    missing: int


def write_plan(path: Path, tasks: Sequence[Task]) -> None:
    """Write tasks to a file, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    places = {task.about: str(index) for index, task in enumerate(tasks) if task.about is not None}
    document = {
        "kind": _KIND,
        "versions": versions(),
        "places": {name: written_location(place) for place, name in places.items()},
        "tasks": [
            {"function": task.function, "request": task.request}
            | ({} if task.about is None else {"about": places[task.about]})
            for task in tasks
        ],
    }
    text = json.dumps(document, indent=1, allow_nan=False)
    try:
        write_atomically(path, lambda file: file.write(text.encode()))
    except OSError as error:
        raise OutputError(f"{path}: the plan cannot be written ({error.strerror or error})") from None


def read_plan(path: Path) -> list[Task]:
    """Return the tasks of a file.

    Raises
    ------
    TaskError
        If it cannot be read or is no plan, or was written by other versions: its tasks would have other keys here.
    """
    try:
        refuse_device(path)
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TaskError(f"{path}: the plan cannot be read ({getattr(error, 'strerror', None) or error})") from None
    try:
        document = json.loads(text)
        tasks, planned = _content(document)
    except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else error
        raise TaskError(
            f"{path} is no plan ({problem}). Hint: a command writes one with --plan, and nobody changes it"
        ) from None
    if difference := different_versions(planned, versions()):
        raise TaskError(
            f"{path} was planned with other versions: here is {difference}. Hint: plan again, or install those"
        )
    return tasks


def _content(document: Any) -> tuple[list[Task], dict[str, str]]:
    """Return the tasks and versions of a document; only functions of mcmort are called because a file says so."""
    if not isinstance(document, dict) or document.get("kind") != _KIND:
        raise ValueError("it does not say that it is one")
    planned = {str(name): str(version) for name, version in document["versions"].items()}
    places = {name: read_location(written) for name, written in document["places"].items()}
    tasks = []
    for entry in document["tasks"]:
        function = entry["function"]
        if not function.startswith(_PACKAGE) or not isinstance(entry["request"], dict):
            raise ValueError(f"{function!r:.80} is no function of mcmort with a request")
        tasks.append(Task(function, entry["request"], places[entry["about"]] if "about" in entry else None))
    return tasks, planned


def part_of(tasks: Sequence[Task], part: int, parts: int) -> list[Task]:
    """Return the tasks of one part of several: every so-many-th, so that long ones at the end are shared.

    Parameters
    ----------
    tasks : sequence of Task
        All of them.
    part, parts : int
        Which part, from 1, of how many.

    Raises
    ------
    UsageError
        If there is no such part.
    """
    if not 1 <= part <= parts:
        raise UsageError(f"the part is {part} of {parts}; expected 1 to {max(parts, 1)}")
    return list(tasks[part - 1 :: parts])


def sweep_status(tasks: Sequence[Task], folder: ResultFolder) -> SweepStatus:
    """Say how many tasks are done, failed and missing."""
    stored = {task: folder.read(task) for task in tasks}
    failures = {task: folder.failure(task) for task, result in stored.items() if result is None}
    failed = {task: failure for task, failure in failures.items() if failure is not None}
    results = {task.key: json.loads(result) for task, result in stored.items() if result is not None}
    return SweepStatus(results, failed, len(failures) - len(failed))
