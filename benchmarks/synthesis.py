"""The Bayesian engine against ``pm.sample`` on the same model: effective draws for each second of sampling.

``python benchmarks/synthesis.py [CASE]`` prints a table, with the time of compiling apart. The parameters and their
density are the same (tests hold them equal); the least bulk effective sample size over all of them is counted. A run
of ours stands right before each run of a peer, and ratios are taken within these pairs: the speed of a machine changes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

os.environ.setdefault(
    "PYTENSOR_FLAGS", f"numba__fastmath=False,base_compiledir={tempfile.gettempdir()}/mcmort-pytensor"
)

import numpy as np
import nutpie  # noqa: F401  (to import it is no part of sampling)
from arviz_stats.base import array_stats

import mcmort as mm
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.pymc_model import pymc_model
from mcmort.bayes.sample import CHAINS, DRAWS, TUNE, sample

type Run = tuple[float, float, float]
REPEATS = 5
CASE = str(Path(__file__).parent / "synthetic")


def least(scores: Any) -> float:
    """Return the least bulk effective sample size, of an array of shape (chains, draws, parameters)."""
    return float(np.min(array_stats.ess(scores, chain_axis=0, draw_axis=1, method="bulk")))


def spread(values: list[float], digits: int) -> str:
    """Return a median with the range."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def row(name: str, runs: list[Run], ratios: list[float]) -> None:
    """Print one line: medians over the runs, and the ranges of what is compared."""
    compiled, seconds, effective = (median(one) for one in zip(*runs, strict=True))
    rates = [ess / time for _, time, ess in runs]
    ratio = spread(ratios, 1) if ratios else ""
    print(f"| {name} | {compiled:.1f} | {seconds:.2f} | {effective:.0f} | {spread(rates, 0)} | {ratio} |")


def main() -> None:
    """Measure and print."""
    case = sys.argv[1] if len(sys.argv) > 1 else CASE
    evidence = collect(mm.load(case))
    print(f"{case}: {len(evidence.parameters)} parameters, {len(evidence.data)} figures, {REPEATS} runs in turn\n")
    import pymc as pm

    model = pymc_model(evidence, is_kept=False)
    long = {"draws": DRAWS, "tune": TUNE, "chains": CHAINS, "cores": 2}
    kinds: dict[str, dict[str, Any]] = {
        "pm.sample, defaults (2 chains)": {},
        "pm.sample, same length": long,
        "pm.sample, same length, PyMC's own sampler": {**long, "nuts_sampler": "pymc", "mp_ctx": "forkserver"},
    }
    ours: list[Run] = []
    runs: dict[str, list[Run]] = {name: [] for name in kinds}
    ratios: dict[str, list[float]] = {name: [] for name in kinds}
    for seed in range(1, REPEATS + 1):
        for name, options in kinds.items():
            ours.append(own(evidence, seed))
            runs[name].append(timed(pm, model, {**options, "random_seed": seed}))
            (_, own_time, own_ess), (_, time, ess) = ours[-1], runs[name][-1]
            ratios[name].append(own_ess / own_time / (ess / time))
    print("| sampler | compiling, s | sampling, s | least ESS | ESS a second (range) | ours over it (range) |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    row("mcmort", ours, [])
    for name, found in runs.items():
        row(name, found, ratios[name])


def own(evidence: Evidence, seed: int) -> Run:
    """Return the time of compiling, that of sampling, and the least effective sample size, of the engine."""
    start = perf_counter()
    program = program_of(evidence)
    Density(program)(np.zeros(len(evidence.parameters)))
    compiled = perf_counter() - start
    start = perf_counter()
    chains = sample(program, seed)
    seconds = perf_counter() - start
    return compiled, seconds, least(chains.scores)


def timed(pm: Any, model: Any, options: dict[str, Any]) -> Run:
    """Return the same of PyMC: what is not sampling is compiling."""
    start = perf_counter()
    scores, seconds = _sampled(pm, model, options)
    return perf_counter() - start - seconds, seconds, least(scores)


def _sampled(pm: Any, model: Any, options: dict[str, Any]) -> tuple[Any, float]:
    with model:
        tree = pm.sample(quiet=True, **options)
    posterior = tree["posterior"]
    scores = np.concatenate([posterior["score"].to_numpy(), posterior["deaths"].to_numpy()], axis=-1)
    return scores, float(posterior.attrs["sampling_time"])


if __name__ == "__main__":
    main()
