"""Histograms of arrays, made the slow way: each value is looked for among the edges, which are written as a formula."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.results.histogram import BINS, Histogram

__all__ = ["EDGES", "histogram_of"]

EDGES: Final = np.concatenate(
    [[0.0], np.multiply.outer(np.ldexp(1.0, np.arange(-10, 50)), 1.0 + np.arange(4096) / 4096.0).ravel(), [2.0**50]]
)
"""Lower edges of all bins, shape ``(BINS,)``: 4,096 even steps in each octave from 2**-10 to 2**50."""


def histogram_of(values: NDArray[np.float64]) -> Histogram:
    """Return the histogram of an array, shape ``(n,)``; what cannot be placed falls in the last bin."""
    bins = np.clip(np.searchsorted(EDGES, values, side="right") - 1, 0, BINS - 1)
    bins[values <= -EDGES[1]] = BINS - 1
    low, high = float(np.min(values)), float(np.max(values))
    is_placed = np.isfinite([low, high]).all() and low > -EDGES[1]
    begin, end = (int(bins.min()), int(bins.max()) + 1) if is_placed else (0, BINS)
    return Histogram(begin, np.bincount(bins - begin, minlength=end - begin).astype(np.int64), low, high)
