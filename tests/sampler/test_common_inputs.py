"""Estimates that are formulas use the quantities of the same draw: what components have in common stays common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.catalogue.case import Case
from mcmort.elicit import elicit
from mcmort.elicit.segments import FormulaOfDraw, is_formula_alone, segments_of
from mcmort.results import Draws
from mcmort.sampler import simulate
from mcmort.totals import total
from tests.cases import case_of, component, count, definition, dependence, point, quantity, ranged
from tests.cases import profile as series

_N = 50_000
_QUANTITIES = [
    quantity("xa", ranged(1_000, 9_000, reads="95%")),
    quantity("xb", ranged(2_000, 20_000, reads="95%", source="study-b")),
]


def _formula(text: str, **changes: Any) -> dict[str, Any]:
    return count(formula=text, **{"source": "study-d", **changes})


def _case(*parts: dict[str, Any], **tables: Any) -> Case:
    both = {"whole": definition(), "kept": definition(measure="registered")}
    return case_of(*parts, **{"quantity": _QUANTITIES, "definitions": both, **tables})


def _draws(*parts: dict[str, Any], **tables: Any) -> Draws:
    return simulate(_case(*parts, **tables), _N, rng=1)


def _distance(values: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    return float(stats.ks_2samp(values, others).statistic)


def test_shares_of_one_sum_add_up_to_it_on_every_draw() -> None:
    """Formulas of 10,000 a / (a + b) and 10,000 b / (a + b) sum to 10,000; drawn apart they gave 5,400 to 14,600."""
    one, other = (component(name, _formula(f"10_000 * x{name} / (xa + xb)")) for name in "ab")
    found = total(_draws(one, other), "whole").values
    assert np.max(np.abs(found / 10_000 - 1.0)) < 1e-12


@pytest.mark.parametrize("measure", ["all", "registered"])
def test_a_lone_formula_is_the_formula_of_a_component(measure: str) -> None:
    """A component whose only estimate is a formula has the bits of one that is made by it, under either measure."""
    estimated = _draws(component("one", _formula("0.04 * xa", measure=measure)))
    derived = _draws(component("one", formula="0.04 * xa"))
    assert np.array_equal(estimated.columns[f"{measure}:one"], derived.columns["all:one"])


def test_formulas_that_share_a_population_move_together() -> None:
    """Two per cent and four per cent of one population are one to two on every draw; the total was too narrow."""
    draws = _draws(component("one", _formula("0.04 * xa")), component("two", _formula("0.02 * xa")))
    assert np.max(np.abs(draws.columns["all:one"] / draws.columns["all:two"] - 2.0)) < 1e-12


def test_a_pool_selects_between_its_figures_and_its_formulas() -> None:
    """A third of the draws are the formula of their own quantities; together they are the mixture of the lineages."""
    parts = component("one", ranged(2_000, 5_000), _formula("2 * xa"), ranged(9_000, 30_000, source="study-c"))
    draws = _draws(parts)
    values, formula = draws.columns["all:one"], 2.0 * draws.columns["quantity:xa"]
    is_formula = values == formula
    assert float(np.mean(is_formula)) == pytest.approx(1 / 3, abs=5 * np.sqrt(2 / 9 / _N))
    assert _distance(formula[is_formula], formula) < 2.0 * 1.63 / np.sqrt(_N / 3)
    pool = elicit(_case(parts)).components["one"].all
    assert pool is not None
    expected = pool.ppf((np.arange(_N) + 0.5) / _N)
    assert _distance(values, expected) < 2.0 * 1.63 / np.sqrt(_N)


def test_figures_of_a_pool_rise_with_its_score() -> None:
    """Under a loading of one, printed figures of a pool with a formula rise with another member of the group."""
    parts = component("one", ranged(2_000, 5_000), _formula("2 * xa"), ranged(9_000, 30_000, source="study-c"))
    other = component("two", ranged(10, 20))
    draws = _draws(parts, other, dependence=[dependence("g", ["one", "two"], 1.0)])
    values, place = draws.columns["all:one"], draws.columns["all:two"]
    printed = values != 2.0 * draws.columns["quantity:xa"]
    assert 0.6 < float(np.mean(printed)) < 0.7
    order = np.argsort(place[printed])
    assert np.all(np.diff(values[printed][order]) >= 0.0)


def test_segments_are_ordered_by_their_medians() -> None:
    """From the lowest median up: a low formula, the printed figures, a high formula, with the weights of lineages."""
    low, high = _formula("0.001 * xa", id="low"), _formula("1_000 * xa", id="high", source="study-e")
    estimates = [high, ranged(2_000, 5_000), low, ranged(3_000, 8_000, source="study-c", lineage="study-a")]
    for found in (estimates, estimates[::-1]):
        evidence = elicit(_case(component("one", *found))).components["one"]
        segments = segments_of(evidence, "all")
        texts = [one.source.text if isinstance(one.source, FormulaOfDraw) else "" for one in segments]
        assert texts == ["0.001 * xa", "", "1_000 * xa"]
        assert [one.weight for one in segments] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
        assert segments_of(evidence, "registered") == ()
        assert not is_formula_alone(evidence, "all")


def test_order_of_estimates_changes_no_bit() -> None:
    """Estimates in another order give the same draws."""
    estimates = [ranged(2_000, 5_000), _formula("2 * xa", id="f"), _formula("2 * xa", id="g", source="study-e")]
    one, other = (_draws(component("one", *found)).columns["all:one"] for found in (estimates, estimates[::-1]))
    assert one.tobytes() == other.tobytes()


def test_a_formula_of_other_years_is_carried_over_on_every_draw() -> None:
    """A formula over half of an even series counts twice."""
    years = dict.fromkeys(range(1930, 1940), 10.0)
    part = component("one", _formula("xa", years=[1930, 1934]), profile="s")
    draws = _draws(part, profile=[series("s", years)])
    assert draws.columns["all:one"] == pytest.approx(2.0 * draws.columns["quantity:xa"], rel=1e-12)


def test_a_quantity_pools_formulas_of_the_draw() -> None:
    """A quantity estimated by a formula is that formula of the draw, and so is what is derived from it."""
    ratio = quantity("ratio", _formula("xa / (xa + xb)"))
    draws = _draws(component("one", formula="1_000 * ratio"), quantity=[*_QUANTITIES, ratio])
    xa, xb = (draws.columns[f"quantity:{name}"] for name in ("xa", "xb"))
    assert draws.columns["all:one"] == pytest.approx(1_000 * xa / (xa + xb), rel=1e-12)


def test_a_formula_beside_a_register_is_compared_on_the_same_draw() -> None:
    """All deaths and register by formulas of one quantity: the conflict is certain, however wide the quantity is."""
    register = _formula("xa", measure="registered", basis="registered", source="study-b")
    draws = _draws(component("one", _formula("0.9 * xa"), register))
    assert np.array_equal(draws.columns["all:one"], draws.columns["registered:one"])
    found = draws.statuses["one"].register
    assert found is not None
    assert (found.nothing_unregistered, found.conflicts) == (1.0, {"the lineage study-d": 1.0})


@pytest.mark.parametrize(
    ("changes", "estimates", "way"),
    [
        ({"pool": "log"}, [ranged(2_000, 9_000)], "log pool"),
        ({"pool": "envelope"}, [ranged(2_000, 9_000)], "envelope pool"),
        ({}, [count(low=1_000.0, reads="at-least", basis="registered")], "pool under bounds"),
    ],
)
def test_a_pool_that_is_no_mixture_says_that_its_formula_is_apart(
    changes: dict[str, Any], estimates: list[dict[str, Any]], way: str
) -> None:
    """Log, envelope and bounded pools take the distribution of a formula, and a note beside the total says so."""
    draws = _draws(component("one", _formula("xa"), *estimates, **changes))
    note = f"the formula of study-d is computed apart from the quantities of the draw, as its {way} needs"
    assert note in draws.statuses["one"].notes
    assert f"one: {note}" in total(draws, "whole").notes
    assert "quantity:xa" not in draws.columns


def test_a_point_of_zero_is_said_to_be_taken_as_exact() -> None:
    """A spread is relative, so that of zero is none: a total of nothing but zero says so and is not sure in silence."""
    note = "one: the zero of study-d is taken as exact, since a spread is relative: give a range if it is not"
    assert note in total(_draws(component("one", point(0.0, source="study-d"))), "whole").notes
    assert "taken as exact" not in str(total(_draws(component("one", point(5.0))), "whole").notes)


def test_a_bound_without_a_pool_is_said_to_be_unused() -> None:
    """Beside a register alone "at least" in all bounds no pool: the total stays that of the register, and says so."""
    register = point(2_000, measure="registered", basis="registered")
    least = count(low=9_000.0, reads="at-least", source="study-d")
    alone, pooled = (
        _draws(component("one", *figures, least)) for figures in ([register], [point(8_000, source="study-e")])
    )
    note = (
        "one: study-d (at least 9,000 in all) is not used: no figures of that kind are pooled, so there is nothing to "
        "bound"
    )
    assert note in total(alone, "whole").notes
    assert alone.columns["all:one"].max() < 9_000.0
    assert "not used" not in str(total(pooled, "whole").notes)


@pytest.mark.parametrize("unit", ["share", "Share of those sold", "fraction", "proportion of births", "probability"])
def test_a_quantity_of_unit_share_by_any_name_stays_below_one(unit: str) -> None:
    """A point of 0.97 with a wide spread makes no more deaths than there are people, whatever a share is called."""
    part = quantity("part", point(0.97), unit=unit)
    draws = simulate(case_of(component("one", _formula("1000 * part")), quantity=[part]), 2_000, rng=1)
    assert 900.0 < draws.columns["all:one"].max() < 1_000.0


def test_a_lone_formula_of_a_log_pool_is_no_pool() -> None:
    """With one member there is nothing to pool: the formula is that of the draw whatever the way."""
    draws = _draws(component("one", _formula("xa"), pool="log"))
    assert np.array_equal(draws.columns["all:one"], draws.columns["quantity:xa"])
    assert draws.statuses["one"].notes == ()


def test_inputs_of_others_keep_their_bits_beside_a_formula() -> None:
    """A component with formulas leaves the draws of quantities and components that were there as they were."""
    plain = component("two", ranged(10, 20), point(15, basis="registered", measure="registered", source="study-b"))
    before = _draws(plain, component("three", formula="xa"))
    after = _draws(plain, component("three", formula="xa"), component("one", ranged(1, 2), _formula("xa * xb")))
    for name, values in before.columns.items():
        assert after.columns[name].tobytes() == values.tobytes()
