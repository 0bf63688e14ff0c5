"""What can be left out of the evidence behind a total: its sources, lineages, schools and bases, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mcmort.analysis.request import OneTotalRequest
from mcmort.analysis.schools import TotalPieces
from mcmort.catalogue.case import Case
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.records import Component, Quantity
from mcmort.results import DrawSource
from mcmort.totals import Total, resolve, total_of

__all__ = ["Bearing", "By", "InfluenceRequest", "LeftOut", "bearing_on", "left_out_of"]

By = Literal["source", "lineage", "school", "basis"]

_SCHOOL_DRAWS = 1 << 14


class InfluenceRequest(OneTotalRequest):
    """What was asked: how far a total moves without each part of the evidence, and which parts."""

    result: Literal["influence"] = "influence"
    by: By


@dataclass(frozen=True, slots=True)
class Bearing:
    """A figure on which a total rests.

    Attributes
    ----------
    name : str
        ``OWNER:ESTIMATE``, ``claim:ID`` or ``balance:ID``.
    source, line, basis : str
        Its source, lineage and basis.
    """

    name: str
    source: str
    line: str
    basis: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the evidence that is left out.

    Attributes
    ----------
    kind : {"source", "lineage", "school", "basis"}
        What it is.
    name : str
        Key of the source, the lineage, the basis; of a school, the owner of its pool and its lineages.
    without : tuple of str
        Sources and lineages to leave out.
    basis : str
        Basis not to admit, or "".
    figures : tuple of str
        Names of the figures that this leaves out of those on which the total rests.
    """

    kind: By
    name: str
    without: tuple[str, ...]
    basis: str
    figures: tuple[str, ...]


def bearing_on(source: DrawSource, total: Total) -> list[Bearing]:
    """Return the figures on which a total rests, as the engine uses them.

    The elicited engine uses the estimates of the components that count, and of what their formulas name. The Bayesian
    engine fits everything at once, so any figure of the case bears on every total.
    """
    from_case = _estimates(source, total)
    if source.manifest.engine != "synthesis":
        return list(from_case)
    used = total.draws.fitted_to
    found = [one for one in from_case if one.name in used or f"quantity:{one.name.partition(':')[0]}" in source.columns]
    for name, claim in source.case.claims.items():
        if f"claim:{name}" in used:
            found.append(Bearing(f"claim:{name}", claim.source, claim.lineage or claim.source, claim.basis))
    for name, balance in source.case.balances.items():
        if f"balance:{name}" in used:
            found.append(Bearing(f"balance:{name}", balance.source, balance.lineage or balance.source, "demographic"))
    return found


def _estimates(source: DrawSource, total: Total) -> Iterator[Bearing]:
    """Yield the admitted estimates of all owners that a total may rest on, but for what the draws leave out."""
    case, manifest = source.case, source.manifest
    without = set(manifest.without)
    for owner in _owners(case, total, whole=manifest.engine == "synthesis"):
        for estimate in case.admitted(owner, frozenset(manifest.evidence))[0]:
            if not {estimate.source, estimate.line} & without:
                yield Bearing(f"{owner.id}:{estimate.name}", estimate.source, estimate.line, estimate.basis)


def _owners(case: Case, total: Total, *, whole: bool) -> list[Component | Quantity]:
    """Return the components that count and all that their formulas rest on, or those of the whole case."""
    if whole:
        return [*case.components.values(), *case.quantities.values()]
    found: dict[str, Component | Quantity] = {}
    for name in sorted(total.terms):
        for owner in owners_behind(case, case.components[name]):
            found.setdefault(owner.id, owner)
    return list(found.values())


def left_out_of(
    source: DrawSource, total: Total, bearing: Sequence[Bearing], by: By
) -> tuple[list[LeftOut], tuple[str, ...]]:
    """Return what to leave out, and what of that kind the total does not rest on.

    Parameters
    ----------
    source : Draws or Sampler
        How draws are made.
    total : Total
        Of all the evidence.
    bearing : sequence of Bearing
        From `bearing_on`.
    by : {"source", "lineage", "school", "basis"}
        The kind of parts.

    Returns
    -------
    chosen : list of LeftOut
        By name.
    untouched : tuple of str
        By name; none of schools.
    """
    if by == "school":
        return _schools(source, total, bearing), ()
    if by == "basis":
        bases = sorted({one.basis for one in bearing})
        chosen = [
            LeftOut("basis", name, (), name, tuple(one.name for one in bearing if one.basis == name)) for name in bases
        ]
        return chosen, tuple(sorted(set(source.manifest.evidence) - set(bases)))
    names = {one.source if by == "source" else one.line for one in bearing}
    chosen = [LeftOut(by, name, (name,), "", _figures(bearing, {name})) for name in sorted(names)]
    return chosen, tuple(sorted(_names_in(source.case, by) - names - set(source.manifest.without)))


def _figures(bearing: Sequence[Bearing], names: set[str]) -> tuple[str, ...]:
    """Return the figures that sources and lineages of some names leave out."""
    return tuple(one.name for one in bearing if {one.source, one.line} & names)


def _names_in(case: Case, by: By) -> set[str]:
    """Return all sources or lineages of figures in a case."""
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    names = {one.source if by == "source" else one.line for owner in owners for one in owner.estimate}
    return names | {claim.source if by == "source" else claim.lineage or claim.source for claim in case.claims.values()}


def _schools(source: DrawSource, total: Total, bearing: Sequence[Bearing]) -> list[LeftOut]:
    """Return the schools of the pools behind a total: in both engines those of the pooled figures."""
    from mcmort.catalogue.left_out import leave_out
    from mcmort.sampler import simulate

    manifest = source.manifest
    case = leave_out(source.case, manifest.without)
    draws = simulate(case, _SCHOOL_DRAWS, rng=manifest.seed, evidence=frozenset(manifest.evidence))
    pieces = TotalPieces(total_of(draws, resolve(case, total.definition)))
    found = dict[str, LeftOut]()
    for part in pieces.components.values():
        if part.origin is None:
            continue
        lines = [[name.partition(" (")[0] for name in school] for school in part.origin.schools]
        several = {line for own in lines for line in own if sum(line in other for other in lines) > 1}
        for own in lines:
            chosen = tuple(sorted(set(own) - several))  # a lineage in several pieces is no school's
            if chosen:
                name = f"{part.origin.id}: {', '.join(chosen)}"
                found[name] = LeftOut("school", name, chosen, "", _figures(bearing, set(chosen)))
    return [found[name] for name in sorted(found)]
