"""The reference implementation of the kernel: the same plan in plain NumPy, for tests and the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.operators import OPERATORS
from mcmort.sampler.program.plan import ARITHMETIC, Op, Plan
from mcmort.sampler.random.streams import Points, independent_points, streams_of

__all__ = ["evaluate", "run_plan"]

type Array = NDArray[np.float64]

_UFUNCS: Final[dict[int, np.ufunc]] = {
    int(ARITHMETIC[symbol]): getattr(np, operator.name) for symbol, operator in OPERATORS.items()
}


def run_plan(plan: Plan, seed: int, first: int, count: int, *, points: Points | None = None) -> dict[str, Array]:
    """Run a plan on draws `first` to `first + count`.

    Parameters
    ----------
    plan : Plan
        The program.
    seed : int
        The seed of the run.
    first, count : int
        Which draws.
    points : Points, optional
        Of all streams, instead of those of independent draws.

    Returns
    -------
    dict of str to ndarray, shape (count,)
        The output columns.
    """
    points = independent_points(seed, streams_of(plan.streams)) if points is None else points
    registers: dict[int, Array] = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for at in range(len(plan.op)):
            uniform = points.uniforms(plan.streams[at], first, count) if plan.streams[at] else np.zeros(count)
            registers[at] = evaluate(plan, at, registers, uniform)
    return {name: registers[register] for name, register in plan.outputs.items()}


def evaluate(plan: Plan, at: int, registers: Mapping[int, Array], uniform: Array) -> Array:
    """Carry out one instruction.

    Parameters
    ----------
    plan : Plan
        The program.
    at : int
        Which instruction.
    registers : mapping of int to ndarray, shape (n,)
        Results of the instructions on which it rests.
    uniform : ndarray, shape (n,)
        Points of its stream, if it has one; they give the number of draws in any case.

    Returns
    -------
    ndarray, shape (n,)
    """
    op, a, b, c, x, _ = plan.rows[at]
    match op:
        case Op.UNIFORM:
            return uniform
        case Op.DRAW:
            return plan.tables[b](uniform)
        case Op.SCORED:
            return plan.score_tables[b](registers[a])
        case Op.LOOKED_UP:
            return plan.tables[b](registers[a])
        case Op.SELECT:
            return np.where(registers[c] < x, registers[a], registers[b])
        case Op.CONSTANT:
            return np.full(len(uniform), x)
        case Op.SCALE:
            return x * registers[a]
        case Op.ADD_SCALED:
            return registers[a] + x * registers[b]
        case _:
            return np.asarray(_UFUNCS[op](registers[a], registers[b]))
