"""Cells of a spreadsheet as they are read, before anything is known of what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple

from mcmort.errors import CaseError, Problem

__all__ = ["Cell", "Merged", "Refusal", "Row", "SheetContent", "trimmed", "unread"]

_AROUND: Final = " \t\n\r\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}"


def trimmed(text: str) -> str:
    """Return the text of a cell without blanks around it, seen or unseen, and with one sign for a new line."""
    return text.replace("\r\n", "\n").strip().strip(_AROUND).strip()


class Refusal(NamedTuple):
    """Why a cell cannot be taken, in the terms of a `mcmort.errors.Problem`."""

    found: str
    expected: str
    hint: str


class Cell(NamedTuple):
    """A cell that holds something.

    Attributes
    ----------
    text : str
        What it holds, as text without blanks around it.
    type : {"text", "number", "date", "truth value"}
        What a workbook takes it for; of a CSV file all cells are text.
    refusal : Refusal or None
        Why the cell does not mean what its text says, where its formatting changes the meaning.
    """

    text: str
    type: Literal["text", "number", "date", "truth value"] = "text"
    refusal: Refusal | None = None


class Row(NamedTuple):
    """A row with its number, and its filled cells by the number of their column, both from 1."""

    number: int
    cells: dict[int, Cell]

    @property
    def texts(self) -> list[str]:
        """The texts of the filled cells."""
        return [cell.text for cell in self.cells.values()]


class Merged(NamedTuple):
    """Cells that a sheet shows as one: what they are called, and the rows that they reach over."""

    place: str
    first: int
    last: int


@dataclass
class SheetContent:
    """What a sheet holds.

    Attributes
    ----------
    rows : list of Row
        Rows with something in them.
    problems : list of Problem
        Problems with the sheet as a whole.
    remarks : list of str
        What a user should know.
    merged : list of Merged
        Cells that are shown as one.
    title : str
        Name of the sheet, of a file that holds several.
    name : str
        Name of the sheet, whether it is the only one or not; nothing in a file of text.
    separator : str
        What stands between cells in a file of text; nothing in a workbook.
    widths : dict of int to int
        How many cells each row of such a file has, empty ones among them.
    """

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    title: str = ""
    name: str = ""
    separator: str = ""
    widths: dict[int, int] = field(default_factory=dict)


def unread(path: Path, key: str, found: str, expected: str, hint: str) -> CaseError:
    """Return the error of a sheet that cannot be read at all."""
    return CaseError(str(path), [Problem(path.name, key, found, expected, hint, "form")])
