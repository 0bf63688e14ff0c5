"""What one fit shows of registers and estimates that pull apart, and of figures that are not expected."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import mcmort as mm
from mcmort.analysis.fitted import Predicted, disagreeing, leaning_alike, predictions, registers_apart
from mcmort.analysis.parts_apart import parts_apart
from mcmort.bayes import fit
from mcmort.catalogue import Case
from mcmort.present.fit_text import lean_notes, unexpected_notes
from tests.bayes.small_cases import claim, every_kind, evidence_head, figures
from tests.cases import component, dependence, point, ranged


def _register_and_estimate(register: float, **changes: object) -> Case:
    """Return one estimate of 100,000 beside a register, with a completeness of a tenth to all by assumption."""
    share = {"low": 0.1, "high": 1.0, "reads": "extremes", "source": "choice", "locator": "none"}
    bias = {"demographic": {"mean": 0.0, "sd": 0.1, "source": "choice", "locator": "none"}}
    camps = component(
        "camps",
        point(100e3, source="study-a"),
        point(register, basis="registered", measure="registered", source="study-b"),
    )
    spread = {"registered": 0.03, "demographic": 0.15}
    return figures(camps, head=evidence_head(spread, completeness=share, bias=bias, **changes))


@pytest.mark.slow
def test_register_of_eight_thousand_does_not_cap_an_estimate_of_a_hundred_thousand() -> None:
    """The estimate lies inside the 95 % interval, and the completeness is said to lie outside what is cited."""
    found = fit(_register_and_estimate(8e3), rng=1, store=False)
    low, high = np.quantile(found.columns["all:camps"], (0.025, 0.975))
    assert low < 100e3 < high
    (apart,) = registers_apart(found)
    assert apart.component == "camps"
    assert apart.share < apart.cited[0]


@pytest.mark.slow
def test_register_that_the_cited_completeness_allows_is_not_said_to_pull_apart() -> None:
    """A register of half the estimate is within a completeness of a tenth to all."""
    assert registers_apart(fit(_register_and_estimate(50e3), rng=1, store=False)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "told"), [(1.1, False), (10.0, True)])
def test_figures_that_differ_by_a_factor_of_ten_are_said_to_disagree(factor: float, told: bool) -> None:
    """Four studies of one kind in two schools: ten times apart they are told of, a tenth apart they are not."""
    values = (100e3, 100e3, 100e3 * factor, 100e3 * factor)
    studies = [point(value, source=f"study-{letter}") for value, letter in zip(values, "abcd", strict=True)]
    head = evidence_head(scatter=0.5)
    found = fit(figures(component("one", *studies), head=head), rng=1, store=False)
    assert [one.component for one in disagreeing(found)] == (["one"] if told else [])
    assert any("differ by more than their errors" in note for note in unexpected_notes(found)) is told


@pytest.mark.parametrize(
    ("side", "below", "expected"),
    [("at-least", 0.01, False), ("at-least", 0.99, True), ("at-most", 0.01, True), ("at-most", 0.99, False),
     ("point", 0.01, True), ("point", 0.5, False)],
)  # fmt: skip
def test_bound_surprises_only_where_it_is_broken(side: str, below: float, expected: bool) -> None:
    """A lower bound is surprising if what it bounds lies below it, an upper one if above, a figure either way."""
    predicted = Predicted("camps:one", 1.0, 0.5, 1.0, 2.0, below, 0.5, side)  # type: ignore[arg-type]
    assert predicted.is_surprising is expected


@pytest.mark.slow
def test_part_apart_with_normal_errors_has_the_probability_of_the_difference() -> None:
    """With scatter known and normal errors, one fit gives the p of two studies' difference that a split would give."""
    studies = [point(50e3), point(50e3 * 3.5, source="study-b", basis="survey")]
    case = figures(component("one", *studies), head=evidence_head(tails="normal", heterogeneity=1e-3))
    width = math.hypot(*(case.head.log_sd_of(estimate.basis) for estimate in case.components["one"].estimate))
    exact = 2.0 * stats.norm.sf(math.log(3.5) / width)
    found = parts_apart(fit(case, rng=1, store=False))
    assert {one.name for one in found} == {"one:study-a", "one:study-b"}
    for one in found:
        assert one.probability == pytest.approx(exact, rel=0.2)
        assert abs(math.log(one.ratio)) == pytest.approx(math.log(3.5), rel=0.05)


@pytest.mark.slow
def test_component_that_contradicts_claims_is_named_as_in_conflict() -> None:
    """Three studies of a famine of millions beside two claims that all deaths were a tenth of that are named first."""
    famine = component("famine", *(ranged(4e6, 6e6, source=f"study-{letter}", basis="survey") for letter in "abc"))
    war = component("war", ranged(30e3, 60e3, source="study-d"), facets={"category": "c"})
    claims = [claim(f"all-{letter}", 3e5, 4e5, source=f"study-{letter}", basis="survey") for letter in "ef"]
    found = fit(figures(famine, war, claim=claims, head=evidence_head(heterogeneity=0.1)), rng=1, store=False)
    strong = [one.name for one in parts_apart(found) if one.is_strong]
    assert strong
    assert {name.partition(":")[0] for name in strong} <= {"famine", "claim"}
    assert any(note.startswith("In conflict with the rest: ") for note in unexpected_notes(found))


def test_figure_in_conflict_is_not_said_to_lie_where_it_is_expected() -> None:
    """Where a fit yields to a figure far from the rest, it lies within what is then expected: only its side is told."""
    near = [point(value, source=f"study-{letter}") for value, letter in ((1_000.0, "a"), (800.0, "b"))]

    def notes(best: float) -> str:
        camps = component("camps", *near, point(best, source="study-c", id="far"))
        case = figures(camps, head=evidence_head({"demographic": 0.1}))
        return unexpected_notes(fit(case, rng=1, store=False))[0]

    assert notes(1_600.0) == "Farthest from the rest: camps: study-c, 1,600, above it."
    assert notes(4_000.0).startswith("In conflict with the rest: camps: study-c, 4,000 (expected ")


@pytest.mark.slow
def test_figures_given_as_formulas_are_predicted_and_bounds_that_hold_are_not_named() -> None:
    """A figure that a formula stands for has what it gives and what was expected; a satisfied bound is no surprise."""
    found = {one.name: one for one in predictions(fit(every_kind(), rng=1, store=False))}
    formula = found["famine:study-g"]
    assert formula.computed[0] < formula.printed < formula.computed[1]
    assert formula.low < formula.high
    assert not found["camps:study-d"].is_surprising  # at most 400,000, of some 50,000


def test_lean_moves_what_formulas_make_of_a_component_and_is_said_to_change_nothing_where_it_does_not() -> None:
    """Ten times a component that leans leans with it; a register alone has no lean, and the note says so."""
    after = component("after", formula="10 * camps", facets={"category": "b"})
    register = point(8e3, basis="registered", measure="registered")
    leaning, fixed = (
        fit(figures(component("camps", figure), after), rng=1, lean=0.3, draws=500, store=False)
        for figure in (point(100e3), register)
    )
    moved = leaning_alike(leaning, is_high=True).columns
    assert np.median(moved["all:camps"]) < np.median(leaning.columns["all:camps"])
    np.testing.assert_allclose(moved["all:after"], 10.0 * moved["all:camps"])
    assert "if all lean alike" in lean_notes(leaning)[0].lower()
    assert lean_notes(fixed)[0].startswith("A lean of 30 % changes no total here")


def test_dependence_that_the_model_has_no_part_of_is_said_beside_its_totals() -> None:
    """A group that a case declares moves draws from pools alone; a total of a fit says that it does nothing there."""
    parts = component("one", point(50e3)), component("two", point(9e4, source="study-b"), facets={"category": "b"})
    case = figures(*parts, dependence=[dependence("baseline", ["one", "two"], 0.9)])
    said = "1 group or correlation that the case declares: no part of this model"
    texts = [
        " ".join(mm.total(draws, "whole").render("text", full=True).split())
        for draws in (fit(case, rng=1, draws=500, store=False), mm.simulate(case, 2_000, rng=1))
    ]
    assert [said in text for text in texts] == [True, False]
