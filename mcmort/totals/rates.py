"""Totals as shares of the population at risk, draw by draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mcmort.catalogue.checks.population import PERSONS
from mcmort.catalogue.records import Quantity
from mcmort.definitions import DefinitionChanges, definition_of, resolve
from mcmort.errors import DefinitionError
from mcmort.results import Arithmetic, DrawSource, Question, Split, Sums, Values
from mcmort.totals.total import Total, TotalQuestion, kept, question_of

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
    if any(_column(population) not in source.columns for _, population in asked):
        return _beside_a_fit(source, asked, probabilities)
    for question, population in asked:
        questions += [_Alone(question), _Rate(question, population)]
    draws, sums = source.evaluate(questions, probabilities=probabilities)
    return [
        Rate(question.explained(draws, deaths), population, rate.parts["people"], rate.total, is_drawn_apart=False)
        for (question, population), deaths, rate in zip(asked, sums[::2], sums[1::2], strict=True)
    ]


def _column(population: Quantity) -> str:
    return f"quantity:{population.id}"


def _beside_a_fit(
    source: DrawSource, asked: Sequence[tuple[TotalQuestion, Quantity]], probabilities: Sequence[float]
) -> list[Rate]:
    """Compute rates some of whose populations no figure of a fit rests on: they are pooled beside it.

    Raises
    ------
    DefinitionError
        If a population has no admissible evidence.
    """
    from mcmort.sampler import simulate  # the engines load only when they are needed

    draws, sums = source.evaluate([_Alone(question) for question, _ in asked], probabilities=probabilities)
    made = draws.manifest
    pooled: Mapping[str, Values] = {}
    if made.engine == "synthesis":
        pooled = simulate(source.case, made.draws, rng=made.seed, evidence=frozenset(made.evidence)).columns
    rates = []
    for (question, population), deaths in zip(asked, sums, strict=True):
        column = _column(population)
        found = draws.columns.get(column, pooled.get(column))
        if found is None:
            raise DefinitionError(
                f"the population at risk {population.id!r} of {source.case.id} has no admissible evidence"
            )
        people = kept(found) * PERSONS[population.unit]
        values = kept(deaths.total) / people * PER
        is_drawn_apart = column not in draws.columns
        rates.append(Rate(question.explained(draws, deaths), population, people, values, is_drawn_apart))
    return rates


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
        people = columns[_column(self.population)] * PERSONS[self.population.unit]
        return Sums(self.deaths(columns, split).total / people * PER, {"people": people}, {})
