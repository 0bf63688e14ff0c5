"""What one fit shows of registers and estimates that pull apart, and of figures that are not expected."""

from __future__ import annotations

import numpy as np
import pytest

from mcmort.analysis.fitted import Predicted, registers_apart
from mcmort.bayes import fit
from mcmort.catalogue import Case
from tests.bayes.small_cases import evidence_head, figures
from tests.cases import component, point


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


@pytest.mark.parametrize(
    ("side", "below", "expected"),
    [("at-least", 0.01, False), ("at-least", 0.99, True), ("at-most", 0.01, True), ("at-most", 0.99, False),
     ("point", 0.01, True), ("point", 0.5, False)],
)  # fmt: skip
def test_bound_surprises_only_where_it_is_broken(side: str, below: float, expected: bool) -> None:
    """A lower bound is surprising if what it bounds lies below it, an upper one if above, a figure either way."""
    predicted = Predicted("camps:one", 1.0, 0.5, 1.0, 2.0, below, 0.5, side)  # type: ignore[arg-type]
    assert predicted.is_surprising is expected
