"""One table in every format: plain text, Markdown, LaTeX, CSV and HTML all come from the same rows."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

from mcmort.errors import UsageError
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.html import to_html

__all__ = ["markdown_text", "render", "to_csv", "to_latex", "to_markdown"]


_MARKDOWN = {**{character: f"\\{character}" for character in "\\|*`["}, "<": "&lt;"}


def markdown_text(text: str) -> str:
    """Return a text in one line, as Markdown that shows it as it is: no code, links, tags or shortcodes."""
    return "".join(_MARKDOWN.get(character, character) for character in " ".join(text.split()))


def to_markdown(table: Table) -> str:
    """Render as a Markdown table."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(markdown_text(cell) for cell in cells) + " |"

    rule = "| " + " | ".join("---:" if column.is_number else "---" for column in table.columns) + " |"
    head = [f"**{markdown_text(table.title)}**", "", line([column.title for column in table.columns]), rule]
    notes = [f"\n{markdown_text(note)}" for note in table.notes]
    return "\n".join([*head, *(line(row) for row in table.rows), *notes]) + "\n"


_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "[": "{[}",  # after a line's end it would open an option, and a star would be one
    "]": "{]}",
    "*": "{*}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "\N{EN DASH}": "--",
    "\N{MINUS SIGN}": "$-$",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in " ".join(text.split()))


_LONG = 30
"""Rows from which a table may break between pages."""
_WRAPPED = 28
"""Characters from which the cells of a column of words are set as paragraphs."""


def _latex_layout(table: Table) -> str:
    """Return the columns: numbers to the right, short words to the left, longer ones wrapped, sharing the line."""
    longest = [max(len(cell) for cell in cells) for cells in zip(*_texts(table), strict=True)]
    shares = [
        0 if column.is_number or width < _WRAPPED else min(width, 80)
        for column, width in zip(table.columns, longest, strict=True)
    ]
    free = 0.95 - 0.011 * sum(min(width, 60) for width, share in zip(longest, shares, strict=True) if not share)
    line = max(free, 0.35)

    def letter(column: Column, share: int) -> str:
        if share:
            return rf">{{\raggedright\arraybackslash}}p{{{line * share / sum(shares):.2f}\linewidth}}"
        return "r" if column.is_number else "l"

    return "".join(map(letter, table.columns, shares))


def _texts(table: Table) -> list[Sequence[str]]:
    return [[column.title for column in table.columns], *table.rows]


def latex_label(title: str) -> str:
    """Return the label of a table, made from its title: letters and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "tab:" + "-".join(re.findall("[a-z0-9]+", plain))[:60].strip("-")


def to_latex(table: Table) -> str:
    """Render as a LaTeX table in the manner of booktabs, with a label; a long one breaks between pages.

    The document needs the packages ``array``, ``booktabs`` and ``longtable``.
    """
    head = [r"\toprule", " & ".join(_latex(column.title) for column in table.columns) + r" \\", r"\midrule"]
    rows = [" & ".join(_latex(cell) for cell in row) + r" \\" for row in table.rows]
    notes = [rf"\par\smallskip\footnotesize {_latex(note)}" for note in table.notes]
    layout, caption = _latex_layout(table), rf"\caption{{{_latex(table.title)}}}\label{{{latex_label(table.title)}}}"
    needs = "% needs the packages array, booktabs and longtable"
    if len(table.rows) < _LONG:
        lines = [
            needs, r"\begin{table}", caption, rf"\begin{{tabular}}{{{layout}}}", *head, *rows, r"\bottomrule",
            r"\end{tabular}", *notes, r"\end{table}",
        ]  # fmt: skip
    else:
        lines = [
            needs, rf"\begin{{longtable}}{{{layout}}}", caption + r" \\", *head, r"\endfirsthead", *head, r"\endhead",
            r"\bottomrule", r"\endfoot", *rows, r"\end{longtable}", "{", *notes, "}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: Table) -> str:
    """Render as CSV: the rounded text for people and the raw values beside it."""

    def safe(value: object) -> object:
        # a spreadsheet would run a text that begins like a formula
        return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.names)
    raw_rows = table.raw_rows or tuple(() for _ in table.rows)
    for row, raw in zip(table.rows, raw_rows, strict=True):
        writer.writerow([safe(cell) for cell in (*row, *raw)])
    return buffer.getvalue()


_FORMS = {"markdown": to_markdown, "latex": to_latex, "csv": to_csv, "html": to_html}


def render(table: Table, form: str, width: int | None = None, *, full: bool = True) -> str:
    """Render a table.

    Parameters
    ----------
    table : Table
        The table.
    form : {"text", "markdown", "latex", "csv", "html"}
        How.
    width : int, optional
        Of a line of plain text; by default that of the terminal.
    full : bool
        Whether plain text has all rows and notes, however long; other forms always have.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        If there is no such form.
    """
    if form == "text":
        from mcmort.present.tables.plain_text import to_text  # rich takes time to import

        return to_text(table, width, full=full)
    if form not in _FORMS:
        raise UsageError(f"no format {form!r}; expected one of text, {', '.join(_FORMS)}")
    return _FORMS[form](table)
