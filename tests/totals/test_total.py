"""Totals draw by draw against the same sum written out by hand: years, shares, measure, net, overlaps, notes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from mcmort.catalogue.records import Definition
from mcmort.errors import DefinitionError
from mcmort.sampler import simulate
from mcmort.totals import DefinitionChanges, definition_of, of_claim, resolve, same_scope, total
from tests.cases import case_of, component, definition, overlap, point, profile, ranged, share

_N = 200
_SERIES = profile("series", {year: 1.0 + year - 1930 for year in range(1930, 1940)})
_TWO = component("two", ranged(300, 500, source="study-b"), years=[1935, 1944], facets={"category": "b"})


def _one(**changes: Any) -> dict[str, Any]:
    return component("one", ranged(100, 200), **changes)


def test_years_are_apportioned_by_the_profile() -> None:
    """The part of a component in some years is their part of the annual series: 1 + 2 + 3 of 55."""
    draws = simulate(case_of(_one(profile="series"), profile=[_SERIES]), _N, rng=1)
    found = total(draws, "whole", DefinitionChanges(years=(1930, 1932)))
    assert found.values == pytest.approx(draws.columns["all:one"] * 6.0 / 55.0, rel=1e-14)
    assert found.terms["one"].fraction == pytest.approx(6.0 / 55.0, rel=1e-14)
    assert found.terms["one"].timing == "series"
    assert found.years == (1930, 1932)
    assert found.notes == ()


def test_deaths_in_some_years_are_uncertain_without_a_series() -> None:
    """Old failure: three of ten years were exactly three tenths. Now they are so on average, and the total says it."""
    draws = simulate(case_of(_one()), 20_000, rng=1)
    found = total(draws, "whole", DefinitionChanges(years=(1930, 1932)))
    part = found.values / draws.columns["all:one"]
    assert stats.kstest(part, stats.beta(3, 7).cdf).pvalue > 1e-4
    assert found.terms["one"].fraction == pytest.approx(0.3, rel=1e-14)
    note = "when its deaths fell is not known: the part in the years that count is uncertain, 30 % on average"
    assert found.notes == (f"one: {note}",)


def test_years_are_even_where_a_source_says_so() -> None:
    """With a source that says so, three of ten years are three tenths on every draw, and there is nothing to say."""
    draws = simulate(case_of(_one(even={"source": "study-a", "locator": "p. 2"})), _N, rng=1)
    found = total(draws, "whole", DefinitionChanges(years=(1930, 1932)))
    assert found.values == pytest.approx(draws.columns["all:one"] * 0.3, rel=1e-14)
    assert found.notes == ()


def test_all_years_give_the_whole_component_exactly() -> None:
    """Where every year counts nothing is apportioned, to the last bit, and nothing is said of it."""
    draws = simulate(case_of(_one(profile="series"), _TWO, profile=[_SERIES]), _N, rng=1)
    found = total(draws, "whole", DefinitionChanges(years=(1900, 1999)))
    assert np.array_equal(found.values, draws.columns["all:one"] + draws.columns["all:two"])
    assert found.notes == ()
    assert found.years == (1930, 1944)
    assert found.case is draws.case


def test_fixed_share_counts_that_part() -> None:
    """A share of responsibility of 0.3 in two of ten years leaves 0.3 of these and all of the others."""
    rule = {"where": {"category": "a", "years": [1930, 1931]}, **share(0.3)}
    draws = simulate(case_of(_one(), _TWO, definitions={"whole": definition(share=[rule])}), _N, rng=1)
    found = total(draws, "whole")
    early = total(draws, "whole", DefinitionChanges(years=(1930, 1931))).parts["one"] / 0.3
    expected = 0.3 * early + (draws.columns["all:one"] - early)
    assert found.parts["one"] == pytest.approx(expected, rel=1e-13)
    assert np.array_equal(found.parts["two"], draws.columns["all:two"])


def test_same_share_rule_has_the_same_draws_in_every_definition() -> None:
    """The same rule in two definitions, however spelled, is the same share on every draw; another rule is not."""
    rule = {"where": {"category": "a", "group": "x"}, **share(0.3, 0.7)}
    spelled = {"where": {"group": ["x"], "category": ["a"]}, **share(0.3, 0.7, note="the same")}
    other = {"where": {"category": "a", "group": "x"}, **share(0.3, 0.7, locator="p. 2")}
    definitions = {name: definition(share=[one]) for name, one in (("a", rule), ("b", spelled), ("c", other))}
    draws = simulate(case_of(_one(), definitions=definitions), _N, rng=1)
    shares = {name: total(draws, name).values / draws.columns["all:one"] for name in definitions}
    assert np.array_equal(shares["a"], shares["b"])
    assert np.all(shares["a"] != shares["c"])
    assert np.all((shares["a"] > 0.0) & (shares["a"] < 1.0))
    assert shares["a"].std() > 0.05


def test_net_totals_take_off_ordinary_mortality() -> None:
    """Net deaths are deaths times one less the share that would have died anyway; what has none says it is gross."""
    case = case_of(
        _one(ordinary=share(0.05, 0.15)), _TWO, component("three", ranged(5, 9, source="study-c"), already_net=True)
    )
    draws = simulate(case, _N, rng=1)
    found = total(draws, "whole", DefinitionChanges(net=True))
    assert np.array_equal(found.parts["one"], draws.columns["all:one"] * (1.0 - draws.columns["ordinary:one"]))
    assert np.array_equal(found.parts["two"], draws.columns["all:two"])
    assert found.notes == ("two: gross: no ordinary mortality is cited",)
    assert np.array_equal(total(draws, "whole").parts["one"], draws.columns["all:one"])


def test_an_overlap_is_taken_off_if_both_sides_count() -> None:
    """The cited share of the deaths of one side comes off, in its years only, net like the deaths themselves."""
    case = case_of(
        _one(ordinary=share(0.1), profile="series"),
        {**_TWO, "even": {"source": "study-a", "locator": "p. 2"}},
        profile=[_SERIES],
        overlap=[overlap("o", "one", "two", best=0.4, years=[1937, 1939])],
    )
    draws = simulate(case, _N, rng=1)
    one, two = draws.columns["all:one"], draws.columns["all:two"]
    part = (8.0 + 9.0 + 10.0) / 55.0
    assert total(draws, "whole").values == pytest.approx(one + two - 0.4 * part * one, rel=1e-13)
    assert total(draws, "whole", DefinitionChanges(net=True)).values == pytest.approx(
        0.9 * one + two - 0.36 * part * one, rel=1e-13
    )
    assert total(draws, "whole", DefinitionChanges(exclude=[{"component": "two"}])).values == pytest.approx(
        one, rel=1e-14
    )
    assert total(draws, "whole", DefinitionChanges(years=(1930, 1936))).overlaps == {}
    cut = total(draws, "whole", DefinitionChanges(years=(1938, 1940))).overlaps["o"]
    assert cut == pytest.approx(0.4 * one * 19.0 / 55.0, rel=1e-13)


def test_an_overlap_is_capped_by_the_host() -> None:
    """What is taken off never exceeds the deaths of the side within which it is counted."""
    small = component("small", ranged(5, 9, source="study-c"))
    draws = simulate(case_of(_one(), small, overlap=[overlap("o", "one", "small", best=0.9)]), _N, rng=1)
    found = total(draws, "whole")
    assert found.overlaps["o"] == pytest.approx(draws.columns["all:small"], rel=1e-14)
    assert found.values == pytest.approx(draws.columns["all:one"])


def test_overlaps_that_exceed_one_are_scaled_to_one() -> None:
    """Shares that together exceed one are scaled down to one: no death is taken off twice."""
    says = {"source": "study-a", "locator": "p. 2"}
    case = case_of(
        _one(),
        component("x", ranged(1000, 2000, source="study-b"), even=says),
        component("y", ranged(1000, 2000, source="study-c"), even=says),
        overlap=[overlap("ox", "one", "x", best=0.9), overlap("oy", "one", "y", best=0.6)],
    )
    draws = simulate(case, _N, rng=1)
    found, one = total(draws, "whole"), draws.columns["all:one"]
    assert found.overlaps["ox"] == pytest.approx(0.6 * one)
    assert found.overlaps["oy"] == pytest.approx(0.4 * one)
    assert found.values == pytest.approx(draws.columns["all:x"] + draws.columns["all:y"])


def test_a_chain_of_overlaps_leaves_no_death_uncounted() -> None:
    """All of one lies within two, all of two within three: three alone is the total, where it is large enough."""
    case = case_of(
        _one(),
        component("two", ranged(1000, 2000, source="study-b")),
        component("three", ranged(10_000, 20_000, source="study-c")),
        overlap=[overlap("a", "one", "two", best=1.0), overlap("b", "two", "three", best=1.0)],
    )
    draws = simulate(case, _N, rng=1)
    one, three = draws.columns["all:one"], draws.columns["all:three"]
    assert total(draws, "whole").values == pytest.approx(one + three)
    assert total(draws, "whole", DefinitionChanges(exclude=[{"component": "three"}])).values == pytest.approx(
        draws.columns["all:two"]
    )


def test_the_registered_measure_counts_registered_deaths() -> None:
    """Under the measure registered the total is the sum of the registered columns, overlaps of these included."""
    register = point(50, basis="registered", measure="registered", source="study-c")
    both = component("two", ranged(300, 500, source="study-b"), {**register, "source": "study-d", "best": 90.0})
    case = case_of(component("one", ranged(100, 200), register), both, overlap=[overlap("o", "one", "two", best=0.5)])
    draws = simulate(case, _N, rng=1)
    one, two = draws.columns["registered:one"], draws.columns["registered:two"]
    assert total(draws, "whole", DefinitionChanges(measure="registered")).values == pytest.approx(
        one + two - 0.5 * one, rel=1e-13
    )


def test_excluded_components_have_a_reason() -> None:
    """Components outside a definition are listed with the reason: never included, excluded, or other years."""
    other = component("three", ranged(1, 2, source="study-c"), facets={"category": "c"})
    definitions = {"some": definition(include=[{"category": ["a", "b"]}], exclude=[{"category": "b"}])}
    draws = simulate(case_of(_one(), _TWO, other, definitions=definitions), _N, rng=1)
    found = total(draws, "some")
    assert found.excluded == {"two": "excluded by the definition", "three": "not included by the definition"}
    case = case_of(_one(), _TWO)
    early = total(simulate(case, _N, rng=1), "whole", DefinitionChanges(years=(1930, 1934)))
    assert early.excluded == {"two": "outside the years of the definition"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"definition": "whol"}, "small has no definition 'whol'. Hint: did you mean 'whole'"),
        ({"definition": "xyz"}, "small has no definition 'xyz'; it has whole, late"),
        ({"years": (1935, 1930)}, "run backwards; write 1930:1935"),
        ({"definition": "late", "years": (1930, 1936)}, "covers 1938 to 1939, which 1930:1936 does not touch"),
        ({"years": (1950, 1960)}, "selects no component of small in 1950 to 1960"),
        ({"exclude": [{"kind": "deaths"}]}, "selects no component of small. Hint: 'mcmort show small'"),
        ({"include": [{"colour": "red"}]}, "found the facet 'colour'; expected one of component, years"),
        ({"exclude": [{"category": "aa"}]}, "found the value 'aa'; expected one of a, b, c"),
    ],
)
def test_invalid_definitions_are_refused(changes: dict[str, Any], words: str) -> None:
    """A definition that is unknown, runs backwards, names what is not declared or selects nothing is refused."""
    definitions = {"whole": definition(), "late": definition(years=[1938, 1939])}
    draws = simulate(case_of(_one(), definitions=definitions), 5, rng=1)
    name = changes.pop("definition", "whole")
    with pytest.raises(DefinitionError) as caught:
        total(draws, name, DefinitionChanges(**changes))
    assert words in str(caught.value)


def test_changes_to_a_definition_narrow_or_widen_it() -> None:
    """Years intersect with those of the definition; further selectors are added to its own."""
    definitions = {"late": definition(include=[{"category": "a"}], years=[1935, 1939])}
    case = case_of(_one(), _TWO, definitions=definitions)
    changed = definition_of(
        case, "late", DefinitionChanges(years=(1930, 1936), include=[{"category": "b"}], measure="registered")
    )
    assert changed.years == (1935, 1936)
    assert changed.measure == "registered"
    assert [term.component for term in resolve(case, changed).terms] == ["one", "two"]
    assert resolve(case, changed).terms[0].years == {1935, 1936}
    assert definition_of(case, "late") == case.definitions["late"]


def test_definition_outside_the_case_has_a_total() -> None:
    """A definition that is not in the case may be used, unless its shares were never drawn, which is said."""
    draws = simulate(case_of(_one(), _TWO), _N, rng=1)
    table = {"id": "own", **definition(include=[{"category": "b"}])}
    assert np.array_equal(total(draws, Definition.model_validate(table)).values, draws.columns["all:two"])
    table["share"] = [{"where": {"category": "b"}, **share(0.3, 0.7)}]
    with pytest.raises(DefinitionError, match="'own' has a share of responsibility that these draws do not hold"):
        total(draws, Definition.model_validate(table))


def _claims(**changes: Any) -> dict[str, Any]:
    return {"id": "c", "author": "Someone 1999", "counts": "all deaths", **point(5), **changes}


def test_claim_scope_overrides_the_definition_it_starts_from() -> None:
    """A claim starts from a definition of the case and overrides it, or stands on its own words."""
    claims = [
        _claims(definition="whole"),
        _claims(id="d", definition="whole", years=[1930, 1931], net=True),
        _claims(id="e", include=[{"category": "b"}], measure="registered"),
        _claims(id="f", definition="whole", share=[{"where": {"category": "a"}, **share(0.5)}]),
    ]
    case = case_of(_one(), _TWO, claim=claims)
    found = {name: of_claim(case, claim) for name, claim in case.claims.items()}
    assert found["c"] == case.definitions["whole"]
    assert (found["d"].years, found["d"].net, found["d"].include) == ((1930, 1931), True, found["c"].include)
    assert (found["e"].id, found["e"].measure, found["e"].label) == ("e", "registered", "Someone 1999")
    assert of_claim(case, case.claims["d"], (1931, 1940)).years == (1931, 1931)
    assert of_claim(case, case.claims["e"], (1931, 1940)).years == (1931, 1940)
    draws = simulate(case, _N, rng=1)
    assert total(draws, found["f"]).parts["one"] == pytest.approx(0.5 * draws.columns["all:one"])


def test_definitions_that_count_the_same_have_the_same_scope() -> None:
    """Two definitions are of one scope if they count the same parts in the same way, whatever their words."""
    definitions = {
        "whole": definition(),
        "words": definition(label="Other words", include=[{"category": ["a", "b"]}], years=[1900, 1999]),
        "net": definition(net=True),
        "counted": definition(measure="registered"),
        "early": definition(years=[1930, 1935]),
        "shared": definition(share=[{"where": {"category": "a"}, **share(0.5)}]),
    }
    case = case_of(_one(), _TWO, definitions=definitions)
    whole = case.definitions["whole"]
    assert [name for name, one in case.definitions.items() if same_scope(case, whole, one)] == ["whole", "words"]
