"""Modes of cases as large as a real one, and of sums: found, weighed as quadrature says, and answered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.bayes import fit
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import evaluate_without_data, program_of
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.modes import ModeSearch
from mcmort.bayes.slices import unseen_humps
from mcmort.bayes.starting_points import torn_sums
from mcmort.catalogue import Case
from tests.bayes.large_planted_case import probability_of_component, probability_of_sum, torn_component, torn_sum
from tests.bayes.small_cases import every_kind

type Array = NDArray[np.float64]
type Flags = NDArray[np.bool_]

_LOW, _HIGH = (tuple(f"claim:{name}-{key}" for key in keys) for name, keys in (("low", "abcd"), ("high", "efg")))
_CUT, _CUT_OF_SUM = 5e5, 1.34e6
_MOST_OFF = 0.05


def _of_component(columns: dict[str, Array]) -> Flags:
    return columns["all:torn"] > _CUT


def _of_sum(columns: dict[str, Array]) -> Flags:
    return columns["all:one"] + columns["all:two"] > _CUT_OF_SUM


@pytest.mark.statistical
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize(
    ("case", "exact", "is_high"),
    [
        (torn_component(), lambda case: probability_of_component(case, "torn", _CUT), _of_component),
        (torn_sum(), lambda case: probability_of_sum(case, ("one", "two"), _CUT_OF_SUM), _of_sum),
    ],
    ids=["component", "sum"],
)
def test_modes_of_a_large_case_have_their_probability(
    case: Case, exact: Callable[[Case], float], is_high: Callable[[dict[str, Array]], Flags], seed: int
) -> None:
    """Among some fifty components and 120 figures one component, or a sum of two, has two modes with their weights."""
    assert is_high(dict(fit(case, rng=seed, store=False).columns)).mean() == pytest.approx(exact(case), abs=_MOST_OFF)


def test_sums_are_torn_between_claims_and_figures_of_components() -> None:
    """Claims far from one another and from the figures of the components are schools; agreeing ones are not told."""
    ((names, schools),) = torn_sums(collect(torn_sum(is_large=False))).items()
    assert names == ("one", "two")
    assert [school.figures for school in schools] == [_LOW, (), _HIGH]
    assert np.exp([school.log_centre for school in schools]) == pytest.approx([4.48e5, 1.4e6, 3.99e6], rel=0.01)
    assert not [names for names in torn_sums(collect(every_kind())) if "famine" in names and len(names) > 3]


def test_mode_of_a_sum_that_no_chain_found_is_seen_and_all_that_parts_it_is_contested() -> None:
    """Draws of the low mode alone: lines show the high one, and claims and figures of both components are contested."""
    evidence = collect(torn_sum(is_large=False))
    scores = np.zeros((100, len(evidence.parameters)))
    for name in ("one", "two"):
        latent = evidence.latents[name]
        place = evidence.parameters.index(f"deaths:{name}")
        scores[:, place] = (np.log(2.25e5) - latent.log_median) / latent.log_sd
    unseen = unseen_humps(evidence, Density(program_of(evidence)), scores)
    assert unseen
    search = ModeSearch(evidence)
    search.add(scores[None], evaluate_without_data(evidence, scores).kept)
    assert search.contested((), unseen) == search.contested(()) == {datum.name for datum in evidence.data}
