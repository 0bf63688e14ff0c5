"""``mcmort sweep``: parts of a plan on one folder, ended and resumed at will, with the result of one process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcmort.bayes.calibration.simulation_based import calibration_tasks
from mcmort.cli.app import main
from mcmort.tasks import results_digest, run_tasks, task_of, write_plan
from tests.bayes.synthetic_case import synthetic
from tests.cli.ran import ROOT
from tests.disks import on_a_full_disk
from tests.tasks.functions import fail_below

SIMULATIONS = 6


@pytest.fixture(scope="module")
def digest() -> str:
    """Return the digest of the tasks of the plan, done in this process one after another."""
    return results_digest(run_tasks(calibration_tasks(synthetic().case, SIMULATIONS, seed=3)))


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Write a plan by the command that makes it."""
    path = tmp_path / "plan.json"
    case = str(Path(synthetic().case.where).resolve())
    assert main(["calibrate", case, "-n", str(SIMULATIONS), "--seed", "3", "--plan", str(path)]) == 0
    return path


def _sweep(plan: Path, folder: Path, *words: str) -> list[str]:
    return ["sweep", str(plan), "-o", str(folder), "--quiet", *words]


def _wait_until_gone(parent: int) -> None:
    """Wait until no process remains that a killed sweep has started; its workers have the system as their parent."""
    deadline = time.monotonic() + 30
    while subprocess.run(["pgrep", "-g", str(parent)], capture_output=True, check=False).stdout:
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.05)


@pytest.mark.slow
def test_two_parts_on_one_folder_at_once_give_the_digest_of_one_process(
    plan: Path, tmp_path: Path, digest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both parts begin together; then nothing is missing, and the status has the digest."""
    folder = tmp_path / "results"
    words = [_sweep(plan, folder, "--part", "1/2"), _sweep(plan, folder, "--part", "2/2")]
    running = [
        subprocess.Popen([sys.executable, "-m", "mcmort", *one, "--workers", "1"], stdout=subprocess.PIPE, text=True)
        for one in words
    ]
    said = [process.communicate(timeout=200)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert said[0].startswith("Part 1 of 2: 3 of 3 tasks are done.")
    capsys.readouterr()
    assert main(_sweep(plan, folder, "--status")) == 0
    assert (
        capsys.readouterr().out == f"{SIMULATIONS} of {SIMULATIONS} tasks are done. Digest of the results: {digest}\n"
    )
    assert len(list(folder.iterdir())) == SIMULATIONS


@pytest.mark.slow
def test_killed_sweep_loses_nothing_and_leaves_no_process(
    plan: Path, tmp_path: Path, digest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """After kill -9 of a sweep with two processes results are whole, its workers end, and the rest is done later."""
    folder = tmp_path / "results"
    process = subprocess.Popen(
        [sys.executable, "-m", "mcmort", *_sweep(plan, folder, "--workers", "2")], process_group=0
    )
    deadline = time.monotonic() + 200
    while not list(folder.glob("*.json")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    capsys.readouterr()
    assert main(_sweep(plan, folder, "--status")) == 0
    assert capsys.readouterr().out.startswith(f"{len(kept)} of {SIMULATIONS} tasks are done")
    _wait_until_gone(process.pid)
    assert main(_sweep(plan, folder, "--workers", "1")) == 0
    assert digest in capsys.readouterr().out
    assert {name: (folder / name).read_bytes() for name in kept} == kept


@pytest.mark.statistical
def test_sweep_on_a_full_disk_says_so_and_goes_on_elsewhere(
    plan: Path, tmp_path: Path, digest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a file system without a free byte: one line, exit code 1, no half of a result; the rest is done later.

    Only the function beneath was tried on such a disk.
    """
    before = tmp_path / "disk.before"
    before.mkdir()
    (before / "plan.json").write_bytes(plan.read_bytes())
    line = [sys.executable, "-m", "mcmort", "sweep", "plan.json", "-o", "results", "--quiet", "--workers", "1"]
    done, left = on_a_full_disk(tmp_path / "disk", line)
    assert (done.returncode, left - {"results"}) == (1, {"plan.json"})
    assert done.stderr.startswith("mcmort: results/")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    capsys.readouterr()
    assert main(_sweep(plan, tmp_path / "results", "--workers", "1")) == 0
    assert digest in capsys.readouterr().out


@pytest.mark.slow
def test_command_that_wrote_the_plan_prints_its_result(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the folder of results it computes nothing, and prints what it prints without any of this."""
    folder, case = tmp_path / "results", str(synthetic().case.where)
    assert main(_sweep(plan, folder, "--workers", "1")) == 0
    times = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    words = ["calibrate", case, "-n", str(SIMULATIONS), "--seed", "3", "--workers", "1"]
    capsys.readouterr()
    assert main([*words, "--results", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == times
    assert printed.startswith(f"In {SIMULATIONS} simulated cases the ranks of 53 quantities are as even as chance ")
    assert main(words) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.slow
def test_job_script_of_the_docs_carries_out_its_part(plan: Path, tmp_path: Path) -> None:
    """The script of docs/cluster.md runs under bash as the first of two jobs of an array."""
    (script,) = re.findall(
        r"^```text\n(#!/bin/bash\n.*?)^```$", (ROOT / "docs" / "cluster.md").read_text(), re.M | re.S
    )
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SLURM_ARRAY_TASK_ID": "1",
        "SLURM_ARRAY_TASK_COUNT": "2",
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=plan.parent, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Part 1 of 2: 3 of 3 tasks are done. Digest of the results: ")
    assert len(list((tmp_path / "results").iterdir())) == 3


@pytest.mark.slow
@pytest.mark.parametrize("part", ["", "3", "0/2", "3/2", "a/b", "1/2/3", "-1/2", "1/0"])
def test_part_that_is_none_is_wrong_use(part: str, plan: Path, tmp_path: Path) -> None:
    """Exit code 2, and nothing is made."""
    assert main(_sweep(plan, tmp_path / "results", f"--part={part}")) == 2
    assert not (tmp_path / "results").exists()


def test_options_that_contradict_one_another_are_wrong_use(plan: Path, tmp_path: Path) -> None:
    """A status is of all parts, and a cluster has its own workers."""
    assert main(_sweep(plan, tmp_path / "results", "--status", "--part", "1/2")) == 2
    assert main(_sweep(plan, tmp_path / "results", "--scheduler", "127.0.0.1:1", "--workers", "2")) == 2
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["cambodia", "--believed", "right"], 2),
        (["cambodia", "-n", "4"], 2),
        (["cambodia", "--evidence", "hearsay"], 2),
        (["cambodia", "-n", "5", "--plan", "no/such/folder/plan.json"], 1),
        (["cambodia", "-n", "5", "--scheduler", "nonsense"], 1),
        (["cambodia", "-n", "5", "--scheduler", "h:1", "--workers", "2"], 2),
        (["nowhere"], 1),
    ],
)
def test_calibrate_refuses_bad_use_before_it_fits(
    words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong options end with exit code 2, what cannot be read or written with 1, with a reason and no traceback."""
    assert main(["calibrate", *words]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err
    assert "Traceback" not in printed.err


def test_bad_plans_and_schedulers_end_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and a sentence on stderr."""
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    for path in (bad, tmp_path / "absent.json", tmp_path):
        assert main(_sweep(path, tmp_path / "results")) == 1
        assert re.fullmatch(r"mcmort: .*\n", capsys.readouterr().err)


def test_failed_task_is_named_and_the_exit_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job array sees that a part has failed; what was asked is named with its reason, and status says it again."""
    monkeypatch.setattr("mcmort.tasks.plan_file._PACKAGE", "tests.")
    write_plan(tmp_path / "plan.json", [task_of(fail_below, {"n": n}) for n in (4, -1)])
    words = _sweep(tmp_path / "plan.json", tmp_path / "results", "--workers", "1")
    assert main(words) == 1
    printed = capsys.readouterr()
    assert printed.out == "1 of 2 tasks are done, 1 failed, 0 are missing\n"
    assert printed.err == 'mcmort: fail_below({"n":-1}) failed: EvidenceError: -1 has no square root\n'
    assert main([*words, "--status"]) == 0
    assert capsys.readouterr() == printed
