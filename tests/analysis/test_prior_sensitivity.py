"""Totals under other priors: each change is the fit of a case that declares it, and refused fits stop nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcmort.analysis.compare import compare
from mcmort.analysis.prior_sensitivity import (
    AS_IT_IS,
    ASSERTIONS,
    CHANGES,
    PriorRow,
    PriorSensitivity,
    prior_sensitivity,
)
from mcmort.analysis.prior_sensitivity import refit_with_prior as refit
from mcmort.bayes import fit
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.inference import manifest_of
from mcmort.errors import UsageError
from mcmort.present.tables.prior_sensitivity_table import prior_headline, prior_sensitivity_table
from mcmort.results import Draws
from tests.bayes.small_cases import every_kind, figures, plain
from tests.cases import component, point

pytestmark = pytest.mark.slow


def _request(change: str) -> dict[str, Any]:
    bases = list(collect(plain()).admitted)
    return {"change": change, "evidence": bases, "without": [], "seed": 1, "draws": 250}


def _totals(found: Draws) -> dict[str, list[float]]:
    return {
        row.total.definition.id: [row.summary.interval(0.95).low, row.summary.median, row.summary.interval(0.95).high]
        for row in compare(found).rows
    }


@pytest.mark.parametrize(("change", "declared"), [(AS_IT_IS, {}), ("tails", {"tails": "normal"})])
def test_changed_prior_is_the_fit_of_a_case_that_declares_it(change: str, declared: dict[str, Any]) -> None:
    """The totals of a change are those of the whole fit of a case whose own file says so, to the last bit."""
    by_hand = _totals(fit(plain(**declared), rng=1, draws=250, store=False))
    found = refit(plain(), _request(change))
    assert found["failure"] == ""
    assert {name: list(total[:3]) for name, total in found["totals"].items()} == by_hand


def test_changes_reach_what_they_name_and_nothing_else() -> None:
    """Spreads, biases, shares in common, completeness and deaths are each changed alone, by the factor that is said."""
    evidence = collect(every_kind())
    before = evidence.errors
    after = {name: change(evidence) for name, (_, change) in CHANGES.items()}
    for name in before.groups:
        old = before.groups[name]
        assert after["spread*2"].errors.groups[name].spread == 2.0 * old.spread
        assert after["bias/2"].errors.groups[name].bias_sd == 0.5 * old.bias_sd
        assert after["bias/2"].errors.groups[name].spread == old.spread
    assert after["lineage=0"].errors.lineage == 0.0
    assert after["scatter=0"].errors.scatter == 0.0
    changed = {key for key in evidence.cited if after["completeness"].cited[key] != evidence.cited[key]}
    assert changed
    assert {key.partition(":")[0] for key in changed} == {"completeness"}
    (name, latent), *_ = evidence.latents.items()
    assert after["deaths*2"].latents[name].log_sd == 2.0 * latent.log_sd
    assert all(one.data == evidence.data for one in after.values())


def test_changes_that_nothing_reads_are_left_out_and_an_unknown_definition_is_refused() -> None:
    """A case without biases has no rows for them; one that leaves an assertion out has a row that admits it."""
    studies = [point(50e3), point(70e3, source="study-b", basis="survey")]
    asserted = component("one", *studies, point(300e3, source="study-c", basis="assertion"))
    found = prior_sensitivity(figures(asserted), draws=250)
    names = {row.change for row in found.rows}
    assert "tails" in names
    (admitted,) = (row for row in found.rows if row.change == ASSERTIONS)
    assert found.shift(admitted)[0] > 0.0
    assert not names & {"bias/2", "bias*2"}
    with pytest.raises(UsageError, match="no definition 'nothing'"):
        prior_sensitivity(plain(), "nothing")


def test_table_has_the_farthest_shift_first_and_says_what_was_refused() -> None:
    """Totals that were made up: the headline names the farthest change, and a refused fit stands in a note."""
    evidence = collect(plain())
    rows = [
        PriorRow("spread*2", "figures differ twice as much", {"whole": (50e3, 130e3, 300e3, 1e3, 1e3, 1e3)}),
        PriorRow("tails", "errors have normal tails", {}, "the chains do not agree"),
    ]
    whole = PriorRow(AS_IT_IS, "all priors as they are", {"whole": (60e3, 100e3, 150e3, 1e3, 1e3, 1e3)})
    result = PriorSensitivity(Draws(evidence.case, manifest_of(evidence, 1, 4000, 4), {}), "whole", whole, tuple(rows))
    shift, error = result.shift(rows[0])
    assert shift == 30e3
    assert error == pytest.approx(np.hypot(1e3, 1e3))
    assert prior_headline(result).endswith("It moves most where figures differ twice as much: higher by 30 %.")
    table = prior_sensitivity_table(result)
    assert [row[0] for row in table.rows] == ["All priors as they are", "Figures differ twice as much"]
    assert "Refused where errors have normal tails: the chains do not agree" in table.notes


@pytest.mark.parametrize(
    ("whole", "changed", "said"),
    [((-600.0, -400.0, -200.0), -404.0, "lower by 1 %."), ((-500.0, 2.0, 500.0), 92.0, "higher by 90.")],
)
def test_shift_of_a_total_that_may_be_negative_is_no_negative_share(
    whole: tuple[float, ...], changed: float, said: str
) -> None:
    """Below zero "lower" says the side, once; a share of next to nothing is not told, but how many deaths it is."""
    evidence = collect(plain())
    rows = [PriorRow(name, "this is changed", {"whole": (*ends, 1.0, 1.0, 1.0)}) for name, ends in (
        (AS_IT_IS, whole), ("spread*2", (whole[0], changed, whole[2]))
    )]  # fmt: skip
    result = PriorSensitivity(Draws(evidence.case, manifest_of(evidence, 1, 4000, 4), {}), "whole", rows[0], (rows[1],))
    assert prior_headline(result).endswith(said)
