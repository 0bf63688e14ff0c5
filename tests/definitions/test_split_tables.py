"""Tables of uncertain splits on disk: found again, made again where damaged, and the same either way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mcmort.definitions.splits import split_table
from mcmort.elicit import families
from mcmort.elicit.table import QuantileTable


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep files in an empty folder, and nothing in memory."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path))
    split_table.cache_clear()
    yield tmp_path
    split_table.cache_clear()


def _assert_same(one: QuantileTable, other: QuantileTable) -> None:
    for name in QuantileTable.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def _again() -> QuantileTable:
    split_table.cache_clear()
    return split_table(3, 5)


def test_stored_split_is_read_without_computing_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second command reads the table: to compute it loads SciPy, which once made `total ussr` a third slower."""
    first = split_table(3, 5)
    (file,) = folder.iterdir()
    assert file.name.startswith("years-3-5-")

    class Forbidden:
        def __init__(self, *_: object) -> None:
            raise AssertionError("the table was computed again")

    monkeypatch.setattr(families, "Distribution", Forbidden)
    _assert_same(_again(), first)
    file.unlink()
    with pytest.raises(AssertionError, match="computed again"):
        _again()


@pytest.mark.parametrize("damage", ["empty", "cut", "other-shape"])
def test_damaged_split_is_made_again(damage: str, folder: Path) -> None:
    """A file that is no table, or not of the layout, is replaced without a word."""
    first = split_table(3, 5)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    if damage == "other-shape":
        errors = np.array([first.resolution, first.error, first.probability_error, first.missed])
        with file.open("wb") as opened:
            np.savez(opened, lower=first.lower[1:], upper=first.upper[1:], errors=errors)
    else:
        file.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"")
    _assert_same(_again(), first)
    with np.load(file) as stored:
        assert len(stored["lower"]) == len(first.lower)


def test_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be kept the table is computed."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "file" / "folder"))
    assert np.all(np.diff(split_table(3, 5).lower) > 0)
