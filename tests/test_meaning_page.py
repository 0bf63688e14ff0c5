"""The page that sets earlier totals beside those of today: each notable change has its reason."""

from __future__ import annotations

from functools import cache

import pytest
from meaning import Change, Ends, changes, evenly, known_reasons

import mcmort as mm
from mcmort.present.numbers import Rounding
from mcmort.sampler import Sampler
from tests.cases import case_of, component, profile, ranged


@cache
def _draws_of(case: str) -> Sampler:
    return mm.Sampler(mm.load(case), rng=1)


@pytest.mark.slow
def test_every_notable_change_of_a_shipped_total_has_a_reason() -> None:
    """A total that moved by over 3 % since version 1 says why; a reason that no row of the page shows is stale."""
    found = changes(_draws_of)
    cases = {change.case for change in found}
    assert cases == {"atlantic-slave-trade", "china", "nazi-germany", "ussr"}  # the cases that version 1 had
    for case in cases:
        shown = {change.definition for change in found if change.case == case and not change.years}
        assert shown <= set(mm.load(case).definitions)  # one that version 1 did not have is in no row
    reasons = known_reasons()
    lacking = [(one.case, one.name) for one in found if one.is_notable and one.name not in reasons.get(one.case, {})]
    assert not lacking
    named = {(case, name) for case, names in reasons.items() for name in names}
    assert named <= {(change.case, change.name) for change in found}


def test_change_is_notable_by_its_largest_part() -> None:
    """An upper end that moves by 4 % needs a reason even if the median stays; 2 % of all three needs none."""
    before = Ends(1e6, 2e6, 3e6, floor=False)
    for ends, notable in (
        (Ends(1e6, 2e6, 3.12e6, floor=False), True),
        (Ends(1.02e6, 2.04e6, 2.94e6, floor=True), False),
    ):
        assert Change("case", "broad", "", before, ends, ends, Rounding(4, True)).is_notable == notable


def test_even_timing_leaves_annual_series_alone() -> None:
    """Only components whose timing is unknown become even."""
    case = case_of(
        component("listed", ranged(1e3, 2e3), profile="series"),
        component("spanned", ranged(1e3, 2e3, source="study-b")),
        profile=[profile("series", {year: year - 1929.0 for year in range(1930, 1940)})],
    )
    components = evenly(case).components
    assert components["listed"] == case.components["listed"]
    assert components["spanned"].even is not None
