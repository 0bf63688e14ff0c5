"""A spreadsheet of estimates becomes components in TOML, or is refused with every cell that cannot be placed.

One row is one estimate. The columns are documented in ``docs/import.md``; nothing is guessed: an unknown column, a
number with an ambiguous comma or two descriptions of one component are problems.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.form import record_of
from mcmort.catalogue.loaded import near
from mcmort.catalogue.records import Component
from mcmort.errors import CaseError, Problem, UsageError

__all__ = ["COLUMNS", "import_sheet", "read_sheet", "to_toml"]

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
_NUMBERS: Final = ("low", "best", "high", "standard_error")
_RENAMED: Final = {"estimate_years": "years", "estimate_territory": "territory", "estimate_counts": "counts"}
_PLAIN: Final = re.compile(r"\d+(\.\d+)?")
_GROUPED: Final = re.compile(r"\d{1,3}([ _,\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}])\d{3}(\1\d{3})*")
_SPAN: Final = re.compile(r"(-?\d{1,4})(?:\s*[-:\N{EN DASH}]\s*(\d{1,4}))?")


@dataclass
class _Sheet:
    """What has been placed so far, and what could not be."""

    file: str
    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, column: str, found: str, expected: str, hint: str = "") -> None:
        """Note a cell that cannot be placed."""
        self.problems.append(Problem(self.file, f"row {row} > {column}", found, expected, hint, "form"))


def read_sheet(path: Path) -> list[list[str]]:
    """Read the rows of a ``.csv`` or ``.xlsx`` file as text.

    Parameters
    ----------
    path : Path
        The file; of a workbook the first sheet is read.

    Returns
    -------
    list of list of str
        Rows, the first of which names the columns.

    Raises
    ------
    CaseError
        If the file cannot be read.
    UsageError
        If its ending is not known, or a workbook is given without the extra ``mcmort[excel]``.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise UsageError(f"{path}: no spreadsheet format {path.suffix!r}; expected the ending .csv or .xlsx")
    try:
        if ending == ".csv":
            with path.open(newline="", encoding="utf-8-sig") as stream:
                return [[cell.strip() for cell in row] for row in csv.reader(stream, strict=True)]
        return _workbook(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem(path.name, "", f"a file that cannot be read ({reason})", "a spreadsheet", "", "form")
        raise CaseError(str(path), [problem]) from error


def _workbook(path: Path) -> list[list[str]]:
    try:
        import openpyxl
    except ImportError as error:
        raise UsageError(
            "reading .xlsx needs openpyxl: pip install 'mcmort[excel]', or save the sheet as .csv"
        ) from error
    from zipfile import BadZipFile

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError) as error:
        problem = Problem(path.name, "", "a file that is no workbook", "an .xlsx file", "save it again", "form")
        raise CaseError(str(path), [problem]) from error
    try:
        return [[_cell(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _cell(value: object) -> str:
    """Return a cell of a workbook as text; a whole number loses the decimals that Excel gives it."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def import_sheet(path: Path) -> str:
    """Turn a spreadsheet of estimates into the text of an evidence file.

    Parameters
    ----------
    path : Path
        A ``.csv`` or ``.xlsx`` file with the columns of `COLUMNS`.

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
    rows = read_sheet(path)
    sheet = _Sheet(path.name)
    if len(rows) < 2:
        found = "no rows beneath the names of the columns" if rows else "an empty file"
        sheet.problems.append(Problem(path.name, "", found, "a row of column names, then estimates", "", "form"))
        raise CaseError(str(path), sheet.problems)
    columns = _columns(sheet, rows[0])
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            _place(sheet, number, columns, cells)
    for name, table in sheet.components.items():
        _, problems = record_of(Component, table, path.name, f'component "{name}"')
        sheet.problems += [_with_row(sheet, name, problem) for problem in problems]
    if sheet.problems:
        raise CaseError(str(path), sheet.problems)
    return to_toml({"component": list(sheet.components.values())})


def _with_row(sheet: _Sheet, name: str, problem: Problem) -> Problem:
    """Add to a problem the rows in which its component stands."""
    rows = ", ".join(str(row) for row in sheet.rows[name])
    return Problem(
        problem.file, f"rows {rows} > {problem.key}", problem.found, problem.expected, problem.hint, problem.kind
    )


def _columns(sheet: _Sheet, header: list[str]) -> list[str]:
    known = [name for name in COLUMNS if ":" not in name]
    names = [name.strip().lower() for name in header]
    for place, name in enumerate(names, start=1):
        if name and name not in known and not re.fullmatch(r"facet:[a-z0-9][a-z0-9-]*", name):
            hint = near(name, known, "docs/import.md lists the columns; a facet is written facet:category")
            sheet.refuse(1, f"column {place}", f"the column {header[place - 1]!r}", "a column of the layout", hint)
        if name and name in names[: place - 1]:
            sheet.refuse(1, f"column {place}", f"a second column {name!r}", "each column once")
    for name in ("component", "source", "locator", "basis"):
        if name not in names:
            sheet.refuse(1, name, "no such column", f"the column {name!r}: {COLUMNS[name]}")
    return names


def _place(sheet: _Sheet, row: int, columns: list[str], cells: list[str]) -> None:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        sheet.refuse(row, f"column {len(columns) + 1}", "a value without a column name", "as many cells as columns")
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell}
    name = values.pop("component", "")
    if not name:
        sheet.refuse(row, "component", "nothing", "the id of a component", "write it in every row")
        return
    first = name not in sheet.components
    table = sheet.components.setdefault(name, {"id": name, "facets": {}, "estimate": []})
    sheet.rows.setdefault(name, []).append(row)
    described = {key: values.pop(key) for key in [*values] if key in _OF_COMPONENT or key.startswith("facet:")}
    for key, text in described.items():
        _describe(sheet, row, table, key, text, first)
    table["estimate"].append(_estimate(sheet, row, values))


def _describe(sheet: _Sheet, row: int, table: dict[str, Any], key: str, text: str, first: bool) -> None:
    """Describe a component; a later row may repeat the description but not change it."""
    value: Any = text
    target, name = table, key
    if key == "years":
        value = _span(sheet, row, key, text)
    elif key.startswith("facet:"):
        target, name = table["facets"], key.partition(":")[2]
        value = _list(text)
    if value is None:
        return
    if not first and target.get(name, value) != value:
        sheet.refuse(row, key, repr(text), f"{target[name]!r}, as in an earlier row", "describe a component once")
        return
    target[name] = value


def _estimate(sheet: _Sheet, row: int, values: dict[str, str]) -> dict[str, Any]:
    estimate: dict[str, Any] = {}
    for key, text in values.items():
        value: Any = text
        if key in _NUMBERS:
            value = _number(sheet, row, key, text)
        elif key == "estimate_years":
            value = _span(sheet, row, key, text)
        elif key == "supersedes":
            value = _list(text)
        if value is not None:
            estimate[_RENAMED.get(key, key)] = value
    return estimate


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _number(sheet: _Sheet, row: int, column: str, text: str) -> float | int | None:
    """Read a number; thousands may be grouped in threes, and what could be read in two ways is refused."""
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"\D", "", text))
    if _PLAIN.fullmatch(text):
        return float(text) if "." in text else int(text)
    hint = "write 1053829 or 1,053,829 with a point for decimals; leave the cell empty if the figure is unknown"
    sheet.refuse(row, column, repr(text), "a number", hint)
    return None


def _span(sheet: _Sheet, row: int, column: str, text: str) -> list[int] | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        sheet.refuse(row, column, repr(text), "a year or a span of years", "as 1937 or 1930-1935")
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
        """Write the facets of a component on one line, so that its estimates follow them."""
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
