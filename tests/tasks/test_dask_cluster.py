"""A real Dask cluster: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from mcmort.errors import TaskError
from mcmort.tasks import TaskFailure, results_digest, run_tasks, task_of
from mcmort.tasks.dask_cluster import dask_executor
from tests.cli.ran import ROOT
from tests.tasks.functions import die_once, draw_mean, fail_below, wait_and_log

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # those of Dask are not ours
]


class Cluster:
    """A scheduler and its workers, which end with the test."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        deadline = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < deadline, "the scheduler has not started"
            time.sleep(0.05)
        self.address: str = json.loads(self.file.read_text())["address"]

    def add_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread without a nanny, so that nothing starts it again."""
        words = ("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        return self._start(*words, "--local-directory", str(self.folder), **environment)

    def _start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--scheduler-file", str(self.file)],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )  # fmt: skip
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        return process


def _refused(message: str, address: str, timeout: float = 5.0, patience: float = 60.0, workers: int = 1) -> None:
    """Expect an error, and no executor."""
    with (
        pytest.raises(TaskError, match=message),
        dask_executor(address, timeout=timeout, patience=patience, workers=workers),
    ):
        pytest.fail("an executor was lent")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Start a scheduler, without workers yet."""
    pytest.importorskip("distributed", reason="the extra mcmort[dask] is not installed")
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


def test_worker_killed_midway_costs_no_result(cluster: Cluster, tmp_path: Path) -> None:
    """With two workers, one of which is killed after four tasks, all results are those of one process."""
    log = tmp_path / "log"
    log.mkdir()
    tasks = [task_of(wait_and_log, {"n": n, "seconds": 0.1, "log": str(log)}) for n in range(24)]
    tasks += [task_of(draw_mean, {"seed": seed}) for seed in range(4)]
    victim, _ = cluster.add_worker(), cluster.add_worker()
    with dask_executor(cluster.address, patience=60, workers=2) as executor:

        def kill_one(done: int, _: int) -> None:
            if done == 4:
                victim.kill()

        results = run_tasks(tasks, executor=executor, folder=tmp_path / "results", progress=kill_one)
    assert victim.wait() != 0
    computing = {path.name.rpartition("-")[2] for path in log.iterdir()}
    assert computing == {str(victim.pid), *computing}
    assert len(computing) == 2
    assert not [result for result in results.values() if isinstance(result, TaskFailure)]
    for path in log.iterdir():
        path.unlink()
    assert results_digest(results) == results_digest(run_tasks(tasks))


def test_task_that_ends_its_worker_is_done_by_another(cluster: Cluster, tmp_path: Path) -> None:
    """What dies with its worker is carried out again; a failure comes back as it does from one process."""
    tasks = [task_of(die_once, {"n": 3, "mark": str(tmp_path / "mark")}), task_of(fail_below, {"n": -2})]
    cluster.add_worker()
    cluster.add_worker()
    with dask_executor(cluster.address, patience=60, workers=2) as executor:
        results = list(run_tasks(tasks, executor=executor).values())
    assert results == [3, TaskFailure("EvidenceError", "-2 has no square root")]


def test_worker_with_other_source_stops_before_the_first_task(cluster: Cluster, tmp_path: Path) -> None:
    """A worker on which one file of mcmort is another is named, with what differs; the others are not."""
    shutil.copytree(ROOT / "mcmort", tmp_path / "other" / "mcmort", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "other" / "mcmort" / "errors.py").open("a") as file:
        file.write("# changed\n")
    cluster.add_worker()
    cluster.add_worker(PYTHONPATH=str(tmp_path / "other"))
    pattern = r"^1 of 2 workers .* tcp://\S+ has mcmort \S+ \(source \w+\), expected \S+ \(source \w+\)\. Hint"
    _refused(pattern, cluster.address, workers=2)


def test_scheduler_without_workers_is_an_error_within_seconds(cluster: Cluster) -> None:
    """The hint says how to start one."""
    _refused(r"has no worker after 1 seconds.*Hint: .*dask worker tcp://", cluster.address, patience=1.0)


def test_scheduler_that_goes_midway_stops_the_run_and_keeps_what_is_done(cluster: Cluster, tmp_path: Path) -> None:
    """An error says that the scheduler is gone; another run computes only the rest."""
    log = tmp_path / "log"
    log.mkdir()
    tasks = [task_of(wait_and_log, {"n": n, "seconds": 0.2, "log": str(log)}) for n in range(12)]
    cluster.add_worker()

    def end_scheduler(done: int, _: int) -> None:
        if done == 3:
            cluster.scheduler.kill()

    with pytest.raises(TaskError, match="scheduler is gone"), dask_executor(cluster.address) as executor:
        run_tasks(tasks, executor=executor, folder=tmp_path / "results", progress=end_scheduler)
    seen: list[int] = []
    run_tasks(tasks, folder=tmp_path / "results", progress=lambda done, _: seen.append(done))
    assert seen[0] >= 3


@pytest.mark.parametrize("address", ["", "nonsense", "foo://here:1"])
def test_address_that_is_none_is_an_error(address: str) -> None:
    """What is no address is told at once."""
    pytest.importorskip("distributed", reason="the extra mcmort[dask] is not installed")
    _refused("no Dask scheduler at", address)


def test_scheduler_that_is_not_there_is_an_error_within_seconds() -> None:
    """Nothing listens at the port, or something that is no scheduler."""
    pytest.importorskip("distributed", reason="the extra mcmort[dask] is not installed")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        begun = time.monotonic()
        for port in (1, silent.getsockname()[1]):
            _refused(r"within 0\.5 seconds", f"127.0.0.1:{port}", timeout=0.5)
        assert time.monotonic() - begun < 10


def test_absent_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says how to install it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    _refused(r"not installed\. Hint: pip install 'mcmort\[dask\]'", "127.0.0.1:8786")
