"""A case as sheets of cells and back: one sheet for each kind of record, one row for each record, nothing lost.

A cell holds a text, a number or a truth value as it is. Years are written as 1930-1935, facets have a column each, and
what has parts is written as TOML has it: ``{ low = 0.1, high = 0.3 }``. A text that would be taken for one of these
stands in double quotes.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mcmort.catalogue.reading.cell_refusals import is_failed_formula
from mcmort.catalogue.reading.number_spelling import UNAMBIGUOUS, is_ambiguous, spelling_hint
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal, Row
from mcmort.catalogue.reading.sheet_values import list_of, span_of
from mcmort.catalogue.reading.toml_text import inline_toml
from mcmort.errors import CaseError, Problem

__all__ = ["CASE", "DEFINITIONS", "ESTIMATES", "SHEETS", "Table", "documents_of", "sheets_of"]

type Table = list[dict[str, Any]]
"""Rows of a sheet, as cells by the names of their columns."""

CASE: Final = "case"
ESTIMATES: Final = "estimates"
SHEETS: Final = {
    "component": "components",
    "quantity": "quantities",
    "profile": "profiles",
    "overlap": "overlaps",
    "dependence": "dependence",
    "correlation": "correlations",
    "balance": "balances",
    "lineage": "lineages",
    "claim": "claims",
}
"""Sheets of the kinds of record in evidence files."""
_NAME_OF_FILE: Final = re.compile(r"[A-Za-z0-9][\w -]*(?:\.[\w -]+)*\.toml")
"""Names of evidence files: a workbook of somebody else may not say where else on this machine a file is written."""
DEFINITIONS: Final = "definitions"
_OF: Final = "of"
_FILE: Final = "file"
_FILE_OF_NEW: Final = "evidence.toml"
_NEEDS_QUOTES: Final = re.compile(r"[\[{\"'=]|\s|.*\s\Z|.*_x[0-9A-Fa-f]{4}_|.*[\r\t]", re.S)


def sheets_of(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Table]:
    """Return the TOML documents of a case as sheets.

    Parameters
    ----------
    documents : mapping
        Content of each file by its name.

    Returns
    -------
    dict of str to list of dict
        The sheet of the case first, then definitions, estimates, and the kinds of record that the case has.
    """
    case = [{"key": key, "value": _cell("", value)} for key, value in _leaves(documents["case.toml"])]
    definitions = [{"id": name, **_row(table)} for name, table in documents["definitions.toml"].items()]
    sheets: dict[str, Table] = {CASE: case, DEFINITIONS: definitions, SHEETS["component"]: [], ESTIMATES: []}
    for file, document in documents.items():
        if file in ("case.toml", "definitions.toml"):
            continue
        for kind, tables in document.items():
            for table in tables:
                own = {key: value for key, value in table.items() if key != "estimate"}
                sheets.setdefault(SHEETS[kind], []).append({**_row(own), _FILE: file})
                sheets[ESTIMATES] += [{_OF: table["id"], **_row(one)} for one in table.get("estimate", ())]
    return sheets


def documents_of(sheets: Mapping[str, Iterable[Row]], file: str) -> dict[str, dict[str, Any]]:
    """Return the TOML documents of the sheets of a case.

    Parameters
    ----------
    sheets : mapping
        Rows of each sheet by its name; the first row of a sheet names the columns.
    file : str
        How to call the workbook in problems.

    Returns
    -------
    dict
        Content of each file by its name; the checks of a case find what is wrong with it.

    Raises
    ------
    CaseError
        If a cell cannot be read, or an estimate is of nothing.
    """
    problems: list[Problem] = []
    tables = {name: [*_tables(name, rows, file, problems)] for name, rows in sheets.items()}
    documents: dict[str, dict[str, Any]] = {"case.toml": {}, "definitions.toml": {}}
    for number, table in enumerate(tables.get(CASE, ()), start=2):
        key = str(table.get("key", ""))
        if not _set(documents["case.toml"], key.split("."), table.get("value", "")):
            found, hint = f"the key {key!r} twice, or within another", "delete one of the rows"
            problems.append(Problem(file, f"{CASE} > row {number}", found, "each key once", hint, "form"))
    for table in tables.get(DEFINITIONS, ()):
        name = str(table.pop("id", ""))
        documents["definitions.toml"][name] = table
    documents_of_a_case = frozenset(documents)
    owners: dict[str, dict[str, Any]] = {}
    for kind, sheet in SHEETS.items():
        for table in tables.get(sheet, ()):
            target = str(table.pop(_FILE, _FILE_OF_NEW))
            if not _NAME_OF_FILE.fullmatch(target) or target in documents_of_a_case:
                found, expected = f"the file {show(target)}", "the name of an evidence file in the folder of the case"
                hint = f"as {_FILE_OF_NEW}, without a folder"
                problems.append(Problem(file, f"{sheet} > {table.get('id', '')} > file", found, expected, hint, "form"))
                target = _FILE_OF_NEW
            documents.setdefault(target, {}).setdefault(kind, []).append(table)
            if kind in ("component", "quantity"):
                owners[str(table.get("id"))] = table
    for number, table in enumerate(tables.get(ESTIMATES, ()), start=2):
        owner = owners.get(str(table.pop(_OF, "")))
        if owner is None:
            expected, hint = "the id of a component or quantity", "write it in every row"
            problems.append(Problem(file, f"{ESTIMATES} > row {number} > of", "no such id", expected, hint, "form"))
        else:
            owner.setdefault("estimate", []).append(table)
    if problems:
        raise CaseError(file, problems)
    return documents


def _leaves(table: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and "." not in key:
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield before + key, value


def _set(document: dict[str, Any], keys: list[str], value: Any) -> bool:
    """Set the value of a key and return whether it had none."""
    for key in keys[:-1]:
        document = document.setdefault(key, {})
        if not isinstance(document, dict):
            return False
    is_new = keys[-1] not in document
    document[keys[-1]] = value
    return is_new


def _row(table: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in table.items():
        if key == "facets":
            row |= {f"facet:{name}": _listed(values) for name, values in value.items()}
        else:
            row[key] = _cell(key, value)
    return row


def _listed(values: Any) -> Any:
    return "; ".join(values) if isinstance(values, list) else values


def _cell(key: str, value: Any) -> Any:
    if key == "years" and isinstance(value, list):
        first, last = value
        years = [f"{year:04}" if 0 <= year < 1000 else year for year in (first, last)]
        return years[0] if first == last else f"{years[0]} to {years[1]}" if first < 0 else f"{years[0]}-{years[1]}"
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _NEEDS_QUOTES.match(value) else value
    return inline_toml(value)


def _tables(sheet: str, rows: Iterable[Row], file: str, problems: list[Problem]) -> Iterable[dict[str, Any]]:
    header: dict[int, str] | None = None
    for row in rows:
        if header is None:
            header = {place: cell.text for place, cell in row.cells.items()}
            for name in {name for name in header.values() if [*header.values()].count(name) > 1}:
                found, hint = f"a second column {name!r}", "put the two together"
                problems.append(Problem(file, f"{sheet} > row {row.number}", found, "each column once", hint, "form"))
            continue
        table: dict[str, Any] = {}
        for place, cell in row.cells.items():
            name = header.get(place, "")
            value = cell.refusal or _value(name, cell)
            if isinstance(value, Refusal) or not name:
                found, expected, hint = value if isinstance(value, Refusal) else (show(cell.text), "a named column", "")
                where = f"{sheet} > row {row.number} > {name or f'column {place}'}"
                problems.append(Problem(file, where, found, expected, hint, "form"))
            elif name.startswith("facet:"):
                table.setdefault("facets", {})[name.partition(":")[2]] = list_of(cell.text)
            else:
                table[name] = value
        if table:
            if sheet == SHEETS["component"]:
                table.setdefault("facets", {})
            yield table


def _value(key: str, cell: Cell) -> Any:
    text = cell.text
    if key == "years" and not text.startswith("["):
        return span_of(text)
    if cell.type == "truth value":
        return text == "True"
    if is_failed_formula(text):
        found, hint = f"{show(text)}, a formula without its value", "put the value in its place"
        return Refusal(found, "a value", f"{hint}; text that begins with = stands in double quotes")
    if cell.type == "number" and is_ambiguous(text) and text.endswith(".000"):
        return Refusal(show(text), UNAMBIGUOUS, spelling_hint(text))
    if cell.type == "number":
        return float(text) if "." in text else int(text)
    if cell.type == "text" and text[:1] in ("[", "{", '"'):
        try:
            return json.loads(text) if text.startswith('"') else tomllib.loads(f"value = {text}")["value"]
        except (ValueError, RecursionError) as error:
            return Refusal(show(text), "a value as TOML has it", f"compare with another row ({str(error)[:40]})")
    if cell.type == "date":
        return Refusal(f"{show(text)}, which the sheet holds as a date", "text or a number", "format the cell as text")
    return text
