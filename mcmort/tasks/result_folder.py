"""A folder of results: one file for each finished task, named by its key, whole or not there, and never changed.

Any number of processes on any number of machines may write to one folder at once. A file that is damaged is not
believed, and its task is carried out again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcmort.cache.atomic_write import write_atomically, write_once
from mcmort.cache.sealed_files import read_sealed, sealed
from mcmort.errors import OutputError, TaskError
from mcmort.tasks.keyed_task import Task, TaskFailure, canonical_json

__all__ = ["ResultFolder", "results_digest"]


class ResultFolder:
    """Results of tasks in a folder.

    Parameters
    ----------
    path : Path or str
        The folder.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def make(self) -> None:
        """Make the folder if it is not there.

        Raises
        ------
        OutputError
            If it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.path}: no folder of results can be made there ({error.strerror})") from None

    def file_of(self, task: Task) -> Path:
        """Return where the result of a task stands once it is finished."""
        return self.path / f"{task.key}.json"

    def read(self, task: Task) -> str | None:
        """Return the stored result of a task as canonical JSON; None if there is none, or its file is damaged."""
        try:
            return bytes(read_sealed(self.file_of(task), task.content, marks_use=False)).decode()
        except (OSError, ValueError):
            return None

    def keep(self, task: Task, result: str) -> None:
        """Store the result of a task.

        Raises
        ------
        TaskError
            If there is another result already: the task is not pure, or a machine computes otherwise.
        OutputError
            If it cannot be written; there is then no file, rather than half of one.
        """
        path = self.file_of(task)
        fill = sealed(task.content, lambda file: file.write(result.encode()))
        try:
            if not write_once(path, fill):
                stored = self.read(task)
                if stored is None:
                    write_atomically(path, fill)
                elif stored != result:
                    raise TaskError(_two_results(task, path, stored, result))
        except OSError as error:
            raise OutputError(
                f"{path}: the result of a task cannot be written ({error.strerror or error}). Hint: what was finished "
                "before is kept; the same run goes on from there"
            ) from None
        with contextlib.suppress(OSError):
            self._failure_file(task).unlink(missing_ok=True)

    def note_failure(self, task: Task, failure: TaskFailure) -> None:
        """Record why a task failed, as far as it can be written; the task is carried out again by the next run."""
        text = canonical_json({"task": str(task), "kind": failure.kind, "reason": failure.reason})
        with contextlib.suppress(OSError):
            write_atomically(self._failure_file(task), lambda file: file.write(text.encode()))

    def failure(self, task: Task) -> TaskFailure | None:
        """Return why a task failed when it was last carried out, or None if it did not."""
        try:
            noted = json.loads(self._failure_file(task).read_bytes())
            return TaskFailure(str(noted["kind"]), str(noted["reason"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _failure_file(self, task: Task) -> Path:
        return self.path / f"{task.key}.failed"


def results_digest(results: Mapping[str, Any]) -> str:
    """Return the SHA-256 of results by key: the same in whatever order and wherever they were computed.

    Failures do not count.
    """
    finished = {key: result for key, result in results.items() if not isinstance(result, TaskFailure)}
    return hashlib.sha256(canonical_json(finished).encode()).hexdigest()


def _two_results(task: Task, path: Path, stored: str, result: str) -> str:
    """Say which two results there are of a task, where they differ first, and what that means."""
    place = next((i for i, pair in enumerate(zip(stored, result, strict=False)) if len(set(pair)) > 1), 0)
    extract = slice(max(place - 20, 0), place + 40)
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (stored, result)]
    return (
        f"two results of one task, {task}: stored in {path} is {digests[0]} (…{stored[extract]}…), computed now "
        f"{digests[1]} (…{result[extract]}…); expected the same bits. Hint: the machines differ in their processor or "
        "mathematical library, or the function is not pure; delete the file to keep the second"
    )
