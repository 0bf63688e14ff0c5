"""The exact engine: the distribution of a register of a plan, without Monte Carlo error.

Independent groups of summands are convolved on a grid (`mcmort.sampler.convolve`). What ties groups together is
integrated over (`mcmort.sampler.ties`, `mcmort.sampler.integrate`). Each kind of nodes, and the grid, is made finer by
itself until the quantiles settle: to refine all of them at once would multiply their costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.errors import UsageError
from mcmort.sampler.convolve import Grid, Range
from mcmort.sampler.integrate import ROUGH, Integrator, Level
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.ties import Graph

__all__ = ["ExactTotal", "exact_distribution"]

type Array = NDArray[np.float64]

TARGET: Final = 3e-5
"""Relative change of a quantile when one thing is made finer, at which the coarser is good enough."""
OUTERMOST: Final = 1e-6
"""Quantiles are given between this probability and one minus it."""
_STEPS: Final = 4
_MOST_POINTS: Final = 40_000_000
"""Values that may be computed for one distribution, which takes a few seconds."""
_WINDOW: Final = 1e-9
"""Probability left out on each side of the grid."""
_HALVINGS: Final = 40
_DRAWN_IN: Final = 6
_ROUGH_CELLS: Final = 1 << 12
_FEWEST_CELLS: Final = 1 << 8
_MOST_CELLS: Final = 1 << 14
"""Before the grid is made finer."""
_CHECKED: Final = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995])


@dataclass(frozen=True)
class ExactTotal:
    """The distribution of a total, computed without draws.

    Attributes
    ----------
    values : ndarray, shape (n_cells,)
        Values, increasing, in the unit of the register.
    below : ndarray, shape (n_cells,)
        Probability of a total at most each of them.
    mean : float
        Mean.
    least : float
        No total is lower, as where a total is at least zero.
    error : float
        Estimated numerical error of the quantiles between 0.5 and 99.5 per cent, in the unit of the register: the
        largest sum, over the kinds of nodes and the grid, of the changes of one of them when each was made finer.
    """

    values: Array
    below: Array
    mean: float
    error: float
    least: float = -np.inf

    def quantile(self, p: Array | float) -> Array:
        """Return quantiles at probabilities `p`, of the shape of `p`.

        Raises
        ------
        UsageError
            If a probability is not between 1e-6 and 1 - 1e-6.
        """
        p = np.asarray(p, dtype=np.float64)
        if not np.all((p >= OUTERMOST) & (p <= 1.0 - OUTERMOST)):
            raise UsageError(f"found a probability outside {OUTERMOST:g} to 1 - {OUTERMOST:g}; expected one within")
        cell = np.clip(np.searchsorted(self.below, p), 1, len(self.below) - 1)
        low, high = np.zeros_like(p), np.ones_like(p)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            is_below = self._within(cell, middle) < p
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        step = self.values[1] - self.values[0]
        return np.asarray(np.maximum(self.values[cell] + (high - 1.0) * step, self.least))

    def cdf(self, x: Array | float) -> Array:
        """Return the probability of a total at most `x`, of the shape of `x`."""
        x = np.asarray(x, dtype=np.float64)
        place = (x - self.values[0]) / (self.values[1] - self.values[0]) + 1.0
        cell = np.clip(np.floor(place), 1, len(self.below) - 1).astype(np.int64)
        inside = self._within(cell, np.clip(place - cell, 0.0, 1.0))
        return np.where(x < self.least, 0.0, np.clip(inside, 0.0, 1.0))

    def _within(self, cell: NDArray[np.int64], place: Array) -> Array:
        """Interpolate in the cell that ends at `values[cell]`, by a cubic that rises where the ends do.

        Slopes are central differences, limited to three times the smaller neighbour (Fritsch and Carlson 1980, SIAM
        Journal on Numerical Analysis 17, doi 10.1137/0717021).
        """
        last = len(self.below) - 1
        before, left = self.below[np.maximum(cell - 2, 0)], self.below[cell - 1]
        right, after = self.below[cell], self.below[np.minimum(cell + 1, last)]
        rise = right - left
        start = np.minimum(0.5 * (right - before), 3.0 * np.minimum(rise, left - before))
        end = np.minimum(0.5 * (after - left), 3.0 * np.minimum(rise, after - right))
        bend = start + end - 2.0 * rise
        return np.asarray(left + place * (start + place * ((rise - start - bend) + place * bend)))


def exact_distribution(plan: Plan, register: int) -> ExactTotal:
    """Compute the distribution of a register without Monte Carlo draws.

    Parameters
    ----------
    plan : Plan
        The program.
    register : int
        One of its registers, such as ``plan.outputs["all:camps"]``.

    Returns
    -------
    ExactTotal
        With an estimate of its numerical error. It is that of the distribution that draws of the same plan have, with
        the tables as they are.

    Raises
    ------
    NotExactError
        If more inputs are tied together than can be integrated over, or the register is undefined for some values.
    """
    graph = Graph(plan)
    register, least = _unclipped(graph, register)
    integrator = Integrator(graph, register)
    grid = _window(integrator)
    level = Level()
    found, error = _distribution(integrator, level, grid, least), np.zeros(len(_CHECKED))
    for choice in integrator.choices:
        change = np.zeros(len(_CHECKED))
        for step in range(_STEPS):
            finer = replace(level, **{choice: getattr(level, choice) + 1})
            if step and integrator.points(finer) > _MOST_POINTS:
                break
            trial = _distribution(integrator, finer, grid, least)
            new = trial.quantile(_CHECKED)
            change = np.abs(new - found.quantile(_CHECKED))
            # a quantile near zero, which has no relative error, is measured by the spread
            if np.all(change <= TARGET * np.maximum(np.abs(new), 0.01 * (new[-1] - new[0]))):
                break
            level, found = finer, trial
        error += change
    return replace(found, error=float(error.max()))


def _unclipped(graph: Graph, register: int) -> tuple[int, float]:
    """Return the register behind a final maximum with a constant, and that constant."""
    plan = graph.plan
    if Op(plan.op[register]) == Op.MAXIMUM:
        for one, other in (graph.reads[register], graph.reads[register][::-1]):
            if Op(plan.op[other]) == Op.CONSTANT:
                return one, float(plan.x[other])
    return register, -np.inf


def _window(integrator: Integrator) -> Grid:
    """Return a grid that holds all but `_WINDOW` of the distribution on each side, and shows its shape.

    The range of a sum is far wider than where it ever lies, so the window is drawn in on rough grids.
    """
    low, high = integrator.measure(Range(), ROUGH)
    for _ in range(_DRAWN_IN):
        # a constant has no width
        span = max(float(high - low), 1e-9 * max(abs(low), abs(high), 1.0))
        rough = Grid(low - 0.1 * span, 1.2 * span / _ROUGH_CELLS, _ROUGH_CELLS)
        values, below = rough.cumulated(integrator.measure(rough, ROUGH))
        low, high = np.interp([_WINDOW, 1.0 - _WINDOW], below, values)
        if high - low > 0.5 * span:
            break
    marks = np.interp([0.005, 0.05, 0.25, 0.75, 0.95, 0.995], below, values)
    widths = np.diff(marks)[[0, 2, 4]] / np.array([16.0, 64.0, 16.0])
    cells = np.clip(1.2 * span / max(float(widths.min()), 1e-300), _FEWEST_CELLS, _MOST_CELLS)
    cells = 1 << int(np.ceil(np.log2(cells)))
    return Grid(rough.start, 1.2 * span / cells, cells)


def _distribution(integrator: Integrator, level: Level, grid: Grid, least: float) -> ExactTotal:
    finer = Grid(grid.start, grid.step / (1 << level.cells), grid.cells << level.cells)
    values, below = finer.cumulated(integrator.measure(finer, level))
    mass = np.diff(below, prepend=0.0)
    mean = float(np.sum(mass * np.maximum(values - 0.5 * finer.step, least)))
    return ExactTotal(values, below, mean, np.inf, least)
