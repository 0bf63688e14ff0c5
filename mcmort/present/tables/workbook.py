"""A table as a workbook of Excel: printed words beside raw numbers, which stay numbers."""

from __future__ import annotations

import math

from mcmort.errors import UsageError
from mcmort.present.saved_workbook import saved, write_without_lxml
from mcmort.present.tables.columns import Table

__all__ = ["to_workbook"]


def to_workbook(table: Table) -> bytes:
    """Render as a workbook of Excel (XLSX) with a sheet for the rows and one for title and notes.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    bytes
        Texts are written as texts, also where they begin like a formula.

    Raises
    ------
    UsageError
        If openpyxl is not installed.
    """
    write_without_lxml()
    try:
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise UsageError(
            "a workbook needs openpyxl, which is not installed. Hint: pip install 'mcmort[excel]'"
        ) from error
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet, notes = book.create_sheet("Table"), book.create_sheet("Notes")
    raw_rows = table.raw_rows or tuple(() for _ in table.rows)
    lines: list[tuple[object, ...]] = [table.names]
    lines += [(*row, *raw) for row, raw in zip(table.rows, raw_rows, strict=True)]
    for y, line in enumerate(lines, 1):
        for x, value in enumerate(line, 1):
            cell = sheet.cell(y, x)
            if isinstance(value, bool | int | float) and math.isfinite(value):
                cell.value = value
            elif value is not None:
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
                cell.data_type = "s"  # never a formula
            cell.font = Font(bold=y == 1)
    sheet.freeze_panes = "B2"
    for x, column in enumerate(table.columns):
        longest = max(len(column.title), *(len(row[x]) for row in table.rows), 8)
        sheet.column_dimensions[get_column_letter(x + 1)].width = min(longest, 60) + 2
    notes.column_dimensions["A"].width = 100
    for y, note in enumerate((table.title, *table.notes), 1):
        cell = notes.cell(y, 1)
        cell.value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", note), "s"
        cell.alignment = Alignment(wrap_text=True)
    return saved(book)
