"""Bridges: what the difference of two numbers is made of, draw by draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import mcmort as mm
from mcmort.analysis import Bridge, bridge
from mcmort.catalogue import Case
from mcmort.definitions import DIALS, Dial, differing_dials, hybrid
from mcmort.errors import DefinitionError, UsageError
from mcmort.results import Draws
from mcmort.sampler import Sampler, simulate
from mcmort.totals import definition_of, kept, resolve, total, total_of
from tests.cases import case_of, component, definition, overlap, point, random_tables, ranged, share
from tests.present.made import claim, ussr_draws

_N = 300
_DEFINITIONS = {
    "narrow": definition(include=[{"component": "part-0"}], measure="registered", net=True),
    "middle": definition(years=[1922, 1928], net=True),
    "broad": definition(),
}


@pytest.mark.slow
@settings(max_examples=15)
@given(tables=random_tables(pools=False))
def test_steps_add_up_to_the_difference(tables: dict[str, Any]) -> None:
    """On every draw, and so in the mean, the steps add up to the difference of the totals, in any order.

    Allowed: rounding, 1e-12 of the larger total, and a thousandth of a death for each step that is left out as nothing.
    """
    register = point(5e3, basis="registered", measure="registered", source="study-h", id="extra")
    first = {**tables["component"][0], "years": [1920, 1931], "profile": None}
    first["estimate"] = [*first["estimate"], register]
    tables = {**tables, "component": [first, *tables["component"][1:]], "definitions": _DEFINITIONS}
    draws = simulate(case_of(**tables), _N, rng=3)
    for start, end in (("narrow", "broad"), ("middle", "broad"), ("broad", "narrow")):
        difference = total(draws, end).values - total(draws, start).values
        for orders in ("stated", "average"):
            found = bridge(draws, start, end, orders=orders)
            together = sum((kept(step.values) for step in found.steps), np.zeros(_N))
            scale = max(kept(one.total.values).max() for one in found.ends)
            assert np.max(np.abs(together - difference)) <= 1e-12 * scale + 0.01
            assert abs(sum(step.mean for step in found.steps) - found.difference.mean) <= 1e-12 * scale
            assert found.difference.mean == pytest.approx(difference.mean(), rel=1e-9, abs=1e-9 * scale + 0.01)


def _case(**tables: Any) -> Case:
    definitions = {
        "a": definition(include=[{"category": "a"}]),
        "b": definition(include=[{"category": ["a", "b"]}]),
        "half": definition(include=[{"category": "a"}], share=[{"where": {"category": "a"}, **share(0.5)}]),
        "early": definition(include=[{"category": "a"}], years=[1930, 1934]),
        "only-b": definition(include=[{"category": "b"}]),
    }
    even = {"source": "study-a", "locator": "p. 2"}
    two = component("two", ranged(300, 500, source="study-b"), facets={"category": "b"}, label="The second", even=even)
    one = component("one", ranged(100, 200), label="The first", even=even)
    return case_of(one, two, overlap=[overlap("o", "one", "two", best=0.25)], definitions=definitions, **tables)


@cache
def _draws() -> Draws:
    return simulate(_case(), _N, rng=1)


def test_bridge_has_a_step_for_each_change_and_no_other() -> None:
    """From a to b the second component comes in and the overlap goes out; what stays is no step."""
    found = bridge(_draws(), "a", "b")
    assert [(step.kind, step.component, step.label) for step in found.steps] == [
        ("enter", "two", "The second"),
        ("overlaps", "", ""),
    ]
    assert np.array_equal(kept(found.steps[0].values), _draws().columns["all:two"])
    assert found.steps[1].values == pytest.approx(-0.25 * _draws().columns["all:one"])
    assert [one.total.definition.id for one in found.ends] == ["a", "b"]
    assert found.evidence is None
    assert found.exceeds == 1.0


@pytest.mark.parametrize("orders", ["stated", "average"])
def test_reversed_bridge_has_negated_steps(orders: Any) -> None:
    """The bridge from b to a has the steps of that from a to b, with their signs turned."""
    there, back = (bridge(_draws(), *ends, orders=orders) for ends in (("a", "b"), ("b", "a")))
    assert [step.component for step in there.steps] == [step.component for step in back.steps]
    for one, other in zip(there.steps, back.steps, strict=True):
        assert np.array_equal(kept(one.values), -kept(other.values))


def test_shares_and_years_are_steps_of_their_own() -> None:
    """A smaller share, or fewer years, of what both count is one step; years may restrict both sides."""
    draws, one = _draws(), _draws().columns["all:one"]
    (share_step,) = bridge(draws, "half", "a").steps
    assert (share_step.kind, share_step.component) == ("share", "")
    assert share_step.values == pytest.approx(0.5 * one)
    (years_step,) = bridge(draws, "early", "a").steps
    assert years_step.kind == "years"
    assert years_step.values == pytest.approx(0.5 * one)
    restricted = bridge(draws, "early", "a", years=(1930, 1934))
    assert restricted.steps == ()
    assert restricted.difference.sd == 0.0


def test_scopes_that_share_nothing_have_steps_of_both_signs() -> None:
    """Between a and only-b one component goes out and the other comes in; the two add up to the difference."""
    out, come = bridge(_draws(), "a", "only-b").steps
    assert (out.kind, out.component, come.kind, come.component) == ("leave", "one", "enter", "two")
    assert np.array_equal(kept(out.values), -_draws().columns["all:one"])
    assert np.array_equal(kept(come.values), _draws().columns["all:two"])


@cache
def _wide_case() -> Case:
    """Return a case whose definitions x and y differ in all five dials, with known figures and even years."""
    even = {"source": "study-a", "locator": "p. 2"}
    registered = [
        component(
            name,
            ranged(0.9 * best, 1.1 * best),
            point(0.6 * best, measure="registered", basis="registered", source="study-b"),
            facets={"category": category},
            even=even,
            ordinary=share(0.1),
        )
        for name, best, category in (("one", 1000, "a"), ("two", 2000, "b"), ("three", 4000, "c"))
    ]
    definitions = {
        "x": definition(include=[{"category": ["a", "b"]}], measure="registered", years=[1930, 1934]),
        "y": definition(
            include=[{"category": ["b", "c"]}],
            net=True,
            years=[1930, 1937],
            share=[{"where": {"category": ["b", "c"]}, **share(0.5)}],
        ),
    }
    return case_of(*registered, definitions=definitions)


def _hybrid_mean(draws: Draws, turned: Sequence[Dial]) -> float:
    case = draws.case
    first, last = (resolve(case, definition_of(case, name)) for name in ("x", "y"))
    between = hybrid(case, first, last, turned)
    return 0.0 if between is None else float(total_of(draws, between).values.mean())


def test_average_steps_are_means_over_all_orders_written_out() -> None:
    """The average step of each dial is the mean of what it adds in each of the 120 orders, computed one by one."""
    draws = simulate(_wide_case(), _N, rng=2)
    case = draws.case
    first, last = (resolve(case, definition_of(case, name)) for name in ("x", "y"))
    assert differing_dials(first, last, DIALS) == DIALS
    added: dict[Dial, list[float]] = {dial: [] for dial in DIALS}
    known = {frozenset[Dial](): _hybrid_mean(draws, ())}
    for order in permutations(DIALS):
        sets = [frozenset(order[:count]) for count in range(len(order) + 1)]
        for turned in sets:
            if turned not in known:
                known[turned] = _hybrid_mean(draws, sorted(turned))
        for dial, (before, after) in zip(order, pairwise(sets), strict=True):
            added[dial].append(known[after] - known[before])
    found = bridge(draws, "x", "y", orders="average")
    for dial, of_orders in added.items():
        steps = sum(step.mean for step in found.steps if step.kind == dial)
        assert steps == pytest.approx(np.mean(of_orders), rel=1e-9)
    assert len(set(np.round(added["measure"], 3))) > 1, "orders matter in this case"


def test_stated_order_counts_what_one_side_has_as_that_side_does() -> None:
    """First out what only x counts, as x counts it; then years, measure, net, share; last in, as y counts it.

    The steps of what both count are written out by hand for the second component: 5 of 10 years registered, 8 of 10
    years, all instead of registered deaths, a tenth off as ordinary, half of it.
    """
    draws = simulate(_wide_case(), _N, rng=2)
    found = bridge(draws, "x", "y")
    registered, everything = draws.columns["registered:two"], draws.columns["all:two"]
    by_hand = [
        ("leave", -0.5 * draws.columns["registered:one"]),
        ("years", 0.3 * registered),
        ("measure", 0.8 * (everything - registered)),
        ("net", -0.8 * 0.1 * everything),
        ("share", -0.5 * 0.8 * 0.9 * everything),
        ("enter", 0.5 * 0.8 * 0.9 * draws.columns["all:three"]),
    ]
    assert [step.kind for step in found.steps] == [kind for kind, _ in by_hand]
    for step, (_, values) in zip(found.steps, by_hand, strict=True):
        assert step.values == pytest.approx(values, rel=1e-9)


_CLAIMS = [
    claim("low", best=50.0, definition="a"),
    claim("high", low=600.0, high=900.0, definition="b"),
    claim("bound", low=200.0, reads="at-least", definition="b"),
]


@cache
def _claimed() -> Case:
    return _case(claim=_CLAIMS)


def test_between_two_claims_evidence_and_scope_make_the_printed_difference() -> None:
    """From a printed 50 to a printed range: evidence, scope and evidence add up, on every draw, to the distance."""
    draws = simulate(_claimed(), _N, rng=1)
    found = bridge(draws, "low", "high")
    assert [step.kind for step in found.steps] == ["evidence-start", "enter", "overlaps", "evidence-end"]
    middle = np.sqrt(600.0 * 900.0)
    assert found.difference.mean == pytest.approx(middle - 50.0)
    assert found.difference.sd == 0.0
    assert sum(kept(step.values) for step in found.steps) == pytest.approx(np.full(_N, middle - 50.0))
    assert found.evidence is not None
    assert found.scope.mean + found.evidence.mean == pytest.approx(middle - 50.0)
    ours = draws.columns["all:two"] - 0.25 * draws.columns["all:one"]
    assert found.scope.mean == pytest.approx(ours.mean())
    assert found.steps[0].values == pytest.approx(draws.columns["all:one"] - 50.0)


@pytest.mark.parametrize(("ends", "sign"), [(("low", "b"), 1.0), (("b", "low"), -1.0)])
def test_from_a_claim_to_a_definition_the_whole_is_ours_less_theirs(ends: tuple[str, str], sign: float) -> None:
    """Between a figure of 50 and our total b the difference is that total less 50, split into evidence and scope."""
    draws = simulate(_claimed(), _N, rng=1)
    found = bridge(draws, *ends)
    whole = sign * (kept(total(draws, "b").values) - 50.0)
    assert found.difference.median == pytest.approx(np.median(whole))
    assert sum(kept(step.values) for step in found.steps) == pytest.approx(whole)
    assert found.evidence is not None
    assert found.evidence.mean == pytest.approx(sign * (draws.columns["all:one"].mean() - 50.0))


def _same(one: Bridge, other: Bridge, tolerance: float) -> None:
    scale = max(abs(step.mean) for step in one.steps)
    assert [(step.kind, step.component) for step in one.steps] == [(step.kind, step.component) for step in other.steps]
    for step, again in zip(one.steps, other.steps, strict=True):
        assert step.mean == pytest.approx(again.mean, rel=tolerance, abs=1e-4 * scale)
        assert step.summary.median == pytest.approx(again.summary.median, rel=1e-3, abs=1e-3 * scale)
        first, second = step.summary.interval(), again.summary.interval()
        assert (first.low, first.high) == pytest.approx((second.low, second.high), rel=1e-3, abs=1e-3 * scale)
    assert one.difference.mean == pytest.approx(other.difference.mean, rel=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("orders", ["stated", "average"])
@pytest.mark.parametrize("ends", [("archival", "maximal"), ("getty-1993-total", "rummel-1990"), ("broad", "excess")])
def test_a_sampler_finds_the_bridge_of_kept_draws(ends: tuple[str, str], orders: Any) -> None:
    """Counted draws give the steps of the same draws kept, to the resolution of a histogram, and means that add up."""
    draws = ussr_draws()
    counted = bridge(Sampler(draws.case, len(draws), rng=1), *ends, orders=orders)
    _same(counted, bridge(draws, *ends, orders=orders), 5e-4)
    together = sum(step.mean for step in counted.steps)
    assert together == pytest.approx(counted.difference.mean, rel=1e-12)
    assert counted.end.mean - counted.start.mean == pytest.approx(together, rel=1e-9)


def test_a_bridge_needs_two_different_sides_that_the_case_has() -> None:
    """The same side twice, an unknown side, years between two claims, and orders that are none, are refused."""
    draws = simulate(_claimed(), 5, rng=1)
    with pytest.raises(UsageError, match="both sides are 'a'"):
        bridge(draws, "a", "a")
    with pytest.raises(DefinitionError, match="no definition and no claim 'c'"):
        bridge(draws, "a", "c")
    with pytest.raises(UsageError, match="cannot be cut to other years"):
        bridge(draws, "low", "high", years=(1930, 1934))
    with pytest.raises(UsageError, match="no orders 'random'"):
        bridge(draws, "low", "high", orders="random")  # type: ignore[arg-type]


def test_a_claim_without_evidence_cannot_be_replayed() -> None:
    """A claim about registered deaths that no register holds has no total of ours, and the error says whose."""
    case = _case(claim=[claim("unheld", best=50.0, definition="a", measure="registered")])
    with pytest.raises(DefinitionError, match="under the definition of 'unheld'"):
        bridge(simulate(case, 5, rng=1), "a", "unheld")


@pytest.mark.slow
def test_a_posterior_has_a_bridge_whose_means_add_up() -> None:
    """Draws of the Bayesian engine are bridged like any, with errors of correlated chains."""
    posterior = mm.fit(mm.load("bengal-1943"), rng=1)
    found = bridge(posterior, "register-1943", "long")
    assert sum(step.mean for step in found.steps) == pytest.approx(found.difference.mean, rel=1e-12)
    whole = kept(total(posterior, "long").values) - kept(total(posterior, "register-1943").values)
    assert found.difference.median == pytest.approx(np.median(whole))
