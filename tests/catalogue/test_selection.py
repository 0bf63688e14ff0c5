"""The selection language, against an oracle that asks one question for each component, year and rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcmort.catalogue.records import Component, Scope
from mcmort.catalogue.selection import select, selected_years, year_weights
from mcmort.errors import DefinitionError
from tests.cases import case_of, component, point, profile

FACETS = {"category": "abc", "group": "xy"}


def counts(rule: dict[str, Any], part: Component, year: int) -> bool:
    """Say of one year of one component whether one rule picks it: the rule as written, read key by key."""
    for key, wanted in rule.items():
        if key == "years":
            first, last = (wanted, wanted) if isinstance(wanted, int) else wanted
            if year < first or year > last:
                return False
        else:
            allowed = [wanted] if isinstance(wanted, str) else wanted
            has = [part.id] if key == "component" else part.facets.get(key, ())
            if not any(value in allowed for value in has):
                return False
    return True


def covered(scope: dict[str, Any], part: Component) -> set[int]:
    """Walk through the years of a component one by one."""
    found = set()
    for year in range(part.years[0], part.years[1] + 1):
        is_in = any(counts(rule, part, year) for rule in scope.get("include", []))
        is_out = any(counts(rule, part, year) for rule in scope.get("exclude", []))
        if is_in and not is_out and counts({"years": scope.get("years", [1, 3000])}, part, year):
            found.add(year)
    return found


def spans(first: int = 1900, last: int = 1910) -> st.SearchStrategy[list[int]]:
    """Draw two years in order."""
    return st.lists(st.integers(first, last), min_size=2, max_size=2).map(sorted)


def words(letters: str) -> st.SearchStrategy[Any]:
    """Draw one word, or a list of words."""
    return st.sampled_from(letters) | st.lists(st.sampled_from(letters), min_size=1, max_size=3)


RULES = st.fixed_dictionaries(
    {},
    optional={
        **{facet: words(letters) for facet, letters in FACETS.items()},
        "component": st.lists(st.sampled_from(["part-0", "part-1", "part-2"]), min_size=1, max_size=2),
        "years": spans() | st.integers(1900, 1910),
    },
)
SCOPES = st.fixed_dictionaries(
    {"include": st.lists(RULES, min_size=1, max_size=3)},
    optional={"exclude": st.lists(RULES, max_size=2), "years": spans()},
)
PARTS = st.lists(
    st.tuples(
        spans(),
        st.sampled_from("abc"),
        st.none() | st.lists(st.sampled_from("xy"), min_size=1, max_size=2, unique=True),
    ),
    min_size=1,
    max_size=3,
)


def parts_of(drawn: list[tuple[list[int], str, list[str] | None]]) -> list[dict[str, Any]]:
    """Make components of what was drawn; one without a group has no such facet."""
    tables = []
    for index, (years, category, group) in enumerate(drawn):
        table = component(f"part-{index}", point(10.0), years=years)
        table["facets"] = {"category": category, "kind": "deaths"} | ({"group": group} if group else {})
        tables.append(table)
    return tables


@given(PARTS, SCOPES)
def test_scope_covers_the_years_found_one_by_one(
    drawn: list[tuple[list[int], str, list[str] | None]], scope: dict[str, Any]
) -> None:
    """Keys are joined by and, values and rules by or, years by intersection, and what is excluded is out."""
    for table in parts_of(drawn):
        part = Component.model_validate(table)
        assert selected_years(Scope.model_validate(scope), part) == covered(scope, part)


@given(PARTS, SCOPES, RULES)
def test_adding_includes_only_widens_and_adding_excludes_only_narrows(
    drawn: list[tuple[list[int], str, list[str] | None]], scope: dict[str, Any], rule: dict[str, Any]
) -> None:
    """One more include never drops a year, one more exclude and narrower years never add one."""
    wider = {**scope, "include": [*scope["include"], rule]}
    narrower = {**scope, "exclude": [*scope.get("exclude", []), rule]}
    for table in parts_of(drawn):
        part = Component.model_validate(table)
        least, base, most = (selected_years(Scope.model_validate(one), part) for one in (narrower, scope, wider))
        assert least <= base <= most


@pytest.mark.parametrize(
    ("scope", "years"),
    [
        ({"include": [{"category": "a", "group": "x"}]}, range(1930, 1940)),
        ({"include": [{"category": "a", "group": "y"}]}, ()),
        ({"include": [{"category": ["b", "a"]}]}, range(1930, 1940)),
        ({"include": [{"category": "b"}, {"group": "x"}]}, range(1930, 1940)),
        ({"include": [{}]}, range(1930, 1940)),
        ({"include": []}, ()),
        ({"include": [{"years": [1935, 1950]}]}, range(1935, 1940)),
        ({"include": [{"years": [1930, 1931]}, {"years": 1939}]}, (1930, 1931, 1939)),
        ({"include": [{}], "exclude": [{"years": [1931, 1939]}]}, (1930,)),
        ({"include": [{}], "exclude": [{"category": "a", "group": "y"}]}, range(1930, 1940)),
        ({"include": [{"years": [1930, 1935]}], "years": [1935, 1936]}, (1935,)),
        ({"include": [{"component": "one"}], "exclude": [{"component": "two"}]}, range(1930, 1940)),
    ],
)
def test_scopes_cover_the_years_counted_by_hand(scope: dict[str, Any], years: Any) -> None:
    """Scopes written down by hand cover the years counted by hand."""
    part = Component.model_validate(component("one", point(10.0)))
    assert selected_years(Scope.model_validate(scope), part) == frozenset(years)


def test_reading_keys_as_or_gives_other_years() -> None:
    """Negative control: reading the keys of a rule as or would give other years, and the oracle sees it."""
    part = Component.model_validate(component("one", point(10.0)))
    assert covered({"include": [{"category": "a"}, {"group": "y"}]}, part)
    assert not covered({"include": [{"category": "a", "group": "y"}]}, part)


def test_select_leaves_out_components_of_which_no_year_is_covered() -> None:
    """The selection of a case lists covered components only, sorted by id."""
    case = case_of(component("late", point(1.0), years=[1950, 1951]), component("b", point(1.0)), component("a"))
    chosen = select(case, Scope.model_validate({"include": [{}], "years": [1935, 1936]}))
    assert chosen == {"a": {1935, 1936}, "b": {1935, 1936}}
    assert list(chosen) == ["a", "b"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"categorie": "a"}, "found the facet 'categorie'; expected one of .* Hint: did you mean 'category'"),
        ({"category": "z"}, "found the value 'z'; expected one of a, b, c"),
        ({"component": "won"}, "found the value 'won'; expected one of one. Hint: did you mean 'one'"),
        ({"component": "zzz"}, r"Hint: add a \[\[component\]\] with that id"),
    ],
)
@pytest.mark.parametrize("key", ["include", "exclude"])
def test_select_refuses_undeclared_facets_and_values(rule: dict[str, str], message: str, key: str) -> None:
    """An unknown facet, value or component is an error with the words allowed, in include and exclude alike."""
    case = case_of(component("one", point(1.0)))
    with pytest.raises(DefinitionError, match=message):
        select(case, Scope.model_validate({"include": [{}]} | {key: [rule]}))


def test_year_weights_follow_the_annual_series_else_they_are_even() -> None:
    """The weights of a component's years are its series within these years over its sum there, or equal parts."""
    series = profile("series", {1929: 100.0, 1930: 1.0, 1931: 3.0, 1932: 0.0, 1933: 50.0})
    shaped = component("shaped", point(1.0), years=[1930, 1932], profile="series")
    case = case_of(shaped, component("even", point(1.0), years=[1930, 1933]), profile=[series])
    assert year_weights(case, case.components["shaped"]) == {1930: 0.25, 1931: 0.75, 1932: 0.0}
    assert year_weights(case, case.components["even"]) == dict.fromkeys(range(1930, 1934), 0.25)
