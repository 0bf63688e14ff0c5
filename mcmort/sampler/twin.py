"""The slow, obvious twin of the kernel: the same plan in plain NumPy, for the tests and for the reader."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcmort.elicit.table import SMALLEST, QuantileTable, knots
from mcmort.sampler.plan import Op, Plan
from mcmort.sampler.scores import normal_scores, survival_of_score
from mcmort.sampler.stream import key_of, uniforms

__all__ = ["run_plan", "survival_of"]

type Array = NDArray[np.float64]


def survival_of(table: QuantileTable, value: Array) -> Array:
    """Return the survival probability that a table gives to values, shape ``(n,)``."""
    w = knots(table.resolution)
    result = np.empty_like(value)
    for i, x in enumerate(value):
        if x >= table.upper[-1]:
            # the upper side falls: find the last knot above the value
            low = int(np.searchsorted(-table.upper, -x, side="left")) - 1
            if x >= table.upper[0]:
                result[i] = 0.0
                continue
            low = min(low, len(w) - 2)
            rest = (table.upper[low] - x) / (table.upper[low] - table.upper[low + 1])
            result[i] = w[low] + rest * (w[low + 1] - w[low])
        elif x <= table.lower[0]:
            result[i] = 1.0
        else:
            low = int(np.searchsorted(table.lower, x, side="left")) - 1
            rest = (x - table.lower[low]) / (table.lower[low + 1] - table.lower[low])
            result[i] = 1.0 - (w[low] + rest * (w[low + 1] - w[low]))
    return result


def run_plan(plan: Plan, seed: int, first: int, count: int) -> dict[str, Array]:
    """Run a plan on draws `first` to `first + count`.

    Parameters
    ----------
    plan : Plan
        The program.
    seed : int
        The seed of the run.
    first, count : int
        Which draws.

    Returns
    -------
    dict of str to ndarray, shape (count,)
        The output columns.
    """
    registers: list[Array] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for at in range(len(plan.op)):
            registers.append(_step(plan, at, registers, seed, first, count))
    return {name: registers[register] for name, register in plan.outputs.items()}


def _step(plan: Plan, at: int, registers: list[Array], seed: int, first: int, count: int) -> Array:
    op, a, b, c, x = Op(plan.op[at]), int(plan.a[at]), int(plan.b[at]), int(plan.c[at]), float(plan.x[at])
    match op:
        case Op.UNIFORM:
            return uniforms(key_of(seed, plan.streams[at]), first, count)
        case Op.NORMAL:
            return normal_scores()(uniforms(key_of(seed, plan.streams[at]), first, count))
        case Op.SURVIVAL:
            return survival_of_score(registers[a])
        case Op.QUANTILE:
            return plan.tables[b](registers[a])
        case Op.FLOORED:
            above = survival_of(plan.tables[b], registers[c])
            return np.maximum(plan.tables[b](np.maximum(registers[a] * above, SMALLEST)), registers[c])
        case Op.CONSTANT:
            return np.full(count, x)
        case Op.ADD:
            return registers[a] + registers[b]
        case Op.SUBTRACT:
            return registers[a] - registers[b]
        case Op.MULTIPLY:
            return registers[a] * registers[b]
        case Op.DIVIDE:
            return registers[a] / registers[b]
        case Op.MINIMUM:
            return np.minimum(registers[a], registers[b])
        case Op.MAXIMUM:
            return np.maximum(registers[a], registers[b])
        case Op.ADD_SCALED:
            return registers[a] + x * registers[b]
