"""Reads spreadsheets as rows of cells: CSV here, workbooks beside."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

from mcmort.catalogue.reading.bounded_toml import refuse_device
from mcmort.catalogue.reading.kinds_of_file import other_kind
from mcmort.catalogue.reading.sheet_cells import Cell, Row, SheetContent, trimmed, unread
from mcmort.errors import UsageError

__all__ = ["read_content", "read_sheet"]

_SEPARATOR_LINE: Final = re.compile(r'"?sep=([,;|\t])"?[,;|\t]*(\r\n|\n|\r|$)', re.I)
"""A first line that tells spreadsheet programs what stands between the cells."""


def read_sheet(path: Path) -> SheetContent:
    """Read the cells of a ``.csv``, ``.xlsx`` or ``.ods`` file.

    Parameters
    ----------
    path : Path
        The file; of a workbook the first sheet that is shown is read.

    Returns
    -------
    SheetContent

    Raises
    ------
    CaseError
        If the file cannot be read.
    UsageError
        If its ending is not known, or a workbook is given without the extra ``mcmort[excel]``.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx", ".ods"):
        hint = "save the sheet as one of the three"
        raise UsageError(
            f"{path}: no spreadsheet format {path.suffix!r}; expected the ending .csv, .xlsx or .ods. Hint: {hint}"
        )
    try:
        refuse_device(path)
        content = path.read_bytes()
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror or 'no ordinary file'})"
        raise unread(path, "", found, "a spreadsheet", "look at its name") from error
    return read_content(path, content)


def read_content(path: Path, content: bytes) -> SheetContent:
    """Read the cells of a spreadsheet that is in memory, as its ending says; see `read_sheet`."""
    ending = path.suffix.lower()
    if ending == ".csv":
        return read_csv(path, content)
    if ending == ".ods":
        from mcmort.catalogue.reading.open_document import read_open_document

        return read_open_document(path, content)
    from mcmort.catalogue.reading.workbook import read_workbook

    return read_workbook(path, content)


def read_csv(path: Path, content: bytes) -> SheetContent:
    """Read the cells of a CSV file.

    Parameters
    ----------
    path : Path
        Its name, for messages.
    content : bytes
        What it holds.

    Returns
    -------
    SheetContent
    """
    if kind := other_kind(content, ".csv"):
        raise unread(path, "", kind.name, "cells with a comma between", kind.hint)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"line {content.count(b'\n', 0, error.start) + 1}"
        found = f"bytes that are not UTF-8 ({error.reason})"
        raise unread(path, place, found, "UTF-8", "save the sheet as CSV in UTF-8") from error
    head = _SEPARATOR_LINE.match(text)
    separator, first = (head[1], 2) if head else (",", 1)
    reader = csv.reader(io.StringIO(text[head.end() :] if head else text, newline=""), strict=True, delimiter=separator)
    rows, widths = [], {}
    try:
        for number, texts in enumerate(reader, start=first):
            widths[number] = len(texts)
            rows.append(Row(number, _filled(texts)))
    except csv.Error as error:
        found, expected = f"text that is not CSV ({error})", "cells with a comma between, text in double quotes"
        hint = "look for a quotation mark that is not closed, or not doubled inside of quoted text"
        raise unread(path, f"line {reader.line_num + first - 1}", found, expected, hint) from error
    return SheetContent(rows, separator=separator, widths=widths)


def _filled(texts: list[str]) -> dict[int, Cell]:
    cells = ((place, trimmed(text)) for place, text in enumerate(texts, start=1))
    return {place: Cell(text) for place, text in cells if text}
