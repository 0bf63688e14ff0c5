"""Cells and rows of a spreadsheet that cannot be read, whatever else the sheet holds: one refusal for one cause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import unescape
from typing import Final

from mcmort.catalogue.reading.figure_scale import scale_in
from mcmort.catalogue.reading.hostile_text import damage_in, forbidden_in
from mcmort.catalogue.reading.number_spelling import UNAMBIGUOUS, is_ambiguous, spelling_hint
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal, Row
from mcmort.errors import Problem

__all__ = [
    "NUMBERS",
    "YEARS",
    "counted_twice",
    "is_failed_formula",
    "is_part",
    "is_sum",
    "joined",
    "refusal_beyond",
    "refusal_of",
    "row_refusal",
    "rows_in_words",
]

NUMBERS: Final = ("low", "best", "high", "standard_error")
YEARS: Final = ("years", "estimate_years")
_SINGLE_YEARS: Final = ("year", "start_year", "end_year")
_OF_AN_ESTIMATE: Final = {"source", "author", "title", "locator", "basis"}
"""Columns of which every estimate fills at least one."""
_ERROR: Final = re.compile(r"#[^\s#]{1,20}[!?]|#(n/?a|nv|n/d|н/д|div/0)|#GETTING_DATA|err:[0-9]{3}|#{2,}", re.I)
"""What spreadsheets in any language show where a formula has failed, or a column is too narrow."""
_ENTITY: Final = re.compile("&(?:[a-z]{2,8}|#[0-9]{2,6}|#x[0-9a-f]{2,5});", re.I)
_PLAIN_WORDS: Final = ("component", "id", "source", "reads", "basis", "measure", "lineage", "use", "table")
_UNSEEN: Final = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
"""Characters without a width: in names and figures they make two of what looks as one."""
_SUMS: Final = (
    *("total", "totals", "subtotal", "sub-total", "grand total", "sum", "sum total", "overall", "all together"),
    *("gesamt", "insgesamt", "summe", "zusammen", "ensemble", "somme", "total général", "suma", "total general"),
    *("totale", "totaal", "somma", "razem", "ogółem", "celkem", "összesen", "итого", "всего", "合计", "合計", "总计"),
)
_SUM_IN_WORDS: Final = re.compile(
    r"^(?:grand |sub ?)?totals?(?: \(| (?:of|for|all|deaths|dead|killed|toll)\b|:|$)|\btotals?$|^\(?sum of\b"
    r"|^all (?:of the )?(?:above|together)|^(?:all|all deaths|overall (?:total|deaths|toll)|death toll, total)$"
    r"|^[\N{N-ARY SUMMATION}\N{GREEK CAPITAL LETTER SIGMA}\N{GREEK SMALL LETTER SIGMA}](?!\w)"
)
"""Names of sums among the names of what is summed: "Total (all camps)", "Camps, total", "Sum of the above"."""
_PART_IN_WORDS: Final = re.compile(
    r"^[-\N{EN DASH}\N{BULLET} ]*(?:of (?:which|whom|these|them)|thereof|including|among (?:which|whom|them)"
    r"|davon|darunter|dont|di cui|de (?:los|las) cuales|waarvan|w tym|в том числе|из них)\b",
    re.I,
)
"""Names of rows whose figure is a part of that of a row above."""
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
    if damage := damage_in(cell.text):
        return Refusal(damage[0], "text as the source has it", damage[1])
    if entity := _ENTITY.search(cell.text):
        hint = f"write {unescape(entity[0])} in its place"
        return Refusal(f"{entity[0]!r}, as pages of the web write a character", "the character itself", hint)
    if name in (*_PLAIN_WORDS, *NUMBERS, *YEARS) and (unseen := _UNSEEN.search(cell.text)):
        character = f"U+{ord(unseen[0]):04X} {unicodedata.name(unseen[0], '')}".strip()
        return Refusal(
            f"the character {character}, which cannot be seen", "what is seen, alone", "write the cell again"
        )
    if is_failed_formula(cell.text):
        hint = "put the value in its place; text may not begin with ="
        return Refusal(f"{show(cell.text)}, a formula without its value", "a value", hint)
    if cell.refusal is not None or name in YEARS:
        return cell.refusal
    if name in NUMBERS and is_ambiguous(cell.text):
        as_text = ", in a cell formatted as text" if cell.type == "number" else ""
        return Refusal(show(cell.text), UNAMBIGUOUS, spelling_hint(cell.text) + as_text)
    if cell.type not in ("text", "number" if name in (*NUMBERS, *_SINGLE_YEARS) else "text"):
        wanted = "a number" if name in NUMBERS else "text"
        hint = f"format the cell as {'a number' if name in NUMBERS else 'text'}, and write again what the source has"
        return Refusal(f"{show(cell.text)}, which the sheet holds as a {cell.type}", wanted, hint)
    if name == "locator" and _MADE_A_DATE.fullmatch(cell.text):
        hint = "write pages as pp. 2-8; a date in words, as 15 December 1933"
        return Refusal(f"{show(cell.text)}, which may be pages that a spreadsheet took for a date", "a place", hint)
    return None


def is_failed_formula(text: str) -> bool:
    """Whether a text is a formula whose value was not saved, or what a spreadsheet shows where one has failed."""
    return _ERROR.fullmatch(text) is not None or text.startswith("=")


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
    if scale := next(filter(None, map(scale_in, row.texts)), None):
        hint = f"if {scale!r} is about the figures, write them in full first; then delete the row"
    return Refusal(f"{show(row.texts[0])}, and no source, place or basis", "an estimate", hint)


def is_sum(text: str) -> bool:
    """Whether a name says that a row is the sum of others."""
    words = " ".join(text.replace("-", " ").split()).strip(" :.").lower()
    return words in _SUMS or text.lower() == "sub-total" or _SUM_IN_WORDS.search(words) is not None


def is_part(text: str) -> bool:
    """Whether a name says that a row is a part of another one, as "Of which: in Kolyma"."""
    return _PART_IN_WORDS.match(text) is not None


def counted_twice(*names: str) -> tuple[str, str] | None:
    """Return what is found and a hint, where names say that other rows hold a figure too, or it a part of theirs."""
    if any(map(is_sum, names)):
        return "a sum of other rows, by its name", "delete the row; or make it a claim on the total, in a column table"
    if any(map(is_part, names)):
        return "a part of another row, by its name", "delete the row, or take it off the other and name what it counts"
    return None


def joined(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems, of which those of several rows that say the same are one.

    Examples
    --------
    >>> same = [Problem("a.csv", f"row {row} > low", "'?'", "a number") for row in (2, 3, 4, 9)]
    >>> [problem.key for problem in joined(same)]
    ['rows 2 to 4, 9 > low']
    """
    rows: dict[Problem, list[int]] = {}
    for problem in problems:
        match = re.fullmatch(r"row ([0-9]+)( > .*)?", problem.key)
        same = rows.setdefault(replace(problem, key=match[2] or "") if match else problem, [])
        same += [int(match[1])] if match else []
    return [
        replace(problem, key=f"{rows_in_words(numbers)}{problem.key}") if numbers else problem
        for problem, numbers in rows.items()
    ]


def rows_in_words(numbers: Iterable[int]) -> str:
    """Return the numbers of rows as text: row 3; rows 2 to 4, 9."""
    runs: list[list[int]] = []
    for number in sorted({*numbers}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"row{'s' if len(runs) > 1 or len(runs[0]) > 1 else ''} {', '.join(parts)}"
