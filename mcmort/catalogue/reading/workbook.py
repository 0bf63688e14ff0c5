"""Reads the first sheet that a workbook shows, or all of them, and says what of it or beside it would be lost.

Hidden rows and columns that hold something are refused. Other sheets and comments on cells are not read, and named in a
remark. The cost is that of the cells in the file: a cell far down that is only formatted adds no rows above it.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from mcmort.catalogue.reading.kinds_of_file import Kind, other_kind, refuse_too_large
from mcmort.catalogue.reading.sheet_cells import Cell, Merged, Row, SheetContent, unread
from mcmort.errors import Problem, UsageError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["read_sheets", "read_workbook"]

_OF_A_DAMAGED_BOOK: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(RuntimeError, SyntaxError, TypeError, ValueError),
)
"""What openpyxl raises where a part of a workbook is not what it expects; it has no error of its own for that."""


def read_workbook(path: Path, content: bytes) -> SheetContent:
    """Read the first sheet of a workbook that is not hidden.

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
    with _opened(path, content) as (values, formulas):
        shown = [sheet for sheet in values.worksheets if sheet.sheet_state == "visible"]
        sheet = shown[0] if shown else values.worksheets[0]
        rows, problems, comments = _content(path.name, sheet, formulas)
        remarks = [*_remarks(path.name, sheet, values.worksheets, comments)]
        merged = [Merged(str(one.coord), one.min_row, one.max_row) for one in sheet.merged_cells.ranges]
        title = sheet.title if len(values.worksheets) > 1 else ""
        return SheetContent(rows, problems, remarks, merged, title, sheet.title)


def read_sheets(path: Path) -> dict[str, SheetContent]:
    """Read every sheet of a workbook, by its name.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.

    Returns
    -------
    dict of str to SheetContent
    """
    with _opened(path, path.read_bytes()) as (values, formulas):
        contents = {}
        for sheet in values.worksheets:
            rows, problems, _ = _content(path.name, sheet, formulas)
            merged = [Merged(str(one.coord), one.min_row, one.max_row) for one in sheet.merged_cells.ranges]
            if rows and sheet.sheet_state != "visible":
                hint = "show the sheet, or delete it"
                found, expected = "a sheet that is hidden", "sheets that are shown"
                problems.append(Problem(path.name, sheet.title, found, expected, hint, "form"))
            contents[sheet.title] = SheetContent(rows, problems, merged=merged, name=sheet.title)
        return contents


@contextmanager
def _opened(path: Path, content: bytes) -> Iterator[tuple[Workbook, Workbook]]:
    """Open a workbook twice: with the values that were last computed, and with its formulas."""
    try:
        import openpyxl
    except ImportError as error:
        raise UsageError(
            "reading .xlsx needs openpyxl: pip install 'mcmort[excel]', or save the sheet as .csv"
        ) from error
    from warnings import catch_warnings, simplefilter

    try:
        with catch_warnings():
            simplefilter("ignore")  # of parts of a workbook that openpyxl cannot keep; cells are not among them
            stream = io.BytesIO(content)
            with ZipFile(stream) as package:
                refuse_too_large(path, package)
            values = openpyxl.load_workbook(stream, data_only=True, rich_text=True)
            yield values, openpyxl.load_workbook(stream, read_only=True)
    except (BadZipFile, zlib.error, EOFError, OSError, *_OF_A_DAMAGED_BOOK) as error:
        kind = other_kind(content, ".xlsx") or Kind("a file that is no workbook", "save it again")
        raise unread(path, "", kind.name, "an .xlsx file", kind.hint) from error


def _content(file: str, sheet: Worksheet, formulas: Workbook) -> tuple[list[Row], list[Problem], list[str]]:
    """Return the filled rows of a sheet, problems with it, and the cells with comments.

    A cell has the value that was last computed, and the formula where there is none. Formulas are read row by row,
    which makes no cells where the file has none, and tells which cells are filled.
    """
    from mcmort.catalogue.reading.workbook_cells import cell_of

    formula_sheet: Any = formulas[sheet.title]
    formula_sheet.reset_dimensions()  # what a file says of its size may be wrong
    rows, comments = [], []
    for number, written in enumerate(formula_sheet.iter_rows(), start=1):
        cells: dict[int, Cell] = {}
        for formula in written:
            if formula.value is not None:
                known = sheet.cell(number, formula.column)
                cell = cell_of(known, formula)
                if cell.text:
                    cells[formula.column] = cell
                if known.comment is not None:
                    comments.append(known.coordinate)
        if cells:
            rows.append(Row(number, cells))
    return rows, [*_hidden(file, sheet, rows)], comments


def _hidden(file: str, sheet: Worksheet, rows: list[Row]) -> Iterable[Problem]:
    """Yield the problems of hidden rows and columns that hold something."""
    from openpyxl.utils import get_column_letter

    sizes = {row.number: sheet.row_dimensions[row.number] for row in rows if row.number in sheet.row_dimensions}
    of_rows = [str(number) for number, size in sizes.items() if size.hidden or size.height == 0]
    hidden = [size for size in sheet.column_dimensions.values() if size.hidden or size.width == 0]
    spans = [(size.min or 1, size.max or size.min or 1) for size in hidden]
    if sheet.sheet_format.zeroHeight:  # rows are hidden unless they say otherwise, as one with a height of its own
        of_rows = [str(row.number) for row in rows if str(row.number) in of_rows or not _has_height(sheet, row.number)]
    places = sorted({place for row in rows for place in row.cells})
    of_columns = [get_column_letter(place) for place in places if any(low <= place <= high for low, high in spans)]
    for what, names in (("row", of_rows), ("column", of_columns)):
        if names:
            several = "s" if len(names) > 1 else ""
            found, expected = f"values in {what}s that are hidden", f"{what}s that are shown"
            hint = f"show the {what}s, and delete what does not count"
            yield Problem(file, f"{what}{several} {', '.join(names)}", found, expected, hint, "form")


def _has_height(sheet: Worksheet, number: int) -> bool:
    return number in sheet.row_dimensions and bool(sheet.row_dimensions[number].height)


def _remarks(file: str, sheet: Worksheet, sheets: Sequence[Any], comments: list[str]) -> Iterable[str]:
    """Yield what of a workbook is not read."""
    others = [
        f"{other.title!r}" + (" (hidden)" if other.sheet_state != "visible" else "")
        for other in sheets
        if other is not sheet and (other.max_row > 1 or other.max_column > 1 or other["A1"].value is not None)
    ]
    if others:
        yield f"{file}: only the sheet {sheet.title!r} is read, not {', '.join(others)}"
    changing = [
        str(ranges.sqref)
        for ranges in sheet.conditional_formatting
        if any(rule.dxf and (rule.dxf.numFmt or (rule.dxf.font and rule.dxf.font.strike)) for rule in ranges.rules)
    ]
    if changing:
        what = "formats of numbers and lines through text that depend on a condition"
        yield f"{file}: {what} are not read: {', '.join(changing)}"
    if comments:
        yield f"{file}: comments on cells are not read: {', '.join(comments)}"
