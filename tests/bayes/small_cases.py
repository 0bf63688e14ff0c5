"""Small cases with priors of the Bayesian engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.quantile_spline import STEPS
from mcmort.catalogue import Case
from mcmort.catalogue.vocabulary import BASES
from tests.cases import case_of, component, count, definition, head, overlap, point, profile, quantity, ranged, share

__all__ = [
    "balance",
    "between_knots",
    "claim",
    "data_by_name",
    "every_kind",
    "evidence_head",
    "figures",
    "plain",
    "with_negatives",
]

type Table = dict[str, Any]
type Array = NDArray[np.float64]

_CHOSEN = {"source": "choice", "locator": "none"}


def evidence_head(spread: Mapping[str, float] | None = None, **changes: Any) -> Table:
    """Return the head of a case with priors of this engine, and spreads of more bases than the plain one has."""
    spreads = {
        "registered": 0.05,
        "registered-adjusted": 0.1,
        "demographic": 0.2,
        "survey": 0.3,
        "synthesis": 0.25,
        "testimony": 0.4,
        "assertion": 0.5,
        **(spread or {}),
    }
    alike = {"scatter": 0.0, "common": 0.0}  # tests of either say so
    synthesis = {"tails": "heavy", "lineage": 0.5, "heterogeneity": 0.35, **alike, **_CHOSEN, **changes}
    return head(
        spread={basis: {"log_sd": log_sd, **_CHOSEN} for basis, log_sd in spreads.items()}, synthesis=synthesis
    )  # fmt: skip


def figures(*components: Table, **tables: Any) -> Case:
    """Return a checked case whose head is `evidence_head`, unless another is given."""
    return case_of(*components, **{"head": evidence_head(), **tables})


def plain(high: float = 30e3, **changes: Any) -> Case:
    """Return a case that is sampled in no time: one component with a register and an estimate, one without."""
    camps = component(
        "camps",
        point(9e3, basis="registered", measure="registered", source="study-b", lineage="register"),
        ranged(10e3, high),
        ranged(12e3, 25e3, source="study-c", basis="survey"),
        completeness=share(0.4, 0.95),
    )
    famine = component("famine", ranged(40e3, 90e3, source="study-d"), facets={"category": "b"})
    return figures(camps, famine, head=evidence_head(**changes))


def every_kind(**changes: Any) -> Case:
    """Return a case with every kind of evidence that the model knows.

    Registered counts in two copies, all deaths, bounds from both sides, a formula in place of a figure, figures of one
    lineage about several things, a register alone, derived components with a register and with a completeness, a
    component that only sums inform, an overlap, claims on sums with years, shares, a register and a bound, a balance.
    """
    camps = component(
        "camps",
        point(20e3, basis="registered", measure="registered", source="study-b", id="first", lineage="register"),
        point(21e3, basis="registered", measure="registered", source="study-b", id="copy", lineage="register"),
        ranged(25e3, 60e3),
        count(low=15e3, reads="at-least", basis="survey", source="study-c"),
        count(high=400e3, reads="at-most", basis="assertion", source="study-d"),
        ranged(30e3, 50e3, source="study-e", basis="synthesis", lineage="school"),
        profile="camps-by-year",
        ordinary=share(0.05, 0.2),
        completeness=share(0.4, 0.9),
    )
    famine = component(
        "famine",
        ranged(80e3, 150e3, source="study-f", basis="synthesis", lineage="school"),
        count(formula="people * max(rate, 0.01)", source="study-g"),
        point(300e3, basis="assertion", source="study-h"),
        facets={"category": "b"},
        years=[1931, 1934],
        already_net=True,
    )
    prisons = component(
        "prisons",
        point(4e3, basis="registered", measure="registered", source="study-b", lineage="prison-register"),
        facets={"category": "a", "group": "y"},
    )
    march = component(
        "march",
        point(3e3, basis="registered", measure="registered", source="study-b", lineage="march-register"),
        formula="marched * (rate + 0.02)",
        facets={"category": "c"},
    )
    captives = component(
        "captives", formula="min(march * 0.5, people)", facets={"category": "c"}, completeness=share(0.3, 0.8)
    )
    births = component("births", facets={"category": "c", "group": "y"})
    claims = [
        claim("whole", 200e3, 500e3, basis="survey", source="study-i", lineage="other-school",
              share=[{"where": {"category": "b"}, **share(0.3, 0.7)}]),
        claim("prisons-and-camps", 15e3, 40e3, basis="synthesis", include=[{"category": "a"}], years=[1932, 1936],
              net=True, source="study-j", lineage="other-school"),
        {**claim("registered", 20e3, 40e3, basis="registered-adjusted", source="study-j", measure="registered"),
         "include": [{"component": ["camps", "prisons", "march"]}]},
        {**claim("more", 1.0, 2.0, basis="assertion", source="study-i", lineage="rumour"), "low": 90e3, "high": None,
         "reads": "at-least"},
        claim("beyond", 3e6, 5e6, basis="assertion", source="study-j", lineage="tale", beyond="a war elsewhere"),
    ]  # fmt: skip
    return figures(
        camps, famine, prisons, march, captives, births,
        quantity=[
            quantity("people", ranged(2e6, 3e6, source="study-g")),
            quantity("rate", ranged(0.02, 0.08), ranged(0.03, 0.1, source="study-g")),
            quantity("marched", ranged(60e3, 120e3)),
            quantity("expected", ranged(2.1e6, 2.3e6)),
            quantity("counted", ranged(1.7e6, 1.9e6, source="study-c")),
            quantity("missing", formula="expected - counted"),
        ],
        profile=[profile("camps-by-year", {year: 1.0 + (year - 1930) % 4 for year in range(1930, 1940)})],
        overlap=[overlap("in-famine", "camps", "famine", low=0.05, high=0.3)],
        claim=claims,
        balance=[balance("census", "missing", include=[{"category": ["a", "b"]}])],
        head={
            **evidence_head(**{**_LEARNED, "completeness": share(0.1, 0.95), "bias": _BIAS, **changes}),
            "evidence": [*BASES],
        },
    )  # fmt: skip


def with_negatives(**changes: Any) -> Case:
    """Return a case with what `every_kind` leaves out: net migration, declared priors, a baseline in common."""
    migration = component(
        "migration",
        ranged(-300e3, 100e3),
        point(-80e3, source="study-b", basis="survey", lineage="school"),
        count(best=-60e3, standard_error=40e3, reads="standard-error", source="study-c", basis="survey"),
        count(formula="arrived - left", source="study-e"),
        facets={"kind": "migration"},
    )
    losses = component("losses", formula="deaths - migration", facets={"kind": "migration", "category": "c"})
    unknown = component("unknown", facets={"kind": "migration", "category": "b"})
    deaths = component(
        "deaths",
        ranged(200e3, 500e3, source="study-f", lineage="school"),
        ranged(150e3, 400e3, source="study-g", basis="survey"),
    )
    declared = {
        "deaths": {"median": 3e5, "log_sd": 1.5, "heterogeneity": {"family": "half-normal", "scale": 0.3}, **_CHOSEN},
        "migration": {"mean": 0, "sd": 5e5, "heterogeneity": {"family": "half-cauchy", "scale": 5e4}, **_CHOSEN},
    }
    shared = {"figures": ["migration:study-b", "deaths:study-f", "claim:lost"], "correlation": 0.6, **_CHOSEN}
    made = evidence_head(**{"prior": declared, "baseline": {"mortality": shared}, "bias": _BIAS, **changes})
    made["facets"]["kind"]["migration"] = {"label": "Net emigration", "signed": True}
    return figures(
        migration, losses, unknown, deaths,
        head=made,
        quantity=[
            quantity("arrived", ranged(1e5, 2e5)),
            quantity("left", ranged(1e5, 3e5, source="study-b")),
            quantity("deficit", ranged(-2e5, 6e5, source="study-c"), signed=True),
        ],
        claim=[claim("lost", 100e3, 500e3, source="study-h", include=[{"category": "a"}], basis="survey")],
        balance=[balance("census", "deficit", include=[{"category": ["a", "b"]}])],
        definitions={"whole": definition(include=[{"category": "a"}])},
    )  # fmt: skip


_LEARNED = {"scatter": 0.5, "common": 0.3}
_BIAS = {
    "demographic": {"sd": 0.1, **_CHOSEN},
    "assertion": {"mean": 0.3, "sd": 0.6, **_CHOSEN},
}


def claim(id_: str, low: float, high: float, **changes: Any) -> Table:
    """Return an author's total of all deaths, with two ends."""
    words = {"author": id_, "counts": "deaths", "include": [{"kind": "deaths"}]}
    return {"id": id_, **words, **ranged(low, high), **changes}


def balance(id_: str, formula: str, **changes: Any) -> Table:
    """Return a demographic balance over all deaths, with a standard error of 50,000."""
    words = {"label": id_, "formula": formula, "include": [{"kind": "deaths"}], "error": 50e3}
    return {"id": id_, **words, **_CHOSEN, **changes}


def between_knots(evidence: Evidence, rng: np.random.Generator, points: int, spread: float = 1.0) -> Array:
    """Return random parameters, each in the middle half of a piece of a cited curve, shape ``(points, n_parameters)``.

    There the density has all derivatives, which difference quotients need.
    """
    found = spread * rng.standard_normal((points, len(evidence.parameters)))
    inside = np.floor(found * STEPS) + rng.uniform(0.25, 0.75, found.shape)
    return np.asarray(inside / STEPS)


def data_by_name(evidence: Evidence) -> dict[str, Datum]:
    """Return what is conditioned on, by the names of the figures."""
    return {one.name: one for one in evidence.data}
