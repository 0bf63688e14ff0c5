"""Plans: the same tasks come back, parts share them out, and files that are no plans are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mcmort.errors import OutputError, TaskError, UsageError
from mcmort.tasks import (
    CaseLocation,
    LibraryLocation,
    ResultFolder,
    SweepStatus,
    Task,
    TaskFailure,
    part_of,
    plan_file,
    read_plan,
    run_tasks,
    sweep_status,
    task_of,
    write_plan,
)
from tests.tasks.functions import fail_below

TASKS = [
    Task("mcmort.some.function", {"n": 1, "x": [0.1, None, "ß"]}),
    Task("mcmort.some.function", {"n": 2}, CaseLocation("ussr", "ab")),
    Task("mcmort.some.other", {"n": 3}, CaseLocation("/a/folder", "cd")),
    Task("mcmort.some.other", {"n": 3}, LibraryLocation(("", "/own/pairs"), "ef")),
]


def test_plan_holds_the_same_tasks_in_the_same_order(tmp_path: Path) -> None:
    """Functions, requests, cases and so keys survive the file."""
    write_plan(tmp_path / "plan.json", TASKS)
    tasks = read_plan(tmp_path / "plan.json")
    assert tasks == TASKS
    assert [task.key for task in tasks] == [task.key for task in TASKS]


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 20])
def test_parts_share_out_all_tasks_once(parts: int) -> None:
    """Every task is in one part, and sizes differ by one at most; a part may be empty."""
    tasks = [Task("mcmort.a.f", {"n": n}) for n in range(13)]
    shares = [part_of(tasks, part, parts) for part in range(1, parts + 1)]
    assert sorted(task.request["n"] for share in shares for task in share) == list(range(13))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize(("part", "parts"), [(0, 3), (4, 3), (1, 0), (-1, 2)])
def test_part_that_is_not_there_is_refused(part: int, parts: int) -> None:
    """Parts are counted from 1."""
    with pytest.raises(UsageError, match=f"the part is {part} of {parts}"):
        part_of(TASKS, part, parts)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is no plan"),
        ("[]", "does not say that it is one"),
        ("{}", "does not say that it is one"),
        ('{"kind": "mcmort plan"}', "'versions' is missing"),
        ('{"kind": "mcmort plan", "versions": {}, "places": {}}', "'tasks' is missing"),
        ('{"kind": "mcmort plan", "versions": {}, "places": {}, "tasks": [{}]}', "'function' is missing"),
        ('{"kind": "mcmort plan", "versions": [], "places": {}, "tasks": []}', "is no plan"),
        ('{"kind": "mcmort plan", "versions": {}, "places": {}, "tasks": []}', "planned with other versions"),
    ],
)
def test_file_that_is_no_plan_is_an_error(content: str, problem: str, tmp_path: Path) -> None:
    """Each is told with its file and what is wrong, and never a traceback."""
    path = tmp_path / "plan.json"
    path.write_text(content)
    with pytest.raises(TaskError, match=problem):
        read_plan(path)


@pytest.mark.parametrize("function", ["os.system", "mcmort_evil.run", "subprocess.run"])
def test_function_of_another_package_is_refused(function: str, tmp_path: Path) -> None:
    """A plan makes no process call what is not of mcmort."""
    path = tmp_path / "plan.json"
    write_plan(path, [Task(function, {"command": "true"})])
    with pytest.raises(TaskError, match=f"'{function}' is no function of mcmort"):
        read_plan(path)


def test_plan_that_is_absent_or_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A missing file and a missing folder are told with the reason of the system."""
    with pytest.raises(TaskError, match=r"cannot be read .No such file"):
        read_plan(tmp_path / "absent.json")
    with pytest.raises(OutputError, match=r"cannot be written .No such file"):
        write_plan(tmp_path / "absent" / "plan.json", TASKS)


def test_plan_of_other_versions_says_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The results would have other keys: nothing is computed."""
    path = tmp_path / "plan.json"
    write_plan(path, TASKS)
    document: dict[str, Any] = json.loads(path.read_text())
    document["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(document))
    with pytest.raises(TaskError, match=r"numpy [\d.]+, expected 1\.0"):
        read_plan(path)
    monkeypatch.setattr(plan_file, "versions", lambda: document["versions"])
    assert read_plan(path) == TASKS


def test_status_counts_done_failed_and_missing(tmp_path: Path) -> None:
    """A damaged file counts as missing; a folder that is not there has nothing, and is not made."""
    tasks = [task_of(fail_below, {"n": n}) for n in (4, -1, 9, 16)]
    absent = ResultFolder(tmp_path / "absent")
    assert sweep_status(tasks, absent) == SweepStatus({}, {}, 4)
    assert not absent.path.exists()
    run_tasks(tasks[:3], folder=tmp_path)
    folder = ResultFolder(tmp_path)
    failed = {tasks[1]: TaskFailure("EvidenceError", "-1 has no square root")}
    assert sweep_status(tasks, folder) == SweepStatus({tasks[0].key: 2.0, tasks[2].key: 3.0}, failed, 1)
    folder.file_of(tasks[0]).write_bytes(b"")
    assert sweep_status(tasks, folder) == SweepStatus({tasks[2].key: 3.0}, failed, 2)
