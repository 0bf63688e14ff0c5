"""Checks of a fit against its evidence: each figure beside its posterior prediction, each input before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.summary import Summary, summarise
from mcmort.bayes import Posterior

__all__ = ["Predicted", "Shifted", "predictions", "shifts"]

type Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Predicted:
    """A figure beside its replicates from the predictive distribution.

    Attributes
    ----------
    name : str
        ``COMPONENT:ESTIMATE`` or ``claim:ID``.
    printed : float
        The middle of the figure, in its unit, carried to the years of its component.
    low, middle, high : float
        Of the replicates: at 2.5, 50 and 97.5 %.
    below, below_before : float
        Share of the replicates below the figure, after and before the evidence.
    """

    name: str
    printed: float
    low: float
    middle: float
    high: float
    below: float
    below_before: float

    @property
    def is_surprising(self) -> bool:
        """Whether the figure lies outside the middle 95 % of its replicates."""
        return not 0.025 <= self.below <= 0.975


@dataclass(frozen=True, slots=True)
class Shifted:
    """An uncertain input before and after the evidence."""

    name: str
    before: Summary | None
    after: Summary


def predictions(posterior: Posterior) -> list[Predicted]:
    """Return every figure that is a number beside its replicates, in the order of the evidence.

    Parameters
    ----------
    posterior : Posterior
        A fit.

    Returns
    -------
    list of Predicted
    """
    predicted = []
    for name, value in posterior.observed.items():
        after, before = posterior.predicted[name], posterior.predicted_before[name]
        low, middle, high = np.exp(np.quantile(after, [0.025, 0.5, 0.975])).tolist()
        below, below_before = float(np.mean(after < value)), float(np.mean(before < value))
        predicted.append(Predicted(name, float(np.exp(value)), low, middle, high, below, below_before))
    return predicted


def shifts(posterior: Posterior, kind: str) -> list[Shifted]:
    """Return the columns of one kind before and after the evidence, sorted by name.

    Parameters
    ----------
    posterior : Posterior
        A fit.
    kind : str
        ``all``, ``registered``, ``quantity``, ... or ``tau``, ``bias``, ``completeness``, ``residual``.

    Returns
    -------
    list of Shifted
    """
    chains = posterior.manifest.chains
    columns = {**posterior.columns, **posterior.others}
    shifted = []
    for name in sorted(columns):
        head, _, rest = name.partition(":")
        if head == kind and np.ptp(columns[name]) > 0.0:
            prior = posterior.prior.get(name)
            before = None if prior is None else summarise(prior, (0.95,), shortest=False)
            shifted.append(Shifted(rest, before, summarise(columns[name], (0.95,), shortest=False, chains=chains)))
    return shifted
