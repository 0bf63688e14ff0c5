"""Faults of the machine: a process that is killed, a disk that is full, two processes on one store, no place to store.

``make faults`` runs them with more trials: the environment variable ``FAULTS`` says how many for each command.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcmort.catalogue.reading.new_case import MINIMAL, new_case
from tests.caches import cache_of_code
from tests.cli.ran import ROOT
from tests.disks import on_a_full_disk

pytestmark = pytest.mark.slow

TRIALS = int(os.environ.get("FAULTS", "2"))
SHEET = ROOT / "tests" / "good" / "estimates.csv"
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "fit": (("fit", "case", "-f", "json", "-o", "out.json"), "out.json"),
    "total": (("total", "case", "-d", "all", "-n", "2000000", "-f", "json", "-o", "out.json"), "out.json"),
    "plot": (("plot", "case", "-n", "1000", "-o", "out.png"), "out.png"),
    "import": (("import", str(SHEET), "-o", "out.toml"), "out.toml"),
    "new": (("new", "other"), "other"),
    "export": (("export", "case", "out.xlsx"), "out.xlsx"),
    "multiverse": (
        ("multiverse", "case", "-n", "1000", "--universes", "4", "-f", "json", "-o", "out.json"),
        "out.json",
    ),
}
"""Commands with what they make."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds compiled code, so that not every test compiles it."""
    work = tmp_path_factory.mktemp("warm")
    cache_of_code(work / "store")
    new_case(work / "case", MINIMAL)
    for name in ("total", "fit"):
        assert finished(started(work, COMMANDS[name][0])) == (0, "")
    for path in work.glob("store/**/*.nc"):
        path.unlink()
    return work / "store"


@pytest.fixture
def folder(tmp_path: Path, store: Path) -> Path:
    """Return a folder with a small case and a store of its own."""
    new_case(tmp_path / "case", MINIMAL)
    shutil.copytree(store, tmp_path / "store")
    return tmp_path


def started(
    folder: Path, words: tuple[str, ...], largest_file: int | None = None, **more: str
) -> subprocess.Popen[str]:
    """Start a command in a folder, with a store of its own there."""
    environment = {**os.environ, "MCMORT_CACHE": str(folder / "store"), **more}
    pipe = subprocess.PIPE
    line = [sys.executable, "-c", _RUN.format(limit=largest_file), *words]
    return subprocess.Popen(line, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


_RUN = """
import resource, sys
limit = {limit}
if limit is not None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from mcmort.cli.app import main
sys.exit(main(sys.argv[1:]))
"""
"""A command in a process in which no file can grow beyond a limit: a write beyond fails as on a full disk."""


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a command, and return its exit code and what it said on stderr."""
    _, said = process.communicate(timeout=300)
    return process.returncode, said


def is_whole(path: Path) -> bool:
    """Whether a file or folder is as a command leaves it when it ends well."""
    if path.is_dir():
        return {"case.toml", "definitions.toml", "sources.bib"} <= {one.name for one in path.iterdir()}
    content = path.read_bytes()
    if path.suffix == ".json":
        return isinstance(json.loads(content), dict)
    if path.suffix == ".png":
        return content.startswith(b"\x89PNG") and content.rstrip().endswith(b"IEND\xaeB`\x82")
    if path.suffix == ".xlsx":
        return content.startswith(b"PK") and b"PK\x05\x06" in content[-100:]
    return content.endswith(b"\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_command_leaves_a_whole_result_or_none(name: str, folder: Path) -> None:
    """Killed at any moment, a command leaves no half of a result; run again it ends well with what it left."""
    words, made = COMMANDS[name]
    target = folder / made
    random_numbers = random.Random(name)
    for _ in range(TRIALS):
        process = started(folder, words)
        time.sleep(random_numbers.uniform(0.05, 4.0))
        process.send_signal(signal.SIGKILL)
        finished(process)
        if target.exists():
            assert is_whole(target)
            if target.is_dir():
                for path in target.iterdir():
                    path.unlink()
                target.rmdir()
            else:
                target.unlink()
    assert finished(started(folder, words)) == (0, "")
    assert is_whole(target)


@pytest.mark.parametrize("size", [0, 300])
@pytest.mark.parametrize("name", COMMANDS)
def test_full_disk_gives_one_line_and_no_result(name: str, size: int, folder: Path) -> None:
    """A result that cannot be written whole is not written, and one line says so; a store that fails says nothing."""
    words, made = COMMANDS[name]
    before = sorted(path.name for path in folder.iterdir())
    process = started(folder, words, size)
    code, said = finished(process)
    assert code == 1
    assert said.startswith("mcmort: ")
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 2
    assert not (folder / made).exists()
    assert {path.name for path in folder.iterdir()} - {*before} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_disk_without_a_free_byte_gives_one_line_and_no_result(name: str, folder: Path) -> None:
    """The same on a file system that is really full, where a file can be made and nothing written to it."""
    words, made = COMMANDS[name]
    shutil.copytree(folder / "case", folder / "disk.before" / "case")
    line = [sys.executable, "-c", _RUN.format(limit=None), *words]
    done, left = on_a_full_disk(folder / "disk", line, MCMORT_CACHE=str(folder / "store"))
    assert (done.returncode, made in left) == (1, False)
    assert done.stderr.startswith("mcmort: ")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert left == {"case"}


def test_two_processes_share_one_store(folder: Path) -> None:
    """Two fits of one case at once, with an empty store, both end well, and say the same."""
    words, _ = COMMANDS["fit"]
    pair = [started(folder, (*words[:-1], f"{one}.json")) for one in "ab"]
    assert [finished(process) for process in pair] == [(0, ""), (0, "")]
    first, second = (json.loads((folder / f"{one}.json").read_text(encoding="utf-8")) for one in "ab")
    assert first == second


@pytest.mark.parametrize("name", ["total", "fit"])
def test_command_needs_no_place_to_store(name: str, folder: Path) -> None:
    """Where neither home nor store can be written, results come all the same."""
    words, made = COMMANDS[name]
    nowhere = "/dev/null/none"
    process = started(folder, words, HOME=nowhere, MCMORT_CACHE=nowhere, XDG_CACHE_HOME=nowhere)
    assert finished(process) == (0, "")
    assert is_whole(folder / made)
