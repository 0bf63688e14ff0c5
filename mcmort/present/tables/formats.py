"""One table, four formats: plain text, Markdown, LaTeX and CSV all come from the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from mcmort.errors import UsageError
from mcmort.present.tables.columns import Table

__all__ = ["render", "to_csv", "to_latex", "to_markdown"]


_MARKDOWN = {**{character: f"\\{character}" for character in "\\|*`["}, "<": "&lt;"}


def _markdown(text: str) -> str:
    return "".join(_MARKDOWN.get(character, character) for character in " ".join(text.split()))


def to_markdown(table: Table) -> str:
    """Render as a Markdown table."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_markdown(cell) for cell in cells) + " |"

    rule = "| " + " | ".join("---:" if column.is_number else "---" for column in table.columns) + " |"
    head = [f"**{_markdown(table.title)}**", "", line([column.title for column in table.columns]), rule]
    notes = [f"\n{_markdown(note)}" for note in table.notes]
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


def to_latex(table: Table) -> str:
    """Render as a LaTeX table in the manner of the package booktabs."""
    layout = "".join("r" if column.is_number else "l" for column in table.columns)
    lines = [
        r"\begin{table}",
        rf"\caption{{{_latex(table.title)}}}",
        rf"\begin{{tabular}}{{{layout}}}",
        r"\toprule",
        " & ".join(_latex(column.title) for column in table.columns) + r" \\",
        r"\midrule",
        *(" & ".join(_latex(cell) for cell in row) + r" \\" for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *(rf"\par\smallskip\footnotesize {_latex(note)}" for note in table.notes),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: Table) -> str:
    """Render as CSV: the rounded text for people and the raw values beside it."""

    def safe(value: object) -> object:
        # a spreadsheet would run a text that begins like a formula
        return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*(column.title for column in table.columns), *table.raw_columns])
    raw_rows = table.raw_rows or tuple(() for _ in table.rows)
    for row, raw in zip(table.rows, raw_rows, strict=True):
        writer.writerow([safe(cell) for cell in (*row, *raw)])
    return buffer.getvalue()


_FORMS = {"markdown": to_markdown, "latex": to_latex, "csv": to_csv}


def render(table: Table, form: str, width: int | None = None) -> str:
    """Render a table.

    Parameters
    ----------
    table : Table
        The table.
    form : {"text", "markdown", "latex", "csv"}
        How.
    width : int, optional
        Of a line of plain text; by default that of the terminal.

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

        return to_text(table, width)
    if form not in _FORMS:
        raise UsageError(f"no format {form!r}; expected one of text, {', '.join(_FORMS)}")
    return _FORMS[form](table)
