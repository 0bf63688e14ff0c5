"""Tables as plain text, laid out by rich for the width of the terminal; in a file or a pipe always 120 columns."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from mcmort.present.print_format import FILE_WIDTH, GLUE, glued, page_width
from mcmort.present.tables.columns import Column, Table

__all__ = ["SCREEN", "to_text"]

_COMFORTABLE: Final = 24
"""Width below which the names of rows become hard to read: columns that may be left out are, rather than that."""
_WIDE: Final = 36
"""Width down to which columns of words give way before headings of figures are broken."""
_NARROW: Final = 16
"""Width down to which columns of words give way before figures are broken at their spaces."""
_LONGEST_WORD: Final = 40
"""Words longer than this are broken."""
_WELL: Final = (("words", _WIDE), ("headings", 0), ("words", _NARROW))
"""How columns give way while they are good to read: wide ones of words, headings of figures, words again."""
_LEAST: Final = (*_WELL, ("figures", 0), ("words", 0))
"""How they give way until they fit: then figures break at their spaces, and words further."""
_LONGEST_PARTS: Final = (20, 16, 12)
"""As long are the parts of broken words where the columns would not fit otherwise."""
_BREAKS: Final = ("-", "_", "\N{EN DASH}")
"""After these a word is broken rather than elsewhere."""
_PARTS: Final = re.compile(f"[^{''.join(_BREAKS)}]*[{''.join(_BREAKS)}]|[^{''.join(_BREAKS)}]+")
SCREEN: Final = 36
"""Lines of a table from which its main rows and notes are enough, unless all are asked for."""
_GAP: Final = 3
"""Columns of padding between two cells; two more stand at the edges of the table."""


def to_text(table: Table, width: int | None = None, *, full: bool = True) -> str:
    """Return a table and its notes as plain text, without control characters.

    Parameters
    ----------
    table : Table
        The table.
    width : int, optional
        Of a line; by default that of the terminal. Notes use at most 120 columns of it.
    full : bool
        Whether all rows and notes stand there, or the main ones alone where all would fill more than a screen.

    Returns
    -------
    str
        Where the columns do not fit well, those that may be left out are, and a note names them. Where the rest does
        not fit at all, each row is a paragraph.
    """
    width = page_width() if width is None else width
    if not full and len(table.rows) > SCREEN:  # of many thousand rows it would take long only to count the lines
        return _whole_text(table.shortened(), width)
    text = _whole_text(table, width)
    return text if full or text.count("\n") <= SCREEN else _whole_text(table.shortened(), width)


def _whole_text(table: Table, width: int) -> str:
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, highlight=False, no_color=True)
    shown = _fitting(table, width)
    tried = (_column_widths(shown, width, _LEAST, longest) for longest in (_LONGEST_WORD, *_LONGEST_PARTS))
    widths = next((found for found in tried if found is not None), None)
    if widths is not None:
        console.print(_broken(table.title, width))
        console.print(_grid(shown, widths))
    else:
        _print_paragraphs(console, table)
        shown = table
    for note in shown.notes:
        _print_indented(console, note)
    text = "".join(character for character in buffer.getvalue() if character == "\n" or not _is_control(character))
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _plain(cell: str) -> Text:
    """Return a cell as it is: rich would read a string as markup."""
    return Text(cell.replace("\t", " "))


def _grid(table: Table, widths: list[int]) -> RichTable:
    # broken here and not by rich, which would part "or more" and a number from its per cent sign
    grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for column, width in zip(table.columns, widths, strict=True):
        grid.add_column(
            _broken(column.title, width),
            justify="right" if column.is_number else "left",
            overflow="fold",  # nothing is cut
            width=width,
        )
    for row in table.rows:
        grid.add_row(*(_broken(cell, width) for cell, width in zip(row, widths, strict=True)))
    return grid


def _lines(text: str, width: int) -> list[str]:
    """Break a text into lines at its spaces, and longer words where they must be."""
    lines = [""]
    for word in glued(text.replace("\t", " ")).split(" "):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
        while cell_len(lines[-1]) > width:
            head = set_cell_size(lines[-1], width).rstrip() or lines[-1][:1]
            end = max(map(head.rfind, _BREAKS)) + 1
            head = head[:end] if 3 * end > len(head) else head
            lines[-1:] = [head, lines[-1][len(head) :]]
    return [line.replace(GLUE, " ") for line in lines]


def _broken(cell: str, width: int) -> Text:
    return Text("\n".join(line for part in cell.split("\n") for line in _lines(part, width)))


def _fits_well(table: Table, width: int) -> bool:
    """Whether no figure need be broken, and the names of rows, in the first column, are comfortable to read."""
    widths = _column_widths(table, width, _WELL)
    return widths is not None and (widths[0] >= _COMFORTABLE or widths[0] == _natural_widths(table)[0])


def _cells_by_column(table: Table) -> list[list[str]]:
    """Return the cells of each column, its heading first."""
    return [[column.title, *(row[i] for row in table.rows)] for i, column in enumerate(table.columns)]


def _natural_widths(table: Table) -> list[int]:
    """Return the widths at which no cell is broken."""
    return [max(map(cell_len, cells)) for cells in _cells_by_column(table)]


def _column_widths(
    table: Table, width: int, steps: Sequence[tuple[str, int]], longest: int = _LONGEST_WORD
) -> list[int] | None:
    """Share a line among the columns, the widest giving way first; None if they do not fit.

    Parameters
    ----------
    table : Table
        The table.
    width : int
        Of the line.
    steps : sequence of (str, int)
        Which columns give way, one step after the other: those of words or figures, and down to which width, or the
        headings of figures; none becomes narrower than its longest word.
    longest : int
        Words longer than this may be broken.
    """
    widths = _natural_widths(table)
    words = [
        min(longest, max(cell_len(part) for cell in cells for part in _unbroken(cell, longest)))
        for cells in _cells_by_column(table)
    ]
    numbers = [i for i, column in enumerate(table.columns) if column.is_number]
    texts = [i for i, column in enumerate(table.columns) if not column.is_number]
    excess = sum(widths) + _GAP * (len(widths) - 1) + 2 - width
    for which, least in steps:
        if which == "headings":
            for i in numbers:
                figures = max((cell_len(row[i]) for row in table.rows), default=0)
                least_width = max(figures, words[i], (cell_len(table.columns[i].title) + 1) // 2)
                spared = max(0, min(excess, widths[i] - least_width))
                widths[i], excess = widths[i] - spared, excess - spared
            continue
        columns = numbers if which == "figures" else texts
        while excess > 0:
            shrinkable = [i for i in columns if widths[i] > max(least, words[i])]
            if not shrinkable:
                break
            widths[max(shrinkable, key=widths.__getitem__)] -= 1
            excess -= 1
    return widths if excess <= 0 else None


def _unbroken(cell: str, longest: int) -> list[str]:
    """Return the words of a cell; where long ones must be broken, their parts, which end with a hyphen or a dash."""
    words = glued(cell).split(" ")
    return words if longest == _LONGEST_WORD else [part for word in words for part in _PARTS.findall(word) or [""]]


def _fitting(table: Table, width: int) -> Table:
    """Leave out as many of the columns that may be left out, the last first, as makes the others good to read."""
    optional = [i for i, column in enumerate(table.columns) if column.is_optional]
    for count in range(len(optional) + 1):
        shown = _without(table, optional[len(optional) - count :])
        if _fits_well(shown, width):
            return shown
    return shown


def _without(table: Table, dropped: Sequence[int]) -> Table:
    """Leave out columns, and name them in a note."""
    if not dropped:
        return table
    kept = [i for i in range(len(table.columns)) if i not in dropped]
    titles = ", ".join(table.columns[i].title for i in dropped)
    return replace(
        table,
        columns=tuple(table.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
        notes=(*table.notes, f"Shown only on a wider terminal or in a file: {titles}."),
    )


def _print_paragraphs(console: Console, table: Table) -> None:
    """Print each row as a paragraph: its first cell, then the others under their headings."""
    console.print(_plain(table.title))
    for row in table.rows:
        _print_indented(console, row[0], first="\n")
        pairs = zip(table.columns[1:], row[1:], strict=True)
        _print_indented(console, "  " + "; ".join(_labelled(column, cell) for column, cell in pairs if cell))
    console.print()


def _labelled(column: Column, cell: str) -> str:
    return f"{column.title}: {cell}" if column.title else cell


def _print_indented(console: Console, text: str, first: str = "") -> None:
    """Print a paragraph whose lines but the first are indented."""
    console.print(Text(first + "\n  ".join(_lines(text, min(console.width, FILE_WIDTH) - 2))))
