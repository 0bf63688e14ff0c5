"""Damaged, exchanged or crafted plans on disk: none is read, and the case is compiled again."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcmort.cache.sealed_files import keep_sealed, read_sealed
from mcmort.sampler.program.plan_cache import compiled_case
from tests.cache.damages import random_damage
from tests.sampler.plan_cache.small_plans import forbid_compiling, is_same_plan, small_case

pytestmark = pytest.mark.slow


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def _of_version(content: bytes) -> bytes:
    """Say in the directory of a zip archive that reading it takes a version that is not there yet."""
    at = content.index(b"PK\x01\x02") + 6
    return content[:at] + b"\xff" + content[at + 1 :]


def _renamed(content: bytes) -> bytes:
    """Change a letter in the name of an array where it stands first, so that it differs from the directory."""
    return content.replace(b"op.npy", b"oq.npy", 1)


def _replace(path: Path, form: str) -> None:
    """Write a file of NumPy, or a zip archive, that has nothing to do with a case."""
    with path.open("wb") as file:
        if form == "array":
            np.save(file, np.zeros(3))
        else:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("readme.txt", "hello")


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _rewritten(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Return what writes the arrays of a file again after a change: a sound archive with other content."""

    def damage(path: Path) -> None:
        with np.load(path) as file:
            arrays = dict(file)
        change(arrays)
        with path.open("wb") as file:
            np.savez(file, **arrays)

    return damage


def _with_head(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(arrays: dict[str, Any]) -> None:
        head = {**json.loads(arrays["head"].tobytes()), **changes}
        arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)

    return change


_DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not an archive"),
    "head of an archive": lambda path: path.write_bytes(path.read_bytes()[:2]),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "last byte missing": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "one byte flipped": lambda path: path.write_bytes(_flipped(path.read_bytes())),
    "a wrong header": lambda path: path.write_bytes(_renamed(path.read_bytes())),
    "a version of the future": lambda path: path.write_bytes(_of_version(path.read_bytes())),
    "a single array": lambda path: _replace(path, "array"),
    "another archive": lambda path: _replace(path, "archive"),
    "an array missing": _rewritten(lambda arrays: arrays.pop("x")),
    "knots missing": _rewritten(lambda arrays: arrays.update(knots=arrays["knots"][:-1])),
    "head is no JSON": _rewritten(lambda arrays: arrays.update(head=np.frombuffer(b"{", dtype=np.uint8))),
    "head is a list": _rewritten(lambda arrays: arrays.update(head=np.frombuffer(b"[1]", dtype=np.uint8))),
    "head without tables": _rewritten(_with_head(tables=None)),
    "tables without numbers": _rewritten(_with_head(tables=[[]])),
    "no statuses": _rewritten(_with_head(statuses=None)),
    "statuses of another form": _rewritten(_with_head(statuses={"one": 1})),
    "a folder": _make_folder,
}


@pytest.mark.parametrize("name", _DAMAGES)
def test_a_damaged_file_is_made_again(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with the file, the case is compiled again, without a word, and the result is the same."""
    first = compiled_case(small_case())
    (path,) = folder.iterdir()
    _DAMAGES[name](path)
    assert is_same_plan(compiled_case(small_case()), first)
    assert capfd.readouterr() == ("", "")
    assert [one.suffix for one in folder.iterdir()] == [".npz"]  # nothing half-written is left beside it


def test_random_damage_to_stored_plan_is_never_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored plans had no digest of their content: of 150 random damages none is read, and the sound file still is."""
    compiled_case(small_case())
    (path,) = folder.iterdir()
    sound = path.read_bytes()
    compiled_case(small_case(), pool="log")
    (other,) = (file.read_bytes() for file in folder.iterdir() if file != path)
    rng = np.random.default_rng(2)
    forbid_compiling(monkeypatch)
    for _ in range(150):
        path.write_bytes(random_damage(sound, other, rng))
        with pytest.raises(AssertionError, match="compiled again"):
            compiled_case(small_case())
    path.write_bytes(sound)
    compiled_case(small_case())


def test_plan_of_another_pool_under_the_name_of_this_one_is_not_read(folder: Path) -> None:
    """A plan of another pool, copied over the plain one, once answered the plain request."""
    first = compiled_case(small_case())
    (path,) = folder.iterdir()
    second = compiled_case(small_case(), pool="envelope")
    (other,) = (file for file in folder.iterdir() if file != path)
    shutil.copy(other, path)
    assert not is_same_plan(first, second)
    assert is_same_plan(compiled_case(small_case()), first)


def _seal_again(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a stored plan, and give it the right request and the digest of its new content."""
    request = json.loads(path.read_bytes().splitlines()[-1])["request"]
    _rewritten(change)(path)
    crafted = path.read_bytes()
    keep_sealed(path, request, lambda file: file.write(crafted))
    assert bytes(read_sealed(path, request)) == crafted


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays["op"].__setitem__(-1, 99),
        lambda arrays: arrays["a"].__setitem__(slice(None), 10**6),
        lambda arrays: arrays["b"].__setitem__(slice(None), -1),
        lambda arrays: arrays.update(knots=arrays["knots"][:-1]),
        _with_head(outputs={"all:one": 10**6}),
        _with_head(statuses={"one": 1}),
    ],
    ids=["operation", "operand", "table", "knots", "output", "statuses"],
)
def test_crafted_plan_with_a_true_digest_is_made_again(change: Callable[[dict[str, Any]], None], folder: Path) -> None:
    """A valid archive with an unknown operation was a KeyError; one that reads what is not there is made again too."""
    first = compiled_case(small_case())
    (path,) = folder.iterdir()
    _seal_again(path, change)
    assert is_same_plan(compiled_case(small_case()), first)


def test_a_damaged_file_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a damaged file has been made again, it is read again."""
    compiled_case(small_case())
    (path,) = folder.iterdir()
    path.write_bytes(b"")
    first = compiled_case(small_case())
    forbid_compiling(monkeypatch)
    assert is_same_plan(compiled_case(small_case()), first)
