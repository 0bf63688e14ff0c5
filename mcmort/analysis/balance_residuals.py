"""By how much a total's components miss the demographic balances of a case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcmort.analysis.summary import check_probabilities, mean_of, quantiles_of
from mcmort.catalogue.records import Balance
from mcmort.definitions import of_balance
from mcmort.totals import Total, resolve

__all__ = ["BalanceResidual", "balance_residuals"]


@dataclass(frozen=True, slots=True)
class BalanceResidual:
    """What the formula of a balance says, less what the components of its scope sum to on the same draws.

    Positive where the components sum to less than the formula says, negative where they sum to more.

    Attributes
    ----------
    balance : Balance
        The balance, with the error that it is said to have.
    probability : float
        Of the interval.
    low, median, high : float
        The ends of the equal-tailed interval, and the median.
    mean : float
        The mean.
    unknown : tuple of str
        Components of its scope without evidence, which the sum lacks.
    """

    balance: Balance
    probability: float
    low: float
    median: float
    high: float
    mean: float
    unknown: tuple[str, ...]


def balance_residuals(total: Total, probability: float = 0.95) -> tuple[BalanceResidual, ...]:
    """Return by how much the components of a total miss the balances whose scope it holds whole.

    Parameters
    ----------
    total : Total
        From either engine.
    probability : float
        Of the interval.

    Returns
    -------
    tuple of BalanceResidual
        Sorted by id of the balance; none where the case has no balance that the total holds whole.

    Raises
    ------
    UsageError
        If the probability is not between 0 and 1.
    """
    check_probabilities([probability])
    tails = np.array([(1.0 - probability) / 2.0, 0.5, (1.0 + probability) / 2.0])
    found = []
    for name, residual in total.balances.items():
        balance = total.case.balances[name]
        # one half is zero wherever the other is not, so that the quantiles of the difference are those of the halves
        low, median, high = quantiles_of(residual.above, tails) - quantiles_of(residual.below, 1.0 - tails)
        mean = mean_of(residual.above) - mean_of(residual.below)
        scope = {term.component for term in resolve(total.case, of_balance(balance)).terms}
        unknown = tuple(sorted(scope & total.unknown.keys()))
        found.append(BalanceResidual(balance, probability, float(low), float(median), float(high), mean, unknown))
    return tuple(found)
