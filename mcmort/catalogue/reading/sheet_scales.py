"""What a sheet says of the scale of its figures beside the names of columns: in its name, in units, in texts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mcmort.catalogue.reading.figure_scale import SCALE_HINT, in_full, scale_in, scale_of_figures
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import SheetContent
from mcmort.catalogue.reading.sheet_header import SheetReading
from mcmort.errors import Problem

__all__ = ["refuse_scale_of_sheet", "refuse_scales"]

_REMARKS: Final = ("locator", "note")
"""Columns that may tell of a table in thousands whose figures have been written in full."""


def refuse_scale_of_sheet(sheet: SheetReading, path: Path, content: SheetContent) -> None:
    """Refuse a sheet whose name says thousands; of a file whose name says so, the user is told what is read."""
    if scale := scale_in(content.name):
        found, hint = f"the name {show(content.name)}", f"if {scale!r} is about the figures, write them in full"
        place, expected = "name of the sheet", "figures in full"
        sheet.problems.append(Problem(sheet.file, place, found, expected, f"{hint}; then rename the sheet", "form"))
    if scale := scale_of_figures(path.stem.replace("_", " ").replace("-", " ")):
        sheet.remarks.append(f"{sheet.file}: its name says {scale!r}: figures are read as they stand")


def refuse_scales(sheet: SheetReading, row: int, values: dict[str, str], lost: set[str]) -> None:
    """Refuse what is counted in thousands; of a place or a remark that says so, the user is told what is read."""
    if scale := scale_in(values.get("unit", "")):
        sheet.refuse(row, "unit", f"the unit {show(values.pop('unit'))}", *in_full(scale))
        lost.add("unit")
    for name in ("label", "counts", "estimate_counts", *_REMARKS):
        scale = scale_of_figures(values.get(name, ""))
        if scale is not None and name in _REMARKS:
            sheet.remarks.append(f"{sheet.file}: row {row} > {name} says {scale!r}: figures are read as they stand")
        elif scale is not None:
            found = f"{show(values.pop(name))}, which says {scale!r}"
            sheet.refuse(row, name, found, "figures in full", SCALE_HINT)
            lost.add(name)
