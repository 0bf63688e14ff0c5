"""From the evidence of a case to priors: what is pooled, with what weight, and what stays out."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from scipy import stats

from mcmort.catalogue.case import share_column
from mcmort.catalogue.vocabulary import Pooling
from mcmort.elicit import Elicited, elicit
from mcmort.elicit.pool import Pool
from mcmort.errors import CaseError, UsageError
from tests.cases import case_of, component, count, definition, overlap, point, profile, quantity, ranged, share
from tests.elicit.scipy_reference import mixture_cdf, reference

_U = np.array([0.001, 0.05, 0.3, 0.5, 0.8, 0.975])


def _lognormal(low: float, high: float) -> Any:
    """Return SciPy's lognormal with 5 % below and above."""
    width = np.log(high / low)
    return stats.lognorm(width / (2 * stats.norm.ppf(0.95)), scale=np.sqrt(low * high))


def _one(*estimates: dict[str, Any], evidence: frozenset[str] | None = None, **changes: Any) -> Elicited:
    return elicit(case_of(component("one", *estimates, **changes)), evidence).components["one"]


def _quantiles(pool: Pool | None) -> list[float]:
    assert pool is not None
    return [float(value) for value in pool.ppf(_U)]


_A = ranged(100, 200, source="study-a", lineage="first")
_B = ranged(300, 500, source="study-b", lineage="second")


def test_lineages_are_pooled_with_equal_weight() -> None:
    """Two lineages make the pool half of each, judged by SciPy's lognormals."""
    pool = _one(_A, _B).all
    assert pool is not None
    x = np.geomspace(50, 900, 40)
    truth = 0.5 * _lognormal(100, 200).cdf(x) + 0.5 * _lognormal(300, 500).cdf(x)
    assert pool.cdf(x) == pytest.approx(truth, rel=1e-9, abs=1e-12)


def test_a_copy_in_the_same_lineage_changes_nothing() -> None:
    """An estimate that copies another counts once: the pool has the quantiles that it had without the copy."""
    copy = {**_A, "source": "study-c"}
    assert _quantiles(_one(_A, copy, _B).all) == pytest.approx(_quantiles(_one(_A, _B).all), rel=1e-9)
    weights = {one.estimate.source: one.weight for one in _one(_A, copy, _B).used}
    assert weights == {"study-a": 0.25, "study-b": 0.5, "study-c": 0.25}


def test_the_same_figure_in_its_own_lineage_counts_again() -> None:
    """Negative control: the copy as a lineage of its own pulls the pool towards it."""
    other = {**_A, "source": "study-c", "lineage": "third"}
    pool = _one(_A, other, _B).all
    assert pool is not None
    x = np.geomspace(50, 900, 40)
    truth = 2 / 3 * _lognormal(100, 200).cdf(x) + 1 / 3 * _lognormal(300, 500).cdf(x)
    assert pool.cdf(x) == pytest.approx(truth, rel=1e-9, abs=1e-12)
    assert abs(_quantiles(pool)[3] / _quantiles(_one(_A, _B).all)[3] - 1.0) > 0.1


def test_an_estimate_without_a_lineage_is_one_of_its_source() -> None:
    """Two estimates of one source share a lineage by default."""
    first, second = ranged(100, 200, id="x"), ranged(300, 500, id="y")
    third = ranged(10, 20, source="study-b")
    assert [one.weight for one in _one(first, second, third).used] == pytest.approx([0.5, 0.25, 0.25])


def test_lineages_count_within_their_measure() -> None:
    """Registered counts and estimates of all deaths make two pools, each with weights that add up to one."""
    register = point(80, source="study-c", basis="registered", measure="registered")
    found = _one(_A, _B, register)
    assert found.registered is not None
    assert found.all is not None
    assert [weight for weight, _ in found.registered.members] == [1.0]
    assert [weight for weight, _ in found.all.members] == [0.5, 0.5]
    truth = stats.lognorm(0.05, scale=80).ppf(_U)
    assert _quantiles(found.registered) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        (ranged(9000, 9900, source="study-c", use="cross-check"), "a cross-check only"),
        (ranged(9000, 9900, source="study-c", basis="assertion"), "basis assertion is not admitted"),
        (ranged(9000, 9900, source="study-c", basis="testimony"), "basis testimony is not admitted"),
    ],
)
def test_unadmitted_estimates_change_no_pool(left: dict[str, Any], reason: str) -> None:
    """Cross-checks and bases that the case does not admit change no pool, and are listed with the reason."""
    found = _one(_A, _B, left)
    assert _quantiles(found.all) == _quantiles(_one(_A, _B).all)
    assert [(one.source, why) for one, why in found.rejected] == [("study-c", reason)]


def test_a_superseded_estimate_stays_out() -> None:
    """An author's earlier figure is retired by the later one, and named."""
    found = _one(_A, {**_B, "supersedes": ["study-a"]})
    assert _quantiles(found.all) == _quantiles(_one(_B).all)
    assert [(one.source, why) for one, why in found.rejected] == [("study-a", "superseded by study-b")]


def test_basis_admitted_by_the_caller_is_pooled() -> None:
    """Negative control: an assertion that the caller admits is pooled like any other estimate."""
    left = ranged(9000, 9900, source="study-c", basis="assertion")
    found = _one(_A, _B, left, evidence=frozenset({"demographic", "assertion"}))
    assert [one.weight for one in found.used] == pytest.approx([1 / 3] * 3)
    assert elicit(case_of(component("one", left)), frozenset({"assertion"})).evidence == ("assertion",)


@pytest.mark.parametrize("way", get_args(Pooling))
def test_a_component_is_pooled_in_its_own_way(way: Pooling) -> None:
    """The key `pool` of a component sets the way of both its measures, with the weights of the lineages."""
    register = point(80, source="study-c", basis="registered", measure="registered")
    found = _one(_A, _B, register, pool=way)
    assert found.all is not None
    assert found.registered is not None
    assert found.all.pooling == found.registered.pooling == way
    assert _quantiles(found.all) == _quantiles(Pool(found.all.members, (), way))


def test_log_pool_of_two_lineages_equals_scipy() -> None:
    """Two lognormal ranges in a log pool are the lognormal with the mean of their log precisions."""
    one, other = _lognormal(100, 200), _lognormal(300, 500)
    sds, means = (one.args[0], other.args[0]), (np.log(one.median()), np.log(other.median()))
    precision = 0.5 / sds[0] ** 2 + 0.5 / sds[1] ** 2
    mean = (0.5 * means[0] / sds[0] ** 2 + 0.5 * means[1] / sds[1] ** 2) / precision
    truth = stats.lognorm(precision**-0.5, scale=np.exp(mean)).ppf(_U)
    assert _quantiles(_one(_A, _B, pool="log").all) == pytest.approx(truth, rel=1e-7)


@pytest.mark.parametrize("way", get_args(Pooling))
def test_a_way_of_pooling_may_be_set_for_a_run(way: Pooling) -> None:
    """A caller's way of pooling overrides that of every component and quantity, and is remembered."""
    case = case_of(
        component("one", _A, _B, pool="log"),
        component("two", _A, _B),
        quantity=[quantity("people", _A, _B, pool="envelope")],
    )
    priors = elicit(case, pool=way)
    assert priors.pool == way
    pools = [*(one.all for one in priors.components.values()), priors.quantities["people"].all]
    assert [one.pooling for one in pools if one is not None] == [way] * 3
    own = elicit(case)
    assert own.pool is None
    pools = [*(one.all for one in own.components.values()), own.quantities["people"].all]
    assert [one.pooling for one in pools if one is not None] == ["log", "linear", "envelope"]


def test_unknown_way_of_pooling_is_refused() -> None:
    """A way of pooling that does not exist is refused with those that do."""
    with pytest.raises(UsageError, match="no way of pooling 'average'; expected one of linear, log, envelope"):
        elicit(case_of(component("one", _A)), pool="average")  # type: ignore[arg-type]


def test_estimates_without_common_ground_are_refused_with_their_place() -> None:
    """A log pool of ranges that do not meet is a defect of the case, with file, key and hint; linearly it is none."""
    extremes = [ranged(1, 2, reads="extremes"), ranged(3, 4, reads="extremes", source="study-b")]
    with pytest.raises(CaseError, match="the estimates exclude one another; a log pool needs common ground") as caught:
        _one(*extremes, pool="log")
    (problem,) = caught.value.problems
    assert (problem.file, problem.key) == ("component.toml", 'component "one"')
    assert "linear" in problem.hint
    assert _one(*extremes).all is not None


def test_one_sided_claims_bound_the_pool() -> None:
    """An "at least" is no point: it tilts the pool by the spread of its basis and is listed as a bound."""
    found = _one(_A, count(low=150.0, reads="at-least", source="study-c"))
    assert found.all is not None
    assert [(bound.side, bound.value, bound.log_sd) for bound in found.all.bounds] == [("at-least", 150.0, 0.2)]
    assert [one.source for one in found.bounds] == ["study-c"]
    assert len(found.all.members) == 1
    assert _quantiles(found.all)[0] > _quantiles(_one(_A).all)[0]


def test_at_least_registered_bounds_all_deaths_too() -> None:
    """At least so many registered is at least so many in all; at most so many registered says nothing of all."""
    register = point(120, source="study-b", basis="registered", measure="registered")
    low = count(low=110.0, reads="at-least", source="study-c", measure="registered")
    high = count(high=150.0, reads="at-most", source="study-d", measure="registered")
    found = _one(_A, register, low, high)
    assert found.all is not None
    assert found.registered is not None
    assert [bound.side for bound in found.all.bounds] == ["at-least"]
    assert [bound.side for bound in found.registered.bounds] == ["at-least", "at-most"]


def test_one_sided_claims_alone_make_no_pool() -> None:
    """A bound without an estimate to bound makes no distribution."""
    found = _one(count(low=150.0, reads="at-least"))
    assert found.all is None
    assert found.registered is None
    assert len(found.bounds) == 1


def test_contradictory_claims_are_refused_with_their_place() -> None:
    """Bounds that leave nothing of the pool are a defect of the case, with file, key and hint."""
    with pytest.raises(CaseError, match="contradicts itself") as caught:
        _one(_A, count(low=90_000.0, reads="at-least", source="study-c"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.key) == ("component.toml", 'component "one"')
    assert "cross-check" in problem.hint


def test_all_figures_that_cannot_be_fitted_are_listed_together() -> None:
    """Every figure that cannot be fitted is listed: estimates, shares, overlaps and shares of responsibility."""
    rule = {"where": {"category": "a"}, **share(0.6, 0.99, family="uniform")}
    bad = component("one", ranged(0, 9), ordinary=share(0.0, 0.2), completeness=share(0.2, 1.0))
    case = case_of(
        bad,
        component("two", ranged(1, 2)),
        overlap=[overlap("o", "two", "one", low=0.0, high=0.5)],
        definitions={"whole": definition(share=[rule])},
        claim=[{"id": "c", "author": "A", "definition": "whole", "counts": "all", **point(5), "share": [rule]}],
    )
    with pytest.raises(CaseError) as caught:
        elicit(case)
    assert [problem.key for problem in caught.value.problems] == [
        'claim "c" > share[0]',
        'component "one" > completeness',
        'component "one" > estimate "study-a"',
        'component "one" > ordinary',
        "[whole] > share[0]",
        'overlap "o"',
    ]


_SERIES = profile("series", {**dict.fromkeys(range(1930, 1935), 10.0), **dict.fromkeys(range(1935, 1940), 30.0)})


def test_an_estimate_of_other_years_is_carried_over_by_the_profile() -> None:
    """A figure for the first half is scaled to all years by the annual series, exactly, and said so."""
    case = case_of(component("one", {**_A, "years": [1930, 1934]}, profile="series"), profile=[_SERIES])
    found = elicit(case).components["one"]
    assert _quantiles(found.all) == pytest.approx(4.0 * _lognormal(100, 200).ppf(_U), rel=1e-9)
    assert found.used[0].factor == 4.0
    assert "carried over by the annual series series (times 4)" in found.used[0].note


@pytest.mark.parametrize(
    ("years", "changes", "series", "words"),
    [
        ([1930, 1934], {}, _SERIES, "no annual series carries it over"),
        ([1928, 1934], {"profile": "series"}, _SERIES, "does not cover these years"),
        (
            [1930, 1931],
            {"profile": "series"},
            profile("series", {1930: 0, 1931: 0, **dict.fromkeys(range(1932, 1940), 5)}),
            "is zero there",
        ),
    ],
)
def test_estimate_of_other_years_without_a_series_is_taken_as_printed(
    years: list[int], changes: dict[str, Any], series: dict[str, Any], words: str
) -> None:
    """Where no series carries a figure over it is taken as printed, and marked."""
    found = elicit(case_of(component("one", {**_A, "years": years}, **changes), profile=[series])).components["one"]
    assert _quantiles(found.all) == pytest.approx(_lognormal(100, 200).ppf(_U), rel=1e-9)
    assert words in found.used[0].note


def test_a_share_in_place_of_a_count_is_refused() -> None:
    """A beta distribution of deaths is a defect with its place (carried over to other years: a bare ValueError)."""
    estimate = ranged(0.1, 0.2, family="beta", years=[1930, 1934])
    with pytest.raises(CaseError, match="beta is not for counts") as caught:
        elicit(case_of(component("one", estimate, profile="series"), profile=[_SERIES]))
    assert caught.value.problems[0].key == 'component "one" > estimate "study-a"'


def test_a_bound_of_other_years_is_carried_over_too() -> None:
    """An "at least" for the first half bounds all years at four times its value."""
    bound = count(low=30.0, reads="at-least", source="study-c", years=[1930, 1934])
    found = elicit(case_of(component("one", _A, bound, profile="series"), profile=[_SERIES])).components["one"]
    assert found.all is not None
    assert found.all.bounds[0].value == 120.0


def test_a_derived_estimate_reads_quantities_that_are_formulas() -> None:
    """A formula over a formula is expanded to quantities with evidence: the same quantity twice is the same draw."""
    case = case_of(
        component("one", count(formula="double - people", source="study-c")),
        quantity=[quantity("people", ranged(1e4, 4e4)), quantity("double", formula="2 * people")],
    )
    pool = elicit(case).components["one"].all
    assert pool is not None
    assert _quantiles(pool)[1:5] == pytest.approx(_lognormal(1e4, 4e4).ppf(_U)[1:5], rel=5e-3)


@pytest.mark.parametrize("names", [("first", "second"), ("second", "first")], ids=str)
def test_quantities_are_derived_in_the_order_of_their_use(names: tuple[str, str]) -> None:
    """A derived quantity may use another derived one, whatever their names (it was once refused by the alphabet)."""
    low, high = names
    case = case_of(
        component("one", ranged(1, 2)),
        quantity=[
            quantity("root", ranged(100, 200)),
            quantity(low, count(formula="2 * root")),
            quantity(high, count(formula=f"3 * {low}")),
        ],
    )
    pool = elicit(case).quantities[high].all
    assert _quantiles(pool)[1:5] == pytest.approx(6.0 * _lognormal(100, 200).ppf(_U)[1:5], rel=5e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("people - 20000", "is negative or undefined"),
        ("people / (nothing * 0)", "is negative or undefined"),
    ],
)
def test_a_formula_that_makes_no_count_is_refused(text: str, words: str) -> None:
    """A derived estimate that is negative or undefined is a defect with its place."""
    case = case_of(
        component("one", count(formula=text, source="study-c")),
        quantity=[quantity("people", ranged(1e4, 4e4)), quantity("nothing", ranged(1, 2))],
    )
    with pytest.raises(CaseError, match=words) as caught:
        elicit(case)
    assert caught.value.problems[0].key == 'component "one" > estimate "study-c"'


@pytest.mark.parametrize("text", ["people * missing", "people * through"])
def test_a_formula_without_evidence_is_left_out(text: str) -> None:
    """A derived estimate that rests on a quantity without evidence is listed with the reason: unknown, not zero."""
    quantities = [
        quantity("people", ranged(1e4, 4e4)),
        quantity("missing", ranged(1, 2, basis="assertion")),
        quantity("through", formula="2 * missing"),
    ]
    derived = count(formula=text, source="study-c")
    found = elicit(case_of(component("one", derived), quantity=quantities)).components["one"]
    assert found.all is None
    assert [(one.source, why) for one, why in found.rejected] == [("study-c", "no admissible evidence on missing")]
    admitted = elicit(case_of(component("one", derived), quantity=quantities), frozenset({"demographic", "assertion"}))
    assert admitted.components["one"].all is not None


def test_a_formula_of_numbers_alone_is_that_number() -> None:
    """A formula without names has the one value that arithmetic gives it."""
    case = case_of(component("one", count(formula="max(2, 3) * (10 - 4) / min(2, 9)", source="study-c")))
    assert _quantiles(elicit(case).components["one"].all) == [9.0] * len(_U)


def test_shares_and_overlaps_have_priors() -> None:
    """Ordinary mortality, completeness, overlaps and shares of responsibility become beta distributions."""
    rule = {"where": {"category": "a"}, **share(0.3, 0.7)}
    case = case_of(
        component("one", _A, ordinary=share(0.05, 0.15), completeness=share(0.4, 0.9)),
        component("two", _B),
        overlap=[overlap("o", "two", "one", low=0.1, high=0.2)],
        definitions={"whole": definition(share=[rule])},
    )
    priors = elicit(case)
    column = share_column(case.definitions["whole"].share[0])
    one = priors.components["one"]
    assert one.ordinary is not None
    assert one.completeness is not None
    for prior, (low, high) in [
        (one.ordinary, (0.05, 0.15)),
        (one.completeness, (0.4, 0.9)),
        (priors.overlaps["o"], (0.1, 0.2)),
        (priors.shares[column], (0.3, 0.7)),
    ]:
        assert reference(prior).cdf([low, high]) == pytest.approx([0.05, 0.95], abs=1e-6)
    assert mixture_cdf(((1.0, one.ordinary),), 0.15) == pytest.approx(0.95, abs=1e-6)


def test_a_share_is_named_by_its_content() -> None:
    """The spelling of a rule, its order of keys and values and its note, changes no name; any figure does."""

    def column(where: dict[str, Any], low: float = 0.3, **changes: Any) -> str:
        rule = {"where": where, **share(low, 0.7), **changes}
        both = component("one", _A, facets={"group": ["x", "y"]})
        one = case_of(both, definitions={"whole": definition(share=[rule])})
        return share_column(one.definitions["whole"].share[0])

    plain = column({"category": ["a", "b"], "group": "x", "years": [1930, 1932]})
    assert column({"years": [1930, 1932], "group": ["x"], "category": ["b", "a"]}, note="another word") == plain
    others = [
        column({"category": ["a", "b"], "group": "x", "years": [1930, 1933]}),
        column({"category": ["a", "b"], "group": "y", "years": [1930, 1932]}),
        column({"category": ["a", "b"], "group": "x", "years": [1930, 1932]}, low=0.31),
    ]
    assert len({plain, *others}) == 4
