"""A case without some of its evidence: what both engines mean by leaving out a source or a lineage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Quantity
from mcmort.errors import UsageError

__all__ = ["check_left_out", "leave_out"]


def check_left_out(case: Case, names: Collection[str]) -> None:
    """Refuse names that are neither a source nor a lineage of a case.

    Raises
    ------
    UsageError
        With the first of them.
    """
    lines = {claim.lineage or claim.source for claim in case.claims.values()}
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    lines |= {estimate.line for owner in owners for estimate in owner.estimate}
    missing = sorted(set(names) - set(case.sources) - lines)
    if missing:
        raise UsageError(f"{case.id} has no source or lineage {missing[0]!r}. Hint: 'mcmort show {case.id} --sources'")


def leave_out(case: Case, names: Collection[str]) -> Case:
    """Return a case in which the estimates of some sources and lineages are cross-checks, so that no pool holds them.

    What they supersede stays superseded: to leave out an author's figure does not bring an earlier one back. Shares,
    annual series and assumptions stay, whoever they are from: without them the case could not be computed.

    Parameters
    ----------
    case : Case
        The case.
    names : collection of str
        Keys of sources, and lineages.

    Returns
    -------
    Case
    """
    if not names:
        return case
    left_out = frozenset(names)

    def marked[Owner: (Component, Quantity)](owner: Owner) -> Owner:
        estimates = tuple(
            estimate.model_copy(update={"use": "cross-check"})
            if {estimate.source, estimate.line} & left_out
            else estimate
            for estimate in owner.estimate
        )
        return owner.model_copy(update={"estimate": estimates})

    components = {name: marked(component) for name, component in case.components.items()}
    quantities = {name: marked(quantity) for name, quantity in case.quantities.items()}
    return replace(case, components=components, quantities=quantities)
