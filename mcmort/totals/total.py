"""Totals: the sum of what a definition counts, draw by draw.

For a definition D the total of a draw is

    T_D = sum_k x_k - sum_B min( sum_A s_AB * x_AB ,  x_B - sum_C s_BC * x_BC )

where x_k is component k as D counts it (measure, years, share of responsibility, gross or net), and s_AB is the cited
share of A's deaths that the figures of B count as well. The second sum runs over the components B that hold others. An
overlap is subtracted only if both sides are in D. All the overlaps of one A together take at most A (their shares are
scaled down to sum to one where they exceed it), and those within one B take at most what B has left: so the total never
falls when a component, a year or a share is added, on any draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition
from mcmort.catalogue.words import Measure
from mcmort.draws import Draws
from mcmort.errors import DefinitionError, UsageError
from mcmort.totals.resolve import Piece, Resolved, Term, definition_of, resolve

__all__ = ["Total", "total", "total_of"]

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class Total:
    """The distribution of a total under a definition.

    Attributes
    ----------
    draws : Draws
        What it was computed from.
    definition : Definition
        With the user's changes.
    values : ndarray, shape (n_draws,)
        The total of each draw, in the unit of the components.
    parts : dict of str to ndarray, shape (n_draws,)
        Each component as counted, before overlaps.
    overlaps : dict of str to ndarray, shape (n_draws,)
        What each overlap takes off.
    terms : dict of str to Term
        How each component counts.
    excluded, unknown : dict of str to str
        Components that do not count, and components that the definition asks for but that have no evidence under its
        measure, each with the reason.
    notes : tuple of str
        What a reader of the number should know.
    """

    draws: Draws
    definition: Definition
    values: Array
    parts: Mapping[str, Array]
    overlaps: Mapping[str, Array]
    terms: Mapping[str, Term]
    excluded: Mapping[str, str]
    unknown: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def case(self) -> Case:
        """The case."""
        return self.draws.case

    @property
    def years(self) -> tuple[int, int]:
        """First and last year that count."""
        years = [year for term in self.terms.values() for year in (min(term.years), max(term.years))]
        return min(years), max(years)


def total(
    draws: Draws,
    definition: str | Definition,
    *,
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Any]] = (),
    exclude: Sequence[Mapping[str, Any]] = (),
) -> Total:
    """Add up what a definition counts, draw by draw.

    Parameters
    ----------
    draws : Draws
        From either engine.
    definition : str or Definition
        Name of a definition of the case, or a definition of one's own.
    years, measure, net, include, exclude
        Changes to a named definition; see `mcmort.totals.definition_of`.

    Returns
    -------
    Total
        Its distribution, with what was left out and what is unknown.

    Raises
    ------
    DefinitionError
        If the definition is unknown, selects nothing, or asks only for components without evidence.
    UsageError
        If changes are given with a definition of one's own.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=1_000, rng=1)
    >>> mm.total(draws, "broad", years=(1928, 1953)).years
    (1928, 1953)
    """
    if isinstance(definition, str):
        definition = definition_of(
            draws.case, definition, years=years, measure=measure, net=net, include=include, exclude=exclude
        )
    elif years is not None or measure is not None or net is not None or include or exclude:
        raise UsageError("changes go with the name of a definition; make them in the definition itself")
    return total_of(draws, resolve(draws.case, definition))


def total_of(draws: Draws, resolved: Resolved) -> Total:
    """Add up a resolved definition; see `total`."""
    definition = resolved.definition
    parts: dict[str, Array] = {}
    unknown: dict[str, str] = {}
    notes: list[str] = []
    terms = {term.component: term for term in resolved.terms}
    for column in sorted({f"share:{piece.share}" for term in terms.values() for piece in term.pieces if piece.share}):
        if column not in draws.columns:
            raise DefinitionError(
                f"the definition {definition.id!r} has a share of responsibility that these draws do not hold. "
                "Hint: put the definition into the case and draw again"
            )
    for name, term in terms.items():
        base = _base(draws, definition, name)
        if base is None:
            unknown[name] = draws.standing[name].unknown.get(definition.measure, "no draws of it")
            continue
        parts[name] = base * _weight(draws, term.pieces)
        notes += _notes(draws, definition, term)
    if not parts:
        raise DefinitionError(
            f"the definition {definition.id!r} asks only for components without {definition.measure} evidence: "
            + "; ".join(
                f"{', '.join(name for name in unknown if unknown[name] == reason)} ({reason})"
                for reason in dict.fromkeys(unknown.values())
            )
        )
    overlaps = _overlaps(draws, definition, terms, parts)
    values = np.zeros(len(draws))
    for name in sorted(parts):
        values = values + parts[name]
    for name in sorted(overlaps):
        values = values - overlaps[name]
    values = np.maximum(values, 0.0)
    return Total(
        draws, definition, values, parts, overlaps, {name: terms[name] for name in parts}, resolved.excluded,
        unknown, tuple(notes),
    )  # fmt: skip


def _base(draws: Draws, definition: Definition, name: str) -> Array | None:
    """Return the deaths of a component under the measure, gross or net."""
    deaths = draws.deaths(name, definition.measure)
    if deaths is None or not definition.net:
        return deaths
    ordinary = draws.columns.get(f"ordinary:{name}")
    return deaths if ordinary is None else deaths * (1.0 - ordinary)


def _weight(draws: Draws, pieces: Sequence[Piece]) -> Array | float:
    """Return the part of a component that counts: years times share of responsibility."""
    weight: Array | float = 0.0
    for piece in pieces:
        weight = weight + (piece.fraction * draws.columns[f"share:{piece.share}"] if piece.share else piece.fraction)
    return weight


def _notes(draws: Draws, definition: Definition, term: Term) -> list[str]:
    component = draws.case.components[term.component]
    notes = list(draws.standing[term.component].notes)
    if term.evenly:
        notes.append("years apportioned evenly, for want of an annual series")
    if definition.net and component.ordinary is None and not component.already_net:
        notes.append("gross: no ordinary mortality is cited")
    return [f"{term.component}: {note}" for note in notes]


def _overlaps(
    draws: Draws, definition: Definition, terms: Mapping[str, Term], parts: Mapping[str, Array]
) -> dict[str, Array]:
    """Return what each overlap with both sides in the definition takes off."""
    case = draws.case
    declared: dict[str, Array] = {}
    for inner in sorted({overlap.of for overlap in case.overlaps.values()}):
        declared |= _shares(draws, inner)
    active = {key: one for key, one in case.overlaps.items() if one.of in parts and one.within in parts}
    amounts: dict[str, Array] = {}
    for key, overlap in active.items():
        term = terms[overlap.of]
        base = _base(draws, definition, overlap.of)
        assert base is not None
        amounts[key] = declared[key] * base * _weight(draws, _restricted(term, overlap.years))
    taken: dict[str, Array] = {}
    for host in sorted({overlap.within for overlap in active.values()}):
        inner_keys = [key for key, overlap in active.items() if overlap.within == host]
        left = parts[host]
        for key, overlap in active.items():
            if overlap.of == host:
                left = left - amounts[key]
        together = np.zeros(len(draws))
        for key in inner_keys:
            together = together + amounts[key]
        left = np.maximum(left, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(together > left, left / together, 1.0)
        taken |= {key: amounts[key] * scale for key in inner_keys}
    return taken


def _shares(draws: Draws, inner: str) -> dict[str, Array]:
    """Return the shares of one component's overlaps, scaled down where together they exceed the whole of it."""
    shares = {key: draws.columns[f"overlap:{key}"] for key, one in draws.case.overlaps.items() if one.of == inner}
    together = np.zeros(len(draws))
    for _, share in sorted(shares.items()):
        together = together + share
    scale = 1.0 / np.maximum(together, 1.0)
    return {key: share * scale for key, share in shares.items()}


def _restricted(term: Term, years: tuple[int, int] | None) -> tuple[Piece, ...]:
    """Return the pieces of a term within some years."""
    if years is None:
        return term.pieces
    kept = []
    for piece in term.pieces:
        inside = frozenset(year for year in piece.years if years[0] <= year <= years[1])
        if inside:
            fraction = piece.fraction if inside == piece.years else sum(term.weights[year] for year in sorted(inside))
            kept.append(Piece(inside, fraction, piece.share))
    return tuple(kept)
