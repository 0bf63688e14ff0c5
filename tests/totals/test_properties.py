"""What must hold of totals on every draw, in whatever case: monotone, additive, never negative.

Sums are compared draw by draw; only the rounding of floating point is allowed, 1e-9 of the larger side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcmort.catalogue.records import Definition
from mcmort.errors import DefinitionError
from mcmort.results import Draws
from mcmort.sampler import simulate
from mcmort.totals import DefinitionChanges, Total, definition_of, resolve, total, total_of
from tests.cases import case_of, component, definition, overlap, random_tables, ranged, share

pytestmark = pytest.mark.slow

type Array = NDArray[np.float64]

_N = 150
_ROUNDING = 1e-9


def _at_most(smaller: Array, larger: Array) -> bool:
    return bool(np.all(smaller <= larger + _ROUNDING * np.abs(larger)))


def _shared(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Add definitions with shares of responsibility: fixed at 0.2 and at 0.6, and uncertain, in part of the years."""
    first, last = tables["component"][0]["years"]
    where: dict[str, Any] = {"kind": "deaths", "years": [first, (first + last) // 2]}
    rules: dict[str, dict[str, Any]] = {"low": share(0.2), "middle": share(0.6), "ranged": share(0.3, 0.7)}
    shared = {name: definition(share=[{"where": where, **rule}]) for name, rule in rules.items()}
    return {**tables, "definitions": {"whole": definition(), **shared}}


@st.composite
def _changes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a way to narrow a definition: years, measure, net, components or facets dropped."""
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        first = draw(st.integers(1920, 1931))
        found["years"] = (first, draw(st.integers(first, 1931)))
    if draw(st.integers(0, 2)) == 0:
        found["measure"] = "registered"
    if draw(st.integers(0, 2)) == 0:
        found["net"] = True
    dropped: list[dict[str, Any]] = [{"component": f"part-{at}"} for at in draw(st.sets(st.integers(0, 5), max_size=3))]
    if draw(st.integers(0, 3)) == 0:
        dropped.append({"category": draw(st.sampled_from("abc"))})
    if draw(st.integers(0, 3)) == 0:
        dropped.append({"group": "y", "years": [1925, draw(st.integers(1925, 1931))]})
    return {**found, "exclude": dropped}


def _narrowed(base: Definition, changes: Mapping[str, Any], draws: Draws) -> Definition:
    """Apply changes to a definition, keeping of the exclusions those that speak of components of the case."""
    known = [rule for rule in changes["exclude"] if rule.get("component", "part-0") in draws.case.components]
    case = draws.case
    return definition_of(case, base.id, DefinitionChanges(**{**changes, "exclude": known}))


def _try(draws: Draws, definition: Definition) -> Total[NDArray[np.float64]] | None:
    """Return the total, or None for a definition of nothing (known)."""
    try:
        return total_of(draws, resolve(draws.case, definition))
    except DefinitionError:
        return None


@settings(max_examples=30)
@given(
    tables=random_tables(pools=False),
    one=_changes(),
    more=_changes(),
    rules=st.sampled_from([("whole", "whole"), ("low", "middle"), ("low", "whole"), ("ranged", "whole")]),
)
def test_a_narrower_definition_never_exceeds_a_wider_one(
    tables: dict[str, Any], one: dict[str, Any], more: dict[str, Any], rules: tuple[str, str]
) -> None:
    """Fewer components or years, registered deaths only, net of ordinary mortality, a smaller share: never more.

    The wider definition has one set of changes, the narrower one these and further ones, with overlaps between
    components active throughout.
    """
    draws = simulate(case_of(**_shared(tables)), _N, rng=2)
    narrow, wide = (draws.case.definitions[name] for name in rules)
    larger = _try(draws, _narrowed(wide, one, draws))
    assume(larger is not None)
    assert larger is not None
    event("overlaps in the wider definition" if larger.overlaps else "no overlaps")
    event(f"components: {len(larger.parts)}")
    both: dict[str, Any] = {**one, **more, "exclude": [*one["exclude"], *more["exclude"]]}
    if "years" in one and "years" in more:
        both["years"] = (max(one["years"][0], more["years"][0]), min(one["years"][1], more["years"][1]))
        assume(both["years"][0] <= both["years"][1])
    smaller = _try(draws, _narrowed(narrow, both, draws))
    assume(smaller is not None)
    assert smaller is not None
    assert _at_most(smaller.values, larger.values)
    for name, part in smaller.parts.items():
        assert _at_most(part, larger.parts[name])


@settings(max_examples=20)
@given(tables=random_tables(pools=False), changes=_changes())
def test_each_narrowing_alone_never_raises_the_total(tables: dict[str, Any], changes: dict[str, Any]) -> None:
    """Against the whole, every single change lowers the total or leaves it, on every draw."""
    draws = simulate(case_of(**_shared(tables)), _N, rng=5)
    whole = total(draws, "whole").values
    singles = [{"exclude": [rule]} for rule in changes["exclude"]]
    singles += [{key: changes[key], "exclude": []} for key in ("years", "measure", "net") if key in changes]
    for single in singles:
        found = _try(draws, _narrowed(draws.case.definitions["whole"], single, draws))
        if found is not None:
            assert _at_most(found.values, whole)
    for name in ("low", "middle", "ranged"):
        assert _at_most(total(draws, name).values, whole)


@settings(max_examples=30)
@given(tables=random_tables(pools=False), changes=_changes())
def test_overlaps_never_exceed_the_smaller_side(tables: dict[str, Any], changes: dict[str, Any]) -> None:
    """What overlaps take off one component, or out of one, is at most that component; totals are never negative."""
    draws = simulate(case_of(**tables), _N, rng=4)
    found = _try(draws, _narrowed(draws.case.definitions["whole"], changes, draws))
    assume(found is not None)
    assert found is not None
    overlaps = draws.case.overlaps
    none = np.zeros(_N)
    for name, part in found.parts.items():
        out_of = sum((taken for key, taken in found.overlaps.items() if overlaps[key].within == name), none)
        of = sum((taken for key, taken in found.overlaps.items() if overlaps[key].of == name), none)
        assert _at_most(of, part)
        assert _at_most(out_of, part)
    for key, taken in found.overlaps.items():
        assert np.all(taken >= 0.0)
        assert {overlaps[key].of, overlaps[key].within} <= set(found.parts)
    assert np.all(found.values >= 0.0)
    gross = sum((part for _, part in sorted(found.parts.items())), none)
    net = gross - sum((taken for _, taken in sorted(found.overlaps.items())), none)
    assert np.all(np.abs(found.values - net) <= _ROUNDING * gross)
    for part in found.parts.values():
        assert _at_most(part, found.values)


def test_overlaps_without_cap_exceed_the_smaller_side() -> None:
    """Negative control: without the cap two overlaps of nine tenths within a small component would exceed it."""
    case = case_of(
        component("host", ranged(10, 20)),
        component("one", ranged(100, 200, source="study-b")),
        component("two", ranged(100, 200, source="study-c")),
        overlap=[overlap("a", "one", "host", best=0.9), overlap("b", "two", "host", best=0.9)],
    )
    found = total(simulate(case, _N, rng=1), "whole")
    assert np.all(0.9 * (found.parts["one"] + found.parts["two"]) > found.parts["host"])
    assert found.overlaps["a"] + found.overlaps["b"] == pytest.approx(found.parts["host"])
    assert found.values == pytest.approx(found.parts["one"] + found.parts["two"])


def test_capping_overlaps_one_by_one_breaks_monotony() -> None:
    """Negative control: capping each overlap by its own two sides alone breaks the order of definitions.

    Nine tenths of one and of two lie within the host: taken off one by one, each capped by the host, they would leave
    less than one and two alone, which is the narrower definition.
    """
    case = case_of(
        component("host", ranged(10, 20)),
        component("one", ranged(100, 200, source="study-b")),
        component("two", ranged(100, 200, source="study-c")),
        overlap=[overlap("a", "one", "host", best=0.9), overlap("b", "two", "host", best=0.9)],
    )
    draws = simulate(case, _N, rng=1)
    wide, narrow = total(draws, "whole"), total(draws, "whole", DefinitionChanges(exclude=[{"component": "host"}]))
    host = wide.parts["host"]
    one, two = wide.parts["one"], wide.parts["two"]
    naive = host + one + two - np.minimum(0.9 * one, host) - np.minimum(0.9 * two, host)
    assert not _at_most(narrow.values, naive)
    assert _at_most(narrow.values, wide.values)


@settings(max_examples=20)
@given(tables=random_tables(pools=False), year=st.integers(1920, 1930))
def test_totals_add_up_over_disjoint_definitions(tables: dict[str, Any], year: int) -> None:
    """Definitions that split the deaths by category, and by year, add up to the whole where no overlap joins them."""
    category = {one["id"]: one["facets"]["category"] for one in tables["component"]}
    within = [one for one in tables["overlap"] if category[one["of"]] == category[one["within"]]]
    draws = simulate(case_of(**{**tables, "overlap": within}), _N, rng=6)
    whole = draws.case.definitions["whole"]
    others = {name: [{"category": other} for other in "abc" if other != name] for name in "abc"}
    split = [_try(draws, _narrowed(whole, {"exclude": rules}, draws)) for rules in others.values()]
    together = sum((one.values for one in split if one is not None), np.zeros(_N))
    assert together == pytest.approx(total(draws, "whole").values, rel=_ROUNDING)
    plain = simulate(case_of(**{**tables, "overlap": []}), _N, rng=6)
    halves = [
        _try(plain, _narrowed(plain.case.definitions["whole"], {"exclude": [], "years": years}, plain))
        for years in ((1900, year), (year + 1, 1999))
    ]
    together = sum((one.values for one in halves if one is not None), np.zeros(_N))
    assert together == pytest.approx(total(plain, "whole").values, rel=_ROUNDING)


def test_disjoint_definitions_joined_by_an_overlap_exceed_the_whole() -> None:
    """Negative control: with an overlap that joins the two sides, the parts add up to more than the whole."""
    case = case_of(
        component("one", ranged(100, 200)),
        component("two", ranged(100, 200, source="study-b")),
        overlap=[overlap("o", "one", "two", best=0.3)],
    )
    draws = simulate(case, _N, rng=1)
    parts = [total(draws, "whole", DefinitionChanges(exclude=[{"component": name}])).values for name in ("one", "two")]
    missing = parts[0] + parts[1] - total(draws, "whole").values
    assert missing == pytest.approx(0.3 * draws.columns["all:one"])


@settings(max_examples=15)
@given(tables=random_tables(pools=False), changes=_changes())
def test_added_component_leaves_other_totals_bit_for_bit(tables: dict[str, Any], changes: dict[str, Any]) -> None:
    """A new component that a definition does not select changes no bit of its total."""
    before = simulate(case_of(**tables), _N, rng=8)
    extra = component("part-99", ranged(5, 9), years=tables["component"][0]["years"])
    joined = overlap("o-extra", "part-99", "part-0", best=0.5)
    more = {**tables, "component": [*tables["component"], extra], "overlap": [*tables["overlap"], joined]}
    after = simulate(case_of(**more), _N, rng=8)
    found = _try(before, _narrowed(before.case.definitions["whole"], changes, before))
    assume(found is not None)
    assert found is not None
    without = {**changes, "exclude": [*changes["exclude"], {"component": "part-99"}]}
    again = _try(after, _narrowed(after.case.definitions["whole"], without, after))
    assert again is not None
    assert again.values.tobytes() == found.values.tobytes()
