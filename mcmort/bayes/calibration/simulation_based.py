"""Simulation-based calibration: whether posteriors of simulated cases hold the true values as often as they claim.

Parameters are drawn from the prior, every figure of a case from the model (`mcmort.bayes.calibration.simulated_cases`),
and the case is fitted to these figures as to its own. If model, density and sampler agree, the rank of each true value
among draws of its posterior is uniform (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788). The log
density is ranked too, for it also shows a posterior that ignores figures (Modrák and others 2023, Bayesian
Analysis, doi:10.1214/23-BA1404).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.tape import TapeProgram
from mcmort.bayes.backends import DataFreeBackend, PriorBackend, by_name, evaluate_prior, program_of
from mcmort.bayes.calibration.negative_controls import NEGATIVE_CONTROLS
from mcmort.bayes.calibration.rank_uniformity import LEAST_RANKS, chi_square, distribution_test
from mcmort.bayes.calibration.simulated_cases import simulate_one
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.model import build_model
from mcmort.bayes.predictive import generator
from mcmort.bayes.sample import sample
from mcmort.catalogue.case import Case
from mcmort.definitions import evaluate, resolve, resolve_definition
from mcmort.errors import ConvergenceError, DefinitionError, UsageError
from mcmort.tasks import Task, TaskFailure, run_tasks, task_of

__all__ = ["DRAWS", "Calibration", "calibrate", "calibration_of", "calibration_tasks", "rank_one_case"]

type Array = NDArray[np.float64]

_CHAINS: Final = 3
_TUNE: Final = 200
DRAWS: Final = 99
"""Draws among which a value is ranked, 33 of each chain: a hundred ranks."""
_THINNED: Final = (6, 12, 24, 48)
"""Of how many draws one is kept: more, where the effective sample size is below `_LEAST_ESS`."""
_LEAST_ESS: Final = 1.5 * DRAWS
"""With as many, the draws that are kept correlate by less than 0.05, if autocorrelation falls geometrically."""


@dataclass(frozen=True)
class Calibration:
    """Ranks of true values among draws of their posteriors.

    Fits whose chains do not mix are left out of all that is computed here; the engine too refuses fits, though by more
    thresholds (`mcmort.bayes.diagnostics`). That a fit is left out depends on the figures and not on the truth behind
    them, so the ranks of the others are still uniform.

    Attributes
    ----------
    quantities : tuple of str
        What was ranked: columns as in a fit, ``lineage:NAME``, ``total:DEFINITION``, and ``log density``.
    ranks : ndarray of int64, shape (n_simulations, n_quantities)
        How many of `DRAWS` posterior draws lie below the true value.
    ess : ndarray, shape (n_simulations,)
        Least bulk effective sample size of the parameters, before thinning. Where it stays small the chains do not mix.
    divergent : ndarray of int64, shape (n_simulations,)
        Divergent transitions.
    """

    quantities: tuple[str, ...]
    ranks: NDArray[np.int64]
    ess: Array
    divergent: NDArray[np.int64]

    @property
    def counted(self) -> NDArray[np.int64]:
        """Ranks of the fits whose chains mixed, shape ``(n_mixed, n_quantities)``."""
        return self.ranks[self.ess >= _LEAST_ESS]

    def probabilities(self) -> dict[str, tuple[float, float]]:
        """Return for each quantity how probable its ranks are if uniform, by `chi_square` and `distribution_test`.

        Raises
        ------
        ConvergenceError
            If too few fits converged.
        """
        if len(self.counted) < LEAST_RANKS:
            raise ConvergenceError(
                f"{len(self.counted)} of {len(self.ranks)} fits of simulated cases mixed; "
                f"expected {LEAST_RANKS} or more. Hint: simulate more"
            )
        by_quantity = zip(self.quantities, self.counted.T, strict=True)
        return {name: (chi_square(ranks, DRAWS), distribution_test(ranks, DRAWS)) for name, ranks in by_quantity}

    def rejected(self, level: float = 0.01) -> dict[str, float]:
        """Return the quantities whose ranks are not uniform, each with the smaller of its two probabilities.

        The level holds for all quantities and both tests together (Bonferroni).
        """
        least = {name: min(both) for name, both in self.probabilities().items()}
        return {name: value for name, value in least.items() if value < level / (2 * len(least))}

    def coverage(self, name: str, probability: float) -> float:
        """Return how often a central interval of the posterior held the true value.

        The interval lies between two of the draws, so that exactly this share is expected where `probability` is a
        multiple of 2 %.
        """
        ranks = self.counted[:, self.quantities.index(name)]
        outside = round((DRAWS + 1) * (1.0 - probability) / 2.0)
        return float(np.mean((ranks >= outside) & (ranks <= DRAWS - outside)))


def calibration_tasks(
    case: Case,
    simulations: int,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    believed: str | None = None,
) -> list[Task]:
    """Return the tasks of a calibration, one for each simulated case; see `calibrate`."""
    if simulations < 1:
        raise UsageError(f"the number of simulations is {simulations}; expected 1 or more")
    if believed is not None and believed not in NEGATIVE_CONTROLS:
        raise UsageError(f"no wrong model {believed!r}; expected one of {', '.join(NEGATIVE_CONTROLS)}")
    collected = collect(case, evidence, without)
    asked = {"evidence": sorted(collected.admitted), "without": sorted(collected.without), "believed": believed}
    return [
        task_of(rank_one_case, {**asked, "seed": seed, "number": number}, case) for number in range(simulations)
    ]  # fmt: skip


def calibrate(
    case: Case,
    simulations: int,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    believed: str | None = None,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Simulate cases, fit each, and rank the true values.

    Parameters
    ----------
    case : Case
        What figures there are.
    simulations : int
        How many cases to simulate.
    seed : int
        The same seed gives the same ranks, whatever runs the fits.
    evidence, without : iterable of str, optional
        As of `mcmort.fit`.
    believed : str, optional
        One of `NEGATIVE_CONTROLS`: the simulated evidence is fitted by a wrong model of the same parameters, to see
        whether it is rejected. Its log density is not that of the truth, and is not ranked.
    folder : Path, optional
        Keeps each finished fit; see `mcmort.tasks.run_tasks`.
    executor : concurrent.futures.Executor, optional
        Runs the fits, in threads, processes or on other machines; by default a thread for each processor.
    progress : callable, optional
        Called with the fits done and the fits asked for.

    Returns
    -------
    Calibration

    Raises
    ------
    UsageError
        If there is nothing to simulate, or no wrong model of that name.
    ConvergenceError
        If the sampler cannot start.
    """
    tasks = calibration_tasks(case, simulations, seed=seed, evidence=evidence, without=without, believed=believed)
    own = ThreadPoolExecutor(os.cpu_count() or 1) if executor is None else nullcontext(executor)
    with own as pool:
        return calibration_of(run_tasks(tasks, folder=folder, executor=pool, progress=progress))


def calibration_of(results: Mapping[str, Any]) -> Calibration:
    """Put the results of `calibration_tasks` together.

    Raises
    ------
    ConvergenceError
        If some have failed.
    """
    ranked = [result for result in results.values() if not isinstance(result, TaskFailure)]
    failures = [result for result in results.values() if isinstance(result, TaskFailure)]
    if failures:
        raise ConvergenceError(
            f"{len(failures)} of {len(results)} simulated cases could not be fitted; the first: {failures[0]}"
        )
    quantities = tuple(ranked[0]["ranks"])
    return Calibration(
        quantities,
        np.array([[fit["ranks"][name] for name in quantities] for fit in ranked], dtype=np.int64),
        np.array([fit["ess"] for fit in ranked]),
        np.array([fit["divergent"] for fit in ranked], dtype=np.int64),
    )


def rank_one_case(case: Case, request: Mapping[str, Any]) -> dict[str, Any]:
    """Simulate one case, fit it and rank its true values: a task of `calibration_tasks`."""
    seed, number, believed = request["seed"], request["number"], request["believed"]
    asked = _Asked(case.digest, tuple(request["evidence"]), tuple(request["without"]), case)
    scores, simulated = simulate_one(_collected(asked), number, seed)
    fitted = simulated if believed is None else NEGATIVE_CONTROLS[believed](simulated)
    truth = _quantities(simulated, PriorBackend(by_name(simulated, scores)))
    fit = _fit(program_of(fitted), evaluate_prior(fitted, scores).parameters[0], seed, number)
    drawn = _quantities(fitted, DataFreeBackend(by_name(fitted, fit.scores)))
    if believed is None:
        drawn["log density"], truth["log density"] = fit.log_density, np.array([fit.true_log_density])
    return {
        "ranks": {name: _rank(float(true[0]), drawn[name], name, seed, number) for name, true in truth.items()},
        "ess": fit.ess,
        "divergent": fit.divergent,
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """The evidence that is simulated; the same digest is the same case."""

    digest: str
    evidence: tuple[str, ...]
    without: tuple[str, ...]
    case: Case = field(compare=False, repr=False)


@lru_cache(maxsize=2)
def _collected(asked: _Asked) -> Evidence:
    return collect(asked.case, asked.evidence, asked.without)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Thinned draws of one fit, shape ``(DRAWS, n_parameters)``, their log densities, and how it went."""

    scores: Array
    log_density: Array
    true_log_density: float
    ess: float
    divergent: int


def _fit(program: TapeProgram, truth: Array, seed: int, number: int) -> _Fit:
    """Sample until the draws that are kept are nearly independent."""
    from arviz_stats.base import array_stats

    from mcmort.bayes.autodiff.density import Density

    fit_seed = int(generator(seed, "fit", str(number)).integers(2**63))
    for thinned in _THINNED:
        length = thinned * DRAWS // _CHAINS
        chains = sample(program, fit_seed, draws=length, tune=_TUNE, chains=_CHAINS, cores=1)
        scores = np.moveaxis(chains.scores, -1, 0)
        ess = float(np.min(array_stats.ess(scores, method="bulk", chain_axis=1, draw_axis=2)))
        if ess >= _LEAST_ESS:
            break
    kept = slice(thinned - 1, None, thinned)
    return _Fit(
        chains.scores[:, kept].reshape(DRAWS, -1),
        chains.stats["logp"][:, kept].reshape(DRAWS),
        Density(program)(truth)[0],
        ess,
        int(chains.stats["diverging"].sum()),
    )


def _quantities(evidence: Evidence, backend: DataFreeBackend) -> dict[str, Array]:
    """Return what is ranked, over draws: all that is uncertain, and the totals of the definitions."""
    build_model(backend, evidence)
    certain = {name for name, curve in evidence.curves.items() if isinstance(curve, float)}
    certain |= {f"registered:{name.partition(':')[2]}" for name in certain if name.startswith("completeness:")}
    of_figures = ("expected:", "scale:", "error:", "sum:")  # not of deaths
    certain |= {name for name in backend.kept if name.startswith(of_figures)}
    ranked = {name: values for name, values in backend.kept.items() if name not in certain}
    ranked |= {name: backend.given[name] for name in evidence.parameters if name.startswith(("lineage:", "common:"))}
    case, columns = evidence.case, frozenset(backend.kept)
    for name, definition in case.definitions.items():
        with suppress(DefinitionError):  # nothing is known of what it counts
            account = resolve_definition(case, evidence.statuses, columns, resolve(case, definition))
            ranked[f"total:{name}"] = evaluate(case, backend.kept, account, lambda split: split.mean).total
    return ranked


def _rank(true: float, drawn: Array, name: str, seed: int, number: int) -> int:
    """Count the draws below a true value; among equals its place is drawn."""
    below, equal = int(np.sum(drawn < true)), int(np.sum(drawn == true))
    return below + int(generator(seed, "tie", name, str(number)).integers(equal + 1)) if equal else below
