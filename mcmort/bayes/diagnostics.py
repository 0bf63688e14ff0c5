"""Convergence diagnostics of chains: the checks, their thresholds, and the refusal of a fit that misses one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.errors import ConvergenceError

__all__ = [
    "CHAINS",
    "DRAWS",
    "LEAST_BFMI",
    "LEAST_DRAWS",
    "LEAST_ESS",
    "MOST_DIVERGENT",
    "MOST_MCSE",
    "MOST_RHAT",
    "Diagnosis",
    "diagnose",
]

type Array = NDArray[np.float64]

CHAINS: Final = 4
"""Chains of a fit, which R-hat compares."""
DRAWS: Final = 1000
"""Usual draws of each chain."""
LEAST_DRAWS: Final = 100
"""Fewest draws of each chain that a fit may be asked for."""
MOST_RHAT: Final = 1.01
"""Rank-normalised split R-hat (Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, Bayesian Analysis 16)."""
LEAST_ESS: Final = 400.0
"""Bulk and tail effective sample size of every quantity, a hundred for each chain (the same)."""
MOST_MCSE: Final = 0.05
"""Monte Carlo standard error of the mean of every quantity, in its posterior standard deviations: that of 400
independent draws. Ranks do not show how far a few extreme draws lie; the mean does."""
MOST_DIVERGENT: Final = 0
"""Divergent transitions after tuning (Betancourt 2017)."""
LEAST_BFMI: Final = 0.3
"""Bayesian fraction of missing information of every chain (Betancourt 2016)."""


@dataclass(frozen=True)
class Diagnosis:
    """Convergence diagnostics of a fit.

    Attributes
    ----------
    rhat, ess_bulk, ess_tail : dict of str to float
        By quantity, for those that vary.
    mcse : dict of str to float
        Monte Carlo standard error of the mean of a quantity, in its posterior standard deviations.
    divergent : int
        Divergent transitions after tuning.
    bfmi : tuple of float
        Of each chain.
    steps : float
        Mean number of leapfrog steps for a draw.
    """

    rhat: Mapping[str, float]
    ess_bulk: Mapping[str, float]
    ess_tail: Mapping[str, float]
    mcse: Mapping[str, float]
    divergent: int
    bfmi: tuple[float, ...]
    steps: float

    def defects(self) -> list[str]:
        """Say which thresholds are missed, and by what."""
        defects = []
        name = _most(self.rhat)
        if not self.rhat[name] <= MOST_RHAT:
            defects.append(f"R-hat of {name} is {self.rhat[name]:.3f} (at most {MOST_RHAT})")
        for what, ess in (("bulk", self.ess_bulk), ("tail", self.ess_tail)):
            name = _least(ess)
            if not ess[name] >= LEAST_ESS:
                defects.append(f"{what} effective sample size of {name} is {ess[name]:.0f} (at least {LEAST_ESS:.0f})")
        name = _most(self.mcse)
        if not self.mcse[name] <= MOST_MCSE:
            defects.append(
                f"the Monte Carlo error of the mean of {name} is {self.mcse[name]:.3f} of its standard deviation "
                f"(at most {MOST_MCSE})"
            )
        if self.divergent > MOST_DIVERGENT:
            defects.append(f"{self.divergent} transitions diverged (at most {MOST_DIVERGENT})")
        if not min(self.bfmi) >= LEAST_BFMI:
            defects.append(f"the least fraction of missing information is {min(self.bfmi):.2f} (at least {LEAST_BFMI})")
        return defects

    def check(self, where: str) -> None:
        """Refuse a fit that misses a threshold.

        Raises
        ------
        ConvergenceError
            With all that was missed.
        """
        defects = self.defects()
        if defects:
            raise ConvergenceError(
                f"the fit of {where} is refused: {'; '.join(defects)}. Hint: figures may contradict one another; "
                "see what --without does to the ones named, or draw more with --draws"
            )


def _least(values: Mapping[str, float]) -> str:
    """Return the name of the least value; what is not a number comes first."""
    return min(values, key=lambda name: (not math.isnan(values[name]), values[name]))


def _most(values: Mapping[str, float]) -> str:
    """Return the name of the greatest value; what is not a number comes first."""
    return _least({name: -value for name, value in values.items()})


def diagnose(quantities: Mapping[str, Array], energy: Array, diverging: NDArray[np.bool_], steps: Array) -> Diagnosis:
    """Check chains.

    Parameters
    ----------
    quantities : mapping of str to ndarray, shape (n_chains, n_draws)
        What was drawn.
    energy : ndarray, shape (n_chains, n_draws)
        Of the Hamiltonian.
    diverging : ndarray of bool, shape (n_chains, n_draws)
        Which transitions diverged.
    steps : ndarray, shape (n_chains, n_draws)
        Leapfrog steps of each.

    Returns
    -------
    Diagnosis
    """
    from arviz_stats.base import array_stats

    varying = {name: values for name, values in quantities.items() if np.ptp(values) != 0.0}
    is_finite = {name: bool(np.isfinite(values).all()) for name, values in varying.items()}
    # ranks would hide an infinite draw among the largest; what is not a number fails each check
    stacked = np.stack(
        [values if is_finite[name] else np.full_like(values, np.nan) for name, values in varying.items()]
    )
    axes = {"chain_axis": 1, "draw_axis": 2}
    with np.errstate(divide="ignore", invalid="ignore"):  # of chains that do not move
        rhat, bulk, tail, mcse = (
            dict(zip(varying, np.asarray(values).tolist(), strict=True))
            for values in (
                array_stats.rhat(stacked, **axes),
                array_stats.ess(stacked, method="bulk", **axes),
                array_stats.ess(stacked, method="tail", prob=(0.05, 0.95), **axes),
                array_stats.mcse(stacked, method="mean", **axes) / np.std(stacked, axis=(1, 2), ddof=1),
            )
        )
    # ArviZ divides the variance by one draw less, which would change stored fits in the fourth digit
    change = np.diff(energy, axis=1)
    bfmi = np.mean(change**2, axis=1) / np.var(energy, axis=1)
    return Diagnosis(rhat, bulk, tail, mcse, int(diverging.sum()), tuple(bfmi.tolist()), float(steps.mean()))
