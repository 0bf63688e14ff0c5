"""Damaged, exchanged or crafted fits on disk: none is read, and the case is sampled again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mcmort.bayes import fit
from mcmort.bayes import fit_files as store
from mcmort.bayes.fit_files import FitKey, find, path_of
from mcmort.cache.sealed_files import keep_sealed, read_sealed
from tests.bayes.fit_files.small_fits import assert_same_fit, draws_of, forbid_sampling, small_fit
from tests.bayes.small_cases import figures, plain
from tests.cache.damages import random_damage
from tests.cases import component, ranged

pytestmark = pytest.mark.slow


def _truncated(path: Path, part: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


def _flip(path: Path, part: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0xFF
    path.write_bytes(content)


def _rewrite(path: Path, change: Callable[[xr.DataTree], object]) -> None:
    """Write a file again after a change: a sound file with other content."""
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        loaded = tree.load()
    change(loaded)
    other = path.with_suffix(".other")  # the first may still be open
    loaded.to_netcdf(other, engine="h5netcdf")
    other.replace(path)


def _with_head(**changes: Any) -> Callable[[xr.DataTree], None]:
    def change(tree: xr.DataTree) -> None:
        tree.attrs["mcmort"] = json.dumps({**json.loads(tree.attrs["mcmort"]), **changes})

    return change


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not a fit"),
    "a few bytes": lambda path: path.write_bytes(path.read_bytes()[:8]),
    "truncated at a tenth": lambda path: _truncated(path, 0.1),
    "truncated at half": lambda path: _truncated(path, 0.5),
    "last bytes missing": lambda path: _truncated(path, 0.999),
    "a byte of the first block flipped": lambda path: _flip(path, 0.0),
    "no head": lambda path: _rewrite(path, lambda tree: tree.attrs.pop("mcmort")),
    "a group missing": lambda path: _rewrite(path, lambda tree: tree.__delitem__("log_likelihood")),
    "of another case": lambda path: _rewrite(path, _with_head(digest="0" * 64)),
    "head without a manifest": lambda path: _rewrite(path, _with_head(manifest={})),
    "head of another form": lambda path: _rewrite(path, _with_head(statuses=[1])),
    "a folder": _replace_by_folder,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_file_is_sampled_again(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with the file, the case is sampled again, silently, and the draws are the same."""
    case = figures(component("camps", ranged(10e3, 30e3)))
    first = fit(case, rng=1)
    (path,) = folder.iterdir()
    DAMAGES[name](path)
    capfd.readouterr()
    again = fit(case, rng=1)
    assert {key: value.tobytes() for key, value in again.columns.items()} == {
        key: value.tobytes() for key, value in first.columns.items()
    }
    assert capfd.readouterr() == ("", "")
    assert [one.suffix for one in folder.iterdir()] == [".nc"]  # nothing half-written is left beside it


def test_damaged_file_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a damaged file has been made again, it is read again."""
    small_fit()
    (path,) = folder.iterdir()
    _truncated(path, 0.5)
    first = small_fit()
    forbid_sampling(monkeypatch)
    assert_same_fit(first, small_fit())


def test_random_damage_to_stored_fit_is_never_believed(folder: Path) -> None:
    """Of 153 damaged files 9 once gave other numbers silently, such as a mean of 8.7e19; of these 150 none is read."""
    key, other_key = FitKey(1, None, (), None), FitKey(2, None, (), None)
    for seed in (1, 2):
        fit(plain(), rng=seed)
    path, sound = path_of(plain(), key), path_of(plain(), key).read_bytes()
    other = path_of(plain(), other_key).read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(150):
        path.write_bytes(random_damage(sound, other, rng))
        assert find(plain(), key) is None
    path.write_bytes(sound)
    assert find(plain(), key) is not None


def test_fit_of_another_request_under_the_name_of_this_one_is_not_read() -> None:
    """A fit made without a source, copied over the plain one, once answered the plain request."""
    plain_fit, without = small_fit(), small_fit(without=("study-c",))
    names = [FitKey(1, None, left_out, None) for left_out in ((), ("study-c",))]
    path, other = (path_of(plain(), name) for name in names)
    path.write_bytes(other.read_bytes())
    assert draws_of(without) != draws_of(plain_fit)
    assert draws_of(small_fit()) == draws_of(plain_fit)


@pytest.mark.parametrize(
    "change", [{"manifest": {}}, {"statuses": [1]}, {"digest": "0" * 64}, {"rejected": 3}, {"diagnosis": None}], ids=str
)
def test_crafted_fit_with_a_true_digest_is_made_again(change: dict[str, Any]) -> None:
    """A file of another form that states the right request and the digest of its content is no traceback."""
    first, key = small_fit(), FitKey(1, None, (), None)
    path, request = path_of(plain(), key), store._request(plain(), key)  # noqa: SLF001
    _rewrite(path, _with_head(**change))
    crafted = path.read_bytes()
    keep_sealed(path, request, lambda file: file.write(crafted))
    assert bytes(read_sealed(path, request)) == crafted
    assert find(plain(), key) is None
    assert draws_of(small_fit()) == draws_of(first)
