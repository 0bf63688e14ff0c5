"""Rank correlations of a case in its draws, the dial of dependence, and contradictions that are said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from mcmort.catalogue.case import Case
from mcmort.elicit import elicit
from mcmort.elicit.copula import Copula
from mcmort.errors import CaseError
from mcmort.sampler import simulate
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.totals import total
from tests.cases import case_of, component, dependence, ranged

_N = 100_000
_FAR = 5.0 / float(np.sqrt(_N))
"""Five standard errors of a correlation of independent draws; of dependent draws it is less."""


def _correlation(one: str, other: str, rank: float, **changes: Any) -> dict[str, Any]:
    tables = {"id": f"{one}-{other}", "label": "L", "source": "study-a", "locator": "p. 1", "between": [one, other]}
    return tables | {"rank": rank} | changes


def _case(*correlations: dict[str, Any], **tables: Any) -> Case:
    names = ("a", "b", "c", "d")
    components = [component(name, ranged(1_000, 3_000)) for name in names]
    return case_of(component=components, correlation=list(correlations), **tables)


def _rank(case: Case, one: str, other: str, **choices: Any) -> float:
    draws = simulate(case, _N, rng=5, **choices)
    return float(stats.spearmanr(draws.columns[f"all:{one}"], draws.columns[f"all:{other}"]).statistic)


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.5, 0.95])
def test_a_cited_rank_correlation_is_that_of_the_draws(rank: float) -> None:
    """Spearman's coefficient of the draws is the one cited, within five standard errors, and leaves others alone."""
    case = _case(_correlation("a", "b", rank))
    assert abs(_rank(case, "a", "b") - rank) < _FAR
    assert abs(_rank(case, "a", "c")) < _FAR
    assert abs(_rank(case, "a", "b", dependence="independent")) < _FAR


def test_marginals_stay_as_they_were() -> None:
    """A correlation changes how components go together, not how each of them is distributed."""
    tied, free = _case(_correlation("a", "b", 0.8)), _case()
    for name in ("all:a", "all:b"):
        one, other = (simulate(case, _N, rng=seed).columns[name] for case, seed in ((tied, 1), (free, 2)))
        assert stats.ks_2samp(one, other).pvalue > 1e-6


def test_contradictory_correlations_are_refused() -> None:
    """Correlations of 0.9, 0.9 and -0.9 round a triangle cannot be; they were moved by 0.4, with a note."""
    case = _case(_correlation("a", "b", 0.9), _correlation("b", "c", 0.9), _correlation("a", "c", -0.9))
    with pytest.raises(CaseError, match=r"a-b, a-c, b-c.*not 0\.4"):
        simulate(case, 10, rng=1)


def test_correlations_that_fit_together_but_for_rounding_are_moved_with_a_note() -> None:
    """A triangle of 1, 0.9 and 0.88 is moved by less than 0.05, and the note stands at its members only."""
    case = _case(_correlation("a", "b", 1.0), _correlation("b", "c", 0.9), _correlation("a", "c", 0.88))
    components = compiled_case(case).statuses
    assert [name for name, one in components.items() if any("nearest valid" in note for note in one.notes)] == [*"abc"]
    assert abs(_rank(case, "b", "c") - 0.9) < 0.05


def test_correlations_join_the_groups_that_they_touch() -> None:
    """A correlation between a member of a group and an outsider keeps the correlations inside the group."""
    group = dependence("g", ["a", "b"], 0.8)
    case = _case(_correlation("b", "c", 0.5), dependence=[group])
    scores = {
        name: stats.norm.ppf(stats.rankdata(simulate(case, _N, rng=3).columns[f"all:{name}"]) / (_N + 1))
        for name in "abcd"
    }
    assert abs(np.corrcoef(scores["a"], scores["b"])[0, 1] - 0.64) < _FAR
    assert abs(float(stats.spearmanr(scores["b"], scores["c"]).statistic) - 0.5) < _FAR
    assert abs(np.corrcoef(scores["a"], scores["c"])[0, 1]) < _FAR


def test_comonotonic_quantiles_add_up() -> None:
    """With all inputs rising together, each quantile of a sum is the sum of the quantiles (Dhaene et al. 2002)."""
    draws = simulate(_case(), _N, rng=1, dependence="comonotonic")
    whole = np.sort(total(draws, "whole").values)
    parts = sum(np.sort(draws.columns[f"all:{name}"]) for name in "abcd")
    assert float(np.max(np.abs(whole / parts - 1.0))) < 1e-12


def test_loadings_have_unit_length() -> None:
    """Each score is standard normal: the squares of its loadings sum to one, whatever ties it.

    Loadings are rounded to nine decimals: three of them move the sum by 2 * 5e-10 * sqrt(3) at most.
    """
    case = _case(_correlation("b", "c", -0.7), dependence=[dependence("g", ["a", "b"], 0.8)])
    copula = Copula(elicit(case))
    for name in "abc":
        assert sum(loading**2 for loading in copula.loadings(f"all:{name}").values()) == pytest.approx(1.0, abs=2e-9)
    assert copula.loadings("all:d") == {}
