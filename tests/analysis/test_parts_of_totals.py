"""A total by year, and what of it is registered: both agree with totals that are computed one by one."""

from __future__ import annotations

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.documented import documented
from mcmort.analysis.summary import mean_of
from mcmort.analysis.yearly import yearly
from mcmort.definitions import DefinitionChanges
from mcmort.errors import DefinitionError
from mcmort.totals import kept
from tests.cases import case_of, component, point, ranged
from tests.present.made import floors
from tests.shipped import draws_of


def test_means_of_years_add_up_to_the_mean_of_the_total() -> None:
    """On every draw the deaths of a component fall into its years, whatever their shares."""
    case = case_of(component("one", ranged(1e5, 3e5)), component("two", ranged(1e3, 2e3)))
    found = yearly(mm.simulate(case, n=2_000, rng=1), "whole")
    first, last = found.total.years
    assert list(found.years) == list(range(first, last + 1))
    by_year = sum(mean_of(total.values) for total in found.years.values())
    assert by_year == pytest.approx(mean_of(found.total.values), rel=1e-9)


def test_a_year_agrees_with_a_total_of_that_year() -> None:
    """Each year is the total that is restricted to it, on the same draws."""
    draws = draws_of("darfur")
    found = yearly(draws, "excess")
    one = mm.total(draws, "excess", years=(2004, 2004))
    assert np.array_equal(kept(found.years[2004].values), one.values)


def test_years_restrict_what_is_shown() -> None:
    """With years in the changes there are no others."""
    found = yearly(draws_of("darfur"), "excess", DefinitionChanges(years=(2004, 2005)))
    assert sorted(found.years) == [2004, 2005]


def test_what_is_documented_is_the_registered_total() -> None:
    """The two totals are those of either measure, on the same draws, and a draw has no more registered than in all."""
    case = case_of(
        component(
            "one", ranged(9_000, 12_000), point(5_000, measure="registered", basis="registered", source="study-b")
        )
    )  # fmt: skip
    draws = mm.simulate(case, n=2_000, rng=1)
    found = documented(draws, "whole")
    assert found.registered is not None
    assert np.array_equal(kept(found.registered.values), mm.total(draws, "whole", measure="registered").values)
    assert np.array_equal(kept(found.all.values), mm.total(draws, "whole", measure="all").values)
    assert np.all(kept(found.registered.values) <= kept(found.all.values) + 1e-6)


def test_without_a_register_nothing_is_documented() -> None:
    """Where no register speaks, there is no registered total, which is not zero."""
    found = documented(mm.simulate(case_of(component("one", ranged(1, 9))), n=500, rng=1), "whole")
    assert found.registered is None


def test_an_unknown_definition_is_an_error() -> None:
    """A name that the case does not have is no total without a register."""
    with pytest.raises(DefinitionError, match="nope"):
        documented(floors(), "nope")
