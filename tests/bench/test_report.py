"""Reports: written and read back, turned into tables, a page and a figure; losing cells are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcmort.bench.docs import RESULTS, page, readme_table
from mcmort.bench.figure import cost_figure
from mcmort.bench.results import Timing, read, to_json
from mcmort.bench.tables import headline, losing_cells, slope, tables
from mcmort.errors import OutputError
from tests.bench.made import made_report

pytestmark = pytest.mark.slow


def test_a_report_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """JSON holds all of a report."""
    (tmp_path / "report.json").write_text(to_json(made_report()), encoding="utf-8")
    assert read(tmp_path / "report.json") == made_report()


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    """A missing file and one that holds something else are clear errors, not tracebacks."""
    with pytest.raises(OutputError, match="no such file"):
        read(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(OutputError, match="is no result of mcmort bench --json"):
        read(tmp_path / "other.json")


def test_ratios_are_taken_within_rounds() -> None:
    """The ratio is the median of the ratios of each round, not the ratio of medians, and its range stands beside it."""
    rows = {(row[0], row[2]): row[4] for row in headline(made_report()).rows}
    assert rows["12, factor copula", "NumPy"] == "20 (10\N{EN DASH}30)"
    assert rows["12, factor copula", "mcmort, 2 threads"] == "1"
    assert rows["12, independent", "monaco"] == "\N{EN DASH}"


def test_losing_cells_are_named() -> None:
    """A peer that takes less time than mcmort's best is printed; one that takes more is not."""
    losing = losing_cells(made_report())
    assert len(losing) == 2
    assert losing[0] == "12, independent, 100,000 draws: NumPy takes 1 ms, mcmort, 2 threads 2.5 ms"
    fast = replace(made_report().accuracy[1], timing=Timing("NumPy, plain", (0.0005,)))
    worse = replace(made_report(), accuracy=(made_report().accuracy[0], fast))
    assert losing_cells(worse)[-1] == "12 components, time to accuracy: NumPy, plain takes 500 µs, mcmort 1 ms"


def test_the_slope_of_linear_cost_is_one() -> None:
    """Times that are proportional to draws give the slope 1 and the nanoseconds a value that they were made with."""
    fitted = slope(made_report(), correlated=False)
    assert fitted is not None
    assert fitted == pytest.approx((1.0, 0.05 / 12e6 * 1e9))


def test_every_table_holds_what_was_not_run() -> None:
    """A skipped tool shows a dash and its reason; a process that failed says so; growth of memory is stated."""
    text = "\n".join(" ".join([*sum(table.rows, ()), *table.notes]) for table in tables(made_report()))
    assert "Not run: monaco; 12, independent: longer than 60 s, judging by 10,000 draws" in text
    assert "failed with code -9" in text
    assert "peak memory grows by 5.0%" in text
    assert "not reached" in text


def test_the_page_is_rendered_from_the_stored_report(tmp_path: Path) -> None:
    """README table and page come from the file alone, twice the same, with losing cells and missing tools."""
    (tmp_path / RESULTS).parent.mkdir()
    (tmp_path / RESULTS).write_text(to_json(made_report()), encoding="utf-8")
    assert readme_table(tmp_path).splitlines()[2].count("NumPy") == 1
    text = page(tmp_path)
    assert text == page(tmp_path)
    for part in ("# Benchmarks", "## Where mcmort loses", "chaospy: not installed", "processor: made up"):
        assert part in text


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_figure_is_of_the_form_asked_for(form: str, start: bytes) -> None:
    """PNG and PDF are what they are called."""
    assert cost_figure(made_report(), form).startswith(start)


def test_the_figure_is_the_same_bytes_each_time() -> None:
    """The figure of a report is reproducible."""
    drawn = cost_figure(made_report(), "svg")
    assert drawn.startswith(b"<?xml")
    assert drawn == cost_figure(made_report(), "svg")
