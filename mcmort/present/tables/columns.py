"""A table as data: columns, rows of text for people, raw values for machines, notes."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Column", "Table"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
        Its heading.
    is_number : bool
        Whether it holds numbers, which stand to the right.
    is_optional : bool
        Whether plain text may leave it out where the line is too short for all columns.
    """

    title: str
    is_number: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text for people, with raw values for machines.

    Attributes
    ----------
    title : str
        Says what the numbers are, their definition and level.
    columns : tuple of Column
        Columns for people.
    rows : tuple of tuple of str
        Cells, as many as columns.
    notes : tuple of str
        Printed beneath.
    raw_columns : tuple of str
        Names of the raw values, which only CSV carries.
    raw_rows : tuple of tuple
        Raw values of each row.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    raw_columns: tuple[str, ...] = ()
    raw_rows: tuple[tuple[object, ...], ...] = field(default=())
