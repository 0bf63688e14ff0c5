"""Bridges: what the difference of two definitions is made of, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from mcmort.analysis import bridge
from mcmort.errors import DefinitionError
from mcmort.sampler import simulate
from mcmort.totals import kept, total
from tests.cases import case_of, component, definition, overlap, point, random_tables, ranged, share

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
    """On every draw, and so in the mean, the steps add up to the difference of the totals, overlaps included.

    Allowed: rounding, 1e-12 of the larger total.
    """
    register = point(5e3, basis="registered", measure="registered", source="study-h", id="extra")
    first = {**tables["component"][0], "years": [1920, 1931], "profile": None}
    first["estimate"] = [*first["estimate"], register]
    tables = {**tables, "component": [first, *tables["component"][1:]], "definitions": _DEFINITIONS}
    draws = simulate(case_of(**tables), _N, rng=3)
    for start, end in (("narrow", "broad"), ("middle", "broad"), ("broad", "narrow")):
        found = bridge(draws, start, end)
        together = sum((step.values for step in found.steps), np.zeros(_N))
        difference = total(draws, end).values - total(draws, start).values
        scale = max(kept(found.start.values).max(), kept(found.end.values).max())
        assert np.max(np.abs(together - difference)) <= 1e-12 * scale
        assert abs(sum(step.mean for step in found.steps) - found.difference.mean) <= 1e-12 * scale
        assert found.difference.mean == pytest.approx(difference.mean(), rel=1e-9, abs=1e-9 * scale)
        sizes = [abs(step.mean) for step in found.steps]
        assert sizes == sorted(sizes, reverse=True)
        assert all(step.values.any() for step in found.steps)


def _case() -> Any:
    definitions = {
        "a": definition(include=[{"category": "a"}]),
        "b": definition(include=[{"category": ["a", "b"]}]),
        "half": definition(include=[{"category": "a"}], share=[{"where": {"category": "a"}, **share(0.5)}]),
        "early": definition(include=[{"category": "a"}], years=[1930, 1934]),
    }
    even = {"source": "study-a", "locator": "p. 2"}
    two = component("two", ranged(300, 500, source="study-b"), facets={"category": "b"}, label="The second", even=even)
    one = component("one", ranged(100, 200), label="The first", even=even)
    return case_of(one, two, overlap=[overlap("o", "one", "two", best=0.25)], definitions=definitions)


def test_bridge_has_a_step_for_each_change_and_no_other() -> None:
    """From a to b the second component comes in and the overlap goes out; what stays is no step."""
    draws = simulate(_case(), _N, rng=1)
    found = bridge(draws, "a", "b")
    assert [(step.name, step.label) for step in found.steps] == [
        ("two", "The second"),
        ("overlaps", "Deaths counted by two figures"),
    ]
    assert np.array_equal(found.steps[0].values, draws.columns["all:two"])
    assert found.steps[1].values == pytest.approx(-0.25 * draws.columns["all:one"])
    assert (found.start.definition.id, found.end.definition.id) == ("a", "b")


def test_reversed_bridge_has_negated_steps() -> None:
    """The bridge from b to a has the steps of that from a to b, with their signs turned."""
    draws = simulate(_case(), _N, rng=1)
    there, back = bridge(draws, "a", "b"), bridge(draws, "b", "a")
    assert [step.name for step in there.steps] == [step.name for step in back.steps]
    for one, other in zip(there.steps, back.steps, strict=True):
        assert np.array_equal(one.values, -other.values)


def test_a_bridge_shows_shares_and_years() -> None:
    """A smaller share or fewer years of a component is a step of that component; years may restrict both sides."""
    draws = simulate(_case(), _N, rng=1)
    one = draws.columns["all:one"]
    assert bridge(draws, "half", "a").steps[0].values == pytest.approx(0.5 * one)
    assert bridge(draws, "early", "a").steps[0].values == pytest.approx(0.5 * one)
    assert bridge(draws, "early", "a", years=(1930, 1934)).steps == ()
    assert bridge(draws, "a", "a").steps == ()
    assert bridge(draws, "a", "a").difference.sd == 0.0


def test_a_bridge_needs_two_definitions() -> None:
    """An unknown end is refused."""
    with pytest.raises(DefinitionError, match="no definition 'c'"):
        bridge(simulate(_case(), 5, rng=1), "a", "c")
