"""Spreadsheets of estimates: random components, written as a sheet and imported again, come back unchanged."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcmort.catalogue.case import EvidenceFile
from mcmort.catalogue.reading.figure_scale import scale_in, scale_of_figures
from mcmort.catalogue.reading.hostile_text import damage_in
from mcmort.catalogue.reading.number_spelling import is_ambiguous
from mcmort.catalogue.reading.spreadsheet import COLUMNS, import_sheet
from mcmort.catalogue.records import Component
from mcmort.catalogue.vocabulary import BASES
from tests.catalogue.workbooks import workbook

IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
FAILED = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def texts() -> st.SearchStrategy[str]:
    """Return text as a cell may hold it: not empty, no blanks at its ends, no formula, no control characters."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"])
    stripped = st.text(letters, min_size=1, max_size=12).map(str.strip)
    plain = stripped.filter(lambda text: text != "" and text not in FAILED and not text.startswith("="))
    return plain.filter(lambda text: scale_of_figures(text) is None and damage_in(text) is None)


def spans() -> st.SearchStrategy[list[int]]:
    """Return spans of years."""
    return st.tuples(st.integers(1, 1999), st.integers(0, 300)).map(lambda pair: [pair[0], sum(pair)])


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the figure of an estimate, of every reading."""
    floats = st.floats(1e-6, 1e9).map(lambda value: float(f"{value:.15g}"))  # openpyxl writes no more digits
    numbers = st.integers(0, 10**12) | floats.filter(lambda value: not is_ambiguous(repr(value)))
    low, best, high = sorted(draw(st.lists(numbers, min_size=3, max_size=3, unique_by=float)))
    ends = {"low": low, "high": high} | ({"best": best} if draw(st.booleans()) else {})
    shapes: list[dict[str, Any]] = [
        {"best": best},
        ends,
        {**ends, "reads": draw(st.sampled_from(["range", "plausible", "extremes", "50%", "95%"]))},
        {"best": high, "standard_error": high, "reads": "standard-error"},
        {"low": low, "reads": "at-least"},
        {"high": high, "reads": "at-most"},
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def estimates(draw: st.DrawFn, text: st.SearchStrategy[str]) -> dict[str, Any]:
    """Draw an estimate as a table."""
    optional = {
        "id": IDS,
        "via": text,
        "confidence": st.sampled_from(["high", "medium", "low"]),
        "measure": st.sampled_from(["registered", "all"]),
        "lineage": IDS,
        "supersedes": st.lists(IDS, min_size=1, max_size=3),
        "use": st.sampled_from(["pool", "cross-check"]),
        "years": spans(),
        "territory": text,
        "counts": text,
        "note": text,
    }
    more = draw(st.fixed_dictionaries({}, optional=optional))
    needed = {"source": draw(text), "locator": draw(text), "basis": draw(st.sampled_from(BASES))}
    return {**needed, **draw(figures()), **more}


@st.composite
def evidence(draw: st.DrawFn, text: st.SearchStrategy[str]) -> list[dict[str, Any]]:
    """Draw components as tables."""
    components = []
    for name in draw(st.lists(IDS, min_size=1, max_size=3, unique=True)):
        table = {"id": name, "label": draw(text), "years": draw(spans()), "territory": draw(text), "counts": draw(text)}
        values = text.filter(lambda value: ";" not in value)
        facets = st.dictionaries(st.sampled_from(["category", "kind", "place"]), st.lists(values, min_size=1))
        some = draw(st.lists(estimates(text), min_size=1, max_size=3))
        unit = {"unit": draw(text.filter(lambda word: scale_in(word) is None))} if draw(st.booleans()) else {}
        components.append({**table, **unit, "facets": draw(facets), "estimate": some})
    return components


def span_text(years: Sequence[int]) -> str:
    """Write years as a cell."""
    first, last = (str(year) if year < 0 else f"{year:04}" for year in years)
    return first if first == last else f"{first} to {last}"


def to_cells(components: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Write components as rows: the inverse of the import, independent of its code."""
    names = [name for name in COLUMNS if name != "facet:NAME"] + [
        f"facet:{facet}" for facet in ("category", "kind", "place")
    ]
    rows = [names]
    for component in components:
        for place, estimate in enumerate(component["estimate"]):
            own = {key: component[key] for key in ("label", "territory", "counts", "unit") if key in component}
            own["years"] = span_text(component["years"])
            own |= {f"facet:{facet}": "; ".join(values) for facet, values in component["facets"].items()}
            cells: dict[str, Any] = {"component": component["id"], **(own if place == 0 else {})}
            for key, value in estimate.items():
                name = f"estimate_{key}" if key in ("years", "territory", "counts") else key
                cells[name] = "; ".join(value) if key == "supersedes" else span_text(value) if key == "years" else value
            rows.append([cells.get(name, "") for name in names])
    return rows


def written(value: Any) -> str:
    """Write a cell of a CSV file; a number without an exponent."""
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


@pytest.mark.slow
@given(components=evidence(texts()))
def test_random_estimates_written_as_csv_are_imported_unchanged(
    components: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the figures and texts, the records imported equal those written."""
    path = tmp_path_factory.mktemp("sheet") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([[written(cell) for cell in row] for row in to_cells(components)])
    read = EvidenceFile.model_validate(tomllib.loads(import_sheet(path)))
    assert read.component == tuple(Component.model_validate(table) for table in components)


@pytest.mark.slow
@given(components=evidence(texts()))
def test_random_estimates_written_as_workbook_are_imported_unchanged(
    components: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the figures and texts, the records imported equal those written."""
    path = workbook(tmp_path_factory.mktemp("sheet") / "a.xlsx", to_cells(components))
    read = EvidenceFile.model_validate(tomllib.loads(import_sheet(path)))
    assert read.component == tuple(Component.model_validate(table) for table in components)
