"""Workbooks for tests of the import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl.workbook import Workbook

__all__ = ["Cells", "workbook"]

type Cells = Sequence[Sequence[Any]]


def workbook(path: Path, rows: Cells) -> Path:
    """Write rows as a workbook; None leaves a cell empty."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells, start=1):
            if value not in ("", None):
                cell = sheet.cell(row, column)
                cell.value = value
    book.save(path)
    return path
