"""Numbers of a case file that can be read in two ways: refused where they count deaths or persons."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.catalogue.reading.number_spelling import is_ambiguous, spelling_hint
from mcmort.errors import CaseError
from tests.cli.ran import GOOD

CASE = """
[[component]]
id = "south"
label = "Southern camps"
years = [1930, 1935]
territory = "Nowhere"
counts = "Deaths."
facets = {{ category = "camps", kind = "deaths" }}
{share}
estimate = [{{ source = "smith-1990", locator = "p. 1", {figure}, basis = "demographic" }}]

[[quantity]]
id = "rate"
label = "Deaths of a year"
unit = "{unit}"
years = 1931
territory = "Nowhere"
estimate = [{{ source = "smith-1990", locator = "p. 2", low = {rate}, high = 900, reads = "range", basis = "survey" }}]

[[profile]]
id = "annual"
label = "Annual deaths"
unit = "{unit}"
source = "smith-1990"
locator = "p. 3"
values = {{ 1930 = {rate}, 1931 = 20 }}
"""


def problems_of(folder: Path, **changes: str) -> list[str]:
    """Return the problems of a case with figures of some spellings."""
    shutil.copytree(GOOD, folder)
    plain = {"share": "", "figure": "best = 12_000", "unit": "deaths per 1,000", "rate": "12.5"}
    (folder / "south.toml").write_text(CASE.format(**{**plain, **changes}), encoding="utf-8")
    try:
        mm.load(folder)
    except CaseError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("spelling", ["9.000", "12.345", "120.000", "+1.000"])
def test_count_with_three_decimals_is_refused_as_in_a_sheet(spelling: str, tmp_path: Path) -> None:
    """Figures of 13.000, 15.000 and 19.000 deaths were read as 13, 15 and 19, and the check was clean."""
    problems = problems_of(tmp_path / "minimal", figure=f"best = {spelling}")
    assert problems == [
        f'south.toml: component "south" > estimate "smith-1990" > best: found {spelling}; '
        f"expected a number that can be read in one way only. Hint: {spelling_hint(spelling)}"
    ]


@pytest.mark.parametrize("spelling", ["9.0", "12.3450", "0.125", "1234.000", "12_000.500", "1e3", "12345"])
def test_count_that_can_be_read_in_one_way_is_read(spelling: str, tmp_path: Path) -> None:
    """Other decimals, a leading zero and four digits before the point leave no doubt."""
    assert problems_of(tmp_path / "minimal", figure=f"best = {spelling}") == []


def test_share_or_rate_with_three_decimals_is_read(tmp_path: Path) -> None:
    """A share of 1.000 and a rate of 12.345 per 1,000 are decimals: only whole things are refused."""
    ordinary = 'ordinary = { low = 0.125, high = 1.000, reads = "extremes", source = "smith-1990", locator = "p. 4" }'
    assert problems_of(tmp_path / "minimal", share=ordinary, rate="12.345") == []


def test_annual_values_and_quantities_of_persons_with_three_decimals_are_refused(tmp_path: Path) -> None:
    """An annual series and a population are counts as well, and each figure is named."""
    places = [
        problem.partition(": found")[0] for problem in problems_of(tmp_path / "minimal", unit="persons", rate="9.000")
    ]
    assert places == [
        'south.toml: profile "annual" > values > 1930',
        'south.toml: quantity "rate" > estimate "smith-1990" > low',
    ]


def test_hint_names_a_spelling_of_each_meaning_that_is_not_ambiguous() -> None:
    """Both spellings that a hint names are numbers that can be read in one way only."""
    for text in ("1.000", "12,345", "999.999"):
        words = spelling_hint(text).replace(",", "").split()
        thousands, decimal = words[1], words[6]
        assert float(thousands) == pytest.approx(1000 * float(decimal))
        assert not is_ambiguous(thousands)
        assert not is_ambiguous(decimal)
