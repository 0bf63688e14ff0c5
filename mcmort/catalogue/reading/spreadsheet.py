"""Turns a spreadsheet of estimates into components in TOML, or refuses it with every cell that cannot be placed.

One row is one estimate. The columns are documented in ``docs/import.md``; nothing is guessed: an unknown column, a
number that can be read in two ways or two descriptions of one component are problems. The cells themselves are read in
`mcmort.catalogue.reading.sheet_files`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.reading.number_spelling import UNAMBIGUOUS, is_ambiguous, spelling_hint
from mcmort.catalogue.reading.schema_errors import record_of, show
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal, Row, unread
from mcmort.catalogue.reading.sheet_files import read_sheet
from mcmort.catalogue.records import Component, Estimate
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE, did_you_mean
from mcmort.errors import CaseError, Problem

__all__ = ["COLUMNS", "import_sheet", "to_toml"]

COLUMNS: Final[dict[str, str]] = {
    "component": "id of the component that the estimate is about; in every row",
    "label": "label of the component; in its first row",
    "years": "years of the component, as 1930-1935; in its first row",
    "territory": "territory of the component; in its first row",
    "counts": "what the component counts, in plain words; in its first row",
    "unit": "unit of the component, if not deaths; in its first row",
    "facet:NAME": "value of a facet, several with a semicolon between; in its first row",
    "id": "id of the estimate, if its source has several for the component",
    "source": "key of the work in sources.bib; in every row",
    "locator": "page, table or section; in every row",
    "via": "through whom it was read, if not the original",
    "confidence": "high, medium or low",
    "low": "lower figure",
    "best": "central figure",
    "high": "upper figure",
    "standard_error": "standard error of the central figure",
    "reads": "what the printed range means",
    "basis": "how the source got it; in every row",
    "measure": "registered, or all",
    "lineage": "estimates that rest on the same data share one",
    "supersedes": "ids of the author's earlier figures, several with a semicolon between",
    "use": "pool, or cross-check",
    "estimate_years": "years that the figure covers, if not those of the component",
    "estimate_territory": "territory of the figure, if not that of the component",
    "estimate_counts": "what the figure counts, if not what the component counts",
    "note": "remarks on the estimate",
}
"""Columns of a spreadsheet, with their meaning."""

_OF_COMPONENT: Final = ("label", "years", "territory", "counts", "unit")
_NEEDED: Final = ("component", "source", "locator", "basis")
_NUMBERS: Final = ("low", "best", "high", "standard_error")
_YEARS: Final = ("years", "estimate_years")
_RENAMED: Final = {"estimate_years": "years", "estimate_territory": "territory", "estimate_counts": "counts"}
_COLUMN_OF: Final = {key: column for column, key in _RENAMED.items()}
_MINUS: Final = ("-", "\N{MINUS SIGN}")
_PLAIN: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,30})?")
_GROUPED: Final = re.compile(
    r"[1-9][0-9]{0,2}([ _,\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}])[0-9]{3}(\1[0-9]{3}){0,4}"
)
_MARKED: Final = re.compile(r"[0-9][0-9 .,_]*\s*([¹²³⁰-₎*†‡§]+|[a-z]|\[.*\]|\(.*\))", re.I)
"""A number with the mark of a footnote behind it."""
_LAYOUT_HINT: Final = "docs/import.md describes the layout"
_TITLE_ROWS: Final = 20
_SPAN: Final = re.compile(r"(-?[0-9]{1,4})(?:\s*[-:\N{EN DASH}]\s*([0-9]{1,4}))?")
_ERRORS: Final = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
"""What a spreadsheet shows where a formula has failed."""


@dataclass
class _Sheet:
    """The components read so far, and the cells that were refused."""

    file: str
    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, column: str, found: str, expected: str, hint: str = "") -> None:
        """Add the problem of a cell that cannot be placed, or of a whole row where no column is named."""
        place = f"row {row} > {column}" if column else f"row {row}"
        self.problems.append(Problem(self.file, place, found, expected, hint, "form"))


def import_sheet(path: Path, remark: Callable[[str], object] | None = None) -> str:
    """Turn a spreadsheet of estimates into the text of an evidence file.

    Parameters
    ----------
    path : Path
        A ``.csv`` or ``.xlsx`` file with the columns of `COLUMNS`.
    remark : callable, optional
        Called with each sentence on what was not read, such as other sheets of a workbook.

    Returns
    -------
    str
        TOML with one ``[[component]]`` for each component.

    Raises
    ------
    CaseError
        If anything cannot be placed; every such cell is listed.
    UsageError
        If the ending of the file is not known.
    """
    content = read_sheet(path)
    if remark is not None:
        for sentence in content.remarks:
            remark(sentence)
    sheet = _Sheet(path.name, problems=list(content.problems))
    header, rows = _header(path, sheet, content.rows)
    columns = _columns(sheet, header)
    for row in rows:
        if row.texts == header.texts:
            hint = "delete the row: one row of names is enough"
            sheet.refuse(row.number, "", "the names of the columns again", "an estimate", hint)
        elif row.cells:
            _place(sheet, columns, row)
    for name, table in sheet.components.items():
        numbers = ", ".join(str(row) for row in sheet.rows[name])
        label = f'{"rows" if "," in numbers else "row"} {numbers} > component "{name}"'
        _, problems = record_of(Component, {**table, "estimate": []}, path.name, label)
        sheet.problems += [
            problem for problem in problems if (name, problem.key.rpartition(" > ")[2]) not in sheet.refused
        ]
    if not sheet.components and not sheet.problems:
        raise unread(path, "", "rows without a value", "estimates", _LAYOUT_HINT)
    if sheet.problems:
        raise CaseError(str(path), sheet.problems)
    return to_toml({"component": list(sheet.components.values())})


def _header(path: Path, sheet: _Sheet, rows: Sequence[Row]) -> tuple[Row, Sequence[Row]]:
    """Return the row that names the columns and the rows below it; text above it is one problem."""
    filled = [row for row in rows if row.cells]
    expected = "a row of column names, then estimates"
    if not filled:
        raise unread(path, "", "an empty file", expected, _LAYOUT_HINT)
    header = next((row for row in filled if {"component"} < {text.lower() for text in row.texts} & {*COLUMNS}), None)
    if header is None:
        for row in filled[:_TITLE_ROWS]:
            if len(row.cells) == 1 and re.search(r"\bcomponent\b.*[;\t]|[;\t]\s*component\b", row.texts[0], re.I):
                found, hint = "names of columns without a comma between", "save the sheet as comma-separated values"
                raise unread(path, f"row {row.number}", found, "cells with a comma between", hint)
        header = filled[0]
        if not any(text.lower() in COLUMNS for text in header.texts):
            found = f"{show(header.texts[0])}, and no names of columns in this row or below it"
            raise unread(path, f"row {header.number}", found, expected, _LAYOUT_HINT)
    below = rows[rows.index(header) + 1 :]
    if not below:
        raise unread(path, "", "no rows beneath the names of the columns", expected, _LAYOUT_HINT)
    if header is not filled[0]:
        above = filled[0]
        found = f"{show(above.texts[0])} above the names of the columns, which stand in row {header.number}"
        hint = "delete the rows above; what they say of the figures, such as their unit, belongs in counts or note"
        sheet.refuse(above.number, "", found, "the names of the columns first", hint)
    return header, below


def _columns(sheet: _Sheet, header: Row) -> dict[int, str | None]:
    """Return the names of the columns by their numbers; None for a column that has been refused."""
    known = [name for name in COLUMNS if ":" not in name]
    names: dict[int, str | None] = {}
    for place, cell in header.cells.items():
        name, column = cell.text.lower(), f"column {place}"
        names[place] = None
        if cell.refusal is not None:
            sheet.refuse(header.number, column, *cell.refusal)
        elif name in names.values():
            hint = "put the two together"
            sheet.refuse(header.number, column, f"a second column {name!r}", "each column once", hint)
        elif name not in known and not re.fullmatch(r"facet:[a-z0-9][a-z0-9-]*", name):
            hint = did_you_mean(name, known, "docs/import.md lists the columns; a facet is written facet:category")
            sheet.refuse(header.number, column, f"the column {cell.text!r}", "a column of the layout", hint)
        else:
            names[place] = name
    for name in _NEEDED:
        if name not in names.values():
            sheet.absent.add(name)
            sheet.refuse(header.number, name, "no such column", f"the column {name!r}: {COLUMNS[name]}", "add it")
    return names


def _place(sheet: _Sheet, columns: dict[int, str | None], row: Row) -> None:
    """Place the cells of one row."""
    values: dict[str, str] = {}
    lost = set()
    for place, cell in row.cells.items():
        name = columns.get(place, "")
        if name is None:
            continue
        if not name:
            found, hint = (
                f"{show(cell.text)} in a column without a name",
                "name the column in the first row, or empty the cell",
            )
            sheet.refuse(row.number, f"column {place}", found, "a named column", hint)
            continue
        refusal = _refusal(name, cell)
        if refusal is None:
            values[name] = cell.text
        else:
            sheet.refuse(row.number, name, *refusal)
            lost.add(name)
    name = values.pop("component", "")
    if not name:
        if not {"component"} & (lost | sheet.absent):
            sheet.refuse(row.number, "component", "nothing", "the id of a component", "write it in every row")
        return
    first = name not in sheet.components
    table = sheet.components.setdefault(name, {"id": name, "facets": {}, "estimate": []})
    sheet.rows.setdefault(name, []).append(row.number)
    sheet.refused |= {(name, key) for key in lost}
    described = {key: values.pop(key) for key in [*values] if key in _OF_COMPONENT or key.startswith("facet:")}
    for key, text in described.items():
        _describe(sheet, row.number, table, key, text, first)
    table["estimate"].append(_estimate(sheet, row.number, values, lost))


def _refusal(name: str, cell: Cell) -> Refusal | None:
    """Return why a cell cannot stand in a column, whatever its text."""
    if cell.text in _ERRORS or cell.text.startswith("="):
        hint = "put the value in its place; text may not begin with ="
        return Refusal(f"{show(cell.text)}, a formula without its value", "a value", hint)
    if cell.refusal is not None or name in _YEARS:
        return cell.refusal
    if name in _NUMBERS and is_ambiguous(cell.text):
        as_text = ", in a cell formatted as text" if cell.type == "number" else ""
        return Refusal(show(cell.text), UNAMBIGUOUS, spelling_hint(cell.text) + as_text)
    if cell.type not in ("text", "number" if name in _NUMBERS else "text"):
        wanted = "a number" if name in _NUMBERS else "text"
        hint = f"format the cell as {'a number' if name in _NUMBERS else 'text'}, and write again what the source has"
        return Refusal(f"{show(cell.text)}, which the sheet holds as a {cell.type}", wanted, hint)
    return None


def _describe(sheet: _Sheet, row: int, table: dict[str, Any], key: str, text: str, first: bool) -> None:
    """Describe a component; a later row may repeat the description but not change it."""
    value: Any = text
    target, name = table, key
    if key == "years":
        value = _span(sheet, row, key, text)
        if value is None:
            sheet.refused.add((table["id"], key))
    elif key.startswith("facet:"):
        target, name = table["facets"], key.partition(":")[2]
        value = _list(text)
    if value is None:
        return
    if not first and target.get(name, value) != value:
        sheet.refuse(row, key, show(text), f"{show(target[name])}, as in an earlier row", "describe a component once")
        return
    target[name] = value


def _estimate(sheet: _Sheet, row: int, values: dict[str, str], lost: set[str]) -> dict[str, Any]:
    """Make an estimate of a row, and add its problems except those that follow from cells already refused."""
    estimate: dict[str, Any] = {}
    refused = set(lost)
    for key, text in values.items():
        value: Any = text
        if key in _NUMBERS:
            value = _number(sheet, row, key, text)
        elif key == "estimate_years":
            value = _span(sheet, row, key, text)
        elif key == "supersedes":
            value = _list(text)
        if value is None:
            refused.add(key)
        else:
            estimate[_RENAMED.get(key, key)] = value
    for problem in record_of(Estimate, estimate, sheet.file, f"row {row}")[1]:
        key = problem.key.partition(" > ")[2]
        column = _COLUMN_OF.get(key, key)
        of_figure = problem.kind == "meaning" and key != "years"
        if column in refused | sheet.absent or (of_figure and refused & {*_NUMBERS, "reads"}):
            continue
        sheet.problems.append(replace(problem, key=f"row {row} > {column}" if column else problem.key))
    return estimate


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _number(sheet: _Sheet, row: int, column: str, text: str) -> float | int | None:
    """Read a number, whose thousands may be grouped in threes, with a minus sign where it is negative."""
    is_negative = text.startswith(_MINUS)
    size = text[1:] if is_negative else text
    if _GROUPED.fullmatch(size) or _PLAIN.fullmatch(size):
        value = float(size) if _PLAIN.fullmatch(size) and "." in size else int(re.sub(r"\D", "", size))
        return -value if is_negative else value
    hint = "write 1053829 or 1,053,829, with a point for decimals; leave the cell empty if the figure is unknown"
    if text.endswith("%"):
        hint = PERCENT_AS_SHARE
    elif _MARKED.fullmatch(text):
        hint = "leave out the mark, and put what it refers to into note"
    sheet.refuse(row, column, show(text), "a number", hint)
    return None


def _span(sheet: _Sheet, row: int, column: str, text: str) -> list[int] | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        sheet.refuse(row, column, show(text), "a year or a span of years", "as 1937 or 1930-1935")
        return None
    first = int(match[1])
    return [first, int(match[2]) if match[2] else first]


def to_toml(document: dict[str, Any]) -> str:
    """Write tables as TOML.

    Parameters
    ----------
    document : dict
        Of plain values, lists and tables.

    Returns
    -------
    str
    """
    import tomlkit

    def inline(value: Any) -> Any:
        """Write the facets of a component on one line before its estimates, and no number that a case would refuse."""
        if isinstance(value, float) and is_ambiguous(repr(value)):
            return tomlkit.value(f"{value!r}0")
        if isinstance(value, list):
            return [inline(item) for item in value]
        if not isinstance(value, dict):
            return value
        written = {key: inline(item) for key, item in value.items()}
        if "facets" in written:
            table = tomlkit.inline_table()
            table.update(written["facets"])
            written["facets"] = table
        return written

    return tomlkit.dumps(inline(document))
