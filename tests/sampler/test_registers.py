"""All deaths beside a register: the larger of the two, what contradicts it, and when a total is only a minimum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats

import mcmort as mm
from mcmort.analysis.claims import compare_claims
from mcmort.catalogue.case import Case
from mcmort.present.tables.claims_table import claims_table
from mcmort.results import RegisterComparison
from mcmort.sampler import simulate
from mcmort.sampler.program.plan_cache import compiled_case
from tests.cases import case_of, component, definition, dependence, head, point, quantity, random_tables, ranged

_N = 100_000
_REGISTER = point(100_000, basis="registered", measure="registered", source="study-b")


def _case(*studies: dict[str, Any], spread: float = 0.1, **tables: Any) -> Case:
    """Return a case of one component with a register of 100,000 (0.03) and studies of this spread."""
    chosen = {"source": "choice", "locator": "none"}
    spreads = {"registered": {"log_sd": 0.03, **chosen}, "demographic": {"log_sd": spread, **chosen}}
    both = {"whole": definition(), "kept": definition(measure="registered")}
    parts = component("one", _REGISTER, *studies)
    return case_of(parts, head=head(spread=spreads), definitions=both, **tables)


def _compared(case: Case) -> RegisterComparison:
    found = compiled_case(case).statuses["one"].register
    assert found is not None
    return found


def test_a_study_equal_to_the_register_leaves_the_median_near_it() -> None:
    """A register and a study of 100,000 (0.25) give a median of 103,800; truncation at the register gave 118,600.

    The exact median solves Phi(log x / 0.25) Phi(log x / 0.03) = 1/2.
    """
    case = _case(point(100_000), spread=0.25)
    median = float(np.median(simulate(case, _N, rng=1).columns["all:one"]))
    at = np.log(median / 100_000)
    assert median == pytest.approx(103_800, rel=0.003)
    assert stats.norm.cdf(at / 0.25) * stats.norm.cdf(at / 0.03) == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(_N))
    assert _compared(case).nothing_unregistered == pytest.approx(0.5, abs=0.005)
    assert _compared(case).conflicts == {}  # one half is not most of it


def test_a_study_below_the_register_is_named_as_a_conflict() -> None:
    """A study of 60,000 beside a register of 100,000 is named with its share below; it was overridden silently."""
    case = _case(point(60_000, source="study-c"))
    found = _compared(case)
    expected = float(stats.norm.cdf(np.log(10 / 6) / np.hypot(0.1, 0.03)))
    assert found.conflicts == {"the lineage study-c": pytest.approx(expected, abs=0.002)}
    assert found.nothing_unregistered == pytest.approx(expected, abs=0.002)
    report = mm.total(simulate(case, 1_000, rng=1), "whole")
    (note,) = report.total.notes
    assert note == (
        "one: conflict: over 99 % of the lineage study-c below the register; "
        "probability that nothing went unregistered: over 99 %"
    )
    printed = " ".join(report.render("text").split())
    assert "Note: one: conflict: over 99 % of the lineage study-c below the register." in printed
    assert "Note: one: probability that nothing went unregistered: over 99 %." in printed
    (part,) = report.document().components
    assert part.register_ is not None
    assert part.register_.conflicts[0].evidence == "the lineage study-c"
    assert mm.total(simulate(case, 1_000, rng=1), "kept").total.notes == ()


def test_studies_on_both_sides_of_the_register_keep_their_weights() -> None:
    """Of studies of 60,000 and 150,000 each has half of the draws; the first had none, though trace printed 50 %."""
    case = _case(point(60_000, source="study-c"), point(150_000, source="study-d"))
    draws = simulate(case, _N, rng=1)
    raised = float(np.mean(draws.columns["all:one"] == draws.columns["registered:one"]))
    assert raised == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(_N))
    assert list(_compared(case).conflicts) == ["the lineage study-c"]
    assert _compared(case).nothing_unregistered == pytest.approx(raised, abs=0.01)


def test_estimates_of_a_lineage_are_compared_together() -> None:
    """A lineage with one estimate below the register and one above lies half below it, which is no conflict."""
    line = {"lineage": "line"}
    case = _case(point(60_000, id="low", **line), point(150_000, id="high", **line))
    assert _compared(case).conflicts == {}


def test_dependence_enters_the_comparison_with_the_register() -> None:
    """Under a common factor the probability is that of two correlated normals: those of the draws themselves."""
    wide = ranged(80_000, 200_000, basis="registered", measure="registered", source="study-b")
    tables = component("one", wide, ranged(90_000, 250_000))
    groups = [dependence("g", ["one"], 0.9), dependence("h", ["one"], 0.9, measure="registered")]
    shares = {}
    for dial in ("declared", "comonotonic"):
        case = case_of(tables, dependence=groups)
        found = compiled_case(case, dependence=dial).statuses["one"].register
        assert found is not None
        draws = simulate(case, _N, rng=1, dependence=dial)
        shares[dial] = float(np.mean(draws.columns["all:one"] == draws.columns["registered:one"]))
        assert found.nothing_unregistered == pytest.approx(shares[dial], abs=0.01)
    assert shares["comonotonic"] < shares["declared"] - 0.1


def test_a_formula_below_the_register_is_named() -> None:
    """Where a component's own formula lies below its register, the formula is what is named."""
    case = case_of(component("one", _REGISTER, formula="people"), quantity=[quantity("people", ranged(1e4, 2e4))])
    assert list(_compared(case).conflicts) == ["the formula people"]


def test_a_stored_case_keeps_the_comparison() -> None:
    """What stands beside the total is the same from disk."""
    case = _case(point(60_000, source="study-c"))
    first = compiled_case(case)
    again = compiled_case(case)
    assert first.statuses == again.statuses


@pytest.mark.slow
@settings(max_examples=15)
@given(tables=random_tables())
def test_scaling_all_figures_scales_draws_and_leaves_comparisons(tables: dict[str, Any]) -> None:
    """A thousand times all figures are a thousand times the draws; probabilities against registers stay."""

    def scaled(estimate: dict[str, Any]) -> dict[str, Any]:
        return {key: 1e3 * value if key in ("low", "best", "high") else value for key, value in estimate.items()}

    parts = [{**one, "estimate": [scaled(each) for each in one["estimate"]]} for one in tables["component"]]
    people = [
        {**one, "estimate": [scaled(each) for each in one["estimate"]]} if one["id"] == "people" else one
        for one in tables["quantity"]
    ]
    small, large = case_of(**tables), case_of(**{**tables, "component": parts, "quantity": people})
    one, other = simulate(small, 300, rng=3), simulate(large, 300, rng=3)
    for name, values in one.columns.items():
        factor = 1e3 if name.startswith(("all:", "registered:")) or name == "quantity:people" else 1.0
        assert other.columns[name] == pytest.approx(factor * values, rel=1e-3)
    for name, status in one.statuses.items():
        compared = other.statuses[name].register
        assert (status.register is None) == (compared is None)
        if status.register is not None and compared is not None:
            assert compared.nothing_unregistered == pytest.approx(status.register.nothing_unregistered, abs=0.002)


def _floors(*components: dict[str, Any], measure: str = "all", **tables: Any) -> Case:
    claim: dict[str, Any] = {
        "id": "theirs",
        "author": "A",
        "source": "study-c",
        "locator": "p. 9",
        "basis": "synthesis",
    }
    claim |= {"counts": "all deaths", "definition": "whole", "best": 1e5}
    return case_of(*components, definitions={"whole": definition(measure=measure)}, claim=[claim], **tables)


@pytest.mark.parametrize(
    ("components", "measure", "is_floor"),
    [
        ([component("one", ranged(1e4, 2e4))], "all", False),
        ([component("one", ranged(1e4, 2e4)), component("two", _REGISTER)], "all", True),
        ([component("one", ranged(1e4, 2e4), _REGISTER)], "all", False),
        ([component("one", ranged(1e4, 2e4), _REGISTER)], "registered", True),
        ([component("one", ranged(1e4, 2e4)), component("two")], "all", True),
        ([component("two", _REGISTER), component("three", formula="2 * two", facets={"category": "b"})], "all", True),
    ],
    ids=["known", "part registered only", "floored", "registered", "part unknown", "formula of registered"],
)
def test_total_with_a_part_registered_only_or_unknown_is_a_floor(
    components: list[dict[str, Any]], measure: str, is_floor: bool
) -> None:
    """Headline, table, claims and JSON say that there may be more by one rule; a part registered only was no floor."""
    draws = simulate(_floors(*components, measure=measure), 1_000, rng=1)
    report = mm.total(draws, "whole")
    assert (": at least " in report.headline) is is_floor
    assert report.document().floor is is_floor
    (line,) = [line for line in report.render("text").splitlines() if line.startswith(" Total ")]
    assert ("or more" in line) is is_floor
    judged = compare_claims(draws)
    (row,) = claims_table(draws.case, judged).rows
    assert row[2].endswith(" or more") is is_floor
    (found,) = mm.claims(draws).document().claims
    assert found.floor is is_floor


def test_what_is_excluded_makes_no_floor() -> None:
    """A definition that leaves the registered part out is no minimum."""
    case = case_of(
        component("one", ranged(1e4, 2e4)),
        component("two", _REGISTER, facets={"category": "b"}),
        definitions={"whole": definition(include=[{"category": "a"}])},
    )
    assert mm.total(simulate(case, 1_000, rng=1), "whole").document().floor is False
