"""The table of deaths per population: one row for each definition of each case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mcmort.analysis.rates import SummarisedRate
from mcmort.present.engine_note import engine_note
from mcmort.present.numbers import probability_text, rate_texts, rate_unit, rounding_for
from mcmort.present.print_format import EN_DASH, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import (
    floor_condition,
    floor_note,
    interval_text,
    is_floor,
    level_text,
    measure_text,
    or_more,
)

__all__ = ["rates_headline", "rates_table"]

_NOTEWORTHY: Final = 0.001
"""Probability of the impossible from which a note says so."""


def rates_headline(rows: Sequence[SummarisedRate], interval: float) -> str:
    """Return the sentence that says the largest of some rates, with its definition."""
    row = max(rows, key=lambda row: row.per_thousand.median)
    total, unit = row.rate.total, rate_unit([row.per_thousand])
    span, median = rate_texts(row.per_thousand, interval, unit)
    largest = "" if len(rows) == 1 else f" the largest of {len(rows)} rates:"
    people = f"deaths for every {unit:,} people"
    text = f"{span} {people} ({level_text(interval)}; median {median})"
    if condition := floor_condition(total):
        least = f"at least {span.partition(EN_DASH)[0]}; " if is_floor(total) else ""
        text = f"{least}{text} if {condition},"
    return (
        f"{total.case.head.title}:{largest} {text} under the definition \N{LEFT DOUBLE QUOTATION MARK}"
        f"{total.definition.label}\N{RIGHT DOUBLE QUOTATION MARK}, {years_text(total.years)}, {measure_text(total)}, "
        f"of the population at risk: {_population(row)}."
    )


def rates_table(rows: Sequence[SummarisedRate], interval: float = 0.95) -> Table:
    """Return the table of deaths per population.

    Parameters
    ----------
    rows : sequence of SummarisedRate
        Of one case or of several.
    interval : float
        Probability of the intervals.

    Returns
    -------
    Table
    """
    unit = rate_unit([row.per_thousand for row in rows])
    cases = list(dict.fromkeys(row.rate.total.case.id for row in rows))
    columns = (
        Column("Definition"),
        Column("Years", is_optional=len(cases) > 1),
        Column("Deaths", is_number=True),
        Column("Population", is_number=True),
        Column(f"Per {unit:,} people", is_number=True),
        Column("Median", is_number=True),
    )
    titles = {row.rate.total.case.id: row.rate.total.case.head.title for row in rows}
    return Table(
        title=f"{titles[cases[0]] if len(cases) == 1 else 'Deaths per population'}: {100 * interval:g} % intervals",
        columns=columns,
        rows=tuple(_cells(row, interval, unit, with_case=len(cases) > 1) for row in rows),
        notes=_notes(rows, len(cases) > 1),
        raw_columns=(
            "case", "definition", "population", "deaths_low", "deaths_median", "deaths_high", "people_low",
            "people_median", "people_high", "per_1000_low", "per_1000_median", "per_1000_high",
        ),
        raw_rows=tuple(_raw(row, interval) for row in rows),
    )  # fmt: skip


def _cells(row: SummarisedRate, interval: float, unit: int, *, with_case: bool) -> tuple[str, ...]:
    total, people = row.rate.total, row.people.interval(interval)
    span, median = rate_texts(row.per_thousand, interval, unit)
    return (
        f"{total.case.id}: {total.definition.label}" if with_case else total.definition.label,
        years_text(total.years),
        interval_text(total, row.deaths, interval),
        rounding_for(row.people, interval).span(people.low, people.high),
        or_more(total, span),
        median,
    )


def _raw(row: SummarisedRate, interval: float) -> tuple[object, ...]:
    numbers: list[object] = []
    for summary in (row.deaths, row.people, row.per_thousand):
        ends = summary.interval(interval)
        numbers += [ends.low, summary.median, ends.high]
    total = row.rate.total
    return (total.case.id, total.definition.id, row.rate.population.id, *numbers)


def _notes(rows: Sequence[SummarisedRate], with_case: bool) -> tuple[str, ...]:
    populations: dict[str, list[str]] = {}
    for row in rows:
        populations.setdefault(row.rate.total.case.id, []).append(_population(row))
    listed = [
        f"{f'{case}: ' if with_case else ''}{'; '.join(dict.fromkeys(names))}" for case, names in populations.items()
    ]
    notes = [f"Population at risk: {'. '.join(listed)}."]
    notes.append("A count at one time stands for all who were at risk in the years, those born later among them.")
    for row in rows:
        if row.beyond.value > _NOTEWORTHY:
            chance = probability_text(row.beyond.value, row.beyond.low, row.beyond.high)
            name = f"{row.rate.total.case.id}:{row.rate.total.definition.id}"
            notes.append(
                f"{name}: more deaths than people at risk, with a probability of {chance}: one of the two is wrong."
            )
        if row.rate.is_drawn_apart:
            notes.append(f"{row.rate.population.label}: pooled figures, since no figure of the fit rests on it.")
    notes += floor_note([row.rate.total for row in rows])
    firsts = {row.rate.total.case.id: row for row in reversed(rows)}
    own = {case: [row for row in rows if row.rate.total.case.id == case] for case in dict.fromkeys(populations)}
    notes += [engine_note(firsts[case].rate.total, *(row.deaths for row in members)) for case, members in own.items()]
    return tuple(dict.fromkeys(notes))


def _population(row: SummarisedRate) -> str:
    population = row.rate.population
    years = years_text(population.years)
    label = population.label if years in population.label else f"{population.label}, {years}"
    return f"{label} ({population.territory})"
