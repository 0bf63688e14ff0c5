"""The task in mcmort: a plan, and the quantiles of its totals from the sampler's histograms."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from mcmort.bench.task import PROBABILITIES, Floats, Task
from mcmort.elicit.families import Distribution
from mcmort.elicit.table import build_score_table, build_table
from mcmort.sampler.kernel.run import draw_histograms
from mcmort.sampler.program.normal_tables import normal_scores
from mcmort.sampler.program.plan import Builder, Op, Plan

__all__ = ["mcmort_quantiles", "plan_of"]


@cache
def plan_of(task: Task) -> Plan:
    """Write the task as a plan, whose outputs ``T0``, ``T1`` ... are the totals.

    Parameters
    ----------
    task : Task
        What to compute.

    Returns
    -------
    Plan
        Kept for each task: like the case of a user, it is compiled once and run many times.
    """
    build = Builder()
    scores = build.table(normal_scores())
    values = []
    parameters = zip(task.log_medians.tolist(), task.log_sds, strict=True)
    for component, (log_median, log_sd) in enumerate(parameters):
        prior = Distribution("lognormal", (log_median, log_sd))
        stream = f"component-{component}"
        if task.loading:
            own = build.emit(Op.SCALE, build.emit(Op.DRAW, b=scores, stream=stream), x=task.own)
            factor = build.emit(Op.DRAW, b=scores, stream="factor")
            score = build.emit(Op.ADD_SCALED, own, factor, x=task.loading)
            values.append(build.emit(Op.SCORED, score, build.score_table(build_score_table(prior))))
        else:
            values.append(build.emit(Op.DRAW, b=build.table(build_table(prior)), stream=stream))
    for definition, weights in enumerate(task.weights):
        total: int | None = None
        for value, weight in zip(values, weights, strict=True):
            if weight > 0.0:
                term = value if weight == 1.0 else build.emit(Op.SCALE, value, x=weight)
                total = term if total is None else build.emit(Op.ADD, total, term)
        assert total is not None
        build.outputs[f"T{definition}"] = total
    return build.plan()


def mcmort_quantiles(
    task: Task, n: int, seed: int, *, threads: int = 1, method: Literal["plain", "quasi"] = "plain"
) -> Floats:
    """Run the task with the sampler.

    Parameters
    ----------
    task : Task
        What to compute.
    n : int
        Number of draws.
    seed : int
        Seed of the run.
    threads : int
        Threads to use.
    method : {"plain", "quasi"}
        Pseudo-random or quasi-random draws.

    Returns
    -------
    ndarray, shape (n_definitions, 3)
        Quantiles of each total at `PROBABILITIES`.
    """
    names = [f"T{definition}" for definition in range(len(task.weights))]
    estimates = draw_histograms(plan_of(task), seed, n, method=method, threads=threads, outputs=names)
    return np.array([estimates[name].whole.quantile(PROBABILITIES) for name in names])
