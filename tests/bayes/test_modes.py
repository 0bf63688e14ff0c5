"""Modes: where the chains that look for them start, and that a fit never returns one mode of several."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcmort.bayes import fit
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import evaluate_model, evaluate_without_data, program_of
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.modes import ModeSearch
from mcmort.bayes.sample import sample
from mcmort.bayes.starting_points import schools_of, starting_points
from mcmort.catalogue import Case
from mcmort.errors import ConvergenceError
from tests.bayes.small_cases import claim, every_kind, evidence_head, figures, plain
from tests.cases import component, point, ranged

_LOW, _HIGH = 1e5, 1e6


def _torn() -> Case:
    """Return a case of one component: four studies say 100,000, three a million.

    By quadrature 22 % of the posterior is in the low mode, and all four chains that start between them may end in it.
    """
    low = [point(_LOW, basis="synthesis", source=f"study-{key}", lineage=f"l-{key}") for key in "abcd"]
    high = [point(_HIGH, source=f"study-{key}", lineage=f"l-{key}") for key in "efg"]
    head = evidence_head({"synthesis": 0.25, "demographic": 0.13}, heterogeneity=0.05)
    return figures(component("one", *low, *high), head=head)


def _outcome(seed: int) -> str:
    """Say what a fit of the torn case with a seed found."""
    try:
        values = fit(_torn(), rng=seed, store=False).columns["all:one"]
    except ConvergenceError as error:
        return "both listed" if "into 2 modes" in str(error) else str(error)
    return "both drawn" if 0.01 < float(np.mean(values < math.sqrt(_LOW * _HIGH))) < 0.99 else "one mode"


@pytest.mark.parametrize("seed", [1, 4, 5])
def test_fit_of_two_schools_lists_or_draws_both_modes(seed: int) -> None:
    """Seeds whose chains once ended all in the same mode, and passed every check, are refused or draw both modes."""
    assert _outcome(seed) in ("both listed", "both drawn")


@pytest.mark.statistical
def test_no_seed_returns_one_mode_of_two() -> None:
    """For each of twenty seeds the fit is refused with both modes, or has draws in both."""
    assert {_outcome(seed) for seed in range(1, 21)} <= {"both listed", "both drawn"}


def test_refusal_names_median_chains_and_figures_of_each_mode() -> None:
    """The modes are listed with the figures that fit each of them better, and what to do."""
    with pytest.raises(ConvergenceError) as refused:
        fit(_torn(), rng=1, store=False)
    message = str(refused.value)
    low, _, high = message.partition("; median ")
    assert message.startswith("the fit of small is refused: all:one is split into 2 modes, and its 20 chains")
    assert all((f"one:study-{key}" in low) == (key in "abcd") for key in "abcdefg")
    assert all((f"one:study-{key}" in high) == (key in "efg") for key in "abcdefg")
    assert "--without" in message


def test_schools_are_groups_of_close_figures() -> None:
    """Figures whose errors overlap are one school; a claim about sums is one of components without figures."""
    near = [point(_LOW, source="study-a"), point(1.05 * _LOW, source="study-b")]
    only_in_sums = component("two", facets={"category": "b"})
    case = figures(
        component("one", *near, point(_HIGH, source="study-c")), only_in_sums,
        claim=[claim("sum", 4e5, 4.1e5, source="study-d", lineage="l-d")],
    )  # fmt: skip
    schools = schools_of(collect(case))
    assert [school.figures for school in schools["one"]] == [("one:study-a", "one:study-b"), ("one:study-c",)]
    assert schools["one"][0].log_centre == pytest.approx(math.log(_LOW * math.sqrt(1.05)))
    assert [school.figures for school in schools["two"]] == [("claim:sum",)]
    assert schools["two"][0].log_centre == pytest.approx(math.log(2.025e5), abs=0.01)


def test_registered_figure_stands_for_deaths_at_middle_of_completeness() -> None:
    """A register of 9,000 with a completeness about two thirds is a school at more deaths than it counts."""
    schools = schools_of(collect(plain()))["camps"]
    (register,) = (school for school in schools if any("study-b" in name for name in school.figures))
    assert register.log_centre > math.log(9e3 / 0.9)


def test_each_school_of_each_component_is_a_starting_point() -> None:
    """Of each component with a prior of its own, every school is where some chain starts; two start in the prior."""
    evidence = collect(every_kind())
    points = starting_points(evidence, Density(program_of(evidence)), 1)
    kept = evaluate_without_data(evidence, points).kept
    assert len(points) == 8
    for name, schools in schools_of(evidence).items():
        column = "registered" if name in evidence.derived else "all"
        starts = np.log(kept[f"{column}:{name}"][:-2])
        for school in schools:
            assert np.abs(starts - school.log_centre).min() < 1e-9


def test_starting_points_depend_on_seed_alone() -> None:
    """The same seed gives the same points, another seed others."""
    evidence = collect(plain())
    density = Density(program_of(evidence))
    one, again, other = (starting_points(evidence, density, seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_number_of_cores_changes_no_draw_of_chains_with_starting_points() -> None:
    """Which thread asks first for its starting point has no effect: one, two and eight at a time draw the same."""
    evidence = collect(_torn())
    program = program_of(evidence)
    starts = starting_points(evidence, Density(program), 1)
    drawn = [
        sample(program, 1, draws=50, tune=100, chains=len(starts), cores=cores, starts=starts).scores
        for cores in (1, 2, 8)
    ]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] == drawn[2]).all()


def _search(*runs: list[float]) -> ModeSearch:
    """Return a search whose chains drew about the logarithms given, a run after another."""
    evidence = collect(figures(component("one", ranged(_LOW, 2 * _LOW), ranged(_HIGH, 2 * _HIGH, source="study-b"))))
    (latent,) = evidence.latents.values()
    rng = np.random.default_rng(1)
    search = ModeSearch(evidence)
    for places in runs:
        scores = 0.01 * rng.standard_normal((len(places), 100, len(evidence.parameters)))
        scores[:, :, -1] += ((np.array(places) - latent.log_median) / latent.log_sd)[:, None]
        search.add(scores, evaluate_model(evidence, scores.reshape(-1, scores.shape[2])).kept)
    return search


def test_chains_start_where_short_ones_lie_farthest_apart() -> None:
    """Of six short chains, four at one place and two far off, the four that go on come from all places."""
    search = _search([12.0, 12.0, 12.0, 14.0, 12.0, 10.0])
    places = {round(float(place), 1) for place in np.log(
        evaluate_without_data(search.evidence, search.starts(4)).kept["all:one"]
    )}  # fmt: skip
    assert len({round(place) for place in places}) == 3


def test_mode_that_later_chains_left_is_missed() -> None:
    """A mode that a short chain found and no later one came to is missed; where one did, it is not."""
    assert _search([12.0, 14.0], [12.0, 12.0]).has_missed_one()
    assert not _search([12.0, 14.0], [12.0, 14.0]).has_missed_one()
    assert not _search([12.0, 12.0], [12.0, 12.0]).has_missed_one()


def test_chains_in_one_place_are_not_split() -> None:
    """Chains in one place make no modes; those in three make three, each with its chains."""
    assert _search([12.0, 12.0], [12.0, 12.0]).split() is None
    split = _search([10.0, 12.0, 14.0], [12.0, 12.0]).split()
    assert split is not None
    assert (split.name, split.chains) == ("all:one", 5)
    assert [mode.chains for mode in split.modes] == [1, 3, 1]
    assert [round(math.log(mode.median)) for mode in split.modes] == [10, 12, 14]
