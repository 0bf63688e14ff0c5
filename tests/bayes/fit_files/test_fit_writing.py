"""Writing of fits: a file is complete or not there, and where nothing can be written there is no error."""

from __future__ import annotations

import os
import signal
from io import RawIOBase
from pathlib import Path
from typing import Any, NoReturn

import pytest
import xarray as xr

from mcmort.bayes import fit
from mcmort.bayes.sample import sample
from mcmort.errors import ConvergenceError
from tests.bayes.fit_files.small_fits import assert_same_fit, forbid_sampling, small_fit
from tests.bayes.small_cases import every_kind

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_interrupt_while_writing_leaves_no_file(
    error: type[BaseException], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after half of the bytes, there is no file, whole or half; a full disk is no error, Ctrl-C stays one."""

    def half(_: xr.DataTree, file: RawIOBase, **__: object) -> NoReturn:
        file.write(b"\x89HDF half of it")
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(xr.DataTree, "to_netcdf", half)
        if error is OSError:
            assert len(small_fit()) == 4000
        else:
            with pytest.raises(error):
                small_fit()
    assert list(folder.iterdir()) == []
    first = small_fit()
    assert len(list(folder.iterdir())) == 1
    forbid_sampling(monkeypatch)
    assert_same_fit(first, small_fit())


@pytest.mark.usefixtures("_ctrl_c")
def test_interrupt_while_sampling_leaves_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the chains run leaves neither file nor folder, and the next fit is as without the interruption."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", sample)
    expected = small_fit(store=False)
    sent: list[int] = []

    def interrupt(done: int, _: int) -> None:
        if not sent:
            sent.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(every_kind(), rng=1, draws=500_000, progress=interrupt)
    assert len(sent) == 1
    assert not folder.exists()
    assert small_fit().columns["all:camps"].tobytes() == expected.columns["all:camps"].tobytes()
    forbid_sampling(monkeypatch)
    small_fit()


def test_refused_fit_is_not_stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused is not on disk either: the second call refuses it again."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", sample)
    for _ in range(2):
        with pytest.raises(ConvergenceError):
            fit(every_kind(), rng=1, draws=100)
        assert not folder.exists()


def test_file_is_complete_before_it_has_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader finds no file or a complete one: it gets its name in one step, at the end."""
    seen: list[list[str]] = []
    write = xr.DataTree.to_netcdf

    def watched(tree: xr.DataTree, file: RawIOBase, **how: Any) -> object:
        found = write(tree, file, **how)
        seen.append([one.suffix for one in folder.iterdir()])
        return found

    monkeypatch.setattr(xr.DataTree, "to_netcdf", watched)
    small_fit()
    assert seen == [[".part"]]
    assert [one.suffix for one in folder.iterdir()] == [".nc"]


def test_cache_path_that_is_a_file_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache cannot be written (a file stands in its place) the case is sampled each time, silently."""
    expected = small_fit(store=False)
    blocked = tmp_path / "file"
    blocked.write_text("here")
    for place in (blocked, blocked / "below"):
        monkeypatch.setenv("MCMORT_CACHE", str(place))
        assert small_fit().columns["all:camps"].tobytes() == expected.columns["all:camps"].tobytes()
    assert blocked.read_text() == "here"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_permission_is_no_error(folder: Path) -> None:
    """A folder that may not be written to, or not even be read, stays as it is."""
    folder.mkdir(parents=True)
    for mode in (0o500, 0o000):
        folder.chmod(mode)
        try:
            small_fit()
        finally:
            folder.chmod(0o700)
        assert list(folder.iterdir()) == []
