"""Where the evidence lies in a prior, and whether the prior is wider than all of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mcmort.analysis.judged_priors import PRIOR_KINDS, judged_priors
from mcmort.bayes import Posterior
from mcmort.catalogue import Case
from mcmort.definitions.splits import KeptSplits
from mcmort.present.print_format import EN_DASH
from mcmort.present.prior_text import judgement, posterior_text, prior_text, priors_headline
from mcmort.present.tables.priors_table import all_priors, priors_summary_table, priors_table
from mcmort.results import Manifest
from tests.bayes.small_cases import evidence_head, figures
from tests.cases import component, point

_POINTS = (np.arange(2000) + 0.5) / 2000


def _case() -> Case:
    return figures(component("camps", point(100e3), point(400e3, source="study-b")), head=evidence_head())


def _posterior(name: str, before: np.ndarray, after: np.ndarray, observed: dict[str, float] | None = None) -> Posterior:
    """Return a posterior of one column, all draws of one chain."""
    manifest = Manifest(
        engine="synthesis", seed=1, draws=len(after), evidence=("demographic",), versions={}, chains=1
    )  # fmt: skip
    figures_of = observed or {}
    return Posterior(
        _case(), manifest, {}, {}, KeptSplits(1), prior={name: before}, others={name: after}, observed=figures_of,
        expected={figure: np.zeros(1) for figure in figures_of},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mean", "sd", "place", "is_wider"),
    [(0.0, 0.5, "middle", True), (0.7, 0.5, "middle", True), (0.3, 1.0, "middle", False), (1.2, 0.3, "upper end", True),
     (1.2, 0.8, "upper end", False), (-1.2, 0.3, "lower end", True), (2.5, 0.2, "above", False),
     (-2.5, 0.2, "below", False), (0.0, 1.1, "unchanged", False)],
)  # fmt: skip
def test_place_of_normal_posterior_in_standard_normal_prior_is_that_of_its_quantiles(
    mean: float, sd: float, place: str, is_wider: bool
) -> None:
    """The central 60 % of the prior are its middle, and 95 % all of it; the scale does not matter."""
    scores = stats.norm.ppf(_POINTS)
    for scale in (np.asarray, np.exp, lambda score: 5.0 - 3.0 * -score):
        (one,) = judged_priors(_posterior("bias:survey", scale(scores), scale(mean + sd * scores)), "bias")
        assert (one.place, one.is_wider) == (place, is_wider)


def test_prior_of_deaths_that_leaves_out_a_figure_is_not_wider_than_all_the_evidence() -> None:
    """A posterior within the prior does not do, where a figure that is used lies outside it."""
    scores = stats.norm.ppf(_POINTS)
    before, after = np.exp(12.0 + 0.5 * scores), np.exp(12.0 + 0.1 * scores)
    names = [f"camps:{one.name}" for one in _case().components["camps"].estimate]
    for second, is_wider in ((11.8, True), (13.1, False)):
        observed = dict(zip(names, (12.2, second), strict=True))
        (one,) = judged_priors(_posterior("all:camps", before, after, observed), "all")
        assert one.is_wider is is_wider


def test_words_of_priors_say_what_their_numbers_say() -> None:
    """Biases are too low or too high, spreads per cent or factors, deaths a factor either way, shares per cent."""
    scores = stats.norm.ppf(_POINTS)
    wide = {
        "bias": 0.1 * scores, "tau": np.exp(-1.5 + 0.5 * scores), "scatter": np.exp(0.5 * scores),
        "all": np.exp(math.log(200e3) + scores), "completeness": 0.1 + 0.8 * _POINTS,
    }  # fmt: skip
    said = {kind: judged_priors(_posterior(f"{kind}:camps", draws, draws), kind)[0] for kind, draws in wide.items()}
    assert {kind: prior_text(one) for kind, one in said.items()} == {
        "bias": "18 % too low to 22 % too high",
        "tau": f"by 9{EN_DASH}81 %",
        "scatter": f"0.38{EN_DASH}2.7 times the usual",
        "all": "200,000, 7.1 times either way",
        "completeness": f"12{EN_DASH}88 %",
    }
    assert posterior_text(said["all"]) == f"0.03{EN_DASH}1.4 million"
    assert {judgement(one) for one in said.values()} == {"hardly changed"}


def test_table_of_priors_counts_each_once() -> None:
    """The summary has a row for each kind, and its places add up to how many there are; common errors are fixed."""
    scores = stats.norm.ppf(_POINTS)
    found = _posterior("bias:demographic", 0.1 * scores, 0.1 + 0.02 * scores)
    judged = all_priors(found)
    (row,) = priors_summary_table(found.case, judged).rows
    assert row[1:] == ("1", "1", EN_DASH, "1", EN_DASH, EN_DASH)
    table = priors_table(found, judged)
    assert table.rows[0][:4] == (
        "Bias of figures: demographic", "18 % too low to 22 % too high", "6 % too high to 15 % too high",
        "wider; the evidence lies at its upper end",
    )  # fmt: skip
    assert {row[3] for row in table.rows[1:]} <= {"fixed"}
    assert "Of all 1 priors it lies at an end of 1, outside none" in priors_headline("x", judged)
    assert len(set(PRIOR_KINDS)) == len(PRIOR_KINDS)
