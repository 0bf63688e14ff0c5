"""The sampler without draws: totals of cases by convolution, against draws of the same case."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.draws import ExactTotal, Tallied
from mcmort.errors import NotExactError, UsageError
from mcmort.sampler import Sampler
from mcmort.totals import definition_of, resolve, total, totals_of
from tests.cases import case_of, component, definition, point, ranged, share

_DRAWS = 200_000
_CITED = {"source": "study-a", "locator": "p. 1"}
_SHOWN = (("china", "recorded"), ("china", "registered"), ("china", "famine"), ("atlantic-slave-trade", "narrow"))
"""Definitions of the shipped cases that are exact at once."""


@cache
def _case() -> Case:
    """Return a case with a floor, a group and an overlap."""
    register = point(5_000, measure="registered", basis="registered", source="study-b")
    return case_of(
        component("camps", ranged(9_000, 12_000), register),
        component("famine", ranged(8_000, 15_000), facets={"category": "b"}),
        component("other", ranged(800, 1_500), facets={"category": "c"}),
        component("wide", ranged(1_000, 4_000, source="study-c"), facets={"category": "c"}),
        overlap=[{"id": "both", "of": "other", "within": "wide", **share(0.2, 0.6)}],
        dependence=[
            {"id": "reports", "label": "Reports", "loading": 0.6, "members": ["camps", "famine"], **_CITED},
        ],
        definitions={
            "whole": definition(label="All deaths"),
            "free": definition(label="Camps and famine", exclude=[{"category": "c"}]),
        },
    )


def _distance(exact: ExactTotal, tallied: Tallied) -> float:
    """Return the largest distance between the two distribution functions at quantiles."""
    p = np.linspace(0.001, 0.999, 999)
    return float(np.max(np.abs(exact.cdf(tallied.whole.quantile(p)) - p)))


def _band(draws: int) -> float:
    """Return the band of Dvoretzky, Kiefer and Wolfowitz (Massart 1990) at one in a million, and a tally's resolution.

    The share of a distribution within a relative 2 to the minus 12 of a value is under a thousandth here.
    """
    return float(np.sqrt(np.log(2.0 / 1e-6) / (2.0 * draws))) + 1e-3


@pytest.mark.parametrize(("name", "chosen"), _SHOWN)
def test_shipped_definitions_agree_with_draws(name: str, chosen: str) -> None:
    """The total and each component of a definition have, without draws, the distribution of the draws."""
    case = mm.load(name)
    resolved = [resolve(case, definition_of(case, chosen))]
    (exact,) = totals_of(Sampler(case, rng=1, method="exact"), resolved)
    (drawn,) = totals_of(Sampler(case, _DRAWS, rng=1), resolved)
    for one, other in ((exact.values, drawn.values), *((exact.parts[key], drawn.parts[key]) for key in exact.parts)):
        assert isinstance(one, ExactTotal)
        assert isinstance(other, Tallied)
        assert _distance(one, other) < _band(_DRAWS)


@pytest.mark.parametrize("chosen", ["free", "whole"])
def test_groups_floors_and_overlaps_agree_with_draws(chosen: str) -> None:
    """A factor over a floored pool and an overlap is integrated out; a total one per cent off would be seen."""
    exact = total(Sampler(_case(), rng=1, method="exact"), chosen).values
    drawn = total(Sampler(_case(), _DRAWS, rng=1), chosen).values
    assert isinstance(exact, ExactTotal)
    assert isinstance(drawn, Tallied)
    assert _distance(exact, drawn) < _band(_DRAWS)
    assert float(exact.mean) == pytest.approx(drawn.whole.mean, abs=5.0 * drawn.mean_error() + 1e-4 * exact.mean)
    assert float(exact.sd) == pytest.approx(drawn.whole.sd, rel=0.02)
    p = np.linspace(0.01, 0.99, 99)
    assert np.max(np.abs(exact.cdf(1.02 * drawn.whole.quantile(p)) - p)) > _band(_DRAWS)


def test_no_draw_is_made_and_the_manifest_says_so() -> None:
    """The manifest holds the method and the seed, and no draws."""
    found = total(Sampler(_case(), rng=7, method="exact"), "free").draws
    manifest = found.manifest
    assert (manifest.method, manifest.draws, manifest.seed, manifest.precision) == ("exact", 0, 7, None)
    assert len(found) == 0


def test_the_seed_changes_nothing() -> None:
    """Without draws no seed is used."""
    first, second = (total(Sampler(_case(), rng=seed, method="exact"), "free").values for seed in (1, 2))
    assert isinstance(first, ExactTotal)
    assert isinstance(second, ExactTotal)
    assert first.digest() == second.digest()


def test_a_total_without_exact_distribution_is_named() -> None:
    """The refusal says which total, what is tied together, and what to do instead."""
    case = mm.load("ussr")
    with pytest.raises(NotExactError, match=r"the total 'archival': .*tied together.*--method quasi"):
        total(Sampler(case, method="exact"), "archival")


@pytest.mark.parametrize("given", [{"n": 1_000}, {"precision": 0.01}])
def test_draws_and_precision_contradict_it(given: dict[str, float]) -> None:
    """A number of draws, or a precision to draw for, is wrong use where nothing is drawn."""
    with pytest.raises(UsageError, match="makes no draws"):
        Sampler(_case(), method="exact", **given)  # type: ignore[arg-type]


def test_progress_is_told_by_register() -> None:
    """Progress counts the distributions that were computed: the total and its components."""
    seen: list[tuple[int, int]] = []
    total(Sampler(_case(), method="exact", progress=lambda done, of: seen.append((done, of))), "free")
    assert seen == [(1, 3), (2, 3), (3, 3)]
