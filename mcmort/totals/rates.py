"""Totals as shares of the population at risk, draw by draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.checks.population import PERSONS
from mcmort.catalogue.records import Quantity
from mcmort.definitions import DefinitionChanges, definition_of, resolve
from mcmort.errors import DefinitionError
from mcmort.results import Arithmetic, Draws, DrawSource, Question, Split, Sums, Values
from mcmort.totals.fit_on_request import FitOnRequest
from mcmort.totals.total import Total, TotalQuestion, question_of

__all__ = ["PER", "Rate", "rates_of"]

PER: Final = 1_000.0
"""Rates are deaths per so many of the population at risk."""


@dataclass(frozen=True)
class Rate:
    """A total as a share of its population at risk.

    Attributes
    ----------
    total : Total
        The total, without its parts.
    population : Quantity
        The population at risk.
    people, values : Values
        Persons at risk, and deaths per 1,000 of them, on the same draws as the total.
    is_drawn_apart : bool
        Whether the population is drawn from its pooled figures beside a fit in which nothing rests on it.
    """

    total: Total
    population: Quantity
    people: Values
    values: Values
    is_drawn_apart: bool


def rates_of(
    source: DrawSource,
    definitions: Sequence[str],
    changes: DefinitionChanges | None = None,
    *,
    probabilities: Sequence[float] = (0.95,),
) -> list[Rate]:
    """Compute totals as shares of their populations at risk, all on the same draws.

    Parameters
    ----------
    source : Draws or Sampler
        Where the draws come from.
    definitions : sequence of str
        Names of definitions that name their population at risk.
    changes : DefinitionChanges, optional
        What to change in each of them.
    probabilities : sequence of float
        Of intervals.

    Raises
    ------
    DefinitionError
        If a definition names no population, or one without evidence, or counts anything but deaths.
    """
    case, questions, asked = source.case, list[Question](), list[tuple[TotalQuestion, Quantity]]()
    for name in definitions:
        definition = definition_of(case, name, changes)
        if definition.population is None:
            known = ", ".join(one.id for one in case.definitions.values() if one.population is not None)
            raise DefinitionError(
                f"the definition {name!r} of {case.id} names no population at risk; expected one that does: "
                f'{known or "none does"}. Hint: population = "..." in definitions.toml names a quantity of the case'
            )
        question = question_of(source, resolve(case, definition))
        units = {case.components[term].unit for term in question.account.terms}
        if units != {"deaths"}:
            raise DefinitionError(
                f"the definition {name!r} counts {', '.join(sorted(units))}; a rate is of deaths alone"
            )
        asked.append((question, case.quantities[definition.population]))
    missing = [population.id for _, population in asked if f"quantity:{population.id}" not in source.columns]
    if missing and isinstance(source, FitOnRequest):
        source.evaluate([_Alone(question) for question, _ in asked], probabilities=probabilities)
        source = source.posterior  # as long as the totals ask for
    source = _with_populations(source, missing)
    for question, population in asked:
        questions += [_Alone(question), _Rate(question, population)]
    draws, sums = source.evaluate(questions, probabilities=probabilities)
    return [
        Rate(question.explained(draws, deaths), population, rate.parts["people"], rate.total, population.id in missing)
        for (question, population), deaths, rate in zip(asked, sums[::2], sums[1::2], strict=True)
    ]


def _with_populations(source: DrawSource, missing: Sequence[str]) -> DrawSource:
    """Add populations on which no figure of a fit rests: nothing is learnt of them, so they are drawn beside it."""
    if not missing:
        return source
    made = source.manifest
    drawn: Mapping[str, NDArray[np.float64]] = {}
    if isinstance(source, Draws) and made.engine == "synthesis":
        from mcmort.sampler import simulate  # the engines load only when they are needed

        pooled = simulate(source.case, made.draws, rng=made.seed, evidence=frozenset(made.evidence)).columns
        drawn = {f"quantity:{name}": pooled[f"quantity:{name}"] for name in missing if f"quantity:{name}" in pooled}
        source = replace(source, columns={**source.columns, **drawn})
    unknown = [name for name in missing if f"quantity:{name}" not in drawn]
    if unknown:
        raise DefinitionError(f"the population at risk {unknown[0]!r} of {source.case.id} has no admissible evidence")
    return source


@dataclass(frozen=True)
class _Alone:
    """The question of a total without its parts."""

    deaths: TotalQuestion

    @property
    def name(self) -> str:
        return self.deaths.name

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        return Sums(self.deaths(columns, split).total, {}, {})


@dataclass(frozen=True)
class _Rate:
    """The question how many of 1,000 persons at risk died; the persons are a part of the answer."""

    deaths: TotalQuestion
    population: Quantity

    @property
    def name(self) -> str:
        return f"{self.deaths.name} over the population {self.population.id!r}"

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        people = columns[f"quantity:{self.population.id}"] * PERSONS[self.population.unit]
        return Sums(self.deaths(columns, split).total / people * PER, {"people": people}, {})
