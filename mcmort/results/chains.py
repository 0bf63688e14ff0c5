"""Effective sample size of Markov chains, whose successive draws are correlated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["effective_size"]


def effective_size(values: NDArray[np.float64], chains: int) -> float:
    """Return the effective sample size: the number of independent draws whose mean has the same error.

    Autocorrelations of all chains together are summed as long as sums of neighbouring pairs are positive and made to
    decrease (Geyer 1992, Statistical Science 7; Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, Bayesian
    Analysis 16).

    Parameters
    ----------
    values : ndarray, shape (n_draws,)
        Chains of equal length, one after another.
    chains : int
        How many there are.

    Returns
    -------
    float
        At most ``n_draws * log10(n_draws)``; the number of draws itself where they do not vary.
    """
    together = values.reshape(chains, -1)
    length = together.shape[1]
    centred = together - together.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * length, axis=1)
    covariance = np.fft.irfft(spectrum * spectrum.conj(), axis=1)[:, :length].mean(axis=0) / length
    within = covariance[0] * length / (length - 1.0)
    between = float(np.var(together.mean(axis=1), ddof=1)) if chains > 1 else 0.0
    overall = covariance[0] + between
    if overall <= 0.0:
        return float(len(values))
    correlation = 1.0 - (within - covariance) / overall
    pairs = correlation[: 2 * (length // 2)].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0.0)
    falling = np.minimum.accumulate(pairs[: negative[0]] if len(negative) else pairs)
    time = max(-1.0 + 2.0 * float(falling.sum()), 1.0 / np.log10(len(values)))
    return float(len(values) / time)
