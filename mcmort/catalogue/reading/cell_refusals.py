"""Cells and rows of a spreadsheet that cannot be read, whatever else the sheet holds: one refusal for one cause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mcmort.catalogue.reading.hostile_text import forbidden_in
from mcmort.catalogue.reading.number_spelling import UNAMBIGUOUS, is_ambiguous, spelling_hint
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal, Row

__all__ = ["NUMBERS", "YEARS", "refusal_beyond", "refusal_of", "row_refusal"]

NUMBERS: Final = ("low", "best", "high", "standard_error")
YEARS: Final = ("years", "estimate_years")
_OF_AN_ESTIMATE: Final = {"source", "author", "title", "locator", "basis"}
"""Columns of which every estimate fills at least one."""
_ERRORS: Final = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
"""What a spreadsheet shows where a formula has failed."""
_MONTH: Final = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MADE_A_DATE: Final = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}( .*)?|[0-9]{{1,2}}-{_MONTH}|{_MONTH}-[0-9]{{2}}", re.I
)
"""What spreadsheets make of pages such as 2-8 or 12/15: in a CSV file nothing else tells that it is a date."""


def refusal_of(name: str, cell: Cell) -> Refusal | None:
    """Return why a cell cannot stand in a column, whatever its text."""
    sign = forbidden_in(cell.text)
    if sign is not None:
        return Refusal(f"the character {sign}", "text without control characters", "delete the character")
    if cell.text in _ERRORS or cell.text.startswith("="):
        hint = "put the value in its place; text may not begin with ="
        return Refusal(f"{show(cell.text)}, a formula without its value", "a value", hint)
    if cell.refusal is not None or name in YEARS:
        return cell.refusal
    if name in NUMBERS and is_ambiguous(cell.text):
        as_text = ", in a cell formatted as text" if cell.type == "number" else ""
        return Refusal(show(cell.text), UNAMBIGUOUS, spelling_hint(cell.text) + as_text)
    if cell.type not in ("text", "number" if name in NUMBERS else "text"):
        wanted = "a number" if name in NUMBERS else "text"
        hint = f"format the cell as {'a number' if name in NUMBERS else 'text'}, and write again what the source has"
        return Refusal(f"{show(cell.text)}, which the sheet holds as a {cell.type}", wanted, hint)
    if name == "locator" and _MADE_A_DATE.fullmatch(cell.text):
        hint = "write pages as pp. 2-8; a date in words, as 15 December 1933"
        return Refusal(f"{show(cell.text)}, which may be pages that a spreadsheet took for a date", "a place", hint)
    return None


def refusal_beyond(row: Row, columns: Mapping[int, str | None]) -> tuple[str, str, str, str] | None:
    """Return the place and the refusal of the cells of a row that stand beyond the named columns; None without any."""
    beyond = {place: cell for place, cell in row.cells.items() if place not in columns}
    if not beyond:
        return None
    several = "columns" if len(beyond) > 1 else "column"
    found = f"{show(next(iter(beyond.values())).text)} in a column without a name"
    hint = f"name the {several} in the first row, or empty the {'cells' if len(beyond) > 1 else 'cell'}"
    places = (
        f"columns {min(beyond)} to {max(beyond)}" if len(beyond) > 3 else f"{several} {', '.join(map(str, beyond))}"
    )
    return places, found, "a named column", hint


def row_refusal(row: Row, columns: Mapping[int, str | None]) -> Refusal | None:
    """Return why a row is no estimate; None if it may be one.

    One without source, place and basis is a note or a sum beneath the table, and lacks much else for the same cause.
    """
    named = {columns.get(place) for place in row.cells}
    if named & _OF_AN_ESTIMATE or not _OF_AN_ESTIMATE & {*columns.values()} or None in named:
        return None
    hint = "delete the row if it is a note or a sum; what it says belongs in note"
    return Refusal(f"{show(row.texts[0])}, and no source, place or basis", "an estimate", hint)
