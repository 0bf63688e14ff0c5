"""Stored results that say what they answer: a file ends with the request that it was made for and a digest of the rest.

A file that is damaged, that was made for another request, or that was moved under the name of another one is not
believed: whoever asked for it computes it again. The digest guards against accidents and mix-ups, not against someone
who writes a false file on purpose and computes its digest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from mcmort.cache.folder import KEPT, keep

__all__ = ["Request", "keep_sealed", "read_sealed", "request_name", "sealed"]

type Request = Mapping[str, object]
"""All that a stored result depends on, as plain values of JSON."""

_NAME_LENGTH: Final = 24


def request_name(request: Request) -> str:
    """Return the part of a file's name that tells one request from another."""
    return hashlib.sha256(_text(request)).hexdigest()[:_NAME_LENGTH]


def keep_sealed(path: Path, request: Request, fill: Callable[[BinaryIO], object], most: int = KEPT) -> None:
    """Write a file whole or not at all, with its request and a digest behind its content.

    Formats that look for their own beginning or end, such as HDF5 and zip archives, can still be opened by others.

    Parameters
    ----------
    path : Path
        The file.
    request : mapping of str to object
        What the content answers.
    fill : callable
        Writes the content to an open file.
    most : int
        Files of its kind that are kept.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    keep(path, sealed(request, fill), most)


def sealed(request: Request, fill: Callable[[BinaryIO], object]) -> Callable[[BinaryIO], object]:
    """Return what writes a content with its request and a digest behind it.

    Parameters
    ----------
    request : mapping of str to object
        What the content answers.
    fill : callable
        Writes the content to an open file.
    """

    def fill_and_seal(file: BinaryIO) -> None:
        fill(file)
        file.seek(0)
        digest = hashlib.sha256(file.read()).hexdigest()
        file.write(_seal(digest, request))

    return fill_and_seal


def read_sealed(path: Path, request: Request, *, marks_use: bool = True) -> memoryview:
    """Return the content of a file that answers a request.

    Parameters
    ----------
    path : Path
        The file.
    request : Request
        What it should answer.
    marks_use : bool
        Whether its time is set to now, by which a store keeps what is used; results that are not to change stay as
        they are.

    Returns
    -------
    memoryview

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it was made for another request, or its content is not what was written.
    """
    stored = memoryview(path.read_bytes())
    length = len(_seal("0" * 64, request))
    content = stored[: max(len(stored) - length, 0)]
    if stored[len(content) :] != _seal(hashlib.sha256(content).hexdigest(), request):
        raise ValueError("the file is damaged, or answers another request")
    if marks_use:
        with contextlib.suppress(OSError):  # a store that cannot be written is read all the same
            os.utime(path)
    return content


def _seal(digest: str, request: Request) -> bytes:
    """Return the end of a file; its length depends on the request alone."""
    return b"\n" + _text({"sha256": digest, "request": request}) + b"\n"


def _text(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
