"""The task in other tools, each as a good user of it would write it, and a registry that says which are there.

A peer returns the same quantiles as mcmort. Where a tool has no sums with weights or no quantiles of its own, that part
is done by NumPy, always on the joint draws of all components, made once for all definitions. These adapters belong to
the package, not to ``benchmarks/``, since ``mcmort bench`` of an installed wheel measures against them too.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from scipy import special

from mcmort.bench.task import PROBABILITIES, Floats, Task

__all__ = ["PEERS", "Peer", "available", "missing"]


@dataclass(frozen=True)
class Peer:
    """Another tool.

    Attributes
    ----------
    name : str
        As it is printed.
    module : str
        What has to be imported.
    package : str
        What has to be installed.
    run : callable
        From task, number of draws and seed to quantiles, shape ``(n_definitions, 3)``.
    bytes_per_draw : callable
        From a task to a rough lower bound of the memory it needs for each draw, for skipping what cannot fit.
    check_draws : int
        Draws with which its answers are checked.
    """

    name: str
    module: str
    package: str
    run: Callable[[Task, int, int], Floats]
    bytes_per_draw: Callable[[Task], int]
    check_draws: int = 1 << 16


def _arrays(copies: int) -> Callable[[Task], int]:
    """Return the bytes for each draw of a tool that holds some arrays of all components, and the totals."""
    return lambda task: 8 * (copies * len(task.medians) + 2 * len(task.weights))


def _quantiles(totals: Floats) -> Floats:
    """Return quantiles of contiguous rows, shape ``(n_definitions, 3)``."""
    # row by row NumPy takes a sixth less time than with axis=1
    return np.array([np.quantile(row, PROBABILITIES, overwrite_input=True) for row in totals])


def _to_totals(task: Task, scores: Floats) -> Floats:
    """Return totals from normal scores of the components, both with draws along the rows; overwrites the scores."""
    scores *= np.array(task.log_sds)[:, None]
    scores += task.log_medians[:, None]
    np.exp(scores, out=scores)
    return np.asarray(task.weight_matrix @ scores)


def numpy_quantiles(task: Task, n: int, seed: int) -> Floats:
    """NumPy tuned: normal scores, a Cholesky factor for the copula, one matrix product for all definitions.

    Arrays are reused in place, with draws along the rows, which takes half the time of `expressions_quantiles`.
    """
    scores = np.random.default_rng(seed).standard_normal((len(task.medians), n))
    if task.loading:
        scores = np.linalg.cholesky(task.correlation) @ scores
    return _quantiles(_to_totals(task, scores))


def expressions_quantiles(task: Task, n: int, seed: int) -> Floats:
    """NumPy as it is first written down: the same steps as expressions of whole arrays, a column for a component."""
    scores = np.random.default_rng(seed).standard_normal((n, len(task.medians)))
    if task.loading:
        scores = scores @ np.linalg.cholesky(task.correlation).T
    values = np.exp(task.log_medians + np.array(task.log_sds) * scores)
    return np.asarray(np.quantile(values @ task.weight_matrix.T, PROBABILITIES, axis=0).T)


def scipy_quantiles(task: Task, n: int, seed: int) -> Floats:
    """SciPy: a scrambled Sobol sequence (Owen 1995), inverted, with a Cholesky factor for the copula."""
    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The balance properties of Sobol", UserWarning)
        uniforms = qmc.Sobol(len(task.medians), scramble=True, rng=seed).random(n)
    # a scrambled point may be 0, whose score is infinite; ndtri is what scipy.stats.norm.ppf calls, without its checks
    np.maximum(uniforms, 2.0**-33, out=uniforms)
    scores = np.ascontiguousarray(special.ndtri(uniforms).T)
    if task.loading:
        scores = np.linalg.cholesky(task.correlation) @ scores
    return _quantiles(_to_totals(task, scores))


def squigglepy_quantiles(task: Task, n: int, seed: int) -> Floats:
    """Use squigglepy's lognormals and its Iman-Conover correlation; the sums are NumPy's.

    A sum of its own draws every component again each time it is mentioned, so no two definitions would share their
    draws, and ten definitions would cost ten times as much.
    """
    import squigglepy as sq

    sq.set_seed(seed)
    parameters = zip(task.log_medians.tolist(), task.log_sds, strict=True)
    variables = [sq.lognorm(norm_mean=log_median, norm_sd=log_sd) for log_median, log_sd in parameters]
    if task.loading:
        variables = sq.correlate(variables, task.correlation)
    values = np.stack([sq.sample(variable, n, verbose=False) for variable in variables])
    return _quantiles(np.asarray(task.weight_matrix @ values))


@cache
def _openturns_joint(task: Task) -> Any:
    import openturns as ot

    parameters = zip(task.log_medians.tolist(), task.log_sds, strict=True)
    marginals = [ot.LogNormal(log_median, log_sd) for log_median, log_sd in parameters]
    if not task.loading:
        return ot.JointDistribution(marginals)
    return ot.JointDistribution(marginals, ot.NormalCopula(ot.CorrelationMatrix(task.correlation.tolist())))


def openturns_quantiles(task: Task, n: int, seed: int) -> Floats:
    """Use OpenTURNS's joint distribution with a normal copula; sums and quantiles are NumPy's."""
    import openturns as ot

    ot.RandomGenerator.SetSeed(seed)
    values = np.asarray(_openturns_joint(task).getSample(n))
    return _quantiles(np.asarray(task.weight_matrix @ values.T))


def chaospy_quantiles(task: Task, n: int, seed: int) -> Floats:
    """Use chaospy's joint distribution, with its Nataf copula where components are tied; sums are NumPy's."""
    import chaospy

    parameters = zip(task.log_medians.tolist(), task.log_sds, strict=True)
    joint = chaospy.J(*(chaospy.LogNormal(mu=log_median, sigma=log_sd) for log_median, log_sd in parameters))
    if task.loading:
        joint = chaospy.Nataf(joint, task.correlation)
    values = np.asarray(joint.sample(n, rule="random", seed=seed))
    return _quantiles(np.asarray(task.weight_matrix @ values))


def monaco_quantiles(task: Task, n: int, seed: int) -> Floats:
    """Use monaco's cases, one call of a Python function for each draw.

    It correlates no input variables: the factor is an input of its own, and the function of a case combines scores.
    """
    import monaco
    from scipy import stats

    count = len(task.medians)
    weights, log_medians, log_sds = task.weight_matrix, task.log_medians, np.array(task.log_sds)

    def preprocess(case: Any) -> tuple[Any]:
        return (np.array([variable.val for variable in case.invals.values()]),)

    def run(scores: Floats) -> tuple[Any]:
        own = task.own * scores[:count] + task.loading * scores[count] if task.loading else scores
        return (weights @ np.exp(log_medians + log_sds * own),)

    def postprocess(case: Any, totals: Floats) -> None:
        case.addOutVal("totals", totals)

    functions = {
        monaco.SimFunctions.PREPROCESS: preprocess,
        monaco.SimFunctions.RUN: run,
        monaco.SimFunctions.POSTPROCESS: postprocess,
    }
    method = monaco.SampleMethod.RANDOM
    sim = monaco.Sim("benchmark", n, functions, samplemethod=method, seed=seed, verbose=False, debug=True)
    for index in range(count + (task.loading > 0.0)):
        sim.addInVar(f"score {index}", stats.norm, {"loc": 0.0, "scale": 1.0})
    sim.runSim()
    totals = np.array([case.outvals["totals"].val for case in sim.cases])
    return _quantiles(np.ascontiguousarray(totals.T))


PEERS: Final = (
    Peer("NumPy", "numpy", "numpy", numpy_quantiles, _arrays(1)),
    Peer("NumPy, expressions", "numpy", "numpy", expressions_quantiles, _arrays(3)),
    Peer("SciPy Sobol", "scipy", "scipy", scipy_quantiles, _arrays(2)),
    Peer("OpenTURNS", "openturns", "openturns", openturns_quantiles, _arrays(2)),
    Peer("chaospy", "chaospy", "chaospy", chaospy_quantiles, _arrays(2)),
    Peer("squigglepy", "squigglepy", "squigglepy", squigglepy_quantiles, _arrays(4)),
    Peer("monaco", "monaco", "monaco", monaco_quantiles, _arrays(20), check_draws=1 << 12),
)


def _why_missing(peer: Peer) -> str | None:
    """Return why a peer cannot be used, or None."""
    try:
        importlib.import_module(peer.module)
    except ModuleNotFoundError as error:
        if error.name == peer.module:
            return f"not installed; pip install {peer.package}, or 'mcmort[bench]' for all"
        return f"cannot be imported: it needs {error.name}, which is not installed"
    except Exception as error:
        # a peer that breaks at import, whatever the reason, is left out and said so
        return f"cannot be imported: {type(error).__name__}: {error}"
    return None


@cache
def missing() -> dict[str, str]:
    """Return why peers are missing, by name."""
    reasons = {peer.name: _why_missing(peer) for peer in PEERS}
    return {name: reason for name, reason in reasons.items() if reason is not None}


@cache
def available() -> dict[str, str]:
    """Return the versions of the peers that can be used, by name."""
    return {peer.name: version(peer.package) for peer in PEERS if peer.name not in missing()}
