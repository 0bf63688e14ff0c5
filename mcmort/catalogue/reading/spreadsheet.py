"""Turns a spreadsheet of estimates into components in TOML, or refuses it with every cell that cannot be placed.

One row is one estimate. The columns are documented in ``docs/import.md``; nothing is guessed: an unknown column, a
number that can be read in two ways or two descriptions of one component are problems. The cells themselves are read in
`mcmort.catalogue.reading.sheet_files`, names of columns in `mcmort.catalogue.reading.column_names`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.reading.cell_refusals import NUMBERS, YEARS, refusal_beyond, refusal_of, row_refusal
from mcmort.catalogue.reading.column_names import COLUMNS, MORE_COLUMNS, ColumnChoices
from mcmort.catalogue.reading.schema_errors import record_of, show
from mcmort.catalogue.reading.sheet_cells import Refusal, Row, unread
from mcmort.catalogue.reading.sheet_files import read_sheet
from mcmort.catalogue.reading.sheet_values import list_of, number_of, span_of
from mcmort.catalogue.reading.sheet_works import Works, slug
from mcmort.catalogue.reading.toml_text import to_toml
from mcmort.catalogue.records import Claim, Component, Estimate, Quantity, Record
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import CaseError, Problem

__all__ = ["COLUMNS", "import_sheet"]

_OF_COMPONENT: Final = ("label", "years", "territory", "counts", "unit")
_NEEDED: Final = ("component", "source", "locator", "basis")
_RENAMED: Final = {"estimate_years": "years", "estimate_territory": "territory", "estimate_counts": "counts"}
_COLUMN_OF: Final = {key: column for column, key in _RENAMED.items()}
_OF_CLAIM: Final = (
    *("id", "source", "locator", "via", "confidence", *NUMBERS, "reads", "basis", "measure", "lineage", "supersedes"),
    *("estimate_years", "estimate_counts", "unit", "definition", "note"),
)
_LAYOUT_HINT: Final = "docs/import.md describes the layout"
_TITLE_ROWS: Final = 20
_KINDS: Final[dict[str, type[Record]]] = {"component": Component, "quantity": Quantity}
_KIND: Final = re.compile(r"\b(claim|quantity|component)", re.I)
"""What a row is, in words such as "claim on a total" or "quantity: population"."""


@dataclass
class _Sheet:
    """The components read so far, and the cells that were refused."""

    file: str
    choices: ColumnChoices
    works: Works
    definitions: tuple[str, ...] = ()
    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    quantities: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    rows: dict[str, list[int]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, column: str, found: str, expected: str, hint: str = "") -> None:
        """Add the problem of a cell that cannot be placed, or of a whole row where no column is named."""
        place = f"row {row} > {column}" if column else f"row {row}"
        self.problems.append(Problem(self.file, place, found, expected, hint, "form"))


def import_sheet(
    path: Path,
    remark: Callable[[str], object] | None = None,
    choices: ColumnChoices | None = None,
    works: Works | None = None,
    definitions: Sequence[str] = (),
) -> str:
    """Turn a spreadsheet of estimates into the text of an evidence file.

    Parameters
    ----------
    path : Path
        A ``.csv`` or ``.xlsx`` file with the columns of `COLUMNS`.
    remark : callable, optional
        Called with each sentence on what was read, and what was not, such as other sheets of a workbook.
    choices : ColumnChoices, optional
        What the user says of the names of the columns.
    works : Works, optional
        Works of the case; those that the sheet names by author, year and title are added.
    definitions : sequence of str
        Definitions of the case. A claim that names none is about the only one.

    Returns
    -------
    str
        TOML with one ``[[component]]`` for each component, and the claims and quantities that the sheet holds.

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
    sheet = _Sheet(path.name, choices or ColumnChoices(), works or Works(), tuple(definitions))
    sheet.problems += content.problems
    header, rows = _header(path, sheet, content.rows)
    columns = _columns(sheet, header)
    for row in rows:
        if row.texts == header.texts:
            hint = "delete the row: one row of names is enough"
            sheet.refuse(row.number, "", "the names of the columns again", "an estimate", hint)
        elif row.cells:
            _place(sheet, columns, row)
    _finish(sheet)
    if not (sheet.components or sheet.quantities or sheet.claims) and not sheet.problems:
        raise unread(path, "", "rows without a value", "estimates", _LAYOUT_HINT)
    if sheet.problems:
        raise CaseError(str(path), sheet.problems)
    if remark is not None:
        for sentence in sheet.remarks:
            remark(sentence)
    owners = {"component": sheet.components, "quantity": sheet.quantities}
    document: dict[str, Any] = {kind: list(tables.values()) for kind, tables in owners.items() if tables}
    return to_toml(document | ({"claim": sheet.claims} if sheet.claims else {}))


def _finish(sheet: _Sheet) -> None:
    """Complete components by what their rows have in common, and check each component and quantity as a whole."""
    every = [("component", *item) for item in sheet.components.items()]
    every += [("quantity", *item) for item in sheet.quantities.items()]
    for kind, name, table in every:
        spans = [estimate["years"] for estimate in table["estimate"] if "years" in estimate]
        if "years" not in table and spans and "years" not in sheet.columns:
            table["years"] = [min(span[0] for span in spans), max(span[1] for span in spans)]
        if kind == "component" and "label" in table and "counts" not in sheet.columns:
            table.setdefault("counts", table["label"])
        numbers = ", ".join(str(row) for row in sheet.rows[name])
        label = f'{"rows" if "," in numbers else "row"} {numbers} > {kind} "{name}"'
        _, problems = record_of(_KINDS[kind], {**table, "estimate": []}, sheet.file, label)
        sheet.problems += [
            problem for problem in problems if (name, problem.key.rpartition(" > ")[2]) not in sheet.refused
        ]
    if sheet.components and not any(name.startswith("facet:") for name in sheet.columns):
        sheet.remarks.append(f'{sheet.file}: no column of a facet; every component has facets = {{ kind = "deaths" }}')
        for table in sheet.components.values():
            table["facets"] = {"kind": "deaths"}


def _header(path: Path, sheet: _Sheet, rows: Sequence[Row]) -> tuple[Row, Sequence[Row]]:
    """Return the row that names the columns and the rows below it; text above it is one problem."""
    filled = [row for row in rows if row.cells]
    expected = "a row of column names, then estimates"
    if not filled:
        raise unread(path, "", "an empty file", expected, _LAYOUT_HINT)
    header = next((row for row in filled if _names_columns(sheet, row)), None)
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


def _names_columns(sheet: _Sheet, row: Row) -> bool:
    """Whether a row names the columns: what the figures are about, and at least one column more."""
    named = {sheet.choices.column(text) for text in row.texts}
    return len(named - {None}) > 1 and bool(named & {"component", "label"})


def _columns(sheet: _Sheet, header: Row) -> dict[int, str | None]:
    """Return the names of the columns by their numbers; None for a column that has been refused."""
    known = [name for name in (*COLUMNS, *MORE_COLUMNS) if ":" not in name]
    names: dict[int, str | None] = {}
    renamed: list[str] = []
    ignored: list[str] = []
    for place, cell in header.cells.items():
        name, column = sheet.choices.column(cell.text), f"column {place}"
        names[place] = None
        if sheet.choices.is_ignored(cell.text):
            ignored.append(cell.text)
        elif cell.refusal is not None:
            sheet.refuse(header.number, column, *cell.refusal)
        elif name is not None and name in names.values():
            hint = "put the two together"
            sheet.refuse(header.number, column, f"a second column {name!r}", "each column once", hint)
        elif name is None:
            hint = did_you_mean(
                cell.text.lower(), known, "docs/import.md lists the columns; a facet is written facet:category"
            )
            hint += f"; or --map {show(cell.text)[1:-1]}=COLUMN, or --ignore {show(cell.text)[1:-1]}"
            sheet.refuse(header.number, column, f"the column {cell.text!r}", "a column of the layout", hint)
        else:
            names[place] = name
            if cell.text.lower() != name:
                renamed.append(f"{cell.text} as {name}")
    sheet.columns |= {name for name in names.values() if name is not None}
    for what, texts in (("columns read", renamed), ("columns left out", ignored)):
        if texts:
            sheet.remarks.append(f"{sheet.file}: {what}: {', '.join(texts)}")
    replaced = {"component": {"label"}, "source": {"author", "title"}}
    for name in _NEEDED:
        if name not in names.values() and not replaced.get(name, set()) & sheet.columns:
            sheet.absent.add(name)
            instead = " and ".join(f"{other!r}" for other in sorted(replaced.get(name, set())))
            hint = (
                f"add it, or {instead}, of which it is made; --map takes columns of other names"
                if instead
                else "add it"
            )
            sheet.refuse(header.number, name, "no such column", f"the column {name!r}: {COLUMNS[name]}", hint)
    return names


def _place(sheet: _Sheet, columns: dict[int, str | None], row: Row) -> None:
    """Place the cells of one row."""
    values: dict[str, str] = {}
    lost = set()
    if no_estimate := row_refusal(row, columns):
        sheet.refuse(row.number, "", *no_estimate)
        return
    if beyond := refusal_beyond(row, columns):
        sheet.refuse(row.number, *beyond)
    for place, cell in row.cells.items():
        name = columns.get(place)
        if name is None:
            continue
        refusal = refusal_of(name, cell)
        if refusal is None:
            values[name] = cell.text
        else:
            sheet.refuse(row.number, name, *refusal)
            lost.add(name)
    match = _KIND.search(values.pop("table", "component"))
    kind = match[1].lower() if match else "component"
    if kind == "quantity" and "component" not in values and "estimate_counts" in values:
        values["label"] = values.pop("estimate_counts")  # what a row counts tells one quantity of a group from another
    _derive(sheet, row.number, values)
    if kind == "claim":
        sheet.claims.append(_claim(sheet, row.number, values, lost))
        return
    name = values.pop("component", "")
    if not name:
        if not {"component"} & (lost | sheet.absent):
            sheet.refuse(row.number, "component", "nothing", "the id of a component", "write it in every row")
        return
    tables = sheet.components if kind == "component" else sheet.quantities
    if kind == "quantity":
        name = re.sub(r"^(\d+)_(.+)", r"\2_\1", name.replace("-", "_"))  # a name in a formula begins with a letter
        values.pop("counts", None)
    first = name not in tables
    empty: dict[str, Any] = (
        {"id": name, "facets": {}, "estimate": []} if kind == "component" else {"id": name, "estimate": []}
    )
    table = tables.setdefault(name, empty)
    sheet.rows.setdefault(name, []).append(row.number)
    sheet.refused |= {(name, key) for key in lost}
    described = {key: values.pop(key) for key in [*values] if key in _OF_COMPONENT or key.startswith("facet:")}
    for key, text in described.items():
        if kind == "component" or not key.startswith("facet:"):
            _describe(sheet, row.number, table, key, text, first)
    table["estimate"].append(_estimate(sheet, row.number, values, lost))


_READINGS: Final = {
    **dict.fromkeys(("at least", "no fewer than", "not fewer than", "no less than"), "at-least"),
    **dict.fromkeys(("at most", "no more than", "not more than"), "at-most"),
    **dict.fromkeys(("up to", "as many as", "as much as", "as high as"), "up-to"),
}
"""What people write for readings, in small letters."""


def _derive(sheet: _Sheet, row: int, values: dict[str, str]) -> None:
    """Make what other columns say: an id of a label, a source of a work, years of two columns, small letters of ids."""
    if "component" not in values and "component" not in sheet.columns and "label" in values:
        values["component"] = slug(values["label"])
    if "source" not in values:
        key = sheet.works.key_of(values)
        values |= {"source": key} if key is not None else {}
    start, end = values.pop("start_year", ""), values.pop("end_year", "")
    if (start or end) and "estimate_years" not in values:
        values["estimate_years"] = start if end in ("", start) else f"{start}-{end}"
    if "reads" in values:
        values["reads"] = _READINGS.get(" ".join(values["reads"].lower().split()), values["reads"])
    for key in ("id", "lineage"):
        if key in values and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", values[key]):
            values[key] = values[key].lower()


def _claim(sheet: _Sheet, row: int, values: dict[str, str], lost: set[str]) -> dict[str, Any]:
    """Make a claim of a row."""
    label = values.pop("label", "")
    name = values.pop("component", "")
    claim = _figure(sheet, row, {key: text for key, text in values.items() if key in _OF_CLAIM}, lost)
    source = claim.get("source", "")
    work = sheet.works.added.get(source)
    claim.setdefault("id", slug(f"{source}-{name}"))
    claim.setdefault(
        "author",
        f"{work['author'].partition(',')[0]} {work.get('year', '')}".strip() if work and "author" in work else source,
    )
    claim.setdefault("counts", values.get("estimate_counts", label) or label)
    if "definition" not in claim and len(sheet.definitions) == 1:
        claim["definition"] = sheet.definitions[0]
    _check(sheet, row, Claim, claim, lost)
    return claim


def _describe(sheet: _Sheet, row: int, table: dict[str, Any], key: str, text: str, first: bool) -> None:
    """Describe a component; a later row may repeat the description but not change it."""
    value: Any = text
    target, name = table, key
    if key == "years":
        value = _read(sheet, row, key, span_of(text))
        if value is None:
            sheet.refused.add((table["id"], key))
    elif key.startswith("facet:"):
        target, name = table["facets"], key.partition(":")[2]
        value = list_of(text)
    if value is None:
        return
    if not first and target.get(name, value) != value:
        sheet.refuse(row, key, show(text), f"{show(target[name])}, as in an earlier row", "describe a component once")
        return
    target[name] = value


def _estimate(sheet: _Sheet, row: int, values: dict[str, str], lost: set[str]) -> dict[str, Any]:
    """Make an estimate of a row."""
    refused = set(lost)
    estimate = _figure(sheet, row, values, refused)
    _check(sheet, row, Estimate, estimate, refused)
    return estimate


def _figure(sheet: _Sheet, row: int, values: dict[str, str], refused: set[str]) -> dict[str, Any]:
    """Read the cells of a figure; what is refused is added to the names that are."""
    figure: dict[str, Any] = {}
    for key, text in values.items():
        value: Any = text
        if key in NUMBERS:
            value = _read(sheet, row, key, number_of(text))
        elif key in YEARS:
            value = _read(sheet, row, key, span_of(text))
        elif key == "supersedes":
            value = list_of(text)
        if value is None:
            refused.add(key)
        else:
            figure[_RENAMED.get(key, key)] = value
    return figure


def _read[T](sheet: _Sheet, row: int, column: str, value: T | Refusal) -> T | None:
    """Return a value, or None after its refusal has been added."""
    if isinstance(value, Refusal):
        sheet.refuse(row, column, *value)
        return None
    return value


def _check(sheet: _Sheet, row: int, kind: type[Record], figure: dict[str, Any], refused: set[str]) -> None:
    """Add the problems of a figure, except those that follow from cells already refused."""
    for problem in record_of(kind, figure, sheet.file, f"row {row}")[1]:
        key = problem.key.partition(" > ")[2]
        column = _COLUMN_OF.get(key, key)
        of_figure = problem.kind == "meaning" and key != "years"
        if column in refused | sheet.absent or (of_figure and refused & {*NUMBERS, "reads"}):
            continue
        sheet.problems.append(replace(problem, key=f"row {row} > {column}" if column else problem.key))
