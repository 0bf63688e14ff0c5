"""Standards of evidence to choose from in a page: which figures of a case are admitted, from registers to hearsay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Quantity

__all__ = ["ADMITTED", "EvidenceStandard", "other_standards"]


@dataclass(frozen=True, slots=True)
class EvidenceStandard:
    """A standard of evidence.

    Attributes
    ----------
    id : str
        Short name, as links have it; none of what the case admits.
    label : str
        What it admits, in words.
    evidence : frozenset of str or None
        Bases that it admits; None for those that the case admits.
    """

    id: str
    label: str
    evidence: frozenset[str] | None

    @property
    def name(self) -> str:
        """The short name, also of what the case admits."""
        return self.id or "admitted"


ADMITTED: Final = EvidenceStandard("", "all that the case admits", None)
_REGISTERS: Final = frozenset({"registered", "registered-adjusted"})
_HEARSAY: Final = frozenset({"testimony", "synthesis", "assertion"})


def other_standards(case: Case) -> list[EvidenceStandard]:
    """Return the standards other than that of the case, from narrow to broad.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.

    Returns
    -------
    list of EvidenceStandard
        Those that admit other figures than the case does and than one another, and any at all.
    """
    admitted = frozenset(case.head.evidence)
    candidates = (
        EvidenceStandard("registers", "registers alone", admitted & _REGISTERS),
        EvidenceStandard("counts", "registers, counts and surveys, no syntheses or testimony", admitted - _HEARSAY),
        EvidenceStandard("assertions", "assertions too", admitted | {"assertion"}),
    )
    seen = [_figures(case, admitted)]
    found = []
    for standard in candidates:
        figures = _figures(case, standard.evidence or frozenset())
        if figures and figures not in seen:
            seen.append(figures)
            found.append(standard)
    return found


def _figures(case: Case, bases: frozenset[str]) -> frozenset[tuple[str, str, str]]:
    """Return the estimates of components and quantities that rest on some bases."""
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    return frozenset(
        (owner.id, one.name, one.measure) for owner in owners for one in owner.estimate if one.basis in bases
    )
