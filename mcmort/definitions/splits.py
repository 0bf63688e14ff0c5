"""Uncertain splits of spans of years, drawn.

A split has a random stream of its own name, so that it is the same whatever else is asked, and whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import QuantileTable, build_table
from mcmort.results import Split
from mcmort.results.counter_based_random import stream_key, uniforms

__all__ = ["KeptSplits", "split_table"]


@cache
def split_table(before: int, after: int) -> QuantileTable:
    """Return the quantile table of the share of the first of two spans, of so many years each."""
    from mcmort.elicit.families import Distribution  # loads SciPy

    return build_table(Distribution("beta", (float(before), float(after))))


@dataclass(frozen=True)
class KeptSplits:
    """The splits of one run of either engine, each drawn when it is first asked for.

    Attributes
    ----------
    seed : int
        Seed of the run.
    """

    seed: int
    _drawn: dict[tuple[str, int], NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, split: Split, n: int) -> NDArray[np.float64]:
        """Return the first draws of a split, shape ``(n,)``."""
        if (split.name, n) not in self._drawn:
            points = uniforms(stream_key(self.seed, split.name), 0, n)
            self._drawn[split.name, n] = split_table(split.before, split.after)(points)
        return self._drawn[split.name, n]
