"""A table as HTML: escaped, with a caption and the scope of each heading, for pages and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from mcmort.present.tables.columns import Column, Table

__all__ = ["html_fragment", "to_html"]

_JOINING: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Characters without a shape that words of some scripts are written with, and emoji of several parts."""
_RIGHT: Final = ' style="text-align:right"'


def to_html(table: Table) -> str:
    """Render as an HTML table with its notes beneath.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    str
        A fragment, not a page: a ``table`` with ``caption``, headings of columns and rows with ``scope``, and a
        paragraph for each note. Every text is escaped; no control character stands in it.
    """
    head = "".join(f'<th scope="col"{_alignment(column)}>{_escaped(column.title)}</th>' for column in table.columns)
    lines = [
        '<table class="mcmort">',
        f"<caption>{_escaped(table.title)}</caption>",
        f"<thead><tr>{head}</tr></thead>",
        "<tbody>",
        *(f"<tr>{_cells(table, row)}</tr>" for row in table.rows),
        "</tbody>",
        "</table>",
        *(f'<p class="mcmort-note">{_escaped(note)}</p>' for note in table.notes),
    ]
    return "\n".join(lines) + "\n"


def html_fragment(tables: Sequence[Table], headline: str = "") -> str:
    """Return a sentence and tables as one fragment of HTML."""
    sentence = f"<p><strong>{_escaped(headline)}</strong></p>\n" if headline else ""
    return f"<div>\n{sentence}{''.join(map(to_html, tables))}</div>\n"


def _cells(table: Table, row: Sequence[str]) -> str:
    first, *others = zip(table.columns, row, strict=True)
    head = f'<th scope="row"{_alignment(first[0])}>{_escaped(first[1])}</th>'
    return head + "".join(f"<td{_alignment(column)}>{_escaped(cell)}</td>" for column, cell in others)


def _alignment(column: Column) -> str:
    return _RIGHT if column.is_number else ""


def _escaped(text: str) -> str:
    shown = (character if character.isprintable() or character in _JOINING else " " for character in text)
    return escape(" ".join("".join(shown).split(" ")))
