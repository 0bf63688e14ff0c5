"""The arithmetic of a total, written once: over arrays of draws it computes, over symbols it becomes a model.

For a definition D the total of a draw is

    T_D = sum_k x_k - sum_B min( sum_A s_AB * x_AB ,  x_B - sum_C s_BC * x_BC )

where x_k is component k as D counts it (measure, years, share of responsibility, gross or net), and s_AB is the cited
share of A's deaths that the figures of B count as well. The second sum runs over the components B that hold others. An
overlap is subtracted only if both sides are in D. All the overlaps of one A together take at most A (their shares are
scaled down to sum to one where they exceed it), and those within one B take at most what B has left: so the total never
falls when a component, a year or a share is added, on any draw.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition
from mcmort.definitions.terms import DefinitionTerms, Piece, Term
from mcmort.errors import DefinitionError
from mcmort.results import Arithmetic, ComponentStatus, Sums, maximum

__all__ = ["ResolvedDefinition", "evaluate", "resolve_definition"]

_LEAST: float = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class ResolvedDefinition:
    """What of a definition can be counted, by which the sums are made and explained.

    Attributes
    ----------
    definition : Definition
        What is counted.
    terms : dict of str to Term
        How each component with evidence counts.
    excluded : dict of str to str
        Components that do not count, each with the reason.
    unknown : dict of str to str
        Components that the definition asks for but that have no evidence under its measure, each with the reason.
    notes : tuple of str
        What a reader of the number should know.
    """

    definition: Definition
    terms: dict[str, Term]
    excluded: Mapping[str, str]
    unknown: dict[str, str]
    notes: tuple[str, ...]


def resolve_definition(
    case: Case, standing: Mapping[str, ComponentStatus], columns: Collection[str], resolved: DefinitionTerms
) -> ResolvedDefinition:  # fmt: skip
    """Work out what of a resolved definition can be counted.

    Parameters
    ----------
    case : Case
        The case.
    standing : mapping of str to ComponentStatus
        What is known of each component.
    columns : collection of str
        Names of the columns that an engine makes.
    resolved : DefinitionTerms
        The definition.

    Returns
    -------
    ResolvedDefinition

    Raises
    ------
    DefinitionError
        If it asks only for components without evidence, or has a share that the engine does not make.
    """
    definition = resolved.definition
    terms: dict[str, Term] = {}
    unknown: dict[str, str] = {}
    notes: list[str] = []
    for term in resolved.terms:
        name = term.component
        if any(piece.share and f"share:{piece.share}" not in columns for piece in term.pieces):
            raise DefinitionError(
                f"the definition {definition.id!r} has a share of responsibility that these draws do not hold. "
                "Hint: put the definition into the case and draw again"
            )
        if f"{definition.measure}:{name}" not in columns:
            unknown[name] = standing[name].unknown.get(definition.measure, "no draws of it")
            continue
        terms[name] = term
        notes += [f"{name}: {note}" for note in _notes(case, standing[name], definition, term)]
    if not terms:
        raise DefinitionError(
            f"the definition {definition.id!r} asks only for components without {definition.measure} evidence: "
            + "; ".join(
                f"{', '.join(name for name in unknown if unknown[name] == reason)} ({reason})"
                for reason in dict.fromkeys(unknown.values())
            )
        )
    return ResolvedDefinition(definition, terms, resolved.excluded, unknown, tuple(notes))


def _notes(case: Case, standing: ComponentStatus, definition: Definition, term: Term) -> list[str]:
    component = case.components[term.component]
    notes = list(standing.notes)
    if term.evenly:
        notes.append("years apportioned evenly, for want of an annual series")
    if definition.net and component.ordinary is None and not component.already_net:
        notes.append("gross: no ordinary mortality is cited")
    return notes


def evaluate[Value: Arithmetic](case: Case, columns: Mapping[str, Value], account: ResolvedDefinition) -> Sums[Value]:
    """Add up what a definition counts.

    Parameters
    ----------
    case : Case
        The case.
    columns : mapping of str to value
        One for each uncertain input: arrays of draws, registers of a plan, or variables of a model.
    account : ResolvedDefinition
        What can be counted.

    Returns
    -------
    Sums
        Of the same kind as the columns.
    """
    parts = {
        name: _base(columns, account.definition, name) * _weight(columns, term.pieces)
        for name, term in account.terms.items()
    }
    overlaps = _overlaps(case, columns, account, parts)
    names = sorted(parts)
    total = parts[names[0]]
    for name in names[1:]:
        total = total + parts[name]
    for name in sorted(overlaps):
        total = total - overlaps[name]
    return Sums(maximum(total, 0.0), parts, overlaps)


def _base[Value: Arithmetic](columns: Mapping[str, Value], definition: Definition, name: str) -> Value:
    """Return the deaths of a component under the measure, gross or net."""
    deaths = columns[f"{definition.measure}:{name}"]
    ordinary = columns.get(f"ordinary:{name}") if definition.net else None
    return deaths if ordinary is None else deaths * (1.0 - ordinary)


def _weight[Value: Arithmetic](columns: Mapping[str, Value], pieces: Sequence[Piece]) -> Value | float:
    """Return the part of a component that counts: years times share of responsibility."""
    weight: Value | float = 0.0
    for piece in pieces:
        weight = weight + (columns[f"share:{piece.share}"] * piece.fraction if piece.share else piece.fraction)
    return weight


def _overlaps[Value: Arithmetic](
    case: Case, columns: Mapping[str, Value], account: ResolvedDefinition, parts: Mapping[str, Value]
) -> dict[str, Value]:
    """Return what each overlap with both sides in the definition takes off."""
    active = {key: one for key, one in case.overlaps.items() if one.of in parts and one.within in parts}
    amounts: dict[str, Value] = {}
    for key, overlap in active.items():
        share = _overlap_share(case, columns, key)
        base = _base(columns, account.definition, overlap.of)
        amounts[key] = share * base * _weight(columns, _restricted(account.terms[overlap.of], overlap.years))
    taken: dict[str, Value] = {}
    for host in sorted({overlap.within for overlap in active.values()}):
        inner = [key for key, overlap in active.items() if overlap.within == host]
        left = parts[host]
        for key, overlap in active.items():
            if overlap.of == host:
                left = left - amounts[key]
        left = maximum(left, 0.0)
        together = amounts[inner[0]]
        for key in inner[1:]:
            together = together + amounts[key]
        scale = left / maximum(maximum(together, left), _LEAST)  # one where there is room for all of them
        taken |= {key: amounts[key] * scale for key in inner}
    return taken


def _overlap_share[Value: Arithmetic](case: Case, columns: Mapping[str, Value], key: str) -> Value:
    """Return the share of an overlap, scaled down where the shares of one component exceed the whole of it."""
    keys = sorted(other for other, one in case.overlaps.items() if one.of == case.overlaps[key].of)
    together = columns[f"overlap:{keys[0]}"]
    for other in keys[1:]:
        together = together + columns[f"overlap:{other}"]
    own, scale = columns[f"overlap:{key}"], 1.0 / maximum(together, 1.0)
    return cast("Value", own * scale)


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
