"""Whether conditional smoothing of quantiles would pay: a trial apart from the engine, in NumPy and SciPy.

``python benchmarks/smoothing.py`` prints, for one total of twelve components, the error of both limits of its 95 %
interval when the component that moves it most is integrated out given the others, instead of being drawn. It also
prints the error when that component is drawn at several strata for each draw of the others, which any plan would allow.
The error is 1.96 times the root mean square over the seeds, the worse of the two limits, against the exact quantiles.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special
from scipy.stats import qmc

from mcmort.bench.exact import exact
from mcmort.bench.task import PROBABILITIES, Task, make_task

type Array = NDArray[np.float64]
type Method = Callable[[Task, int, int], Array]

NETS = 8
SEEDS = 16
SIZES = (1 << 12, 1 << 14, 1 << 16)


def uniforms(task: Task, count: int, seed: int) -> Array:
    """Return points of scrambled Sobol' nets, shape ``(n_inputs, count)``, with the factor first."""
    size = len(task.medians) + (task.loading > 0.0)
    nets = [qmc.Sobol(size, scramble=True, rng=NETS * seed + net).random(count // NETS).T for net in range(NETS)]
    return np.maximum(np.concatenate(nets, axis=1), 2.0**-33)


def parts(task: Task, points: Array) -> tuple[Array, Array, int]:
    """Return components with their weights, normal scores of the factor (or zeros), and which component leads."""
    scores = special.ndtri(points)
    factor = scores[0] if task.loading else np.zeros(points.shape[1])
    own = scores[1:] if task.loading else scores
    medians, sds, weights = task.log_medians[:, None], np.array(task.log_sds)[:, None], task.weight_matrix[0][:, None]
    values = weights * np.exp(medians + sds * (task.own * own + task.loading * factor))
    return values, factor, int(np.argmax(values.var(axis=1)))


def drawn(task: Task, count: int, seed: int) -> Array:
    """Take quantiles of draws."""
    return np.quantile(parts(task, uniforms(task, count, seed))[0].sum(axis=0), PROBABILITIES)


def smoothed(task: Task, count: int, seed: int) -> Array:
    """Take quantiles of the mean of conditional distribution functions of the leading component."""
    values, factor, lead = parts(task, uniforms(task, count, seed))
    total = values.sum(axis=0)
    rest, weight = total - values[lead], task.weights[0][lead]

    def below(limit: float) -> float:
        left = np.log(np.maximum((limit - rest) / weight, 1e-300))
        score = (left - task.log_medians[lead]) / task.log_sds[lead]
        return float(special.ndtr((score - task.loading * factor) / task.own).mean())

    found = []
    for probability in PROBABILITIES:
        near = float(np.quantile(total, probability))
        found.append(
            optimize.brentq(lambda limit, p=probability: below(limit) - p, 0.8 * near, 1.2 * near, xtol=1e-6 * near)
        )
    return np.array(found)


def stratified(task: Task, count: int, seed: int, *, strata: int) -> Array:
    """Take quantiles of `count` draws, in which the leading component has so many for each draw of the others."""
    points = uniforms(task, count // strata, seed)
    lead = parts(task, points)[2] + (task.loading > 0.0)
    points = np.repeat(points, strata, axis=1)
    points[lead] = (points[lead] + np.tile(np.arange(strata) / strata, count // strata)) % 1.0
    return np.quantile(parts(task, np.maximum(points, 2.0**-33))[0].sum(axis=0), PROBABILITIES)


def error(method: Method, task: Task, truth: Array, count: int) -> float:
    """Return the error of the worse limit."""
    errors = np.array([method(task, count, seed)[[0, 2]] / truth[[0, 2]] - 1.0 for seed in range(1, SEEDS + 1)])
    return float(1.96 * np.sqrt((errors**2).mean(axis=0)).max())


def main() -> None:
    """Measure and print."""
    methods: dict[str, Method] = {
        "drawn": drawn,
        "integrated out": smoothed,
        **{f"{strata} strata": partial(stratified, strata=strata) for strata in (8, 32)},
    }
    print("| task | leading component |", " | ".join(f"{size:,} draws" for size in SIZES), "|")
    print("| --- | --- |", " | ".join("---:" for _ in SIZES), "|")
    for correlated in (False, True):
        task = make_task(12, correlated=correlated, definitions=1)
        truth = exact(task, 1 << 15, 0.2).quantiles[0]
        for name, method in methods.items():
            cells = [f"{100.0 * error(method, task, truth, size):.3f} %" for size in SIZES]
            print(f"| {task.name} | {name} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
