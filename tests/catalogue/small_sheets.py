"""Sheets of one estimate, and what the import makes of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mcmort.catalogue.reading.column_names import ColumnChoices
from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.errors import CaseError

__all__ = ["NAMES", "ROW", "best_of", "csv_of", "problems_of"]

NAMES = "component,label,years,territory,counts,facet:kind,source,locator,low,best,high,reads,basis"
ROW = "north,Camps,1930-1935,Nowhere,Deaths,deaths,smith-1990,p. 12,,1000,,point,demographic"


def csv_of(path: Path, *lines: str | bytes) -> Path:
    """Write a file of lines."""
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
    return path


def problems_of(path: Path, *renamed: str) -> list[str]:
    """Import a sheet that is to be refused, and return its problems as text."""
    with pytest.raises(CaseError) as caught:
        import_sheet(path, choices=ColumnChoices.of(renamed, ()))
    return [str(problem) for problem in caught.value.problems]


def best_of(path: Path) -> float:
    """Import a sheet of one estimate, and return its best figure."""
    (component,) = tomllib.loads(import_sheet(path))["component"]
    (estimate,) = component["estimate"]
    best: float = estimate["best"]
    return best
