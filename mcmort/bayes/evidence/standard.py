"""A standard of evidence: which bases are admitted, what is left out, and the priors that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case
from mcmort.catalogue.left_out import check_left_out, leave_out
from mcmort.catalogue.vocabulary import BASES
from mcmort.elicit.derived import propagate
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

    def middle_of(self, text: str) -> float:
        """Return the median of a formula over quantities that can be computed."""
        names = self.quantities_behind([text])
        pools = {name: pool for name in names if (pool := self.priors.quantities[name].all) is not None}
        return float(propagate(self.case, text, pools, "signed").ppf(np.array([0.5]))[0])

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
    check_left_out(case, without)
    return Standard(case, bases, without, elicit(leave_out(case, without), bases))
