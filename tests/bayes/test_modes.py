"""Modes: where the chains that look for them start, and that a fit gives every mode its weight."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mcmort.bayes import Posterior, fit, open_fit, save_fit
from mcmort.bayes import tempered_fit as tempered
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import evaluate_model, evaluate_without_data, program_of
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.modes import ModeSearch
from mcmort.bayes.sample import sample
from mcmort.bayes.slices import _smaller_hump, unseen_humps
from mcmort.bayes.starting_points import schools_of, starting_points
from mcmort.catalogue import Case
from mcmort.errors import ConvergenceError
from mcmort.present.documents.modes_document import modes_document
from mcmort.present.modes_text import mode_notes
from mcmort.present.numbers import rounding_of
from mcmort.results.weighed_modes import WeighedMode
from tests.bayes.planted_modes import PLANTED, quadrature
from tests.bayes.small_cases import claim, every_kind, figures, plain
from tests.cases import component, point, ranged

_LOW, _HIGH = 1e5, 1e6
_MOST_OFF = 0.05
"""How far the probability of a mode may be off."""


def _torn() -> Case:
    """Return a case of one component: four studies say 100,000, three a million, with 22 % in the low mode."""
    return PLANTED["two modes"][0]


@cache
def _fitted(name: str) -> Posterior:
    """Return the fit of a planted case, made once for all tests."""
    return fit(PLANTED[name][0], rng=1, store=False)


def _shares(posterior: Posterior, cuts: Mapping[str, Sequence[float]]) -> dict[tuple[int, ...], float]:
    """Return the share of the draws of a fit in each combination of modes, with what cuts them apart."""
    columns = posterior.columns
    modes = np.stack([np.searchsorted(cuts[name], columns[f"all:{name}"]) for name in cuts], axis=1)
    found, counts = np.unique(modes, axis=0, return_counts=True)
    return dict(zip(map(tuple, found.tolist()), (counts / len(modes)).tolist(), strict=True))


def _span(mode: WeighedMode) -> str:
    return rounding_of((mode.low, mode.median, mode.high)).span(mode.low, mode.high)


def _furthest_off(shares: Mapping[tuple[int, ...], float], exact: Mapping[tuple[int, ...], float]) -> float:
    return max(abs(shares.get(key, 0.0) - exact[key]) for key in exact)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two modes", "three modes", "two components"])
def test_fit_gives_each_planted_mode_its_probability_by_quadrature(name: str) -> None:
    """Of two or three modes of one component, and of four of two components, each has its weight."""
    (case, cuts), posterior = PLANTED[name], _fitted(name)
    assert _furthest_off(_shares(posterior, cuts), quadrature(case, cuts, nodes=5, places=401)) < _MOST_OFF
    assert {split.components: len(split.modes) for split in posterior.modes} == {
        (component,): len(cuts[component]) + 1 for component in cuts
    }


@pytest.mark.statistical
@pytest.mark.parametrize("name", PLANTED)
def test_twenty_seeds_give_planted_modes_their_probability(name: str) -> None:
    """Of twenty seeds at least fifteen are answered, the others refused, and no answer is off by more than 0.05."""
    case, cuts = PLANTED[name]
    exact = quadrature(case, cuts, nodes=41 if "learned" in name else 5, places=401)
    off = []
    for seed in range(1, 21):
        try:
            off.append(_furthest_off(_shares(fit(case, rng=seed, store=False), cuts), exact))
        except ConvergenceError:
            continue
    assert len(off) >= 15
    assert max(off) < _MOST_OFF


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one of 3 %", "register and estimates"])
def test_mode_of_little_weight_is_not_left_out(name: str) -> None:
    """A mode of 3 or of 1 % is found, drawn and told, though chains may leave it before they are looked at."""
    case, cuts = PLANTED[name]
    (split,) = fit(case, rng=3, store=False).modes
    assert split.modes[0].share == pytest.approx(quadrature(case, cuts, nodes=5, places=401)[0,], abs=0.01)
    assert split.cuts[0] == pytest.approx(cuts["one"][0], rel=0.5)


@pytest.mark.slow
def test_weighed_modes_have_figures_errors_and_checks_of_their_own() -> None:
    """A fit tells of each mode which figures are behind it, how sure its weight is, and whether chains agree in it."""
    posterior = _fitted("two modes")
    (split,) = posterior.modes
    low, high = split.modes
    assert [{name[-1] for name in mode.figures} for mode in (low, high)] == [set("abcd"), set("efg")]
    assert low.share + high.share == pytest.approx(1.0)
    assert all(0.0 < mode.error < 0.01 for mode in split.modes)
    assert all(mode.rhat is not None and mode.rhat < 1.05 and mode.ess > 100 for mode in split.modes)
    assert low.low < low.median < low.high < split.cuts[0] < high.low
    assert low.share == np.mean(split.mode_of(posterior.columns["all:one"]) == 0)


@pytest.mark.slow
def test_modes_are_read_back_from_a_file_and_printed_alike(tmp_path: Path) -> None:
    """A saved fit has the same modes, and text and document tell them with their probabilities and figures."""
    posterior = _fitted("two modes")
    again = open_fit(save_fit(posterior, tmp_path / "fit.nc"), posterior.case)
    assert again.modes == posterior.modes
    (low, high), (note,) = posterior.modes[0].modes, mode_notes(again)
    assert note == (
        f"one has two modes: {100 * low.share:.0f} ± 1 % in {_span(low)} (one-0a, one-0b, one-0c and 1 more), "
        f"{100 * high.share:.0f} ± 1 % in {_span(high)} (one-1e, one-1f, one-1g)."
    )
    document = modes_document(again)
    assert document is not None
    assert [mode.share for mode in document.components[0].modes] == [low.share, high.share]
    assert document.together == ()
    assert mode_notes(again, ()) == []


@pytest.mark.slow
def test_modes_that_go_together_are_told_together() -> None:
    """Where one component is low if the other is high, a sentence and the document say how often."""
    made, (case, _) = _fitted("two modes"), PLANTED["linked by a sum"]
    (split,) = made.modes
    one = made.columns["all:one"]
    two = np.where(one < split.cuts[0], 1e6, 1e5)
    splits = (split, replace(split, columns=("all:two",), modes=split.modes[::-1]))
    linked = Posterior(case, made.manifest, {"all:one": one, "all:two": two}, modes=splits)
    high = f"{100 * split.modes[1].share:.0f} %"
    assert mode_notes(linked)[2].startswith(f"These modes go together: {high} one near 950,000, two near ")
    document = modes_document(linked)
    assert document is not None
    assert [(part.modes, part.share) for part in document.together] == [
        ((1, 0), split.modes[1].share),
        ((0, 1), split.modes[0].share),
    ]


def test_refusal_names_median_chains_and_figures_of_each_mode() -> None:
    """Modes that cannot be weighed are listed with the figures that fit each of them better, and what to do."""
    evidence = collect(_torn())
    program = program_of(evidence)
    search = ModeSearch(evidence)
    starts = starting_points(evidence, Density(program), 1)
    chains = sample(program, 1, draws=50, tune=150, chains=len(starts), starts=starts).scores
    search.add(chains, evaluate_model(evidence, chains.reshape(-1, chains.shape[2])).kept)
    (split,) = search.splits()
    message = str(split.refusal("small"))
    low, _, high = message.partition("; median ")
    assert message.startswith("the fit of small is refused: all:one is split into 2 modes, and its 8 chains")
    assert all((f"one:one-0{key}" in low) == (key in "abcd") for key in "abcd")
    assert all((f"one:one-1{key}" in high) == (key in "efg") for key in "efg")
    assert "--without" in message
    assert search.contested([split]) == {datum.name for datum in evidence.data}


def test_fit_that_cannot_weigh_its_modes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ladders do not agree, the modes are listed and nothing is drawn."""
    monkeypatch.setattr(tempered, "tempered_fit", lambda *_arguments, **_options: None)
    with pytest.raises(ConvergenceError, match="all:one is split into 2 modes"):
        fit(_torn(), rng=1, store=False)


def test_lines_through_draws_show_a_mode_that_no_chain_found() -> None:
    """Draws of the high mode alone: a line through them has a hump at the low one; of one school there is none."""
    case, _ = PLANTED["one of 3 %"]
    evidence = collect(case)
    (latent,) = evidence.latents.values()
    scores = np.zeros((100, len(evidence.parameters)))
    scores[:, -1] = (math.log(6e5) - latent.log_median) / latent.log_sd
    density = Density(program_of(evidence))
    assert unseen_humps(evidence, density, scores) == ("one",)
    alone = collect(plain())
    assert unseen_humps(alone, Density(program_of(alone)), np.zeros((100, len(alone.parameters)))) == ()


def test_humps_of_one_size_are_cut_apart_in_the_depth_between_them() -> None:
    """At the flank of a hump, chains that know but that one come beyond the cut as well, and seem to know both."""
    places = np.linspace(0.0, 10.0, 401)
    probability = stats.norm.pdf(places, 2.0, 0.4) + stats.norm.pdf(places, 8.0, 0.4)
    cut, share = _smaller_hump(places, probability / probability.sum())
    assert cut == pytest.approx(5.0, abs=0.5)
    assert share == pytest.approx(0.5, abs=0.01)


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
    assert _search([12.0, 12.0], [12.0, 12.0]).splits() == ()
    (split,) = _search([10.0, 12.0, 14.0], [12.0, 12.0]).splits()
    assert (split.name, split.chains) == ("all:one", 5)
    assert [mode.chains for mode in split.modes] == [1, 3, 1]
    assert [round(math.log(mode.median)) for mode in split.modes] == [10, 12, 14]


def test_wide_mode_beside_narrow_ones_is_a_mode() -> None:
    """Chains that draw ten times as widely as others are in a mode of their own, not on the way between modes."""
    search = _search([10.0, 10.0, 10.0, 13.0])
    search.deaths[0]["all:one"][3] = 13.0 + 10.0 * (search.deaths[0]["all:one"][3] - 13.0)
    (split,) = search.splits()
    assert [mode.chains for mode in split.modes] == [3, 1]
