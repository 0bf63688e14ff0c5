"""Cells of a spreadsheet as they are read, before anything is known of what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from mcmort.errors import CaseError, Problem

__all__ = ["Cell", "Refusal", "Row", "SheetContent", "unread"]


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


@dataclass
class SheetContent:
    """The rows of a sheet, problems with the sheet as a whole, and what a user should know."""

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def unread(path: Path, key: str, found: str, expected: str, hint: str) -> CaseError:
    """Return the error of a sheet that cannot be read at all."""
    return CaseError(str(path), [Problem(path.name, key, found, expected, hint, "form")])
