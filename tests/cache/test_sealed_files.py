"""Stored files that say what they answer: read back whole, and for no other request."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from mcmort.cache.sealed_files import Request, keep_sealed, read_sealed, request_name
from tests.cache.damages import random_damage

REQUEST: Request = {"kind": "test", "case": "a" * 64, "without": ("one", "two"), "draws": None}


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)


@pytest.mark.parametrize("content", [b"", b"\n", b"\x89HDF" * 1000, b"text\nof lines\n"])
def test_content_comes_back_for_the_same_request(content: bytes, tmp_path: Path) -> None:
    """Any content is read back to the byte, for the request with its keys in any order."""
    path = tmp_path / "a.bin"
    keep_sealed(path, REQUEST, lambda file: file.write(content))
    assert bytes(read_sealed(path, dict(reversed([*REQUEST.items()])))) == content


@pytest.mark.parametrize("change", [{"draws": 1}, {"without": ("one",)}, {"case": "b" * 64}, {"more": 1}], ids=str)
def test_content_of_another_request_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    """One option, digest or key that differs is another request, with another name."""
    path = tmp_path / "a.bin"
    keep_sealed(path, REQUEST, lambda file: file.write(b"content"))
    other = {**REQUEST, **change}
    assert request_name(other) != request_name(REQUEST)
    with pytest.raises(ValueError, match="damaged, or answers another request"):
        read_sealed(path, other)


@pytest.mark.slow
def test_no_random_damage_is_read(tmp_path: Path) -> None:
    """Of 1,000 damages to content, request or digest none is believed."""
    path, other = tmp_path / "a.bin", tmp_path / "b.bin"
    rng = np.random.default_rng(3)
    for file, size in ((path, 6000), (other, 7000)):
        write = partial(_write, rng.bytes(size))
        keep_sealed(file, {**REQUEST, "name": file.name}, write)
    request, sound = {**REQUEST, "name": path.name}, path.read_bytes()
    for _ in range(1000):
        path.write_bytes(random_damage(sound, other.read_bytes(), rng))
        with pytest.raises(ValueError, match="damaged"):
            read_sealed(path, request)
    path.write_bytes(sound)
    assert len(read_sealed(path, request)) == 6000


def test_store_that_is_read_stays_longest(tmp_path: Path) -> None:
    """What was written first went first, however often it was used; now what was used last stays."""
    for number in range(3):
        path = tmp_path / f"{number}.store"
        keep_sealed(path, {"number": number}, partial(_write, b"x"), most=3)
        os.utime(path, (1_000 + number, 1_000 + number))
    read_sealed(tmp_path / "0.store", {"number": 0})
    keep_sealed(tmp_path / "3.store", {"number": 3}, partial(_write, b"x"), most=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.store", "2.store", "3.store"]
