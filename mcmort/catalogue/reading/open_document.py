"""Reads the first sheet that an OpenDocument spreadsheet (.ods) shows; formatting that changes meaning is refused."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from mcmort.catalogue.reading.kinds_of_file import Kind, other_kind, refuse_too_large
from mcmort.catalogue.reading.number_spelling import is_ambiguous
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Cell, Merged, Refusal, Row, SheetContent, trimmed, unread
from mcmort.errors import Problem

__all__ = ["read_open_document", "shows_number"]

_URN: Final = "{urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _STYLE, _TABLE, _TEXT = (f"{_URN}{part}:1.0}}" for part in ("office", "style", "table", "text"))
_DRAW_NOTE: Final = f"{_OFFICE}annotation"
_TYPE: Final = f"{_OFFICE}value-type"
_FORMULA: Final = f"{_TABLE}formula"
_ROW: Final = f"{_TABLE}table-row"
_DEFAULT: Final = f"{_TABLE}default-cell-style-name"
_NEGATIVE: Final = ("-", "\N{MINUS SIGN}", "(")
_SHOWN_HINT: Final = "the sheet shows another number, or a unit: write the number that is meant, in a plain format"
_UNREADABLE: Final = (BadZipFile, zlib.error, EOFError, LookupError, RuntimeError, ValueError, ET.ParseError)
_HIDDEN: Final = ("collapse", "filter")


def read_open_document(path: Path, content: bytes) -> SheetContent:
    """Read the first sheet of a file that is shown.

    Parameters
    ----------
    path : Path
        Its name, for messages.
    content : bytes
        What it holds.

    Returns
    -------
    SheetContent
    """
    try:
        with ZipFile(io.BytesIO(content)) as package:
            names = [
                name for name in ("styles.xml", "content.xml") if name == "content.xml" or name in package.namelist()
            ]
            refuse_too_large(path, package)
            *others, root = [ET.fromstring(package.read(name)) for name in names]
            return _read(path, root, _styles([*others, root]))
    except _UNREADABLE as error:
        kind = other_kind(content, ".ods") or Kind("a file that is no OpenDocument spreadsheet", "save it again")
        raise unread(path, "", kind.name, "an .ods file", kind.hint) from error


def _read(path: Path, root: ET.Element, styles: Mapping[str, ET.Element]) -> SheetContent:
    sheets = [*_sheets(root)]
    shown = [sheet for sheet in sheets if not _is_hidden(styles.get(sheet.get(f"{_TABLE}style-name", "")))]
    if not sheets:
        raise unread(path, "", "a file without sheets", "an .ods file", "save it again")
    sheet = (shown or sheets)[0]
    title = sheet.get(f"{_TABLE}name", "")
    content = SheetContent([], title=title if len(sheets) > 1 else "", name=title)
    hidden_rows = []
    folded = {
        id(row) for group in sheet.iter(f"{_TABLE}table-row-group") if _is_folded(group) for row in group.iter(_ROW)
    }
    columns = dict(_repeated(sheet.iter(f"{_TABLE}table-column"), "columns", all_of_them=True))
    for number, element in _repeated(sheet.iter(_ROW), "rows"):
        cells = {}
        for place, one in _cells(element):
            if merged := _merged(one, number, place):
                content.merged.append(merged)
            bearers = (one, _TABLE + "style-name"), (element, _DEFAULT), (columns.get(place), _DEFAULT)
            named = (bearer.get(key) for bearer, key in bearers if bearer is not None)
            cell = _cell(one, next((name for name in named if name), ""), styles)
            if cell.text:
                cells[place] = cell
        if cells:
            content.rows.append(Row(number, cells))
            if element.get(f"{_TABLE}visibility") in _HIDDEN or id(element) in folded:
                hidden_rows.append(str(number))
    filled = {place for row in content.rows for place in row.cells}
    hidden = [
        str(place) for place, one in columns.items() if place in filled and one.get(f"{_TABLE}visibility") in _HIDDEN
    ]
    for what, places in (("row", hidden_rows), ("column", hidden)):
        if places:
            several = "s" if len(places) > 1 else ""
            found, expected = f"values in {what}s that are hidden", f"{what}s that are shown"
            hint = f"show the {what}s, and delete what does not count"
            content.problems.append(
                Problem(path.name, f"{what}{several} {', '.join(places)}", found, expected, hint, "form")
            )
    others = [one for one in sheets if one is not sheet and next(one.iter(f"{_TEXT}p"), None) is not None]
    if others:
        names = ", ".join(repr(one.get(f"{_TABLE}name", "")) + ("" if one in shown else " (hidden)") for one in others)
        content.remarks.append(f"{path.name}: only the sheet {title!r} is read, not {names}")
    if next(sheet.iter(_DRAW_NOTE), None) is not None:
        content.remarks.append(f"{path.name}: comments on cells are not read")
    return content


def _sheets(element: ET.Element) -> Iterator[ET.Element]:
    """Yield the sheets of a document; tables in cells and in the record of changes are none."""
    for part in element:
        if part.tag == f"{_TABLE}table":
            yield part
        elif part.tag != f"{_TABLE}tracked-changes":
            yield from _sheets(part)


def _is_folded(group: ET.Element) -> bool:
    return group.get(f"{_TABLE}display") == "false"


def _merged(cell: ET.Element, row: int, column: int) -> Merged | None:
    """Return the cells that are shown as one with a cell."""
    rows, columns = (int(cell.get(f"{_TABLE}number-{what}-spanned", "1")) for what in ("rows", "columns"))
    place = f"from row {row}, column {column} to row {row + rows - 1}, column {column + columns - 1}"
    return Merged(place, row, row + rows - 1) if rows > 1 or columns > 1 else None


def _styles(roots: Iterable[ET.Element]) -> dict[str, ET.Element]:
    """Return styles by name: those of the document, and those that were made for single cells."""
    return {style.get(f"{_STYLE}name", ""): style for root in roots for style in root.iter(f"{_STYLE}style")}


def _is_hidden(style: ET.Element | None) -> bool:
    properties = None if style is None else style.find(f"{_STYLE}table-properties")
    return properties is not None and properties.get(f"{_TABLE}display") == "false"


def _repeated(
    elements: Iterator[ET.Element], what: str, *, all_of_them: bool = False
) -> Iterator[tuple[int, ET.Element]]:
    """Yield elements with their numbers; of one that stands for many the first, or up to 1,000 of them."""
    number = 1
    for element in elements:
        times = int(element.get(f"{_TABLE}number-{what}-repeated", "1"))
        holds = all_of_them or any(
            part.tag == f"{_TEXT}p" or part.get(_TYPE) is not None or part.get(_FORMULA) is not None
            for part in element.iter()
        )
        for offset in range(min(times, 1000) if holds else 0):
            yield number + offset, element
        number += times


def _cells(row: ET.Element) -> Iterator[tuple[int, ET.Element]]:
    cells = (cell for cell in row if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"))
    return _repeated(cells, "columns")


def _cell(element: ET.Element, style: str, styles: Mapping[str, ET.Element]) -> Cell:
    kind = element.get(_TYPE, "string")
    shown = [part for part in element if part.tag == f"{_TEXT}p"]
    text = trimmed("\n".join("".join(_words(part)) for part in shown))
    text = text or trimmed(element.get(f"{_OFFICE}string-value", ""))
    refusal = _changed(element, text, style, styles)
    if not text and kind == "string" and element.get(_FORMULA) is not None:
        return Cell(f"={element.get(_FORMULA, '').partition('=')[2]}")  # its value was never saved
    if text and element.tag == f"{_TABLE}covered-table-cell":
        hint = "take the cells apart, and delete what does not count"
        refusal = Refusal(f"{show(text)} beneath a merged cell", "a value that is shown", hint)
    if kind == "float":
        written = element.get(f"{_OFFICE}value", text)
        try:
            value = Decimal(written)
            written = str(int(value)) if value == value.to_integral_value() else f"{value:f}"
            if (text and not shows_number(text, value)) or (shown and not text):
                found = f"{show(written)}, which the sheet shows as {show(text)}"
                refusal = refusal or Refusal(found, "a number that is shown as it is", _SHOWN_HINT)
        except (InvalidOperation, OverflowError, ValueError):
            refusal = refusal or Refusal(show(written), "a number", "write it again")
        return Cell(
            text if refusal is None and written == text[:-4] and is_ambiguous(text) else written, "number", refusal
        )
    if kind in ("percentage", "currency"):
        found = f"{show(text)} as a {kind}"
        return Cell(text, "number", refusal or Refusal(found, "a number that is shown as it is", _SHOWN_HINT))
    if kind in ("date", "time"):
        return Cell(element.get(f"{_OFFICE}{kind}-value", text), "date", refusal)
    return Cell(text, "truth value" if kind == "boolean" else "text", refusal)


def shows_number(text: str, value: Decimal) -> bool:
    """Whether a text shows a number as it is, up to rounding and grouping: no unit, and neither scaled nor unsigned.

    Examples
    --------
    >>> shows_number("1,234.6", Decimal("1234.56")), shows_number("1.2 k", Decimal("1234.56"))
    (True, False)
    """
    try:
        power = int(text.upper().partition("E")[2] or "0")
        digits = re.sub(r"\D", "", text.upper().partition("E")[0]).lstrip("0")
    except ValueError:
        return False
    if not re.fullmatch(
        r"[\d\s.,_'\N{RIGHT SINGLE QUOTATION MARK}()+E\N{MINUS SIGN}-]*", text, re.I
    ) or text.startswith(_NEGATIVE) != (value < 0):
        return False
    scaled = abs(value).scaleb(-power)
    return any(digits == re.sub(r"\D", "", f"{scaled:.{places}f}").lstrip("0") for places in range(16))


def _words(element: ET.Element) -> Iterator[str]:
    """Yield the text of a paragraph, with its blanks, without comments."""
    yield element.text or ""
    for part in element:
        if part.tag == f"{_TEXT}s":
            yield " " * min(int(part.get(f"{_TEXT}c", "1")), 100)
        elif part.tag == f"{_TEXT}tab":
            yield "\t"
        elif part.tag == f"{_TEXT}line-break":
            yield "\n"
        elif part.tag == f"{_TEXT}ruby-text":
            continue  # how the text beneath it is spoken
        elif part.tag != _DRAW_NOTE:
            yield from _words(part)
        yield part.tail or ""


def _properties(name: str, styles: Mapping[str, ET.Element]) -> dict[str, str]:
    """Return the properties of text in a style, of which it inherits what it does not set."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        for properties in styles[name].iter(f"{_STYLE}text-properties"):
            found = {**properties.attrib, **found}
        name = styles[name].get(f"{_STYLE}parent-style-name", "")
    return found


def _changed(element: ET.Element, text: str, style: str, styles: Mapping[str, ET.Element]) -> Refusal | None:
    """Refuse what is struck through, raised, lowered or has a note, in the cell or in a part of its text."""
    if next(element.iter(f"{_TEXT}note"), None) is not None:
        return Refusal(f"{show(text)} with a note", "a value without marks", "put the note into note")
    for name in (style, *(part.get(f"{_TEXT}style-name", "") for part in element.iter())):
        if properties := _properties(name, styles):
            if properties.get(f"{_STYLE}text-line-through-style", "none") != "none":
                hint = "delete it, or take the line through it away"
                return Refusal(f"{show(text)} struck through", "a value that counts", hint)
            position = properties.get(f"{_STYLE}text-position", "0%")
            if position.split()[:1] != [] and position.split()[0] not in ("0%", "0"):
                hint = "put what the mark refers to into note, and leave the cell plain"
                return Refusal(f"{show(text)} with raised or lowered marks", "a value without marks", hint)
    return None
