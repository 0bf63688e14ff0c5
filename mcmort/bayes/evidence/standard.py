"""A standard of evidence: which bases are admitted, what is left out, and the priors that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Quantity
from mcmort.catalogue.vocabulary import BASES
from mcmort.elicit.evidence_rules import why_not_computable
from mcmort.elicit.priors import Priors, elicit
from mcmort.errors import UsageError

__all__ = ["Selection", "Standard", "standard_of"]


class Selection[Item](NamedTuple):
    """What a step keeps, and for the name of each figure that it rejects the reason."""

    kept: list[Item]
    rejected: dict[str, str]


@dataclass(frozen=True)
class Standard:
    """A case under a standard of evidence.

    Attributes
    ----------
    case : Case
        The case.
    bases : frozenset of str
        Bases that are admitted.
    without : frozenset of str
        Keys of sources, and lineages, that are left out.
    priors : Priors
        Elicited under this standard.
    """

    case: Case
    bases: frozenset[str]
    without: frozenset[str]
    priors: Priors

    def leaves_out(self, source: str, line: str) -> bool:
        """Whether a source or a lineage is left out on request."""
        return source in self.without or line in self.without

    def why_not_computable(self, text: str, gap_of: Callable[[str], str] | None = None) -> str:
        """Return why a formula cannot be computed, or ""; without `gap_of` it names quantities alone."""
        return why_not_computable(text, self.priors, gap_of or (lambda name: f"{name} is a component"))

    def quantities_behind(self, texts: Iterable[str | None]) -> list[str]:
        """Return the quantities on which formulas rest, through other formulas where there are any, sorted."""
        behind: set[str] = set()
        waiting = [text for text in texts if text is not None]
        while waiting:
            for name in formula.names(formula.parse(waiting.pop())) & self.case.quantities.keys() - behind:
                behind.add(name)
                own = self.case.quantities[name].formula
                waiting += [own] if own is not None else []
        return sorted(behind)


def standard_of(case: Case, bases: frozenset[str], without: frozenset[str]) -> Standard:
    """Return a case under a standard of evidence.

    Parameters
    ----------
    case : Case
        The case.
    bases : frozenset of str
        Bases to admit.
    without : frozenset of str
        Keys of sources, or lineages, to leave out.

    Returns
    -------
    Standard

    Raises
    ------
    UsageError
        If a basis, source or lineage is unknown.
    """
    unknown = sorted(bases - set(BASES))
    if unknown:
        raise UsageError(f"no basis {unknown[0]!r}; expected some of {', '.join(BASES)}")
    lines = {claim.lineage or claim.source for claim in case.claims.values()}
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    lines |= {estimate.line for owner in owners for estimate in owner.estimate}
    missing = sorted(without - set(case.sources) - lines)
    if missing:
        raise UsageError(f"{case.id} has no source or lineage {missing[0]!r}. Hint: 'mcmort show {case.id} --sources'")
    return Standard(case, bases, without, elicit(_unpooled(case, without), bases))


def _unpooled(case: Case, without: frozenset[str]) -> Case:
    """Return a case in which the estimates that are left out are cross-checks, so that no pool holds them.

    What they supersede stays superseded: to leave out an author's figure does not bring an earlier one back.
    """

    def marked[Owner: (Component, Quantity)](owner: Owner) -> Owner:
        estimates = tuple(
            estimate.model_copy(update={"use": "cross-check"})
            if {estimate.source, estimate.line} & without
            else estimate
            for estimate in owner.estimate
        )
        return owner.model_copy(update={"estimate": estimates})

    if not without:
        return case
    components = {name: marked(component) for name, component in case.components.items()}
    quantities = {name: marked(quantity) for name, quantity in case.quantities.items()}
    return replace(case, components=components, quantities=quantities)
