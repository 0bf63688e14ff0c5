"""Samples the model of measured errors, and refuses a fit whose chains do not agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.measured_errors.design import Design
from mcmort.bayes.measured_errors.model import PARAMETERS, errors_model
from mcmort.errors import ConvergenceError

__all__ = ["Fit", "compiled", "fit_errors"]

_CHAINS: Final = 4
_TUNE: Final = 1_000
_RHAT: Final = 1.01
_ESS: Final = 400.0
_DIVERGENCES: Final = 0.002
"""Share of divergent transitions up to which a fit is kept."""

type Refit = Callable[[NDArray[np.float64], int, int], dict[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class Fit:
    """Draws of the posterior.

    Attributes
    ----------
    design : Design
        What was fitted.
    draws : dict of str to NDArray
        By parameter, the first axis over draws.
    rhat, ess : float
        The worst over all parameters.
    """

    design: Design
    draws: dict[str, NDArray[np.float64]]
    rhat: float
    ess: float


def fit_errors(design: Design, seed: int = 1, draws: int = 2_000) -> Fit:
    """Sample the posterior of bias and spread.

    Parameters
    ----------
    design : Design
        The pairs.
    seed : int
        Of the sampler.
    draws : int
        Of each of four chains.

    Returns
    -------
    Fit

    Raises
    ------
    ConvergenceError
        If the chains do not agree, or say too little.
    """
    sampled = _sample(_compile(design), draws, seed)
    rhat, ess = _diagnose(sampled)
    divergent = float(sampled.sample_stats["diverging"].mean())
    if rhat > _RHAT or ess < _ESS or divergent > _DIVERGENCES:
        raise ConvergenceError(
            f"the model of measured errors did not converge: R-hat {rhat:.3f}, effective size {ess:.0f}, "
            f"{100 * divergent:.1f} % divergent. Hint: another seed, or more pairs"
        )
    return Fit(design, _flat(sampled), rhat, ess)


def compiled(design: Design, *, chains: int = 2, tune: int = 500) -> Refit:
    """Return a function of errors, draws of a chain and seed that samples a design with other errors, compiled once."""
    program = _compile(design)

    def refit(error: NDArray[np.float64], draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
        return _flat(_sample(program.with_data(error=error), draws, seed, chains, tune))

    return refit


def _compile(design: Design) -> Any:
    import nutpie
    import pytensor

    with pytensor.config.change_flags(numba__fastmath=False):  # else bits depend on what the cache holds
        return nutpie.compile_pymc_model(errors_model(design), var_names=list(PARAMETERS))


def _sample(program: Any, draws: int, seed: int, chains: int = _CHAINS, tune: int = _TUNE) -> Any:
    import nutpie

    return nutpie.sample(
        program,
        draws=draws,
        tune=tune,
        chains=chains,
        cores=2,
        seed=seed,
        progress_bar=False,
        save_warmup=False,
        target_accept=0.95,
    )


def _flat(sampled: Any) -> dict[str, NDArray[np.float64]]:
    """Return draws of all chains one after the other."""
    posterior = {name: np.asarray(sampled.posterior[name]) for name in PARAMETERS}
    return {name: values.reshape(-1, *values.shape[2:]) for name, values in posterior.items()}


def _diagnose(sampled: Any) -> tuple[float, float]:
    from arviz_stats.base import array_stats

    rhats, sizes = [], []
    for name in PARAMETERS:
        values = np.asarray(sampled.posterior[name])
        for column in values.reshape(*values.shape[:2], -1).transpose(2, 0, 1):
            rhats.append(float(array_stats.rhat(column, chain_axis=0, draw_axis=1)))
            sizes.append(float(array_stats.ess(column, chain_axis=0, draw_axis=1)))
    return max(rhats), min(sizes)
