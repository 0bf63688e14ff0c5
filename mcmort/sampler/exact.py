"""The exact engine: the distribution of a register of a plan, without Monte Carlo error.

Independent groups of summands are convolved on a grid (`mcmort.sampler.convolve`). What ties groups together is
integrated over (`mcmort.sampler.ties`, `mcmort.sampler.integrate`). Each kind of nodes, and the grid, is made finer by
itself until the quantiles settle: to refine all of them at once would multiply their costs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.draws import ExactTotal
from mcmort.errors import NotExactError, UsageError
from mcmort.sampler.convolve import Grid, Window
from mcmort.sampler.integrate import Integrator
from mcmort.sampler.nodes import ROUGH, Level
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.ties import Graph

__all__ = ["PRECISION", "exact_distribution"]

type Array = NDArray[np.float64]

PRECISION: Final = 3e-5
"""Relative change of a quantile when one thing is made finer, at which the coarser is good enough."""
_LOOSEST: Final = 0.01
"""Error, as a part of the range between 0.5 and 99.5 per cent, above which a distribution is refused."""
_TO_ERROR: Final = 4.0 / 3.0
"""Error of a rule of second order over its change when intervals are halved; rules of higher order have less."""
_STEPS: Final = 6
_MOST_WORK: Final = 15_000_000
"""Values that may be computed at once for one distribution: one to three seconds."""
_EDGES: Final = 1
"""Level of the edges that is always reached if need be."""
_WINDOW: Final = 1e-9
"""Probability left out on each side of the grid at the usual precision, more where less is asked for: it is folded into
the circle, and moves quantiles between 0.5 and 99.5 per cent by a small part of what is asked for. Of a heavy tail the
standard deviation, of which no precision is asked, may lose some tenths of a per cent at the loosest."""
_MOST_LEFT_OUT: Final = 1e-6
_MARGIN: Final = 0.05
"""Parts of the range that the grid reaches beyond it."""
_DRAWN_IN: Final = 6
_WANTED: Final = np.array([2.5, 10.0, 2.5])
"""Cells between the probabilities 0.005 and 0.05, 0.25 and 0.75, 0.95 and 0.995 to start with."""
_SHOWN: Final = 12.0
"""Cells of a rough grid that nearly all of a distribution takes up when quantiles are told from it."""
_BLUR: Final = 2.0
"""Cells by which a rough distribution is blurred before it is told where its tails end."""
_ROUGH_CELLS: Final = 1 << 8
_FEWEST_CELLS: Final = 1 << 7
_MOST_CELLS: Final = 1 << 14
"""Before the grid is made finer."""
_CHECKED: Final = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995])


def exact_distribution(plan: Plan | Graph, register: int, precision: float = PRECISION) -> ExactTotal:
    """Compute the distribution of a register without Monte Carlo draws.

    Parameters
    ----------
    plan : Plan or Graph
        The program; as a graph, what is worked out of it serves other registers too.
    register : int
        One of its registers, such as ``plan.outputs["all:camps"]``.
    precision : float
        Relative error aimed at for the quantiles between 0.5 and 99.5 per cent. What is reached is stated in the
        result.

    Returns
    -------
    ExactTotal
        With an estimate of its numerical error: four thirds of the largest sum, over the kinds of nodes, of the changes
        of a quantile when one of them was made finer. It is the distribution that draws of the same plan have, with
        the tables as they are.

    Raises
    ------
    NotExactError
        If more inputs are tied together than can be integrated over, or the register is undefined for some values, or
        the error stays above a hundredth of the width of the distribution.
    UsageError
        If the precision is not between 1e-6 and 0.1.
    """
    if not 1e-6 <= precision <= 0.1:
        raise UsageError(f"the precision is {precision!r}; expected a relative error between 1e-6 and 0.1")
    graph = plan if isinstance(plan, Graph) else Graph(plan)
    register, least = _unclipped(graph, register)
    integrator = Integrator(graph, register)
    level, grid = ROUGH, _grid(integrator, precision)
    work = _work(integrator, Level(), grid.cells)
    if work > _MOST_WORK:
        raise NotExactError(
            f"this total has no exact distribution here: integrating over its inputs takes {work:,} values at "
            f"least; expected at most {_MOST_WORK:,}"
        )
    found, error = _distribution(integrator, level, grid, 0, least), np.zeros(len(_CHECKED))
    checked = found.quantile(_CHECKED)
    for choice in integrator.choices:
        change = np.zeros(len(_CHECKED))
        for step in range(_STEPS):
            finer = replace(level, **{choice: getattr(level, choice) + 1})
            more = finer.edges - ROUGH.edges
            if step and _work(integrator, finer, grid.cells << more) > _MOST_WORK:
                break
            trial = _distribution(integrator, finer, grid, more, least)
            new = trial.quantile(_CHECKED)
            change = np.abs(new - checked)
            # a quantile near zero, which has no relative error, is measured by the spread
            is_near = bool(np.all(change <= precision * np.maximum(np.abs(new), 0.01 * (new[-1] - new[0]))))
            is_settled = is_near and _moved(found, trial) <= precision
            # at the coarser level the rest takes less time; at the end the finer one is there, and better
            if not is_settled or choice == integrator.choices[-1]:
                level, found, checked = finer, trial, new
            if is_settled:
                break
        error += _TO_ERROR * change
    worst, width = float(error.max()), float(checked[-1] - checked[0])
    # a constant has no width
    if worst > max(_LOOSEST * width, 1e-6 * max(float(np.abs(checked).max()), 1.0)):
        raise NotExactError(
            f"this total has no exact distribution here: its numerical error is {worst / width:.2g} of the width "
            f"of the distribution with the most values allowed; expected at most {_LOOSEST:g}"
        )
    return replace(found, error=worst)


def _work(integrator: Integrator, level: Level, cells: int) -> int:
    """Return what a level takes with edges that are fine enough: what goes into other nodes leaves room for them.

    Without these even the fewest nodes tell little.
    """
    return integrator.work(replace(level, edges=max(level.edges, _EDGES)), cells)


def _moved(coarse: ExactTotal, fine: ExactTotal) -> float:
    """Return the largest probability that has moved by more than a cell, which a few quantiles need not show.

    Of a pool with a gap between its lineages, a segment that bridges the gap has mass there.
    """
    ends, cell = coarse.values, coarse.values[1] - coarse.values[0]
    below = np.interp(ends, fine.values, fine.below)
    above, under = (np.interp(ends + shift, ends, coarse.below) for shift in (cell, -cell))
    return float(max(np.max(below - above), np.max(under - below)))


def _unclipped(graph: Graph, register: int) -> tuple[int, float]:
    """Return the register behind a final maximum with a constant, and that constant."""
    plan = graph.plan
    if plan.op[register] == Op.MAXIMUM:
        for one, other in (graph.reads[register], graph.reads[register][::-1]):
            if plan.op[other] == Op.CONSTANT:
                return one, float(plan.x[other])
    return register, -np.inf


def _grid(integrator: Integrator, precision: float) -> Grid:
    """Return a grid that holds all but `_WINDOW` of the distribution on each side, and shows its shape.

    What the tables span may be far wider than the bulk, and then the window is drawn in on rough grids. Where coarse
    cells keep it from that, it takes more of them.
    """
    outside = min(_WINDOW * max(precision / PRECISION, 1.0) ** 2, _MOST_LEFT_OUT)
    low, high = (float(end[0]) for end in integrator.measure(Window(0.1 * outside), ROUGH).ends)
    cells = _ROUGH_CELLS
    for _ in range(_DRAWN_IN):
        start, span = _with_margin(low, high)
        rough = Grid(start, span / cells, cells)
        spectrum = integrator.measure(rough, ROUGH)
        values, below = rough.cumulated(spectrum)
        marks = np.interp([0.005, 0.05, 0.25, 0.75, 0.95, 0.995], below, values)
        low, high = np.interp([outside, 1.0 - outside], rough.cumulated(spectrum, _BLUR)[1], values).tolist()
        if marks[-1] - marks[0] > _SHOWN * rough.step:
            break
        if high - low > 0.5 * span:
            cells *= 4
    start, span = _with_margin(low, high)
    narrowest = float(np.min(np.diff(marks)[[0, 2, 4]] / _WANTED))
    cells = 1 << int(np.ceil(np.log2(np.clip(span / max(narrowest, 1e-300), _FEWEST_CELLS, _MOST_CELLS))))
    return Grid(start, span / cells, cells)


def _with_margin(low: float, high: float) -> tuple[float, float]:
    """Return where a window begins that holds a range and a margin, and how wide it is; a constant has some width."""
    width = max(high - low, 1e-9 * max(abs(low), abs(high), 1.0))
    return low - _MARGIN * width, (1.0 + 2.0 * _MARGIN) * width


def _distribution(integrator: Integrator, level: Level, grid: Grid, more: int, least: float) -> ExactTotal:
    """Return the distribution at a level, on a grid halved as often as `more`."""
    finer = Grid(grid.start, grid.step / (1 << more), grid.cells << more)
    values, below = finer.cumulated(integrator.measure(finer, level))
    mass = np.diff(below, prepend=0.0)
    middles = np.maximum(values - 0.5 * finer.step, least)
    mean = float(np.sum(mass * middles))
    sd = float(np.sqrt(np.sum(mass * (middles - mean) ** 2)))
    return ExactTotal(values, below, mean, sd, np.inf, least)
