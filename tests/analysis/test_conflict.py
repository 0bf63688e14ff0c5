"""Node-splitting: what each part of the evidence says against all the rest, and corrected probabilities."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from benchmarks.conflict import small_case, trials
from mcmort.analysis.common_errors import corrected_probabilities
from mcmort.analysis.conflict import conflict, nodes_of
from mcmort.analysis.node_fit import compared
from mcmort.bayes.backends import evaluate_model
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.evidence.split import COPY, silenced, speaking_of, split
from mcmort.catalogue import Case
from mcmort.errors import UsageError
from tests.bayes.small_cases import balance, claim, every_kind, evidence_head, figures, plain
from tests.cases import component, point, quantity, ranged


def _two(factor: float, **changes: Any) -> Case:
    """Return a case in which two studies of one component differ by a factor."""
    studies = [point(50e3), point(50e3 * factor, source="study-b", basis="survey")]
    return figures(component("one", *studies), head=evidence_head(**changes))


def _kinds(evidence: Evidence) -> set[tuple[str, str]]:
    return {(node.kind, node.name) for node in nodes_of(evidence)[0]}


def test_nodes_are_components_registers_claims_and_lineages_without_other_evidence() -> None:
    """A component is a node if a claim reaches it, its register if it has studies, lineages if nothing else speaks."""
    assert _kinds(collect(small_case())) == {
        ("component", "camps"), ("component", "famine"), ("component", "war"), ("register", "camps"),
        ("claim", "all"), ("claim", "some"),
    }  # fmt: skip
    assert _kinds(collect(_two(1.2))) == {("figure", "one")}
    nodes, untested = nodes_of(collect(plain()))
    assert [node.key for node in nodes] == ["register:camps"]
    assert untested == ("famine",)


def test_formulas_and_balances_speak_of_the_components_in_them() -> None:
    """A component is spoken of by a balance over its scope and by evidence on what a formula makes of it."""
    case = figures(
        component("one", ranged(100e3, 400e3)),
        quantity=[quantity("expected", ranged(2.1e6, 2.2e6)), quantity("counted", ranged(1.8e6, 1.9e6))],
        balance=[balance("short", "expected - counted")],
    )
    evidence = collect(case)
    assert speaking_of(evidence, "one") == ("balance:short",)
    assert _kinds(evidence) == {("component", "one"), ("balance", "short")}


def test_silent_figures_change_nothing_but_are_predicted() -> None:
    """A fit in which a figure is silent is the fit without it, and its prediction is kept."""
    evidence = collect(small_case())
    name = "claim:some"
    silent = silenced(evidence, [name])
    without = evidence.with_figures(tuple(datum for datum in evidence.data if datum.name != name), {})
    scores = np.random.default_rng(1).normal(size=(5, len(evidence.parameters)))
    one, other = evaluate_model(silent, scores), evaluate_model(without, scores)
    assert one.log_likelihood.keys() == other.log_likelihood.keys()
    np.testing.assert_array_equal(sum(one.log_likelihood.values()), sum(other.log_likelihood.values()))
    np.testing.assert_array_equal(one.log_volume, other.log_volume)
    assert f"expected:{name}" in one.kept


def test_copy_of_a_component_takes_its_figures_and_shares_its_completeness() -> None:
    """Own figures speak of the copy, claims of the original, and one completeness is a parameter of both."""
    evidence = collect(small_case())
    own = [datum.name for datum in evidence.data if datum.component == "camps"]
    parted = split(evidence, "camps", own)
    assert {datum.component for datum in parted.data if datum.name in own} == {"camps" + COPY}
    added = set(parted.parameters) - set(evidence.parameters)
    assert added == {f"deaths:camps{COPY}"}
    assert "camps" not in {datum.component for datum in parted.data}


@pytest.mark.slow
def test_probability_of_a_figure_agrees_with_quadrature() -> None:
    """With scatter known and normal errors, p of one study against another is that of their difference, integrated.

    Deaths are known by the other study and the weak prior; what is left is normal in every part.
    """
    case = _two(1.9, tails="normal", heterogeneity=1e-3)
    evidence = collect(case)
    (node,), _ = nodes_of(evidence)
    found = compared(evidence, node.kind, node.name, list(node.figures), seed=1)
    own = next(datum for datum in evidence.data if datum.name in node.figures)
    other = next(datum for datum in evidence.data if datum.name not in node.figures)
    spread, weak = case.head.spread, evidence.latents["one"]

    def weight(deaths: float) -> float:
        at_study = stats.norm.pdf(other.log_value, deaths, spread[other.basis].log_sd)
        return float(at_study * stats.norm.pdf(deaths, weak.log_median, weak.log_sd))

    def beyond(deaths: float) -> float:
        return float(weight(deaths) * stats.norm.sf(own.log_value, deaths, spread[own.basis].log_sd))

    middle = other.log_value
    whole, above = (integrate.quad(one, middle - 3, middle + 3)[0] for one in (weight, beyond))
    expected = 2.0 * min(above / whole, 1.0 - above / whole)
    assert found.probability == pytest.approx(expected, rel=0.1)
    assert found.own[1] == pytest.approx(math.exp(own.log_value))


def test_figure_far_from_another_is_a_conflict_and_a_near_one_is_not() -> None:
    """A factor of twelve between two studies is a conflict, one of 1.2 is none; p does not depend on which is moved."""
    far = conflict(_two(12.0))
    near = conflict(_two(1.2))
    assert far.rows[0].is_conflict
    assert not near.conflicts
    assert far.rows[0].found.higher != near.rows[0].found.higher


@pytest.mark.parametrize("stated", [{}, {"reads": "at-least", "high": None}])
def test_claim_printed_three_times_is_compared_as_one(stated: dict[str, Any]) -> None:
    """Copies of a claim about a sum, of one lineage, are one figure against the parts, and no other than one alone."""
    parts = (
        component("one", ranged(90e3, 110e3)),
        component("two", ranged(45e3, 55e3, source="study-b"), facets={"category": "b"}),
    )

    def compared_of(copies: int) -> Any:
        figure = {name: value for name, value in (claim("sum", 230e3, 250e3) | stated).items() if value is not None}
        claims = [figure | {"id": f"sum-{place}", "source": "study-c"} for place in range(copies)]
        evidence = collect(figures(*parts, head=evidence_head(tails="normal"), claim=claims))
        (node,) = [node for node in nodes_of(evidence)[0] if node.kind == "claim"]
        assert len(node.figures) == copies
        return compared(evidence, node.kind, node.name, list(node.figures), seed=1)

    alone, copied = compared_of(1), compared_of(3)
    assert 0.0 < alone.probability < 0.2
    assert copied.probability == pytest.approx(alone.probability, rel=1e-6)
    assert copied.own[1] == pytest.approx(alone.own[1])
    assert copied.rest == pytest.approx(alone.rest)
    assert copied.leverage == pytest.approx(alone.leverage, abs=1e-6)


def test_register_far_below_an_estimate_is_a_conflict_with_its_direction() -> None:
    """A register that holds a hundredth of the estimates is in conflict with them, and on the low side."""
    camps = component(
        "camps",
        point(1e3, basis="registered", measure="registered", source="study-b"),
        ranged(90e3, 110e3),
        ranged(85e3, 115e3, source="study-c", basis="survey"),
        completeness={"low": 0.4, "high": 0.95, "source": "study-a", "locator": "p. 1"},
    )
    (row,) = conflict(figures(camps)).conflicts
    assert row.node.kind == "register"
    assert row.found.own[2] < row.found.rest[0]
    assert row.found.higher < 0.01


@pytest.mark.slow
def test_every_kind_of_evidence_is_compared() -> None:
    """Bounds, copies, formulas, shares, overlaps and balances are all compared, or refused with a reason."""
    evidence = collect(every_kind())
    nodes, _ = nodes_of(evidence)
    assert {node.kind for node in nodes} >= {"component", "claim", "balance"}
    for node in nodes[:3] + nodes[-2:]:
        found = compared(evidence, node.kind, node.name, list(node.figures), 1)
        assert 0.0 <= found.probability <= 1.0
        assert found.own[0] <= found.own[1] <= found.own[2]


def test_correction_of_comparisons_that_share_nothing_is_that_of_sidak() -> None:
    """Without figures in common the least p of m comparisons becomes 1 - (1 - p)^m, the next that of m - 1."""
    values = [0.01, math.nan, 0.2, 0.03]
    expected = [1 - 0.99**3, math.nan, 0.2, 1 - 0.97**2]
    for is_heavy in (True, False):
        alone = [{name: 1.0} for name in "abcd"]
        found = corrected_probabilities(values, alone, is_heavy=is_heavy)
        assert found == pytest.approx(expected, rel=0.03, nan_ok=True)
    assert corrected_probabilities([0.6, 0.9], [{}, {}], is_heavy=True) == pytest.approx([0.84, 0.9], abs=0.02)


def test_correction_of_comparisons_of_the_same_figures_changes_nothing() -> None:
    """Where all comparisons are one, whichever way round, there is nothing to correct for."""
    same = [{"a": 0.6, "b": 0.8}, {"a": -0.6, "b": -0.8}, {"a": 0.6, "b": 0.8}]
    assert corrected_probabilities([0.01, 0.012, 0.3], same, is_heavy=True) == pytest.approx(
        [0.01, 0.012, 0.3], rel=0.03
    )


def test_correction_of_correlated_comparisons_agrees_with_the_bivariate_normal() -> None:
    """Two comparisons with a correlation of 0.9: the chance of either is that of SciPy's bivariate normal."""
    pair = [{"a": 1.0}, {"a": 0.9, "b": math.sqrt(0.19)}]
    limit = stats.norm.isf(0.01)
    law = stats.multivariate_normal([0.0, 0.0], [[1.0, 0.9], [0.9, 1.0]])
    both_inside = law.cdf([limit, limit], lower_limit=[-limit, -limit])
    (least, _) = corrected_probabilities([0.02, 0.5], pair, is_heavy=False)
    assert least == pytest.approx(1.0 - both_inside, rel=0.05)


def test_leverage_of_two_studies_is_that_of_their_difference() -> None:
    """With normal errors of known size each study has the share that its error has, of opposite sign."""
    case = _two(1.9, tails="normal", heterogeneity=1e-3)
    evidence = collect(case)
    (node,), _ = nodes_of(evidence)
    found = compared(evidence, node.kind, node.name, list(node.figures), seed=1)
    sizes = {datum.name: case.head.log_sd_of(datum.basis) for datum in evidence.data}
    (own,), (other,) = node.figures, [name for name in sizes if name not in node.figures]
    width = math.hypot(*sizes.values())
    assert found.spread == pytest.approx(width, rel=0.05)
    assert found.leverage[own] == pytest.approx(sizes[own] / width, abs=0.05)
    assert found.leverage[other] == pytest.approx(-sizes[other] / width, abs=0.05)


def test_case_without_a_second_lineage_is_refused_with_a_hint() -> None:
    """One study of one component leaves nothing to compare."""
    with pytest.raises(UsageError, match="nothing to compare"):
        conflict(figures(component("one", ranged(40e3, 90e3))))


@pytest.mark.statistical
def test_planted_conflicts_are_found_and_clean_cases_left_alone(tmp_path: Path) -> None:
    """Of 4.2 standard deviations 80 % are found after correction; at most 8 % of clean cases raise an alarm."""
    results = trials(range(200), 2, tmp_path)
    planted = [one for result in results for one in result.planted]
    assert np.mean([one.is_found for one in planted if one.size == 4.2]) >= 0.8
    assert np.mean([one.is_found_alone for one in planted if one.size == 3.0]) >= 0.8
    assert np.mean([one.is_false_alarm for one in results]) <= 0.08
