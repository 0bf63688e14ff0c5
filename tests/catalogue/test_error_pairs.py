"""The library of measured errors: what ships, what is kept out of it, and files with defects."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

import pytest

from mcmort.catalogue.measured_errors import ErrorLibrary, load_errors
from mcmort.catalogue.measured_errors.load import errors_folder
from mcmort.catalogue.records import Estimate
from mcmort.errors import CaseError
from tests.measured_errors import ROW, write_pairs

KEPT_FOR_TESTING = (
    ("Bosnia", 1992, 1995),
    ("Kosovo", 1998, 1999),
    ("Serbia", 1998, 1999),
    ("Peru", 1980, 2000),
    ("Timor", 1974, 2002),
    ("Colombia", 1948, 2030),
    ("Iraq", 2003, 2030),
    ("Cambodia", 1967, 1999),
    ("Guatemala", 1960, 1996),
    ("Puerto Rico", 2017, 2018),
    ("Germany", 1945, 1945),
    ("Rwanda", 1994, 1994),
)
WORDS = re.compile(r"srebrenica|dresden|auschwitz|maria\b|khmer|bosnia|kosovo|timor|rwanda|guatemala", re.IGNORECASE)


@pytest.fixture(scope="module")
def shipped() -> ErrorLibrary:
    """Load the library that ships."""
    return load_errors()


def test_shipped_library_has_200_pairs_of_100_events(shipped: ErrorLibrary) -> None:
    """At least 200 pairs from 100 events ship; half of them, or more, are not from the one complete frame."""
    assert len(shipped.pairs) >= 200
    assert len({pair.event for pair in shipped.pairs}) >= 100
    assert sum(not shipped.is_complete(pair) for pair in shipped.pairs) >= 150


def test_shipped_pairs_cite_works_that_are_there_and_none_is_left_over(shipped: ErrorLibrary) -> None:
    """Every work in the bibliography is cited by a pair, with a title and an address, and nothing rests on memory."""
    cited = {key for pair in shipped.pairs for key in (pair.source, pair.later_source)}
    assert cited == set(shipped.sources)
    assert all(work.title for work in shipped.sources.values())
    assert all(pair.seen != "memory" for pair in shipped.pairs)
    assert not any("memory" in work.title.lower() for work in shipped.sources.values())


@pytest.mark.parametrize(("place", "first", "last"), KEPT_FOR_TESTING)
def test_shipped_pairs_leave_out_the_settings_kept_for_testing(
    shipped: ErrorLibrary, place: str, first: int, last: int
) -> None:
    """No pair is about a setting that later checks are made on."""
    inside = [
        pair.id
        for pair in shipped.pairs
        if place in pair.country
        and pair.first_year <= last
        and pair.last_year >= first
        # what ended in Germany after 1945, and began before, is not about Dresden
        and not (place == "Germany" and pair.event.startswith("Expulsion"))
    ]
    assert inside == []


def test_shipped_pairs_name_no_setting_kept_for_testing(shipped: ErrorLibrary) -> None:
    """No event and no figure of the library names such a setting."""
    assert [pair.id for pair in shipped.pairs if WORDS.search(f"{pair.event} {pair.counts}")] == []


def test_fitted_numbers_rest_on_the_pairs_that_ship(shipped: ErrorLibrary) -> None:
    """The fitted file carries the digest of the pairs beside it: neither was changed without the other."""
    assert shipped.is_fitted


def test_second_reading_covers_every_pair_that_was_coded_twice(shipped: ErrorLibrary) -> None:
    """All pairs that were coded blind ship under the same ids, and all reported corrections were."""
    coded = set()
    for name in ("second-reading", "second-reading-added"):
        with (errors_folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            coded |= {row["id"] for row in csv.DictReader(file)}
    assert coded <= {pair.id for pair in shipped.pairs}
    assert coded >= {pair.id for pair in shipped.pairs if pair.frame == "reported-corrections"}


def test_error_of_a_range_is_the_log_of_its_geometric_middle_over_the_count(tmp_path: Path) -> None:
    """A range of 100 to 400 against a count of 100 is ln 2 too high; three years passed."""
    write_pairs(tmp_path, [ROW | {"reads": "range", "low": "100", "high": "400", "best": "", "later_best": "100"}])
    (pair,) = load_errors(tmp_path).pairs
    assert pair.error == pytest.approx(math.log(2), rel=1e-12)
    assert pair.lag == 3
    assert pair.cell == "assertion, high"
    assert pair.measures_error


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"later_best": ""}, "found no figure; expected later_low, later_best or later_high"),
        ({"basis": "guesswork"}, "basis: found 'guesswork'; expected one of"),
        ({"later_last_year": "1995"}, "scope: found 'equal', though the later figure counts other years"),
        ({"later_counts": "injuries"}, "scope: found 'equal', though the later figure counts other years"),
        ({"scope": ""}, "scope"),
        ({"source": "nobody"}, "source: found 'nobody'; expected a work in sources.bib"),
        ({"frame": "nowhere"}, "frame: found 'nowhere'; expected a frame of frames.toml"),
        ({"best": "many"}, "best: found 'many'; expected a number"),
        ({"best": "-5"}, "best: found -5"),
        ({"low": "3", "high": "300"}, "reads: found reads 'point' with low and best and high; expected best alone"),
        ({"later_low": "9", "later_best": "5"}, "later_low: found 9, 5; expected low <= best <= high"),
        ({"said": "1890"}, "said: found 1890, before the event of 1990"),
        ({"later_said": "1992"}, "later_said: found 1992, before the early figure of 1993"),
        ({"kind": "name-list"}, "kind: found 'name-list' of basis assertion; expected nothing"),
        ({"colour": "red"}, "colour"),
        ({"best": "1.200"}, "best: found '1.200'; expected a number that can be read in one way only"),
        ({"speaker": "a\x1b[31m"}, "speaker: found the character U+001B ESCAPE"),
    ],
)
def test_pair_with_a_defect_is_refused_by_name(tmp_path: Path, change: dict[str, str], message: str) -> None:
    """Each defect is one problem that says where it is, what was found and what was expected."""
    write_pairs(tmp_path, [ROW | change])
    with pytest.raises(CaseError) as caught:
        load_errors(tmp_path)
    assert message in str(caught.value)
    assert "1 problem\n" in str(caught.value)
    assert "line 2 (one)" in str(caught.value)


def test_table_of_pairs_that_is_no_csv_is_one_problem(tmp_path: Path) -> None:
    """A cell beyond the limit of the reader was a traceback, and of two columns of one name the last counted."""
    write_pairs(tmp_path, [ROW | {"note": "x" * 200_000}])
    with pytest.raises(CaseError, match="text that is not CSV"):
        load_errors(tmp_path)
    write_pairs(tmp_path, [ROW])
    table = tmp_path / "pairs.csv"
    names, row = table.read_text(encoding="utf-8").splitlines()
    table.write_text(f"{names},best\n{row},7\n", encoding="utf-8")
    with pytest.raises(CaseError, match="a second column 'best'"):
        load_errors(tmp_path)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    """Two bad rows and a repeated id are three problems."""
    rows = [ROW, ROW, ROW | {"id": "two", "basis": "x"}, ROW | {"id": "three", "later_best": ""}]
    write_pairs(tmp_path, rows)
    with pytest.raises(CaseError, match="3 problems"):
        load_errors(tmp_path)


def test_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    """A folder without the two files is an error that names both."""
    with pytest.raises(CaseError) as caught:
        load_errors(extra=[tmp_path / "nowhere"])
    assert "pairs.csv" in str(caught.value)
    assert "sources.bib" in str(caught.value)


def test_own_pairs_are_added_and_leave_the_fitted_numbers_behind(tmp_path: Path, shipped: ErrorLibrary) -> None:
    """Pairs of one's own join those that ship; the fitted numbers no longer rest on all of them."""
    write_pairs(tmp_path, [ROW])
    both = load_errors(extra=[tmp_path])
    assert len(both.pairs) == len(shipped.pairs) + 1
    assert both.pairs[-1].frame == "own"
    assert not both.is_fitted


def test_order_of_rows_changes_no_digest(tmp_path: Path) -> None:
    """The digest of pairs is the same whatever their order."""
    rows = [ROW, ROW | {"id": "two", "best": "7"}]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_pairs(tmp_path / "a", rows)
    write_pairs(tmp_path / "b", rows[::-1])
    assert load_errors(tmp_path / "a").digest == load_errors(tmp_path / "b").digest


def test_estimate_may_say_its_kind_and_the_speakers_interest() -> None:
    """Both keys of a case's estimate are optional and kept as given; a kind that its basis has not is refused."""
    table: dict[str, Any] = {"source": "smith-1990", "locator": "p. 1", "best": 5.0, "basis": "registered"}
    assert (Estimate(**table).kind, Estimate(**table).interest) == (None, None)
    told = Estimate(**table, kind="name-list", interest="neither")
    assert (told.kind, told.interest) == ("name-list", "neither")
    with pytest.raises(ValueError, match="kind"):
        Estimate(**table | {"basis": "survey"}, kind="name-list")
