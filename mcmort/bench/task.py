"""The task that every tool is given: lognormal components, weighted into the totals of several definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.errors import UsageError

__all__ = ["PROBABILITIES", "Floats", "Task", "make_task"]

type Floats = NDArray[np.float64]

PROBABILITIES: Final = (0.025, 0.5, 0.975)
"""Every tool returns the quantiles of each total at these probabilities: a 95 % interval and its median."""
_LOADING: Final = 0.5


@dataclass(frozen=True)
class Task:
    """Components, their dependence and the definitions over them.

    Attributes
    ----------
    medians : tuple of float
        Median of each component, deaths.
    log_sds : tuple of float
        Standard deviation of the logarithm of each component.
    weights : tuple of tuple of float
        Share of each component in each definition: 0, a half or 1.
    loading : float
        Loading of every component on one normal factor (a Gaussian copula with correlations ``loading ** 2``); 0 for
        independent components.
    """

    medians: tuple[float, ...]
    log_sds: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    loading: float

    @property
    def name(self) -> str:
        """Words for a table."""
        kind = "factor copula" if self.loading else "independent"
        return f"{len(self.medians)} components, {kind}"

    @property
    def own(self) -> float:
        """Loading of every component on a normal score of its own."""
        return float(np.sqrt(1.0 - self.loading**2))

    @property
    def weight_matrix(self) -> Floats:
        """The weights, shape ``(n_definitions, n_components)``."""
        return np.array(self.weights)

    @property
    def log_medians(self) -> Floats:
        """Logarithms of the medians, shape ``(n_components,)``."""
        return np.log(self.medians)

    @property
    def correlation(self) -> Floats:
        """Correlation matrix of the normal scores, shape ``(n_components, n_components)``."""
        count = len(self.medians)
        return self.loading**2 * np.ones((count, count)) + (1.0 - self.loading**2) * np.eye(count)


def make_task(components: int, *, correlated: bool, definitions: int = 10) -> Task:
    """Make the task of a given size.

    Medians run from 10,000 to 2 million in equal ratios and log-sds from 0.15 to 0.7, dealt out so that large and wide
    do not go together. The first definition counts everything; each further one leaves out some of the largest
    components and counts every fourth of the rest by half.

    Parameters
    ----------
    components : int
        Number of components, at least 2.
    correlated : bool
        Whether one factor with loading 0.5 correlates the components.
    definitions : int
        Number of definitions.

    Returns
    -------
    Task

    Raises
    ------
    UsageError
        If there are fewer than 2 components.
    """
    if components < 2:
        raise UsageError(f"the number of components is {components}; expected 2 or more")
    log_sds = np.linspace(0.15, 0.7, components)
    index = np.arange(components)
    weights = []
    for definition in range(definitions):
        counted = index < components - int(0.08 * definition * components)
        halved = (definition > 0) & ((index + definition) % 4 == 0)
        weights.append(tuple(np.where(counted, np.where(halved, 0.5, 1.0), 0.0).tolist()))
    return Task(
        medians=tuple(np.geomspace(1e4, 2e6, components).tolist()),
        log_sds=tuple(log_sds[(7 * index + 3) % components].tolist()),
        weights=tuple(weights),
        loading=_LOADING if correlated else 0.0,
    )
