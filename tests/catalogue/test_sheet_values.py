"""Spellings of numbers and years in cells: read, or refused with how to write what is meant."""

from __future__ import annotations

import re

import pytest

from mcmort.catalogue.reading.cell_refusals import refusal_beyond, refusal_of, row_refusal
from mcmort.catalogue.reading.sheet_cells import Cell, Refusal, Row
from mcmort.catalogue.reading.sheet_values import number_of, span_of


@pytest.mark.parametrize(
    ("text", "hint", "number"),
    [
        ("2.5m", "write it out: 2500000", 2_500_000),
        ("1,2 million", "write it out: 1200000", 1_200_000),
        ("3k", "write it out: 3000", 3_000),
        ("1.2E+06", "write it out: 1200000", 1_200_000),
        ("1.234.567", "write 1234567", 1_234_567),
        ("1'234'567", "write 1234567", 1_234_567),
        ("1\N{MIDDLE DOT}000", "write 1000", 1_000),
    ],
)
def test_number_spelled_otherwise_has_a_hint_that_can_be_read(text: str, hint: str, number: int) -> None:
    """The hint names digits that are read as what was meant; of ``2.5m`` it told to leave out the "mark"."""
    refusal = number_of(text)
    assert isinstance(refusal, Refusal)
    assert refusal.hint.startswith(hint)
    digits = re.search(r"[0-9]+", refusal.hint)
    assert digits is not None
    assert number_of(digits[0]) == number


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10\N{SUPERSCRIPT THREE}", "a power of ten"),
        ("10^6", "a power of ten"),
        ("> 1000", "at-least or at-most"),
        ("1000+", "at-least or at-most"),
        ("c. 1000", "how sure it is"),
        ("1000?", "how sure it is"),
        ("?", "leave the cell empty"),
        ("n/a", "leave the cell empty"),
        ("1000\N{EN DASH}2000", "the first number in low"),
        ("(1000)", "without brackets"),
        ("12 \N{PER MILLE SIGN}", "0.012"),
        ("1000*", "leave out the mark"),
        ("1" * 16, "at most 15 digits"),
    ],
)
def test_number_with_something_beside_it_has_a_hint_of_its_kind(text: str, hint: str) -> None:
    """Bounds, ranges, doubts, brackets and powers say where what they mean belongs; all had the same hint."""
    refusal = number_of(text)
    assert isinstance(refusal, Refusal)
    assert hint in refusal.hint


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1930\N{FULLWIDTH HYPHEN-MINUS}1935", [1930, 1935]),
        ("1930\N{HYPHEN BULLET}1935", [1930, 1935]),
        ("1930\N{SMALL HYPHEN-MINUS}1935", [1930, 1935]),
        ("-100--50", [-100, -50]),
        ("\N{MINUS SIGN}100\N{EN DASH}\N{MINUS SIGN}50", [-100, -50]),
        ("-100 to -50", [-100, -50]),
        ("-43", [-43, -43]),
        ("-43 to 0014", [-43, 14]),
        ("0030-0035", [30, 35]),
        ("900-1100", [900, 1100]),
    ],
)
def test_span_of_years_is_read(text: str, years: list[int]) -> None:
    """Every dash stands between years; both years may be before our era, which no spelling could say."""
    assert span_of(text) == years


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("98", "as 1998 or, of our first century, 0098"),
        ("98-02", "as 1998 or"),
        ("07/1931", "1931 alone if a month of it is meant"),
        ("1999-00", "as 1999-2000"),
        ("1999-01", "as 1999-2001, if that is meant; 1999 if a month"),
        ("1930/1", "as 1930-1931"),
        ("-44-31", "as -44 to -31 if both are before our era, else -44 to 0031"),
    ],
)
def test_year_cut_short_is_refused(text: str, hint: str) -> None:
    """A month read as the year 7, 98 as a year of our first century, and hints as 1999-1900 came before."""
    refusal = span_of(text)
    assert isinstance(refusal, Refusal)
    assert refusal.hint.startswith(hint) or hint in refusal.hint


@pytest.mark.parametrize("text", ["2024-12-15", "Dec-15", "8-Feb", "2-aug", "2024-12-15 00:00:00"])
def test_place_that_is_a_date_is_refused(text: str) -> None:
    """Pages 12-15 that a spreadsheet made a date of are text in a CSV file, and came as they stood."""
    refusal = refusal_of("locator", Cell(text))
    assert refusal is not None
    assert "pages that a spreadsheet took for a date" in refusal.found
    assert refusal_of("note", Cell(text)) is None


COLUMNS: dict[int, str | None] = {1: "component", 2: "low", 3: "source", 4: "locator", 5: "basis"}


def test_note_or_sum_beneath_the_table_is_one_problem() -> None:
    """A row without source, place and basis gave a problem for each column that it lacks, eight in all."""
    for cells in ({1: Cell("Source: table 5")}, {1: Cell("Total"), 2: Cell("5000", "number")}):
        refusal = row_refusal(Row(9, cells), COLUMNS)
        assert refusal is not None
        assert "no source, place or basis" in refusal.found
    assert row_refusal(Row(9, {1: Cell("x"), 4: Cell("p. 2")}), COLUMNS) is None


def test_cells_beyond_the_columns_are_one_problem() -> None:
    """Each cell behind the last named column was a problem of its own."""
    beyond = refusal_beyond(Row(2, {1: Cell("x"), 6: Cell("z"), 7: Cell("z")}), COLUMNS)
    assert beyond is not None
    assert beyond[0] == "columns 6, 7"
    far = refusal_beyond(Row(2, dict.fromkeys(range(6, 900), Cell("z"))), COLUMNS)
    assert far is not None
    assert far[0] == "columns 6 to 899"
