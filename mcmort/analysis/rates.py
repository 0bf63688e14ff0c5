"""Deaths per population: totals with their populations at risk, summarised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mcmort.analysis.probability import Probability, probability_between
from mcmort.analysis.request import ChangedRequest
from mcmort.analysis.summary import Summary, summarise
from mcmort.totals import PER, DefinitionChanges, DrawSource, Rate, rates_of

__all__ = ["RatesRequest", "SummarisedRate", "summarised_rates"]


class RatesRequest(ChangedRequest):
    """What was asked: totals as shares of populations, of definitions by name or of all that name a population."""

    result: Literal["rates"] = "rates"
    is_all: bool


@dataclass(frozen=True)
class SummarisedRate:
    """A total as a share of its population at risk.

    Attributes
    ----------
    rate : Rate
        The distributions.
    deaths, people, per_thousand : Summary
        Of the total, of the population, and of deaths per 1,000 of it.
    beyond : Probability
        That more died than were at risk.
    """

    rate: Rate
    deaths: Summary
    people: Summary
    per_thousand: Summary
    beyond: Probability


def summarised_rates(
    draws: DrawSource, definitions: Sequence[str], changes: DefinitionChanges, probabilities: Sequence[float]
) -> tuple[SummarisedRate, ...]:
    """Compute and summarise totals as shares of their populations at risk; see `mcmort.totals.rates_of`."""
    summarised = []
    for rate in rates_of(draws, definitions, changes, probabilities=probabilities):
        chains = rate.total.chains
        deaths, people, share = (
            summarise(values, probabilities, shortest=False, chains=chains)
            for values in (rate.total.values, rate.people, rate.values)
        )
        beyond = probability_between(rate.values, PER, chains=chains)
        summarised.append(SummarisedRate(rate, deaths, people, share, beyond))
    return tuple(summarised)
