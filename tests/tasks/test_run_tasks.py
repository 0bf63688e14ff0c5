"""Runs of pure tasks: each finished once, kept by its content, the same wherever it is carried out."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.errors import OutputError, TaskError, UsageError
from mcmort.tasks import CaseLocation, ResultFolder, Task, TaskFailure, keyed_task, results_digest, run_tasks, task_of
from mcmort.tasks.worker import different_versions, perform
from tests.cache.damages import random_damage
from tests.disks import on_a_full_disk
from tests.tasks.functions import count_components, die, die_once, draw_mean, fail_below, log_call, not_json

MEANS = [task_of(draw_mean, {"seed": seed}) for seed in range(6)]


def test_key_is_the_digest_of_function_request_case_and_versions() -> None:
    """The key can be computed again from the documented parts, with nothing of mcmort but its versions."""
    task = Task("mcmort.some.function", {"b": [1, 2.5], "a": None}, CaseLocation("anywhere", "ab12"))
    parts = {
        "about": "ab12",
        "function": "mcmort.some.function",
        "request": {"a": None, "b": [1, 2.5]},
        "versions": dict(keyed_task.versions()),
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    assert task.key == hashlib.sha256(text.encode()).hexdigest()


def test_key_changes_with_each_part_and_not_with_the_place_or_order() -> None:
    """Where a case lies and how a request is ordered change nothing; every other part changes the key."""
    base = Task("mcmort.a.f", {"n": 1, "seed": 2}, CaseLocation("here", "ab"))
    assert base.key == Task("mcmort.a.f", {"seed": 2, "n": 1}, CaseLocation("/there", "ab")).key
    others = [
        Task("mcmort.a.g", {"n": 1, "seed": 2}, CaseLocation("here", "ab")),
        Task("mcmort.a.f", {"n": 1, "seed": 3}, CaseLocation("here", "ab")),
        Task("mcmort.a.f", {"n": 1, "seed": 2}, CaseLocation("here", "ac")),
        Task("mcmort.a.f", {"n": 1, "seed": 2}),
    ]
    assert len({base.key, *(task.key for task in others)}) == 5


def test_key_changes_with_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later library, or another source of mcmort, has keys of its own."""
    before = Task("mcmort.a.f", {}).key
    later = dict(keyed_task.versions()) | {"numpy": "99.0"}
    monkeypatch.setattr(keyed_task, "versions", lambda: later)
    assert Task("mcmort.a.f", {}).key != before


@pytest.mark.parametrize(
    "request_", [{"x": float("nan")}, {"x": object()}, {1: 2}, {"x": (1, 2)}, {"x": np.float64(1.0), "y": np.int64(1)}]
)
def test_request_that_is_not_json_is_refused(request_: dict[Any, Any]) -> None:
    """What JSON would change or cannot hold is refused, with the request."""
    with pytest.raises(UsageError, match="expected values of JSON"):
        Task("mcmort.a.f", request_)


def test_request_is_copied() -> None:
    """A request that is changed afterwards does not change the task."""
    request = {"list": [1]}
    task = Task("mcmort.a.f", request)
    request["list"].append(2)
    assert task.request == {"list": [1]}


def test_function_that_others_cannot_import_is_refused() -> None:
    """A lambda or an inner function is no task."""
    with pytest.raises(UsageError, match="at the top of a module"):
        task_of(lambda request: request, {})


def test_results_are_those_of_calls_in_order_of_tasks() -> None:
    """Results stand by key in the order of the tasks; a task that is given twice counts once."""
    results = run_tasks([*MEANS, MEANS[0]])
    assert list(results) == [task.key for task in MEANS]
    assert list(results.values()) == [draw_mean({"seed": seed}) for seed in range(6)]


def test_results_are_the_same_from_threads_and_in_any_order(tmp_path: Path) -> None:
    """Threads, another order and stored files give the digest of one process."""
    digest = results_digest(run_tasks(MEANS))
    with ThreadPoolExecutor(3) as pool:
        assert results_digest(run_tasks(MEANS[::-1], executor=pool, folder=tmp_path)) == digest
    assert results_digest(run_tasks(MEANS, folder=tmp_path)) == digest


def test_finished_task_is_not_computed_again(tmp_path: Path) -> None:
    """Of two runs on one folder the second calls only what the first has not finished."""
    log, folder = tmp_path / "log", tmp_path / "results"
    log.mkdir()
    tasks = [task_of(log_call, {"n": n, "log": str(log)}) for n in range(5)]
    run_tasks(tasks[:3], folder=folder)
    seen: list[tuple[int, int]] = []
    results = run_tasks(tasks, folder=folder, progress=lambda done, total: seen.append((done, total)))
    assert sorted(path.name.partition("-")[0] for path in log.iterdir()) == ["0", "1", "2", "3", "4"]
    assert list(results.values()) == [0, 1, 4, 9, 16]
    assert seen == [(3, 5), (4, 5), (5, 5)]


def test_two_runs_at_once_on_one_folder_agree(tmp_path: Path) -> None:
    """Both have all results, of which the folder has one file each and nothing else."""
    tasks = [task_of(draw_mean, {"seed": seed}) for seed in range(40)]
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_tasks, tasks, folder=tmp_path) for _ in range(2)]
        results = [run.result() for run in runs]
    assert results[0] == results[1] == run_tasks(tasks)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{task.key}.json" for task in tasks)


def test_failed_task_stops_nothing_and_is_tried_again(tmp_path: Path) -> None:
    """A failure stands among the results with its reason, is noted and not stored as finished."""
    tasks = [task_of(fail_below, {"n": n}) for n in (4, -1, 9)]
    results = run_tasks(tasks, folder=tmp_path)
    failure = TaskFailure("EvidenceError", "-1 has no square root")
    assert list(results.values()) == [2.0, failure, 3.0]
    folder = ResultFolder(tmp_path)
    assert [folder.read(task) for task in tasks] == ["2.0", None, "3.0"]
    assert [folder.failure(task) for task in tasks] == [None, failure, None]
    assert results_digest(results) == results_digest(run_tasks([tasks[0], tasks[2]]))


def test_failure_is_forgotten_once_the_task_succeeds(tmp_path: Path) -> None:
    """What failed for want of memory or disk may succeed later, and is then no failure."""
    (task,) = [task_of(fail_below, {"n": 4})]
    folder = ResultFolder(tmp_path)
    folder.note_failure(task, TaskFailure("MemoryError", ""))
    assert folder.failure(task) == TaskFailure("MemoryError", "")
    run_tasks([task], folder=tmp_path)
    assert folder.failure(task) is None


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (task_of(not_json, {"value": "nan"}), "what is not JSON"),
        (Task("tests.tasks.functions.absent", {}), "absent"),
        (Task("no.such.module.function", {}), "No module named"),
        (
            Task("tests.tasks.functions.count_components", {"more": 1}, CaseLocation("nowhere", "ab")),
            "no case 'nowhere'",
        ),
        (Task("tests.tasks.functions.count_components", {"more": 1}, CaseLocation("ussr", "ab")), "has the digest"),
    ],
)
def test_task_that_cannot_be_carried_out_is_a_failure_with_its_reason(task: Task, reason: str) -> None:
    """A result that is no JSON, a function or case that is not there, a case that was changed."""
    (failure,) = run_tasks([task]).values()
    assert isinstance(failure, TaskFailure)
    assert reason in failure.reason


def test_case_is_loaded_by_the_worker() -> None:
    """The function is given the case that the task names."""
    case = mm.load("ussr")
    task = task_of(count_components, {"more": 2}, case)
    assert task.about == CaseLocation("ussr", case.digest)
    assert run_tasks([task]) == {task.key: len(case.components) + 2}


def test_two_results_of_one_task_stop_the_run_and_are_both_named(tmp_path: Path) -> None:
    """A stored result that differs in one bit from the one computed now is an error that shows both."""
    task, folder = MEANS[0], ResultFolder(tmp_path)
    folder.keep(task, '{"mean":0.5,"sd":1.0}')
    folder.keep(task, '{"mean":0.5,"sd":1.0}')  # equal: nothing happens
    with pytest.raises(
        TaskError, match=r"two results of one task, draw_mean.*1\.0\}.*1\.0000000000000002\}.*same bits"
    ):
        folder.keep(task, '{"mean":0.5,"sd":1.0000000000000002}')
    assert folder.read(task) == '{"mean":0.5,"sd":1.0}'


def test_damaged_results_are_computed_again(tmp_path: Path) -> None:
    """After any of fifty random damages the run gives the same digest and leaves a sound file."""
    rng = np.random.default_rng(5)
    digest = results_digest(run_tasks(MEANS[:2], folder=tmp_path))
    first, other = (ResultFolder(tmp_path).file_of(task) for task in MEANS[:2])
    sound, second = first.read_bytes(), other.read_bytes()
    for _ in range(50):
        first.write_bytes(random_damage(sound, second, rng))
        assert results_digest(run_tasks(MEANS[:2], folder=tmp_path)) == digest
        assert first.read_bytes() == sound


def test_full_disk_keeps_what_was_finished_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a file cannot be written the run ends with an error; the next one goes on from there."""
    written = 0
    fdopen = os.fdopen

    def full(handle: int, *arguments: Any, **named: Any) -> Any:
        nonlocal written
        written += 1
        if written > 3:
            os.close(handle)
            raise OSError(28, "No space left on device")
        return fdopen(handle, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", full)
        with pytest.raises(OutputError, match="No space left on device"):
            run_tasks(MEANS, folder=tmp_path)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json"] * 3
    assert results_digest(run_tasks(MEANS, folder=tmp_path)) == results_digest(run_tasks(MEANS))


_ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from mcmort.errors import OutputError
from mcmort.tasks import results_digest, run_tasks
from tests.tasks.test_run_tasks import MEANS
import os
folder = Path("results")
filler = Path("filler")
os.truncate(filler, filler.stat().st_size - 3 * os.sysconf("SC_PAGE_SIZE"))
try:
    run_tasks(MEANS, folder=folder)
except OutputError as error:
    print(error, file=sys.stderr)
print(*sorted(path.suffix for path in folder.iterdir()))
filler.unlink()
print(results_digest(run_tasks(MEANS, folder=folder)))
"""


@pytest.mark.slow
def test_small_disk_keeps_what_was_finished(tmp_path: Path) -> None:
    """On a file system with room for some results those are whole; with more room the rest is added."""
    words = [sys.executable, "-c", _ON_A_SMALL_DISK]
    done, _ = on_a_full_disk(tmp_path / "disk", words, PYTHONPATH=str(Path(__file__).parents[2]))
    kept, digest, *_ = done.stdout.splitlines()
    assert "No space left on device" in done.stderr
    assert set(kept.split()) == {".json"}
    assert 0 < len(kept.split()) < len(MEANS)
    assert digest == results_digest(run_tasks(MEANS))


def test_interrupt_keeps_what_is_done(tmp_path: Path) -> None:
    """Ctrl-C passes through, and what was finished before is there."""

    def interrupt(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_tasks(MEANS, folder=tmp_path, progress=interrupt)
    assert [ResultFolder(tmp_path).read(task) is not None for task in MEANS] == [True] * 2 + [False] * 4


def test_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    """A file where the folder should be is told before anything is computed."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="no folder of results"):
        run_tasks(MEANS, folder=tmp_path / "file")


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "two"])
def test_number_of_workers_that_is_none_is_refused(workers: Any) -> None:
    """Wrong use, told with what was given."""
    with pytest.raises(UsageError, match="number of workers"):
        run_tasks(MEANS, workers=workers)


def test_worker_with_other_versions_stops_the_run() -> None:
    """A worker says what differs, and computes nothing."""
    expected = dict(keyed_task.versions()) | {"numpy": "1.0"}
    with pytest.raises(TaskError, match=r"numpy [\d.]+, expected 1\.0\. Hint: install"):
        perform(MEANS[0], expected)
    assert different_versions({"a": "1", "b": "2"}, {"a": "1", "c": "3"}) == "b missing, expected 2; c 3, expected none"


def test_executor_that_cancels_is_an_error_that_says_so() -> None:
    """A scheduler that is gone cancels futures: the run stops with a sentence."""

    class Gone(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    with pytest.raises(TaskError, match="its scheduler is gone"):
        run_tasks(MEANS, executor=Gone())


@pytest.mark.slow
def test_processes_give_the_digest_of_one_process_though_one_dies(tmp_path: Path) -> None:
    """Two processes, one of which is killed by its first task: all results are there, with the same digest."""
    tasks = [*MEANS, task_of(die_once, {"n": 1, "mark": str(tmp_path / "mark")})]
    results = run_tasks(tasks[::-1], workers=2, folder=tmp_path / "results")
    assert results_digest(results) == results_digest(run_tasks(tasks))
    assert not [value for value in results.values() if isinstance(value, TaskFailure)]


@pytest.mark.slow
def test_task_that_kills_every_process_is_a_failure_and_spares_the_others() -> None:
    """It is found out by carrying it out alone; the others have their results."""
    tasks = [task_of(die, {"deadly": n == 1, "n": n}) for n in range(4)]
    results = list(run_tasks(tasks, workers=2).values())
    assert [results[n] for n in (0, 2, 3)] == [0, 2, 3]
    assert isinstance(results[1], TaskFailure)
    assert "process died 3 times" in results[1].reason
