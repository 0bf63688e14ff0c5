"""Cases with planted modes, and the probability of each mode by quadrature, from the model as it is written down."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue import Case
from mcmort.catalogue.vocabulary import Basis
from tests.bayes.small_cases import claim, evidence_head, figures
from tests.cases import component, point, share

__all__ = ["PLANTED", "quadrature"]

type Array = NDArray[np.float64]
type Table = dict[str, Any]
type Cuts = Mapping[str, Sequence[float]]

_LOW, _HIGH = 1e5, 1e6
_HALFWAY = math.sqrt(_LOW * _HIGH)


def _school(value: float, basis: str, keys: str, tag: str = "") -> list[Table]:
    """Return studies of one basis that print the same number."""
    return [point(value, basis=basis, source=f"study-{key}", lineage=f"l-{tag}{key}", id=f"{tag}{key}") for key in keys]


def _torn(name: str, *schools: tuple[float, str, str], category: str = "a") -> Table:
    """Return a component with schools of studies."""
    studies = itertools.chain.from_iterable(_school(*school, f"{name}-{i}") for i, school in enumerate(schools))
    return component(name, *studies, facets={"category": category})


def _head(spread: Mapping[str, float] | None = None, **changes: Any) -> Table:
    narrow = {"synthesis": 0.25, "demographic": 0.13, "survey": 0.13, **(spread or {})}
    return evidence_head(narrow, **{"heterogeneity": 0.05, **changes})


def _with_register() -> Table:
    """Return a component of which a register and two surveys say 8,000 to 9,000, three censuses 40,000."""
    register = point(8e3, basis="registered", measure="registered", source="study-a", lineage="r", id="r")
    studies = [*_school(4e4, "demographic", "cde"), *_school(9e3, "survey", "fg")]
    return component("one", register, *studies, completeness=share(0.3, 0.95))


PLANTED: dict[str, tuple[Case, Cuts]] = {
    "two modes": (
        figures(_torn("one", (_LOW, "synthesis", "abcd"), (_HIGH, "demographic", "efg")), head=_head()),
        {"one": [_HALFWAY]},
    ),
    "three modes": (
        figures(
            _torn("one", (_LOW, "demographic", "abc"), (5e5, "synthesis", "def"), (4e6, "survey", "ghi")),
            head=_head({"synthesis": 0.26, "survey": 0.11}),
        ),
        {"one": [math.sqrt(_LOW * 5e5), math.sqrt(5e5 * 4e6)]},
    ),
    "two components": (
        figures(
            _torn("one", (_LOW, "synthesis", "abcd"), (_HIGH, "demographic", "efg")),
            _torn("two", (2 * _LOW, "demographic", "abc"), (3 * _HIGH, "survey", "def"), category="b"),
            head=_head(),
        ),
        {"one": [_HALFWAY], "two": [_HALFWAY * math.sqrt(6.0)]},
    ),
    "three components": (
        figures(
            *(
                _torn(
                    f"c{i}", (_LOW * (i + 1), "synthesis", "abcd"), (_HIGH * (i + 1), "demographic", "efg"),
                    category="abc"[i],
                )
                for i in range(3)
            ),
            head=_head(),
        ),
        {f"c{i}": [_HALFWAY * (i + 1)] for i in range(3)},
    ),
    "linked by a sum": (
        figures(
            _torn("one", (_LOW, "demographic", "ab"), (_HIGH, "survey", "cd")),
            _torn("two", (_LOW, "survey", "ab"), (_HIGH, "demographic", "cd"), category="b"),
            claim=[claim("sum", 1.0e6, 1.2e6, source="study-h", lineage="l-sum")],
            head=_head(),
        ),
        {"one": [_HALFWAY], "two": [_HALFWAY]},
    ),
    "wide and narrow": (
        figures(
            _torn("one", (_LOW, "registered-adjusted", "ab"), (_HIGH, "testimony", "cdefg")),
            head={
                **_head({"registered-adjusted": 0.05, "testimony": 0.3}),
                "evidence": ["registered-adjusted", "testimony"],
            },
        ),
        {"one": [2e5]},
    ),
    "one of 3 %": (
        figures(
            _torn("one", (_LOW, "synthesis", "ab"), (6e5, "demographic", "cd")), head=_head({"synthesis": 0.2})
        ),
        {"one": [math.sqrt(_LOW * 6e5)]},
    ),
    "register and estimates": (figures(_with_register(), head=_head()), {"one": [2e4]}),
    "spread that is learned": (
        figures(
            _torn("one", (_LOW, "demographic", "abc"), (_HIGH, "survey", "efg")),
            head=_head({"demographic": 0.15}, heterogeneity=0.5),
        ),
        {"one": [_HALFWAY]},
    ),
}  # fmt: skip
"""Cases, and for each component where one mode ends and the next begins."""


def quadrature(case: Case, cuts: Cuts, nodes: int = 7, places: int = 801) -> dict[tuple[int, ...], float]:
    """Return the probability of each combination of modes.

    Parameters
    ----------
    case : Case
        Of bare points of all deaths or of a register, and at most one claim about the sum of two components.
    cuts : mapping of str to sequence of float
        As in `PLANTED`.
    nodes : int
        Places of the heterogeneity of each basis, from six standard deviations below its middle to six above.
    places : int
        Places of the deaths of each component.

    Returns
    -------
    dict of tuple of int to float
    """
    evidence = collect(case)
    assert not any((evidence.scattered, evidence.sharing, evidence.lines, evidence.synthesis.bias))
    bases = sorted({datum.basis for datum in evidence.data})
    scores = np.linspace(-6.0, 6.0, nodes) if nodes > 15 else np.polynomial.hermite_e.hermegauss(nodes)[0]
    weights = stats.norm.pdf(scores) if nodes > 15 else np.polynomial.hermite_e.hermegauss(nodes)[1]
    weights = weights / weights.sum()
    grids = {name: _grid(evidence, name, places) for name in evidence.latents}
    modes = {name: np.searchsorted(np.log(cuts[name]), grid) for name, grid in grids.items()}
    heterogeneity = evidence.synthesis.heterogeneity
    assert heterogeneity is not None
    probability: dict[tuple[int, ...], float] = {}
    for at in itertools.product(range(nodes), repeat=len(bases)):
        weight = math.prod(weights[place] for place in at)
        if weight < 1e-10:
            continue
        tau = {
            basis: case.head.log_sd_of(basis) * math.exp(heterogeneity * scores[place])
            for basis, place in zip(bases, at, strict=True)
        }
        densities = [_density(evidence, name, grid, tau) for name, grid in grids.items()]
        joint: Array | None = densities[0] if len(densities) == 1 else None
        claims = [datum for datum in evidence.data if datum.account is not None]
        if claims:
            (stated,), (one, two) = claims, grids.values()
            together = np.logaddexp(one[:, None], two[None, :])
            joint = np.multiply.outer(densities[0], densities[1]) * _student(stated, together, tau)
        sums = [[density[modes[name] == mode].sum() for mode in range(len(cuts[name]) + 1)]
                for name, density in zip(grids, densities, strict=True)]  # fmt: skip
        for key in itertools.product(*(range(len(cuts[name]) + 1) for name in grids)):
            if joint is None or len(densities) == 1:
                part = math.prod(one[mode] for one, mode in zip(sums, key, strict=True))
            else:
                part = joint[np.ix_(*(modes[name] == mode for name, mode in zip(grids, key, strict=True)))].sum()
            probability[key] = probability.get(key, 0.0) + float(weight * part)
    whole = sum(probability.values())
    return {key: value / whole for key, value in probability.items()}


def _grid(evidence: Evidence, name: str, places: int) -> Array:
    """Return logarithms of deaths that reach beyond all figures."""
    values = [datum.log_value for datum in evidence.data if datum.component == name]
    return np.linspace(min(values) - 1.5, max(values) + 2.5, places)


def _density(evidence: Evidence, name: str, grid: Array, tau: Mapping[Basis, float]) -> Array:
    """Return the density of the deaths of a component given its own figures, but for a factor."""
    latent = evidence.latents[name]
    density = stats.norm(latent.log_median, latent.log_sd).pdf(grid)
    registers = []
    for datum in evidence.data:
        if datum.component == name and datum.column.startswith("all:"):
            density = density * _student(datum, grid, tau)
        elif datum.component == name:
            registers.append(datum)
    if registers:
        curve = evidence.curves[evidence.completeness_of(name)]
        assert not isinstance(curve, float)
        scores = np.linspace(-6.0, 6.0, 601)
        registered = grid[:, None] + np.log(np.minimum(curve(scores), 1.0))[None, :]
        inside = np.broadcast_to(stats.norm.pdf(scores), registered.shape)
        for datum in registers:
            inside = inside * _student(datum, registered, tau)
        density = density * inside.sum(axis=1)
    return np.asarray(density)


def _student(datum: Datum, along: Array, tau: Mapping[Basis, float]) -> Array:
    """Return the density of a figure, Student's t with four degrees of freedom, as a closed form."""
    scale = math.hypot(tau[datum.basis], datum.log_error)
    square = ((datum.log_value - along) / scale) ** 2
    constant = special.gamma(2.5) / (math.sqrt(4.0 * math.pi) * special.gamma(2.0))
    assert datum.weight == 1.0
    return np.asarray(constant * (1.0 + square / 4.0) ** -2.5 / scale)
