"""Reads spreadsheets as rows of cells: CSV here, workbooks beside."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from mcmort.catalogue.reading.sheet_cells import Cell, Row, SheetContent, unread
from mcmort.errors import UsageError

__all__ = ["read_sheet"]

_SEPARATOR_LINE: Final = re.compile(r'"?sep=([,;|\t])"?[,;|\t]*\r?\n?', re.I)
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
        if ending == ".csv":
            return SheetContent(_csv_rows(path))
        if ending == ".ods":
            from mcmort.catalogue.reading.open_document import read_open_document

            return read_open_document(path)
        from mcmort.catalogue.reading.workbook import read_workbook

        return read_workbook(path)
    except UnicodeDecodeError as error:
        found, expected, hint = f"bytes that are not UTF-8 ({error.reason})", "UTF-8", "save the sheet as CSV in UTF-8"
    except OSError as error:
        found, expected, hint = (
            f"a file that cannot be read ({error.strerror or 'no ordinary file'})",
            "a spreadsheet",
            "look at its name",
        )
    raise unread(path, "", found, expected, hint)


def _csv_rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        separator = _SEPARATOR_LINE.fullmatch(stream.readline())
        first = 2 if separator else 1
        if separator is None:
            stream.seek(0)
        reader = csv.reader(stream, strict=True, delimiter=separator[1] if separator else ",")
        try:
            return [Row(number, _filled(texts)) for number, texts in enumerate(reader, start=first)]
        except csv.Error as error:
            found, expected = f"text that is not CSV ({error})", "cells with a comma between, text in double quotes"
            hint = "look for a quotation mark that is not closed, or not doubled inside of quoted text"
            raise unread(path, f"line {reader.line_num + first - 1}", found, expected, hint) from error


def _filled(texts: list[str]) -> dict[int, Cell]:
    return {place: Cell(text.strip()) for place, text in enumerate(texts, start=1) if text.strip()}
