"""The names of the columns of a spreadsheet: where they stand, what they mean, and what is wrong with them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.reading.cell_refusals import NUMBERS, row_refusal, rows_in_words
from mcmort.catalogue.reading.column_names import COLUMNS, MORE_COLUMNS, ColumnChoices
from mcmort.catalogue.reading.figure_scale import scale_in
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Row, SheetContent, unread
from mcmort.catalogue.reading.sheet_works import Works
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import Problem

__all__ = ["LAYOUT_HINT", "SheetReading", "columns_of", "header_of", "refuse_merged"]

_NEEDED: Final = ("component", "source", "locator", "basis")
LAYOUT_HINT: Final = "docs/import.md describes the layout"
_TITLE_ROWS: Final = 20
_SEPARATORS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical line"}


@dataclass
class SheetReading:
    """The components read so far, and the cells that were refused.

    `unnamed` holds the numbers of the columns whose names were refused: what a row lacks may stand there.
    """

    file: str
    choices: ColumnChoices
    works: Works
    definitions: tuple[str, ...] = ()
    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    quantities: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    rows: dict[str, list[int]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    unnamed: set[int] = field(default_factory=set)

    def refuse(self, row: int, column: str, found: str, expected: str, hint: str = "") -> None:
        """Add the problem of a cell that cannot be placed, or of a whole row where no column is named."""
        place = f"row {row} > {column}" if column else f"row {row}"
        self.problems.append(Problem(self.file, place, found, expected, hint, "form"))


def header_of(path: Path, sheet: SheetReading, content: SheetContent) -> tuple[Row, Sequence[Row]]:
    """Return the row that names the columns and the rows below it; text above it is one problem."""
    filled = [row for row in content.rows if row.cells]
    expected = "a row of column names, then estimates"
    of_sheet = f"; of a workbook the first sheet that is shown is read, here {content.title!r}" if content.title else ""
    if not filled:
        what = f"nothing in the sheet {content.title!r}" if content.title else "an empty file"
        raise unread(path, "", what, expected, LAYOUT_HINT + of_sheet)
    header = next((row for row in filled if _names_columns(sheet, row.texts)), None)
    if header is None:
        for row in filled[:_TITLE_ROWS]:
            if separated := _otherwise_separated(sheet, row.texts[0], content.separator):
                raise unread(path, f"row {row.number}", *separated)
        header = filled[0]
        if not any(text.lower() in COLUMNS for text in header.texts):
            found = f"{show(header.texts[0])}, and no names of columns in this row or below it"
            hint = f"{LAYOUT_HINT}; --map NAME=COLUMN says what a name of your own or in another language means"
            raise unread(path, f"row {header.number}", found, expected, hint + of_sheet)
    below = [row for row in content.rows[content.rows.index(header) + 1 :] if row.cells]
    if not below:
        raise unread(path, "", "no rows beneath the names of the columns", expected, LAYOUT_HINT)
    _whole_names(path, sheet, content, header, below[0])
    if header is not filled[0]:
        above = filled[0]
        found = f"{show(above.texts[0])} above the names of the columns, which stand in row {header.number}"
        hint = "delete the rows above; what they say of what is counted belongs in counts or note"
        texts = (text for row in filled[: filled.index(header)] for text in row.texts)
        if scale := next(filter(None, map(scale_in, texts)), None):
            hint = f"if {scale!r} is about the figures, write them in full first; then delete the rows above"
        sheet.refuse(above.number, "", found, "the names of the columns first", hint)
    return header, below


def _names_columns(sheet: SheetReading, texts: Sequence[str]) -> bool:
    """Whether texts name the columns: what the figures are about, and at least one column more."""
    named = {sheet.choices.column(text) for text in texts}
    return len(named - {None}) > 1 and bool(named & {"component", "label"})


def _otherwise_separated(sheet: SheetReading, text: str, separator: str) -> tuple[str, str, str] | None:
    """Return what is found, expected and to be done where one cell holds the names of all columns."""
    for sign, name in _SEPARATORS.items():
        if not _names_columns(sheet, [part.strip(' "') for part in text.split(sign)]):
            continue
        if sign == separator:
            hint = "take the quotation marks around whole lines away, or save the sheet again"
            return "the names of all columns in one cell, in quotation marks", "a cell for each", hint
        if not separator:
            return f"the names of all columns in one cell, with {name} between", "a cell for each", "split the cells"
        if sign == ",":
            hint = "take the line sep= away"
        elif sign == "\t":
            hint = "save the sheet as .xlsx, or as comma-separated values"
        else:
            hint = f"write a first line sep={sign} or save the sheet as .xlsx, or as comma-separated values"
        return f"names of columns with {name} between", f"cells with {_SEPARATORS[separator]} between", hint
    return None


def _whole_names(path: Path, sheet: SheetReading, content: SheetContent, header: Row, first: Row) -> None:
    """Refuse names of columns in two rows or in cells that are shown as one: nothing beneath can be placed."""
    for merged in content.merged:
        if merged.first <= header.number <= merged.last:
            found = f"the cells {merged.place} shown as one, among the names of the columns"
            hint = "take the cells apart, and name each column in one row"
            raise unread(path, f"row {header.number}", found, "a name for each column", hint)
    named = [sheet.choices.column(text) for text in first.texts]
    if first.texts != header.texts and len(named) > 1 and None not in named:
        found = f"names of columns in two rows, {header.number} and {first.number}"
        raise unread(path, "", found, "a name for each column in one row", "put the two rows together")


def refuse_merged(
    sheet: SheetReading, content: SheetContent, names: dict[int, str | None], rows: Sequence[Row]
) -> bool:
    """Refuse cells of estimates that are shown as one: to which of them the value belongs is not said.

    Returns
    -------
    bool
        Whether there are any.
    """
    before = len(sheet.problems)
    estimates = {row.number for row in rows if row_refusal(row, names) is None}
    for merged in content.merged:
        touched = [number for number in range(merged.first, merged.last + 1) if number in estimates]
        if touched:
            hint = "take the cells apart, and write the value where it belongs"
            found = f"the cells {merged.place} shown as one"
            problem = Problem(sheet.file, rows_in_words(touched), found, "a value in a cell of its own", hint, "form")
            sheet.problems.append(problem)
    return len(sheet.problems) > before


def columns_of(sheet: SheetReading, header: Row) -> dict[int, str | None]:
    """Return the names of the columns by their numbers; None for a column that has been refused."""
    sheet.choices.check_names(cell.text for cell in header.cells.values())
    names: dict[int, str | None] = {}
    renamed: list[str] = []
    ignored: list[str] = []
    for place, cell in header.cells.items():
        text = " ".join(cell.text.split())
        name, scale = sheet.choices.column(text), scale_in(text)
        names[place] = None
        if sheet.choices.is_ignored(text):
            ignored.append(text)
            continue
        refusal: Iterable[str]
        if cell.refusal is not None:
            refusal = cell.refusal
        elif scale is not None and (name is None or name in NUMBERS):
            hint = f"write the figures in full, in a column best, low or high; or {_option('--ignore', text)}"
            refusal = f"the column {show(text)}, whose figures are in {scale}", "figures in full", hint
        elif name is None:
            refusal = f"the column {show(text)}", "a column of the layout", _hint_for(text)
        elif name in names.values():
            refusal = f"a second column {name!r}", "each column once", "put the two together"
        else:
            names[place] = name
            renamed += [f"{text} as {name}"] if text.lower() != name else []
            continue
        sheet.unnamed.add(place)
        sheet.refuse(header.number, f"column {place}", *refusal)
    sheet.columns |= {name for name in names.values() if name is not None}
    for what, texts in (("columns read", renamed), ("columns left out", ignored)):
        if texts:
            sheet.remarks.append(f"{sheet.file}: {what}: {', '.join(texts)}")
    replaced = {"component": {"label"}, "source": {"author", "title"}}
    for name in _NEEDED:
        if name not in names.values() and not replaced.get(name, set()) & sheet.columns:
            sheet.absent.add(name)
            hint = "add it, or --map the one that it is" if sheet.unnamed else "add it"
            sheet.refuse(header.number, name, "no such column", f"the column {name!r}: {COLUMNS[name]}", hint)
    return names


def _hint_for(name: str) -> str:
    """Say what to do with a column whose name is not known."""
    known = [name for name in (*COLUMNS, *MORE_COLUMNS) if ":" not in name]
    hint = did_you_mean(name.lower(), known, "docs/import.md lists the columns; a facet is written facet:category")
    return f"{hint}; or {_option('--map', name, '=COLUMN')}, or {_option('--ignore', name)}"


def _option(option: str, name: str, more: str = "") -> str:
    """Return an option about a column as it can be typed."""
    return f"{option} {shlex.quote(show(name)[1:-1]) if name.isascii() else f'"{name}"'}{more}"
