"""Modes that no chain found: the density along one line through draws, from one school of figures to another.

A mode of little weight may lose each chain that starts in it before it is recognised. On a line along which only the
deaths of one component change, or only what share of them was registered, it still shows as a hump of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import evaluate_without_data
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.datum import FEWEST_DEATHS
from mcmort.bayes.quantile_spline import FIRST
from mcmort.bayes.starting_points import FAR, schools_of, torn_sums

__all__ = ["beyond_draws", "unseen_humps"]

type Array = NDArray[np.float64]

_LINES: Final = 5
"""Draws through which lines go, for each component."""
_POINTS: Final = 240
"""Points of a line."""
_KNOTS: Final = 1000
"""Points at which a line along a share is evaluated."""
_LOOKED_AT: Final = 1000
"""Draws of the chains that say where they come."""
_BEYOND: Final = 0.5
"""How far a line goes beyond the outermost schools, as a logarithm of the deaths."""
_BEYOND_DRAWS: Final = 0.005
"""Probability on the usual line of what lies beyond the draws of another fit, above which these do not tell of it."""
_OUTERMOST: Final = (0.0005, 0.9995)
"""Probabilities between which draws lie but for the outermost."""
_VALLEY: Final = 0.35
"""Largest density between two humps, in that of the lower one."""
_LEAST: Final = 0.002
"""Least probability of a hump on the usual line."""
_NEARLY: Final = 0.8
"""Part of the largest share of a hump that one which is cut off in the depth of the valley has still."""
_SEEN: Final = 0.5
"""Share of that probability that chains have there if they found it."""


def unseen_humps(evidence: Evidence, density: Density, scores: Array) -> tuple[str, ...]:
    """Return components of which lines show a hump where chains hardly come.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    density : Density
        The log density.
    scores : ndarray, shape (n_draws, n_parameters)
        Draws of all chains.

    Returns
    -------
    tuple of str
        Ids of components whose figures, or claims about a sum with them, are in schools far from one another.
    """
    far = _ends_of_lines(evidence)
    if not far:
        return ()
    kept = evaluate_without_data(evidence, scores[:: max(len(scores) // _LOOKED_AT, 1)]).kept
    found = []
    for name, grid, usual in _lines(evidence, density, scores, far):
        cut, share = _smaller_hump(grid, usual)
        seen = float(np.mean(np.log(np.maximum(kept[_column(evidence, name)], FEWEST_DEATHS)) < cut))
        if share >= _LEAST and min(seen, 1.0 - seen) < _SEEN * share:
            found.append(name)
    return tuple(found)


def beyond_draws(evidence: Evidence, density: Density, scores: Array, drawn: Mapping[str, Array]) -> tuple[str, ...]:
    """Return components of which lines show that they may well lie where no draw of another fit is.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    density : Density
        The log density.
    scores : ndarray, shape (n_draws, n_parameters)
        Draws through some of which lines go.
    drawn : mapping of str to ndarray
        Columns of the other fit.

    Returns
    -------
    tuple of str
        Ids of components whose figures, or claims about a sum with them, are in schools far from one another.
    """
    found = []
    for name, grid, usual in _lines(evidence, density, scores, _ends_of_lines(evidence)):
        low, high = np.log(np.maximum(np.quantile(drawn[_column(evidence, name)], _OUTERMOST), FEWEST_DEATHS))
        if float(usual[(grid < low) | (grid > high)].sum()) > _BEYOND_DRAWS:
            found.append(name)
    return tuple(found)


def _column(evidence: Evidence, name: str) -> str:
    return f"{'registered' if name in evidence.derived else 'all'}:{name}"


def _lines(
    evidence: Evidence, density: Density, scores: Array, far: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[str, Array, Array]]:
    """Yield components, a grid of log deaths on lines through some draws, and the probability of each place."""
    if not far:
        return
    through = scores[:: max(len(scores) // _LINES, 1)][:_LINES]
    shifted = through.copy()
    shifted[:, [evidence.parameters.index(f"deaths:{name}") for name in far]] += 1.0
    ends = [evaluate_without_data(evidence, points).kept for points in (through, shifted)]
    for name, (lowest, highest) in far.items():
        start, end = (np.log(np.maximum(kept_there[_column(evidence, name)], FEWEST_DEATHS)) for kept_there in ends)
        grid = np.linspace(lowest - _BEYOND, highest + _BEYOND, _POINTS)
        yield name, grid, _usual_along(evidence, density, through, name, grid, start, end - start)


def _ends_of_lines(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """Return between which logarithms of its deaths a component may have modes: it may be all of a sum that is torn."""
    schools = schools_of(evidence, FAR)
    places = {name: [school.log_centre for school in own] for name, own in schools.items()}
    for names, claimed in torn_sums(evidence).items():
        for name in names:
            places.setdefault(name, []).append(claimed[-1].log_centre)
    return {
        name: (min(own), max(own))
        for name, own in places.items()
        # lines are drawn on the logarithm of deaths that have a parameter
        if len(own) > 1 and name in evidence.latents and not evidence.latents[name].unit
    }


def _usual_along(
    evidence: Evidence, density: Density, through: Array, name: str, grid: Array, start: Array, slope: Array
) -> Array:
    """Return the probability of each place of a grid of log deaths on a line through a draw, the median of several.

    The deaths follow their parameter exponentially. Where a register holds a part of them it stays as it is, and the
    line is one along which the share that was registered changes.
    """
    share = evidence.completeness_of(name)
    is_registered = name not in evidence.derived and any(
        datum.column == f"registered:{name}" and datum.is_plain and datum.name not in evidence.silent
        for datum in evidence.data
    )
    if is_registered and share not in evidence.parameters:
        return np.ones(len(grid))
    number = evidence.parameters.index(share if is_registered else f"deaths:{name}")
    curve = evidence.curves[share] if is_registered else 0.0
    lines = []
    for point, place, by in zip(through, start, slope, strict=True):
        if isinstance(curve, float):
            values = point[number] + (grid - place) / by
        else:
            scores = np.linspace(FIRST, -FIRST, _KNOTS)
            logs = np.log(np.clip(curve(np.append(scores, point[number])), 1e-300, 1.0))
            values = np.interp(logs[-1] + place - grid, logs[:-1], scores)
        heights = np.array([_height(density, point, number, value) for value in values])
        # of what lies beyond all shares there is nothing; a step of the grid is so long in the parameter
        heights += np.log(np.maximum(np.abs(np.gradient(values)), 1e-300))
        lines.append(np.exp(heights - np.logaddexp.reduce(heights)))
    usual = np.median(lines, axis=0)
    return np.asarray(usual / max(float(usual.sum()), 1e-300))


def _height(density: Density, point: Array, number: int, value: float) -> float:
    """Return the log density at a point with one parameter changed."""
    moved = point.copy()
    moved[number] = value
    height = density(moved)[0]
    return height if math.isfinite(height) else -1e300


def _smaller_hump(places: Array, probability: Array) -> tuple[float, float]:
    """Return the valley that parts off the most probable of the smaller humps, and that hump's probability."""
    cumulative = np.cumsum(probability)
    left = np.maximum.accumulate(probability)
    right = np.maximum.accumulate(probability[::-1])[::-1]
    is_valley = probability < _VALLEY * np.minimum(left, right)
    share = np.where(is_valley, np.minimum(cumulative, 1.0 - cumulative), 0.0)
    # where it is deepest: its edge may be the flank of a hump, where chains that know but that hump come as well
    deep = share >= _NEARLY * share.max()
    place = int(np.argmin(np.where(deep, probability, np.inf)))
    return float(places[place]), float(share[place])
