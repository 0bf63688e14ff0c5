"""A fit that is drawn from longer where what is asked of it is not sure to the last printed digit."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mcmort.catalogue.case import Case
from mcmort.results import ComponentStatus, Draws, Manifest, Question, Sums, Values
from mcmort.results.kept_values import KeptValues
from mcmort.results.print_unit import unit_exponent

if TYPE_CHECKING:
    from mcmort.bayes import Posterior

__all__ = ["MOST_DRAWS", "FitOnRequest", "draws_needed"]

MOST_DRAWS: Final = 64_000
"""Draws of all chains together after which a fit is not made longer: 16 times the usual number."""
_RESERVE: Final = 1.2
"""More draws than the errors ask for, since they are estimates themselves."""


class FitOnRequest:
    """A fit whose chains are made longer where a Monte Carlo error exceeds the unit that a total is printed to.

    Parameters
    ----------
    fit : callable
        From a number of draws of all chains together, or None for the usual one, to a fit.

    Notes
    -----
    Same interface as `Draws`, see `mcmort.results.DrawSource`. A longer fit has the same seed, but other chains: it is
    tuned longer too. Once made it answers all later questions.
    """

    def __init__(self, fit: Callable[[int | None], Posterior]) -> None:
        self._fit = fit
        self.posterior = fit(None)

    @property
    def case(self) -> Case:
        """The case."""
        return self.posterior.case

    @property
    def manifest(self) -> Manifest:
        """How the draws were made, as they stand."""
        return self.posterior.manifest

    @property
    def statuses(self) -> Mapping[str, ComponentStatus]:
        """What is known of each component."""
        return self.posterior.statuses

    @property
    def columns(self) -> Collection[str]:
        """Names of the uncertain inputs that questions may be about."""
        return self.posterior.columns

    @property
    def conditioned(self) -> frozenset[str]:
        """Claims that the draws are conditioned on, by id."""
        return self.posterior.conditioned

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: they are."""
        return True

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (0.95,), with_parts: bool = True
    ) -> tuple[Draws, list[Sums[Values]]]:
        """Answer questions on the same draws, and on more where a total is not sure; see `DrawSource`."""
        while True:
            draws, sums = self.posterior.evaluate(questions, probabilities=probabilities, with_parts=with_parts)
            needed = max(
                (draws_needed(KeptValues(one.total, self.manifest.chains), max(probabilities)) for one in sums),
                default=0,
            )
            if len(draws) >= min(needed, MOST_DRAWS):
                return draws, list(sums)
            self.posterior = self._fit(min(needed, MOST_DRAWS))


def draws_needed(values: KeptValues, probability: float) -> int:
    """Return how many draws make the median and the ends of an interval as sure as the unit they are printed to.

    Parameters
    ----------
    values : KeptValues
        A total.
    probability : float
        Of the interval.

    Returns
    -------
    int
        Not more than there are if these are enough: Monte Carlo errors fall with the square root of the number.
    """
    tails = ((1.0 - probability) / 2.0, 0.5, (1.0 + probability) / 2.0)
    low, median, high = values.quantile(tails).tolist()
    unit = 10.0 ** unit_exponent([low, median, high], high - low)
    error = max(values.quantile_error(tail) for tail in (tails[0], tails[2]))
    return values.draws if error <= unit else math.ceil(values.draws * _RESERVE * (error / unit) ** 2)
