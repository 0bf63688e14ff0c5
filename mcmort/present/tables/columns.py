"""A table as data: columns, rows of text for people, raw values for machines, notes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
    main_rows : tuple of int or None
        Rows of which plain text consists where all would fill more than a screen; None for all.
    main_notes : tuple of str or None
        Notes beneath those; None for all.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    raw_columns: tuple[str, ...] = ()
    raw_rows: tuple[tuple[object, ...], ...] = field(default=())
    main_rows: tuple[int, ...] | None = None
    main_notes: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, each once: those of printed words, which may be numbered, then of raw values."""
        names: list[str] = []
        for column in self.columns:
            same = sum(other.title == column.title for other in self.columns[: len(names)])
            name = f"{column.title} {same + 1}" if same else column.title
            names.append(f"{name} (printed)" if name in self.raw_columns else name)
        return (*names, *self.raw_columns)

    def beneath(self, headline: str) -> Table:
        """Return the table without the notes that a headline above it says as well."""
        notes = tuple(note for note in self.notes if note not in headline)
        main = None if self.main_notes is None else tuple(note for note in self.main_notes if note not in headline)
        return self if notes == self.notes and main == self.main_notes else replace(self, notes=notes, main_notes=main)

    def shortened(self) -> Table:
        """Return the main rows and notes alone, with a note that says how many there are besides; or the same table."""
        rows, notes = self.main_rows, self.main_notes
        chosen = self.rows if rows is None else tuple(self.rows[index] for index in rows)
        kept = self.notes if notes is None else notes
        more = [
            f"{count} more {unit if count > 1 else unit[:-1]}"
            for count, unit in ((len(self.rows) - len(chosen), "rows"), (len(self.notes) - len(kept), "notes"))
            if count > 0
        ]
        if not more:
            return self
        hint = f"Not shown: {' and '.join(more)}. To see all: --full."
        return replace(self, rows=chosen, raw_columns=(), raw_rows=(), notes=(*kept, hint))
