"""What authors published with a probability: given back by their works alone, and held out against the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.catalogue.records import Component, Estimate, Quantity
from mcmort.results import Draws
from mcmort.sampler import simulate
from tests.shipped import case_named

_DRAWS = 20_000


def _where(case: Case, admits: Callable[[Estimate], bool]) -> Case:
    """Return a case that holds the admitted estimates only."""

    def kept[Owner: (Component, Quantity)](owner: Owner) -> Owner:
        return owner.model_copy(update={"estimate": tuple(filter(admits, owner.estimate))})

    components = {name: kept(component) for name, component in case.components.items()}
    quantities = {name: kept(quantity) for name, quantity in case.quantities.items()}
    return replace(case, components=components, quantities=quantities)


@cache
def _draws_without(name: str, lineage: str) -> Draws:
    """Return draws of a shipped case from which one lineage was taken out."""
    return simulate(_where(case_named(name), lambda estimate: estimate.line != lineage), _DRAWS, rng=1)


def _values(name: str, definition: str, *, without: str) -> np.ndarray:
    """Return the draws of a total of a shipped case from which one lineage was taken out."""
    return mm.total(_draws_without(name, without), definition).values


def _darfur_of_louvain() -> Draws:
    """Return draws of Darfur from the works of Degomme and Guha-Sapir alone, with the lower of their two baselines."""
    case = _where(case_named("darfur"), lambda estimate: estimate.line == "cred" and estimate.id != "high-baseline")
    return simulate(case, _DRAWS, rng=1)


def test_heuveline_alone_gives_back_the_middle_70_per_cent_that_was_not_entered() -> None:
    """The case holds his median and 95 per cent interval; 15 per cent then lie below 1.5 and 15 above 2.25 million.

    His 47 inputs are not public, so that his reconstruction cannot be run again. The two 15 per cent points stand in
    the press statement of the university, as the Cambodia Daily of 2015 gives it.
    """
    case = _where(case_named("cambodia"), lambda estimate: estimate.line == "heuveline")
    values = mm.total(simulate(case, _DRAWS, rng=1), "excess").values
    assert np.quantile(values, [0.025, 0.5, 0.975]) == pytest.approx([1.2e6, 1.9e6, 2.8e6], rel=0.02)
    assert np.quantile(values, [0.15, 0.85]) == pytest.approx([1.5e6, 2.25e6], rel=0.05)


def test_cambodian_total_without_heuveline_has_its_median_in_his_middle_70_per_cent() -> None:
    """Heuveline 2015 (Population Studies 69(2), pp. 201-218) has 1.9 million, and his interval holds most of our draws.

    As the Cambodia Daily of 2015 gives it: 1.2 to 2.8 million with 95 per cent, 15 per cent below 1.5 and 15 per cent
    above 2.25. He reconstructs between counts; the others mostly ask survivors.
    """
    values = _values("cambodia", "excess", without="heuveline")
    assert 1.5e6 < np.median(values) < 2.25e6
    assert np.quantile(values, 0.025) < 1.9e6 < np.quantile(values, 0.975)
    assert np.mean((values > 1.2e6) & (values < 2.8e6)) > 0.5


def test_irish_excess_without_boyle_and_ograda_is_about_the_million_that_they_found() -> None:
    """Boyle and Ó Gráda 1986 (Demography 23(4), pp. 543-562) have about one million, without a printed interval."""
    values = _values("ireland-1845-52", "excess", without="boyle-ograda")
    assert abs(np.median(values) - 1e6) < 0.1e6


def test_irish_censuses_leave_over_less_than_a_million_deaths() -> None:
    """The counts of 1841 and 1851 leave over 0.7 to 0.95 million in the middle, less than either reconstruction."""
    case = case_named("ireland-1845-52")
    left_over = case.components["excess"].model_copy(update={"estimate": (), "formula": "balance_excess"})
    case = replace(case, components={**case.components, "excess": left_over})
    assert 0.7e6 < np.median(mm.total(simulate(case, _DRAWS, rng=1), "excess").values) < 0.95e6


def test_bengal_total_without_dyson_and_maharatna_holds_what_they_found() -> None:
    """Dyson and Maharatna 1991 (IESHR 28(3), pp. 281-297) have 2.1 million, from 1.8 to 2.4 by the years counted."""
    values = _values("bengal-1943", "famine", without="dyson-maharatna")
    low, high = np.quantile(values, [0.25, 0.75])
    assert low < 2.4e6
    assert high > 1.8e6
    assert 1.8e6 < np.median(values) < 3e6


@pytest.mark.parametrize(
    ("definition", "printed"), [("excess", (178_258, 298_271, 461_520)), ("violent", (32_229, 62_305, 139_142))]
)
def test_works_of_louvain_alone_give_back_their_total_of_darfur(definition: str, printed: tuple[float, ...]) -> None:
    """Degomme and Guha-Sapir 2010 (The Lancet 375, pp. 294-300), 95 per cent, though the case cuts at January 2005.

    The rates by period from which they computed their totals were not seen.
    """
    values = mm.total(_darfur_of_louvain(), definition).values
    assert np.quantile(values, [0.025, 0.5, 0.975]) == pytest.approx(printed, rel=0.04)


def test_darfur_without_the_works_of_louvain_holds_their_total() -> None:
    """The other works and the rate of 2005 put 298,271 into their middle half, and overlap with most of 178-462,000."""
    values = _values("darfur", "excess", without="cred")
    low, high = np.quantile(values, [0.25, 0.75])
    assert low < 298_271 < high
    assert np.mean((values > 178_000) & (values < 462_000)) > 0.6


def test_rates_times_people_rebuild_the_first_years_of_darfur_between_two_schools() -> None:
    """Surveys of 2004 carried to all displaced people lie between 118,142 (Louvain) and 253,573 (Coebergh 2005)."""
    case = case_named("darfur")
    by_rates = case.components["displaced-2004"].model_copy(update={"estimate": (), "formula": "first_years_by_rates"})
    case = replace(case, components={**case.components, "displaced-2004": by_rates})
    assert 118_142 < np.median(mm.total(simulate(case, _DRAWS, rng=1), "displaced").values) < 253_573


def test_a_total_elsewhere_would_be_found() -> None:
    """Negative control: what was killed alone has its median below that interval."""
    assert np.median(_values("cambodia", "violent", without="heuveline")) < 1.2e6
