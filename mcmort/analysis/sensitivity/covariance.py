"""Shares of the variance of a total that its parts carry: by covariance, and by Shapley values.

A total is the sum of its parts, ``T = sum of P_k``, so ``var T = sum of cov(P_k, T)``: the shares sum to one. A part
that moves against the others has a negative share. Where parts depend on one another, the variance that two of them
have in common is shared fairly by Shapley values of ``R^2``, the part of the variance that a linear regression on some
of the parts explains (Lindeman, Merenda and Gold 1980; Grömping 2007, The American Statistician 61(2),
doi 10.1198/000313007X188252). These are never negative, and are the Shapley effects where parts are jointly normal
(Owen and Prieur 2017, doi 10.1137/16M1097717).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.sensitivity.estimate import Estimate, ratio_of_means
from mcmort.analysis.shapley import shapley_values

__all__ = ["covariance_shares", "linear_shapley_shares"]

type Array = NDArray[np.float64]

_BATCHES: Final = 10
_ORDERS: Final = 40
_RIDGE: Final = 1e-10
"""Added to the diagonal of correlations, so that parts which determine one another have an inverse."""


def covariance_shares(parts: Mapping[str, Array], total: Array, chains: int = 1) -> dict[str, Estimate]:
    """Return the covariance of each part with the total, over the variance of the total.

    Parameters
    ----------
    parts : mapping of str to ndarray, shape (n_draws,)
        They sum to the total.
    total : ndarray, shape (n_draws,)
        Which varies.
    chains : int
        Markov chains that follow one another; 1 if the draws are independent.

    Returns
    -------
    dict of str to Estimate
    """
    centred = total - total.mean()
    square = centred * centred
    return {name: ratio_of_means((values - values.mean()) * centred, square, chains) for name, values in parts.items()}


def linear_shapley_shares(parts: Mapping[str, Array], total: Array, chains: int = 1) -> dict[str, Estimate]:
    """Return the Shapley value of each part for the variance that a linear regression on some parts explains.

    Parameters
    ----------
    parts, total, chains
        As for `covariance_shares`.

    Returns
    -------
    dict of str to Estimate
        Their sum is one, also where a little of the total is no sum of parts. The errors are those of batches of
        draws, and of the sample of orders.
    """
    varying = [name for name, values in parts.items() if values.min() < values.max()]
    columns = np.stack([*(parts[name] for name in varying), total])
    batches = _batch_count(columns.shape[1], chains)
    pieces = np.array_split(columns, batches, axis=1)
    correlations = np.stack([_correlation(piece) for piece in (columns, *pieces)])
    place = {name: index for index, name in enumerate(varying)}

    def explained(subset: frozenset[str]) -> Array:
        if not subset:
            return np.zeros(len(correlations))
        chosen = sorted(place[name] for name in subset)
        inner, outer = correlations[:, chosen][:, :, chosen], correlations[:, chosen, -1]
        return np.asarray(np.einsum("bi,bi->b", outer, np.linalg.solve(inner, outer[..., None])[..., 0]))

    shares = shapley_values(varying, explained, orders=_ORDERS, rng=np.random.default_rng(0))
    values = shares.values / shares.values.sum(axis=0)
    found = dict.fromkeys(parts, Estimate(0.0, 0.0))
    for index, name in enumerate(varying):
        of_draws = values[index, 1:].std(ddof=1) / math.sqrt(batches)
        found[name] = Estimate(float(values[index, 0]), math.hypot(of_draws, float(shares.errors[index, 0])))
    return found


def _batch_count(draws: int, chains: int) -> int:
    """Return into how many batches draws are cut: those of Markov chains into whole chains or parts of one."""
    return min(chains * -(-_BATCHES // chains), draws // 2)


def _correlation(columns: Array) -> Array:
    centred = columns - columns.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True))
    scaled = centred / np.where(spread > 0.0, spread, 1.0)
    matrix = scaled @ scaled.T / columns.shape[1]
    matrix[np.diag_indices_from(matrix)] = 1.0 + _RIDGE
    return np.asarray(matrix)
