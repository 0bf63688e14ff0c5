"""Turns a spreadsheet of estimates into components in TOML, or refuses it with every cell that cannot be placed.

One row is one estimate. The columns are documented in ``docs/import.md``; nothing is guessed: an unknown column, a
number with an ambiguous comma or two descriptions of one component are problems.
"""

from __future__ import annotations

import csv
import re
import zlib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.reading.schema_errors import record_of, show
from mcmort.catalogue.records import Component, Estimate
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE, did_you_mean
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
_NEEDED: Final = ("component", "source", "locator", "basis")
_NUMBERS: Final = ("low", "best", "high", "standard_error")
_RENAMED: Final = {"estimate_years": "years", "estimate_territory": "territory", "estimate_counts": "counts"}
_COLUMN_OF: Final = {key: column for column, key in _RENAMED.items()}
_PLAIN: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,30})?")
_GROUPED: Final = re.compile(
    r"[1-9][0-9]{0,2}([ _,\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}])[0-9]{3}(\1[0-9]{3}){0,4}"
)
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
        """Add the problem of a cell that cannot be placed."""
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
        hint = "save the sheet as one of the two"
        raise UsageError(
            f"{path}: no spreadsheet format {path.suffix!r}; expected the ending .csv or .xlsx. Hint: {hint}"
        )
    try:
        return _text(path) if ending == ".csv" else _workbook(path)
    except UnicodeDecodeError as error:
        found, expected, hint = f"bytes that are not UTF-8 ({error.reason})", "UTF-8", "save the sheet as CSV in UTF-8"
    except OSError as error:
        found, expected, hint = f"a file that cannot be read ({error.strerror})", "a spreadsheet", "look at its name"
    raise _unread(path, "", found, expected, hint)


def _unread(path: Path, key: str, found: str, expected: str, hint: str) -> CaseError:
    return CaseError(str(path), [Problem(path.name, key, found, expected, hint, "form")])


def _text(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            return [[cell.strip() for cell in row] for row in reader]
        except csv.Error as error:
            found, expected = f"text that is not CSV ({error})", "cells with a comma between, text in double quotes"
            hint = "look for a quotation mark that is not closed, or not doubled inside of quoted text"
            raise _unread(path, f"line {reader.line_num}", found, expected, hint) from error


def _workbook(path: Path) -> list[list[str]]:
    try:
        import openpyxl
    except ImportError as error:
        raise UsageError(
            "reading .xlsx needs openpyxl: pip install 'mcmort[excel]', or save the sheet as .csv"
        ) from error
    from warnings import catch_warnings, simplefilter
    from zipfile import BadZipFile

    try:
        with catch_warnings(), path.open("rb") as stream:
            simplefilter("ignore")  # of parts of a workbook that openpyxl cannot keep; cells are not among them
            values, formulas = (openpyxl.load_workbook(stream, data_only=known) for known in (True, False))
            pairs = zip(values.worksheets[0].iter_rows(), formulas.worksheets[0].iter_rows(), strict=True)
            return [[_cell(*cells) for cells in zip(*rows, strict=True)] for rows in pairs]
    except (BadZipFile, zlib.error, EOFError, LookupError, RuntimeError, SyntaxError, TypeError, ValueError) as error:
        raise _unread(path, "", "a file that is no workbook", "an .xlsx file", "save it again") from error


def _cell(known: Any, written: Any) -> str:
    """Return a cell of a workbook as text: a formula by its value, or as it stands where its value was not saved."""
    value = known.value
    if value is None:
        return str(getattr(written.value, "text", written.value)) if written.data_type == "f" else ""
    if isinstance(value, float):  # a whole number loses the decimals that a workbook gives it
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"
    return str(value).strip()


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
        hint = "docs/import.md describes the layout"
        raise _unread(path, "", found, "a row of column names, then estimates", hint)
    if len(rows[0]) == 1 and re.search(r"[;\t]", rows[0][0]):
        found = "names of columns without a comma between"
        raise _unread(path, "row 1", found, "cells with a comma between", "save the sheet as comma-separated values")
    columns = _columns(sheet, rows[0])
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            _place(sheet, number, columns, cells)
    for name, table in sheet.components.items():
        numbers = ", ".join(str(row) for row in sheet.rows[name])
        label = f'{"rows" if "," in numbers else "row"} {numbers} > component "{name}"'
        _, problems = record_of(Component, {**table, "estimate": []}, path.name, label)
        sheet.problems += [
            problem for problem in problems if (name, problem.key.rpartition(" > ")[2]) not in sheet.refused
        ]
    if not sheet.components and not sheet.problems:
        raise _unread(path, "", "rows without a value", "estimates", "docs/import.md describes the layout")
    if sheet.problems:
        raise CaseError(str(path), sheet.problems)
    return to_toml({"component": list(sheet.components.values())})


def _columns(sheet: _Sheet, header: list[str]) -> list[str | None]:
    """Return the names of the columns; empty where there is none, None for a column that has been refused."""
    known = [name for name in COLUMNS if ":" not in name]
    names: list[str | None] = []
    for place, written in enumerate(header, start=1):
        name = written.lower()
        if name and name in names:
            sheet.refuse(1, f"column {place}", f"a second column {name!r}", "each column once", "put the two together")
            names.append(None)
        elif name and name not in known and not re.fullmatch(r"facet:[a-z0-9][a-z0-9-]*", name):
            hint = did_you_mean(name, known, "docs/import.md lists the columns; a facet is written facet:category")
            sheet.refuse(1, f"column {place}", f"the column {written!r}", "a column of the layout", hint)
            names.append(None)
        else:
            names.append(name)
    for name in _NEEDED:
        if name not in names:
            sheet.absent.add(name)
            sheet.refuse(1, name, "no such column", f"the column {name!r}: {COLUMNS[name]}", "add it")
    return names


def _place(sheet: _Sheet, row: int, columns: list[str | None], cells: list[str]) -> None:
    """Place the cells of one row."""
    values: dict[str, str] = {}
    lost = set()
    for place, cell in enumerate(cells, start=1):
        name = columns[place - 1] if place <= len(columns) else ""
        if not cell or name is None:
            continue
        if not name:
            hint = "name the column in the first row, or empty the cell"
            sheet.refuse(row, f"column {place}", f"{show(cell)} in a column without a name", "a named column", hint)
        elif cell in _ERRORS or cell.startswith("="):
            hint = "put the value in its place; text may not begin with ="
            sheet.refuse(row, name, f"{show(cell)}, a formula without its value", "a value", hint)
            lost.add(name)
        else:
            values[name] = cell
    name = values.pop("component", "")
    if not name:
        if not {"component"} & (lost | sheet.absent):
            sheet.refuse(row, "component", "nothing", "the id of a component", "write it in every row")
        return
    first = name not in sheet.components
    table = sheet.components.setdefault(name, {"id": name, "facets": {}, "estimate": []})
    sheet.rows.setdefault(name, []).append(row)
    sheet.refused |= {(name, key) for key in lost}
    described = {key: values.pop(key) for key in [*values] if key in _OF_COMPONENT or key.startswith("facet:")}
    for key, text in described.items():
        _describe(sheet, row, table, key, text, first)
    table["estimate"].append(_estimate(sheet, row, values, lost))


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
    """Read a number; thousands may be grouped in threes, and what could be read in two ways is refused."""
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"\D", "", text))
    if _PLAIN.fullmatch(text):
        return float(text) if "." in text else int(text)
    hint = "write 1053829 or 1,053,829, with a point for decimals; leave the cell empty if the figure is unknown"
    if text.endswith("%"):
        hint = PERCENT_AS_SHARE
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
