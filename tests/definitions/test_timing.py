"""How deaths fall on years, against Dirichlet distributions, and overlaps against the arithmetic of single years."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from mcmort.catalogue.case import Case
from mcmort.definitions import YearShares, evaluate, resolve_definition
from mcmort.definitions.overlaps import year_groups
from mcmort.errors import CaseError, DefinitionError
from mcmort.results import Split
from mcmort.sampler import simulate
from mcmort.totals import DefinitionChanges, definition_of, resolve, total
from tests.cases import case_of, component, definition, overlap, profile, random_tables, ranged, share

type Array = NDArray[np.float64]

_N = 4_000


def _years(first: int, last: int) -> frozenset[int]:
    return frozenset(range(first, last + 1))


def _shares(case: Case, n: int = _N) -> YearShares[Array]:
    return YearShares(case, simulate(case, n, rng=1).years_split)


def _single_years(case: Case, name: str, n: int = _N) -> Array:
    """Return the share of each year of a component on each draw, shape ``(n_years, n)``."""
    shares, (first, last) = _shares(case, n), case.components[name].years
    return np.array([np.broadcast_to(shares.share(name, _years(y, y)), n) for y in range(first, last + 1)])


@pytest.mark.parametrize("last", [1931, 1932, 1934, 1939])
def test_shares_of_years_are_a_flat_dirichlet(last: int) -> None:
    """Each year's share is beta(1, n - 1), any two are correlated by -1/(n - 1), and all of them add up to one."""
    case = case_of(component("a", ranged(1, 2), years=[1930, last]))
    years = _single_years(case, "a", 20_000)
    n = len(years)
    assert years.sum(axis=0) == pytest.approx(np.ones(20_000), rel=1e-12)
    assert min(stats.kstest(one, stats.beta(1, n - 1).cdf).pvalue for one in years) > 1e-4 / n
    correlations = np.asarray(np.corrcoef(years))[~np.eye(n, dtype=bool)]
    assert np.max(np.abs(correlations + 1.0 / (n - 1))) < 5.0 / np.sqrt(20_000)


def test_any_set_of_years_is_the_sum_of_its_years() -> None:
    """The share of years that are not in a row is the sum of their shares, on every draw."""
    case = case_of(component("a", ranged(1, 2), years=[1930, 1940]))
    shares, single = _shares(case), _single_years(case, "a")
    chosen = frozenset({1930, 1933, 1934, 1939})
    assert shares.share("a", chosen) == pytest.approx(sum(single[year - 1930] for year in chosen), rel=1e-12)
    assert shares.share("a", _years(1900, 1999)) == 1.0
    assert shares.share("a", _years(1900, 1929)) == 0.0


def _hosted(**changes: Any) -> Case:
    """Return a camp of 1930-1939 within a famine of 1932-1935."""
    camp = component("camp", ranged(10, 20), years=[1930, 1939])
    famine = component("famine", ranged(100, 200, source="study-b"), years=[1932, 1935], facets={"category": "b"})
    tables = {"overlap": [overlap("o", "camp", "famine", best=1.0)], **changes.pop("tables", {})}
    return case_of(camp, {**famine, **changes}, **tables)


def test_a_guest_takes_the_timing_of_its_host() -> None:
    """In the years of both, the guest's deaths are in the proportions of the host's, whose timing is unknown too."""
    case = _hosted()
    camp, famine = _single_years(case, "camp"), _single_years(case, "famine")
    shared = camp[2:6]
    assert shared / shared.sum(axis=0) == pytest.approx(famine, rel=1e-9)
    assert stats.kstest(shared.sum(axis=0), stats.beta(4, 6).cdf).pvalue > 1e-4
    assert camp.sum(axis=0) == pytest.approx(np.ones(_N), rel=1e-12)


def test_a_guest_takes_the_annual_series_of_its_host() -> None:
    """Where the host has a series, the guest follows it in the years of both."""
    case = _hosted(profile="series", tables={"profile": [profile("series", {1932: 1, 1933: 6, 1934: 3, 1935: 0})]})
    shared = _single_years(case, "camp")[2:6]
    assert shared / shared.sum(axis=0) == pytest.approx(np.tile([[0.1], [0.6], [0.3], [0.0]], _N), abs=1e-12)


def test_unknown_timing_alone_does_not_shrink_an_overlap() -> None:
    """Where the host has room for all of the guest, the whole cited share comes off, though nobody knows the years."""
    case = _hosted()
    draws = simulate(case, _N, rng=1)
    shared = total(draws, "whole", DefinitionChanges(years=(1932, 1935), exclude=[{"component": "famine"}])).values
    assert total(draws, "whole").overlaps["o"] == pytest.approx(shared, rel=1e-12)


def test_an_overlap_holds_in_shared_years_only() -> None:
    """Old failure: dead of the famine of 1921-22 came off hunger of 1917-20, so that years did not add up."""
    famine = component("famine", ranged(100, 200), years=[1921, 1922])
    hunger = component("hunger", ranged(50, 60, source="study-b"), years=[1917, 1922])
    draws = simulate(case_of(famine, hunger, overlap=[overlap("o", "famine", "hunger", best=0.9)]), _N, rng=1)
    early, late, whole = (
        total(draws, "whole", DefinitionChanges(years=span)) for span in ((1917, 1920), (1921, 1922), (1917, 1922))
    )
    assert early.overlaps == {}
    assert early.values + late.values == pytest.approx(whole.values, rel=1e-12)
    assert np.all(whole.overlaps["o"] <= late.parts["hunger"] * (1.0 + 1e-12))
    assert early.values == pytest.approx(draws.columns["all:hunger"] - late.parts["hunger"], rel=1e-9)


@pytest.mark.parametrize("is_of_all", [False, True])
def test_the_denominator_of_an_overlap_is_what_the_entry_says(*, is_of_all: bool) -> None:
    """A share is of the guest's deaths in the years of both; of all its deaths only where the entry says so."""
    guest = component("guest", ranged(10, 20), profile="flat")
    host = component("host", ranged(1000, 2000, source="study-b"), years=[1935, 1944])
    entry = overlap("o", "guest", "host", best=0.3, **({"of_all_years": True} if is_of_all else {}))
    flat = profile("flat", dict.fromkeys(range(1930, 1940), 1.0))
    draws = simulate(case_of(guest, host, overlap=[entry], profile=[flat]), _N, rng=1)
    expected = 0.3 * draws.columns["all:guest"] * (1.0 if is_of_all else 0.5)
    taken = total(draws, "whole").overlaps["o"]
    has_room = taken > 0.999 * expected  # the host's deaths of single years are uncertain
    assert np.mean(has_room) > 0.5
    assert np.all(taken <= expected * (1.0 + 1e-12))


def _by_single_years(case: Case, name: str, n: int) -> Array:
    """Return a total by the rule written out for each year, of overlaps whose guests hold nothing themselves."""
    draws = simulate(case, n, rng=1)
    shares = YearShares(case, draws.years_split)
    found = np.zeros(n)
    for year in range(case.head.years[0], case.head.years[1] + 1):
        deaths = {key: draws.columns[f"all:{key}"] * shares.share(key, _years(year, year)) for key in case.components}
        left, taken = dict(deaths), np.zeros(n)
        for host in case.components:
            inside = [
                (draws.columns[f"overlap:{key}"], one.of)
                for key, one in case.overlaps.items()
                if one.within == host and case.components[one.of].years[0] <= year <= case.components[one.of].years[1]
            ]
            taken = taken + np.minimum(sum((part * deaths[of] for part, of in inside), np.zeros(n)), left[host])
        found += sum(deaths.values()) - taken
    return found


def test_cells_of_years_give_the_arithmetic_of_single_years() -> None:
    """Years are worked out together only where that changes nothing: of profiles, unknown timing, hosts, caps."""
    case = case_of(
        component("a", ranged(40, 90), years=[1930, 1937]),
        component("b", ranged(30, 80, source="study-b"), years=[1932, 1939], profile="series"),
        component("c", ranged(100, 150, source="study-c"), years=[1931, 1938]),
        component(
            "d", ranged(20, 60, source="study-d"), years=[1930, 1935], even={"source": "study-a", "locator": "1"}
        ),
        profile=[profile("series", {year: 1.0 + (year % 3) for year in range(1930, 1940)})],
        overlap=[
            overlap("ac", "a", "c", low=0.2, high=0.9),
            overlap("bc", "b", "c", low=0.3, high=0.9),
            overlap("dc", "d", "c", low=0.1, high=0.9),
        ],
    )
    draws = simulate(case, 500, rng=1)
    found = total(draws, "whole")
    assert found.values == pytest.approx(_by_single_years(case, "whole", 500), rel=1e-9)
    assert np.any(found.overlaps["ac"] < 0.99 * draws.columns["overlap:ac"] * draws.columns["all:a"])  # caps bind


def test_years_in_proportion_are_one_cell() -> None:
    """A guest that follows its host is worked out in one piece, not year by year."""
    case = _hosted()
    terms = {term.component: term for term in resolve(case, case.definitions["whole"]).terms}
    groups = list(year_groups(case, terms, YearShares[float](case, lambda split: split.mean)))
    assert [group.years for group in groups] == [_years(1932, 1935)]


@pytest.mark.slow
@settings(max_examples=40)
@given(
    tables=random_tables(pools=False),
    cuts=st.lists(st.integers(1921, 1932), max_size=4, unique=True),
    net=st.booleans(),
)
def test_totals_add_up_over_any_partition_of_years(tables: dict[str, Any], cuts: list[int], *, net: bool) -> None:
    """Of random cases with overlaps, profiles and shares, totals of spans add up to that of all, draw by draw."""
    first, last = tables["component"][0]["years"]
    rule = {"where": {"kind": "deaths", "years": [1900, (first + last) // 2]}, **share(0.3, 0.7)}
    case = case_of(**{**tables, "definitions": {"whole": definition(net=net, share=[rule])}})
    draws = simulate(case, 200, rng=3)
    edges = [1900, *sorted(cuts), 2000]
    found = np.zeros(200)
    try:
        whole = total(draws, "whole").values
    except DefinitionError:
        return
    for first, after in pairwise(edges):
        try:
            found = found + total(draws, "whole", DefinitionChanges(years=(first, after - 1))).values
        except DefinitionError:
            continue  # nothing falls into these years
    assert found == pytest.approx(whole, rel=1e-12, abs=1e-12 * float(np.max(whole)))


def test_bits_do_not_depend_on_what_else_is_asked() -> None:
    """A total of some years has the same bits whether other years were asked for before or not."""
    case = _hosted()
    fresh = total(simulate(case, _N, rng=1), "whole", DefinitionChanges(years=(1930, 1933))).values
    draws = simulate(case, _N, rng=1)
    for span in ((1932, 1935), (1939, 1939), (1930, 1934)):
        total(draws, "whole", DefinitionChanges(years=span))
    assert total(draws, "whole", DefinitionChanges(years=(1930, 1933))).values.tobytes() == fresh.tobytes()


def test_the_mean_of_a_total_is_by_expected_splits() -> None:
    """With splits at their means a total of some years is that of even years, as in the likelihood of claims."""
    case = case_of(component("a", ranged(1, 2), years=[1930, 1939]))
    draws = simulate(case, _N, rng=1)
    resolved = resolve(case, definition_of(case, "whole", DefinitionChanges(years=(1930, 1932))))
    account = resolve_definition(case, draws.statuses, draws.columns, resolved)
    found = evaluate(case, draws.columns, account, lambda split: split.mean).total
    assert found == pytest.approx(0.3 * draws.columns["all:a"], rel=1e-14)
    assert Split("a", (1930, 1939), 5, 5).mean == 0.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"even": {"source": "study-a", "locator": "p. 1"}, "profile": "series"}, "even years and an annual series"),
        ({"even": {"source": "nobody", "locator": "p. 1"}}, "nobody"),
    ],
)
def test_even_years_need_a_source_and_no_series(changes: dict[str, Any], words: str) -> None:
    """Years are even only where a source says so, and no series says otherwise."""
    series = profile("series", dict.fromkeys(range(1930, 1940), 1.0))
    with pytest.raises((CaseError, ValueError), match=words):
        case_of(component("a", ranged(1, 2), **changes), profile=[series])
