"""Small libraries of measured errors for tests."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from mcmort.catalogue.measured_errors import ErrorPair

__all__ = ["ROW", "pair", "write_pairs"]

ROW = {
    "id": "one",
    "event": "A flood",
    "country": "Nowhere",
    "first_year": "1990",
    "last_year": "1990",
    "counts": "deaths",
    "speaker": "A party",
    "said": "1993",
    "basis": "assertion",
    "interest": "high",
    "reads": "point",
    "best": "200",
    "source": "news",
    "locator": "p. 1",
    "later_by": "A court",
    "later_said": "1999",
    "later_basis": "registered",
    "later_best": "100",
    "later_source": "news",
    "later_locator": "p. 2",
    "scope": "equal",
    "lineage": "party",
}


def write_pairs(folder: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write a folder with pairs and a bibliography of one work."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "pairs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    (folder / "sources.bib").write_text("@misc{news,\n  title = {News}\n}\n", encoding="utf-8")


def pair(**change: object) -> ErrorPair:
    """Return a pair: 200 said, 100 counted, unless something else is asked for."""
    numbers = ("first_year", "last_year", "said", "later_said")
    table: dict[str, object] = {name: int(text) if name in numbers else text for name, text in ROW.items()}
    table |= {"best": 200.0, "later_best": 100.0} | change
    return ErrorPair.model_validate({name: value for name, value in table.items() if value is not None})
