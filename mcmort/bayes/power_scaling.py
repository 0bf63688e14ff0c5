"""What drives a total: figures, by leaving each out; prior and likelihood, by making each weaker or stronger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.posterior import Posterior

__all__ = ["MOST_K", "Influence", "Sensitivity", "influence", "sensitivity"]

type Array = NDArray[np.float64]

MOST_K: Final = 0.7
"""Pareto k above which importance sampling is not reliable (Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25)."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What leaving out one figure does to a total.

    Attributes
    ----------
    name : str
        The figure.
    quantiles : tuple of float
        At 2.5, 50 and 97.5 % without it.
    pareto_k : float
        Reliability of the estimate; see `MOST_K`.
    """

    name: str
    quantiles: tuple[float, float, float]
    pareto_k: float

    @property
    def is_sure(self) -> bool:
        """Whether the estimate is reliable; else the case should be fitted without the figure."""
        return self.pareto_k <= MOST_K


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How strongly a total moves if all priors, or the whole likelihood, are made a little weaker or stronger.

    The cumulative Jensen-Shannon distance for a doubling of the power (Kallioinen, Paananen, Buerkner and Vehtari 2023,
    Statistics and Computing 34); above 0.05 it is worth a look.
    """

    prior: float
    likelihood: float


def influence(posterior: Posterior, values: Array) -> list[Influence]:
    """Leave out each figure by Pareto-smoothed importance sampling.

    Parameters
    ----------
    posterior : Posterior
        A fit.
    values : ndarray, shape (n_draws,)
        A total of it.

    Returns
    -------
    list of Influence
        By how far the median moves, the farthest first.
    """
    from arviz_stats.base import array_stats

    order = np.argsort(values)
    ordered, median = values[order], float(np.median(values))
    influences = []
    for name, log_likelihood in posterior.log_likelihood.items():
        log_weights, k = array_stats.psislw(log_likelihood, axis=-1)  # it negates the log likelihood itself
        weights = np.exp(np.asarray(log_weights))[order]
        below = (np.cumsum(weights) - 0.5 * weights) / weights.sum()
        low, middle, high = np.interp([0.025, 0.5, 0.975], below, ordered).tolist()
        influences.append(Influence(name, (low, middle, high), float(k)))
    return sorted(influences, key=lambda item: (-abs(item.quantiles[1] - median), item.name))


def sensitivity(posterior: Posterior, values: Array) -> Sensitivity:
    """Scale the powers of prior and likelihood.

    Parameters
    ----------
    posterior : Posterior
        A fit.
    values : ndarray, shape (n_draws,)
        A total of it.

    Returns
    -------
    Sensitivity
    """
    import arviz_stats
    from arviz_base import from_dict

    chains = posterior.manifest.chains

    def split(array: Array) -> Array:
        return array.reshape(chains, -1)

    likelihood = np.sum(list(posterior.log_likelihood.values()), axis=0)
    tree = from_dict(
        {
            "posterior": {"total": split(values)},
            "log_likelihood": {"figures": split(likelihood)},
            "log_prior": {"parameters": split(posterior.log_prior)},
        }
    )
    indices = [
        float(arviz_stats.psense(tree, var_names=["total"], group=group)["total"]) for group in ("prior", "likelihood")
    ]
    return Sensitivity(*indices)
