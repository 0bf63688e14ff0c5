"""Workbooks as bytes: openpyxl writes each sheet to a temporary file first, for which there may be no room."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from mcmort.errors import OutputError

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["saved", "write_without_lxml"]


def write_without_lxml() -> None:
    """Let openpyxl, if it is not loaded yet, write by the standard library: lxml prints its own errors on stderr."""
    os.environ.setdefault("OPENPYXL_LXML", "False")


def saved(book: Workbook) -> bytes:
    """Return a workbook as the bytes of a file.

    Parameters
    ----------
    book : openpyxl.Workbook
        The workbook.

    Returns
    -------
    bytes

    Raises
    ------
    OutputError
        If there is no room for its temporary files.
    """
    stream = io.BytesIO()
    try:
        book.save(stream)
    except Exception as error:
        is_of_lxml = type(error).__module__.startswith("lxml")
        if not (is_of_lxml or isinstance(error, OSError)):
            raise
        cause = (isinstance(error, OSError) and error.strerror) or str(error)
        raise OutputError(f"a workbook needs room for temporary files ({cause})") from error
    return stream.getvalue()
