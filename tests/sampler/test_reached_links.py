"""Links that reach deaths known from a register, shares that are registered, and what is said where they cannot."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

import mcmort as mm
from mcmort.catalogue.case import Case
from mcmort.results import Draws
from mcmort.sampler import simulate
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.totals import total
from tests.cases import case_of, component, count, dependence, head, point, quantity, ranged, share

type Array = NDArray[np.float64]

_N: Final = 100_000
_FAR: Final = 5.0 / float(np.sqrt(_N))
"""Five standard errors of a rank correlation of independent draws; of dependent draws it is less."""
_SHOWN: Final = 0.01
"""From this difference on the reached correlation is said; the net that gives it errs by about as much."""
_REGISTER: Final = point(1_000, basis="registered", measure="registered", source="study-b")
_SHARE: Final = share(0.3, 0.9, reads="90%")
_SPREAD: Final = {"source": "choice", "locator": "none"}
_HEAD: Final = head(spread={"registered": {"log_sd": 0.1, **_SPREAD}, "demographic": {"log_sd": 0.2, **_SPREAD}})

_PARTS: Final[dict[str, tuple[list[dict[str, Any]], dict[str, Any]]]] = {
    "figures": ([ranged(1_000, 3_000)], {}),
    "register": ([_REGISTER], {}),
    "completeness": ([_REGISTER], {"completeness": _SHARE}),
    "floored": ([ranged(700, 1_500), _REGISTER], {}),
}
"""Estimates and keys of components, by how all their deaths are known."""


def _part(name: str, way: str) -> dict[str, Any]:
    estimates, keys = _PARTS[way]
    return component(name, *estimates, **keys)


def _linked(rank: float, *ways: str, measure: str = "all") -> Case:
    """Return a case of two components, x and y, with a rank correlation."""
    link = {"id": "link", "label": "L", "source": "study-a", "locator": "p. 1", "between": ["x", "y"], "rank": rank}
    parts = (_part(name, way) for name, way in zip("xy", ways, strict=True))
    return case_of(*parts, correlation=[{**link, "measure": measure}], head=_HEAD)


def _grouped(*groups: tuple[float, str], way: str = "completeness") -> Case:
    """Return a case of two components, x and y, in groups of a loading and a measure each."""
    tables = [dependence(f"g{at}", ["x", "y"], loading, measure=of) for at, (loading, of) in enumerate(groups)]
    return case_of(_part("x", way), _part("y", way), dependence=tables, head=_HEAD)


def _rank(one: Array, other: Array) -> float:
    return float(stats.spearmanr(one, other).statistic)


def _ranks(draws: Draws) -> dict[str, float]:
    """Return the rank correlations of two components: of all deaths, of registered ones, and of completeness."""
    every, registered = ([draws.columns[f"{of}:{name}"] for name in "xy"] for of in ("all", "registered"))
    shares = [part / whole for part, whole in zip(registered, every, strict=True)]
    columns = {"all": every, "registered": registered, "completeness": shares}
    return {of: _rank(*pair) for of, pair in columns.items() if not np.all(pair[0] == 1.0)}


def _rank_of(loading: float) -> float:
    """Return the rank correlation of two members of a group."""
    return float(6.0 / np.pi * np.arcsin(loading**2 / 2.0))


@pytest.mark.slow
@settings(max_examples=20)
@given(rank=st.floats(-0.95, 0.95), ways=st.tuples(*[st.sampled_from(sorted(_PARTS))] * 2))
def test_draws_reach_the_declared_rank_correlation_or_what_is_said_instead(rank: float, ways: tuple[str, str]) -> None:
    """However deaths are known, the draws have the declared correlation, or one that stands beside the component.

    Allowed: five standard errors where every member is a pool; elsewhere what is not worth a word, and the error of
    the net from which the reached value comes.
    """
    case = _linked(rank, *ways)
    found = _rank(*(simulate(case, _N, rng=7).columns[f"all:{name}"] for name in "xy"))
    links = compiled_case(case).statuses["x"].links
    if set(ways) <= {"figures", "register"}:
        assert links == ()
        assert abs(found - rank) < _FAR
    else:
        assert all(link.declared == pytest.approx(rank, abs=1e-9) for link in links)
        expected = links[0].reached if links else rank
        assert abs(found - expected) < _FAR + _SHOWN


def test_correlation_of_two_registers_with_completeness_widens_their_sum() -> None:
    """A rank correlation of 0.95 gives 0.94 and a standard deviation near 1,830, not the 1,340 of independence.

    If scores were those of the deaths themselves it would be 1,870; deaths are a quotient, whose score is not quite
    the sum of two scores, and what is reached is said.
    """
    case = _linked(0.95, "completeness", "completeness")
    draws = simulate(case, _N, rng=3)
    assert total(draws, "whole").values.std() == pytest.approx(1_830, rel=0.03)
    apart = simulate(case, _N, rng=3, dependence="independent")
    assert total(apart, "whole").values.std() == pytest.approx(1_340, rel=0.03)
    (link,) = compiled_case(case).statuses["x"].links
    assert link.reached == pytest.approx(_ranks(draws)["all"], abs=0.005)
    note = "link: rank correlations of 0.95 are declared, 0.94 reached"
    report = mm.total(draws, "whole")
    assert note in " ".join(report.render("text").split())
    (printed,) = report.document().components[0].links
    assert (printed.link, printed.measure) == ("link", "all")
    assert (printed.declared, printed.reached) == (link.declared, link.reached)


def test_a_link_leaves_a_register_and_its_completeness_as_they_were() -> None:
    """Register and completeness keep their distributions and stay independent of one another."""
    tied, free = (simulate(_grouped(*groups), _N, rng=seed) for groups, seed in (([(0.9, "all")], 1), ([], 2)))
    for draws in (tied, free):
        assert abs(_rank(draws.columns["registered:x"], draws.columns["registered:x"] / draws.columns["all:x"])) < _FAR
    for name in ("registered:x", "all:x", "registered:y", "all:y"):
        assert stats.ks_2samp(tied.columns[name], free.columns[name]).pvalue > 1e-6


@pytest.mark.parametrize("way", ["completeness", "register"])
@pytest.mark.parametrize("loading", [0.0001, 0.5, 0.95])
def test_members_known_from_registers_follow_their_group(loading: float, way: str) -> None:
    """Members of a group about deaths follow its loading; with 0.0001 and with 0.95 they had the same bits."""
    reached = _ranks(simulate(_grouped((loading, "all"), way=way), _N, rng=4))["all"]
    allowed = _FAR if way == "register" else _FAR + 2 * _SHOWN
    assert abs(reached - _rank_of(loading)) < allowed


def test_completeness_of_registers_of_one_office_moves_together() -> None:
    """A group over completeness has its declared correlation, carries over to deaths, and leaves registers alone."""
    found = _ranks(simulate(_grouped((0.9, "completeness")), _N, rng=5))
    assert abs(found["completeness"] - _rank_of(0.9)) < _FAR
    assert abs(found["registered"]) < _FAR
    assert found["all"] > 0.6  # most of the spread is that of the completeness


def test_a_correlation_of_completeness_is_reached() -> None:
    """A cited rank correlation between two shares is that of the draws, where all deaths are known or the register."""
    case = _linked(-0.7, "completeness", "completeness", measure="completeness")
    assert abs(_ranks(simulate(case, _N, rng=5))["completeness"] + 0.7) < _FAR
    parts = [component(name, ranged(1_000, 3_000), completeness=_SHARE) for name in "xy"]
    case = case_of(*parts, dependence=[dependence("office", ["x", "y"], 0.8, measure="completeness")])
    found = _ranks(simulate(case, _N, rng=6))
    assert abs(found["completeness"] - _rank_of(0.8)) < _FAR
    assert abs(found["all"]) < _FAR
    assert found["registered"] > 0.2


def test_links_of_deaths_and_of_completeness_add_up_and_this_is_said() -> None:
    """Two groups, one about deaths, one about completeness, move both: what each of them reaches is more, and said."""
    case = _grouped((0.5, "all"), (0.5, "completeness"))
    found = _ranks(simulate(case, _N, rng=8))
    links = {link.measure: link for link in compiled_case(case).statuses["x"].links}
    assert set(links) == {"all", "completeness"}
    for measure, link in links.items():
        assert link.declared == pytest.approx(_rank_of(0.5))
        assert link.reached > link.declared + 0.05
        assert link.reached == pytest.approx(found[measure], abs=0.01 + _FAR)


def test_the_dial_frees_completeness_of_its_links() -> None:
    """With independence, and with comonotonic deaths, linked shares are drawn apart as other shares are."""
    case = _grouped((0.9, "completeness"))
    for dial in ("independent", "comonotonic"):
        assert abs(_ranks(simulate(case, _N, rng=9, dependence=dial))["completeness"]) < _FAR
    assert compiled_case(case, dependence="independent").statuses["x"].links == ()


def test_a_floor_that_binds_is_said_beside_the_total() -> None:
    """A register that raises most draws of a member weakens its group, and the reached value is printed; it was not."""
    parts = component("x", ranged(700, 1_100), _REGISTER), component("y", ranged(100, 300))
    case = case_of(*parts, dependence=[dependence("baseline", ["x", "y"], 0.9)], head=_HEAD)
    draws = simulate(case, _N, rng=2)
    reached = _rank(draws.columns["all:x"], draws.columns["all:y"])
    assert reached < _rank_of(0.9) - 0.1
    report = mm.total(draws, "whole")
    said = f"baseline: rank correlations of {_rank_of(0.9):.2f} are declared, "
    (note,) = [note for note in report.total.notes if note.startswith("baseline: ")]
    assert note.startswith(said)
    assert float(note.removeprefix(said).split()[0]) == pytest.approx(reached, abs=0.02)
    documents = {one.id: one.links for one in report.document().components}
    assert documents["x"][0].reached == pytest.approx(reached, abs=0.01)
    without = mm.total(simulate(case, 1_000, rng=2, dependence="independent"), "whole")
    assert not any("baseline" in note for note in without.total.notes)


def test_a_formula_in_a_pool_weakens_the_links_of_its_component_and_this_is_said() -> None:
    """The score of a pool selects a formula without moving it: what the link reaches is less, and is said."""
    mixed = component("x", ranged(2_000, 5_000), count(formula="2 * people", source="study-d"))
    case = case_of(
        mixed,
        component("y", ranged(100, 300)),
        quantity=[quantity("people", ranged(500, 5_000))],
        dependence=[dependence("g", ["x", "y"], 0.9)],
    )
    draws = simulate(case, _N, rng=2)
    (link,) = compiled_case(case).statuses["x"].links
    assert link.reached < link.declared - 0.1
    assert link.reached == pytest.approx(_rank(draws.columns["all:x"], draws.columns["all:y"]), abs=0.02)


def test_a_stored_case_keeps_what_its_links_reach() -> None:
    """What stands beside the total is the same from disk."""
    case = _linked(0.9, "completeness", "floored")
    first, again = compiled_case(case), compiled_case(case)
    assert first.statuses["x"].links
    assert first.statuses == again.statuses


def test_an_addition_to_the_case_leaves_linked_draws_as_they_were() -> None:
    """A further component, tied to none, changes no bit of members of links, registers and completeness among them."""
    before = simulate(_linked(0.9, "completeness", "completeness"), 1_000, rng=1)
    case = _linked(0.9, "completeness", "completeness")
    link = [one.model_dump(exclude_none=True) for one in case.correlations.values()]
    parts = [_part("x", "completeness"), _part("y", "completeness"), _part("a", "completeness")]
    after = simulate(case_of(*parts, correlation=link, head=_HEAD), 1_000, rng=1)
    for name, values in before.columns.items():
        assert np.array_equal(after.columns[name], values)
