"""A total year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from mcmort.analysis.summary import PROBABILITIES, Summary, summarise
from mcmort.totals import DefinitionChanges, DrawSource, Total, definition_of, resolve, totals_of, totals_with_evidence

__all__ = ["Yearly", "yearly"]


@dataclass(frozen=True)
class Yearly:
    """A total, and the same of each of its years, on the same draws.

    Attributes
    ----------
    total : Total
        Of all years.
    years : dict of int to Total
        Of each year in which anything known counts.
    summaries : dict of int to Summary
        Of each of them.
    """

    total: Total
    years: Mapping[int, Total]
    summaries: Mapping[int, Summary]


def yearly(
    source: DrawSource,
    definition: str,
    changes: DefinitionChanges | None = None,
    *,
    probabilities: Sequence[float] = PROBABILITIES,
) -> Yearly:
    """Compute a total and its parts by year.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine.
    definition : str
        Name of a definition of the case.
    changes : DefinitionChanges, optional
        What to change in it; years restrict it.
    probabilities : sequence of float
        Of intervals.

    Returns
    -------
    Yearly
        Where no source says when the deaths of a component fell, the share of a year is uncertain, and so are its
        deaths.
    """
    changed = changes or DefinitionChanges()
    (total,) = totals_of(
        source, [resolve(source.case, definition_of(source.case, definition, changed))], probabilities=probabilities
    )
    first, last = total.years
    asked = {
        str(year): partial(
            definition_of, source.case, definition, changed.model_copy(update={"years": (year, year)})
        )
        for year in range(first, last + 1)
    }  # fmt: skip
    totals, _ = totals_with_evidence(source, asked, probabilities=probabilities, with_parts=False)
    by_year = {int(year): found for year, found in totals.items()}
    return Yearly(
        total,
        by_year,
        {
            year: summarise(found.values, probabilities, shortest=False, chains=found.chains)
            for year, found in by_year.items()
        },
    )
