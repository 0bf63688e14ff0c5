"""Files of a case folder that are written as one change: all of them new, or all of them old."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mcmort.catalogue import load
from mcmort.catalogue.reading.joint_write import finish_writes, write_jointly
from mcmort.catalogue.reading.new_case import MINIMAL, new_case
from mcmort.errors import CaseError

_KILLED = """
import os, signal, sys, pathlib
from mcmort.catalogue.reading.joint_write import write_jointly
replace, unlink, left = pathlib.Path.replace, pathlib.Path.unlink, [int(sys.argv[2])]
def counted(call):
    def run(*arguments, **more):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **more)
    return run
pathlib.Path.replace, pathlib.Path.unlink = counted(replace), counted(unlink)
write_jointly(pathlib.Path(sys.argv[1]), {"sources.bib": "new", "imported.toml": "new"})
"""
"""Writes two files, and is killed before its nth step that changes a folder."""


@pytest.mark.slow
def test_killed_at_any_step_all_files_are_old_or_all_are_new(tmp_path: Path) -> None:
    """A kill between the two files of an import left evidence without the works that it cites."""
    seen = []
    for step in range(10):
        folder = tmp_path / str(step)
        folder.mkdir()
        (folder / "sources.bib").write_text("old", encoding="utf-8")
        line = [sys.executable, "-c", _KILLED, str(folder), str(step)]
        code = subprocess.run(line, timeout=60, check=False).returncode
        finish_writes(folder)
        texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("[!.]*")}
        assert texts in ({"sources.bib": "old"}, {"sources.bib": "new", "imported.toml": "new"})
        seen.append((code, len(texts)))
        if code == 0:
            break
    assert seen[0] == (-signal.SIGKILL, 1)
    assert (-signal.SIGKILL, 2) in seen
    assert seen[-1] == (0, 2)


def test_loading_a_case_finishes_what_was_cut_short(tmp_path: Path) -> None:
    """Whoever loads the case next sees the whole change, and the folder holds no trace of it."""
    new_case(tmp_path / "case", MINIMAL)
    text = (tmp_path / "case" / "case.toml").read_text(encoding="utf-8")
    change = {"case.toml": text.replace('title = "', 'title = "Changed ', 1)}
    (tmp_path / "case" / ".mcmort-change.json").write_text(json.dumps(change), encoding="utf-8")
    assert load(tmp_path / "case").head.title.startswith("Changed ")
    assert [*(tmp_path / "case").glob(".*")] == []


def test_change_that_cannot_be_finished_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which nothing can be written does not show half a change."""
    new_case(tmp_path / "case", MINIMAL)
    (tmp_path / "case" / ".mcmort-change.json").write_text('{"case.toml": "x"}', encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(CaseError, match=r"cut short \(No space left on device\)"):
        load(tmp_path / "case")


@pytest.mark.parametrize("kept", ["", "[1]", "{", '{"../out.toml": "x"}', '{"a/b.toml": "x"}', '{".bashrc": "x"}'])
def test_kept_change_of_others_writes_nothing_outside(tmp_path: Path, kept: str) -> None:
    """A folder from elsewhere may hold anything: names of other folders, hidden names and damage are dropped."""
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / ".mcmort-change.json").write_text(kept, encoding="utf-8")
    finish_writes(folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["case"]


def test_link_stays_a_link(tmp_path: Path) -> None:
    """A bibliography that is a link to another folder is written there."""
    (tmp_path / "case").mkdir()
    (tmp_path / "all.bib").write_text("old", encoding="utf-8")
    (tmp_path / "case" / "sources.bib").symlink_to(tmp_path / "all.bib")
    write_jointly(tmp_path / "case", {"sources.bib": "new"})
    assert (tmp_path / "case" / "sources.bib").is_symlink()
    assert (tmp_path / "all.bib").read_text(encoding="utf-8") == "new"
