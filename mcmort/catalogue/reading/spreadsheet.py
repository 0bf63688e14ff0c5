"""Turns a spreadsheet of estimates into components in TOML, or refuses it with every cell that cannot be placed.

One row is one estimate. The columns are documented in ``docs/import.md``; nothing is guessed: an unknown column, a
number that can be read in two ways or two descriptions of one component are problems. The cells themselves are read in
`mcmort.catalogue.reading.sheet_files`, names of columns in `mcmort.catalogue.reading.column_names`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.reading.cell_refusals import (
    NUMBERS,
    YEARS,
    counted_twice,
    joined,
    refusal_beyond,
    refusal_of,
    row_refusal,
    rows_in_words,
)
from mcmort.catalogue.reading.column_names import COLUMNS, ColumnChoices
from mcmort.catalogue.reading.schema_errors import record_of, show
from mcmort.catalogue.reading.sheet_cells import Refusal, Row, SheetContent, unread
from mcmort.catalogue.reading.sheet_files import read_sheet
from mcmort.catalogue.reading.sheet_header import LAYOUT_HINT, SheetReading, columns_of, header_of, refuse_merged
from mcmort.catalogue.reading.sheet_scales import refuse_scale_of_sheet, refuse_scales
from mcmort.catalogue.reading.sheet_values import list_of, number_of, span_of
from mcmort.catalogue.reading.sheet_works import Works, first_author, slug, unread_parts
from mcmort.catalogue.reading.toml_text import to_toml
from mcmort.catalogue.records import Claim, Component, Estimate, Quantity, Record
from mcmort.errors import CaseError, Problem

__all__ = ["COLUMNS", "import_content", "import_sheet"]

_OF_COMPONENT: Final = ("label", "years", "territory", "counts", "unit")
_RENAMED: Final = {"estimate_years": "years", "estimate_territory": "territory", "estimate_counts": "counts"}
_COLUMN_OF: Final = {key: column for column, key in _RENAMED.items()}
_OF_CLAIM: Final = (
    *("id", "source", "locator", "via", "confidence", *NUMBERS, "reads", "basis", "measure", "lineage", "supersedes"),
    *("estimate_years", "estimate_counts", "unit", "definition", "note"),
)
_ENDS: Final = ("start_year", "end_year")
_LACKING: Final = ("nothing", "no figure")
_ELSEWHERE: Final = "?"
"""Stands among the refused columns of a row that holds something in a column whose name was refused."""
_KINDS: Final[dict[str, type[Record]]] = {"component": Component, "quantity": Quantity}
_KIND: Final = re.compile(r"\b(claim|quantity|component|estimate)", re.I)
"""What a row is, in words such as "claim on a total" or "quantity: population"."""


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
    return import_content(path, read_sheet(path), remark, choices, works, definitions)


def import_content(
    path: Path,
    content: SheetContent,
    remark: Callable[[str], object] | None = None,
    choices: ColumnChoices | None = None,
    works: Works | None = None,
    definitions: Sequence[str] = (),
) -> str:
    """Turn a sheet that has been read into the text of an evidence file; see `import_sheet`."""
    if remark is not None:
        for sentence in content.remarks:
            remark(sentence)
    sheet = SheetReading(path.name, choices or ColumnChoices(), works or Works(), tuple(definitions))
    sheet.problems += content.problems
    refuse_scale_of_sheet(sheet, path, content)
    header, rows = header_of(path, sheet, content)
    columns = columns_of(sheet, header)
    if not refuse_merged(sheet, content, columns, rows):
        _place_rows(sheet, content, header, columns, rows)
        _finish(sheet, header.number)
    if not (sheet.components or sheet.quantities or sheet.claims) and not sheet.problems:
        raise unread(path, "", "rows without a value", "estimates", LAYOUT_HINT)
    if sheet.problems:
        raise CaseError(str(path), joined(sheet.problems))
    if remark is not None:
        for sentence in sheet.remarks:
            remark(sentence)
    owners = {"component": sheet.components, "quantity": sheet.quantities}
    document: dict[str, Any] = {kind: list(tables.values()) for kind, tables in owners.items() if tables}
    return to_toml(document | ({"claim": sheet.claims} if sheet.claims else {}))


def _place_rows(
    sheet: SheetReading, content: SheetContent, header: Row, columns: dict[int, str | None], rows: Sequence[Row]
) -> None:
    """Place the cells of every row; rows that are none, one after another, are one problem."""
    beyond: dict[str, tuple[list[int], Refusal]] = {}
    notes: list[tuple[int, Refusal]] = []
    width = content.widths.get(header.number, 0)
    for row in rows:
        if row.texts == header.texts:
            hint = "delete the row: one row of names is enough"
            sheet.refuse(row.number, "", "the names of the columns again", "an estimate", hint)
        elif content.widths.get(row.number, 0) > width and content.separator:
            found = f"{content.widths[row.number]} cells beneath {width} names of columns"
            hint = (
                "put what holds the sign between cells, as the number 1,053,829, into double quotes; name each column"
            )
            sheet.refuse(row.number, "", found, "as many cells as names", hint)
        elif no_estimate := row_refusal(row, columns):
            is_next = bool(notes) and notes[-1][0] == rows[rows.index(row) - 1].number
            notes.append((row.number, notes[-1][1] if is_next else no_estimate))
        else:
            if further := refusal_beyond(row, columns):
                beyond.setdefault(further[0], ([], Refusal(*further[1:])))[0].append(row.number)
            _place(sheet, columns, row)
    for number, refusal in notes:
        sheet.refuse(number, "", *refusal)
    for places, (numbers, refusal) in beyond.items():
        sheet.problems.append(Problem(sheet.file, f"{rows_in_words(numbers)} > {places}", *refusal, "form"))


def _finish(sheet: SheetReading, header: int) -> None:
    """Complete components by what their rows have in common, and check each component and quantity as a whole."""
    lacking: dict[str, Problem] = {}
    every = [("component", *item) for item in sheet.components.items()]
    every += [("quantity", *item) for item in sheet.quantities.items()]
    for kind, name, table in every:
        spans = [estimate["years"] for estimate in table["estimate"] if "years" in estimate]
        if "years" not in table and spans and "years" not in sheet.columns:
            table["years"] = [min(span[0] for span in spans), max(span[1] for span in spans)]
        if kind == "component" and "label" in table and "counts" not in sheet.columns:
            table.setdefault("counts", table["label"])
        label = f'{rows_in_words(sheet.rows[name])} > {kind} "{name}"'
        if (
            kind == "component"
            and len(sheet.components) > 1
            and (twice := counted_twice(name, str(table.get("label", ""))))
        ):
            found, hint = twice
            sheet.problems.append(Problem(sheet.file, label, found, "a component that is counted once", hint, "form"))
            continue
        for problem in record_of(_KINDS[kind], {**table, "estimate": []}, sheet.file, label)[1]:
            key = problem.key.rpartition(" > ")[2]
            if (name, key) in sheet.refused or (problem.found in _LACKING and sheet.unnamed):
                continue
            if problem.found in _LACKING and key in _OF_COMPONENT and key not in sheet.columns:
                where = f"row {header} > {key}"
                expected = f"the column {key!r}: {COLUMNS[key]}"
                lacking[key] = Problem(sheet.file, where, "no such column", expected, "add it", "form")
            else:
                sheet.problems.append(problem)
    sheet.problems += lacking.values()
    if sheet.components and not any(name.startswith("facet:") for name in sheet.columns):
        sheet.remarks.append(f'{sheet.file}: no column of a facet; every component has facets = {{ kind = "deaths" }}')
        for table in sheet.components.values():
            table["facets"] = {"kind": "deaths"}


def _place(sheet: SheetReading, columns: dict[int, str | None], row: Row) -> None:
    """Place the cells of one row."""
    values: dict[str, str] = {}
    lost = {_ELSEWHERE} if sheet.unnamed & row.cells.keys() or row.cells.keys() - columns.keys() else set()
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
    written = values.pop("table", "component")
    match = _KIND.search(written)
    if match is None:
        expected = "component, claim or quantity, or words with one of them"
        sheet.refuse(row.number, "table", show(written), expected, "delete the row if it is none of the three")
        return
    kind = match[1].lower().replace("estimate", "component")
    if kind == "quantity" and "component" not in values and "estimate_counts" in values:
        values["label"] = values.pop("estimate_counts")  # what a row counts tells one quantity of a group from another
    _derive(sheet, row.number, values, lost)
    if kind != "quantity":
        refuse_scales(sheet, row.number, values, lost)
    if kind == "claim":
        sheet.claims.append(_claim(sheet, row.number, values, lost))
        return
    name = values.pop("component", "")
    if not name:
        if not {"component", _ELSEWHERE} & (lost | sheet.absent):
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
    sheet.refused |= {(name, "years")} if lost & {"estimate_years", *_ENDS} else set()


_READINGS: Final = {
    **dict.fromkeys(("at least", "no fewer than", "not fewer than", "no less than"), "at-least"),
    **dict.fromkeys(("at most", "no more than", "not more than"), "at-most"),
    **dict.fromkeys(("up to", "as many as", "as much as", "as high as"), "up-to"),
}
"""What people write for readings, in small letters."""


def _derive(sheet: SheetReading, row: int, values: dict[str, str], lost: set[str]) -> None:
    """Make what other columns say: an id of a label, a source of a work, years of two columns, small letters of ids."""
    if "component" not in values and "component" not in sheet.columns and "label" in values:
        _name_by_label(sheet, row, values, lost)
    if "source" not in values:
        for name, refusal in unread_parts(values):
            sheet.refuse(row, name, *refusal)
            lost |= {name, "source"}
            del values[name]
        key = sheet.works.key_of(values)
        values |= {"source": key} if key is not None else {}
    given: dict[str, str] = {name: values.pop(name) for name in _ENDS if name in values}
    if given and "estimate_years" not in values:
        years = _span_between(sheet, row, given, lost)
        values |= {"estimate_years": years} if years else {}
    if "reads" in values:
        values["reads"] = _READINGS.get(" ".join(values["reads"].lower().split()), values["reads"])
    for key in ("id", "lineage"):
        if key in values and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", values[key]):
            values[key] = values[key].lower()


def _name_by_label(sheet: SheetReading, row: int, values: dict[str, str], lost: set[str]) -> None:
    """Make the id of a component of its label, unless none can be made, or another label made the same."""
    label = values["label"]
    name = slug(label)
    other = sheet.components.get(name, {}).get("label", label)
    if name and other == label:
        values["component"] = name
        return
    found = (
        f"{show(label)}, of which {f'the id {name!r} is made, as of {show(other)}' if name else 'no id can be made'}"
    )
    hint = "add a column component with an id in each row, as camps-north"
    sheet.refuse(row, "label", found, "a label with an id of its own", hint)
    lost.add("component")


def _span_between(sheet: SheetReading, row: int, given: Mapping[str, str], lost: set[str]) -> str:
    """Return the years from the one that a row begins with to the one that it ends with; nothing if one is refused."""
    years: list[int] = []
    for name, text in given.items():
        span = span_of(text)
        if not isinstance(span, Refusal) and len(given) > 1 and span[0] != span[1]:
            span = Refusal(show(text), "one year", f"write {span[0]} in start_year and {span[1]} in end_year")
        if not isinstance(span, Refusal) and [*given] == ["end_year"] and "start_year" not in lost:
            span = Refusal(
                f"{show(text)} without start_year", "the first year too", "write it, if it is the same twice"
            )
        if isinstance(span, Refusal):
            sheet.refuse(row, name, *span)
            lost.add(name)
        else:
            years += span
    if lost & {*_ENDS}:
        lost.add("estimate_years")
        return ""
    return f"{years[0]:04} to {years[-1]:04}"


def _claim(sheet: SheetReading, row: int, values: dict[str, str], lost: set[str]) -> dict[str, Any]:
    """Make a claim of a row."""
    label = values.pop("label", "")
    name = values.pop("component", "")
    claim = _figure(sheet, row, {key: text for key, text in values.items() if key in _OF_CLAIM}, lost)
    source = claim.get("source", "")
    work = sheet.works.added.get(source)
    claim.setdefault("id", slug(f"{source}-{name}"))
    claim.setdefault(
        "author",
        f"{first_author(work)} {work.get('year', '')}".strip() if work and "author" in work else source,
    )
    claim.setdefault("counts", values.get("estimate_counts", label) or label)
    if "definition" not in claim and len(sheet.definitions) == 1:
        claim["definition"] = sheet.definitions[0]
    _check(sheet, row, Claim, claim, lost)
    return claim


def _describe(sheet: SheetReading, row: int, table: dict[str, Any], key: str, text: str, first: bool) -> None:
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


def _estimate(sheet: SheetReading, row: int, values: dict[str, str], lost: set[str]) -> dict[str, Any]:
    """Make an estimate of a row; what is refused is added to the names that are."""
    estimate = _figure(sheet, row, values, lost)
    _check(sheet, row, Estimate, estimate, lost)
    return estimate


def _figure(sheet: SheetReading, row: int, values: dict[str, str], refused: set[str]) -> dict[str, Any]:
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


def _read[T](sheet: SheetReading, row: int, column: str, value: T | Refusal) -> T | None:
    """Return a value, or None after its refusal has been added."""
    if isinstance(value, Refusal):
        sheet.refuse(row, column, *value)
        return None
    return value


def _check(sheet: SheetReading, row: int, kind: type[Record], figure: dict[str, Any], refused: set[str]) -> None:
    """Add the problems of a figure, except those that follow from cells already refused."""
    for problem in record_of(kind, figure, sheet.file, f"row {row}")[1]:
        key = problem.key.partition(" > ")[2]
        column = _COLUMN_OF.get(key, key)
        of_figure = problem.kind == "meaning" and key != "years"
        if column in refused | sheet.absent or (of_figure and refused & {*NUMBERS, "reads"}):
            continue
        if problem.found in _LACKING and _ELSEWHERE in refused:
            continue
        sheet.problems.append(replace(problem, key=f"row {row} > {column}" if column else problem.key))
