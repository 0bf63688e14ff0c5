"""From a definition to its terms: which part of which component counts, and with what share of responsibility."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from mcmort.catalogue.case import Case, share_column
from mcmort.catalogue.records import Balance, Claim, Component, Definition, Scope
from mcmort.catalogue.selection import matches, select, selected_years, years_of
from mcmort.definitions.changes import shared_years
from mcmort.definitions.timing import Timing, expected_part, timing_of
from mcmort.errors import DefinitionError

__all__ = ["DefinitionTerms", "Piece", "Term", "counted_scope", "of_balance", "of_claim", "resolve", "same_scope"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a component that counts with one share of responsibility.

    Attributes
    ----------
    years : frozenset of int
        The years of the part.
    share : str
        Column of the share of responsibility, or "" for full responsibility.
    """

    years: frozenset[int]
    share: str


@dataclass(frozen=True, slots=True)
class Term:
    """One component as a definition counts it.

    Attributes
    ----------
    component : str
        Its id.
    pieces : tuple of Piece
        Its parts, each with one share of responsibility.
    fraction : float
        Part of the component that falls in the years of the definition; the expected one where timing is uncertain.
    timing : {"series", "even", "host", "unknown"}
        How its years are known.
    is_cut : bool
        Whether timing matters: not all of its years count alike.
    """

    component: str
    pieces: tuple[Piece, ...]
    fraction: float
    timing: Timing
    is_cut: bool

    @property
    def years(self) -> frozenset[int]:
        """All years that count."""
        return frozenset().union(*(piece.years for piece in self.pieces))

    def share_in(self, year: int) -> str:
        """Return the column of the share of responsibility in a year that counts, or "" for full responsibility."""
        return next(piece.share for piece in self.pieces if year in piece.years)


@dataclass(frozen=True)
class DefinitionTerms:
    """A definition with its terms.

    Attributes
    ----------
    definition : Definition
        The definition, with the user's changes.
    terms : tuple of Term
        Sorted by component.
    excluded : dict of str to str
        Components that do not count, each with the reason.
    """

    definition: Definition
    terms: tuple[Term, ...]
    excluded: dict[str, str]


def of_claim(case: Case, claim: Claim, years: tuple[int, int] | None = None) -> Definition:
    """Return the definition that an author's total uses: the one it starts from, with the author's changes."""
    base = case.definitions[claim.definition] if claim.definition is not None else None
    own: dict[str, Any] = {key: getattr(claim, key) for key in ("years", "measure", "net")}
    own |= {key: getattr(claim, key) or None for key in ("include", "exclude", "share")}
    changes = {key: value for key, value in own.items() if value is not None}
    if years is not None:
        changes["years"] = shared_years(changes.get("years"), years)
    if base is not None:
        return base.model_copy(update=changes)
    words = {"label": claim.author, "question": claim.counts, "adds": claim.counts, "leaves_out": "not stated"}
    return Definition.model_validate({"id": claim.id, "measure": "all", **words} | changes)


def of_balance(balance: Balance) -> Definition:
    """Return the definition of what makes up a demographic balance: all who died, were not born or left."""
    words = {"label": balance.label, "question": balance.label, "adds": balance.label, "leaves_out": "not stated"}
    scope = balance.model_dump(include={"include", "exclude", "years", "net", "share"})
    return Definition.model_validate({"id": balance.id, "measure": "all", **words, **scope})


def resolve(case: Case, definition: Definition) -> DefinitionTerms:
    """Work out which part of which component a definition counts.

    Parameters
    ----------
    case : Case
        The case.
    definition : Definition
        From `definition_of` or `of_claim`.

    Returns
    -------
    DefinitionTerms

    Raises
    ------
    DefinitionError
        If the definition names an unknown facet, or selects nothing.
    """
    chosen = select(case, definition)
    if not chosen:
        span = f" in {definition.years[0]} to {definition.years[1]}" if definition.years else ""
        raise DefinitionError(
            f"the definition {definition.id!r} selects no component of {case.id}{span}. "
            f"Hint: 'mcmort show {case.id}' lists the components with their facets and years"
        )
    terms = tuple(_term(case, definition, case.components[name], years) for name, years in chosen.items())
    excluded = {
        name: _why_excluded(definition, component) for name, component in case.components.items() if name not in chosen
    }
    return DefinitionTerms(definition, terms, excluded)


def _term(case: Case, definition: Definition, component: Component, years: frozenset[int]) -> Term:
    pieces = []
    rest = years
    for rule in definition.share:
        ruled = selected_years(Scope(include=(rule.where,)), component) & rest
        if ruled:
            pieces.append(Piece(ruled, share_column(rule)))
            rest -= ruled
    if rest:
        pieces.append(Piece(rest, ""))
    is_whole = len(years) == len(years_of(component.years))
    ordered = tuple(sorted(pieces, key=lambda piece: (piece.share, min(piece.years))))
    fraction = expected_part(case, component.id, years)
    return Term(component.id, ordered, fraction, timing_of(case, component), not (is_whole and len(pieces) == 1))


def _why_excluded(definition: Definition, component: Component) -> str:
    if not any(matches(selector, component) for selector in definition.include):
        return "not included by the definition"
    if selected_years(Scope(include=definition.include, years=definition.years), component):
        return "excluded by the definition"
    return "outside the years of the definition"


def counted_scope(case: Case, definition: Definition) -> Hashable:
    """Return what a definition counts: equal for two that count the same parts of the same components alike."""
    terms = tuple((term.component, term.pieces) for term in resolve(case, definition).terms)
    return definition.measure, definition.net, terms


def same_scope(case: Case, one: Definition, other: Definition) -> bool:
    """Whether two definitions count the same parts of the same components in the same way."""
    return counted_scope(case, one) == counted_scope(case, other)
