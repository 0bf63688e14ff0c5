"""Writing of plans: a file is complete or not there, and where nothing can be written there is no error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from mcmort.sampler.program.plan_cache import compiled_case
from tests.sampler.plan_cache.small_plans import is_same_plan, small_case

pytestmark = pytest.mark.slow


def test_a_place_that_cannot_hold_a_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache cannot be written (a file stands in its place) the case is compiled each time, silently."""
    blocked = tmp_path / "file"
    blocked.write_text("here")
    expected = compiled_case(small_case())
    for place in (blocked, blocked / "below"):
        monkeypatch.setenv("MCMORT_CACHE", str(place))
        assert is_same_plan(compiled_case(small_case()), expected)
    assert blocked.read_text() == "here"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be written to, or not even be read, stays as it is."""
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.setenv("MCMORT_CACHE", str(closed))
    for mode in (0o500, 0o000):
        closed.chmod(mode)
        try:
            compiled_case(small_case())
        finally:
            closed.chmod(0o700)
        assert list(closed.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_an_interrupt_in_the_middle_of_writing_leaves_nothing(
    error: type[BaseException], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after half of the bytes, there is no file, whole or half; a full disk is no error, Ctrl-C stays one."""

    def half(file: Any, **_: object) -> NoReturn:
        file.write(b"PK\x03\x04 half of it")
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", half)
        if error is OSError:
            compiled_case(small_case())
        else:
            with pytest.raises(error):
                compiled_case(small_case())
    assert list(folder.iterdir()) == []
    compiled_case(small_case())
    assert len(list(folder.iterdir())) == 1


def test_the_file_is_whole_before_it_has_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads while another writes finds no file or the whole: it gets its name in one step, at the end."""
    seen: list[list[str]] = []
    write = np.savez

    def watched(file: Any, **arrays: Any) -> None:
        write(file, **arrays)
        seen.append([one.suffix for one in folder.iterdir()])

    monkeypatch.setattr(np, "savez", watched)
    compiled_case(small_case())
    assert seen == [[".part"]]
    assert [one.suffix for one in folder.iterdir()] == [".npz"]
