"""Tables as plain text of a fixed width, laid out by rich: the same text on a terminal and in a file."""

from __future__ import annotations

import io
import unicodedata

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from mcmort.present.tables.columns import Table

__all__ = ["to_text"]

_WIDTH = 120


def _rich(table: Table) -> RichTable:
    # plain strings would be read as markup
    result = RichTable(title=Text(table.title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(table.columns):
        result.add_column(
            Text(column.title),
            justify="right" if column.is_number else "left",
            overflow="fold",  # a figure or label that is too long is broken, never cut
            no_wrap=column.is_number or (index == 0 and len(table.columns) > 6),
        )
    for row in table.rows:
        result.add_row(*(Text(cell.replace("\t", " ")) for cell in row))
    return result


def to_text(table: Table, width: int = _WIDTH) -> str:
    """Return a table and its notes as plain text, without control characters."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, highlight=False, no_color=True)
    console.print(_rich(table))
    for note in table.notes:
        console.print(Text(note))
    text = "".join(one for one in buffer.getvalue() if one == "\n" or unicodedata.category(one) != "Cc")
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
