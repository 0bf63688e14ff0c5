"""Where chains start: at draws from the prior, and where one school of figures of each component holds.

Chains that start close together find the same mode of a posterior that has several, and R-hat then sees no difference.
A school is a group of figures of one component that lie close together as their errors go. One chain starts each
component at its lowest school, the next at the second, and so on around: every school of every component is the start
of at least one chain. Where claims about a sum contradict one another, and a formula makes a part of it or one side
states bounds, chains start as well at draws from the prior near each school of the sum.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import Density, FiniteDensity
from mcmort.bayes.backends import evaluate_prior
from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.evidence.datum import FEWEST_DEATHS
from mcmort.bayes.predictive import generator, independent

__all__ = ["FAR", "School", "schools_of", "starting_points", "torn_sums"]

type Array = NDArray[np.float64]

_FROM_PRIOR: Final = 2
"""Chains that start at draws from the prior."""
_CANDIDATES: Final = 500
_NEAR: Final = 3
"""Draws from the prior, and how many of them, the nearest to each school of a sum, are starting points."""
_FEWEST: Final = 6
_MOST: Final = 12
"""Chains that start at schools: a component with more of them starts at that many, evenly from the lowest up."""
_APART: Final = 1.0
"""Gap between two schools, in the error of the difference between the figures at its sides. Two figures with errors
that follow Student's t with four degrees of freedom make two modes if they are 2.8 of them apart; a spread that the
evidence makes smaller brings that down."""
FAR: Final = 2.5
"""Such a gap between schools that may well be modes."""
_JITTER: Final = 0.5
"""Largest distance of the other parameters from the middle of their priors."""


@dataclass(frozen=True, slots=True)
class School:
    """Figures of one component that lie close together.

    Attributes
    ----------
    log_centre : float
        Mean logarithm of the deaths that they stand for.
    figures : tuple of str
        Their names.
    """

    log_centre: float
    figures: tuple[str, ...]


def schools_of(evidence: Evidence, apart: float = _APART) -> dict[str, tuple[School, ...]]:
    """Return the schools of each component with a prior of its own, from the lowest up.

    A figure of registered deaths stands for what happened at the middle of the completeness, and a claim about a sum
    of components without figures of their own for even parts of it.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    apart : float
        Gap between two schools, in the error of the difference between the figures at its sides.

    Returns
    -------
    dict of str to tuple of School
    """
    figures = _figures_of_components(evidence)
    own = {datum.component for datum in evidence.data if datum.is_plain}
    for datum in evidence.data:
        if datum.is_plain and datum.name not in evidence.silent and datum.account is not None and not datum.unit:
            names = [term.component for term in datum.account.terms.values()]
            for name in set(names) - own:
                part = datum.log_value - math.log(len(names))
                figures[name].append((part, _whole_error(evidence, datum), datum.name))
    return {name: _grouped(figures[name], apart) for name in evidence.latents if name in figures}


def torn_sums(evidence: Evidence) -> dict[tuple[str, ...], tuple[School, ...]]:
    """Return sums of components about which claims are far from one another, or from the figures of the components.

    Parameters
    ----------
    evidence : Evidence
        The evidence.

    Returns
    -------
    dict of tuple of str to tuple of School
        The schools of each sum, of which there are several, from the lowest up. The figures of the components make one
        together, without names.
    """
    claims, latents = defaultdict[tuple[str, ...], list[Datum]](list), evidence.latents
    for datum in evidence.data:
        if datum.formula is None and datum.name not in evidence.silent and datum.account is not None and not datum.unit:
            names = tuple(sorted({term.component for term in datum.account.terms.values()}))
            if all(name in evidence.derived or (name in latents and not latents[name].unit) for name in names):
                claims[names].append(datum)
    if not claims:
        return {}
    figures, middles = _figures_of_components(evidence), np.zeros((1, len(evidence.parameters)))
    for name in figures.keys() & evidence.latents.keys():
        middles[0, evidence.parameters.index(f"deaths:{name}")] = _score(evidence, name, _middle(figures[name]))
    kept = evaluate_prior(evidence, middles).kept
    torn = {}
    for names, stated in claims.items():
        parts = np.log([max(float(kept[f"all:{name}"][0]), FEWEST_DEATHS) for name in names])
        whole = float(np.logaddexp.reduce(parts))
        # a claim may count some of the years of a component, or a share of it: it stands for as much more of the whole
        claimed = [
            (
                whole + datum.log_value - float(kept[f"expected:{datum.name}"][0]),
                _whole_error(evidence, datum),
                datum.name,
            )
            for datum in stated
        ]
        own = [figure for datum, figure in zip(stated, claimed, strict=True) if datum.is_plain]
        if all(name in figures for name in names):
            errors = [min(error for _, error, _ in figures[name]) for name in names]
            own.append((whole, float(np.linalg.norm(np.exp(parts - whole) * errors)), ""))
        if own:
            # a bound contradicts the others where all of them lie beyond it; else it is one of them
            lowest, highest = min(own)[0], max(own)[0]
            own += [
                (max(place, highest) if datum.side == "at-least" else min(place, lowest), error, name)
                for datum, (place, error, name) in zip(stated, claimed, strict=True)
                if not datum.is_plain
            ]
        schools = _grouped(own, FAR)
        if len(schools) > 1:
            torn[names] = schools
    return torn


def _score(evidence: Evidence, name: str, log_deaths: float) -> float:
    """Return where deaths lie in the prior of a component."""
    latent = evidence.latents[name]
    return (log_deaths - latent.log_median) / latent.log_sd


def _middle(figures: Sequence[tuple[float, float, str]]) -> float:
    return float(np.mean([value for value, _, _ in figures]))


def _figures_of_components(evidence: Evidence) -> defaultdict[str, list[tuple[float, float, str]]]:
    """Return logarithm, error and name of the figures of each component."""
    figures = defaultdict[str, list[tuple[float, float, str]]](list)
    for datum in evidence.data:
        if datum.is_plain and datum.name not in evidence.silent and datum.account is None:
            place = datum.log_value - _log_completeness(evidence, datum)
            figures[datum.component].append((place, _whole_error(evidence, datum), datum.name))
    return figures


def _whole_error(evidence: Evidence, datum: Datum) -> float:
    return math.hypot(datum.log_error, evidence.errors.groups[datum.group].spread)


def _log_completeness(evidence: Evidence, datum: Datum) -> float:
    """Return the logarithm of the share of a component's deaths that a figure counts, at the middle of its prior."""
    if datum.column.startswith("all:") or datum.component in evidence.derived:
        return 0.0
    curve = evidence.curves[evidence.completeness_of(datum.component)]
    return math.log(curve if isinstance(curve, float) else float(curve(np.zeros(1))[0]))


def _grouped(figures: Sequence[tuple[float, float, str]], apart: float) -> tuple[School, ...]:
    """Split figures, as logarithm, error and name, where the gap between two neighbours is wide for their errors."""
    groups = list[list[tuple[float, float, str]]]()
    for figure in sorted(figures):
        if groups and figure[0] - groups[-1][-1][0] <= apart * math.hypot(figure[1], groups[-1][-1][1]):
            groups[-1].append(figure)
        else:
            groups.append([figure])
    return tuple(
        School(float(np.mean([value for value, _, _ in group])), tuple(name for _, _, name in group if name))
        for group in groups
    )


def starting_points(evidence: Evidence, density: Density, seed: int) -> Array:
    """Return the points at which the chains of a search for modes start, shape ``(n_chains, n_parameters)``.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    density : Density
        The log density; a point where it is not finite is moved to the middle of the priors.
    seed : int
        Of the draws from the prior.

    Returns
    -------
    ndarray
    """
    schools = schools_of(evidence)
    count = min(max([_FEWEST, *map(len, schools.values())]), _MOST)
    scores = generator(seed, "start").uniform(-_JITTER, _JITTER, (count, len(evidence.parameters)))
    for name, own in schools.items():
        for chain in range(count):
            school = own[chain % len(own)] if len(own) <= count else own[chain * (len(own) - 1) // (count - 1)]
            scores[chain, evidence.parameters.index(f"deaths:{name}")] = _score(evidence, name, school.log_centre)
    drawn = np.concatenate([independent(evidence, _FROM_PRIOR, seed), _near_sums(evidence, seed)])
    points = evaluate_prior(evidence, np.concatenate([scores, drawn])).parameters
    for point in points:
        if not math.isfinite(FiniteDensity(density)(point)[0]):
            point[:] = generator(seed, "start").uniform(-_JITTER, _JITTER, len(point))
    return points


def _near_sums(evidence: Evidence, seed: int) -> Array:
    """Return draws from the prior near the schools of each sum that is torn and that no other chain starts near to.

    That is one of which a formula makes a part, since its deaths have no parameter that could be set, and one with a
    school of bounds alone, which is no school of a component.
    """
    bounds = {datum.name for datum in evidence.data if datum.side != "point"}
    torn = {
        names: schools
        for names, schools in torn_sums(evidence).items()
        if {*names} & {*evidence.derived}
        or any(school.figures and bounds.issuperset(school.figures) for school in schools)
    }
    if not torn:
        return np.zeros((0, len(evidence.parameters)))
    drawn = independent(evidence, _CANDIDATES, seed)
    kept = evaluate_prior(evidence, drawn).kept
    nearest = list[int]()
    for names, schools in torn.items():
        whole = np.log(np.maximum(np.sum([kept[f"all:{name}"] for name in names], axis=0), 1.0))
        for school in schools:
            nearest += np.argsort(np.abs(whole - school.log_centre))[:_NEAR].tolist()
    return drawn[nearest]
