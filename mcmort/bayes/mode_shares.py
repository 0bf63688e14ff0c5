"""How probable each mode of a fit is: shares of its draws, with their errors and the figures behind each mode."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.results.chains import effective_size
from mcmort.results.weighed_modes import SplitDeaths, WeighedMode

__all__ = ["BETTER", "cuts_between", "figures_behind", "share_errors", "weighed"]

type Array = NDArray[np.float64]
type Labels = NDArray[np.int64]

BETTER: Final = 0.5
"""A figure is behind a mode if its log likelihood is greater there than in every other mode by more than this."""
_LEAST: Final = 0.005
"""Least share of the draws that makes a mode."""
_VALLEY: Final = 0.35
"""Largest density of the valley between two modes, in that of the lower of their peaks."""
_TOGETHER: Final = 20
"""Fewest draws by whose distance a density is estimated."""
_FEWEST: Final = 50
"""Draws of each chain in a mode, from which R-hat in it is computed."""


def cuts_between(values: Array, middles: Sequence[float] | Array) -> tuple[float, ...]:
    """Return where one mode ends and the next begins: where draws are sparsest between neighbouring modes.

    Parameters
    ----------
    values : ndarray, shape (n_draws,)
        Draws of all modes.
    middles : sequence of float
        Near the middle of each mode that there may be. One that holds hardly a draw, or that no
        valley parts from the next, is no mode.

    Returns
    -------
    tuple of float
        One less than there are modes.
    """
    along = np.sort(np.arcsinh(values))  # a logarithm, also of what is negative
    places = np.arcsinh(np.unique(np.asarray(middles, dtype=np.float64)))
    while len(places) > 1:
        found = [_sparsest(along, low, high) for low, high in pairwise(places.tolist())]
        cuts, valleys = zip(*found, strict=True)
        ends = np.concatenate([[0], np.searchsorted(along, cuts), [len(along)]]).tolist()
        peaks = np.array([_peak(along[first:last], _LEAST * len(along)) for first, last in pairwise(ends)])
        depths = np.array(valleys) / np.minimum(peaks[1:], peaks[:-1])
        shallowest = int(np.argmax(depths))
        if depths[shallowest] <= _VALLEY:
            return tuple(float(np.sinh(cut)) for cut in cuts)
        # the lower of the two peaks is a part of the other one
        places = np.delete(places, shallowest + int(peaks[shallowest + 1] < peaks[shallowest]))
    return ()


def _sparsest(along: Array, low: float, high: float) -> tuple[float, float]:
    """Return where draws are sparsest between two places, and how dense they are about there."""
    between = along[np.searchsorted(along, low) : np.searchsorted(along, high)]
    between = np.concatenate([[low], between, [high]])
    count = min(max(_TOGETHER, len(along) // 200), len(between) - 1)
    lengths = between[count:] - between[:-count]
    longest = int(np.argmax(lengths))
    return float(0.5 * (between[longest] + between[longest + count])), count / max(float(lengths[longest]), 1e-12)


def _peak(along: Array, fewest: float) -> float:
    """Return how dense the draws of a mode are in the densest quarter of them; almost none if they are too few."""
    count = max(_TOGETHER // 2, len(along) // 4)
    if len(along) <= max(fewest, count):
        return 1e-12
    return count / max(float((along[count:] - along[:-count]).min()), 1e-12)


def share_errors(mode_of: Labels, count: int, chains: int) -> tuple[tuple[float, float], ...]:
    """Return the share of each mode with its Monte Carlo standard error, from chains that follow one another."""
    found = []
    for mode in range(count):
        is_in = (mode_of == mode).astype(np.float64)
        share = float(is_in.mean())
        found.append((share, math.sqrt(share * (1.0 - share) / effective_size(is_in, chains))))
    return tuple(found)


def weighed(
    columns: tuple[str, ...], middles: Sequence[float], values: Array, likelihood: Mapping[str, Array], chains: int
) -> SplitDeaths | None:
    """Return the modes of deaths, by the draws of a fit.

    Parameters
    ----------
    columns : tuple of str
        Whose sum they are.
    middles : sequence of float
        Near the middle of each mode that chains found.
    values : ndarray, shape (n_draws,)
        Draws of the deaths, chain after chain.
    likelihood : mapping of str to ndarray, shape (n_draws,)
        Log likelihood of each figure.
    chains : int
        How many chains there are.

    Returns
    -------
    SplitDeaths or None
        None if there is but one mode.
    """
    cuts = cuts_between(values, middles)
    if not cuts:
        return None
    # schools may lie far from the modes: the valley between those is where draws are sparsest between their middles
    mode_of = np.searchsorted(np.asarray(cuts), values)
    cuts = cuts_between(values, [float(np.median(values[mode_of == mode])) for mode in range(len(cuts) + 1)]) or cuts
    mode_of, count = np.searchsorted(np.asarray(cuts), values), len(cuts) + 1
    means = {
        figure: np.array([each[mode_of == mode].mean() for mode in range(count)]) for figure, each in likelihood.items()
    }
    modes = []
    for mode, (share, error) in enumerate(share_errors(mode_of, count, chains)):
        inside = values[mode_of == mode]
        low, median, high = np.quantile(inside, (0.025, 0.5, 0.975)).tolist()
        together = _equally_long(values, mode_of == mode, chains)
        ess = float(len(inside)) if together is None else effective_size(together.ravel(), chains)
        modes.append(
            WeighedMode(
                share, error, low, median, high, figures_behind(means, mode), min(ess, float(len(inside))),
                None if together is None else _rhat(together),
            )
        )  # fmt: skip
    return SplitDeaths(columns, cuts, tuple(modes))


def figures_behind(likelihood: Mapping[str, Array], mode: int) -> tuple[str, ...]:
    """Return the figures that fit one mode better than the others, the clearest first.

    Parameters
    ----------
    likelihood : mapping of str to ndarray, shape (n_modes,)
        Mean log likelihood of each figure in each mode.
    mode : int
        Number of the mode.

    Returns
    -------
    tuple of str
    """
    better = {name: float(values[mode] - np.delete(values, mode).max()) for name, values in likelihood.items()}
    return tuple(sorted((name for name in better if better[name] > BETTER), key=lambda name: -better[name]))


def _equally_long(values: Array, is_in: NDArray[np.bool_], chains: int) -> Array | None:
    """Return the draws of each chain in a mode, as many of each; None if a chain has few."""
    own = [chain[inside] for chain, inside in zip(np.split(values, chains), np.split(is_in, chains), strict=True)]
    length = min(map(len, own))
    return None if length < _FEWEST else np.stack([chain[:length] for chain in own])


def _rhat(chains: Array) -> float:
    from arviz_stats.base import array_stats

    return float(array_stats.rhat(chains, chain_axis=0, draw_axis=1))
