"""The arithmetic of a total, written once: over arrays of draws it computes, over symbols it becomes a model.

For a definition D the total of a draw is

    T_D = sum_k x_k - sum_y sum_B min( sum_A s_AB * x_ABy ,  x_By - sum_C s_BC * x_BCy )

where x_k is component k as D counts it (measure, years, share of responsibility, gross or net), and s_AB is the cited
share of A's deaths in the years of both that the figures of B count as well. The second sum runs over years y and the
components B that hold others; see `mcmort.definitions.overlaps` for its rules, and `mcmort.definitions.timing` for the
part of a component that falls in a year.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions.overlaps import taken_by_overlaps, year_groups
from mcmort.definitions.terms import DefinitionTerms, Term
from mcmort.definitions.timing import YearShares
from mcmort.errors import DefinitionError
from mcmort.results import Arithmetic, ComponentStatus, ReachedLink, RegisterComparison, Split, Sums, maximum

__all__ = ["ResolvedDefinition", "evaluate", "resolve_definition"]

_NEEDED: Final[Mapping[Measure, str]] = {"all": "evidence", "registered": "registered evidence"}
"""What a component lacks that a definition of a measure cannot count."""


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
    case: Case, statuses: Mapping[str, ComponentStatus], columns: Collection[str], resolved: DefinitionTerms
) -> ResolvedDefinition:  # fmt: skip
    """Work out what of a resolved definition can be counted.

    Parameters
    ----------
    case : Case
        The case.
    statuses : mapping of str to ComponentStatus
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
    for term in resolved.terms:
        name = term.component
        if any(piece.share and f"share:{piece.share}" not in columns for piece in term.pieces):
            raise DefinitionError(
                f"the definition {definition.id!r} has a share of responsibility that these draws do not hold. "
                "Hint: put the definition into the case and draw again"
            )
        if f"{definition.measure}:{name}" not in columns:
            unknown[name] = statuses[name].unknown.get(definition.measure, "no draws of it")
            continue
        terms[name] = term
    if not terms:
        raise DefinitionError(
            f"the definition {definition.id!r} asks only for components without {_NEEDED[definition.measure]}: "
            + "; ".join(
                f"{', '.join(name for name in unknown if unknown[name] == reason)} ({reason})"
                for reason in dict.fromkeys(unknown.values())
            )
        )
    years = _years_of_overlaps(case, terms)
    notes = tuple(
        f"{name}: {note}"
        for name, term in terms.items()
        for note in _notes(case, statuses[name], definition, term, years)
    )
    notes += _link_notes([statuses[name] for name in terms], definition)
    return ResolvedDefinition(definition, terms, resolved.excluded, unknown, notes)


def _years_of_overlaps(case: Case, terms: Mapping[str, Term]) -> dict[str, frozenset[int]]:
    """Return for each component of unknown timing the years in which its overlaps hold, where these are not all."""
    years: dict[str, set[int]] = {}
    for group in year_groups(case, terms, YearShares[float](case, lambda split: split.mean)):
        for key in group.overlaps:
            for name in (case.overlaps[key].of, case.overlaps[key].within):
                years.setdefault(name, set()).update(group.years)
    return {
        name: frozenset(found)
        for name, found in years.items()
        if terms[name].timing == "unknown" and found < terms[name].years
    }


def _notes(
    case: Case, status: ComponentStatus, definition: Definition, term: Term, overlaps: Mapping[str, frozenset[int]]
) -> list[str]:
    component = case.components[term.component]
    notes = list(status.notes)
    if definition.measure == "all" and status.register is not None:
        notes += _register_notes(status.register)
    part = f"{100.0 * term.fraction:.0f} % on average"
    if term.is_cut and term.timing == "unknown":
        notes.append(f"when its deaths fell is not known: the part in the years that count is uncertain, {part}")
    elif term.is_cut and term.timing == "host":
        notes.append(f"when its deaths fell is taken from what holds it, in the years of both: {part} count")
    elif term.component in overlaps:
        inside = overlaps[term.component]
        span = f"{min(inside)}-{max(inside)}" if len(inside) > 1 else f"{min(inside)}"
        notes.append(f"when its deaths fell is not known, so neither is how many fell into its overlap in {span}")
    if definition.net and component.ordinary is None and not component.already_net:
        notes.append("gross: no ordinary mortality is cited")
    return notes


def _register_notes(register: RegisterComparison) -> list[str]:
    """Say where evidence of all deaths lies below the register, and how likely it is that nothing went unregistered."""

    def percent(share: float) -> str:
        return "over 99 %" if share > 0.995 else f"{100.0 * share:.0f} %"

    below = [f"{percent(share)} of {evidence}" for evidence, share in register.conflicts.items()]
    notes = [f"conflict: {' and '.join(below)} below the register"] if below else []
    if register.nothing_unregistered > 0.005:
        notes.append(f"probability that nothing went unregistered: {percent(register.nothing_unregistered)}")
    return ["; ".join(notes)] if notes else []


def _link_notes(statuses: Sequence[ComponentStatus], definition: Definition) -> tuple[str, ...]:
    """Say for each link of the measure that counts which rank correlations are reached instead of the declared."""
    links: dict[str, list[ReachedLink]] = {}
    for status in statuses:
        for link in status.links:
            if link.measure == definition.measure:
                links.setdefault(link.link, []).append(link)

    def span(values: Sequence[float]) -> str:
        low, high = f"{min(values):.2f}", f"{max(values):.2f}"
        return low if low == high else f"{low} to {high}"

    return tuple(
        f"{name}: rank correlations of {span([link.declared for link in found])} are declared, "
        f"{span([link.reached for link in found])} reached, since a register, a completeness or a formula moves its "
        "members as well"
        for name, found in links.items()
    )


class _Counted[Value: Arithmetic]:
    """The components of a definition as it counts them, before overlaps."""

    def __init__(
        self,
        case: Case,
        columns: Mapping[str, Value],
        account: ResolvedDefinition,
        split: Callable[[Split], Value | float],
    ) -> None:
        self.case, self.columns = case, columns
        self.definition, self.terms = account.definition, account.terms
        self.shares = YearShares(case, split)

    def base(self, name: str) -> Value:
        """Return the deaths of a component under the measure, gross or net."""
        deaths = self.columns[f"{self.definition.measure}:{name}"]
        ordinary = self.columns.get(f"ordinary:{name}") if self.definition.net else None
        return deaths if ordinary is None else deaths * (1.0 - ordinary)

    def part(self, name: str) -> Value:
        """Return a component in all years that count, each with its share of responsibility."""
        weight: Value | float = 0.0
        for piece in self.terms[name].pieces:
            weight = weight + self._weight(name, piece.years, piece.share)
        return cast("Value", self.base(name) * weight)

    def part_in(self, name: str, years: frozenset[int]) -> Value:
        """Return a component as counted in some years of one share of responsibility."""
        return cast("Value", self.base(name) * self._weight(name, years, self.terms[name].share_in(min(years))))

    def _weight(self, name: str, years: frozenset[int], responsibility: str) -> Value | float:
        share = self.shares.share(name, years)
        return self.columns[f"share:{responsibility}"] * share if responsibility else share


def evaluate[Value: Arithmetic](
    case: Case, columns: Mapping[str, Value], account: ResolvedDefinition, split: Callable[[Split], Value | float]
) -> Sums[Value]:
    """Add up what a definition counts.

    Parameters
    ----------
    case : Case
        The case.
    columns : mapping of str to value
        One for each uncertain input: arrays of draws, registers of a plan, or variables of a model.
    account : ResolvedDefinition
        What can be counted.
    split : callable
        Returns the value of an uncertain split of a span of years in two; see `mcmort.definitions.timing`.

    Returns
    -------
    Sums
        Of the same kind as the columns.
    """
    counted = _Counted(case, columns, account, split)
    parts = {name: counted.part(name) for name in account.terms}
    overlaps: dict[str, Value] = taken_by_overlaps(counted)
    names = sorted(parts)
    total = parts[names[0]]
    for name in names[1:]:
        total = total + parts[name]
    for name in sorted(overlaps):
        total = total - overlaps[name]
    signed = frozenset(name for name in parts if case.head.support_of(case.components[name]) == "signed")
    return Sums(total if signed else maximum(total, 0.0), parts, overlaps, signed=signed)
