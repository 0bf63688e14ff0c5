"""Cases as large as a real one with modes planted in a corner of them, and their probabilities by quadrature."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue import Case
from mcmort.catalogue.vocabulary import BASES
from tests.bayes.small_cases import claim, evidence_head, figures
from tests.cases import SOURCES, component, point, quantity, ranged, share, write_case

__all__ = [
    "probability_of_component",
    "probability_of_formulas",
    "probability_of_sum",
    "torn_component",
    "torn_sum",
    "torn_sum_of_formulas",
    "write_torn_sum",
]

type Array = NDArray[np.float64]
type Table = dict[str, Any]

_COMPONENTS = 48
_TRUE_SPREAD = {"registered-adjusted": 0.1, "demographic": 0.2, "synthesis": 0.25}
"""Of the figures of the ordinary components; the contested ones have bases that no other figure has."""


def _ordinary(rng: np.random.Generator) -> tuple[list[Table], list[Table]]:
    """Return components on which figures agree as well as they say, and claims about sums of them."""
    components, whole = [], dict.fromkeys("abc", 0.0)
    for number in range(_COMPONENTS):
        category, name = "abc"[number % 3], f"c{number}"
        deaths = math.exp(rng.normal(11.0, 1.5))
        whole[category] += deaths
        bases = rng.choice([*_TRUE_SPREAD], rng.integers(1, 4))
        authors = rng.choice(SOURCES[1:], len(bases), replace=False)
        studies = [
            point(
                round(deaths * math.exp(_TRUE_SPREAD[basis] * rng.standard_normal())),
                basis=str(basis),
                source=str(author),
            )
            for basis, author in zip(bases, authors, strict=True)
        ]
        changes: Table = {}
        if number % 3 == 0:
            printed = round(0.7 * deaths * math.exp(0.05 * rng.standard_normal()))
            studies.append(
                point(
                    printed,
                    basis="registered",
                    measure="registered",
                    source="study-a",
                    lineage=f"register-{number}",
                    id="r",
                )
            )
            changes["completeness"] = share(0.3, 0.95)
        components.append(component(name, *studies, facets={"category": category}, **changes))
    claims = [
        claim(
            f"sum-{category}",
            0.8 * deaths,
            1.3 * deaths,
            include=[{"category": category, "group": "x"}],
            basis="synthesis",
            source="study-b",
            lineage=f"sum-{category}",
        )
        for category, deaths in whole.items()
    ]
    return components, claims


def _head() -> Table:
    spreads = {"survey": 0.1, "testimony": 0.13, "exhumation": 0.4, "synthesis": 0.25}
    return {**evidence_head(spreads, scatter=0.5, common=0.3), "evidence": [*BASES]}


def _case(contested: Sequence[Table], claims: Sequence[Table] = ()) -> Case:
    components, others = _ordinary(np.random.default_rng(7))
    return figures(*components, *contested, claim=[*others, *claims], head=_head())


def torn_component() -> Case:
    """Return a case of 49 components, one of them with two schools of figures."""
    low = [point(1e5, basis="testimony", source=f"study-{key}", lineage=f"l-{key}", id=key) for key in "abcd"]
    high = [point(2e6, basis="survey", source=f"study-{key}", lineage=f"l-{key}", id=key) for key in "efg"]
    return _case([component("torn", *low, *high, facets={"group": "y"})])


def torn_sum(*, is_large: bool = True, high_reads: str = "range") -> Case:
    """Return a case of 50 components, two of them with a wide figure each and two schools of claims about their sum.

    A small one has these two alone. The claims of the high school may be bounds from below, "at-least".
    """
    parts, claims = _parts_of_sum(), _claims_about_sum()
    if high_reads == "at-least":
        claims = [
            {**{key: one[key] for key in one if key != "high"}, "reads": high_reads} if "high-" in one["id"] else one
            for one in claims
        ]
    return _case(parts, claims) if is_large else figures(*parts, claim=claims, head=_head())


def write_torn_sum(folder: Path) -> Path:
    """Write the small case of a torn sum to a folder, and return that."""
    return write_case(folder, {"head": _head(), "component": _parts_of_sum(), "claim": _claims_about_sum()})


_FACTORS = {"workers": (2e5, 8e6), "rate": (0.05, 2.0)}
"""Quantities whose product a formula takes, read as the middle nine tenths of lognormal distributions."""


def torn_sum_of_formulas() -> Case:
    """Return a case of two components, half a product of two quantities and the whole of it, with the same claims."""
    quantities = [quantity(name, ranged(low, high, source="study-h")) for name, (low, high) in _FACTORS.items()]
    parts = [
        component(name, formula=formula, facets={"group": "y"})
        for name, formula in (("one", "0.5 * rate * workers"), ("two", "rate * workers"))
    ]
    return figures(*parts, quantity=quantities, claim=_claims_about_sum(), head=_head())


def _parts_of_sum() -> list[Table]:
    return [
        component(name, point(value, basis="exhumation", source="study-j", lineage=f"l-{name}"), facets={"group": "y"})
        for name, value in (("one", 9e5), ("two", 5e5))
    ]


def _claims_about_sum() -> list[Table]:
    """Return claims in two schools about the sum of what is in one group."""
    schools = (("low", 4.1e5, 4.9e5, "testimony", "abcd"), ("high", 3.7e6, 4.3e6, "survey", "efg"))
    return [
        claim(f"{name}-{key}", low, high, basis=basis, source=f"study-{key}", lineage=f"s-{key}",
              include=[{"group": "y"}])
        for name, low, high, basis, keys in schools
        for key in keys
    ]  # fmt: skip


def probability_of_component(case: Case, name: str, cut: float) -> float:
    """Return the probability that the deaths of a component lie above a place.

    Its figures are bare points of all deaths, each of a lineage of its own, and no other figure has their bases: then
    nothing else of the case says anything of them. Integrated are the deaths, the scatter of the component, what its
    figures have in common, and the heterogeneity of each basis.
    """
    evidence = collect(case)
    own = [datum for datum in evidence.data if datum.component == name]
    _check_apart(evidence, own)
    common, scatter = evidence.errors.common, evidence.errors.scatter
    grid = _reaching([datum.log_value for datum in own])
    deaths, shared, wider = np.meshgrid(grid, _NODES, _NODES, indexing="ij")
    latent = evidence.latents[name]
    density = stats.norm(latent.log_median, latent.log_sd).pdf(deaths) * stats.norm.pdf(shared) * stats.norm.pdf(wider)
    for group, data in _by_group(own).items():
        total = np.zeros(density.shape)
        for tau, weight in _heterogeneities(evidence, group):
            sigma = tau * np.exp(scatter * wider)
            mean, scale = deaths + sigma * math.sqrt(common) * shared, sigma * math.sqrt(1.0 - common)
            total += weight * math.prod(stats.t(4).pdf((datum.log_value - mean) / scale) / scale for datum in data)
        density = density * total
    return float(density[grid > math.log(cut)].sum() / density.sum())


def probability_of_sum(case: Case, names: tuple[str, str], cut: float) -> float:
    """Return the probability that the sum of two components lies above a place.

    Each component has figures of one lineage, so that it has no scatter, and the claims about the sum have bases of
    their own; they may be bounds from below. Integrated are both deaths and the heterogeneity of each basis.
    """
    evidence = collect(case)
    own = [datum for datum in evidence.data if datum.component in names]
    claims = [
        datum
        for datum in evidence.data
        if datum.account is not None and {term.component for term in datum.account.terms.values()} == {*names}
    ]
    _check_apart(evidence, [*own, *claims])
    assert not {*names} & {*evidence.scattered}
    grid = _reaching([datum.log_value for datum in (*own, *claims)])
    places = dict(zip(names, np.meshgrid(grid, grid, indexing="ij"), strict=True))
    total_deaths = np.logaddexp(*places.values())
    density = np.ones(total_deaths.shape)
    for name, deaths in places.items():
        density *= stats.norm(evidence.latents[name].log_median, evidence.latents[name].log_sd).pdf(deaths)
    density *= _likelihood(evidence, [*own, *claims], lambda datum: places.get(datum.component, total_deaths))
    return float(density[total_deaths > math.log(cut)].sum() / density.sum())


def probability_of_formulas(case: Case, cut: float) -> float:
    """Return the probability that the sum of `torn_sum_of_formulas` lies above a place.

    It is one and a half times a product, whose logarithm is normal before the claims.
    """
    evidence = collect(case)
    _check_apart(evidence, evidence.data)
    ends = np.log([*_FACTORS.values()])
    median, log_sd = (
        ends.mean(axis=1).sum() + math.log(1.5),
        np.linalg.norm(np.ptp(ends, axis=1) / 2.0 / stats.norm.ppf(0.95)),
    )
    grid = _reaching([datum.log_value for datum in evidence.data])
    density = stats.norm(median, log_sd).pdf(grid) * _likelihood(evidence, evidence.data, lambda _: grid)
    return float(density[grid > math.log(cut)].sum() / density.sum())


def _likelihood(evidence: Evidence, data: Sequence[Datum], place: Callable[[Datum], Array]) -> Array:
    """Return the density of figures, each about the logarithm of what it is a figure of, by quadrature of spreads."""
    density = np.ones(())
    for group, own in _by_group(data).items():
        total = np.zeros(())
        for tau, weight in _heterogeneities(evidence, group):
            scales = [math.hypot(tau, datum.log_error) for datum in own]
            total = total + weight * math.prod(
                _of_figure(datum, place(datum) - datum.log_value, scale)
                for datum, scale in zip(own, scales, strict=True)
            )
        density = density * total
    return density


def _of_figure(datum: Datum, residual: Array, scale: float) -> Array:
    """Return the density of a figure, or the probability of a bound from below."""
    error = stats.t(4)
    return np.asarray(error.cdf(residual / scale) if datum.side == "at-least" else error.pdf(residual / scale) / scale)


_NODES = np.linspace(-8.0, 8.0, 33)
"""Scores of what is integrated: heavy tails reach far."""


def _reaching(values: Sequence[float]) -> Array:
    """Return logarithms of deaths that reach beyond all figures."""
    return np.linspace(min(values) - 6.0, max(values) + 4.0, 181)


def _by_group(data: Sequence[Datum]) -> dict[str, list[Datum]]:
    return {group: [datum for datum in data if datum.group == group] for group in {datum.group for datum in data}}


def _heterogeneities(evidence: Evidence, group: str) -> list[tuple[float, float]]:
    """Return heterogeneities of a group of figures with the weight of each before its figures."""
    presupposed = evidence.errors.groups[group]
    assert not presupposed.has_bias
    return [
        (presupposed.spread * math.exp(presupposed.spread_log_sd * node), float(stats.norm.pdf(node)))
        for node in _NODES
    ]


def _check_apart(evidence: Evidence, data: Sequence[Datum]) -> None:
    """Make sure that nothing but their own figures speaks of what is contested."""
    groups, lines = {datum.group for datum in data}, {datum.line for datum in data}
    assert not [other.name for other in evidence.data if other not in data and other.group in groups]
    assert not lines & {*evidence.lines}
    assert all(datum.side != "at-most" and not datum.formula and datum.weight == 1.0 for datum in data)
