"""What all reports share: short names, notebooks, frames."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

import mcmort as mm
from mcmort.api.printed import Printed
from mcmort.cli.app import main
from mcmort.errors import UsageError
from mcmort.results import Draws
from mcmort.sampler import simulate
from tests.caches import cache_of_code
from tests.cases import case_of, component, definition, ranged


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Draw two components, one of which has a name that HTML would read."""
    parts = (
        component("one", ranged(100, 200), label="<script>alert(1)</script>"),
        component("two", ranged(300, 900, source="study-b")),
    )
    case = case_of(*parts, definitions={"whole": definition(), "other": definition()})
    return simulate(case, 2_000, rng=1)


def _reports(draws: Draws) -> list[Printed]:
    return [
        mm.total(draws, "whole"),
        mm.compare(draws),
        mm.claims(draws),
        mm.probability(draws, "whole", above=500),
        mm.locate(draws, 700),
        mm.sensitivity(draws, "whole"),
        mm.influence(draws, "whole"),
    ]


def test_every_report_shows_itself_in_a_notebook(draws: Draws) -> None:
    """A table in HTML with the finding above it, in which no label of a case becomes an element."""
    for report in _reports(draws):
        text = report._repr_html_()  # as a notebook calls it
        assert "<table" in text
        assert "<script" not in text
        assert text.count("<caption>") == len(report.tables())


def test_name_of_every_public_object_is_short(draws: Draws) -> None:
    """What an interactive session prints of an object is a line or two, not the object."""
    total = mm.total(draws, "whole")
    for one in (*_reports(draws), draws.case, draws, total.total, mm.load("ussr"), mm.Sampler(draws.case, 100)):
        assert 5 < len(repr(one)) < 700
        assert "array(" not in repr(one)


def test_data_frame_of_a_report_has_raw_numbers_beside_words(draws: Draws) -> None:
    """Raw values under their own names, with ids, and the printed words under the headings."""
    total = mm.total(draws, "whole")
    frame = total.to_dataframe().set_index("id")
    assert frame.loc["total", "median"] == total.summary.median
    assert frame.loc["one", "Component"] == "<script>alert(1)</script>"
    assert np.isclose(frame.loc["one", "mean"] + frame.loc["two", "mean"], frame.loc["total", "mean"])
    assert "Median" in frame.columns


def test_workbook_of_a_report_holds_its_table(draws: Draws) -> None:
    """The same rows as the CSV, as a file of Excel."""
    book = load_workbook(io.BytesIO(mm.total(draws, "whole").workbook()))
    assert [row[0].value for row in book["Table"].iter_rows(min_row=2)][-1] == "Total"


def test_workbook_to_the_terminal_is_wrong_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A workbook is no text: it goes to a file."""
    words = ["total", "cambodia", "-d", "excess", "-n", "1000", "--format", "xlsx"]
    assert main(words) == 2
    assert "a workbook needs a file" in " ".join(capsys.readouterr().err.split())
    assert main([*words, "--output", str(tmp_path / "a.xlsx")]) == 0
    assert "Table" in load_workbook(tmp_path / "a.xlsx").sheetnames


@pytest.mark.slow
def test_saved_fit_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fit that was saved under a name gives the same totals; a damaged or foreign one is refused."""
    monkeypatch.setenv("MCMORT_CACHE", str(cache_of_code(tmp_path / "cache")))
    case = mm.load("cambodia")
    posterior = mm.fit(case, rng=1)
    path = mm.save_fit(posterior, tmp_path / "fit.nc")
    again = mm.open_fit(path)
    assert np.array_equal(mm.total(again, "excess").values, mm.total(posterior, "excess").values)
    assert set(again.to_datatree()["posterior"].data_vars) >= {"all", "tau"}
    with pytest.raises(UsageError, match="has changed since the fit was saved"):
        mm.open_fit(path, mm.load("ussr"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no saved fit can be read"):
        mm.open_fit(path)
    with pytest.raises(UsageError, match="no saved fit can be read"):
        mm.open_fit(tmp_path / "none.nc")
