"""A case as a workbook: a sheet for each kind of record, with lists of what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, get_args

from mcmort.catalogue import Case
from mcmort.catalogue.reading.case_sheets import CASE, ESTIMATES, SHEETS, Table
from mcmort.catalogue.vocabulary import BASES, Confidence, Measure, Reads
from mcmort.errors import UsageError
from mcmort.present.saved_workbook import saved, write_without_lxml

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["case_workbook"]

_FIRST: Final = {
    SHEETS["component"]: ("id", "label", "years", "territory", "counts", "unit", "facet:kind"),
    ESTIMATES: (
        *("of", "id", "source", "locator", "low", "best", "high", "standard_error", "reads", "basis", "measure"),
        *("lineage", "via", "confidence", "use", "years", "territory", "counts", "note"),
    ),
    SHEETS["claim"]: (
        "id",
        "author",
        "source",
        "locator",
        "low",
        "best",
        "high",
        "reads",
        "basis",
        "counts",
        "definition",
    ),
    SHEETS["quantity"]: ("id", "label", "unit", "years", "territory"),
    "sources": ("key", "type", "author", "title", "year"),
}
"""Columns that stand first in a sheet, also where no row fills them."""
_ROWS_BELOW: Final = 200
"""Empty rows to which the lists of choices extend."""
_WIDEST: Final = 60


def case_workbook(case: Case, sheets: Mapping[str, Table]) -> bytes:
    """Return a workbook of the sheets of a case.

    Parameters
    ----------
    case : Case
        Its facets, definitions, components and sources can be chosen from lists.
    sheets : mapping
        Rows of each sheet by its name.

    Returns
    -------
    bytes
        An ``.xlsx`` file.

    Raises
    ------
    UsageError
        If openpyxl is not installed.
    OutputError
        If there is no room for its temporary files.
    """
    write_without_lxml()
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise UsageError("writing .xlsx needs openpyxl: pip install 'mcmort[excel]'") from error

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        _fill(book.create_sheet(name), name, rows, case)
    for name in (SHEETS["claim"], SHEETS["quantity"]):
        if name not in sheets:
            _fill(book.create_sheet(name), name, [], case)
    return saved(book)


def _fill(sheet: Worksheet, name: str, rows: Sequence[Mapping[str, Any]], case: Case) -> None:
    """Write the rows of a sheet under the names of its columns."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = list(dict.fromkeys((*_FIRST.get(name, ()), *(key for row in rows for key in row))))
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place, column)
        cell.font = Font(bold=True)
        longest = max((len(str(row.get(column, ""))) for row in rows), default=0)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = min(max(longest, len(column)) + 2, _WIDEST)
        choices = _choices(column, case) if name != CASE else ()
        listed = ",".join(choices)
        if choices and len(listed) <= 255 and not any("," in choice or '"' in choice for choice in choices):
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
        elif column == "source":
            rule = DataValidation(
                type="list", formula1="sources!$A$2:$A$2000", allow_blank=True, showErrorMessage=False
            )
        elif column == "of":
            formula = f"{SHEETS['component']}!$A$2:$A$2000"
            rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
        else:
            continue
        rule.add(f"{letter}2:{letter}{len(rows) + _ROWS_BELOW}")
        sheet.add_data_validation(rule)
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(columns, start=1):
            if column in row:
                sheet.cell(number, place, row[column])
    sheet.freeze_panes = "A2"


def _choices(column: str, case: Case) -> Sequence[str]:
    """Return what may stand in a column."""
    fixed: dict[str, Sequence[str]] = {
        "basis": BASES,
        "reads": get_args(Reads),
        "measure": get_args(Measure),
        "confidence": get_args(Confidence),
        "use": ("pool", "cross-check"),
        "definition": tuple(case.definitions),
        "unit": ("deaths", "persons", "share"),
    }
    if column.startswith("facet:"):
        return tuple(case.head.facets.get(column.partition(":")[2], {}))
    return fixed.get(column, ())
