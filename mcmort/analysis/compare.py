"""Definitions side by side on the same draws, each with the published totals that start from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from mcmort.analysis.schools import TotalPieces
from mcmort.analysis.summary import PROBABILITIES, Summary, summarise
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Claim
from mcmort.errors import DefinitionError
from mcmort.totals import (
    DefinitionChanges,
    DrawSource,
    Total,
    definition_of,
    of_claim,
    same_scope,
    totals_with_evidence,
)

__all__ = ["ComparedDefinition", "Comparison", "PublishedTotal", "compare"]


@dataclass(frozen=True, slots=True)
class PublishedTotal:
    """A published total beside a definition.

    Attributes
    ----------
    claim : Claim
        The figure and its source.
    is_same_scope : bool
        Whether the author counts what the definition counts, and nothing beyond the case.
    is_superseded : bool
        Whether the author has since replaced it.
    """

    claim: Claim
    is_same_scope: bool
    is_superseded: bool


@dataclass(frozen=True)
class ComparedDefinition:
    """One definition of a comparison, with the published totals that start from it."""

    total: Total
    summary: Summary
    published: tuple[PublishedTotal, ...]

    @cached_property
    def pieces(self) -> TotalPieces:
        """The pieces of the total and of its components, with the schools behind them."""
        return TotalPieces(self.total)


@dataclass(frozen=True)
class Comparison:
    """Definitions of one case, on the same draws, in the order of the case."""

    draws: DrawSource
    rows: tuple[ComparedDefinition, ...]
    years: tuple[int, int] | None
    empty: dict[str, str]
    """Definitions that count nothing in the years asked for, each with the reason."""


def compare(
    draws: DrawSource,
    definitions: Sequence[str] | None = None,
    *,
    years: tuple[int, int] | None = None,
    probabilities: Sequence[float] = PROBABILITIES,
) -> Comparison:
    """Compute a case's definitions side by side on the same draws.

    Parameters
    ----------
    draws : Draws or Sampler
        From either engine.
    definitions : sequence of str, optional
        Names; by default all, in the order of the case.
    years : tuple of int, optional
        First and last year to restrict all of them to.
    probabilities : sequence of float
        Of the intervals.

    Returns
    -------
    Comparison

    Raises
    ------
    DefinitionError
        If a definition is unknown, or none of them counts anything.
    """
    case = draws.case
    names = list(case.definitions if definitions is None else definitions)
    for name in names:
        definition_of(case, name)  # a name that the case does not have is an error, not an empty definition
    changes = DefinitionChanges(years=years)
    changed = {name: partial(definition_of, case, name, changes) for name in names}
    totals, empty = totals_with_evidence(draws, changed, probabilities=probabilities)
    if not totals:
        raise DefinitionError("; ".join(empty.values()) or f"{case.id} has no definitions")
    rows = [
        ComparedDefinition(
            totals[name],
            summarise(totals[name].values, probabilities, chains=totals[name].chains),
            _published(case, name, years),
        )
        for name in names
        if name in totals
    ]
    return Comparison(draws, tuple(rows), years, empty)


def _published(case: Case, name: str, years: tuple[int, int] | None) -> tuple[PublishedTotal, ...]:
    """Return the published totals that start from a definition, those of the same scope marked."""
    retired = case.retired()
    published = []
    for claim in case.claims.values():
        if claim.definition == name:
            ours = definition_of(case, name, DefinitionChanges(years=years))
            is_same = claim.beyond is None and same_scope(case, ours, of_claim(case, claim))
            published.append(PublishedTotal(claim, is_same, claim.id in retired))
    return tuple(published)
