"""How finely the exact engine integrates: edges of segments along one input, nodes of the others, levels of both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from mcmort.elicit.table import knots
from mcmort.sampler.ties import Group, Mixture

__all__ = ["FINEST", "ROUGH", "Level", "edges", "trapezoid"]

type Array = NDArray[np.float64]

_REACH: Final = 6.0
"""Normal scores of nodes lie between minus this and plus this; at these ends a node would stand for less than 1e-7."""
_BODY: Final = 2.0**-12
"""Below this probability the edges of segments are thinned to one, two or four in an octave."""
_LEAST: Final = 2.0**-31
FINEST: Final = 9
"""Resolution beyond which edges are no finer than those of any table, which end at 8."""


@dataclass(frozen=True, slots=True)
class Level:
    """How fine nodes and grid are: each step up of a number halves intervals.

    Attributes
    ----------
    edges : int
        For the segments of leading inputs, and for the grid.
    outer : int
        For the other inputs of groups.
    fixed : int
        For inputs that are held fixed.
    """

    edges: int = 0
    outer: int = 0
    fixed: int = 0

    def resolution(self, group: Group) -> int:
        """Return the logarithm to base 2 of the edges in an octave; more where a group rests on one input alone."""
        return self.edges + (5 if group.depth == 0 and len(group.inputs) == 1 else 4)

    def outer_intervals(self, group: Group) -> int:
        """Return the intervals of each input of a group but the leading one."""
        intervals = (24, 12) if len(group.inputs) == 2 else (16, 8)
        return int(intervals[group.depth > 0] * 2.0**self.outer)

    def fixed_intervals(self, part: Mixture) -> int:
        """Return the intervals of an input that is held fixed."""
        return int((12 if part.is_nested else 24) * 2.0**self.fixed)


ROUGH: Final = Level(-2, -1, -1)
"""Where to start: what is not fine enough is made finer by itself."""


@cache
def edges(resolution: int) -> tuple[Array, Array]:
    """Return survival probabilities of the edges of segments, rising, and the masses of the segments.

    They are the knots of tables of a resolution.
    """
    w = knots(resolution)
    in_octave = min(max(resolution - 3, 0), 2)
    kept = (w >= _BODY) | ((w >= _LEAST) & (np.arange(len(w)) % (1 << (resolution - in_octave)) == 0))
    side = w[kept]
    masses = np.diff(side)
    masses[0] += side[0]
    return np.concatenate([side, 1.0 - side[-2::-1]]), np.concatenate([masses, masses[::-1]])


@cache
def trapezoid(intervals: int) -> tuple[Array, Array]:
    """Return survival probabilities of the nodes of the trapezoidal rule within some intervals, and their weights."""
    score = np.linspace(-_REACH, _REACH, intervals + 1)[1:-1]
    weights = np.exp(-0.5 * score * score)
    return np.asarray(ndtr(-score)), weights / weights.sum()
