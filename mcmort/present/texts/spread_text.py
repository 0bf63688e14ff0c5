"""How uncertain figures are taken to be, and where that comes from, in words."""

from __future__ import annotations

from collections.abc import Iterable

from mcmort.catalogue import Case
from mcmort.catalogue.measured_errors.spreads import (
    MeasuredSpread,
    events_of_basis,
    measured_spread,
)
from mcmort.catalogue.records import Component, Quantity
from mcmort.catalogue.vocabulary import BASES, Basis
from mcmort.elicit.measured_worth import measured_for
from mcmort.present.numbers import signed, significant

__all__ = ["bases_in_use", "measured_note", "measured_words", "spread_words"]


def bases_in_use(case: Case) -> tuple[Basis, ...]:
    """Return the bases of printed estimates of a case, in the order of the vocabulary."""
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    used = {estimate.basis for owner in owners for estimate in owner.estimate if estimate.formula is None}
    return tuple(basis for basis in BASES if basis in used)


def spread_words(case: Case, basis: Basis) -> str:
    """Say what a point of a basis is worth in a case, and by what source: a spread of the case, or the measured one."""
    declared = case.head.spread.get(basis)
    if declared is not None:
        where = "from figures of this case" if declared.from_figures else declared.source
        return f"{declared.log_sd:g} ({where}: {declared.locator})"
    # a point is of some kind, and is given in some year: what is printed here is of the basis as a whole, years later
    return measured_words(measured_spread(basis, "archival-register" if basis == "registered" else None))


def measured_words(measured: MeasuredSpread) -> str:
    """Say what figures of a class have proved to be worth, and where that comes from."""
    name, _, part = measured.name.partition(", ")
    when = "late" if measured.is_late else "same-year"
    kind = name if not part else f"{name} ({part.replace('-', ' ')})"
    count = measured.events or events_of_basis(_basis_of(name))
    ground = f"{count} events" if count else "no event of its own: what other bases show"
    bias = f", bias {signed(measured.bias)}" if measured.bias else ""
    return f"{significant(measured.log_sd, 2)}{bias} as measured on {when} figures of {kind}, {ground}"


def measured_note(case: Case, components: Iterable[str], evidence: frozenset[str]) -> list[str]:
    """Say which figures of components are read by what such figures have proved to be worth, in one sentence.

    Parameters
    ----------
    case : Case
        The case.
    components : iterable of str
        Ids of components that are counted.
    evidence : frozenset of str
        Bases that are admitted.

    Returns
    -------
    list of str
        Empty where the case gives every basis a spread of its own.
    """
    found: dict[str, int] = {}
    for name in components:
        owner = case.components[name]
        for estimate in case.admitted(owner, evidence)[0]:
            measured = measured_for(case, owner, estimate, evidence)
            if measured is not None:
                words = measured_words(measured)
                found[words] = found.get(words, 0) + 1
    if not found:
        return []
    listed = "; ".join(f"{words} ({count} figure{'s' if count > 1 else ''})" for words, count in sorted(found.items()))
    return [f"How far figures are taken to be off (standard deviation of the logarithm): {listed}."]


def _basis_of(name: str) -> Basis:
    return next(basis for basis in BASES if basis == name)
