"""Simulated cases: figures follow the model, bounds keep their numbers, copies are equal."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.bayes.backends import ArrayBackend, evaluate_model, evaluate_prior
from mcmort.bayes.calibration.simulated_cases import simulate
from mcmort.bayes.evidence import Evidence
from tests.bayes.synthetic_case import synthetic

_CASES = 400
_COPIES = ("famine:handbook-first-edition", "famine:second-historian", "famine:textbook")

type Array = NDArray[np.float64]


@cache
def _simulated(tails: Literal["heavy", "normal"] = "heavy") -> tuple[Evidence, ArrayBackend, list[Evidence]]:
    evidence = synthetic()
    evidence = replace(evidence, synthesis=evidence.synthesis.model_copy(update={"tails": tails}))
    scores, cases = simulate(evidence, _CASES, seed=3)
    return evidence, evaluate_prior(cases[0], scores), cases


def _printed(cases: list[Evidence], name: str) -> Array:
    return np.array([next(one.log_value for one in case.data if one.name == name) for case in cases])


def test_synthetic_case_has_every_kind_of_evidence() -> None:
    """Registered and all deaths, points, ranges, bounds, formulas, copies, sums, lineages, an overlap, a balance."""
    evidence = synthetic()
    assert not evidence.rejected
    assert {one.side for one in evidence.data} == {"point", "at-least", "at-most"}
    assert {one.side for one in evidence.data if one.account is not None} == {"point", "at-least", "at-most"}
    assert any(one.formula for one in evidence.data)
    assert any(one.weight < 1.0 for one in evidence.data)
    assert any(one.log_error > 0.0 for one in evidence.data)
    assert {one.column.partition(":")[0] for one in evidence.data} == {"all", "registered", ""}
    assert evidence.lines
    assert evidence.derived
    assert evidence.balances
    assert len(evidence.groups) == 4
    assert {"overlap", "share", "quantity", "completeness", "ordinary"} <= {
        name.partition(":")[0] for name in evidence.parameters
    }
    with_figures = {datum.column.partition(":")[2] for datum in evidence.data}
    assert set(evidence.latents) - with_figures == {"reprisals"}


def _errors(tails: Literal["heavy", "normal"]) -> dict[str, Array]:
    """Return the errors of all points in units of their scales, by figure; those of copies once."""
    evidence, backend, cases = _simulated(tails)
    errors = {}
    for datum in evidence.data:
        if datum.side == "point" and datum.name not in _COPIES[1:]:
            printed = _printed(cases, datum.name)
            if datum.formula is not None:
                assert datum.formula == "captured * march_loss"
                printed = printed + np.log(backend.kept["quantity:captured"] * backend.kept["quantity:march_loss"])
            errors[datum.name] = (printed - backend.kept[f"expected:{datum.name}"]) / backend.kept[
                f"scale:{datum.name}"
            ]
    offsets = np.array([case.offsets["two-censuses"] for case in cases])
    errors["balance"] = (backend.kept["residual:two-censuses"] - offsets) / 100_000
    return errors


@pytest.mark.parametrize(("tails", "other"), [("heavy", "normal"), ("normal", "heavy")])
def test_errors_of_simulated_points_have_tails_of_case(
    tails: Literal["heavy", "normal"], other: Literal["heavy", "normal"]
) -> None:
    """Figures, a formula's and the balance's included, lie about their expectations with the tails of the case."""
    laws = {"heavy": stats.t(4), "normal": stats.norm()}
    errors = _errors(tails)
    assert len(errors) == 19
    for found in errors.values():
        assert stats.kstest(found, laws[tails].cdf).pvalue > 0.001 / len(errors)
    together = np.concatenate(list(errors.values()))
    assert stats.kstest(together, laws[tails].cdf).pvalue > 0.001
    assert stats.kstest(together, laws[other].cdf).pvalue < 1e-6


def test_simulated_bounds_keep_number_and_draw_side() -> None:
    """A bound keeps its number; how often it says "at least" is the mean probability that its figure lies above."""
    evidence, backend, cases = _simulated()
    bounds = [one for one in evidence.data if one.side != "point"]
    assert len(bounds) == 4
    for datum in bounds:
        assert set(_printed(cases, datum.name)) == {datum.log_value}
        z = (datum.log_value - backend.kept[f"expected:{datum.name}"]) / backend.kept[f"scale:{datum.name}"]
        probability = stats.t(4).sf(z)
        sides = [next(one.side for one in case.data if one.name == datum.name) for case in cases]
        error = math.sqrt(np.sum(probability * (1.0 - probability))) / _CASES
        assert np.mean([side == "at-least" for side in sides]) == pytest.approx(np.mean(probability), abs=4.0 * error)
        assert 0.02 < np.mean(probability) < 0.98


def test_simulated_copies_are_equal() -> None:
    """The three copies of one figure agree in every simulation, and together weigh one."""
    _, _, cases = _simulated()
    for case in cases[:50]:
        copies = [one for one in case.data if one.name in _COPIES]
        assert len({one.log_value for one in copies}) == 1
        assert sum(one.weight for one in copies) == pytest.approx(1.0, abs=1e-12)


def test_simulated_copies_take_basis_and_error_of_first() -> None:
    """Copies of another basis and error take those of the first, so that the weighted density is that of one figure."""
    evidence = synthetic()
    data = tuple(
        replace(one, basis="assertion", group="assertion", log_error=0.7) if one.name == "famine:textbook" else one
        for one in evidence.data
    )
    scores, cases = simulate(replace(evidence, data=data), 3, seed=1)
    points = evaluate_prior(cases[0], scores).parameters
    backend = evaluate_model(cases[0], points)
    copies = [one for one in cases[0].data if one.line == "handbook" and one.column == "all:famine"]
    assert {(one.basis, one.log_error) for one in copies} == {("synthesis", 0.0)}
    alone = replace(
        cases[0],
        data=tuple(
            replace(one, weight=1.0) for one in cases[0].data if one not in copies[1:]
        ),
    )  # fmt: skip
    together = np.sum([backend.log_likelihood[one.name] for one in copies], axis=0)
    once = evaluate_model(alone, points).log_likelihood[copies[0].name]
    np.testing.assert_allclose(together, once, rtol=1e-12)


def test_longer_simulation_begins_with_shorter_one() -> None:
    """A longer run repeats a shorter one, so that simulations can be added."""
    few, more = simulate(synthetic(), 3, seed=5), simulate(synthetic(), 7, seed=5)
    np.testing.assert_array_equal(few[0], more[0][:3])
    for one, other in zip(few[1], more[1], strict=False):
        assert one.data == other.data
        assert one.offsets == other.offsets


def test_real_evidence_has_no_simulated_offsets() -> None:
    """In the evidence of a case, formulas and balances have no offsets."""
    evidence = synthetic()
    assert not evidence.offsets
    assert [one.log_value for one in evidence.data if one.formula is not None] == [0.0]
