"""Weights of estimates and lineages: alike, by confidence, or as a case cites them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.catalogue.vocabulary import Weighting
from mcmort.elicit import elicit
from mcmort.elicit.weights import CONFIDENCE_WEIGHTS, unused_weights
from mcmort.errors import CaseError, UsageError
from tests.cases import case_of, component, ranged

_CITED = {"source": "choice", "locator": "none"}


def _weight(value: float) -> dict[str, Any]:
    return {"value": value, **_CITED}


def _weights_of(weights: Weighting, *estimates: dict[str, Any], **tables: Any) -> dict[str, float]:
    found = elicit(case_of(component("one", *estimates), **tables), weights=weights).components["one"]
    return {used.estimate.name: used.weight for used in found.used}


_A = ranged(100, 200, source="study-a", id="a", confidence="high")
_B = ranged(300, 400, source="study-b", id="b", confidence="low")
_C = ranged(310, 390, source="study-c", id="c", lineage="study-b", confidence="medium")


def test_lineages_weigh_alike_by_default_whatever_the_case_cites() -> None:
    """A cited weight without --weights cited moves nothing, and the output says that there is one."""
    heavy = {**_A, "weight": _weight(9.0)}
    assert _weights_of("equal", heavy, _B, _C) == pytest.approx({"a": 0.5, "b": 0.25, "c": 0.25})
    case = case_of(component("one", heavy, _B))
    assert unused_weights(case, "equal") == 1
    assert "cites 1 weight that --weights cited would use" in str(mm.total(mm.Sampler(case, 1000, rng=1), "whole"))


def test_cited_weight_of_an_estimate_counts_against_the_others() -> None:
    """An estimate of weight 3 beside a lineage of weight 1 has three quarters."""
    assert _weights_of("cited", {**_A, "weight": _weight(3.0)}, _B, _C) == pytest.approx(
        {"a": 0.75, "b": 0.125, "c": 0.125}
    )


def test_cited_weight_of_a_lineage_is_shared_by_its_estimates() -> None:
    """A lineage of weight 3 has three quarters, which its estimates share by their own weights."""
    lineage = [{"id": "study-b", "weight": _weight(3.0)}]
    weights = _weights_of("cited", _A, {**_B, "weight": _weight(2.0)}, _C, lineage=lineage)
    assert weights == pytest.approx({"a": 0.25, "b": 0.5, "c": 0.25})


def test_confidence_halves_with_each_step_and_copies_add_nothing() -> None:
    """A lineage weighs as its figures do on average."""
    high, medium, low = (CONFIDENCE_WEIGHTS[name] for name in ("high", "medium", "low"))
    line = (low + medium) / 2.0
    weights = _weights_of("confidence", _A, _B, _C)
    assert weights["a"] == pytest.approx(high / (high + line))
    assert weights["b"] / weights["c"] == pytest.approx(low / medium)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_draws_follow_the_weights_that_were_asked_for() -> None:
    """Of two ranges far apart the share of draws in each is its weight; receipts name the weights and reproduce."""
    case = case_of(component("one", {**_A, "weight": _weight(3.0)}, _B))
    for weights, share in (("equal", 0.5), ("cited", 0.75), ("confidence", 0.8)):
        draws = mm.simulate(case, n=50_000, rng=1, weights=weights)  # type: ignore[arg-type]
        assert float(np.mean(draws.columns["all:one"] < 250.0)) == pytest.approx(share, abs=0.01)
        assert draws.manifest.weights == weights
        assert mm.total(draws, "whole").receipt.weights == weights
        assert mm.total(draws, "whole").receipt.options().weights == weights


def test_estimate_of_weight_zero_is_left_out() -> None:
    """Weight zero takes a figure out of the pool, and its range out of the draws."""
    case = case_of(component("one", _A, {**_B, "weight": _weight(0.0)}))
    assert float(np.mean(mm.simulate(case, n=5000, rng=1, weights="cited").columns["all:one"] < 250.0)) > 0.98


@pytest.mark.parametrize(
    ("estimates", "lineage", "words"),
    [
        ([{**_A, "weight": _weight(0.0)}], [], "weights of zero for every estimate"),
        ([_A], [{"id": "study-a", "weight": _weight(0.0)}], "weights of zero"),
        ([_A], [{"id": "study-x", "weight": _weight(1.0)}], "a lineage of estimates"),
    ],
)
def test_weights_that_leave_nothing_or_name_nothing_are_refused(
    estimates: list[dict[str, Any]], lineage: list[dict[str, Any]], words: str
) -> None:
    """Weights that are all zero, and the weight of a lineage that no estimate has, are defects."""
    with pytest.raises(CaseError, match=words):
        case_of(component("one", *estimates), lineage=lineage)


def test_negative_weight_and_unknown_way_of_weighing_are_refused() -> None:
    """A weight is at least zero; --weights has three settings."""
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        case_of(component("one", {**_A, "weight": _weight(-1.0)}))
    with pytest.raises(UsageError, match="equal, confidence, cited"):
        mm.simulate(case_of(component("one", _A)), n=10, weights="mine")  # type: ignore[arg-type]
