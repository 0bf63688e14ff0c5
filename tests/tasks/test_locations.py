"""Libraries of measured errors as what tasks are about: found again by their folders, known by their content."""

from __future__ import annotations

from pathlib import Path

from mcmort.catalogue.measured_errors import ErrorLibrary, load_errors
from mcmort.tasks import LibraryLocation, TaskFailure, run_tasks, task_of
from tests.measured_errors import ROW, write_pairs
from tests.tasks.functions import count_pairs

FRAME = '[mine]\ntitle = "Mine"\ncomplete = {complete}\nchosen = "By a rule."\n'


def write_library(folder: Path, *, complete: str = "true", best: str = "200") -> ErrorLibrary:
    """Write a library of one pair in a frame, and load it."""
    folder.mkdir(exist_ok=True)
    write_pairs(folder, [ROW | {"best": best, "frame": "mine"}])
    (folder / "frames.toml").write_text(FRAME.format(complete=complete), encoding="utf-8")
    return load_errors(folder)


def test_task_about_a_library_is_carried_out_where_its_folders_are(tmp_path: Path) -> None:
    """A worker loads the shipped pairs and those of one's own, and the key holds their digest, not their place."""
    write_library(tmp_path / "own")
    task = task_of(count_pairs, {"more": 1}, load_errors(None, [tmp_path / "own"]))
    assert run_tasks([task], workers=1)[task.key] == len(load_errors().pairs) + 2
    first, second = (write_library(tmp_path / name) for name in ("here", "there"))
    assert task_of(count_pairs, {}, first).key == task_of(count_pairs, {}, second).key


def test_key_changes_with_a_pair_and_with_what_its_frame_is(tmp_path: Path) -> None:
    """Whether a frame is complete is part of what a fit rests on, though the pairs are the same."""
    changes: tuple[dict[str, str], ...] = ({}, {"complete": "false"}, {"best": "300"})
    keys = {task_of(count_pairs, {}, write_library(tmp_path / "own", **change)).key for change in changes}
    assert len(keys) == 3


def test_pairs_that_were_changed_after_the_task_was_made_are_refused(tmp_path: Path) -> None:
    """The digest of the task is that of the pairs when it was made."""
    task = task_of(count_pairs, {"more": 0}, write_library(tmp_path / "own"))
    write_library(tmp_path / "own", best="300")
    failure = run_tasks([task])[task.key]
    assert isinstance(failure, TaskFailure)
    assert "they were changed after the tasks were made" in failure.reason


def test_place_of_a_library_is_absolute_and_the_shipped_one_has_none(tmp_path: Path) -> None:
    """Workers elsewhere have the shipped pairs in another folder; one's own are found by an absolute path."""
    write_library(tmp_path / "own")
    location = LibraryLocation.of(load_errors(None, [tmp_path / "own"]))
    assert location.folders == ("", str((tmp_path / "own").resolve()))
