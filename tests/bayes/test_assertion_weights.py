"""What assertions would make of a fit, from weights of its draws: the posterior that a fit with them would have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.admitting_assertions import admitting_assertions
from mcmort.bayes import Posterior, fit
from mcmort.catalogue import Case
from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import CaseError
from mcmort.present.assertion_text import with_assertions_text
from mcmort.present.tables.fit_totals_table import fit_totals_table
from tests.bayes.small_cases import claim, every_kind, evidence_head, figures
from tests.cases import component, definition, point, ranged

_ADMITTED = tuple(basis for basis in BASES if basis != "assertion")


def _case(*estimates: dict[str, Any], others: tuple[dict[str, Any], ...] = (), **changes: Any) -> Case:
    head = evidence_head(**changes) | {"evidence": list(_ADMITTED)}
    return figures(component("one", *estimates), *others, head=head, definitions={"whole": definition()})


def _total(posterior: Posterior) -> Any:
    return mm.total(posterior, "whole").total


@pytest.mark.slow
def test_weighed_draws_have_the_normal_posterior_with_an_assertion() -> None:
    """With normal errors of known spread, precisions add: median and ends with the assertion are known exactly."""
    studies = [point(50e3), point(80e3, source="study-b", basis="survey")]
    case = _case(*studies, point(200e3, source="study-c", basis="assertion"), tails="normal", heterogeneity=1e-3)
    weights = [1.0 / case.head.log_sd_of(one.basis) ** 2 for one in case.components["one"].estimate]
    logs = np.log([50e3, 80e3, 200e3])
    middle, spread = np.average(logs, weights=weights), 1.0 / math.sqrt(sum(weights))
    found = admitting_assertions(_total(fit(case, rng=1, draws=4000, store=False)))
    assert found is not None
    # the prior of the deaths, with a log standard deviation of four spreads, draws a hundredth towards it
    assert math.log(found.median) == pytest.approx(middle, abs=0.03)
    assert math.log(found.high / found.low) == pytest.approx(2 * 1.96 * spread, rel=0.06)
    alone = np.average(logs[:2], weights=weights[:2])
    assert found.shift > 0.0
    assert found.median - found.shift == pytest.approx(math.exp(alone), rel=0.03)


@pytest.mark.slow
def test_weighed_draws_are_those_of_a_fit_with_assertions_where_all_is_learned() -> None:
    """Scatter, common error, lineage and heavy tails change with an assertion: the weights follow, within 4 errors."""
    studies = [ranged(50e3, 70e3), point(90e3, source="study-b", basis="survey")]
    claimed = ranged(25e3, 35e3, source="study-c", basis="assertion", lineage="study-a")
    case = _case(*studies, claimed, scatter=0.5, common=0.3)
    found = admitting_assertions(_total(fit(case, rng=1, draws=2000, store=False)))
    refit = mm.total(fit(case, rng=2, draws=2000, evidence=BASES, store=False), "whole").summary
    assert found is not None
    assert abs(found.shift) > 3.0 * found.error
    assert abs(found.median - refit.median) < 4.0 * math.hypot(found.error, refit.median_error)


@pytest.mark.slow
def test_assertion_on_what_nothing_else_speaks_of_is_named_and_not_weighed() -> None:
    """Another component would count, which no weights can tell; a fit without a source is not weighed."""
    famine = component("famine", point(1e6, source="study-c", basis="assertion"), facets={"category": "b"})
    case = _case(ranged(50e3, 70e3), point(60e3, source="study-b", basis="survey"), others=(famine,))
    posterior = fit(case, rng=1, store=False)
    assert posterior.assertions is not None
    assert posterior.assertions.adds == ("famine",)
    assert with_assertions_text(_total(posterior)).startswith("Assertions alone speak of famine, ")
    without = fit(case, rng=1, without=("study-b",), store=False)
    assert admitting_assertions(_total(without)) is None
    (note,) = [one for one in fit_totals_table(without, mm.compare(without).comparison).notes if "assertion" in one]
    assert note.startswith("Left out: 1 figure that is an assertion; ")


@pytest.mark.slow
def test_assertion_where_no_draw_is_is_not_weighed() -> None:
    """Far above all else, on a component or a sum, an assertion makes a mode that draws of the fit cannot show."""
    far = _case(point(10e3), point(3e6, source="study-c", basis="assertion"))
    other = component("two", point(20e3, source="study-b"), facets={"category": "b"})
    said = claim("all", 0.0, 0.0, best=200e3, source="study-c", basis="assertion")
    summed = figures(
        component("one", point(10e3)), other, claim=[{k: v for k, v in said.items() if k not in ("low", "high")}],
        head=evidence_head({"demographic": 0.2, "assertion": 0.2}) | {"evidence": list(_ADMITTED)},
        definitions={"whole": definition()},
    )  # fmt: skip
    told = [with_assertions_text(_total(fit(case, rng=1, store=False))) for case in (far, summed)]
    assert told[0].endswith("the draws of this fit cannot tell: they lie where hardly a draw is.")
    assert "the draws of this fit cannot tell" in told[1]


@pytest.mark.slow
def test_fit_stands_though_an_assertion_that_it_leaves_out_contradicts_it() -> None:
    """At least thirty times all else, somebody asserts: with that the evidence is refused, without it it stands."""
    claimed = point(300e3, source="study-c", basis="assertion", reads="at-least")
    case = _case(point(10e3), {("low" if name == "best" else name): value for name, value in claimed.items()})
    posterior = fit(case, rng=1, store=False)
    assert posterior.assertions is not None
    assert posterior.assertions.figures == 1
    assert not with_assertions_text(_total(posterior))
    with pytest.raises(CaseError, match="contradicts itself"):
        fit(case, rng=1, evidence=BASES, store=False)


@pytest.mark.slow
def test_stored_fit_keeps_the_weights(tmp_path: Any) -> None:
    """A fit that is saved and opened says the same of assertions; one with all evidence says nothing."""
    case = every_kind()
    posterior = fit(case, rng=1, evidence=_ADMITTED, store=False)
    opened = mm.open_fit(mm.save_fit(posterior, tmp_path / "fit.nc"), case)
    assert opened.assertions is not None
    assert posterior.assertions is not None
    assert opened.assertions.figures == posterior.assertions.figures
    assert opened.assertions.pareto_k == posterior.assertions.pareto_k
    np.testing.assert_array_equal(opened.assertions.log_weights, posterior.assertions.log_weights)
